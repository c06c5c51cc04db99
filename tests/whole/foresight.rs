//! What `check` foretells, held against what `build` then does in the same place.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use serde_json::Value;
use whole::{Said, Site, cluster, release, sha256};

const HOSTS: [(&str, &str); 3] = [("n1", "10.119.0.11"), ("n2", "10.119.0.12"), ("n3", "10.119.0.13")];

/// All that is in the directory: each file's bytes and when it was written.
fn tree(dir: &Path, found: &mut BTreeMap<String, (i64, i64, Vec<u8>)>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let metadata = fs::symlink_metadata(&path).unwrap();
        let bytes = if metadata.is_file() { fs::read(&path).unwrap() } else { Vec::new() };
        found.insert(path.display().to_string(), (metadata.mtime(), metadata.mtime_nsec(), bytes));
        if metadata.is_dir() {
            tree(&path, found);
        }
    }
}

fn everything(site: &Site) -> BTreeMap<String, (i64, i64, Vec<u8>)> {
    let mut found = BTreeMap::new();
    tree(&site.path(""), &mut found);
    found
}

/// `check --json`, with `words`: nothing of the site is another afterwards. Without a network, so whoever asked would fail.
fn check(site: &Site, words: &str) -> (Said, Value) {
    let before = everything(site);
    let said = site.shell(&format!("exec unshare -Urn {} check --json {words}", whole::etcdpack().display()));
    assert!(everything(site) == before, "`check` has written: {said:?}");
    let report = serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {said:?}"));
    (said, report)
}

/// Foretells, builds, and compares. Returns both.
fn compared(site: &Site, words: &str, only_build: &str) -> (Value, Said) {
    let certificate = |host: &str| fs::read_to_string(site.path(&format!("pki/hosts/{host}/etcd-peer.pem"))).ok();
    let ca = || fs::read_to_string(site.path("pki/ca.pem")).ok();
    let before: Vec<_> = HOSTS.iter().map(|(host, _)| certificate(host)).collect();
    let ca_before = ca();
    let (said, report) = check(site, words);
    let built = site.shell(&format!("{} build {words} {only_build}", whole::etcdpack().display()));
    let faults = report["faults"].as_array().unwrap();
    let asks = report["cluster"]["asks"].as_array().map_or(0, Vec::len);
    assert_eq!(said.code, if faults.is_empty() { 0 } else { 3 }, "{said:?}");
    assert_eq!(built.code == 0, faults.is_empty() && asks == 0, "{report:#}\n{built:?}");
    // The first that `build` met is among those that were foretold.
    let met = built.err.lines().find_map(|line| line.strip_prefix("error: "));
    if !faults.is_empty() {
        let is_met = |fault: &Value| met.is_some_and(|met| fault["text"].as_str().unwrap().starts_with(met));
        assert!(faults.iter().any(is_met), "{faults:#?}\n{built:?}");
        return (report, built);
    }
    if asks > 0 {
        assert_eq!(built.code, 3, "nobody is there to answer: {built:?}");
        return (report, built);
    }
    let shown = site.etcdpack(&["pki", "show", "--json"]);
    let shown: Value = serde_json::from_str(&shown.out).unwrap();
    let end = |host: &str| {
        let mut all = shown.as_array().unwrap().iter();
        all.find(|one| one["name"] == host).map(|one| one["not-after"].as_str().unwrap().to_owned())
    };
    for ((row, before), (host, _)) in report["cluster"]["hosts"].as_array().unwrap().iter().zip(&before).zip(HOSTS) {
        let (now, fate) = (certificate(host), &row["certificate"]);
        match fate["state"].as_str().unwrap() {
            "kept" => {
                assert!(before.is_some() && *before == now, "{host}");
                assert_eq!(fate["until"], end(host).unwrap());
            }
            "made" => assert!(before.is_none() && now.is_some(), "{host}"),
            "renewed" => {
                assert!(before.is_some() && now.is_some() && *before != now, "{host}");
                assert!(fate["why"].is_string(), "{fate}");
            }
            "awaited" => assert!(now.is_none(), "{host}"),
            other => panic!("{other}"),
        }
        // It was told a moment before it was made.
        if let (Some(until), Some(end)) = (fate["until"].as_str(), end(host)) {
            assert!(until <= end.as_str() && until[..2] == end[..2], "{until} {end}");
        }
    }
    assert_eq!(report["cluster"]["ca"]["state"] == "kept", ca_before.is_some() && ca_before == ca(), "{report:#}");
    let words = fs::read_to_string(site.path("dist/signing.words")).unwrap();
    assert_eq!(report["cluster"]["signing-key"]["words"], words.trim());
    for one in report["cluster"]["releases"].as_array().unwrap() {
        let told = format!("sha256 {} ({})", one["sha256"].as_str().unwrap(), one["origin"].as_str().unwrap());
        assert!(built.err.contains(&told), "{told}: {built:?}");
    }
    let manifest: Value = serde_json::from_str(&site.etcdpack(&["inspect", "--json", "dist/n1.run"]).out).unwrap();
    assert_eq!(report["cluster"]["founding"]["phase"], manifest["state"]["phase"], "{manifest:#}");
    if !only_build.contains("--no-rehearsal") {
        assert_eq!(
            report["cluster"]["rehearsal"]["held"],
            built.err.contains("rehearsed in "),
            "{report:#}\n{built:?}"
        );
    }
    (report, built)
}

