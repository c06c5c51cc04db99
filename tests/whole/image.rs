//! `install --root`: an image is filled, and the running system is not touched. On arm64 too, under qemu.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use whole::strace::{self, Fault};
use whole::{SIGNER, Said, Site, release, run, sha256, small_site, workspace};

fn cluster(version: &str, arch: &str, tarball: &Path) -> Site {
    let text = format!(
        "[cluster]\nname = \"t\"\n[release]\nversion = \"{version}\"\narch = \"{arch}\"\nsha256 = \"{}\"\n\
         [[host]]\nname = \"n1\"\naddress = \"10.82.0.11\"\n",
        sha256(tarball)
    );
    let site = Site::new(&text);
    site.build(tarball);
    site
}

/// Everything below a directory: type, mode, owner, path, target.
fn listing(dir: &Path) -> String {
    let find = "find . -printf '%y %m %U:%G %p %l\\n' | sort";
    run(Command::new("sh").args(["-c", find]).current_dir(dir)).ok()
}

fn bundle(site: &Site, command: &str, args: &[&str], root: &Path) -> Said {
    run(Command::new(site.bundle("n1")).arg(command).args(args).arg("--root").arg(root))
}

/// The small site with another cluster file, built again.
fn rebuild(site: &Site, cluster: &str) {
    fs::write(site.path("cluster.toml"), cluster).unwrap();
    site.build(&site.path("release.tar.gz"));
}

#[test]
fn an_empty_tree_is_filled_and_emptied_again() {
    let tarball = release("3.5.1", "amd64");
    let site = cluster("3.5.1", "amd64", &tarball);
    let root = site.path("root");
    fs::create_dir(&root).unwrap();
    let (empty, passwd) = (listing(&root), fs::read("/etc/passwd").unwrap());
    bundle(&site, "install", &["--yes", SIGNER, "--service", "systemd"], &root).ok();
    let full = listing(&root);
    let uid = fs::read_to_string(root.join("etc/passwd")).unwrap();
    let uid = uid.split(':').nth(2).unwrap().to_owned();
    let set = fs::read_link(root.join("opt/etcd-certs/current")).unwrap();
    let set = set.display();
    for line in [
        "f 755 0:0 ./opt/etcd-v3.5.1/etcd ",
        "f 755 0:0 ./opt/etcd-v3.5.1/etcd-server-startup.sh ",
        &format!("f 600 {uid}:{uid} ./opt/etcd-certs/{set}/etcd-peer-key.pem "),
        "l 777 0:0 ./opt/etcd-v3.5.1/certs ../etcd-certs/current",
        &format!("l 777 0:0 ./opt/etcd-certs/current {set}"),
        "l 777 0:0 ./opt/etcd etcd-v3.5.1",
        &format!("d 700 {uid}:{uid} ./data/etcd/etcd-server "),
        "f 644 0:0 ./etc/systemd/system/etcd-server.service ",
        "l 777 0:0 ./etc/systemd/system/multi-user.target.wants/etcd-server.service /etc/systemd/system/etcd-server.service",
        "d 700 0:0 ./var/lib/etcdpack ",
        "f 600 0:0 ./var/lib/etcdpack/receipt.json ",
        "f 755 0:0 ./usr/local/sbin/etcdpack-host ",
    ] {
        assert!(full.lines().any(|have| have.trim_end() == line.trim_end()), "no `{line}` in\n{full}");
    }
    assert!(!full.contains("etcdpack-new") && !full.contains("Documentation"), "{full}");
    let said = bundle(&site, "install", &["--yes", SIGNER, "--service", "systemd"], &root);
    assert!(said.err.contains("nothing was changed"), "{said:?}");
    assert_eq!(listing(&root), full);
    assert_eq!(fs::read("/etc/passwd").unwrap(), passwd, "the running system was touched");
    bundle(&site, "uninstall", &["--purge", "--yes"], &root).ok();
    assert_eq!(listing(&root), empty);
}

