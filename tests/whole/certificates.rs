//! CA, certificate and key lie together in a directory of their own, and one rename switches from one such set to another.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use whole::bundles::Bundles;
use whole::snapshot::installed;
use whole::{Lab, SIGNER, Said, Site, cluster, old_layout, plain_keys, release, run, workspace};

const CERTS: &str = "opt/etcd-v3.5.1/certs";
const SETS: &str = "opt/etcd-certs";

/// A tree with the first of two bundles installed; the second brings a renewed pair.
struct Tree {
    bundles: Bundles,
    dir: TempDir,
}

impl Tree {
    fn installed() -> Self {
        let target = workspace().join("target");
        let tree = Self { bundles: Bundles::new_in(&target), dir: TempDir::new_in(target).unwrap() };
        tree.install(&tree.bundles.first, &[]).ok();
        tree
    }

    fn at(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    fn run(&self, bundle: &Path, words: &[&str]) -> Said {
        run(Command::new(bundle).args(words).arg("--root").arg(self.dir.path()))
    }

    fn install(&self, bundle: &Path, words: &[&str]) -> Said {
        self.run(bundle, &[&["install", "--yes", SIGNER], words].concat())
    }

    fn purge(&self) -> Said {
        self.run(&self.bundles.first, &["uninstall", "--purge", "--yes"])
    }

    fn link(&self, path: &str) -> String {
        fs::read_link(self.at(path)).unwrap_or_else(|error| panic!("{path}: {error}")).to_str().unwrap().to_owned()
    }

    /// The set in use; its files fit together, and nothing else lies beside it, on the disk or on record.
    #[track_caller]
    fn one_set(&self) -> String {
        assert_eq!(self.link(CERTS), "../etcd-certs/current");
        let name = self.link(&format!("{SETS}/current"));
        let mut beside = names(&self.at(SETS));
        beside.retain(|other| *other != name);
        assert_eq!(beside, ["current"]);
        assert!(names(&self.at("opt/etcd-v3.5.1")).iter().all(|name| !name.contains("etcdpack")));
        let fits = "openssl verify -CAfile ca.pem etcd-peer.pem && test \"$(openssl pkey -in etcd-peer-key.pem -pubout)\" = \
                    \"$(openssl x509 -in etcd-peer.pem -noout -pubkey)\"";
        run(Command::new("sh").args(["-c", fits]).current_dir(self.at(CERTS))).ok();
        let receipt: Value =
            serde_json::from_slice(&fs::read(self.at("var/lib/etcdpack/receipt.json")).unwrap()).unwrap();
        for change in receipt["changes"].as_array().unwrap() {
            let path = change.as_object().and_then(|change| change.values().next()?.get("path")?.as_str());
            if let Some(path) = path {
                assert!(self.at(&path[1..]).symlink_metadata().is_ok(), "{path} is on record and not there");
                assert!(!path.starts_with(&format!("/{CERTS}/")), "{path} is not where it is");
            }
        }
        name
    }
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_renewed_pair_is_another_directory_and_one_link() {
    let tree = Tree::installed();
    let first = tree.one_set();
    let said = tree.run(&tree.bundles.second, &["plan"]).ok();
    assert!(said.contains(&format!("link       /{SETS}/current -> ")), "{said}");
    assert!(!said.contains(&format!("+ link       /{CERTS} ")), "{said}");
    tree.install(&tree.bundles.second, &[]).ok();
    let second = tree.one_set();
    assert_ne!(second, first);
    let before = installed(tree.dir.path());
    let said = tree.install(&tree.bundles.second, &[]);
    assert!(said.err.contains("nothing was changed"), "{said:?}");
    assert_eq!(installed(tree.dir.path()).differences(&before), [""; 0]);
    // The same content is the same set.
    tree.install(&tree.bundles.first, &["--allow-downgrade"]).ok();
    assert_eq!(tree.one_set(), first);
    tree.purge().ok();
    assert_eq!(names(tree.dir.path()), [""; 0]);
}

#[test]
fn what_is_missing_of_a_set_is_put_right() {
    let tree = Tree::installed();
    let set = tree.one_set();
    let before = installed(tree.dir.path());
    for gone in [CERTS, &format!("{SETS}/current"), &format!("{SETS}/{set}/ca.pem"), &format!("{SETS}/{set}")] {
        let path = tree.at(gone);
        if path.is_dir() && !path.is_symlink() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.unwrap();
        tree.install(&tree.bundles.first, &[]).ok();
        assert_eq!(installed(tree.dir.path()).differences(&before), [""; 0], "{gone}");
    }
    tree.purge().ok();
    assert_eq!(names(tree.dir.path()), [""; 0]);
}

#[test]
fn a_host_of_the_old_layout_is_switched_and_uninstalled() {
    let tree = Tree::installed();
    let was = tree.one_set();
    for bundle in [&tree.bundles.first, &tree.bundles.second] {
        old_layout::age(tree.dir.path());
        assert!(tree.at(CERTS).join("ca.pem").is_file() && !tree.at(CERTS).is_symlink());
        tree.install(bundle, &[]).ok();
        assert_eq!(tree.one_set() == was, *bundle == tree.bundles.first);
    }
    // Without having been switched it is taken off, too.
    old_layout::age(tree.dir.path());
    tree.purge().ok();
    assert_eq!(names(tree.dir.path()), [""; 0]);
}

#[test]
fn a_set_that_an_administrator_changed_stays_in_use_as_a_whole() {
    for old in [false, true] {
        let tree = Tree::installed();
        if old {
            old_layout::age(tree.dir.path());
        }
        let certificate = tree.at(CERTS).join("etcd-peer.pem");
        let ours = fs::read(&certificate).unwrap();
        fs::write(&certificate, "mine\n").unwrap();
        let before = installed(tree.dir.path());
        let said = tree.install(&tree.bundles.first, &[]);
        assert!(said.err.contains("etcd-peer.pem` was changed") && said.err.contains("[changed-file]"), "{said:?}");
        let nothing = said.err.contains("nothing was changed");
        said.ok();
        assert!(nothing);
        assert_eq!(installed(tree.dir.path()).differences(&before), [""; 0]);

        let said = tree.install(&tree.bundles.second, &[]);
        assert!(
            said.err.contains("etcd-peer.pem` was changed since etcdpack wrote it: it is kept, the new"),
            "{said:?}"
        );
        assert!(said.err.contains("etcd-peer-key.pem` is kept with what was changed beside it; the new"), "{said:?}");
        assert!(!said.err.contains("ca.pem"), "it is the same: {said:?}");
        said.ok();
        assert_eq!(fs::read_to_string(&certificate).unwrap(), "mine\n");
        let beside = |name: &str| tree.at(CERTS).join(format!("{name}.etcdpack-dist"));
        assert!(beside("etcd-peer.pem").is_file() && beside("etcd-peer-key.pem").is_file());
        assert!(!beside("ca.pem").exists());
        // It is put back: from then on the new set is in use, and nothing lies beside it.
        fs::write(&certificate, ours).unwrap();
        tree.install(&tree.bundles.second, &[]).ok();
        tree.one_set();
        tree.purge().ok();
        assert_eq!(names(tree.dir.path()), [""; 0]);
    }
}

#[test]
fn a_link_that_was_turned_elsewhere_stays_and_what_it_leads_to() {
    let tree = Tree::installed();
    let first = tree.one_set();
    let current = tree.at(&format!("{SETS}/current"));
    fs::create_dir(tree.at("opt/mine")).unwrap();
    fs::remove_file(&current).unwrap();
    symlink("../mine", &current).unwrap();
    let said = tree.install(&tree.bundles.second, &[]);
    assert!(said.err.contains(&format!("`/{SETS}/current` was changed")), "{said:?}");
    said.ok();
    assert_eq!(tree.link(&format!("{SETS}/current")), "../mine");
    assert!(tree.at(&format!("{SETS}/{first}/etcd-peer.pem")).is_file(), "nothing goes while it is not settled");
    // Away with it, as the help line says.
    fs::remove_file(&current).unwrap();
    tree.install(&tree.bundles.second, &[]).ok();
    assert_ne!(tree.one_set(), first);
}

#[test]
fn what_others_put_among_the_certificates_stays_and_is_named() {
    for old in [false, true] {
        let tree = Tree::installed();
        let set = tree.one_set();
        let stays = if old {
            old_layout::age(tree.dir.path());
            "opt/etcd-v3.5.1/.certs.etcdpack-gone".to_owned()
        } else {
            format!("{SETS}/{set}")
        };
        fs::write(tree.at(CERTS).join("monitor.pem"), "theirs").unwrap();
        let said = tree.install(&tree.bundles.second, &[]);
        let words = format!("`monitor.pem`; they stay in `/{stays}`");
        assert!(said.err.contains("[left-behind]") && said.err.contains(&words), "{said:?}");
        said.ok();
        assert_eq!(names(&tree.at(&stays)), ["monitor.pem"]);
        assert!(!tree.at(CERTS).join("monitor.pem").exists());
        // It stays on record, and goes with the next install once it is empty.
        tree.install(&tree.bundles.second, &[]).ok();
        fs::remove_file(tree.at(&stays).join("monitor.pem")).unwrap();
        tree.install(&tree.bundles.first, &["--allow-downgrade"]).ok();
        assert_eq!(tree.one_set(), set);
        tree.purge().ok();
        assert_eq!(names(tree.dir.path()), [""; 0]);
    }
}

/// Somebody who connects to n1 anew all the time, at both ports, with a certificate that stays good.
struct Clients {
    child: Child,
    dir: TempDir,
}

impl Clients {
    fn of(lab: &Lab, site: &Site, address: &str) -> Self {
        let dir = TempDir::new().unwrap();
        for (from, to) in [("pki/ca.pem", "ca.pem"), ("pki/hosts/n1/etcd-peer.pem", "etcd-peer.pem")] {
            fs::copy(site.path(from), dir.path().join(to)).unwrap();
        }
        let key = "etcd-peer-key.pem";
        fs::copy(site.path("pki/hosts/n1").join(key), dir.path().join(key)).unwrap();
        let script = workspace().join("tests/lab/guest/handshakes.py");
        let mut command = Command::new("nsenter");
        command.args(["--net", "-t", &lab.pid("n1"), "python3"]).arg(script).arg(dir.path()).arg(address);
        command.arg(dir.path().join("stop")).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().unwrap();
        thread::sleep(Duration::from_secs(1));
        Self { child, dir }
    }

    /// Ends them. Not one may have failed, and each port has shown this many certificates, each often.
    #[track_caller]
    fn end(self, shown: usize) {
        thread::sleep(Duration::from_secs(1));
        fs::write(self.dir.path().join("stop"), "").unwrap();
        let output = self.child.wait_with_output().unwrap();
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        println!("{out}");
        assert!(output.status.success() && out.lines().count() == 2, "{out}{err}");
        for line in out.lines() {
            let seen: Vec<u32> =
                line.split(' ').skip(1).map(|seen| seen.split_once('=').unwrap().1.parse().unwrap()).collect();
            assert!(seen.len() == shown && seen.iter().all(|times| *times > 50), "{line}");
        }
    }
}

#[test]
fn no_handshake_sees_half_of_a_renewed_pair() {
    let address = "10.104.8.11";
    let tarball = release("3.5.1", "amd64");
    let site = Site::new(&cluster("3.5.1", &tarball, &[("n1", address)]));
    let lab = Lab::up("tcerts", "bare", &[&format!("n1={address}")]);
    let sh = |line: &str| lab.sh("n1", line);
    // Each bundle brings another pair.
    let bring = || {
        drop(fs::remove_dir_all(site.path("pki/hosts/n1")));
        fs::write(site.path("cluster.toml"), plain_keys(&cluster("3.5.1", &tarball, &[("n1", address)]))).unwrap();
        site.build(&tarball);
        lab.put(&site.bundle("n1"), "n1");
    };
    let is_served = || {
        let shown = format!("openssl s_client -connect {address}:2379 </dev/null 2>/dev/null");
        let serial = |from: &str| sh(&format!("{from} openssl x509 -noout -serial")).ok();
        serial(&format!("{shown} |")) == serial("cat /opt/etcd/certs/etcd-peer.pem |")
    };
    let disk = lab.disk("n1");
    bring();
    sh(&format!("/root/n1.run install --yes --quiet {SIGNER} --wait 60")).ok();
    let etcd = lab.etcds("n1");
    // As it is now, and as an older etcdpack left it.
    for (old, times) in [(false, 3), (true, 1)] {
        if old {
            old_layout::age_host(&lab, "n1");
        }
        let clients = Clients::of(&lab, &site, address);
        for _ in 0..times {
            bring();
            sh("/root/n1.run install --yes --quiet").ok();
            assert!(is_served(), "the new certificate is served");
        }
        clients.end(times + 1);
        assert_eq!(lab.etcds("n1"), etcd, "etcd is not restarted");
        assert_eq!(sh("ls /opt/etcd-certs | wc -l").ok(), "2");
        assert!(sh("/usr/local/sbin/etcdpack-host status").out.contains("0600"));
    }
    sh("/usr/local/sbin/etcdpack-host uninstall --purge --yes").ok();
    assert_eq!(lab.disk("n1"), disk);
}