fn replace(site: &Site, from: &str, to: &str) {
    let text = fs::read_to_string(site.path("cluster.toml")).unwrap();
    assert!(text.contains(from), "{from}: {text}");
    fs::write(site.path("cluster.toml"), text.replacen(from, to, 1)).unwrap();
}

fn states(report: &Value) -> Vec<&str> {
    let hosts = report["cluster"]["hosts"].as_array().unwrap();
    hosts.iter().map(|host| host["certificate"]["state"].as_str().unwrap()).collect()
}

fn of_its_own(release: &Path) -> Site {
    let site = Site::new(&cluster("3.5.1", release, &HOSTS));
    site.give_signing_key();
    site
}

#[test]
fn what_check_foretells_build_does() {
    let release = release("3.5.1", "amd64");
    let site = of_its_own(&release);
    let from = format!("--release {}", release.display());
    let quick = "--no-rehearsal";
    let (first, _) = compared(&site, &from, "");
    assert_eq!(states(&first), ["made"; 3]);
    assert_eq!(first["cluster"]["rehearsal"]["held"], true, "{first:#}");
    assert_eq!(first["cluster"]["founding"]["phase"], "founding");
    let (again, _) = compared(&site, &from, quick);
    assert_eq!(states(&again), ["kept"; 3]);
    // A name more: one certificate.
    replace(&site, "name = \"n2\"\n", "name = \"n2\"\nnames = [\"db.example\"]\n");
    let (named, _) = compared(&site, &from, quick);
    assert_eq!(states(&named), ["kept", "renewed", "kept"]);
    // Another address: the record does not fit, and somebody must say what the hosts hold.
    replace(&site, "10.119.0.13", "10.119.0.14");
    let (asked, _) = compared(&site, &from, quick);
    assert_eq!(asked["cluster"]["asks"].as_array().unwrap().len(), 1, "{asked:#}");
    let (runs, _) = compared(&site, &format!("{from} --same-cluster"), quick);
    assert_eq!(runs["cluster"]["founding"]["phase"], "running");
    assert_eq!(states(&runs), ["kept", "kept", "renewed"]);
    // Sealed from now on: by a passphrase that is new, and then known.
    replace(&site, "plaintext", "passphrase");
    site.shell("echo correct-horse-battery >known").ok();
    let by_fd = format!("{quick} --passphrase-fd 3 3<known");
    let (sealed, _) = compared(&site, &from, &by_fd);
    assert_eq!(sealed["cluster"]["passphrase"], "made");
    let (known, _) = compared(&site, &from, &by_fd);
    assert_eq!(known["cluster"]["passphrase"], "kept");
    // Without the CA's key, certificates that fit do; a new one cannot be made.
    site.shell("mv pki/ca-key.pem away").ok();
    let (kept, _) = compared(&site, &from, &by_fd);
    assert_eq!(kept["cluster"]["ca"]["key"], "missing");
    replace(&site, "db.example", "db2.example");
    let (_, refused) = compared(&site, &from, &by_fd);
    assert!(refused.err.contains("has no key beside it"), "{refused:?}");
    site.shell("mv away pki/ca-key.pem; mv pki/ca.pem away").ok();
    let (_, refused) = compared(&site, &from, &by_fd);
    assert!(refused.err.contains("is missing, though"), "{refused:?}");
    site.shell("mv away pki/ca.pem").ok();
    // Another release than the one that is vouched for.
    replace(&site, &sha256(&release), &"0".repeat(64));
    let (_, refused) = compared(&site, &from, &by_fd);
    assert_eq!(refused.code, 4, "{refused:?}");
}

