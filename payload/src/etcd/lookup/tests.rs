//! Against what running programs accepted, and what etcd's source says.

use super::super::flag::Span;
use super::super::known::NEWEST;
use super::*;

const fn v(minor: u16, patch: u16) -> EtcdVersion {
    EtcdVersion::new(3, minor, patch)
}

/// Releases whose flags were tried on running programs (3.1 to 3.5) or read in etcd's source (3.6, 3.7).
const TRIED: [EtcdVersion; 9] =
    [v(1, 20), v(2, 32), v(3, 27), v(4, 23), v(4, 45), v(5, 1), v(5, 33), v(6, 14), v(7, 1)];

/// Flags, and one letter for each version above: y accepted, n "flag provided but not defined".
const MATRIX: [(&str, &str); 46] = [
    ("name data-dir wal-dir initial-cluster initial-cluster-state initial-cluster-token", "yyyyyyyyy"),
    ("initial-advertise-peer-urls advertise-client-urls listen-peer-urls listen-client-urls", "yyyyyyyyy"),
    ("quota-backend-bytes", "yyyyyyyyy"),
    ("ca-file peer-ca-file", "yyynnnnnn"),
    ("cert-file key-file client-cert-auth trusted-ca-file", "yyyyyyyyy"),
    ("peer-cert-file peer-key-file peer-client-cert-auth peer-trusted-ca-file", "yyyyyyyyy"),
    ("log-output", "yyyyynnnn"),
    ("log-outputs logger log-level", "nnnyyyyyy"),
    ("debug log-package-levels", "yyyyynnnn"),
    ("enable-v2", "nyyyyyynn"),
    ("v2-deprecation", "nnnnnyyyy"),
    ("auto-compaction-retention", "yyyyyyyyy"),
    ("auto-compaction-mode", "nnyyyyyyy"),
    ("snapshot-count heartbeat-interval election-timeout strict-reconfig-check", "yyyyyyyyy"),
    ("cipher-suites", "nyyyyyyyy"),
    ("tls-min-version tls-max-version", "nnnnynyyy"),
    ("peer-cert-allowed-cn", "nnyyyyyyy"),
    ("peer-cert-allowed-hostname client-cert-allowed-hostname", "nnnyyyyyy"),
    ("client-crl-file peer-crl-file", "nnyyyyyyy"),
    ("listen-metrics-urls", "nnyyyyyyy"),
    ("listen-client-http-urls", "nnnnynyyy"),
    ("experimental-initial-corrupt-check", "nnyyyyyyn"),
    ("initial-corrupt-check", "nnnnnnnnn"),
    ("feature-gates", "nnnnnnnyy"),
    ("experimental-compact-hash-check-enabled", "nnnnnnyyn"),
    ("initial-election-tick-advance", "yyyyyyyyy"),
    ("pre-vote", "nnnyyyyyy"),
    ("proxy proxy-dial-timeout proxy-failure-wait", "yyyyyyynn"),
    ("max-snapshots max-wals", "yyyyyyyyy"),
    ("experimental-peer-skip-client-san-verification", "nyyyyyyyn"),
    ("peer-skip-client-san-verification", "nnnnnnnyy"),
    ("max-request-bytes", "nyyyyyyyy"),
    ("auth-token", "nyyyyyyyy"),
    ("auth-token-ttl", "nnyyyyyyy"),
    ("max-txn-ops", "nnyyyyyyy"),
    ("unsafe-no-fsync", "nnnyyyyyy"),
    ("max-concurrent-streams", "nnnyynyyy"),
    ("experimental-enable-lease-checkpoint-persist", "nnnyynyyn"),
    ("next-cluster-version-compatible", "nnnnynnnn"),
    ("client-cert-file peer-client-key-file", "nnnnnyyyy"),
    ("discovery discovery-proxy", "yyyyyyyyn"),
    ("discovery-endpoints", "nnnnnnnyy"),
    ("experimental-snapshot-catchup-entries", "nnnnnnyyn"),
    ("snapshot-catchup-entries log-format max-learners", "nnnnnnnyy"),
    ("experimental-enable-v2v3", "nnyyyyynn"),
    ("config-file force-new-cluster version auto-tls", "yyyyyyyyy"),
];

#[test]
fn flags_are_where_etcd_has_them() {
    for (names, marks) in MATRIX {
        for name in names.split(' ') {
            let found: String = TRIED
                .iter()
                .map(|version| if matches!(accepts(name, *version), Verdict::Accepted(_)) { 'y' } else { 'n' })
                .collect();
            assert_eq!(found, marks, "{name}");
        }
    }
}

#[test]
fn backports_come_at_the_patch_release() {
    for (name, last_without, first_with) in [
        ("initial-election-tick-advance", v(1, 13), v(1, 14)),
        ("initial-election-tick-advance", v(2, 18), v(2, 19)),
        ("initial-election-tick-advance", v(3, 3), v(3, 4)),
        ("cipher-suites", v(2, 21), v(2, 22)),
        ("cipher-suites", v(3, 6), v(3, 7)),
        ("experimental-peer-skip-client-san-verification", v(2, 27), v(2, 28)),
        ("experimental-peer-skip-client-san-verification", v(3, 15), v(3, 16)),
        ("auth-token-ttl", v(4, 9), v(4, 10)),
        ("tls-min-version", v(4, 24), v(4, 25)),
        ("tls-min-version", v(5, 7), v(5, 8)),
        ("experimental-compact-hash-check-enabled", v(5, 4), v(5, 5)),
    ] {
        assert!(matches!(accepts(name, last_without), Verdict::NotInVersion { .. }), "{name} {last_without}");
        assert!(matches!(accepts(name, first_with), Verdict::Accepted(_)), "{name} {first_with}");
    }
}

