//! A file that root writes for a person lies where others can be first; and what is in `pki/` may be somebody else's.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Command;

use whole::{Said, Site, etcdpack, small_site};

/// Somebody who is not root.
const ALICE: u32 = 54321;

fn site() -> Site {
    let site = small_site();
    let text = fs::read_to_string(site.path("cluster.toml")).unwrap();
    fs::write(site.path("cluster.toml"), text.replace("\"plaintext\"", "\"host-key\"")).unwrap();
    fs::remove_dir_all(site.path("pki/hosts")).unwrap();
    site.etcdpack(&["build", "--release", "release.tar.gz"]).ok();
    fs::create_dir(site.path("root")).unwrap();
    fs::create_dir(site.path("home")).unwrap();
    std::os::unix::fs::chown(site.path("home"), Some(ALICE), Some(ALICE)).unwrap();
    fs::write(site.path("victim"), "victim\n").unwrap();
    site
}

fn csr(site: &Site, file: &str) -> Said {
    site.shell(&format!("cd home && timeout 20 ../dist/n1.run csr -o {file} --root ../root"))
}

fn victim(site: &Site) -> String {
    fs::read_to_string(site.path("victim")).unwrap()
}

#[test]
fn a_request_is_never_written_through_what_alice_put_there() {
    let site = site();
    let name = site.path("home/n1.csr");
    symlink(site.path("victim"), &name).unwrap();
    csr(&site, "n1.csr").refused(3, "a link of this name is there");
    fs::remove_file(&name).unwrap();
    site.shell("mkfifo home/n1.csr").ok();
    csr(&site, "n1.csr").refused(3, "a pipe of this name is there");
    csr(&site, "/dev/null").refused(3, "a device or socket of this name is there");
    fs::remove_file(&name).unwrap();
    // A link on the way, and one that is not hers but stands where she can put one.
    fs::create_dir(site.path("etc")).unwrap();
    symlink(site.path("etc"), site.path("home/out")).unwrap();
    csr(&site, "out/n1.csr").refused(3, "a link on the way to it belongs to another user");
    site.shell(&format!("chown -h {ALICE} home/out; mkdir -m 1777 tmp; ln -s ../etc tmp/out")).ok();
    csr(&site, "out/n1.csr").refused(3, "a link on the way to it belongs to another user");
    csr(&site, "../tmp/out/n1.csr").refused(3, "a link on the way to it belongs to another user");
    assert_eq!((victim(&site).as_str(), fs::read_dir(site.path("etc")).unwrap().count()), ("victim\n", 0));
    assert!(!site.path("root/var").exists(), "refused before a key was made");
    // Her other name for a file of root's is taken off it.
    fs::hard_link(site.path("victim"), &name).unwrap();
    csr(&site, "n1.csr").ok();
    assert_eq!(victim(&site), "victim\n");
    assert!(fs::read_to_string(&name).unwrap().starts_with("-----BEGIN CERTIFICATE REQUEST-----\n"));
    assert_eq!(fs::metadata(&name).unwrap().permissions().mode() & 0o7777, 0o644);
    assert_eq!(fs::read_dir(site.path("home")).unwrap().count(), 2);
}

#[test]
fn a_race_for_the_name_is_not_won() {
    let site = site();
    let racer = "import os, sys
while True:
    for make in (lambda: os.symlink('../victim', 'x'), lambda: os.link('../victim', 'x'), lambda: os.mkfifo('x')):
        try:
            make(); os.rename('x', 'n1.csr'); os.unlink('n1.csr')
        except OSError:
            pass
";
    let mut racing = Command::new("python3").args(["-c", racer]).current_dir(site.path("home")).spawn().unwrap();
    let ends: Vec<i32> = (0..60).map(|_| csr(&site, "n1.csr").code).collect();
    racing.kill().unwrap();
    racing.wait().unwrap();
    assert_eq!(victim(&site), "victim\n");
    assert!(ends.iter().all(|code| matches!(code, 0 | 3 | 6)), "{ends:?}");
}

