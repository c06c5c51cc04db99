//! The connected machine's disk: what is on it after a build or `init` that was killed, or found no room.

use std::fs;
use std::process::Command;

use whole::strace::{self, Fault, points};
use whole::{Said, Site, run, small_site};

/// What a build leaves in `dist`, when all is well.
const WHOLE: [&str; 6] =
    ["SHA256SUMS", "START-HERE.txt", "n1.run", "sbom-amd64.cdx.json", "signing.pub", "signing.words"];

fn names(site: &Site) -> Vec<String> {
    let dist = fs::read_dir(site.path("dist")).into_iter().flatten();
    let mut names: Vec<String> = dist.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort_unstable();
    names
}

fn build(site: &Site) -> Command {
    site.command(&["build", "--release", "release.tar.gz"])
}

/// A shell line in the site's directory that may mount: all of it is gone afterwards. `$E` is etcdpack.
fn mounting(site: &Site, line: &str) -> Said {
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-ec", line]).current_dir(site.path("")).env("E", whole::etcdpack());
    run(command.env("XDG_CACHE_HOME", whole::workspace().join("target/test-cache")))
}

#[test]
fn a_killed_build_leaves_no_file_with_a_key_in_it() {
    let site = small_site();
    let afresh = || fs::remove_dir_all(site.path("dist")).unwrap();
    afresh();
    let seen = points(&build(&site));
    assert_eq!(names(&site), WHOLE);
    // Nothing secret is on paper, which is written last.
    let in_dist: Vec<_> = seen
        .iter()
        .take_while(|seen| !seen.line.contains("cluster.html"))
        .filter(|seen| ["fchmod", "fsync", "linkat", "copy_file_range"].contains(&seen.point.call.as_str()))
        .collect();
    assert!(in_dist.iter().filter(|seen| seen.point.call == "linkat").count() >= WHOLE.len(), "{seen:?}");
    let mut killed = 0;
    for at in in_dist {
        for fault in [Fault::Kill, Fault::Signal("TERM")] {
            afresh();
            fs::create_dir(site.path("dist")).unwrap();
            let Ok(said) = strace::inject(&build(&site), &at.point.call, at.point.n, fault) else { continue };
            assert!(said.code < 0, "{}: {said:?}", at.point);
            killed += 1;
            let left = names(&site);
            assert!(left.iter().all(|name| WHOLE.contains(&name.as_str())), "{}, {fault:?}: {left:?}", at.point);
        }
    }
    assert!(killed > WHOLE.len(), "only {killed} builds were killed");
}

#[test]
fn what_a_killed_build_has_left_goes_with_the_next() {
    let site = small_site();
    // The one instant with a name of ours: a file is put in the place of another.
    let seen = points(&build(&site));
    let at = seen.iter().find(|seen| seen.point.call.starts_with("rename") && seen.line.contains("n1.run"));
    let at = &at.unwrap_or_else(|| panic!("{seen:?}")).point;
    strace::inject(&build(&site), &at.call, at.n, Fault::Kill).unwrap();
    let left = names(&site);
    assert!(left.iter().any(|name| name.starts_with(".etcdpack-")), "{at}: {left:?}");
    run(&mut build(&site)).ok();
    assert_eq!(names(&site), WHOLE);
}

#[test]
fn a_builder_at_work_in_the_same_directory_is_let_alone() {
    let site = small_site();
    let part = site.path("dist/.etcdpack-abcdef.part");
    fs::write(&part, "").unwrap();
    // As a builder holds it.
    let lock = fs::File::open(site.path("dist")).unwrap();
    lock.lock_shared().unwrap();
    run(&mut build(&site)).ok();
    assert!(part.exists());
    drop(lock);
    run(&mut build(&site)).ok();
    assert_eq!(names(&site), WHOLE);
}

#[test]
fn a_disk_without_room_is_named_and_so_is_what_stands_in_the_way() {
    let site = small_site();
    let help = "help: df -h dist; ls -ld dist\n";
    let mut both = [false; 2];
    // From too small for what bundles have in common to too small for one.
    for size in (0..40).map(|step| 256 + 128 * step) {
        let line = format!(
            "rm -rf dist; mkdir dist; mount -t tmpfs -o size={size}k none dist; $E build --no-rehearsal -q --release release.tar.gz"
        );
        let said = mounting(&site, &line);
        if said.code == 0 {
            break;
        }
        assert!(said.code == 3 && said.err.contains("No space left on device") && said.err.ends_with(help), "{said:?}");
        both[0] |= said.err.contains("error: writing to `dist`: ");
        both[1] |= said.err.contains("error: writing `dist/n1.run`: ");
    }
    assert_eq!(both, [true; 2]);
    for line in ["touch dist", "mkfifo dist", "ln -s nowhere dist"] {
        let said =
            mounting(&site, &format!("rm -rf dist; {line}; $E build --no-rehearsal -q --release release.tar.gz"));
        assert!(
            said.code == 3 && said.err.contains("error: writing to `dist`: ") && said.err.ends_with(help),
            "{said:?}"
        );
    }
}

#[test]
fn init_on_a_full_disk_leaves_nothing_in_the_way_of_the_next() {
    let site = small_site();
    let line = "mkdir full; mount -t tmpfs -o size=64k none full; head -c 1m /dev/zero >full/fill || true
                $E init -o full/c.toml || echo $?; ls -A full; rm full/fill; $E init -o full/c.toml; ls -A full";
    let said = mounting(&site, line);
    assert!(said.err.contains("error: writing `full/c.toml`: No space left on device"), "{said:?}");
    assert!(said.err.contains("help: df -h full; ls -ld full"), "{said:?}");
    assert_eq!(said.ok(), "3\nfill\nc.toml");
    site.etcdpack(&["init", "-o", "no/c.toml"]).refused(2, "writing `no/c.toml`");
}
