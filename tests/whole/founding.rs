//! Who founds a cluster and whether it runs: what `etcdpack` writes down, asks and refuses when the cluster file changes.

use std::fs;

use whole::{Said, Site, etcdpack, run, small_site};

/// Without a terminal.
fn build(site: &Site, more: &str) -> Said {
    site.shell(&format!("setsid -w {} build --no-rehearsal --release release.tar.gz {more}", etcdpack().display()))
}

#[track_caller]
fn refused(said: &Said, words: &[&str]) {
    assert_eq!(said.code, 3, "{said:?}");
    for words in words {
        assert!(said.err.contains(words), "no `{words}` in\n{}", said.err);
    }
}

fn rewrite(site: &Site, from: &str, to: &str) {
    let text = fs::read_to_string(site.path("cluster.toml")).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(site.path("cluster.toml"), text.replace(from, to)).unwrap();
}

fn numbers(site: &Site) -> String {
    fs::read_to_string(site.path("pki/serials.toml")).unwrap()
}

/// The cluster that the bundle of n1 is of.
#[derive(Debug, PartialEq, Clone)]
struct Packed {
    phase: String,
    token: String,
    site_id: String,
    founders: usize,
}

/// By the manifest, with which the startup script agrees.
fn packed(site: &Site) -> Packed {
    let manifest: serde_json::Value =
        serde_json::from_str(&site.etcdpack(&["inspect", "--json", "dist/n1.run"]).ok()).unwrap();
    let text = |at: &str| manifest.pointer(at).unwrap().as_str().unwrap().to_owned();
    let packed = Packed {
        phase: text("/state/phase"),
        token: text("/token"),
        site_id: text("/provenance/cluster-id"),
        founders: manifest["state"]["founders"].as_array().unwrap().len(),
    };
    let script = site.shell("unzip -p dist/n1.run '*etcd-server-startup.sh'").ok();
    let state = if packed.phase == "founding" { "new" } else { "existing" };
    for flag in [format!("--initial-cluster-state {state} "), format!("--initial-cluster-token {} ", packed.token)] {
        assert!(script.contains(&flag), "no `{flag}` in\n{script}");
    }
    packed
}

/// Answers one question of a build with this line, at a terminal.
fn answered(site: &Site, question: &str, answer: &str, more: &str) -> Said {
    let mut command = whole::answered(question, answer, "true");
    command.arg(etcdpack()).args(["build", "--no-rehearsal", "--release", "release.tar.gz"]);
    run(command.args(more.split_whitespace()).current_dir(site.path("")))
}

const DATA: &str = "installed, and not purged since)? [yes/no]";
const FOUNDS: &str = "founds a new cluster; if these hosts run one already: etcdpack build --same-cluster";

#[test]
fn a_first_build_founds_and_the_next_is_of_the_same_cluster() {
    let (site, other) = (small_site(), small_site());
    let first = packed(&site);
    assert_eq!((first.phase.as_str(), first.founders), ("founding", 1));
    assert!(first.token.starts_with("t-") && first.token.len() == 18, "{first:?}");
    let text = numbers(&site);
    for line in ["version = 2", "phase = \"founding\"", "peer-url = \"https://10.83.0.11:2380\""] {
        assert!(text.contains(line), "no `{line}` in\n{text}");
    }
    let again = build(&site, "");
    assert!(again.err.contains(FOUNDS), "{again:?}");
    assert_eq!((packed(&site), numbers(&site)), (first.clone(), text));
    // Of two sites of one name and list, each has its own.
    assert!(packed(&other).token != first.token && packed(&other).site_id != first.site_id);
    rewrite(&other, "name = \"t\"", "name = \"t\"\ntoken = \"mine\"");
    build(&other, "--new-cluster").ok();
    assert_eq!(packed(&other).token, "mine");
}

