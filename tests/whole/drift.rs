//! What others did to a host before, between and after: kept, worked with or refused, never run over.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use whole::bundles::Bundles;
use whole::snapshot::installed;
use whole::strace::{self, Fault};
use whole::{SIGNER, Said, run, workspace};

const SCRIPT: &str = "opt/etcd-v3.5.1/etcd-server-startup.sh";

/// A tree and the bundles to install into it.
struct Host {
    bundles: Bundles,
    dir: TempDir,
}

impl Host {
    fn new() -> Self {
        let target = workspace().join("target");
        Self { bundles: Bundles::new_in(&target), dir: TempDir::new_in(target).unwrap() }
    }

    fn installed() -> Self {
        let host = Self::new();
        host.install(&host.bundles.first).ok();
        host
    }

    fn at(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    fn command(&self, bundle: &Path, words: &[&str]) -> Command {
        let mut command = Command::new(bundle);
        command.args(words).arg("--root").arg(self.dir.path());
        command
    }

    fn install(&self, bundle: &Path) -> Said {
        run(&mut self.command(bundle, &["install", "--yes", SIGNER]))
    }

    fn purge(&self) -> Said {
        run(&mut self.command(&self.bundles.first, &["uninstall", "--purge", "--yes"]))
    }
}

#[test]
fn a_file_that_an_administrator_changed_is_kept_and_the_new_one_lies_beside() {
    let host = Host::installed();
    fs::write(host.at(SCRIPT), "#!/bin/sh\n# mine\n").unwrap();
    let before = installed(host.dir.path());
    let said = host.install(&host.bundles.first);
    assert!(said.err.contains("[changed-file]") && said.err.contains("nothing was changed"), "{said:?}");
    said.ok();
    assert_eq!(installed(host.dir.path()).differences(&before), [""; 0]);

    let said = host.install(&host.bundles.second);
    assert!(said.err.contains(&format!("`/{SCRIPT}` was changed")), "{said:?}");
    said.ok();
    assert_eq!(fs::read_to_string(host.at(SCRIPT)).unwrap(), "#!/bin/sh\n# mine\n");
    let beside = host.at(&format!("{SCRIPT}.etcdpack-dist"));
    assert!(fs::read_to_string(&beside).unwrap().contains("4294967296"), "the new script");
    let said = host.install(&host.bundles.second);
    assert!(said.err.contains("nothing was changed"), "{said:?}");

    let said = host.purge();
    assert!(said.err.contains(&format!("kept `/{SCRIPT}`")), "{said:?}");
    said.ok();
    let left: Vec<String> = installed(host.dir.path()).iter().map(|(path, _)| path.to_owned()).collect();
    assert_eq!(left, ["opt", "opt/etcd-v3.5.1", SCRIPT]);
}

#[test]
fn what_others_put_in_our_places_is_never_replaced() {
    let host = Host::new();
    let refused = |prepare: &str, words: &str| {
        let said = run(Command::new("sh").args(["-c", prepare]).current_dir(host.dir.path()));
        said.ok();
        let before = installed_raw(&host);
        host.install(&host.bundles.first).refused(3, words);
        assert_eq!(installed_raw(&host), before, "{prepare}");
        run(Command::new("sh").args(["-c", "rm -rf ..?* * .[!.]*"]).current_dir(host.dir.path())).ok();
    };
    let etcd = "mkdir -p opt/etcd-v3.5.1; cd opt/etcd-v3.5.1;";
    let taken = "`/opt/etcd-v3.5.1/etcd` is there already and is not ours";
    refused(&format!("{etcd} echo '#!/bin/sh' > etcd; chmod 755 etcd"), taken);
    refused(&format!("{etcd} mkdir etcd"), taken);
    refused(&format!("{etcd} mkfifo etcd"), taken);
    refused(&format!("{etcd} ln -s /bin/true etcd"), taken);
    refused("mkdir opt; echo x > opt/etcd-v3.5.1", "`/opt/etcd-v3.5.1` is there already and is not a directory");
    refused("echo x > data", "`/data` is there already and is not a directory [path-taken]");
    refused("ln -s /nowhere data", "`/data` is a link that leads nowhere [path-taken]");
    refused("ln -s /a data; ln -s b a; ln -s a b", "loop");
    refused("mkdir -p var/lib; ln -s /nowhere var/lib/etcdpack", "`/var/lib/etcdpack` is a link that leads nowhere");
    refused("mkdir -p srv/app; chmod 777 srv/app; ln -s srv/app data", "can write to `/srv/app` (mode 0777, owner 0)");
    refused("mkdir -p srv/app; chown 7 srv/app; ln -s /srv/app data", "can write to `/srv/app` (mode 0755, owner 7)");
    refused("mkdir -p srv/x data; chmod 1777 data; ln -s /srv/x data/etcd; chown -h 7 data/etcd", "[unsafe-directory]");
    refused("mkdir -p srv/x data; chmod 1777 data; ln -s /srv/x data/etcd", "can choose where `/data/etcd` leads");
    refused("mkdir -p srv/x data; ln -s /srv/x data/etcd; chown -h 7 data/etcd", "can choose where `/data/etcd` leads");

    // A link that only root could have made leads where it was meant to.
    fs::create_dir_all(host.at("srv/big/disk")).unwrap();
    symlink("srv/big/../big/disk", host.at("data")).unwrap();
    host.install(&host.bundles.first).ok();
    assert!(host.at("srv/big/disk/etcd/etcd-server").is_dir());
}

#[test]
fn a_program_that_an_administrator_made_a_link_is_kept() {
    let host = Host::installed();
    fs::rename(host.at("opt/etcd-v3.5.1/etcdctl"), host.at("opt/mine")).unwrap();
    symlink("../mine", host.at("opt/etcd-v3.5.1/etcdctl")).unwrap();
    let before = installed(host.dir.path());
    let said = host.install(&host.bundles.first);
    assert!(said.err.contains("`/opt/etcd-v3.5.1/etcdctl` was changed"), "{said:?}");
    said.ok();
    assert_eq!(installed(host.dir.path()).differences(&before), [""; 0]);
}

#[test]
fn what_came_after_an_uninstall_is_not_taken_for_what_it_left() {
    let host = Host::installed();
    let wal = host.at("data/etcd/etcd-server/member/wal");
    let log = wal.join("0000000000000000-0000000000000000.wal");
    let etcds_own = |version: &str| workspace().join("installer/fixtures").join(format!("wal-{version}.bin"));
    fs::create_dir_all(&wal).unwrap();
    fs::copy(etcds_own("3.5.1"), &log).unwrap();
    run(&mut host.command(&host.bundles.first, &["uninstall", "--yes"])).ok();

    let refused = |code: &str, words: &[String]| {
        let before = installed_raw(&host);
        let said = host.install(&host.bundles.first);
        assert!(words.iter().all(|words| said.err.contains(words)), "no {words:?} in {said:?}");
        said.refused(3, code);
        assert_eq!(installed_raw(&host), before);
    };
    let ids = ["3.4.23", "3.5.1"].map(|version| {
        let said = fs::read_to_string(etcds_own(version).with_extension("txt")).unwrap();
        let (cluster, member) = said.trim().split_once(' ').unwrap();
        format!("member {member} of cluster {cluster}")
    });
    fs::copy(etcds_own("3.4.23"), &log).unwrap();
    refused("[data-in-place]", &ids);
    fs::remove_dir_all(host.at("data/etcd/etcd-server/member")).unwrap();
    fs::write(host.at("data/etcd/etcd-server/notes"), "of others").unwrap();
    refused("[data-in-place]", &ids[1..]);
    fs::remove_file(host.at("data/etcd/etcd-server/notes")).unwrap();
    refused("[data-gone]", &ids[1..]);
    run(&mut host.command(&host.bundles.first, &["plan", "--although-data-gone"])).ok();
    fs::create_dir_all(&wal).unwrap();
    fs::copy(etcds_own("3.5.1"), &log).unwrap();

    let kept = host.at("var/lib/etcdpack/kept.json");
    let text = fs::read_to_string(&kept).unwrap();
    fs::write(&kept, text.replacen("\"etcd\": \"3.5.1\"", "\"etcd\": \"3.6.0\"", 1)).unwrap();
    refused("[data-newer]", &["data of etcd 3.6.0; the bundle has 3.5.1".to_owned()]);
    fs::write(&kept, text).unwrap();
    host.install(&host.bundles.first).ok();
    host.purge().ok();
    assert_eq!(fs::read_dir(host.dir.path()).unwrap().count(), 0);
}

#[test]
fn what_is_missing_or_has_the_wrong_owner_is_put_right() {
    let host = Host::installed();
    let before = installed(host.dir.path());
    fs::remove_file(host.at("opt/etcd-v3.5.1/etcdctl")).unwrap();
    fs::remove_file(host.at("opt/etcd")).unwrap();
    for (path, mode) in [("opt/etcd-v3.5.1/certs/etcd-peer-key.pem", 0o644), ("data/etcd/etcd-server", 0o777)] {
        fs::set_permissions(host.at(path), fs::Permissions::from_mode(mode)).unwrap();
    }
    host.install(&host.bundles.first).ok();
    let mut now = installed(host.dir.path());
    // It was installed twice.
    now.edit("var/lib/etcdpack/history.jsonl", |text| text.lines().take(1).collect());
    assert_eq!(now.differences(&before), [""; 0]);
}

#[test]
fn a_link_that_was_turned_elsewhere_is_kept() {
    let host = Host::installed();
    fs::remove_file(host.at("opt/etcd")).unwrap();
    symlink("etcd-v3.5.99", host.at("opt/etcd")).unwrap();
    let said = host.install(&host.bundles.second);
    assert!(said.err.contains("`/opt/etcd` was changed"), "{said:?}");
    said.ok();
    assert_eq!(fs::read_link(host.at("opt/etcd")).unwrap(), Path::new("etcd-v3.5.99"));
}

#[test]
fn an_account_with_other_ids_is_adopted_and_stays() {
    let host = Host::new();
    fs::create_dir(host.at("etc")).unwrap();
    fs::write(host.at("etc/passwd"), "etcd:x:4321:8765::/:/sbin/nologin\n").unwrap();
    fs::write(host.at("etc/group"), "etcd:x:8765:\n").unwrap();
    let before = installed(host.dir.path());
    host.install(&host.bundles.first).ok();
    let data = fs::metadata(host.at("data/etcd/etcd-server")).unwrap();
    assert_eq!((data.uid(), data.gid()), (4321, 8765));
    host.purge().ok();
    assert_eq!(installed(host.dir.path()).differences(&before), [""; 0]);
}

#[test]
fn accounts_of_others_keep_every_byte() {
    let host = Host::new();
    fs::create_dir(host.at("etc")).unwrap();
    let latin = b"jose:x:1000:1000:Jos\xe9 \xc3\xa9:/:/bin/sh\n";
    fs::write(host.at("etc/passwd"), latin).unwrap();
    host.install(&host.bundles.first).ok();
    assert!(fs::read(host.at("etc/passwd")).unwrap().starts_with(latin));
    host.purge().ok();
    assert_eq!(fs::read(host.at("etc/passwd")).unwrap(), latin);
}

#[test]
fn what_cannot_be_changed_is_left_and_so_is_who_owns_it() {
    let host = Host::installed();
    let before = installed(host.dir.path());
    let chattr = |flag: &str, path: &Path| run(Command::new("chattr").arg(flag).arg(path)).ok();
    let script = host.at(SCRIPT);
    chattr("+i", &script);
    let said = host.install(&host.bundles.second);
    chattr("-i", &script);
    assert!(said.err.contains("etcd-server-startup.sh` is marked immutable"), "{said:?}");
    said.refused(3, "[not-writable]");
    assert_eq!(installed(host.dir.path()).differences(&before), [""; 0]);

    let data = host.at("data/etcd/etcd-server/db");
    fs::write(&data, "data").unwrap();
    chattr("+i", &data);
    let said = host.purge();
    chattr("-i", &host.at("data/etcd/.etcd-server.etcdpack-gone/db"));
    assert!(said.code == 6 && said.err.contains("--purge"), "{said:?}");
    assert!(fs::read_to_string(host.at("etc/passwd")).unwrap().contains("etcd:"), "{said:?}");
    host.purge().ok();
    assert_eq!(installed(host.dir.path()).iter().count(), 0);
}

#[test]
fn a_directory_for_data_that_was_there_gets_its_owner_back() {
    let host = Host::new();
    let data = host.at("data/etcd/etcd-server");
    fs::create_dir_all(&data).unwrap();
    std::os::unix::fs::chown(&data, Some(77), Some(78)).unwrap();
    fs::set_permissions(&data, fs::Permissions::from_mode(0o750)).unwrap();
    let before = installed(host.dir.path());
    host.install(&host.bundles.first).ok();
    host.purge().ok();
    assert_eq!(installed(host.dir.path()).differences(&before), [""; 0]);
}

#[test]
fn records_that_cannot_be_read_stop_everything() {
    let host = Host::installed();
    let receipt = host.at("var/lib/etcdpack/receipt.json");
    let text = fs::read_to_string(&receipt).unwrap();
    for (bad, words) in [
        (text.replacen("\"schema\": 3", "\"schema\": 77", 1), "has schema 77"),
        (text.replacen("\"bundle\"", "\"bumble\"", 1), "is not readable"),
    ] {
        fs::write(&receipt, bad).unwrap();
        let before = installed_raw(&host);
        host.install(&host.bundles.first).refused(3, words);
        host.purge().refused(3, words);
        assert_eq!(installed_raw(&host), before);
    }
    fs::write(&receipt, text).unwrap();
    fs::write(host.at("var/lib/etcdpack/journal.jsonl"), "{\"install\":{\"schema\":99}}\n").unwrap();
    let before = installed_raw(&host);
    host.install(&host.bundles.first).refused(3, "of the journal");
    assert_eq!(installed_raw(&host), before);
}

/// The tree, for receipts that are none.
fn installed_raw(host: &Host) -> Vec<String> {
    let line = "find . -printf '%y %m %U:%G %s %p %l\\n' | sort; find . -type f -exec sha256sum {} + | sort";
    let said = run(Command::new("sh").args(["-c", line]).current_dir(host.dir.path()));
    said.ok().lines().map(str::to_owned).collect()
}

#[test]
fn another_bundle_over_an_unfinished_install_is_refused_and_both_are_named() {
    let host = Host::new();
    let mut install = host.command(&host.bundles.first, &["install", "--yes", "--quiet", SIGNER]);
    assert_eq!(strace::inject(&install, "renameat", 9, Fault::Kill).unwrap().code, -9);
    let before = installed(host.dir.path());
    let said = host.install(&host.bundles.second);
    let short = |bundle: &Path| {
        let line = format!("head -c -128 {} | sha256sum | cut -c1-8", bundle.display());
        run(Command::new("sh").args(["-c", &line])).ok()
    };
    for bundle in [&host.bundles.first, &host.bundles.second] {
        assert!(said.err.contains(&short(bundle)), "{said:?}");
    }
    said.refused(3, "[unfinished-other]");
    let said = run(&mut host.command(&host.bundles.second, &["plan", "--json"]));
    let typed = format!("uninstall --root {}", host.dir.path().display());
    assert!(said.code == 3 && said.out.contains(&typed) && !said.out.contains("HOST.run"), "{said:?}");
    assert_eq!(installed(host.dir.path()).differences(&before), [""; 0]);
    run(&mut install).ok();
    host.purge().ok();
    assert_eq!(fs::read_dir(host.dir.path()).unwrap().count(), 0);
}

#[test]
fn a_purge_never_follows_a_link_out_and_leaves_a_mount_point() {
    let host = Host::installed();
    let data = host.at("data/etcd/etcd-server");
    let outside = TempDir::new_in(workspace().join("target")).unwrap();
    fs::write(outside.path().join("precious"), "data of others").unwrap();
    fs::create_dir(data.join("member")).unwrap();
    symlink(outside.path(), data.join("member/link")).unwrap();
    host.purge().ok();
    assert_eq!(fs::read_to_string(outside.path().join("precious")).unwrap(), "data of others");
    assert!(!data.exists());

    // The data directory itself replaced by a link: that is not what we made.
    host.install(&host.bundles.first).ok();
    fs::remove_dir(&data).unwrap();
    symlink(outside.path(), &data).unwrap();
    host.purge();
    assert_eq!(fs::read_to_string(outside.path().join("precious")).unwrap(), "data of others");
    assert!(fs::symlink_metadata(&data).unwrap().is_symlink());
    fs::remove_file(&data).unwrap();
    host.purge();

    // A part of the same file system, mounted inside: not ours, though its device is.
    host.install(&host.bundles.first).ok();
    let line = "mkdir -p \"$1/member/wal\" && mount --bind \"$2\" \"$1/member/wal\" && root=$3 && shift 3 && \
                \"$@\" uninstall --purge --yes --quiet --root \"$root\"";
    let mut shell = Command::new("unshare");
    shell
        .args(["-m", "sh", "-c", line, "sh"])
        .arg(&data)
        .arg(outside.path())
        .arg(host.dir.path())
        .arg(&host.bundles.first);
    run(&mut shell).ok();
    assert_eq!(fs::read_to_string(outside.path().join("precious")).unwrap(), "data of others");
    host.purge();
    assert!(!data.exists());

    // A disk of its own under the data directory: emptied, and left where it is mounted.
    fs::create_dir_all(&data).unwrap();
    let line = format!(
        "mount -t tmpfs none \"$1\" && shift && \"$@\" install --yes --quiet {SIGNER} --root \"$0\" && \
         touch \"$0/data/etcd/etcd-server/x\" && \"$@\" uninstall --purge --yes --quiet --root \"$0\"; \
         code=$?; ls -A \"$0/data/etcd/etcd-server\"; mountpoint -q \"$0/data/etcd/etcd-server\" && exit $code"
    );
    let mut shell = Command::new("unshare");
    shell.args(["-m", "sh", "-c", &line]).arg(host.dir.path()).arg(&data).arg(&host.bundles.first);
    let said = run(&mut shell);
    assert_eq!((said.code, said.out.as_str()), (0, ""), "{said:?}");
    assert!(data.is_dir());
}
