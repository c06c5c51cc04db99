//! A machine without a network, whose files somebody downloads elsewhere and brings: `fetch --list` and `fetch --into`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use payload::digest::Digest;

use crate::machine::{Machine, tarball};

const AMD: &str = "etcd-v3.6.13-linux-amd64.tar.gz";
const ARM: &str = "etcd-v3.6.13-linux-arm64.tar.gz";
const AT: &str = "https://github.com/etcd-io/etcd/releases/download/v3.6.13";

/// Hosts of both architectures, and a version whose sums etcdpack does not have from two sources.
fn machine(release: &str) -> Machine {
    let machine = Machine::new();
    let text = format!(
        "[cluster]\nname = \"a\"\n[release]\nversion = \"3.6.13\"\n{release}\n[[host]]\nname = \"n1\"\naddress = \"192.0.2.1\"\n\
         [[host]]\nname = \"n2\"\naddress = \"192.0.2.2\"\narch = \"arm64\"\n[etcd]\npeers = \"by-name\"\n"
    );
    fs::write(machine.path("cluster.toml"), text).unwrap();
    fs::create_dir(machine.path("stick")).unwrap();
    machine
}

/// In a network namespace of its own, in which nothing is up.
fn etcdpack(machine: &Machine, arguments: &str) -> (Output, String, String) {
    let mut command = Command::new("unshare");
    command.args(["-Urn", env!("CARGO_BIN_EXE_etcdpack")]).args(arguments.split(' '));
    let output = command.current_dir(machine.path(".")).env("XDG_CACHE_HOME", machine.path("cache")).output().unwrap();
    let [out, err] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    (output, out, err)
}

