//! A host as etcdpack left it before certificates lay in sets: a directory of them in that of the release, and a receipt that
//! says so.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::Lab;

const RECEIPT: &str = "var/lib/etcdpack/receipt.json";
const SETS: &str = "/opt/etcd-certs";

/// Makes an installed tree one of that kind.
pub fn age(root: &Path) {
    let (certs, sets) = (root.join("opt/etcd-v3.5.1/certs"), root.join(&SETS[1..]));
    let name = fs::read_link(sets.join("current")).expect("the set in use");
    fs::remove_file(&certs).expect("a link");
    fs::rename(sets.join(name), certs).expect("a set");
    fs::remove_dir_all(&sets).expect("the links");
    let receipt = fs::read_to_string(root.join(RECEIPT)).expect("a receipt");
    fs::write(root.join(RECEIPT), older(&receipt)).expect("a receipt");
}

/// Likewise, on a host that runs.
pub fn age_host(lab: &Lab, host: &str) {
    let receipt = lab.sh(host, &format!("cat /{RECEIPT}")).ok();
    let dir = tempfile::tempdir().expect("a directory");
    fs::write(dir.path().join("receipt.json"), older(&receipt)).expect("a file");
    lab.put(&dir.path().join("receipt.json"), host);
    let line = format!(
        "set -e; cd /opt/etcd-v3.5.1; rm certs; mv {SETS}/$(readlink {SETS}/current) certs; rm -r {SETS}
         cat /root/receipt.json >/{RECEIPT}; rm /root/receipt.json"
    );
    lab.sh(host, &line).ok();
}

/// The receipt of such a host.
fn older(receipt: &str) -> String {
    let mut receipt: Value = serde_json::from_str(receipt).expect("a receipt");
    let changes = receipt["changes"].as_array_mut().expect("changes");
    changes.retain(|change| {
        let path = |kind: &str| change[kind]["path"].as_str().unwrap_or_default().to_owned();
        path("dir") != SETS && !path("link").starts_with(SETS) && !path("link").ends_with("/certs")
    });
    // Directories are on record from the top down.
    let place = |changes: &[Value], is_it: &dyn Fn(&str) -> bool| {
        changes.iter().position(|change| change["dir"]["path"].as_str().is_some_and(is_it)).expect("a directory")
    };
    let set = changes.remove(place(changes, &|path| path.starts_with(SETS)));
    let release = place(changes, &|path| path == "/opt/etcd-v3.5.1");
    changes.insert(release + 1, set);
    for kind in ["dir", "file"] {
        for change in changes.iter_mut() {
            if let Some(path) = change[kind]["path"].as_str().and_then(|path| path.strip_prefix(&format!("{SETS}/"))) {
                let below = path.split_once('/').map_or(String::new(), |(_, name)| format!("/{name}"));
                change[kind]["path"] = format!("/opt/etcd-v3.5.1/certs{below}").into();
            }
        }
    }
    serde_json::to_string_pretty(&receipt).expect("JSON") + "\n"
}
