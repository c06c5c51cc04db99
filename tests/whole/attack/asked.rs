//! Programs of the host that are asked and do not answer while somebody says stop, that others can change, and that others
//! run under etcd's name.

use std::time::Instant;

use whole::{Lab, Said, signer};

const INSTALL: &str = concat!("/root/first.run install --yes --quiet ", signer!());
const PLAN: &str = concat!("/root/first.run plan ", signer!());

/// Puts a program that never answers, whatever it is asked with these words in it, in the place of another.
fn mute(lab: &Lab, program: &str, words: &str) {
    wrap(lab, program, words, ": >/run/asked; exec sleep 300");
}

/// Puts a program that first does this, when it is called with these words in it, in the place of another.
fn wrap(lab: &Lab, program: &str, words: &str, first: &str) {
    let script = format!("case \"$*\" in *{words}*) {first};; esac; exec {program}.aside \"$@\"");
    let script = payload::shell::word(std::path::Path::new(&script));
    let line = format!(
        "rm -f /run/asked; mv {program} {program}.aside && \
         printf '%s\\n' '#!/bin/sh' {script} >{program} && chmod 755 {program}"
    );
    lab.sh("n1", &line).ok();
}

fn unmute(lab: &Lab, program: &str) {
    lab.sh("n1", &format!("mv {program}.aside {program}")).ok();
}

/// What a program does that was put in the place of another.
const IS_ASKED: &str = "test -e /run/asked";
/// Somebody waits at the socket of a supervisord that takes nobody in.
const WAITS_AT_SUPERVISORD: &str = "ss -xlH | awk '/supervisor[.]sock/ && $3 > 0 {n++} END {exit !n}'";
/// etcd, which is held still, is on its way down.
const IS_BEING_STOPPED: &str = "grep -q 'waiting for n1 to stop' /var/log/supervisor/supervisord.log";

/// Runs a command, tells it to stop when it has asked, and holds it to an end within a second, and some for a slow machine.
fn told(lab: &Lab, command: &str, is_asked: &str) -> Said {
    let line = format!(
        "{command} & for n in $(seq 600); do {is_asked} && break; sleep 0.1; done; \
         {is_asked} || exit 99; sleep 0.5; began=$(date +%s%N); kill -TERM $!; wait $!; code=$?; \
         echo took $(( ($(date +%s%N) - began) / 1000000 )) >&2; exit $code"
    );
    let began = Instant::now();
    let said = lab.sh("n1", &line);
    let took = said.err.lines().find_map(|line| line.strip_prefix("took ")).and_then(|took| took.parse::<u64>().ok());
    assert!(took.is_some_and(|took| took < 2500), "{command}: {:?}, {said:?}", began.elapsed());
    assert_eq!(said.code, 5, "{command}: {said:?}");
    assert!(said.err.contains("told to stop"), "{command}: {said:?}");
    said
}

#[test]
fn whoever_is_asked_and_does_not_answer_is_not_waited_for_when_told_to_stop() {
    let lab = Lab::with_two_bundles("atold", "supervisor", "10.133.0.11");
    let sh = |line: &str| lab.sh("n1", line);
    let nothing = "test ! -e /opt/etcd -a ! -e /data/etcd -a ! -e /var/lib/etcdpack && ! ls -d /run/etcdpack-trial-*";

    // Accounts of a directory service.
    mute(&lab, "/usr/bin/getent", "etcd");
    for command in [INSTALL, PLAN] {
        sh("rm -f /run/asked").ok();
        assert!(told(&lab, command, IS_ASKED).err.contains("nothing was changed"));
        sh(nothing).ok();
    }
    unmute(&lab, "/usr/bin/getent");

    // A host's supervisor that others can change is passed over; then a Python does not answer.
    sh("chmod g+w $(readlink -f /usr/bin/supervisorctl)").ok();
    let said = sh(PLAN);
    assert!(said.err.contains("[supervisor-unsafe]"), "{said:?}");
    assert!(!said.out.contains("/etc/supervisor/conf.d"), "{said:?}");
    // What a killed run has left goes with the next.
    sh("mkdir -m 700 /run/etcdpack-trial-99999999").ok();
    mute(&lab, "/usr/bin/python3", "import");
    for command in [INSTALL, PLAN] {
        sh("rm -f /run/asked").ok();
        assert!(told(&lab, command, IS_ASKED).err.contains("nothing was changed"));
        sh(nothing).ok();
    }
    unmute(&lab, "/usr/bin/python3");
    sh("chmod g-w $(readlink -f /usr/bin/supervisorctl)").ok();

    sh(INSTALL).ok();
    let before = lab.etcds("n1");
    sh("pkill -STOP -x supervisord").ok();
    told(&lab, "/usr/local/sbin/etcdpack-host uninstall --yes", WAITS_AT_SUPERVISORD);
    // It counts whoever has gone until it takes them in.
    sh(&format!(
        "pkill -CONT -x supervisord; while {WAITS_AT_SUPERVISORD}; do sleep 0.1; done; pkill -STOP -x supervisord"
    ))
    .ok();
    told(&lab, "/root/second.run install --yes --quiet", WAITS_AT_SUPERVISORD);
    sh("pkill -CONT -x supervisord").ok();
    assert_eq!((before.len(), lab.etcds("n1")), (1, before));

    // One of etcd's programs, which all may run, by another user.
    sh("install -d -o 1000 /tmp/alice && cd /tmp/alice && setpriv --reuid 1000 --regid 1000 --clear-groups \
        /opt/etcd-v3.5.1/etcd --data-dir /tmp/alice/data --listen-client-urls http://127.0.0.1:4001 \
        --advertise-client-urls http://127.0.0.1:4001 --listen-peer-urls http://127.0.0.1:4002 \
        >/dev/null 2>&1 </dev/null & sleep 2; pgrep -u 1000 -x etcd")
    .ok();
    sh("/usr/local/sbin/etcdpack-host uninstall --purge --yes --quiet").ok();
    sh("test ! -e /opt/etcd-v3.5.1 && pgrep -u 1000 -x etcd").ok();
}