#[test]
fn a_manager_that_the_bundle_has_nothing_for_is_refused() {
    let site = small_site();
    let root = site.path("root");
    fs::create_dir(&root).unwrap();
    let install = |manager: &str| bundle(&site, "install", &["--yes", SIGNER, "--service", manager], &root);
    let said = install("supervisor");
    assert!(said.err.contains("n1.run install --root ") && said.err.contains(" --service systemd\n"), "{said:?}");
    said.refused(3, "[manager-not-packed]");
    assert_eq!(fs::read_dir(&root).unwrap().count(), 0);
    install("systemd").ok();
    install("supervisor").refused(3, "[other-manager]");
}

#[test]
fn a_member_is_not_parted_from_its_data() {
    let site = small_site();
    let root = site.path("root");
    fs::create_dir(&root).unwrap();
    let args = ["--yes", SIGNER, "--service", "systemd"];
    bundle(&site, "install", &args, &root).ok();
    let text = fs::read_to_string(site.path("cluster.toml")).unwrap();
    let old = root.join("data/etcd/etcd-server");
    fs::create_dir_all(old.join("member/wal")).unwrap();
    let wal = "member/wal/0000000000000000-0000000000000000.wal";
    fs::copy(workspace().join("installer/fixtures/wal-3.5.1.bin"), old.join(wal)).unwrap();
    let full = listing(&root);
    for more in ["name = \"etcd-two\"\n", "[paths]\nopt = \"/srv/opt\"\n", "[paths]\ndata = \"/srv/etcd\"\n"] {
        rebuild(&site, &format!("{text}{more}"));
        bundle(&site, "install", &args, &root).refused(3, "[member-moved]");
        assert_eq!(listing(&root), full, "{more}");
    }
    // As the help lines say: taken out, moved, installed again; and nothing else passes for it.
    bundle(&site, "uninstall", &["--yes"], &root).ok();
    let said = bundle(&site, "install", &args, &root);
    assert!(said.err.contains("paths.data = \"/data/etcd/etcd-server\""), "{said:?}");
    said.refused(3, "[member-moved]");
    fs::create_dir_all(root.join("srv/etcd/notes")).unwrap();
    bundle(&site, "install", &args, &root).refused(3, "[data-in-place]");
    fs::remove_dir(root.join("srv/etcd/notes")).unwrap();
    fs::rename(old.join("member"), root.join("srv/etcd/member")).unwrap();
    // An install that fails gives back what was brought.
    let before = listing(&root.join("srv"));
    let mut command = Command::new(site.bundle("n1"));
    command.arg("install").args(args).arg("--root").arg(&root);
    let said = strace::inject(&command, "symlinkat", 1, Fault::Errno("EIO")).unwrap();
    assert_eq!(said.code, 5, "{said:?}");
    assert_eq!(listing(&root.join("srv")), before);
    bundle(&site, "install", &args, &root).ok();
    assert!(root.join("srv/etcd").join(wal).is_file());
    bundle(&site, "uninstall", &["--purge", "--yes"], &root).ok();
    // The directory was made by somebody else; what etcd had in it is gone.
    assert_eq!(fs::read_dir(root.join("srv/etcd")).unwrap().count(), 0);
}

