//! What is printed: each command on the sheets does what they say, on real hosts; and nothing secret is on them.

use std::fs;
use std::process::Command;

use whole::{Lab, Said, Site, at_terminal, cluster, release, run, small_site};

const PASSPHRASE: &str = "correct-horse-battery-staple";

/// A person at a terminal of `host` types what stands on its sheet.
fn work_off(site: &Site, lab: &Lab, host: &str) -> Said {
    let mut command = at_terminal(include_str!("../lab/reader.py"));
    command.arg(PASSPHRASE).arg(site.path(&format!("paper/host-{host}.html")));
    run(command.args(["sh", "-c", &format!("{} ssh {host} -tt", lab.shell_command())]))
}

/// Carries the bundle of a host there on a stick, which knows no modes.
fn plug_in(site: &Site, lab: &Lab, host: &str) {
    lab.scp(&site.bundle(host), host);
    lab.sh(host, &format!("mkdir -p /media/usb && mv /root/{host}.run /media/usb/ && chmod 644 /media/usb/*")).ok();
}

fn keys(site: &Site, mode: &str) {
    let text = fs::read_to_string(site.path("cluster.toml")).unwrap();
    fs::write(site.path("cluster.toml"), text.replace("\"plaintext\"", &format!("\"{mode}\""))).unwrap();
}

/// The sheets, one after the other.
fn pages(site: &Site) -> String {
    let pages = fs::read_dir(site.path("paper")).unwrap().map(|file| file.unwrap().path());
    pages
        .filter(|path| path.extension().is_some_and(|end| end == "html"))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect()
}

#[test]
fn every_command_on_paper_does_what_the_paper_says() {
    let tarball = release("3.5.1", "amd64");
    let hosts = [("n1", "192.168.80.20"), ("n2", "192.168.80.30"), ("n3", "192.168.80.40")];
    let site = Site::new(&cluster("3.5.1", &tarball, &hosts));
    keys(&site, "passphrase");
    site.give_signing_key();
    let etcdpack = whole::etcdpack();
    let line = format!(
        "{} build --no-rehearsal --release {} --passphrase-fd 3 3<<END\n{PASSPHRASE}\nEND",
        etcdpack.display(),
        tarball.display()
    );
    site.shell(&line).ok();

    let all = pages(&site);
    let key = fs::read_to_string(site.path("pki/hosts/n1/etcd-peer-key.pem")).unwrap();
    for secret in [PASSPHRASE, key.lines().nth(1).unwrap(), "PRIVATE", "<script", "http:", "https:"] {
        assert!(!all.contains(secret), "{secret}");
    }
    // From the bundles alone, and to the same bytes.
    site.etcdpack(&["paper", "-o", "again"]).ok();
    site.shell("diff -r paper again").ok();
    // The two lines that are for stock tools, where the bundles are.
    let page = fs::read_to_string(site.path("paper/cluster.html")).unwrap();
    let lines: Vec<String> =
        page.split("<code>").skip(1).map(|rest| rest.split("</code>").next().unwrap().to_owned()).collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    let typed =
        lines.join("\n").replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    assert_eq!(site.shell(&format!("cd dist\n{typed}")).ok(), "Verified OK");

    let named: Vec<String> = hosts.iter().map(|(host, address)| format!("{host}={address}")).collect();
    let lab = Lab::up("tpaper", "bare", &named.iter().map(String::as_str).collect::<Vec<_>>());
    for (host, _) in hosts {
        plug_in(&site, &lab, host);
        let said = work_off(&site, &lab, host);
        assert!(said.code == 0 && said.out.contains("\nanswered: 5\n"), "{host}: {}\n{}", said.out, said.err);
    }
    lab.until("n1", "etcdpack-host status");
}

#[test]
fn where_a_host_makes_its_key_the_sheet_begins_with_that() {
    let tarball = release("3.5.1", "amd64");
    let site = Site::new(&cluster("3.5.1", &tarball, &[("n1", "192.168.81.20")]));
    keys(&site, "host-key");
    site.build(&tarball);
    let lab = Lab::up("tpapkey", "bare", &["n1=192.168.81.20"]);
    plug_in(&site, &lab, "n1");
    let said = work_off(&site, &lab, "n1");
    assert!(said.code == 0 && said.out.contains("etcdpack sign n1.csr"), "{}\n{}", said.out, said.err);
    assert!(fs::read_to_string(site.path("dist/START-HERE.txt")).unwrap().contains("./n1.run csr -o n1.csr\r\n"));
}

#[test]
fn the_calendar_is_read_by_another_program() {
    let site = small_site();
    let script = "import sys, icalendar
calendar = icalendar.Calendar.from_ical(open(sys.argv[1], 'rb').read())
for event in calendar.walk('VEVENT'):
    print(event['DTSTART'].dt, event['UID'][64:], str(event['SUMMARY']).split(' / ')[0])";
    let said = run(Command::new("/usr/bin/python3").args(["-c", script]).arg(site.path("paper/expiry.ics"))).ok();
    let ends =
        site.shell("openssl x509 -enddate -noout -dateopt iso_8601 -in pki/hosts/n1/etcd-peer.pem | cut -c10-19").ok();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 2, "{said}");
    assert!(lines[0].ends_with(&format!("@etcdpack etcd cluster t: certificate of n1 ends on {ends}")), "{said}");
    let ahead = site.shell(&format!("date -d '{ends} -60 days' +%F")).ok();
    assert!(lines[0].starts_with(&ahead), "{ahead}: {said}");
}

#[test]
fn paper_does_not_lie_among_the_bundles() {
    let site = small_site();
    let said = site.etcdpack(&["build", "--release", "release.tar.gz", "-o", "paper"]);
    said.refused(2, "paper does not travel with them");
    site.etcdpack(&["paper", "-o", "dist"]).refused(2, "paper does not travel with them");
    assert!(!site.path("dist/cluster.html").exists());
    let said = site.etcdpack(&["paper", "--paper", "zh"]);
    assert!(said.code == 0 && !pages(&site).contains("lang=\"en\""), "{said:?}");
    site.etcdpack(&["paper", "pki"]).refused(2, "no bundles");
    // What cannot be written is said, once the bundles are there.
    fs::remove_dir_all(site.path("paper")).unwrap();
    fs::write(site.path("paper"), "").unwrap();
    let said = site.etcdpack(&["build", "--release", "release.tar.gz"]);
    assert!(said.code == 3 && said.err.contains("error: creating `./paper`"), "{said:?}");
}
