//! When etcd is restarted on a host that runs: for what it runs with, once; for what only its next start reads, not unless
//! that is asked for.

use std::fs;

use whole::{Lab, SIGNER, Site, cluster, plain_keys, release};

const STATUS: &str = "/usr/local/sbin/etcdpack-host status";

#[test]
fn a_renewed_unit_waits_for_a_restart_and_a_new_flag_does_not() {
    let lab = Lab::with_two_bundles("trestart", "bare", "10.104.0.11");
    let sh = |line: &str| lab.sh("n1", line);
    sh(&format!("/root/first.run install --yes --quiet {SIGNER} --wait 60")).ok();
    assert!(!sh(STATUS).out.contains("pending"));

    // As after an update: another unit and another startup script, which we have written, for the same etcd.
    let older = || {
        for (file, edit) in [
            (
                "/opt/etcd-v3.5.1/etcd-server-startup.sh",
                "/^# setpriv/d; /^PATH=/d; /^confined=/d; /^if setpriv/d; s/ [$]confined//",
            ),
            ("/etc/systemd/system/etcd-server.service", "/^SystemCall/d; /^ProtectSystem=strict/d"),
        ] {
            lab.guest("n1", "older.sh", &[file, edit]).ok();
        }
        sh("systemctl daemon-reload && systemctl restart etcd-server").ok();
    };
    older();
    lab.until("n1", STATUS);
    let before = lab.etcds("n1");
    let said = sh("/root/first.run plan");
    assert!(said.out.contains("reload (no restart) under systemd"), "{said:?}");
    let said = sh("/root/first.run install --yes");
    assert!(said.err.contains("startup script") && said.err.contains("[restart-pending]"), "{said:?}");
    assert!(said.err.contains("help: systemctl restart etcd-server.service"), "{said:?}");
    said.ok();
    assert_eq!(lab.etcds("n1"), before, "etcd is not restarted");
    assert_eq!(sh("systemctl show -p NeedDaemonReload etcd-server").ok(), "NeedDaemonReload=no");
    let said = sh(STATUS);
    assert!(
        said.code == 0 && said.out.contains("pending: unit, startup script; systemctl restart etcd-server.service"),
        "{said:?}"
    );
    assert!(
        sh(&format!("{STATUS} --json")).out.contains("\"restart_pending\": [\n    \"unit\",\n    \"startup-script\"")
    );
    let files = lab.installed("n1");
    let said = sh("/root/first.run install --yes");
    assert!(said.err.contains("[restart-pending]") && said.err.contains("nothing was changed"), "{said:?}");
    assert_eq!((lab.installed("n1"), lab.etcds("n1")), (files, before.clone()));

    // By hand, as the line says; that it has happened is seen, also when the clock is set back.
    sh("systemctl restart etcd-server").ok();
    lab.until("n1", STATUS);
    assert!(!sh(STATUS).out.contains("pending"));
    assert!(sh("cat /proc/$(pgrep -x etcd)/status").ok().contains("Seccomp:\t2"));

    // The same, by the install.
    older();
    lab.until("n1", STATUS);
    let before = lab.etcds("n1");
    sh("/root/first.run install --yes --restart --wait 60").ok();
    assert_ne!(lab.etcds("n1"), before);
    assert!(!sh(STATUS).out.contains("pending"));
    let before = lab.etcds("n1");
    let said = sh("/root/first.run install --yes --restart");
    assert!(said.err.contains("nothing was changed"), "{said:?}");
    assert_eq!(lab.etcds("n1"), before, "nothing waits");
    assert_eq!(sh("/root/first.run install --yes --restart --no-start").code, 2);

    // A flag of etcd's own: at once, and what waited with it.
    older();
    lab.until("n1", STATUS);
    let before = lab.etcds("n1");
    sh("/root/second.run install --yes --wait 60").ok();
    assert!(lab.etcds("n1").len() == 1 && lab.etcds("n1") != before);
    assert!(!sh(STATUS).out.contains("pending"));
    assert!(sh("tr '\\0' ' ' </proc/$(pgrep -x etcd)/cmdline").ok().contains("--quota-backend-bytes 4294967296"));
}

