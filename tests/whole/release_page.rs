//! What people get who have no Rust: archive, package, sums and signature, as `scripts/release` makes them, looked at with
//! stock tools and used on hosts.

use std::fs;
use std::path::Path;
use std::process::Command;

use whole::{Lab, Said, etcdpack, run, workspace};

/// Of the program that is built for this machine: the static ones take a quarter of an hour (`scripts/torture release`).
fn made(dir: &Path) -> Said {
    let program = format!("amd64={}", etcdpack().display());
    let key = workspace().join("tests/lab/signing-key.pem");
    let script = workspace().join("scripts/release");
    run(Command::new(script).arg("-o").arg(dir).arg("--signing-key").arg(key).args(["--program", &program]))
}

fn sh(dir: &Path, line: &str) -> Said {
    run(Command::new("sh").args(["-c", line]).current_dir(dir))
}

#[test]
fn a_release_is_checked_with_stock_tools_and_installs_and_goes() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    made(dir).ok();
    // As the README has it.
    sh(dir, "openssl dgst -sha256 -verify signing.pub -signature SHA256SUMS.sig SHA256SUMS").ok();
    sh(dir, "sha256sum --check --strict SHA256SUMS").ok();
    let listed = fs::read_to_string(dir.join("SHA256SUMS")).unwrap();
    for end in ["-linux-amd64.tar.gz", "-linux-amd64.cdx.json", "_amd64.deb"] {
        assert!(listed.lines().any(|line| line.ends_with(end)), "{end}: {listed}");
    }
    sh(dir, "tar xzf etcdpack-*-linux-amd64.tar.gz && mv etcdpack-*-linux-amd64 unpacked").ok();
    let version = sh(dir, "unpacked/etcdpack --version").ok();
    assert!(version.starts_with("etcdpack 0.") && version.contains("\netcd    3.1 to 3."), "{version}");
    for file in
        ["README.md", "README.zh-CN.md", "LICENSE", "docs/trust.md", "man/etcdpack-build.1", "completions/_etcdpack"]
    {
        assert!(dir.join("unpacked").join(file).is_file(), "{file}");
    }
    let parts = sh(dir, "python3 -c 'import json; [print(p[\"name\"]) for p in json.load(open(\"unpacked/sbom.cdx.json\"))[\"components\"]]'").ok();
    let has = |wanted: &str| parts.lines().any(|name| name == wanted);
    assert!(has("rustls") && !has("builder"), "{parts}");
    // The same bytes again.
    let before = sh(dir, "cat SHA256SUMS").ok();
    made(dir).ok();
    assert_eq!(before, sh(dir, "cat SHA256SUMS").ok());

    // On a host.
    let lab = Lab::up("trelease", "plain", &["n1=10.83.1.11"]);
    let package = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let package = package.into_iter().find(|path| path.extension().is_some_and(|end| end == "deb")).unwrap();
    lab.put(&package, "n1");
    let name = package.file_name().unwrap().to_str().unwrap();
    let files = lab.sh("n1", "find / -xdev -path /proc -prune -o -name '*etcdpack*' -print | grep -v /root/").out;
    lab.sh("n1", &format!("dpkg --install /root/{name} && etcdpack --version && etcdpack init -o /root/c.toml")).ok();
    lab.sh("n1", "dpkg --purge etcdpack").ok();
    let left = lab.sh("n1", "find / -xdev -path /proc -prune -o -name '*etcdpack*' -print | grep -v /root/").out;
    assert_eq!(files, left);
}
