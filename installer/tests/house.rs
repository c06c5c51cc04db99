//! The house keeps its own rules: which rooms may touch the machine, and that a topic has one name wherever it is treated.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "reads the source, for tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every file below `dir`.
fn files(dir: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() { all.extend(files(&entry.path())) } else { all.push(entry.path()) }
    }
    all
}

/// The names of the rooms in `dir`, whether they are files or directories.
fn rooms(dir: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(source().join(dir)).unwrap().map(Result::unwrap);
    let names = entries.map(|entry| entry.file_name().into_string().unwrap().trim_end_matches(".rs").to_owned());
    names.filter(|name| name != "mod").collect()
}

#[test]
fn only_the_edge_goes_through_the_fence() {
    let (all, host) = (files(&source()), source().join("host"));
    let exempt = |path: &&PathBuf| fs::read_to_string(path).unwrap().contains("clippy::disallowed_methods");
    let outside: Vec<_> = all.iter().filter(exempt).filter(|path| !path.starts_with(&host)).collect();
    assert_eq!(outside, Vec::<&PathBuf>::new(), "clippy.toml says what these may not call");
    assert!(all.iter().filter(exempt).count() > 20, "the edge is found");
}

#[test]
fn the_edge_finds_out_and_does_not_judge() {
    for path in files(&source().join("host")) {
        let text = fs::read_to_string(&path).unwrap();
        for room in ["check", "command", "execute", "finding", "plan", "text::findings", "text::refusals"] {
            assert!(!text.contains(&format!("crate::{room}")), "{} looks up to `{room}`", path.display());
        }
    }
}

#[test]
fn a_topic_has_one_name_in_every_layer() {
    let facts = rooms("facts");
    let and = |more: &[&str]| -> BTreeSet<String> {
        facts.iter().cloned().chain(more.iter().map(|name| (*name).to_owned())).collect()
    };
    assert!(facts.contains("accounts") && facts.contains("paths"));
    assert_eq!(rooms("host/probe"), and(&["error"]));
    // What earlier runs left is read by `records`.
    assert_eq!(rooms("check"), and(&["records"]));
    let findings = and(&["bundle", "records"]);
    assert_eq!(rooms("text/findings"), findings);
    assert_eq!(rooms("finding"), findings.into_iter().chain(["code".to_owned()]).collect());
}
