//! What was on a host before us comes back as it was, also where it has the very bytes that a bundle brings.

use std::fs;
use std::process::Command;

use whole::strace::{self, Fault};
use whole::{SIGNER, Site, cluster, release, run, small_site};

const INSTALL: [&str; 5] = ["install", "--yes", SIGNER, "--service", "systemd"];

fn bundle(site: &Site, args: &[&str], root: &str) -> Command {
    let mut command = Command::new("dist/n1.run");
    command.args(args).args(["--root", root]).current_dir(site.path(""));
    command
}

/// Everything in a tree: type, mode, owner, path, target; and the sum of each file.
fn listing(site: &Site, root: &str) -> String {
    let all = "find . -printf '%y %m %U:%G %p %l\\n' | sort; find . -type f -exec sha256sum {} + | sort -k2";
    run(Command::new("sh").args(["-c", all]).current_dir(site.path(root))).ok()
}

/// A tree with what the guide's steps leave, done by hand by people of all habits: the programs, the startup script, the
/// wrapper, the unit and the link, each with an owner or a mode of its own; the account, and an empty directory for data.
fn by_hand(site: &Site) -> String {
    fs::create_dir(site.path("other")).unwrap();
    run(&mut bundle(site, &INSTALL, "other")).ok();
    let make = "mkdir -p root/opt root/etc/systemd/system root/usr/local/bin root/data/etcd/etcd-server && \
        cp -a other/opt/etcd-v3.5.1 other/opt/etcd root/opt/ && rm root/opt/etcd-v3.5.1/certs && \
        cp -a other/usr/local/bin/etcdctl root/usr/local/bin/ && \
        cp -a other/etc/systemd/system/etcd-server.service root/etc/systemd/system/ && \
        echo 'etcd:x:4711:4712::/:/usr/sbin/nologin' >root/etc/passwd && echo 'etcd:x:4712:' >root/etc/group && \
        cd root && chown -R 4711:4712 opt/etcd-v3.5.1 data/etcd/etcd-server && chown root:root opt/etcd-v3.5.1 && \
        chmod 775 opt/etcd-v3.5.1/etcd && chmod 700 opt/etcd-v3.5.1/etcdctl && chmod 750 data/etcd/etcd-server && \
        chown 0:4712 usr/local/bin/etcdctl && chmod 600 etc/systemd/system/etcd-server.service";
    fs::create_dir(site.path("root")).unwrap();
    site.shell(make).ok();
    listing(site, "root")
}

#[test]
fn programs_of_the_same_bytes_come_back_with_their_owner_and_mode() {
    let tarball = release("3.5.1", "amd64");
    let site = Site::new(&cluster("3.5.1", &tarball, &[("n1", "10.82.0.11")]));
    site.build(&tarball);
    let before = by_hand(&site);
    for _ in 0..2 {
        run(&mut bundle(&site, &INSTALL, "root")).ok();
        let etcd = site.shell("stat -c '%a %u:%g' root/opt/etcd-v3.5.1/etcd").ok();
        assert_eq!(etcd, "755 0:0");
        // Once more, over a file that somebody has changed hands of.
        site.shell("chown 4711 root/opt/etcd-v3.5.1/etcdctl").ok();
        run(&mut bundle(&site, &INSTALL, "root")).ok();
        let shown = run(&mut bundle(&site, &["uninstall", "--dry-run"], "root")).ok();
        assert!(shown.contains("give back  `/opt/etcd-v3.5.1/etcd`"), "{shown}");
        run(&mut bundle(&site, &["uninstall", "--yes"], "root")).ok();
        assert_eq!(listing(&site, "root"), before);
    }
    // Of other bytes none is taken over.
    site.shell("echo >>root/opt/etcd-v3.5.1/etcd").ok();
    run(&mut bundle(&site, &INSTALL, "root")).refused(3, "[path-taken]");
}

#[test]
fn a_run_that_fails_or_is_killed_gives_them_back_too() {
    let site = small_site();
    let before = by_hand(&site);
    let copy = |root: &str| {
        site.shell(&format!("cp -a root {root}")).ok();
    };
    copy("unharmed");
    let points = strace::points(&bundle(&site, &INSTALL, "unharmed"));
    assert!(points.len() > 60, "{}", points.len());
    for (n, seen) in points.iter().enumerate().filter(|(n, _)| n % 3 == 0) {
        let fault = if n % 2 == 0 { Fault::Kill } else { Fault::Errno("EIO") };
        let root = format!("harmed{n}");
        copy(&root);
        let Ok(said) = strace::inject(&bundle(&site, &INSTALL, &root), &seen.point.call, seen.point.n, fault) else {
            continue;
        };
        if said.code != 5 && said.code != 3 {
            // Where it was killed before its first change, there is nothing.
            let said = run(&mut bundle(&site, &["uninstall", "--purge", "--yes"], &root));
            assert!(said.code == 0 || said.err.contains("[not-installed]"), "{said:?}");
        }
        assert_eq!(listing(&site, &root), before, "at {}: {said:?}", seen.line);
        fs::remove_dir_all(site.path(&root)).unwrap();
    }
}
