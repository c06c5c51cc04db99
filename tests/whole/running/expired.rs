//! A cluster whose certificates have all ended, as they do on one day years after the first walk. Connections that are there go on;
//! nobody makes a new one. Each host is told so, and takes a new certificate without a restart, in any order: also after the
//! power went, when no member speaks with another any more.

use std::fs;
use std::process::Command;
use std::thread;
use std::time::Duration;

use whole::ground::{self, Ground, Keeper};
use whole::{Lab, SIGNER, Said, Site, cluster, etcdpack, run, workspace};

const HOSTS: [(&str, &str); 3] = [("n1", "10.138.0.11"), ("n2", "10.138.0.12"), ("n3", "10.138.0.13")];

/// Who has lost power since the certificates ended.
#[derive(Clone, Copy)]
enum Dark {
    /// The others keep their connections, and the quorum.
    One,
    All,
}

#[test]
fn a_cluster_whose_certificates_have_ended_goes_on_with_new_ones_after_all_power_was_lost() {
    ground::each("expired-dark", Ground::of(Keeper::Systemd, "3.4.23"), |ground| {
        expired(ground, Dark::All, "texpdark");
    });
}

#[test]
#[ignore = "three hosts that wait for a minute: scripts/torture"]
fn a_cluster_whose_certificates_have_ended_goes_on_with_new_ones() {
    ground::each("expired", Ground::of(Keeper::Supervisor, "3.5.33"), |ground| expired(ground, Dark::One, "texpired"));
}

fn expired(ground: Ground, dark: Dark, name: &str) {
    let pki = "[pki]\nkeys = \"plaintext\"\nvalidity = \"24h\"\n";
    let site = Site::new(&(cluster(ground.version, &ground.tarball(), &HOSTS) + pki));
    site.give_signing_key();
    let hosts = HOSTS.map(|(name, at)| format!("{name}={at}"));
    let lab = ground.up(name, &hosts.each_ref().map(String::as_str));
    let left = install_in_time(&site, &lab, ground);
    lab.until("n1", "ETCDCTL_API=3 etcdctl put ship at-sea");
    thread::sleep(left);
    lab.until("n3", "! openssl x509 -noout -checkend 0 -in /opt/etcd/certs/etcd-peer.pem");

    for (host, _) in HOSTS.iter().skip(if let Dark::One = dark { 2 } else { 0 }) {
        lab.crash(host);
        lab.boot(host);
    }
    // Booted only once its port is open again.
    lab.until("n3", "etcdpack-host status | grep -F 'up, '");
    for (host, _) in HOSTS {
        named(&lab, host);
    }

    site.build(&ground.tarball());
    carry(&site, &lab);
    for (host, _) in HOSTS {
        let before = lab.etcds(host);
        let said = install(&lab, host, "");
        // With one member at work as before, the others are up, whatever their certificates say.
        assert!(!said.err.contains("started once, and not up"), "{said:?}");
        said.ok();
        assert_eq!(lab.etcds(host), before, "{host}: no restart");
    }
    let said = install(&lab, "n1", "--wait 60");
    assert!(said.err.contains("3 of 3 members of cluster"), "{said:?}");
    said.ok();
    assert_eq!(lab.ssh("n3", "ETCDCTL_API=3 etcdctl get ship --print-value-only").ok(), "at-sea");
}

/// What a host with such a certificate is told, whatever it is asked: first that, and nothing that nobody can know with it.
fn named(lab: &Lab, host: &str) {
    let status = lab.ssh(host, "etcdpack-host status");
    assert!(status.code == 7 && status.out.contains("not healthy: certificate-expired"), "{status:?}");
    assert!(status.err.contains("help: date -u; if the clock is right: etcdpack build"), "{status:?}");
    for word in ["no-quorum", "it has stopped", "does not serve"] {
        assert!(!format!("{}{}", status.out, status.err).contains(word), "{word}: {status:?}");
    }
    lab.ssh(host, "etcdpack-host snapshot -o /root/x.db").refused(3, "certificate-expired");
    let before = lab.installed(host);
    lab.ssh(host, &format!("./{host}.run plan {SIGNER}")).refused(3, "certificate-expired");
    install(lab, host, "").refused(3, "certificate-expired");
    assert_eq!(lab.installed(host), before, "{host}");
}

fn install(lab: &Lab, host: &str, more: &str) -> Said {
    lab.ssh(host, &format!("./{host}.run install --yes {SIGNER} {more}"))
}

fn carry(site: &Site, lab: &Lab) {
    for (host, _) in HOSTS {
        lab.scp(&site.bundle(host), host);
    }
}

/// Three members whose certificates end soon, and how soon: installs that come too late get some that end later.
fn install_in_time(site: &Site, lab: &Lab, ground: Ground) -> Duration {
    for seconds in [50, 150, 450] {
        let began = std::time::Instant::now();
        build_ending_in(site, ground, seconds);
        carry(site, lab);
        if HOSTS.iter().all(|(host, _)| install(lab, host, "--quiet").code == 0) {
            return Duration::from_secs(seconds).saturating_sub(began.elapsed());
        }
    }
    panic!("three installs took more than seven minutes");
}

/// Built a day ago, by the builder's clock, for a day.
fn build_ending_in(site: &Site, ground: Ground, seconds: u64) {
    let _ = fs::remove_dir_all(site.path("pki/hosts"));
    let mut builder = Command::new("faketime");
    builder.args(["-f", &format!("-{}s", 24 * 60 * 60 - seconds)]).arg(etcdpack());
    builder.args(["build", "--no-rehearsal", "--release"]).arg(ground.tarball());
    builder.current_dir(site.path(".")).env("XDG_CACHE_HOME", workspace().join("target/test-cache"));
    run(&mut builder).ok();
}
