//! What real etcds said, and what is made of it. `etcd-logs.txt` is theirs: `fixtures/make`.

use super::*;

const LOGS: &str = include_str!("fixtures/etcd-logs.txt");

/// Version and case, and what was logged.
fn logs() -> Vec<(&'static str, String)> {
    let parts = LOGS.split("=== ").filter(|part| !part.trim().is_empty());
    parts.filter_map(|part| part.split_once('\n')).map(|(head, log)| (head, log.to_owned())).collect()
}

/// What each case is, and words that its one line must have.
const EXPECTED: [(&str, Known, &str); 17] = [
    ("address-in-use", Known::AddressInUse, "127.0.0.1:23380: bind: address already in use"),
    ("unknown-flag", Known::Flag, "-no-such-flag"),
    ("bad-value", Known::Flag, "\"abc\" for flag -heartbeat-interval"),
    ("bad-combination", Known::Flag, "--election-timeout[1000ms] should be at least"),
    ("no-address", Known::NoAddress, "192.0.2.1:23380"),
    ("other-key", Known::Certificate, "private key does not match public key"),
    ("no-certificate", Known::Certificate, "none.pem: no such file"),
    ("not-in-list", Known::MemberList, "couldn't find local name \"n1\""),
    ("nobody-there", Known::Unreachable, "cannot fetch cluster info from peer urls"),
    ("closed-directory", Known::Permission, "closed"),
    ("disk-full", Known::DiskFull, "no space left on device"),
    ("database-cut-off", Known::Damaged, "unexpected fault address"),
    ("database-of-noise", Known::Damaged, "invalid database"),
    ("wal-of-noise", Known::Damaged, "crc mismatch"),
    ("wal-empty", Known::Damaged, "panic: "),
    ("locked", Known::Locked, "process"),
    ("already-bootstrapped", Known::AlreadyBootstrapped, "has already been bootstrapped"),
];

#[test]
fn the_one_line_that_says_why_is_found_in_what_each_version_logs() {
    let logs = logs();
    assert_eq!(logs.len(), 4 * EXPECTED.len(), "four versions");
    for (head, log) in logs {
        let case = head.split_once(' ').unwrap().1;
        let (_, known, words) = EXPECTED.iter().find(|(name, ..)| *name == case).unwrap();
        let cause = read(&log).cause.unwrap_or_else(|| panic!("{head}: no cause"));
        assert_eq!(cause.known, Some(*known), "{head}: {cause:?}");
        assert!(cause.said.contains(words), "{head}: {cause:?}");
        assert!(!cause.said.starts_with('{') && !cause.said.contains("stacktrace"), "{head}: {cause:?}");
    }
}

#[test]
fn a_member_that_was_well_has_no_cause() {
    let well = "2026-11-27 23:25:18.966362 I | etcdmain: etcd Version: 3.4.23\n\
                2026-11-27 23:25:19.000000 I | embed: serving client requests on 10.0.0.1:2379\n";
    assert_eq!(read(well).cause, None);
    assert_eq!(read("").cause, None);
}

