//! Every kind of certificate under pkilint, the linter of RFC 5280 and its kin by one of the public CAs, out of Python's registry. (zlint, the
//! other one, is a Go module that no registry here carries.)

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::site::{Site, said, two_storeys, workspace};

const PKILINT: &str = "pkilint==0.13.3";

/// What pkilint says and we leave: code, and where in the certificate it may stand.
///
/// A name without a dot is none for pkilint. RFC 1034 (3.5) and RFC 5280 (4.2.1.6) have no such rule; the rule is the
/// public CAs'. `localhost` is what programs on the host call their member by, and hosts of isolated sites are called
/// `n1` as often as not.
const LEFT: [(&str, &str); 1] = [("pkix.invalid_domain_name_syntax", "subjectAltName")];

/// An environment of its own below `target`, made once for each version.
fn pkilint() -> PathBuf {
    let dir = workspace().join("target").join(PKILINT.replace("==", "-"));
    if !dir.exists() {
        // Beside its place: tests that run at once must not see half of it. A venv has its own path in it, so the
        // programs are started through Python.
        let draft = tempfile::Builder::new().prefix("pkilint-").tempdir_in(workspace().join("target")).unwrap();
        said(Command::new("python3").args(["-m", "venv"]).arg(draft.path())).ok();
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", PKILINT];
        said(Command::new(draft.path().join("bin/python3")).args(pip)).ok();
        if fs::rename(draft.path(), &dir).is_ok() {
            let _ = draft.keep();
        }
    }
    dir
}

/// pkilint on each file in turn, a line of JSON each: starting Python for each takes longer than all the linting.
const EACH: &str = "import sys\n\
                    from pkilint.bin.lint_pkix_cert import main\n\
                    for file in sys.argv[1:]: main(['lint', '--severity', 'NOTICE', '--format', 'JSON', file])";

/// What pkilint has to say on each certificate: severity, code, place.
fn findings(pkilint: &Path, files: &[PathBuf]) -> Vec<Vec<[String; 3]>> {
    let run = said(Command::new(pkilint.join("bin/python3")).args(["-c", EACH]).args(files));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut all = Vec::new();
    for line in run.out.lines() {
        let report: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {run:?}"));
        let mut findings = Vec::new();
        for result in report["results"].as_array().unwrap() {
            for finding in result["finding_descriptions"].as_array().unwrap() {
                findings.push([text(&finding["severity"]), text(&finding["code"]), text(&result["node_path"])]);
            }
        }
        all.push(findings);
    }
    assert_eq!(all.len(), files.len(), "{run:?}");
    all
}

/// All certificates below `pki/`, alone each.
fn certificates(site: &Site) -> Vec<PathBuf> {
    let found = site.sh("find pki -name '*.pem' ! -name '*-key.pem' | sort");
    found
        .lines()
        .map(|file| {
            let text = site.read(file);
            let alone = site.at(&file.replace('/', "-"));
            fs::write(&alone, &text[..text.find("-----END CERTIFICATE-----").unwrap() + 25]).unwrap();
            alone
        })
        .collect()
}

#[test]
fn every_profile_and_algorithm_is_clean() {
    let pkilint = pkilint();
    let subject = "country = \"CN\"\nstate = \"GuangDong\"\nlocality = \"广州\"\norganization = \"od\"\norganizational-unit = \"ops\"";
    let mut seen = BTreeSet::new();
    for algorithm in ["ecdsa-p256", "ecdsa-p384", "rsa-2048", "rsa-3072", "rsa-4096"] {
        let site = Site::new(
            1,
            &format!(
                "algorithm = \"{algorithm}\"\n{subject}\nspare-addresses = [\"fd00::9\"]\nspare-names = [\"vip.example\"]"
            ),
        );
        site.issue().unwrap();
        site.etcdpack("pki client kube-apiserver").ok();
        site.etcdpack("pki server lb.example --address 10.0.0.9 --dns lb.example").ok();
        let files = certificates(&site);
        assert_eq!(files.len(), 4);
        for (file, found) in files.iter().zip(findings(&pkilint, &files)) {
            for [severity, code, place] in found {
                let left = LEFT.iter().find(|(known, at)| *known == code && place.contains(at));
                assert!(left.is_some(), "{algorithm} {}: {severity} {code} at {place}", file.display());
                seen.insert(code);
            }
        }
    }
    // What is argued for above and is no longer found is to go.
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), LEFT.map(|(code, _)| code));
}

#[test]
fn below_an_intermediate_and_shared_they_are_clean_too() {
    let pkilint = pkilint();
    let site = Site::new(2, "mode = \"shared\"\nca = \"chain.pem\"\nca-key = \"int-key.pem\"");
    two_storeys(&site, "");
    site.issue().unwrap();
    for [_, code, place] in findings(&pkilint, &certificates(&site)).into_iter().flatten() {
        assert!(LEFT.iter().any(|(known, at)| *known == code && place.contains(at)), "{code} at {place}");
    }
    // It does find what is wrong.
    site.sh("openssl req -x509 -newkey rsa:2048 -nodes -keyout k.pem -subj /CN=x -days 10 -set_serial 0 -out bad.pem");
    assert!(!findings(&pkilint, &[site.at("bad.pem")])[0].is_empty());
}