#[test]
fn an_uninstall_is_shown_before_it_is_done() {
    let site = small_site();
    let root = site.path("root");
    fs::create_dir(&root).unwrap();
    bundle(&site, "uninstall", &["--dry-run"], &root).refused(3, "[not-installed]");
    bundle(&site, "install", &["--yes", SIGNER, "--service", "systemd"], &root).ok();
    fs::create_dir(root.join("data/etcd/etcd-server/member")).unwrap();
    let script = root.join("opt/etcd-v3.5.1/etcd-server-startup.sh");
    fs::write(&script, "# mine\n").unwrap();
    let before = listing(&root);
    let shown = bundle(&site, "uninstall", &["--dry-run", "--yes"], &root).ok();
    for line in [
        "  - remove     `/opt/etcd`",
        "  = keep       `/data/etcd/etcd-server`",
        "  = keep       `/opt/etcd-v3.5.1/etcd-server-startup.sh`",
        "  = keep       user `etcd`",
    ] {
        assert!(shown.contains(line), "no `{line}` in {shown}");
    }
    let (goes, stays) = shown.split_once("\nstays:\n").expect("two lists");
    assert!(goes.starts_with("goes:\n") && !goes.contains("keep"), "{shown}");
    assert!(!stays.contains("  - ") && stays.contains("  = keep       user `etcd`"), "{shown}");
    let purge = bundle(&site, "uninstall", &["--dry-run", "--purge"], &root).ok();
    assert!(purge.contains("  - remove     `/data/etcd/etcd-server`"), "{purge}");
    let told = bundle(&site, "uninstall", &["--dry-run", "--json"], &root).ok();
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((&told["signer"], &told["findings"]), (&Value::Null, &Value::Array(Vec::new())));
    assert_eq!(listing(&root), before, "looking changed it");
    // What was shown is what happens.
    bundle(&site, "uninstall", &["--yes"], &root).ok();
    let (mut gone, mut kept) = (0, 0);
    for step in told["steps"].as_array().unwrap() {
        let (change, state) = (step["change"].as_object().unwrap(), step["state"].as_str().unwrap());
        let (kind, change) = change.iter().next().unwrap();
        let Some(path) = change["path"].as_str() else { continue };
        let there = root.join(path.trim_start_matches('/'));
        // Directories go when nothing lies in them any more.
        match (state, there.symlink_metadata().is_ok()) {
            ("pending" | "done", false) => gone += 1,
            ("stays", true) => kept += 1,
            ("pending", true) if kind == "dir" => assert!(fs::read_dir(&there).unwrap().next().is_some(), "{path}"),
            other => panic!("{path}: {other:?}"),
        }
    }
    assert!(gone > 10 && kept == 2, "{gone} gone, {kept} kept: {told}");
    bundle(&site, "uninstall", &["--purge", "--yes"], &root).ok();
    assert!(script.is_file() && !root.join("data").exists(), "{}", listing(&root));
    assert_eq!(bundle(&site, "uninstall", &["--dry-run", "--json"], &root).code, 3);
}

#[test]
fn an_uninstall_that_is_told_to_stop_takes_back_nothing_of_the_run_before() {
    let site = small_site();
    let root = site.path("root");
    let args = ["--yes", SIGNER, "--service", "systemd"];
    fs::create_dir(&root).unwrap();
    bundle(&site, "install", &args, &root).ok();
    let text = fs::read_to_string(site.path("cluster.toml")).unwrap();
    rebuild(&site, &format!("{text}[etcd.flags]\nmax-txn-ops = 256\n"));
    let mut command = Command::new(site.bundle("n1"));
    command.arg("install").args(args).arg("--root").arg(&root);
    assert_eq!(strace::inject(&command, "renameat", 3, Fault::Kill).unwrap().code, -9);
    let journal = "var/lib/etcdpack/journal.jsonl";
    assert!(root.join(journal).exists());
    for n in 1..=3 {
        let copy = site.path(&format!("copy{n}"));
        run(Command::new("cp").arg("-a").args([&root, &copy])).ok();
        let mut command = Command::new(site.bundle("n1"));
        command.args(["uninstall", "--yes", "--root"]).arg(&copy);
        let said = strace::inject(&command, "fsync", n, Fault::Signal("TERM")).unwrap();
        assert_eq!(said.code, 5, "{said:?}");
        // Both runs are on record until the uninstall has come to its end.
        assert!(
            copy.join(journal).exists() && copy.join("var/lib/etcdpack/receipt.json").exists(),
            "fsync {n}: {said:?}"
        );
        bundle(&site, "uninstall", &["--yes"], &copy).ok();
        assert_eq!(fs::read_dir(&copy).unwrap().count(), 0, "{}", listing(&copy));
    }
}

