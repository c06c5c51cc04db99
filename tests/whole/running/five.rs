//! Five members: with one dead the others may be restarted, with two they may not.

use whole::SIGNER;
use whole::ground::{self, Ground, Keeper};

use super::quorum::{STATUS, WORD, carried, restarts, stays, up};

const HOSTS: [(&str, &str); 5] =
    [("n1", "10.121.0.11"), ("n2", "10.121.0.12"), ("n3", "10.121.0.13"), ("n4", "10.121.0.14"), ("n5", "10.121.0.15")];

#[test]
#[ignore = "five hosts: scripts/torture"]
fn five_members_go_on_with_one_dead_and_are_held_back_with_two() {
    ground::each("quorum-of-five", Ground::of(Keeper::Systemd, "3.5.1"), five);
}

fn five(ground: Ground) {
    let lab = up("tfive", ground, &HOSTS);
    carried(&lab, ground, &HOSTS, "", 3);
    for (host, _) in HOSTS {
        lab.sh(host, &format!("./{host}.run install --yes --quiet {SIGNER}")).ok();
    }
    lab.until("n1", STATUS);
    lab.until("n2", STATUS);
    lab.sh("n1", "ETCDCTL_API=3 etcdctl put ship at-sea").ok();

    // Dead, and cut off: three of five are left, and then two.
    lab.crash("n5");
    lab.until("n1", "ETCDCTL_API=3 etcdctl put ship at-sea");
    let said = restarts(&lab, "n1", "./n1-2.run install --yes --wait 60");
    assert!(!said.err.contains("quorum-at-risk"), "{said:?}");
    lab.cut("n4");
    lab.until("n2", "ETCDCTL_API=3 etcdctl put ship at-sea");
    let words = &["[quorum-at-risk]", "of the 5 voters", "n4 at https://10.121.0.14:2380", "n5 at", WORD];
    stays(&lab, "n2", "./n2-2.run install --yes", words);
    stays(&lab, "n2", "/usr/local/sbin/etcdpack-host uninstall --yes", words);
    lab.mend("n4");
    lab.until("n4", STATUS);
    restarts(&lab, "n2", "./n2-2.run install --yes --wait 60");

    // Nobody is missing when the last one is back, and what was written is everywhere.
    lab.boot("n5");
    lab.until("n5", STATUS);
    assert_eq!(lab.sh("n5", "ETCDCTL_API=3 etcdctl get ship --print-value-only").ok(), "at-sea");
    let said = restarts(&lab, "n5", "./n5-3.run install --yes --wait 60");
    assert!(said.err.contains("5 of 5 members of cluster"), "{said:?}");
}