#[test]
fn a_change_before_it_runs_asks_for_a_fact_that_only_the_operator_knows() {
    let site = small_site();
    let first = packed(&site);
    let before = (numbers(&site), whole::sha256(&site.bundle("n1")));
    rewrite(&site, "10.83.0.11", "10.83.0.12");
    let said = build(&site, "");
    let change = "n1 was at https://10.83.0.11:2380, and is at https://10.83.0.12:2380 now";
    refused(&said, &[change, "help: etcdpack build --same-cluster ", "help: etcdpack build --new-cluster "]);
    // Neither a nod nor an interrupt is an answer.
    for answer in ["y", "", "YES", "\u{3}"] {
        let said = answered(&site, DATA, answer, "");
        assert!(said.code == 3 || said.code == -2 || said.code == 254, "{answer:?}: {said:?}");
    }
    assert_eq!(before, (numbers(&site), whole::sha256(&site.bundle("n1"))));

    let said = answered(&site, DATA, "no", "");
    assert!(said.code == 0 && said.out.contains("cannot be changed: purge its hosts"), "{said:?}");
    let second = packed(&site);
    assert_eq!((second.phase.as_str(), second.founders), ("founding", 1));
    assert!(second.token != first.token && second.site_id != first.site_id);
    let way = format!("if these hosts run that one: etcdpack build --same-cluster={}", first.token);
    assert!(said.out.contains(&way), "{said:?}");
    // It is asked once.
    assert!(!build(&site, "").err.contains("any host"));

    rewrite(&site, "10.83.0.12", "10.83.0.13");
    let said = answered(&site, DATA, "yes", "");
    assert!(said.code == 0 && said.out.contains("the cluster runs"), "{said:?}");
    assert_eq!(packed(&site), Packed { phase: "running".to_owned(), ..second });
    // And never again.
    rewrite(&site, "10.83.0.13", "10.83.0.14");
    build(&site, "").ok();
}

#[test]
fn a_running_cluster_is_replaced_by_its_name_and_taken_back() {
    let site = small_site();
    let first = Packed { phase: "running".to_owned(), ..packed(&site) };
    let said = build(&site, "--same-cluster");
    assert!(!said.err.contains("founds a new cluster"), "{said:?}");
    assert_eq!(packed(&site), first);
    rewrite(&site, "[pki]", "[[host]]\nname = \"n2\"\naddress = \"10.83.0.12\"\n[pki]");
    build(&site, "").ok();
    rewrite(&site, "[[host]]\nname = \"n2\"\naddress = \"10.83.0.12\"\n", "");
    let said = build(&site, "");
    assert!(
        said.err.contains("n2 is not in the cluster file any more; it stays a member of the cluster until"),
        "{said:?}"
    );
    let before = numbers(&site);
    let said = build(&site, "--new-cluster");
    refused(&said, &["cluster t runs", "help: etcdpack build --new-cluster=t"]);
    build(&site, "--new-cluster=T").refused(3, "`T` is not the name of the cluster, t");
    assert_eq!(answered(&site, "type its name:", "x", "--new-cluster").code, 3);
    assert_eq!((packed(&site), numbers(&site)), (first.clone(), before));
    assert_eq!(answered(&site, "type its name:", "t", "--new-cluster").code, 0);
    let second = packed(&site);
    assert!(second.phase == "founding" && second.token != first.token && second.site_id != first.site_id);
    // It was a mistake.
    let said = build(&site, "--same-cluster");
    let way = format!("if these hosts run the one with the token {0}: etcdpack build --same-cluster={0}", second.token);
    assert!(said.err.contains(&way), "{said:?}");
    assert_eq!(packed(&site), first);
    // Or that was one.
    build(&site, &format!("--same-cluster={}", second.token)).ok();
    assert_eq!(packed(&site), Packed { phase: "running".to_owned(), ..second });
    build(&site, "--same-cluster=none").refused(3, "no cluster with the token none is on record here");
}

#[test]
fn a_new_cluster_never_has_the_token_of_another() {
    let site = small_site();
    rewrite(&site, "name = \"t\"", "name = \"t\"\ntoken = \"mine\"");
    build(&site, "").refused(3, "the token was ");
    build(&site, "--new-cluster").ok();
    let said = build(&site, "--new-cluster");
    refused(&said, &["gives the new cluster a token that another cluster has: mine"]);
    let line = said.err.lines().find_map(|line| line.strip_prefix("help: write into `[cluster]`: ")).expect("a line");
    rewrite(&site, "token = \"mine\"", line);
    build(&site, "--new-cluster").ok();
    assert_eq!(line, format!("token = \"{}\"", packed(&site).token));
    // In a cluster that runs, the file's is ignored.
    let running = Packed { phase: "running".to_owned(), ..packed(&site) };
    build(&site, "--same-cluster").ok();
    rewrite(&site, line, "token = \"other\"");
    let said = build(&site, "");
    assert!(said.err.contains("warning: the cluster runs with the token t-"), "{said:?}");
    assert_eq!(packed(&site), running);
}