#[test]
fn a_supervisors_section_is_renewed_with_a_restart_and_that_is_one() {
    // For supervisord, etcd is starting for longer than the installer waits for anything.
    let sections = "[supervisor]\nstartsecs = 3600\n";
    let lab = Lab::with_two_bundles_of("trestarts", "supervisor", "10.104.1.11", sections);
    let sh = |line: &str| lab.sh("n1", line);
    sh(&format!("/root/first.run install --yes --quiet {SIGNER} --wait 60")).ok();
    let section = "/etc/supervisor/conf.d/etcd-server.conf";
    lab.guest("n1", "older.sh", &[section, "/^umask=/d"]).ok();
    sh("supervisorctl reread && supervisorctl update").ok();
    lab.until("n1", STATUS);
    // A new flag needs a restart: the section comes with it, and `update` and `restart` are not two.
    let starts = "grep -c 'spawned: .n1' /var/log/supervisor/supervisord.log";
    let before: u32 = sh(starts).ok().parse().unwrap();
    sh("/root/second.run install --yes --wait 60").ok();
    assert_eq!(sh(starts).ok().parse(), Ok(before + 1), "{:?}", sh("tail /var/log/supervisor/supervisord.log"));
    assert_eq!(sh(&format!("grep -c umask=077 {section}")).ok(), "1");
    assert!(!sh(STATUS).out.contains("pending"));
    // The startup script alone is another one: the section stays, and `update` has nothing to do.
    let before = lab.etcds("n1");
    sh("/root/first.run install --yes --allow-downgrade --wait 60").ok();
    assert!(lab.etcds("n1").len() == 1 && lab.etcds("n1") != before);
    // Somebody has stopped it.
    sh("supervisorctl stop n1").ok();
    sh("/root/first.run install --yes --allow-downgrade --wait 60").ok();
    assert_eq!(lab.etcds("n1").len(), 1);
}

/// The serial number of the certificate that n1's peer port shows.
fn served(lab: &Lab, address: &str) -> String {
    let shown = format!("openssl s_client -connect {address}:2380 </dev/null 2>/dev/null");
    lab.sh("n1", &format!("{shown} | openssl x509 -noout -serial")).ok()
}

#[test]
fn what_a_running_member_reads_by_itself_or_never_reads_restarts_nothing() {
    let address = "10.104.2.11";
    let tarball = release("3.5.1", "amd64");
    let hosts = |others: &[(&str, &str)]| cluster("3.5.1", &tarball, &[&[("n1", address)], others].concat());
    let alone = hosts(&[]);
    let site = Site::new(&alone);
    let lab = Lab::up("trestartr", "bare", &[&format!("n1={address}")]);
    let sh = |line: &str| lab.sh("n1", line);
    site.build(&tarball);
    lab.put(&site.bundle("n1"), "n1");
    // Each bundle is a newer one, of the cluster that runs.
    let bring = |cluster: &str| {
        fs::write(site.path("cluster.toml"), plain_keys(cluster)).expect("the cluster file");
        site.build_same_cluster(&tarball);
        lab.put(&site.bundle("n1"), "n1");
    };
    sh(&format!("/root/n1.run install --yes --quiet {SIGNER} --wait 60")).ok();
    let (before, old) = (lab.etcds("n1"), served(&lab, address));
    let installed = || sh("openssl x509 -noout -serial -in /opt/etcd/certs/etcd-peer.pem").ok();
    assert_eq!(old, installed());

    // A renewed pair.
    fs::remove_dir_all(site.path("pki/hosts/n1")).expect("the pair");
    bring(&alone);
    let said = sh("/root/n1.run plan").ok();
    assert!(said.contains("etcd-peer-key.pem") && !said.contains("restart"), "{said}");
    let said = sh("/root/n1.run install --yes --wait 60");
    assert!(!said.err.contains("[restart-pending]") && !said.err.contains("[certificate-not-served]"), "{said:?}");
    said.ok();
    assert_eq!(lab.etcds("n1"), before, "etcd is not restarted");
    assert!(installed() != old && served(&lab, address) == installed());
    let said = sh(STATUS);
    assert!(said.code == 0 && !said.out.contains("pending") && !said.out.contains("[certificate"), "{said:?}");

    // Another host, then another address of it, in what a founding reads and a member with data does not.
    for other in ["10.104.2.12", "10.104.2.13"] {
        bring(&hosts(&[("n2", other)]));
        let said = sh("/root/n1.run install --yes");
        assert!(!said.err.contains("[restart-pending]"), "{said:?}");
        said.ok();
        assert_eq!(lab.etcds("n1"), before, "etcd is not restarted");
        sh(&format!("grep -q 'n2=https://{other}:2380' /opt/etcd/etcd-server-startup.sh")).ok();
    }

    // A flag that waits; then one that etcd has had all the time; then the first again, at once.
    let quota = format!("{alone}[etcd]\nquota-backend-bytes = 4294967296\n");
    bring(&quota);
    let said = sh("/root/n1.run install --yes --no-start");
    assert!(said.err.contains("etcd's flags") && said.err.contains("[restart-pending]"), "{said:?}");
    said.ok();
    assert!(sh(&format!("{STATUS} --json")).out.contains("\"restart_pending\": [\n    \"flags\"\n"));
    bring(&alone);
    sh("/root/n1.run install --yes").ok();
    assert!(!sh(STATUS).out.contains("pending"));
    assert_eq!(lab.etcds("n1"), before, "it runs with these flags");
    bring(&quota);
    sh("/root/n1.run install --yes --no-start").ok();
    assert_eq!(lab.etcds("n1"), before);
    sh("/root/n1.run install --yes --wait 60").ok();
    assert!(lab.etcds("n1").len() == 1 && lab.etcds("n1") != before);
    assert!(!sh(STATUS).out.contains("pending"));
}