#[test]
fn older_versions_and_other_programs_speak_otherwise() {
    for (log, known, said) in [
        (
            "2026-11-27 10:00:00.000001 C | etcdmain: member 8e9e05c52164694d has already been bootstrapped",
            Some(Known::AlreadyBootstrapped),
            "member 8e9e05c52164694d has already been bootstrapped",
        ),
        (
            "2026-11-27 10:00:00.000001 E | etcdmain: error verifying flags, 'x' is not a valid flag. See 'etcd --help'.",
            Some(Known::Flag),
            "error verifying flags, 'x' is not a valid flag. See 'etcd --help'.",
        ),
        (
            "2026-11-27 10:00:00.000001 C | etcdmain: cannot access data directory: open /d/.touch: permission denied",
            Some(Known::Permission),
            "cannot access data directory: open /d/.touch: permission denied",
        ),
        (
            "2020-09-14 10:34:50.321043 C | etcdmain: cannot access data directory: directory \"/d\",\"drwxr-xr-x\" exist without desired file permission \"-rwx------\".",
            Some(Known::Open),
            "cannot access data directory: directory \"/d\",\"drwxr-xr-x\" exist without desired file permission \"-rwx------\".",
        ),
        (
            "/opt/etcd/etcd-server-startup.sh: 9: exec: /opt/etcd/etcd: not found",
            Some(Known::NoProgram),
            "/opt/etcd/etcd-server-startup.sh: 9: exec: /opt/etcd/etcd: not found",
        ),
        (
            "/usr/bin/env: ‘/opt/etcd/etcd’: Permission denied",
            Some(Known::NoProgram),
            "/usr/bin/env: ‘/opt/etcd/etcd’: Permission denied",
        ),
        (
            "setpriv: failed to execute /opt/etcd/etcd: Permission denied",
            Some(Known::NoProgram),
            "setpriv: failed to execute /opt/etcd/etcd: Permission denied",
        ),
        (
            "etcdpack: the log of the data in /d is not in /w: etcd is not started. Is its disk mounted? findmnt -T /w",
            Some(Known::DiskAway),
            "etcdpack: the log of the data in /d is not in /w: etcd is not started. Is its disk mounted? findmnt -T /w",
        ),
        (
            "Dependency failed for etcd-server.service - etcd member n1 of cluster c.",
            Some(Known::DiskAway),
            "Dependency failed for etcd-server.service - etcd member n1 of cluster c.",
        ),
        (
            "etcd-server.service: Main process exited, code=killed, status=9/KILL",
            Some(Known::Killed),
            "etcd-server.service: Main process exited, code=killed, status=9/KILL",
        ),
        (
            "etcd-server.service: Main process exited, code=killed, status=9/KILL\netcd-server.service: Failed with result 'oom-kill'.",
            Some(Known::Killed),
            "etcd-server.service: Failed with result 'oom-kill'.",
        ),
        (
            "etcd-server.service: Failed to determine user credentials: No such process\netcd-server.service: Failed at step USER spawning /opt/etcd/etcd-server-startup.sh: No such process",
            Some(Known::NoUser),
            "etcd-server.service: Failed at step USER spawning /opt/etcd/etcd-server-startup.sh: No such process",
        ),
        (
            "etcd-server.service: Main process exited, code=exited, status=217/USER\netcd-server.service: Failed with result 'exit-code'.",
            Some(Known::NoUser),
            "etcd-server.service: Main process exited, code=exited, status=217/USER",
        ),
        ("panic: something new\n\ngoroutine 1 [running]:\nmain.main()\n", None, "panic: something new"),
        (
            r#"{"level":"warn","ts":"x","caller":"y","msg":"data-dir used by this member must be removed"}"#,
            Some(Known::Removed),
            "data-dir used by this member must be removed",
        ),
    ] {
        let cause = read(log).cause.unwrap();
        assert_eq!((cause.known, cause.said.as_str()), (known, said), "{log}");
    }
}

#[test]
fn the_last_run_counts_and_what_is_shown_is_bounded() {
    let run = |text: &str| {
        format!(
            "{{\"level\":\"info\",\"msg\":\"Running: \"}}\n{{\"level\":\"fatal\",\"msg\":\"discovery failed\",\"error\":\"{text}\"}}\n"
        )
    };
    let said = |log: &str| read(log).cause.unwrap().said;
    assert_eq!(said(&(run("an old cause") + &run("the new one"))), "the new one");
    // A run that has only begun says nothing yet: the one before it does.
    assert_eq!(said(&(run("the cause") + "{\"level\":\"info\",\"msg\":\"Running: \"}\n")), "the cause");
    let long = read(&run(&"ü".repeat(5000)));
    assert!(long.cause.unwrap().said.len() < LONGEST + 8);
    let many = read(&run("again").repeat(50));
    assert_eq!(many.lines.len(), SHOWN);
}

#[test]
fn what_an_earlier_run_said_is_not_the_word_of_one_that_goes_on() {
    let begins = "{\"level\":\"info\",\"msg\":\"Running: \"}\n";
    let error = "{\"level\":\"error\",\"msg\":\"member has been permanently removed from the cluster\"}\n";
    let end = "{\"level\":\"fatal\",\"msg\":\"discovery failed\",\"error\":\"the cause\"}\n";
    let complaint = "{\"level\":\"error\",\"msg\":\"failed to write to a watcher\"}\n";
    for (log, has_cause, is_over) in [
        (format!("{begins}{error}"), true, false),
        (format!("{begins}{end}"), true, true),
        // The next start has not logged anything yet, or nothing that counts.
        (format!("{begins}{end}{begins}"), true, true),
        (format!("{begins}{error}{{\"level\":\"info\",\"msg\":\"received signal; shutting down\"}}\n"), true, true),
        (format!("{begins}{error}etcd-server.service: Main process exited, code=killed, status=9/KILL\n"), true, true),
        // Told to stop: what it complained of before is not why.
        (format!("{begins}{complaint}"), true, false),
        (
            format!("{begins}{complaint}etcd-server.service: Main process exited, code=exited, status=1/FAILURE\n"),
            true,
            true,
        ),
        (
            format!("{begins}{complaint}{{\"level\":\"info\",\"msg\":\"received signal; shutting down\"}}\n"),
            false,
            true,
        ),
        (
            "2026-11-27 23:25:18.966362 E | etcdmain: forgot to set Type=notify in systemd service file?\n".to_owned(),
            false,
            false,
        ),
        (
            "2026-11-27 23:25:18.966362 N | pkg/osutil: received terminated signal, shutting down...\n".to_owned(),
            false,
            true,
        ),
        (format!("{begins}{end}{begins}{error}"), true, false),
    ] {
        let words = read(&log);
        assert_eq!((words.cause.is_some(), words.is_over), (has_cause, is_over), "{log}");
    }
}