#[test]
fn data_of_another_member_is_not_purged_with_this_ones() {
    let site = small_site();
    let root = site.path("root");
    let args = ["--yes", SIGNER, "--service", "systemd"];
    fs::create_dir(&root).unwrap();
    bundle(&site, "install", &args, &root).ok();
    let theirs = root.join("data/etcd/etcd-server/member");
    fs::create_dir(&theirs).unwrap();
    bundle(&site, "uninstall", &["--yes"], &root).ok();
    let text = fs::read_to_string(site.path("cluster.toml")).unwrap();
    let text = text.replace("[pki]", "member = \"m2\"\n[paths]\ndata = \"/srv/etcd\"\n[pki]");
    fs::write(site.path("cluster.toml"), text).unwrap();
    site.build_new_cluster(&site.path("release.tar.gz"));
    bundle(&site, "install", &args, &root).ok();
    bundle(&site, "uninstall", &["--purge", "--yes"], &root).ok();
    assert!(theirs.is_dir() && !root.join("srv").exists(), "{}", listing(&root));
}

#[test]
fn what_a_supervisor_includes_is_found_as_it_finds_it() {
    let (site, conf) = (small_site(), "etc/supervisord.conf");
    let text = fs::read_to_string(site.path("cluster.toml")).unwrap();
    rebuild(&site, &text.replace("\"systemd\"", "\"auto\"\n[supervisor]\ncarry = \"nothing\""));
    let root = site.path("root");
    let put = |path: &str, text: &str| {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    put("usr/bin/supervisord", "");
    put("usr/bin/supervisorctl", "");
    put(
        conf,
        "[supervisord]\n[supervisorctl]\nserverurl=unix:///x\n[include]\nfiles = s/*/conf.d/*.in[ai] t/?.conf %(here)s/own.d/*.ini\n",
    );
    let theirs = ["s/a/conf.d/x.ini", "s/b/conf.d/y.ina", "t/z.conf"];
    let unread = ["s/a/conf.d/x.inb", "s/.c/conf.d/x.ini", "t/zz.conf", "own.d/.hidden.ini"];
    let program = |file: &str| put(&format!("etc/{file}"), "[program:n1]\ncommand=/bin/true\n");
    theirs.iter().chain(&unread).for_each(|file| program(file));
    let args = ["--yes", SIGNER, "--service", "supervisor"];
    let said = bundle(&site, "install", &args, &root);
    assert_eq!(said.code, 3, "{said:?}");
    for file in theirs {
        assert!(said.err.contains(&format!("`/etc/{file}` has a program `n1` of its own")), "{file}: {said:?}");
        fs::remove_file(root.join("etc").join(file)).unwrap();
    }
    assert!(unread.iter().all(|file| !said.err.contains(file)), "{said:?}");
    bundle(&site, "install", &args, &root).ok();
    assert!(root.join("etc/own.d/etcd-server.ini").is_file());
    bundle(&site, "uninstall", &["--purge", "--yes"], &root).ok();
    assert!(root.join(conf).is_file() && !root.join("etc/own.d/etcd-server.ini").exists());
}

#[test]
fn hostile_surroundings_change_nothing() {
    let tarball = release("3.5.1", "amd64");
    let site = cluster("3.5.1", "amd64", &tarball);
    let install = |name: &str, shell: &str| {
        let root = site.path(name);
        fs::create_dir(&root).unwrap();
        let line = format!(
            "{shell} exec {} install --yes --quiet {SIGNER} --service systemd --root {}",
            site.bundle("n1").display(),
            root.display()
        );
        run(Command::new("sh").args(["-c", &line])).ok();
        listing(&root)
    };
    let plain = install("plain", "");
    assert_eq!(install("umask0", "umask 000;"), plain);
    assert_eq!(install("umask7", "umask 777;"), plain);
    let odd = "export PATH=/nowhere TMPDIR=/nowhere HOME=/nowhere LANG=zh_CN.GB18030 LD_PRELOAD=/nowhere.so IFS=/;";
    assert_eq!(install("environment", odd), plain);
    assert_eq!(install("limits", "ulimit -S -n 16; ulimit -S -f 1000;"), plain);
    assert_eq!(install("descriptors", "cd /; exec 5</dev/null 6>/dev/null 0<&-;"), plain);
}

#[test]
fn a_reader_that_went_away_stops_nothing() {
    let tarball = release("3.5.1", "amd64");
    let site = cluster("3.5.1", "amd64", &tarball);
    let root = site.path("root");
    fs::create_dir(&root).unwrap();
    for (name, args) in [("install", [SIGNER, "--service=systemd"]), ("uninstall", ["--purge", "--verbose"])] {
        // As behind `| head -1`: the first line of the narration finds nobody.
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let mut command = Command::new(site.bundle("n1"));
        let command = command.args([name, "--yes"]).args(args).arg("--root").arg(&root);
        assert!(command.stderr(writer).status().unwrap().success(), "{name}");
        assert_eq!(root.join("var/lib/etcdpack/receipt.json").is_file(), name == "install");
    }
}

#[test]
fn under_nohup_a_closed_terminal_does_nothing() {
    let tarball = release("3.5.1", "amd64");
    let site = cluster("3.5.1", "amd64", &tarball);
    let root = site.path("root");
    fs::create_dir(&root).unwrap();
    let line = "trap '' HUP; \"$0\" install --yes --quiet \"$2\" --service systemd --root \"$1\" & \
                while kill -HUP $! 2>/dev/null; do :; done; wait $!";
    run(Command::new("sh").args(["-c", line]).arg(site.bundle("n1")).arg(&root).arg(SIGNER)).ok();
    assert!(root.join("var/lib/etcdpack/receipt.json").is_file());
}

#[test]
fn memory_stays_below_32_mib() {
    let tarball = release("3.5.1", "amd64");
    let site = cluster("3.5.1", "amd64", &tarball);
    let root = site.path("root");
    fs::create_dir(&root).unwrap();
    let script = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True); \
                  print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)";
    let mut python = Command::new("python3");
    python.args(["-c", script]).arg(site.bundle("n1"));
    let said =
        run(python.args(["install", "--yes", "--quiet", SIGNER, "--service", "systemd", "--root"]).arg(&root)).ok();
    let kib: u64 = said.trim().parse().unwrap();
    assert!(kib < 32 * 1024, "{kib} KiB");
}

