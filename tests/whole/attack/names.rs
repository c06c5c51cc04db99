//! Programs of other users that call themselves etcd or a time service.

use whole::{Lab, signer};

const PLAN: &str = concat!("/root/first.run plan ", signer!());
const INSTALL: &str = concat!("/root/first.run install --yes --quiet --wait 60 ", signer!());

/// Starts a program that runs on, as the user of this number, and holds it to its name.
fn start(lab: &Lab, uid: u32, name: &str, line: &str) {
    let user = format!("setsid setpriv --reuid {uid} --regid {uid} --clear-groups");
    let line = format!(
        "{user} {line} >/dev/null 2>&1 </dev/null & \
         for n in $(seq 100); do pgrep -u {uid} -x {name} && exit 0; sleep 0.1; done; exit 1"
    );
    lab.sh("n1", &line).ok();
}

fn end(lab: &Lab, uid: u32, name: &str) {
    lab.sh("n1", &format!("pkill -KILL -u {uid} -x {name}; while pgrep -u {uid} -x {name}; do sleep 0.1; done")).ok();
}

#[test]
fn what_another_user_calls_etcd_is_in_the_way_only_where_it_has_what_the_member_needs() {
    let lab = Lab::with_two_bundles("tnames", "bare", "10.134.0.11");
    let sh = |line: &str| lab.sh("n1", line);
    let refuses = || sh(PLAN).err.contains("[etcd-running]");
    sh("install -d -o 1000 /tmp/alice && install -m 755 /bin/sleep /tmp/alice/etcd && \
        printf '#!/bin/sh\nsleep 301\n' >/tmp/alice/script && chmod 755 /tmp/alice/script")
    .ok();
    // A person's, a service's, and a script of a service's, which the shell, root's, runs.
    start(&lab, 1000, "etcd", "/tmp/alice/etcd 300");
    start(&lab, 33, "etcd", "/tmp/alice/etcd 300");
    assert!(!refuses(), "a name alone");
    end(&lab, 33, "etcd");
    sh("mv /tmp/alice/etcd /tmp/alice/sleep && mv /tmp/alice/script /tmp/alice/etcd").ok();
    start(&lab, 33, "etcd", "/tmp/alice/etcd");
    assert!(!refuses(), "a script that is called so");
    // Who says, in mounts of his own, that a directory of his is the member's.
    sh("install -d /data/etcd/etcd-server && rm /tmp/alice/etcd && mv /tmp/alice/sleep /tmp/alice/etcd").ok();
    let lie = "unshare --user --map-root-user --mount sh -c \
               'mount --bind /tmp/alice /data/etcd/etcd-server && exec /tmp/alice/etcd 300 9</data/etcd/etcd-server/etcd'";
    start(&lab, 1001, "etcd", lie);
    assert!(!refuses(), "a directory that is another one");
    sh("rm -r /data").ok();

    // Installed beside them, and away again.
    sh(INSTALL).ok();
    sh("/usr/local/sbin/etcdpack-host uninstall --purge --yes --quiet").ok();
    assert_eq!(sh("pgrep -c -u 1000,33,1001 -x etcd").out, "3\n", "others' programs go on");
    for uid in [1000, 33, 1001] {
        end(&lab, uid, "etcd");
    }

    // With the member's data, or a port of its: in the way, whosever it is.
    sh("install -d -o 1000 /data/etcd/etcd-server && setpriv --reuid 1000 --regid 1000 --clear-groups touch /data/etcd/etcd-server/x")
        .ok();
    start(&lab, 1000, "etcd", "sh -c 'exec /tmp/alice/etcd 300 9</data/etcd/etcd-server/x'");
    assert!(refuses(), "the member's data");
    end(&lab, 1000, "etcd");
    sh("rm -r /data").ok();
    assert!(!refuses());
    // Root's, and the system's own, are believed their name.
    start(&lab, 0, "etcd", "/tmp/alice/etcd 300");
    assert!(refuses(), "root's");
    end(&lab, 0, "etcd");
    sh("install -m 755 /bin/sleep /usr/bin/etcd").ok();
    start(&lab, 33, "etcd", "/usr/bin/etcd 300");
    assert!(refuses(), "a service's, from the distribution's program");
    end(&lab, 33, "etcd");
    start(&lab, 1000, "etcd", "/usr/bin/etcd 300");
    assert!(!refuses(), "a person's, from the distribution's program");
}

#[test]
fn a_real_etcd_of_a_persons_is_in_the_way_at_the_members_port_and_nowhere_else() {
    let lab = Lab::with_two_bundles("tnamep", "bare", "10.134.1.11");
    let sh = |line: &str| lab.sh("n1", line);
    sh(INSTALL).ok();
    sh("install -d -o 1000 /tmp/alice && install -m 755 /opt/etcd/etcd /tmp/alice/").ok();
    sh("/usr/local/sbin/etcdpack-host uninstall --purge --yes --quiet").ok();
    for (client, peer, refused) in
        [("127.0.0.1:4001", "127.0.0.1:4002", false), ("10.134.1.11:2379", "127.0.0.1:4002", true)]
    {
        let line = format!(
            "/tmp/alice/etcd --data-dir /tmp/alice/{refused} --listen-peer-urls http://{peer} \
             --listen-client-urls http://{client} --advertise-client-urls http://{client}"
        );
        start(&lab, 1000, "etcd", &line);
        lab.until("n1", &format!("ss -ltnH src {client} | grep -q ."));
        let said = sh(PLAN);
        assert_eq!(said.err.contains("[etcd-running]"), refused, "{said:?}");
        assert_eq!(said.code, if refused { 3 } else { 0 }, "{said:?}");
        end(&lab, 1000, "etcd");
    }
}

#[test]
fn what_another_user_calls_a_time_service_keeps_no_clock() {
    let lab = Lab::with_two_bundles("tnamet", "bare", "10.134.2.11");
    let sh = |line: &str| lab.sh("n1", line);
    // The lab's host is a container, and its clock is not asked for.
    sh("mv /run/systemd/container /run/aside && install -d -o 1000 /tmp/alice && \
        printf '#!/bin/sh\nsleep 301\n' >/tmp/alice/ptp4l && chmod 755 /tmp/alice/ptp4l && \
        for name in chronyd ntpd systemd-timesyncd; do install -m 755 /bin/sleep /tmp/alice/$name; done")
    .ok();
    let warns = || sh(PLAN).err.contains("[clock-unsynchronised]");
    assert!(warns());
    start(&lab, 1000, "chronyd", "/tmp/alice/chronyd 300");
    start(&lab, 33, "ntpd", "/tmp/alice/ntpd 300");
    start(&lab, 33, "ptp4l", "/tmp/alice/ptp4l");
    start(&lab, 1000, "systemd-timesyn", "/tmp/alice/systemd-timesyncd 300");
    assert!(warns(), "programs of other users");
    // The system's own, by its account.
    sh("install -m 755 /bin/sleep /usr/sbin/chronyd").ok();
    start(&lab, 1001, "chronyd", "/usr/sbin/chronyd 300");
    assert!(warns(), "a person's, from the distribution's program");
    start(&lab, 33, "chronyd", "/usr/sbin/chronyd 300");
    assert!(!warns());
    // Its package was renewed meanwhile.
    sh("rm /usr/sbin/chronyd").ok();
    assert!(!warns());
    end(&lab, 33, "chronyd");
    assert!(warns());
}
