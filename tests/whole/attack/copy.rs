//! A file that changes while it is read as a bundle, never ends, or has no room for its copy.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use whole::form::chosen;
use whole::{Lab, SIGNER, Said, Site, run, small_site};

use super::compile;

/// The reading of a file at which it becomes another: each of the first thirty, or about `some` of them.
fn readings(some: usize) -> Vec<usize> {
    chosen(&(1..=30).collect::<Vec<_>>(), some)
}

/// The installer of a bundle alone, as it stays on a host.
fn installer(site: &Site, bundle: &Path) -> PathBuf {
    let path = site.path("etcdpack-host");
    let line = "head -c $(($(unzip -lv \"$1\" >/dev/null; python3 -c 'import sys, zipfile; \
                print(zipfile.ZipFile(sys.argv[1]).infolist()[0].header_offset)' \"$1\"))) \"$1\" > \"$2\" && chmod 0700 \"$2\"";
    run(Command::new("sh").args(["-c", line, "sh"]).arg(bundle).arg(&path)).ok();
    path
}

fn tree(site: &Site, name: &str) -> PathBuf {
    let root = site.path(name);
    fs::create_dir(&root).unwrap();
    root
}

fn image(root: &Path) -> [String; 4] {
    ["--service".into(), "systemd".into(), "--root".into(), root.to_string_lossy().into_owned()]
}

/// How often a run opened a file that is called so, and how many bytes it read of it.
fn reads(site: &Site, command: &mut Command, file: &Path) -> (usize, u64) {
    let log = tempfile::tempdir_in(site.path("")).unwrap();
    let mut strace = Command::new("strace");
    strace.args(["-ff", "-qq", "-y", "-e", "trace=/^(open.*|p?read.*|mmap|sendfile|copy_file_range|splice)$", "-o"]);
    strace.arg(log.path().join("log")).arg("--").arg(command.get_program()).args(command.get_args());
    run(&mut strace).ok();
    let (mut opens, mut bytes) = (0, 0);
    let behind = format!("<{}>", fs::canonicalize(file).unwrap().display());
    for log in fs::read_dir(log.path()).unwrap() {
        for line in fs::read_to_string(log.unwrap().path()).unwrap().lines() {
            let Some((call, result)) = line.rsplit_once(" = ") else { continue };
            if call.starts_with("open") && result.ends_with(&behind) && !call.contains("O_PATH") {
                opens += 1;
            } else if call.contains(&behind) && !call.starts_with("open") {
                assert!(call.starts_with("read("), "read otherwise: {line}");
                bytes += result.parse::<u64>().unwrap();
            }
        }
    }
    (opens, bytes)
}

#[test]
fn what_was_brought_is_opened_once_and_each_byte_is_read_once() {
    let site = small_site();
    let bundle = site.bundle("n1");
    let (host, len) = (installer(&site, &bundle), fs::metadata(&bundle).unwrap().len());
    let root = tree(&site, "root");
    for args in [&["plan"][..], &["install", "--yes", SIGNER], &["plan"]] {
        let mut command = Command::new(&host);
        command.args(&args[..1]).arg(&bundle).args(&args[1..]).args(image(&root));
        assert_eq!(reads(&site, &mut command, &bundle), (1, len), "{args:?}");
    }
    // A bundle that runs itself.
    for args in [&["plan"][..], &["install", "--yes", SIGNER]] {
        let mut command = Command::new(&bundle);
        command.args(args).args(image(&tree(&site, &format!("own-{}", args[0]))));
        assert_eq!(reads(&site, &mut command, &bundle), (1, len), "{args:?}");
    }
}