#[test]
fn the_table_is_sound() {
    assert!(FLAGS.is_sorted_by(|one, next| one.name < next.name));
    for flag in FLAGS {
        assert!(flag.name.len() <= LONGEST, "{}", flag.name);
        assert!(flag.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{}", flag.name);
        for span in flag.spans {
            assert!(span.to.is_none_or(|to| span.from < to && to.patch() == 0), "{}", flag.name);
        }
        let apart = |one: &Span, next: &Span| one.to.is_some_and(|to| to < next.from);
        assert!(flag.spans.is_sorted_by(apart), "{}", flag.name);
        let real = |setting: &str| setting.split(['=', ' ']).next().and_then(find).is_some();
        assert!(flag.instead.is_none_or(real), "{}", flag.name);
    }
}

#[test]
fn missing_flags_name_their_replacement() {
    for (name, version, instead) in [
        ("ca-file", v(4, 0), Some("trusted-ca-file with client-cert-auth")),
        ("log-output", v(5, 0), Some("log-outputs")),
        ("log-outputs", v(3, 27), Some("log-output")),
        ("debug", v(5, 0), Some("log-level=debug")),
        ("initial-corrupt-check", v(6, 0), Some("feature-gates=InitialCorruptCheck=true")),
        ("initial-corrupt-check", v(5, 1), Some("experimental-initial-corrupt-check")),
        ("initial-corrupt-check", v(1, 20), None),
        ("experimental-initial-corrupt-check", v(7, 0), Some("feature-gates=InitialCorruptCheck=true")),
        ("experimental-initial-corrupt-check", v(2, 32), None),
        ("experimental-snapshot-catchup-entries", v(7, 0), Some("snapshot-catchup-entries")),
        ("snapshot-catchup-entries", v(5, 33), Some("experimental-snapshot-catchup-entries")),
        ("snapshot-catchup-entries", v(5, 1), None),
        ("backend-bbolt-freelist-type", v(4, 0), Some("experimental-backend-bbolt-freelist-type")),
        ("proxy", v(6, 0), None),
    ] {
        let found = match accepts(name, version) {
            Verdict::NotInVersion { flag, instead } => Some((flag.name, instead)),
            _ => None,
        };
        assert_eq!(found, Some((name, instead)), "{name} {version}");
    }
}

#[test]
fn slips_of_the_pen_are_recognised() {
    for (name, version, suggestion) in [
        ("max-txn-op", v(5, 1), Some("max-txn-ops")),
        ("max_txn_ops", v(5, 1), Some("max-txn-ops")),
        ("--max-txn-ops", v(5, 1), Some("max-txn-ops")),
        ("Pre-Vote", v(5, 1), Some("pre-vote")),
        ("auto-compact-retention", v(5, 1), Some("auto-compaction-retention")),
        ("experimental-pre-vote", v(5, 1), Some("pre-vote")),
        // Not in 3.1.
        ("max-txn-op", v(1, 20), None),
        // Only `proxy` is near, and it is refused.
        ("proxi", v(5, 1), None),
        ("x", v(5, 1), None),
        ("", v(5, 1), None),
        ("frobnicate", v(5, 1), None),
        ("máx-txn-ops", v(5, 1), Some("max-txn-ops")),
    ] {
        assert_eq!(accepts(name, version), Verdict::Unknown { suggestion }, "{name}");
    }
    assert_eq!(accepts(&"a".repeat(1 << 20), v(5, 1)), Verdict::Unknown { suggestion: None });
}

#[test]
fn spans_in_words() {
    for (name, words) in [
        ("name", "3.1.0 and newer"),
        ("ca-file", "3.1.0 to 3.3.x"),
        ("cipher-suites", "3.2.22 to 3.2.x, 3.3.7 and newer"),
        ("experimental-enable-lease-checkpoint-persist", "3.4.20 to 3.4.x, 3.5.2 to 3.6.x"),
        ("initial-corrupt-check", "none"),
    ] {
        assert_eq!(find(name).map(|flag| flag.known_to().to_string()).as_deref(), Some(words), "{name}");
    }
}

#[test]
fn owners() {
    for (name, owner) in [
        ("name", 'e'),
        ("quota-backend-bytes", 'e'),
        ("log-outputs", 'e'),
        ("trusted-ca-file", 'e'),
        ("max-txn-ops", 'u'),
        ("feature-gates", 'u'),
        ("tls-min-version", 'u'),
        ("config-file", 'r'),
        ("force-new-cluster", 'r'),
        ("proxy", 'r'),
        ("discovery-srv", 'r'),
        ("auto-tls", 'r'),
        ("unsafe-no-fsync", 'r'),
    ] {
        let found = find(name).map(|flag| match flag.owner {
            Owner::Etcdpack(_) => 'e',
            Owner::User => 'u',
            Owner::Refused(_) => 'r',
        });
        assert_eq!(found, Some(owner), "{name}");
    }
}

#[test]
fn switches() {
    assert!(is_switch("client-cert-auth") && is_switch("pre-vote"));
    assert!(!is_switch("name") && !is_switch("no-such-flag"));
}

/// Guards against a line lost in an edit: the numbers were counted in etcd's source, not here.
#[test]
fn no_flag_is_missing() {
    let counts = NEWEST.map(|version| FLAGS.iter().filter(|flag| flag.is_in(version)).count());
    assert_eq!(counts, [63, 71, 81, 103, 125, 151, 126]);
}