#[test]
fn check_tells_of_keys_that_are_elsewhere_and_of_all_faults() {
    let release = release("3.5.1", "amd64");
    let site = of_its_own(&release);
    let from = format!("--release {}", release.display());
    replace(&site, "plaintext", "host-key");
    let (awaited, _) = compared(&site, &from, "");
    assert_eq!(states(&awaited), ["awaited"; 3]);
    let ways = awaited["cluster"]["travels"].to_string();
    assert!(ways.contains("HOST.csr") && ways.contains("etcdpack sign"), "{ways}");
    // A CA whose key others have.
    site.shell("cp pki/ca.pem theirs.pem; rm -r pki").ok();
    replace(&site, "keys = \"host-key\"", "keys = \"plaintext\"\nca = \"theirs.pem\"");
    let (elsewhere, _) = compared(&site, &from, "--no-rehearsal");
    assert_eq!(elsewhere["cluster"]["ca"]["key"], "elsewhere");
    // As a person reads it: every line is one of 80 columns, and each fault is there with its help.
    let bin = whole::etcdpack();
    let said = site.shell(&format!("{} check {from}", bin.display()));
    assert!(said.out.contains("its key is not here: others"), "{said:?}");
    assert!(said.err.contains("`etcdpack build` would be refused: one fault"), "{said:?}");
    let is_narrow = |line: &str| line.chars().count() < 80 || !line.trim().contains(' ');
    let wide: Vec<&str> = said.out.lines().filter(|line| !is_narrow(line) && !line.contains(&from[10..])).collect();
    assert!(wide.is_empty(), "{wide:?}");
    // Without the site's own word the one that is compiled in counts, and this tarball is a repacked one.
    replace(&site, "\nsha256 = ", "\n# sha256 = ");
    site.shell("rm etcdpack.lock").ok();
    let (report, refused) = compared(&site, &from, "");
    assert!(report["faults"].to_string().contains("sum compiled into etcdpack"), "{report:#}");
    assert_eq!(refused.code, 4, "{refused:?}");
    // Of a cluster file that is none, all that is wrong.
    let host = "[[host]]\nname = \"n1\"\naddress = \"192.0.2.1\"\n";
    let bad = format!("[cluster]\nname = \"c\"\n[release]\nversion = \"3.5.1\"\n{host}{host}");
    fs::write(site.path("bad.toml"), bad).unwrap();
    let said = site.etcdpack(&["check", "bad.toml"]);
    said.refused(3, "would be refused: 2 faults");
    let (_, report) = check(&site, "bad.toml");
    assert_eq!(report["cluster"], Value::Null);
    assert!(report["faults"][0]["line"].is_u64(), "{report:#}");
    site.etcdpack(&["check", "none.toml"]).refused(2, "is not there");
    // A directory stands for the file in it.
    assert_eq!(site.etcdpack(&["check", ".", "--json"]).code, 3);
}

#[test]
fn what_check_prints_is_what_its_schema_says() {
    let schema = fs::read_to_string(whole::workspace().join("docs/check.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let release = release("3.5.1", "amd64");
    let site = of_its_own(&release);
    for words in [format!("--release {}", release.display()), "cluster.toml --trust-on-first-use".to_owned()] {
        let (_, report) = check(&site, &words);
        fits(&report, &schema, &schema, "");
    }
}

/// As much of JSON Schema as the file uses.
fn fits(value: &Value, schema: &Value, root: &Value, at: &str) {
    if let Some(name) = schema["$ref"].as_str().and_then(|name| name.strip_prefix("#/$defs/")) {
        return fits(value, &root["$defs"][name], root, at);
    }
    if let Some(wanted) = schema.get("const") {
        assert_eq!(value, wanted, "{at}");
    }
    if let Some(all) = schema["enum"].as_array() {
        assert!(all.contains(value), "{at}: {value}");
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let is_taken = match &schema["type"] {
        Value::Null => true,
        Value::String(one) => one == kind,
        many => many.as_array().unwrap().iter().any(|one| one == kind),
    };
    assert!(is_taken, "{at}: {value} is of no type of {}", schema["type"]);
    if let Some(all) = value.as_array() {
        for one in all {
            fits(one, &schema["items"], root, at);
        }
    }
    if let Some(object) = value.as_object() {
        let known = schema["properties"].as_object().unwrap();
        assert_eq!(schema["additionalProperties"], false, "{at}");
        for (key, value) in object {
            let schema = known.get(key).unwrap_or_else(|| panic!("{at}: `{key}` is not in the schema"));
            fits(value, schema, root, &format!("{at}/{key}"));
        }
        for required in schema["required"].as_array().unwrap() {
            assert!(object.contains_key(required.as_str().unwrap()), "{at}: {required} is missing");
        }
    }
}