/// As 0.1 has written it.
fn as_version_1(site: &Site, id: &str) {
    let text = numbers(site);
    let hosts = &text[text.find("[host.").expect("numbers")..];
    fs::write(site.path("pki/serials.toml"), format!("version = 1\ncluster-id = \"{id}\"\nsuccession = []\n\n{hosts}"))
        .unwrap();
}

#[test]
fn what_an_older_etcdpack_has_built_keeps_its_token_and_id() {
    let id = "5".repeat(32);
    let site = small_site();
    as_version_1(&site, &id);
    site.etcdpack(&["pki", "rotate-signer"]).ok();
    let said = build(&site, "");
    assert!(said.err.contains(FOUNDS), "{said:?}");
    let old = Packed { phase: "founding".to_owned(), token: "t".to_owned(), site_id: id.clone(), founders: 1 };
    assert_eq!(packed(&site), old);
    assert!(numbers(&site).contains("version = 2") && !numbers(&site).contains("cluster-id"));
    // What was numbered are other hosts than the file's, or at other addresses.
    let hosts = "[[host]]\nname = \"n2\"\naddress = \"10.83.0.12\"\n[pki]";
    for (from, to) in [("10.83.0.11", "10.83.0.19"), ("[pki]", hosts)] {
        let site = small_site();
        as_version_1(&site, &id);
        rewrite(&site, from, to);
        build(&site, "").refused(3, "an older etcdpack built them");
        build(&site, "--same-cluster").ok();
        assert_eq!(packed(&site), Packed { phase: "running".to_owned(), founders: 0, ..old.clone() });
    }
}

#[test]
fn a_request_that_is_signed_asks_as_a_build_does() {
    let site = small_site();
    rewrite(&site, "\"plaintext\"", "\"host-key\"");
    fs::remove_dir_all(site.path("pki/hosts")).unwrap();
    build(&site, "").ok();
    let said = site.shell("mkdir root; dist/n1.run csr -o n1.csr --root root");
    let words = said.err.lines().find(|line| line.trim().split('-').count() == 12).expect("twelve words").trim();
    let sign = |more: &str| {
        let words = format!("--words n1={words}");
        site.shell(&format!(
            "setsid -w {} sign --no-rehearsal --release release.tar.gz n1.csr {words} {more}",
            etcdpack().display()
        ))
    };
    rewrite(&site, "10.83.0.11", "10.83.0.12");
    sign("").refused(3, "n1 was at ");
    assert!(!site.path("pki/hosts/n1/etcd-peer.pem").exists());
    // The key that was made for the wrong address is the right one's.
    sign("--new-cluster").ok();
    let key = fs::read(site.path("n1.csr")).unwrap();
    let again = site.shell("dist/n1.run csr -o n1.csr --root root");
    assert!(again.code == 0 && fs::read(site.path("n1.csr")).unwrap() == key, "{again:?}");
}

#[test]
fn no_new_ca_is_made_where_there_was_one() {
    let site = small_site();
    // Certificates say that there was one, or numbers alone.
    for gone in ["pki/ca.pem", "pki/ca-key.pem", "pki/hosts"] {
        site.shell(&format!("rm -r {gone}")).ok();
        for command in ["build --release release.tar.gz", "pki client ops"] {
            let said = site.shell(&format!("setsid -w {} {command}", etcdpack().display()));
            refused(&said, &["/pki/ca.pem` is missing", "help: etcdpack build --new-ca "]);
        }
    }
    assert!(!site.path("pki/ca.pem").exists() && !site.path("pki/hosts").exists());
    build(&site, "--new-ca").ok();
    assert!(site.path("pki/ca-key.pem").exists());
    build(&site, "").ok();
}