/// What is in the cache.
fn kept(machine: &Machine) -> usize {
    let dir = machine.path("cache/etcdpack/sha256");
    if dir.exists() { files(&dir).len() } else { 0 }
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

#[test]
fn the_list_names_each_file_with_url_and_sum_and_writes_nothing() {
    let sum = Digest::of(b"arm");
    let machine = machine(&format!("sha256-arm64 = \"{sum}\"\nmirrors = [\"https://me:secret@m.example/etcd\"]"));
    let (output, out, err) = etcdpack(&machine, "fetch --list");
    assert_eq!(output.status.code(), Some(0), "{err}");
    for line in [
        format!("{AMD}: needed"),
        format!("    from     {AT}/{AMD}"),
        format!("    from     https://m.example/etcd/v3.6.13/{AMD}"),
        format!("    from     https://storage.googleapis.com/etcd/v3.6.13/{AMD}"),
        "    sha256   by SHA256SUMS, below".to_owned(),
        format!("    sha256   {sum} (cluster file)"),
        format!("    from     {AT}/SHA256SUMS"),
    ] {
        assert_eq!(out.lines().filter(|said| *said == line).count(), 1, "{line}\n{out}");
    }
    assert!(out.contains("    hint     b4928654") && !out.contains("secret"), "{out}");
    assert_eq!(files(&machine.path(".")), [machine.path("./cluster.toml")]);
    let (_, out, _) = etcdpack(&machine, "fetch --list --json");
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    let names: Vec<&str> =
        json["files"].as_array().unwrap().iter().map(|file| file["name"].as_str().unwrap()).collect();
    assert_eq!(names, [AMD, ARM, "SHA256SUMS"]);
    assert_eq!(json["files"][1]["sha256"], sum.to_string());
    assert_eq!(json["files"][0]["urls"][1], format!("{AT}/{AMD}"));
    for wrong in ["fetch --json", "fetch --list --into stick", "fetch --into stick --release x"] {
        assert_eq!(etcdpack(&machine, wrong).0.status.code(), Some(2), "{wrong}");
    }
}

#[test]
fn what_was_brought_is_taken_in_file_by_file() {
    let machine = machine("");
    let stick = |name: &str| machine.path("stick").join(name);
    let [amd, arm] = [tarball(131), tarball(132)];
    let state = |file: &str, out: &str| {
        let line = out.lines().find_map(|line| line.strip_prefix(&format!("{file}: ")));
        line.unwrap_or_else(|| panic!("{file}\n{out}")).to_owned()
    };
    let (output, out, err) = etcdpack(&machine, "fetch --into stick");
    assert_eq!(output.status.code(), Some(3), "{err}");
    assert_eq!([AMD, ARM, "SHA256SUMS"].map(|file| state(file, &out)), ["missing"; 3]);
    // As a browser saves a second download; the list of another release; one that was opened on its way.
    fs::write(stick("etcd-v3.6.13-linux-amd64.tar (1).gz"), &amd).unwrap();
    fs::write(stick("SHA256SUMS"), format!("{}  etcd-v3.6.9-linux-amd64.tar.gz\n", Digest::of(b"x"))).unwrap();
    fs::write(stick("etcd-v3.6.13-linux-arm64.tar"), b"ustar").unwrap();
    let (output, out, err) = etcdpack(&machine, "fetch --into stick");
    assert_eq!(output.status.code(), Some(4), "{err}");
    assert_eq!([AMD, ARM, "SHA256SUMS"].map(|file| state(file, &out)), ["no known checksum", "wrong", "wrong"]);
    assert!(
        out.contains(&format!("because  `SHA256SUMS` does not list `{AMD}`")) && out.contains("not a gzip file"),
        "{out}"
    );
    assert_eq!(kept(&machine), 0);
    // The right list; of one file another's bytes.
    let list = format!("{}  {AMD}\n{}  {ARM}\n", Digest::of(&amd), Digest::of(&arm));
    fs::write(stick("SHA256SUMS.txt"), &list).unwrap();
    fs::write(stick(ARM), &amd).unwrap();
    fs::remove_file(stick("etcd-v3.6.13-linux-arm64.tar")).unwrap();
    let (output, out, err) = etcdpack(&machine, "fetch --into stick");
    assert_eq!(output.status.code(), Some(4), "{err}");
    assert_eq!([AMD, ARM, "SHA256SUMS"].map(|file| state(file, &out)), ["right", "wrong", "right"]);
    assert!(out.contains(&Digest::of(&arm).to_string()) && out.contains(&Digest::of(&amd).to_string()), "{out}");
    fs::write(stick(ARM), &arm).unwrap();
    let (output, out, err) = etcdpack(&machine, "fetch --into stick");
    assert_eq!(output.status.code(), Some(0), "{out}{err}");
    let url = format!("file://{}", machine.path("stick").display());
    assert!(err.contains(&format!("`etcdpack build --mirror {url}`")), "{err}");
    let laid = ["SHA256SUMS", AMD, ARM].map(|file| stick(&format!("v3.6.13/{file}")));
    assert!(laid.iter().all(|path| path.exists()), "{:?}", files(&machine.path("stick")));
    // What is not ours stays, and the cache has both: no file of the stick is needed any more.
    assert!(stick("SHA256SUMS").exists());
    for path in laid {
        fs::remove_file(path).unwrap();
    }
    assert_eq!(etcdpack(&machine, "fetch").0.status.code(), Some(0));
    let (_, out, _) = etcdpack(&machine, "fetch --list");
    let cached = "already in the cache, nothing to bring";
    assert_eq!([AMD, ARM].map(|file| state(file, &out)), [cached; 2]);
    assert!(!out.contains("SHA256SUMS:"), "the lock file vouches by now: {out}");
}

#[test]
fn the_mirror_that_a_stick_has_become_serves_another_machine() {
    let (first, second) = (machine(""), machine(""));
    let [amd, arm] = [tarball(133), tarball(134)];
    let list = format!("{}  {AMD}\n{}  {ARM}\n", Digest::of(&amd), Digest::of(&arm));
    for (file, bytes) in [("SHA256SUMS", list.as_bytes()), (AMD, &amd), (ARM, &arm)] {
        fs::write(first.path("stick").join(file), bytes).unwrap();
    }
    assert_eq!(etcdpack(&first, "fetch --into stick").0.status.code(), Some(0));
    let url = format!("file://{}", first.path("stick").display());
    let (output, _, err) = etcdpack(&second, &format!("fetch --mirror {url}"));
    assert_eq!(output.status.code(), Some(0), "{err}");
    assert_eq!(kept(&second), 2);
}

#[test]
fn a_public_copy_is_asked_for_tarballs_alone() {
    let machine = machine("mirror = \"daocloud\"");
    let (output, out, err) = etcdpack(&machine, "fetch --list");
    assert_eq!(output.status.code(), Some(0), "{err}");
    let copy = "https://files.m.daocloud.io/github.com/etcd-io/etcd/releases/download/v3.6.13";
    let from: Vec<&str> = out.lines().filter_map(|line| line.strip_prefix("    from     ")).collect();
    assert_eq!(from[0], format!("{copy}/{AMD}"), "{out}");
    assert!(!out.contains(&format!("{copy}/SHA256SUMS")), "{out}");
    // Asked for the list, it would be named.
    let (output, _, err) = etcdpack(&machine, "fetch --mirror qingstor");
    assert_eq!(output.status.code(), Some(3), "{err}");
    assert!(err.contains("tried: github.com, storage.googleapis.com"), "{err}");
    let (output, _, err) = etcdpack(&machine, "fetch --mirror huawei");
    assert_eq!(output.status.code(), Some(2), "{err}");
    assert!(err.contains("`huawei` is not a known mirror; use one of huaweicloud, daocloud, qingstor"), "{err}");
}