#[test]
fn a_member_that_runs_says_in_a_low_voice_who_keeps_it_apart() {
    // Of 3.4.23, 3.5.1 and 3.6.14, each beside a member of another CA, of another cluster, or with a certificate that has ended.
    for (log, known) in [
        (
            "2026-11-28 07:12:20.000001 I | embed: rejected connection from \"10.0.0.2:57450\" (error \"remote error: tls: bad certificate\", ServerName \"\")",
            Some(Known::PeerCertificate),
        ),
        (
            "2026-11-28 07:12:20.000001 W | rafthttp: health check for peer fc262f508f18263 could not connect: x509: certificate signed by unknown authority",
            Some(Known::PeerCertificate),
        ),
        (
            r#"{"level":"warn","ts":"x","caller":"embed/config_logging.go:169","msg":"rejected connection","remote-addr":"10.0.0.2:57450","server-name":"","error":"remote error: tls: bad certificate"}"#,
            Some(Known::PeerCertificate),
        ),
        (
            r#"{"level":"warn","ts":"x","caller":"embed/config_logging.go:194","msg":"rejected connection on peer endpoint","remote-addr":"10.0.0.2:57450","server-name":"","error":"remote error: tls: bad certificate"}"#,
            Some(Known::PeerCertificate),
        ),
        (
            r#"{"level":"warn","ts":"x","caller":"rafthttp/probing_status.go:68","msg":"prober detected unhealthy status","round-tripper-name":"ROUND_TRIPPER_SNAPSHOT","remote-peer-id":"fc262f508f18263","rtt":"0s","error":"tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-11-28T07:12:20Z is after 2021-01-01T00:00:00Z"}"#,
            Some(Known::Clock),
        ),
        (
            "2026-11-28 07:12:15.605782 E | rafthttp: request sent was ignored (cluster ID mismatch: peer[c912c68c8abc7e7d]=de69d7eca32d1ab6, local=c29ece2376df47e7)",
            Some(Known::ClusterId),
        ),
        (
            r#"{"level":"warn","ts":"x","caller":"rafthttp/stream.go:653","msg":"request sent was ignored by remote peer due to cluster ID mismatch","remote-peer-id":"c912c68c8abc7e7d","local-member-cluster-id":"c29ece2376df47e7","error":"cluster ID mismatch"}"#,
            Some(Known::ClusterId),
        ),
        // Somebody looks whether the port is open, or a member is off.
        (
            r#"{"level":"warn","ts":"x","caller":"y","msg":"rejected connection","remote-addr":"10.0.0.9:1","error":"EOF"}"#,
            None,
        ),
        (
            r#"{"level":"warn","ts":"x","caller":"y","msg":"prober detected unhealthy status","error":"dial tcp 10.0.0.2:2380: connect: connection refused"}"#,
            None,
        ),
    ] {
        let words = read(log);
        assert_eq!(words.apart.as_ref().and_then(|cause| cause.known), known, "{log}");
        // What it says of a peer is not why it ends.
        assert!(words.cause.is_none_or(|cause| cause.known == Some(Known::ClusterId)), "{log}");
    }
    // A run that has begun since says it anew, or does not.
    let two = "2026-11-28 07:12:15.605782 E | rafthttp: request sent was ignored (cluster ID mismatch: peer[c9]=de, local=c2)\n\
               2026-11-28 07:12:16.605782 I | etcdmain: etcd Version: 3.4.23\n";
    assert_eq!(read(two).apart, None);
}

#[test]
fn what_a_run_ended_of_is_no_cause_once_another_has_served() {
    let refused = "panic: listen tcp 10.0.0.1:2380: bind: cannot assign requested address\n";
    for (begins, serves) in [
        (
            "2026-11-27 23:25:18.966362 I | etcdmain: etcd Version: 3.4.23\n",
            "2026-11-27 23:25:19.1 I | embed: ready to serve client requests\n",
        ),
        (
            "{\"level\":\"info\",\"ts\":\"2026-11-27T23:25:18Z\",\"caller\":\"a.go:1\",\"msg\":\"Running: \"}\n",
            "{\"level\":\"info\",\"ts\":\"2026-11-27T23:25:19Z\",\"caller\":\"embed/serve.go:98\",\"msg\":\"ready to serve client requests\"}\n",
        ),
    ] {
        assert!(read(&format!("{refused}{begins}")).cause.is_some());
        assert_eq!(read(&format!("{refused}{begins}{serves}")).cause, None);
        assert!(read(&format!("{begins}{serves}{refused}")).cause.is_some());
    }
}
