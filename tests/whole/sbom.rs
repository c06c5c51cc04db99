//! The list of parts: judged by the official schema, and compared with the parts themselves.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Cursor;
use std::path::Path;
use std::process::Command;

use payload::bundle::Copied;
use payload::digest::Digest;
use serde_json::Value;
use whole::{Said, Site, guide, release, run, sha256, workspace};

const HOST: &str = "mfyxw20.mfyxw.com";

fn validate(path: &Path) -> Said {
    run(Command::new(workspace().join("tests/sbom/validate")).arg(path))
}

fn shell(line: &str, arg: &Path) -> String {
    run(Command::new("sh").args(["-c", line, "sh"]).arg(arg)).ok()
}

/// Every component, also inside another, by name.
fn components(document: &Value) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    let mut left: Vec<&Value> = vec![document];
    while let Some(whole) = left.pop() {
        for component in whole["components"].as_array().into_iter().flatten() {
            let name = component["name"].as_str().unwrap().to_owned();
            // A file is within the component of the same name: etcd in etcd.
            let name = if component["type"] == "file" { format!("file {name}") } else { name };
            assert!(found.insert(name.clone(), component.clone()).is_none(), "{name} is there twice");
            left.push(component);
        }
    }
    found
}

fn sum(component: &Value) -> &str {
    component["hashes"][0]["content"].as_str().unwrap()
}

#[test]
fn the_list_of_parts_is_valid_true_and_the_same_everywhere() {
    let tarball = release("3.5.1", "amd64");
    let site = Site::new(&guide("3.5.1", &tarball));
    site.build(&tarball);
    let bundle = site.bundle(HOST);
    let beside = site.path("dist/sbom-amd64.cdx.json");
    validate(&beside).ok();
    let text = fs::read_to_string(&beside).unwrap();
    for host in [HOST, "mfyxw30.mfyxw.com", "mfyxw40.mfyxw.com"] {
        assert_eq!(shell("unzip -p \"$1\" sbom.cdx.json", &site.bundle(host)), text.trim_end(), "{host}");
    }

    let found = components(&serde_json::from_str(&text).unwrap());
    let etcd = &found["etcd"];
    assert_eq!((sum(etcd), &etcd["version"]), (sha256(&tarball).as_str(), &Value::from("3.5.1")));
    assert_eq!(etcd["purl"], "pkg:github/etcd-io/etcd@v3.5.1");
    assert_eq!(etcd["properties"][0]["value"], "cluster file");
    for program in ["etcd", "etcdctl", "etcdutl"] {
        let line = format!("tar -xzOf \"$1\" etcd-v3.5.1-linux-amd64/{program} | sha256sum | cut -d' ' -f1");
        assert_eq!(sum(&found[&format!("file {program}")]), shell(&line, &tarball), "{program}");
    }
    let mut opened = Copied::make(File::open(&bundle).unwrap(), Cursor::new(Vec::new())).unwrap().verify().unwrap();
    let mut installer = Vec::new();
    std::io::Read::read_to_end(&mut opened.installer().unwrap(), &mut installer).unwrap();
    assert_eq!(sum(&found["installer"]), Digest::of(&installer).to_string());
    for (wheel, purl) in [("supervisor", "pkg:pypi/supervisor@4.3.0"), ("setuptools", "pkg:pypi/setuptools@44.1.1")] {
        let line = format!("unzip -p \"$1\" 'supervisor/{wheel}-*.whl' | sha256sum | cut -d' ' -f1");
        assert_eq!((sum(&found[wheel]), &found[wheel]["purl"]), (shell(&line, &bundle).as_str(), &Value::from(purl)));
    }

    // The sum that Cargo.lock has, which cargo has compared with what it compiled.
    let lock = fs::read_to_string(workspace().join("Cargo.lock")).unwrap();
    for name in ["rustix", "sha2", "serde_json", "x509-parser", "zlib-rs"] {
        let (version, sum) = (found[name]["version"].as_str().unwrap(), sum(&found[name]));
        let package = format!("name = \"{name}\"\nversion = \"{version}\"\n");
        let package = lock.split("[[package]]").find(|text| text.contains(&package)).unwrap();
        assert!(package.contains(&format!("checksum = \"{sum}\"")), "{name}: {package}");
    }
    // Of the builder, of the tests, and of what only runs while compiling.
    for name in ["reqwest", "rcgen", "insta", "serde_derive"] {
        assert!(!found.contains_key(name), "{name} is not in the installer");
    }
}

#[test]
fn the_list_of_parts_is_the_same_in_the_next_build_and_shown_by_inspect() {
    let tarball = release("3.5.1", "amd64");
    let site = Site::new(&guide("3.5.1", &tarball));
    site.build(&tarball);
    let beside = site.path("dist/sbom-amd64.cdx.json");
    let first = fs::read(&beside).unwrap();
    fs::remove_dir_all(site.path("dist")).unwrap();
    site.build(&tarball);
    assert_eq!(fs::read(&beside).unwrap(), first);
    let said = site.etcdpack(&["inspect", &format!("dist/{HOST}.run")]).ok();
    for line in [
        format!("  etcd         3.5.1   {}  cluster file", sha256(&tarball)),
        "sum compiled into etcdpack".to_owned(),
        "libraries in it".to_owned(),
    ] {
        assert!(said.contains(&line), "no `{line}` in\n{said}");
    }
}

#[test]
fn the_judge_refuses_what_is_no_list_of_parts() {
    let tarball = release("3.5.1", "amd64");
    let site = Site::new(&guide("3.5.1", &tarball));
    site.build(&tarball);
    let good = fs::read_to_string(site.path("dist/sbom-amd64.cdx.json")).unwrap();
    let digest = sha256(&tarball);
    for (from, to) in [
        ("\"CycloneDX\"", "\"SPDX\""),
        ("\"bom-ref\"", "\"ref\""),
        ("urn:uuid:", "urn:uuid:0"),
        (digest.as_str(), "unknown"),
        ("\"application\"", "\"programme\""),
    ] {
        let bad = good.replacen(from, to, 1);
        assert_ne!(bad, good, "{from}");
        fs::write(site.path("bad.json"), bad).unwrap();
        assert_ne!(validate(&site.path("bad.json")).code, 0, "{to} is taken");
    }
}