#[test]
fn arm64_installs_under_qemu_with_debians_own_etcd() {
    let tarball = release("3.4.23", "arm64");
    let site = cluster("3.4.23", "arm64", &tarball);
    let root = site.path("root");
    fs::create_dir(&root).unwrap();
    let qemu = |args: &[&str]| run(Command::new("qemu-aarch64-static").arg(site.bundle("n1")).args(args));
    // Under qemu-user /proc/self/exe is the program that is emulated.
    qemu(&["verify"]).ok();
    let root_arg = root.to_string_lossy();
    let plan = qemu(&["plan", "--service", "systemd", "--root", &root_arg]).ok();
    assert!(plan.contains("/opt/etcd-v3.4.23/{etcd,etcdctl}"), "{plan}");
    qemu(&["install", "--yes", SIGNER, "--service", "systemd", "--root", &root_arg]).ok();
    let file =
        run(Command::new("sh").args(["-c", &format!("head -c 20 {root_arg}/opt/etcd/etcd | od -An -tx1 -j18 -N2")]))
            .ok();
    assert_eq!(file.split_whitespace().collect::<String>(), "b700", "e_machine of AArch64");
    let script = fs::read_to_string(root.join("opt/etcd/etcd-server-startup.sh")).unwrap();
    assert!(script.contains("ETCD_UNSUPPORTED_ARCH=arm64"), "{script}");
    qemu(&["uninstall", "--purge", "--yes", "--root", &root_arg]).ok();
    assert_eq!(fs::read_dir(&root).unwrap().count(), 0);
}