/// Runs a command that takes long at its `n`-th reading, and has `then` done meanwhile.
fn slow_at(n: usize, command: &Command, then: impl FnOnce()) -> Said {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=read", "-e"]);
    strace.arg(format!("inject=read:delay_exit=300000:when={n}")).arg("--");
    strace.arg(command.get_program()).args(command.get_args());
    let child = strace.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    thread::sleep(Duration::from_millis(200));
    then();
    let output = child.wait_with_output().unwrap();
    Said {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Writes those bytes of `new` over the file that it does not have.
fn become_like(file: &Path, new: &[u8]) {
    let old = fs::read(file).unwrap();
    let file = OpenOptions::new().write(true).open(file).unwrap();
    for (at, (_, byte)) in old.iter().zip(new).enumerate().filter(|(_, (old, new))| old != new) {
        file.write_at(&[*byte], at as u64).unwrap();
    }
    file.set_len(new.len() as u64).unwrap();
}

#[test]
fn a_manifest_that_is_another_while_it_is_parsed_is_never_taken() {
    let site = small_site();
    let (first, old) = (site.bundle("n1"), site.path("old.run"));
    let host = installer(&site, &first);
    fs::copy(&first, &old).unwrap();
    let good = fs::read(&old).unwrap();
    // Bundle number 1, for a while saying that it is number 9, where 2 was installed.
    let number = b"\"serial\": 1,";
    let at = good.windows(number.len()).rposition(|bytes| bytes == number).unwrap() + number.len() - 2;
    let mut altered = good.clone();
    altered[at] = b'9';
    let text = fs::read_to_string(site.path("cluster.toml")).unwrap();
    fs::write(site.path("cluster.toml"), text + "[etcd]\nquota-backend-bytes = 4294967296\n").unwrap();
    site.build(&site.path("release.tar.gz"));
    let root = tree(&site, "root");
    run(Command::new(site.bundle("n1")).args(["install", "--yes", SIGNER]).args(image(&root))).ok();
    for n in readings(8) {
        become_like(&old, &altered);
        let mut command = Command::new(&host);
        command.arg("install").arg(&old).arg("--yes").args(image(&root));
        let said = slow_at(n, &command, || become_like(&old, &good));
        // Number 1 as it is, or half of each.
        assert!(matches!(said.code, 3 | 4), "swapped at reading {n}: {said:?}");
        assert!(!said.err.contains("number 9"), "swapped at reading {n}: {said:?}");
        let mut verify = Command::new(&host);
        become_like(&old, &altered);
        verify.arg("verify").arg(&old);
        let said = slow_at(n, &verify, || become_like(&old, &good));
        assert!(matches!(said.code, 0 | 4), "swapped at reading {n}: {said:?}");
    }
}

#[test]
fn a_program_that_is_swapped_in_is_not_installed_into_an_image() {
    let site = small_site();
    let (bundle, mark) = (site.path("swapped.run"), site.path("ran"));
    fs::copy(site.bundle("n1"), &bundle).unwrap();
    let host = installer(&site, &bundle);
    let good = fs::read(&bundle).unwrap();
    let evil = site.path("evil");
    compile(&format!("#include <stdio.h>\nint main(void) {{ return !fopen(\"{}\", \"w\"); }}", mark.display()), &evil);
    let elf = fs::read(&evil).unwrap();
    let bad = [&elf, &good[elf.len()..]].concat();
    let ours = fs::read(&host).unwrap();
    for n in readings(8) {
        become_like(&bundle, &good);
        let root = tree(&site, &format!("root-{n}"));
        let mut command = Command::new(&host);
        command.arg("install").arg(&bundle).args(["--yes", SIGNER]).args(image(&root));
        let said = slow_at(n, &command, || become_like(&bundle, &bad));
        assert!(matches!(said.code, 0 | 4), "swapped at reading {n}: {said:?}");
        let there = fs::read(root.join("usr/local/sbin/etcdpack-host"));
        assert!(there.is_err() || there.is_ok_and(|there| there == ours), "swapped at reading {n}");
        assert!(!mark.exists(), "swapped at reading {n}: it ran");
    }
}

/// A host that runs tries whether its disks let programs start. 0.1 took the bundle's own for that, read once more.
#[test]
fn a_program_that_is_swapped_in_is_not_run_on_a_host() {
    let lab = Lab::with_two_bundles("tswap", "python", "10.135.0.11");
    let sh = |line: &str| lab.sh("n1", line);
    let dir = tempfile::tempdir().unwrap();
    let (elf, racer) = (dir.path().join("elf"), dir.path().join("racer.py"));
    compile("#include <stdio.h>\nint main(void) { return !fopen(\"/root/ran\", \"w\"); }", &elf);
    fs::write(&racer, RACER).unwrap();
    for file in [&elf, &racer] {
        lab.put(file, "n1");
    }
    sh(&format!("./first.run install --yes {SIGNER}")).ok();
    // A good bundle that is alice's, who swaps its program as often as she can.
    sh("useradd -m alice && install -o alice -m 755 second.run elf racer.py /home/alice/").ok();
    sh("systemd-run -q --unit=racer -p User=alice -p WorkingDirectory=/home/alice python3 racer.py").ok();
    let mut taken = 0;
    for n in 0..20 {
        let said = sh("etcdpack-host plan /home/alice/second.run");
        assert_eq!(sh("test -e /root/ran").code, 1, "the {n}th plan ran it: {said:?}");
        assert!(matches!(said.code, 0 | 4), "{said:?}");
        taken += usize::from(said.code == 0);
    }
    assert!(taken > 0, "not one copy was whole: the race is none");
    let said = sh("etcdpack-host install /home/alice/second.run --yes --quiet");
    assert!(matches!(said.code, 0 | 4), "{said:?}");
    assert_eq!(sh("test -e /root/ran").code, 1, "the install ran it: {said:?}");
    sh("systemctl stop racer").ok();
}

const RACER: &str = "import os, time
elf = open('elf', 'rb').read(); file = os.open('second.run', os.O_RDWR)
good = os.pread(file, len(elf), 0)
while True:
    for bytes in good, elf: os.pwrite(file, bytes, 0); time.sleep(0.01)
";

#[test]
fn a_bundle_that_is_cut_or_grows_while_it_is_read_is_whole_or_refused() {
    let site = small_site();
    let bundle = site.path("growing.run");
    fs::copy(site.bundle("n1"), &bundle).unwrap();
    let (host, good) = (installer(&site, &bundle), fs::read(&bundle).unwrap());
    for other in [&good[..good.len() / 2], &[good.as_slice(), b"more"].concat()] {
        for n in readings(5) {
            for args in [vec!["verify"], vec!["plan"]] {
                become_like(&bundle, &good);
                let mut command = Command::new(&host);
                command.arg(args[0]).arg(&bundle);
                if args[0] == "plan" {
                    command.args(image(&site.path("none-yet"))).arg(SIGNER);
                    fs::create_dir_all(site.path("none-yet")).unwrap();
                }
                let said = slow_at(n, &command, || become_like(&bundle, other));
                assert!(matches!(said.code, 0 | 4), "{args:?} at reading {n}: {said:?}");
            }
        }
    }
}

#[test]
fn what_never_ends_or_never_comes_is_refused_at_once() {
    let site = small_site();
    let host = installer(&site, &site.bundle("n1"));
    let root = tree(&site, "root");
    run(Command::new("mkfifo").arg(site.path("fifo"))).ok();
    run(Command::new("truncate").args(["-s", "8T"]).arg(site.path("sparse"))).ok();
    let began = Instant::now();
    for (path, code, words) in [
        (site.path("fifo"), 3, "not a regular file"),
        (PathBuf::from("/dev/zero"), 3, "not a regular file"),
        (site.path(""), 3, "not a regular file"),
        (site.path("sparse"), 4, "4 GiB"),
    ] {
        for command in ["plan", "install"] {
            let said = run(Command::new(&host).arg(command).arg(&path).args(image(&root)));
            said.refused(code, words);
        }
        let said = run(Command::new(&host).arg("verify").arg(&path));
        assert!(matches!(said.code, 3 | 4), "{said:?}");
        let path = path.to_string_lossy().into_owned();
        for command in ["verify", "inspect"] {
            let said = site.etcdpack(&[command, &path]);
            assert!(matches!(said.code, 3 | 4), "{said:?}");
        }
    }
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

#[test]
fn no_place_for_the_copy_is_a_finding() {
    let site = small_site();
    let root = tree(&site, "root");
    let bundle = site.bundle("n1");
    let plan = |mounts: &str, more: &str| {
        let line = format!("{mounts} && exec \"$1\" plan {more} --service systemd --root \"$2\"");
        run(Command::new("unshare").args(["-m", "sh", "-c", &line, "sh"]).arg(&bundle).arg(&root))
    };
    let full = "mount -t tmpfs -o size=64k none \"$2\"";
    // In memory, where the disk takes no more.
    let said = plan(full, "");
    assert!(!said.err.contains("no-copy"), "{said:?}");
    let nowhere = format!("{full} && mount -t tmpfs -o ro none /run");
    plan(&nowhere, "").refused(3, "[no-copy]");
    let said = plan(&nowhere, "--json");
    assert_eq!(said.code, 3, "{said:?}");
    let plan: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(plan["findings"][0]["code"], "no-copy", "{plan}");
    assert!(plan["signer"].is_null(), "nothing is said of a bundle that was not looked at: {plan}");
    assert_eq!(fs::read_dir(&root).unwrap().count(), 0);
}

#[test]
fn a_file_that_says_that_it_is_huge_fills_neither_disk_nor_memory() {
    let site = small_site();
    let (root, bundle) = (tree(&site, "root"), site.bundle("n1"));
    let file = site.path("sparse.run");
    // A disk of 100 MiB, of which a tenth stays free, and as much memory, or none of it.
    let plan = |size: &str, memory: &str| {
        run(Command::new("truncate").args(["-s", size]).arg(&file)).ok();
        let line = format!(
            "mount -t tmpfs -o size=100m none \"$2\" && mount -t tmpfs -o size=100m,{memory} none /run && \
             exec \"$1\" plan \"$3\" --service systemd --root \"$2\""
        );
        run(Command::new("unshare").args(["-m", "sh", "-c", &line, "sh"]).arg(&bundle).arg(&root).arg(&file))
    };
    for size in ["4G", "2G", "91M"] {
        let said = plan(size, "rw");
        assert!(!said.err.contains("No space left"), "{size} was written until there was no room: {said:?}");
        for dir in ["/var/lib/etcdpack", "/run"] {
            assert!(said.err.contains(&format!("`{dir}` has 100 MiB free, the copy needs ")), "{size}: {said:?}");
        }
        said.refused(3, "[no-copy]");
    }
    plan("2G", "rw").refused(3, "needs 2058 MiB");
    // What leaves room for others is copied, and looked at.
    plan("89M", "ro").refused(4, "sparse.run");
}