/// Runs an install, tells it to stop when it has asked, and again; holds it to beginning to undo within a second, and some for
/// a slow machine, and to going on with that to its end.
fn taken_back(lab: &Lab, command: &str, is_asked: &str) -> Said {
    let line = format!(
        "rm -f /run/asked; {command} 2>/root/said & for n in $(seq 600); do {is_asked} && break; sleep 0.1; done; \
         {is_asked} || exit 99; sleep 0.5; kill -TERM $!; \
         for n in $(seq 25); do grep -q undoing /root/said && break; sleep 0.1; done; grep -q undoing /root/said || exit 98; \
         kill -INT $!; kill -TERM $!; wait $!; code=$?; cat /root/said >&2; exit $code"
    );
    let said = lab.sh("n1", &line);
    assert_eq!(said.code, 5, "{command}: {said:?}");
    assert!(said.err.contains("told to stop: undoing what was done"), "{command}: {said:?}");
    said
}

#[test]
fn an_etcd_that_does_not_stop_is_not_waited_for_when_told_to_stop() {
    let lab = Lab::with_two_bundles("astop", "supervisor", "10.133.2.11");
    let sh = |line: &str| lab.sh("n1", line);
    let uninstall = "/usr/local/sbin/etcdpack-host uninstall --yes";
    let restart = "/root/second.run install --yes --quiet";
    let is_the_first = || {
        sh("for n in $(seq 50); do pgrep -x etcd && break; sleep 0.1; done; \
            ! grep -q 4294967296 /proc/$(pgrep -x etcd)/cmdline /opt/etcd/*.sh")
        .ok();
        // An uninstall says what the cluster loses once this one has a leader: before its first change, if not in its plan.
        lab.until("n1", "/usr/local/sbin/etcdpack-host status >/dev/null 2>&1");
    };

    // Held still, it hears no SIGTERM: supervisord kills it after `service.stop-seconds`.
    sh(INSTALL).ok();
    sh("truncate -s 0 /var/log/supervisor/supervisord.log; pkill -STOP -x etcd").ok();
    taken_back(&lab, restart, IS_BEING_STOPPED);
    is_the_first();
    sh("truncate -s 0 /var/log/supervisor/supervisord.log; pkill -STOP -x etcd").ok();
    told(&lab, uninstall, IS_BEING_STOPPED);
    // It is on its way down still: the next one waits for that.
    sh("pgrep -x etcd && test -e /opt/etcd/etcd && test -e /var/lib/etcdpack/receipt.json").ok();
    sh(uninstall).ok();
    assert_eq!((lab.etcds("n1").len(), sh("test -e /opt/etcd").code), (0, 1));

    // The same by systemd, whose answer never comes.
    sh(concat!("/root/first.run install --yes --quiet --service systemd ", signer!())).ok();
    wrap(&lab, "/usr/bin/systemctl", "restart", "test -e /run/asked || { : >/run/asked; exec sleep 300; }");
    taken_back(&lab, restart, IS_ASKED);
    is_the_first();
    unmute(&lab, "/usr/bin/systemctl");
    mute(&lab, "/usr/bin/systemctl", "stop");
    told(&lab, uninstall, IS_ASKED);
    unmute(&lab, "/usr/bin/systemctl");
    sh(uninstall).ok();
    assert_eq!((lab.etcds("n1").len(), sh("test -e /opt/etcd").code), (0, 1));
}

#[test]
fn a_program_in_a_directory_of_others_is_not_started_and_in_one_of_a_group_of_nobody_is() {
    let lab = Lab::with_two_bundles("alocal", "bare", "10.133.1.11");
    let sh = |line: &str| lab.sh("n1", line);
    let place = "mv /usr/bin/getent /usr/local/bin/getent && \
                 printf '%s\\n' '#!/bin/sh' ': >/root/asked' 'exit 2' >/usr/local/bin/getent";
    sh(place).ok();
    for (harm, is_asked) in [
        ("chmod 755 /usr/local/bin", true),
        ("chgrp 50 /usr/local/bin && chmod 2775 /usr/local/bin", true),
        ("sed -i 's/^\\(staff:.*:\\)$/\\1nobody/' /etc/group && grep '^staff.*nobody$' /etc/group", false),
        ("chgrp 0 /usr/local/bin && chmod 777 /usr/local/bin", false),
        ("chmod 755 /usr/local/bin && chown 1000 /usr/local/bin/getent", false),
    ] {
        sh(harm).ok();
        sh("rm -f /root/asked").ok();
        let said = sh(PLAN);
        assert_eq!(sh("test -e /root/asked").code == 0, is_asked, "{harm}: {said:?}");
    }
}
