//! The record of what is installed is lost, beside a member that runs: etcd runs on, no command takes the host for a fresh one, and
//! the bundle that is installed writes the record anew.

use std::process::Command;

use whole::{ImageHost, Lab, SIGNER, Said, run};

const RECEIPT: &str = "/var/lib/etcdpack/receipt.json";

/// One member, with `first.run` installed and `second.run` beside it.
struct Host(Lab);

impl Host {
    fn installed(name: &str, variant: &str, address: &str) -> Self {
        let host = Self(Lab::with_two_bundles(name, variant, address));
        host.install("first").ok();
        host
    }

    fn sh(&self, line: &str) -> Said {
        self.0.sh("n1", &format!("export PATH=$PATH:/usr/local/sbin:/usr/local/bin; {line}"))
    }

    fn install(&self, bundle: &str) -> Said {
        self.sh(&format!("/root/{bundle}.run install --yes --quiet {SIGNER} --wait 60"))
    }

    /// Whatever is asked says the same, and changes nothing.
    fn is_lost(&self, words: &str) {
        let before = self.0.installed("n1");
        for command in
            ["status", "doctor", "report", "uninstall --yes", "uninstall --dry-run", "snapshot -o /root/x.db"]
        {
            let said = self.sh(&format!("etcdpack-host {command}"));
            assert!(said.err.contains(words) && said.err.contains("etcd runs on (process "), "{command}: {said:?}");
            assert!(
                said.err.contains("help: ./HOST.run install   (with the bundle that is installed here"),
                "{said:?}"
            );
            said.refused(3, "[receipt-lost]");
        }
        assert_eq!(self.0.installed("n1"), before);
    }
}

/// As a person, a full disk and a repaired file system leave it.
fn harms() -> [(String, &'static str); 5] {
    [
        (format!("rm {RECEIPT}"), "is missing"),
        ("rm -r /var/lib/etcdpack".to_owned(), "is missing"),
        (format!("truncate -s 0 {RECEIPT}"), "is damaged (EOF while parsing"),
        (format!("truncate -s 1000 {RECEIPT}"), "is damaged (EOF while parsing"),
        (format!("head -c 5000 /dev/zero >{RECEIPT}"), "is damaged (expected value"),
    ]
}

fn is_written_anew(name: &str, variant: &str, address: &str) {
    let host = Host::installed(name, variant, address);
    host.sh("etcdctl put k v").ok();
    let etcd = host.0.etcds("n1");
    for (harm, words) in harms() {
        host.sh(&harm).ok();
        host.is_lost(words);
        // Another bundle of this member's is none to compare with.
        let before = host.0.installed("n1");
        host.install("second").refused(3, "missing, or not as this bundle has it: `/opt/etcd");
        assert_eq!(host.0.installed("n1"), before);
        let said = host.sh("/root/first.run plan --json");
        assert!(said.out.contains("\"code\": \"receipt-lost\""), "{said:?}");
        let said = host.install("first");
        assert!(said.err.contains("[receipt-lost]") && said.err.contains("written anew"), "{said:?}");
        said.ok();
        assert_eq!(host.0.etcds("n1"), etcd, "{harm}: etcd was restarted");
        let said = host.install("first");
        assert!(!said.err.contains("[receipt-lost]"), "{said:?}");
        said.ok();
        for command in ["status", "doctor"] {
            host.sh(&format!("etcdpack-host {command}")).ok();
        }
        assert_eq!(host.sh("etcdctl get k --print-value-only").ok().trim(), "v");
    }
    // What was written anew is enough for the next bundle, and for the end.
    host.install("second").ok();
    assert_eq!(host.sh("etcdctl get k --print-value-only").ok().trim(), "v");
    host.sh("etcdpack-host uninstall --purge --yes").ok();
    let left = host.sh("ls -d /opt/* /usr/local/bin/* /usr/local/sbin/* /data/etcd/*/* /var/lib/etcdpack /etc/systemd/system/etcd* 2>/dev/null");
    assert_eq!(left.out, "", "{left:?}");
    assert_eq!(host.0.etcds("n1"), [""; 0]);
}

#[test]
fn under_this_hosts_supervisor_the_record_is_written_anew_and_etcd_runs_on() {
    is_written_anew("tlostsup", "supervisor", "10.82.61.11");
}

#[test]
fn under_systemd_the_record_is_written_anew_and_etcd_runs_on() {
    is_written_anew("tlostsys", "bare", "10.82.62.11");
}

#[test]
fn under_the_carried_supervisor_the_record_is_written_anew_and_etcd_runs_on() {
    is_written_anew("tlostcar", "python", "10.82.63.11");
}

#[test]
fn a_member_without_its_data_or_its_key_is_not_taken_up() {
    let host = Host::installed("tlostdata", "bare", "10.82.64.11");
    for (harm, named, mend) in [
        (
            "systemctl stop etcd-server; mv /data/etcd/etcd-server /data/away; mkdir /data/etcd/etcd-server",
            "`/data/etcd/etcd-server`",
            "rmdir /data/etcd/etcd-server; mv /data/away /data/etcd/etcd-server",
        ),
        (
            "cd /opt/etcd/certs/; mv etcd-peer-key.pem /root/key",
            "etcd-peer-key.pem`",
            "mv /root/key /opt/etcd/certs/etcd-peer-key.pem",
        ),
        (
            "cd /opt/etcd/; cp -p etcd /root/etcd; echo >>/root/etcd; mv /root/etcd etcd",
            "/etcd`",
            "truncate -s -1 /opt/etcd/etcd",
        ),
    ] {
        host.sh(&format!("mv {RECEIPT} /root/receipt.json; {harm}")).ok();
        let before = host.0.installed("n1");
        let said = host.install("first");
        assert!(said.err.contains("not as this bundle has it: ") && said.err.contains(named), "{said:?}");
        said.refused(3, "[receipt-lost]");
        assert_eq!(host.0.installed("n1"), before);
        host.sh(&format!("{mend}; mv /root/receipt.json {RECEIPT}")).ok();
    }
    host.sh("systemctl reset-failed etcd-server; systemctl start etcd-server; etcdctl endpoint health").ok();
}

#[test]
fn in_an_image_the_record_is_written_anew_too() {
    let host = ImageHost::new();
    let (first, second) = (host.bundle("first.run", 2_147_483_648), host.bundle("second.run", 4_294_967_296));
    let words = host.words();
    let signer = ["--signer", words.as_str()];
    host.install(&first, &signer).ok();
    let program = host.root.join("usr/local/sbin/etcdpack-host");
    for harm in
        ["rm var/lib/etcdpack/receipt.json", "rm -r var/lib/etcdpack", "truncate -s 9 var/lib/etcdpack/receipt.json"]
    {
        run(Command::new("sh").args(["-c", harm]).current_dir(&host.root)).ok();
        host.refused(&second, &signer, 3, "[receipt-lost]");
        host.run(&program, &["uninstall", "--yes"]).refused(3, "[receipt-lost]");
        let said = host.install(&first, &signer);
        assert!(said.err.contains("written anew"), "{said:?}");
        said.ok();
    }
    host.run(&program, &["uninstall", "--purge", "--yes"]).ok();
    let left = host.state();
    assert!(!left.contains("etcd-v") && !left.contains("etcdpack") && !left.contains("etcd-server.service"), "{left}");
}
