//! The page for an auditor: what is on it is true of the host, and no word on it is more than a word.

use std::process::Command;

use serde_json::Value;
use whole::{Lab, SIGNER, Site, cluster, release, run, workspace};

const HOST: &str = "/usr/local/sbin/etcdpack-host";

#[test]
fn an_auditor_reads_what_was_installed_what_stands_there_now_and_what_was_done() {
    let tarball = release("3.5.1", "amd64");
    let text = cluster("3.5.1", &tarball, &[("n1", "10.81.5.11")]);
    let site = Site::new(&text);
    site.build(&tarball);
    let lab = Lab::up("treport", "bare", &["n1=10.81.5.11"]);
    lab.put(&site.bundle("n1"), "n1");
    let sh = |line: &str| lab.sh("n1", line);
    sh(&format!("/root/n1.run install --yes --quiet --wait 60 {SIGNER}")).ok();
    let json = || -> Value {
        let said = sh(&format!("LANG=zh_CN.UTF-8 {HOST} report --format json")).ok();
        has_its_form(&said);
        serde_json::from_str(&said).unwrap()
    };
    let states = |report: &Value, state: &str| -> Vec<String> {
        let things = report["things"].as_array().unwrap();
        let of = things.iter().filter(|thing| thing["state"] == state);
        of.map(|thing| thing["path"].as_str().unwrap().to_owned()).collect()
    };

    // What stands there is as it was installed, by sums that stock tools find, too.
    let report = json();
    assert_eq!(report["healthy"], true, "{report:#}");
    let things = report["things"].as_array().unwrap();
    assert_eq!(states(&report, "as-installed").len(), things.len(), "{report:#}");
    let files: Vec<&Value> = things.iter().filter(|thing| thing["kind"] == "file").collect();
    assert!(files.len() > 8, "{report:#}");
    let sum = |file: &&Value| format!("{}  {}\n", word(&file["now"]), word(&file["path"]));
    let sums = files.iter().map(sum).collect::<Vec<_>>().concat();
    sh(&format!("sha256sum --check --quiet <<'END'\n{sums}END")).ok();
    assert_eq!(report["installed"]["number"], 1);
    let words = std::fs::read_to_string(site.path("dist/signing.words")).unwrap();
    assert_eq!(report["installed"]["signer"], words.trim());
    let ends = sh("openssl x509 -noout -enddate -dateopt iso_8601 -in /opt/etcd/certs/etcd-peer.pem").ok();
    let ends = ends.trim().trim_start_matches("notAfter=").replace(' ', "T");
    assert_eq!(report["certificates"][0]["not-after"], ends);

    // What an administrator changed, and what is missing, stands out; nothing is changed by looking.
    sh("echo '# mine' >>/usr/local/bin/etcdctl").ok();
    sh("rm /opt/etcd/etcdutl").ok();
    let tree = || sh("find /etc /opt /usr/local /var/lib/etcdpack -printf '%p %i %m %T@ %s\\n' | sort").ok();
    let before = tree();
    let report = json();
    assert_eq!(tree(), before);
    assert_eq!(states(&report, "changed"), ["/usr/local/bin/etcdctl"]);
    assert_eq!(states(&report, "missing"), ["/opt/etcd-v3.5.1/etcdutl"]);
    assert!(report["findings"].to_string().contains("not-as-installed"), "{report:#}");
    assert_eq!(report["history"].as_array().unwrap().len(), 1);

    // The page: whole or not there, root's alone, in either language; another file of that name makes way, a link does not.
    let page = |words: &str| sh(&format!("umask 0; cd /srv; {HOST} report {words}"));
    sh("mkdir -p /srv && echo old >/srv/report.html && chmod 644 /srv/report.html && ln -s /etc/passwd /srv/link.html")
        .ok();
    let said = page("-o report.html");
    assert!(said.code == 0 && said.out.is_empty(), "{said:?}");
    assert!(said.err.contains("not as installed: 2"), "{said:?}");
    assert_eq!(sh("stat -c '%a %U' /srv/report.html").ok().trim(), "600 root");
    let html = sh("cat /srv/report.html").ok();
    assert!(html.starts_with("<!DOCTYPE html>") && html.contains("lang=\"en\""), "{html}");
    assert_eq!(html.matches("<tr class=\"out\"><td>/").count(), 2, "{html}");
    page("-o link.html").refused(3, "link.html");
    page("-o /nowhere/report.html").refused(3, "-o /OTHER/DIRECTORY/FILE");
    let key = sh("cat /opt/etcd/certs/etcd-peer-key.pem").ok();
    let chinese = page("--lang zh -o zh.html");
    assert!(chinese.code == 0 && chinese.err.contains("与安装时不同：2"), "{chinese:?}");
    let chinese = sh("cat /srv/zh.html").ok();
    assert!(chinese.contains("lang=\"zh-CN\"") && chinese.contains("本机操作历史"), "{chinese}");
    let text = page("").ok();
    assert!(text.lines().any(|line| line.starts_with("! /opt/etcd-v3.5.1/etcdutl ")), "{text}");
    for told in [&html, &chinese, &text] {
        assert!(!told.contains(key.lines().nth(1).unwrap()) && !told.contains("PRIVATE"), "{told}");
    }

    // Words that others could have put there are words.
    let evil = r"<script>alert(1)</script>\\u001b[2J";
    sh(&format!("cd /var/lib/etcdpack && sed -i 's|\"etcdpack\":\"[^\"]*\"|\"etcdpack\":\"{evil}\"|' history.jsonl"))
        .ok();
    page("-o evil.html").ok();
    let html = sh("cat /srv/evil.html").ok();
    assert!(html.contains("&lt;script&gt;") && !html.contains("<script") && !html.contains('\u{1b}'), "{html}");
    assert!(!page("").ok().contains('\u{1b}'));

    // Without a member there is nothing to report of.
    sh(&format!("{HOST} uninstall --yes --although-quorum-at-risk")).ok();
    sh("/root/n1.run report").refused(3, "has installed nothing on this host");
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// What the schema in `docs/` says of the JSON, by a validator that is not ours.
pub(crate) fn has_its_form(said: &str) {
    let schema = workspace().join("docs/report.schema.json");
    let line = "import json,jsonschema,sys; jsonschema.validate(json.loads(sys.argv[2]), json.load(open(sys.argv[1])))";
    run(Command::new("python3").args(["-c", line]).arg(schema).arg(said)).ok();
}
