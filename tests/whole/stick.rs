//! The person with the stick: what a question is about stands beside it, and a file says what it is, whatever became of it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use whole::{SIGNER, Said, Site, answered, run, small_site};

/// A site with a tree to install to.
fn site() -> Site {
    let site = small_site();
    fs::create_dir(site.path("root")).unwrap();
    site
}

/// A shell line at a terminal, of which each question is answered with a no.
fn refused(site: &Site, question: &str, line: &str) -> Said {
    run(answered(question, "n", "true").args(["sh", "-c", line]).current_dir(site.path("")))
}

#[test]
fn what_is_asked_about_stands_beside_the_question_wherever_output_goes() {
    let site = site();
    let install = format!("dist/n1.run install {SIGNER} --service systemd --root root");
    let uninstall = "dist/n1.run uninstall --root root";

    for (command, headline) in [(install.as_str(), Some("etcd 3.5.1 for host n1")), (uninstall, None)] {
        for elsewhere in ["", "> log", "2> log", "> log 2>&1", "| cat > log", "2>&1 | cat > log"] {
            let shown = refused(&site, "[y/N]", &format!("{command} {elsewhere}")).out;
            let (before, _) = shown.split_once("[y/N]").unwrap_or_else(|| panic!("{command} {elsewhere}: {shown}"));
            assert_eq!(before.matches("steps to take").count(), 1, "{command} {elsewhere}: {shown}");
            assert!(headline.is_none_or(|line| before.contains(line)), "{command} {elsewhere}: {shown}");
        }
        // For the second round.
        run(Command::new("sh").args(["-c", &format!("{install} --yes --quiet")]).current_dir(site.path(""))).ok();
    }
    run(Command::new("sh").args(["-c", &format!("{uninstall} --yes --purge")]).current_dir(site.path(""))).ok();
    // Words of the signer, too.
    for elsewhere in ["> log", "2> log"] {
        let line = format!("dist/n1.run install --service systemd --root root {elsewhere}");
        let shown = refused(&site, "of the twelve", &line).out;
        let (before, after) = shown.split_once("Word ").unwrap_or_else(|| panic!("{elsewhere}: {shown}"));
        assert!(before.contains("first bundle on this host"), "{elsewhere}: {shown}");
        assert!(elsewhere == "> log" || after.contains("warning: "), "{elsewhere}: {shown}");
    }
}

/// `bytes` as a program in the site.
fn program(site: &Site, name: &str, bytes: &[u8]) -> PathBuf {
    let path = site.path(name);
    fs::write(&path, bytes).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn called(program: &Path, args: &[&str]) -> Said {
    run(Command::new(program).args(args))
}

#[test]
fn a_file_says_what_it_is_wherever_it_was_cut_off() {
    let site = site();
    let (bundle, root) = (site.bundle("n1"), site.path("root").display().to_string());
    called(
        &bundle,
        &["install", "--yes", "--quiet", "--root", &root, "--service", "systemd", "--signer", &words(&site)],
    )
    .ok();
    let host = site.path("root/usr/local/sbin/etcdpack-host");
    assert!(called(&host, &[]).ok().contains("looks after the etcd member"));
    called(&host, &["plan", "--root", &root]).refused(4, "this program carries no bundle");
    let whole = fs::read(&bundle).unwrap();
    let elf = fs::read(&host).unwrap().len();
    for len in [elf, elf + 1, elf + 1000, usize::midpoint(elf, whole.len()), whole.len() - 200, whole.len() - 1] {
        let cut = program(&site, "cut.run", whole.get(..len).unwrap());
        let missing = "this file is only the beginning of a bundle: its end is missing";

        for args in [&[][..], &["verify"], &["plan", "--root", &root], &["install", "--root", &root, "--yes"]] {
            called(&cut, args).refused(4, missing);
        }
        called(&host, &["verify", &cut.display().to_string()]).refused(4, "its end is missing, or a copy in text mode");
    }
    // Where its program is cut, too, the kernel has the word, or nothing is found behind it.
    let cut = program(&site, "cut.run", whole.get(..elf / 2).unwrap());
    let started = Command::new(&cut).output();
    assert!(!started.is_ok_and(|ended| ended.status.success()));
    let as_text: Vec<u8> =
        whole.iter().flat_map(|byte| if *byte == b'\n' { vec![b'\r', *byte] } else { vec![*byte] }).collect();
    for (name, bytes) in [("text.run", as_text.as_slice()), ("empty.run", &[])] {
        let path = program(&site, name, bytes);
        called(&host, &["verify", &path.display().to_string()]).refused(4, "copy in text mode");
    }
    // What it is called is nobody's concern.
    let renamed = program(&site, "whatever", &whole);
    assert!(called(&renamed, &[]).ok().contains("for host n1"));
    let line = format!("setpriv --reuid 65534 --regid 65534 --clear-groups {} install", renamed.display());
    let open = "/tmp/etcdpack-test-stick";
    let _ = fs::create_dir(open);
    let there = format!("{open}/n1.run");
    fs::copy(&renamed, &there).unwrap();
    fs::set_permissions(open, fs::Permissions::from_mode(0o755)).unwrap();
    let said = run(Command::new("sh").args(["-c", &line.replace(&*renamed.to_string_lossy(), &there)]));
    fs::remove_dir_all(open).unwrap();
    assert!(said.err.contains("help: sudo "), "{said:?}");
    said.refused(3, "[not-root]");
}

fn words(site: &Site) -> String {
    fs::read_to_string(site.path("dist/signing.words")).unwrap().trim().to_owned()
}