#[test]
fn what_the_builder_writes_for_a_person_follows_no_link() {
    let site = site();
    let build =
        || site.shell(&format!("timeout 60 {} build --no-rehearsal --release release.tar.gz", etcdpack().display()));
    for name in ["n1.run", "SHA256SUMS", "signing.pub", "signing.words"] {
        let (path, aside) = (site.path("dist").join(name), site.path("aside"));
        fs::rename(&path, &aside).unwrap();
        symlink(site.path("victim"), &path).unwrap();
        build().refused(3, "is left alone");
        assert!(path.is_symlink() && victim(&site) == "victim\n", "{name}");
        fs::remove_file(&path).unwrap();
        site.shell(&format!("mkfifo dist/{name}")).ok();
        build().refused(3, "is left alone");
        fs::rename(&aside, &path).unwrap();
    }
    build().ok();
    // Requests for a CA that is elsewhere.
    site.shell("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k -subj /CN=ca -days 9 -out ca.pem").ok();
    let text = fs::read_to_string(site.path("cluster.toml")).unwrap();
    fs::write(site.path("cluster.toml"), text.replace("keys = \"host-key\"", "keys = \"plaintext\"\nca = \"ca.pem\""))
        .unwrap();
    fs::create_dir(site.path("csr")).unwrap();
    symlink(site.path("victim"), site.path("csr/n1.csr")).unwrap();
    site.etcdpack(&["pki", "csr"]).refused(3, "writing `csr/n1.csr`");
    assert_eq!(victim(&site), "victim\n");
}

#[test]
fn a_pki_that_others_can_change_is_not_used() {
    let site = site();
    let host = site.path("pki/hosts");
    fs::create_dir_all(&host).unwrap();
    for (spoil, mend, words) in [
        ("chmod 770 pki", "chmod 700 pki", "is open to other users (mode 0770)"),
        ("chmod 757 pki/hosts", "chmod 755 pki/hosts", "is open to other users (mode 0757)"),
        ("chmod 640 pki/signing-key.pem", "chmod 600 pki/signing-key.pem", "is open to other users (mode 0640)"),
        ("chmod 666 pki/serials.toml", "chmod 644 pki/serials.toml", "is open to other users (mode 0666)"),
        (
            "cp pki/ca-key.pem pki/key.old; chmod 644 pki/key.old",
            "rm pki/key.old",
            "is open to other users (mode 0644)",
        ),
        ("chown 54321 pki/ca-key.pem", "chown 0 pki/ca-key.pem", "belongs to another user (uid 54321)"),
        ("chown 54321 pki", "chown 0 pki", "belongs to another user (uid 54321)"),
        (
            "mv pki real; ln -s real pki; chown -h 54321 pki",
            "rm pki; mv real pki",
            "belongs to another user (uid 54321)",
        ),
        (
            "mv pki/ca-key.pem k; ln -s ../k pki/ca-key.pem; chown -h 54321 pki/ca-key.pem",
            "mv k pki/ca-key.pem",
            "belongs to another user (uid 54321)",
        ),
        ("mkfifo pki/ca.pem.new", "rm pki/ca.pem.new", "neither a file nor a directory"),
    ] {
        site.shell(spoil).ok();
        let before = site.shell("find pki/ real -printf '%p %m %u %l\n' 2>/dev/null | sort; cat pki/serials.toml").out;
        for command in
            ["build --release release.tar.gz", "pki show", "pki client app", "pki rotate-signer", "pki lock </dev/null"]
        {
            let said = site.shell(&format!("timeout 60 setsid -w {} {command}", etcdpack().display()));
            said.refused(3, words);
        }
        let after = site.shell("find pki/ real -printf '%p %m %u %l\n' 2>/dev/null | sort; cat pki/serials.toml").out;
        assert_eq!(before, after, "{spoil}");
        site.shell(mend).ok();
    }
    site.etcdpack(&["build", "--release", "release.tar.gz"]).ok();
    // Whatever the umask.
    fs::remove_dir_all(site.path("pki")).unwrap();
    site.shell(&format!("umask 0; {} build --no-rehearsal --release release.tar.gz -o open", etcdpack().display()))
        .ok();
    let open = site.shell("find pki -perm /022 -o -name '*key*.pem' -perm /077").ok();
    assert_eq!(open, "");
}
