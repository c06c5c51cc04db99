//! Which flags of etcd a version accepts, and who may set them.
//!
//! The table itself is in `flags.rs`. Here it is looked up and put into words; no command line is written. A
//! flag that etcd does not know stops it with exit status 2, on a host where nobody can look anything up: that is why
//! the builder asks here first.

use std::fmt;
use std::net::SocketAddr;

use super::EtcdVersion;
use super::flags::FLAGS;

/// Longer than every flag: no typing mistake, and not worth measuring against each of them.
const LONGEST: usize = 80;

/// One flag of etcd's server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Flag {
    /// Without the dashes.
    pub name: &'static str,
    /// What etcd takes for a value.
    pub value: FlagValue,
    /// Who sets it.
    pub owner: Owner,
    spans: &'static [Span],
    instead: Option<&'static str>,
}

impl Flag {
    /// Whether etcd accepts the flag in this version; a newer version than is known is taken for the newest.
    #[must_use]
    pub fn is_in(&self, version: EtcdVersion) -> bool {
        self.spans.iter().any(|span| span.contains(version))
    }

    /// The versions that accept it, in words.
    #[must_use]
    pub const fn known_to(&self) -> KnownTo {
        KnownTo(self.spans)
    }

    /// For the table: the same flag, with what to write in versions that lack it.
    pub(super) const fn instead(self, setting: &'static str) -> Self {
        Self { instead: Some(setting), ..self }
    }
}

/// A flag of the table, one line each.
pub(super) const fn flag(name: &'static str, value: FlagValue, spans: &'static [Span], owner: Owner) -> Flag {
    Flag { name, value, owner, spans, instead: None }
}

/// What etcd takes for a flag's value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FlagValue {
    /// None, or `true` or `false` behind an equals sign.
    Switch,
    /// A whole number.
    Integer,
    /// A number with its unit.
    Duration,
    /// One URL or more.
    Urls,
    /// A file or a directory.
    Path,
    /// Anything else.
    Text,
}

impl FlagValue {
    /// Whether etcd would read this value; what it then makes of it is another matter.
    #[must_use]
    pub fn takes(self, value: &str) -> bool {
        match self {
            Self::Switch => value == "true" || value == "false",
            Self::Integer => is_integer(value),
            Self::Duration => is_duration(value),
            Self::Urls => value.split(',').all(is_url),
            Self::Path | Self::Text => !value.is_empty(),
        }
    }
}

impl fmt::Display for FlagValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Switch => "`true` or `false`",
            Self::Integer => "a whole number",
            Self::Duration => "a duration such as `30s` or `1m30s`",
            Self::Urls => "one URL like `http://127.0.0.1:2381`, or several with commas between",
            Self::Path => "a path",
            Self::Text => "a text",
        })
    }
}

/// Decimal digits. Go would also read `0x10` and `1_000`; a leading zero it would read as octal.
fn is_integer(value: &str) -> bool {
    let digits = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
    digits && (value == "0" || !value.starts_with('0')) && value.parse::<i64>().is_ok()
}

/// As Go's `time.ParseDuration`, without signs and without a number that starts or ends in a dot. A fraction counts
/// for a whole.
fn is_duration(value: &str) -> bool {
    const UNITS: [(&str, i64); 6] = [
        ("ns", 1),
        ("us", 1_000),
        ("ms", 1_000_000),
        ("s", 1_000_000_000),
        ("m", 60_000_000_000),
        ("h", 3_600_000_000_000),
    ];
    let number = |c: char| c.is_ascii_digit() || c == '.';
    let (mut rest, mut total) = (value, 0_i64);
    while !rest.is_empty() {
        let (amount, tail) = rest.split_at(rest.find(|c| !number(c)).unwrap_or(rest.len()));
        let (unit, tail) = tail.split_at(tail.find(number).unwrap_or(tail.len()));
        let (whole, fraction) = amount.split_once('.').map_or((amount, None), |(whole, part)| (whole, Some(part)));
        let Some((_, unit)) = UNITS.iter().find(|(name, _)| *name == unit) else { return value == "0" };
        let sound = fraction.is_none_or(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
        let units = whole.parse::<i64>().ok().filter(|_| sound).and_then(|n| n.checked_add(fraction.is_some().into()));
        // Nanoseconds, of which Go counts 63 bits: 292 years.
        let Some(sum) = units.and_then(|n| n.checked_mul(*unit)).and_then(|n| n.checked_add(total)) else {
            return false;
        };
        (rest, total) = (tail, sum);
    }
    !value.is_empty()
}

/// A scheme that etcd has, a host and a port, and nothing behind them (`types.NewURLs` in etcd, all versions).
fn is_url(value: &str) -> bool {
    const SCHEMES: [&str; 4] = ["https://", "http://", "unix://", "unixs://"];
    let Some(rest) = SCHEMES.iter().find_map(|scheme| value.strip_prefix(scheme)) else { return false };
    let named = |(host, port): (&str, &str)| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        !host.is_empty() && host.chars().all(plain) && is_integer(port) && port.parse::<u16>().is_ok()
    };
    rest.parse::<SocketAddr>().is_ok() || rest.rsplit_once(':').is_some_and(named)
}

/// Who sets a flag.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Owner {
    /// etcdpack itself; the words say which key of the cluster file decides it.
    Etcdpack(&'static str),
    /// Whoever writes the cluster file, in `[etcd.flags]`.
    User,
    /// Nobody; the words say why.
    Refused(&'static str),
}

/// The versions from one on, up to but not including another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    from: EtcdVersion,
    to: Option<EtcdVersion>,
}

impl Span {
    /// For the table: from 3.`minor`.`patch` on.
    pub(super) const fn since(minor: u16, patch: u16) -> Self {
        Self { from: EtcdVersion::new(3, minor, patch), to: None }
    }

    /// For the table: from 3.`minor`.`patch` to the last release before 3.`gone`.0.
    pub(super) const fn until(minor: u16, patch: u16, gone: u16) -> Self {
        Self { from: EtcdVersion::new(3, minor, patch), to: Some(EtcdVersion::new(3, gone, 0)) }
    }

    /// Whether this version is one of them.
    #[must_use]
    pub fn contains(&self, version: EtcdVersion) -> bool {
        version >= self.from && self.to.is_none_or(|to| version < to)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to {
            None => write!(f, "{} and newer", self.from),
            // A flag goes with a minor, never with a patch release: the table can say nothing else.
            Some(to) => write!(f, "{} to {}.{}.x", self.from, to.major(), to.minor().saturating_sub(1)),
        }
    }
}

/// Displays as `3.2.22 to 3.2.x, 3.3.7 and newer`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KnownTo(&'static [Span]);

impl fmt::Display for KnownTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, span) in self.0.iter().enumerate() {
            let comma = if i == 0 { "" } else { ", " };
            write!(f, "{comma}{span}")?;
        }
        if self.0.is_empty() { f.write_str("none") } else { Ok(()) }
    }
}

/// What is to be said of a flag in a version.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// etcd accepts it; whether the user may give it is in [`Flag::owner`].
    Accepted(&'static Flag),
    /// Other versions have it.
    NotInVersion {
        /// See its [`known_to`](Flag::known_to).
        flag: &'static Flag,
        /// What this version has in its place, as `flag` or `flag=value`.
        instead: Option<&'static str>,
    },
    /// No version has it.
    Unknown {
        /// A flag of this version whose name is close.
        suggestion: Option<&'static str>,
    },
}

/// Whether this version of etcd accepts the flag `name`, written without dashes in front.
#[must_use]
pub fn accepts(name: &str, version: EtcdVersion) -> Verdict {
    match find(name) {
        Some(flag) if flag.is_in(version) => Verdict::Accepted(flag),
        Some(flag) => Verdict::NotInVersion { flag, instead: replacement(flag, version) },
        None => Verdict::Unknown { suggestion: nearest(name, version) },
    }
}

/// Whether `name` is a flag that needs no value. Such a flag must never be followed by one: etcd takes the
/// `true` of `--flag true` for a stray argument and exits.
#[must_use]
pub fn is_switch(name: &str) -> bool {
    find(name).is_some_and(|flag| flag.value == FlagValue::Switch)
}

fn find(name: &str) -> Option<&'static Flag> {
    FLAGS.iter().find(|flag| flag.name == name)
}

/// What the table names, if this version has it; else the flag's twin.
fn replacement(flag: &Flag, version: EtcdVersion) -> Option<&'static str> {
    let here = |setting: &&str| {
        let name = setting.split(['=', ' ']).next();
        name.and_then(find).is_some_and(|flag| flag.is_in(version))
    };
    flag.instead.filter(here).or_else(|| twin(flag.name, version))
}

/// Flags start as `experimental-x` and become `x`; the other name, if this version has it.
fn twin(name: &str, version: EtcdVersion) -> Option<&'static str> {
    let other = |flag: &&Flag| {
        flag.name.strip_prefix("experimental-") == Some(name) || name.strip_prefix("experimental-") == Some(flag.name)
    };
    FLAGS.iter().filter(|flag| flag.is_in(version)).find(other).map(|flag| flag.name)
}

/// The flag that was probably meant: never one that would be refused.
fn nearest(name: &str, version: EtcdVersion) -> Option<&'static str> {
    if name.len() > LONGEST {
        return None;
    }
    let word = name.trim_start_matches('-').replace('_', "-").to_ascii_lowercase();
    let near = 1 + word.len() / 6;
    let offered = |flag: &&Flag| flag.is_in(version) && !matches!(flag.owner, Owner::Refused(_));
    twin(&word, version).or_else(|| {
        FLAGS
            .iter()
            .filter(offered)
            .map(|flag| (strsim::osa_distance(&word, flag.name), flag.name))
            .filter(|(distance, _)| *distance <= near)
            .min()
            .map(|(_, name)| name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::etcd::NEWEST;

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
            assert!(
                flag.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
                "{}",
                flag.name
            );
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

    #[test]
    fn values() {
        for (kind, good, bad) in [
            (FlagValue::Switch, "true false", "1 yes True"),
            (FlagValue::Integer, "0 7 9223372036854775807", "-1 1.5 010 0x10 1_000 9223372036854775808"),
            (
                FlagValue::Duration,
                "0 5s 1h30m 1.5h 100ms 0s 2562047h47m16s",
                "5 s 1.h .5s 5sec 1h30 -5s 5..5s 2562047h48m 2562048h 99999999999999999999h 1.5.5s",
            ),
            (
                FlagValue::Urls,
                "http://127.0.0.1:2381 https://[::1]:2381 http://localhost:1,https://10.0.0.1:2 unix://etcd:1",
                "x y 127.0.0.1:2381 http:// http://127.0.0.1 http://:2381 http://a:65536 http://a:1/metrics \
                 http://::1:2381 http://a:1, ftp://a:1 http://a:+1 http://u:p@a:1",
            ),
            (FlagValue::Text, "any thing", ""),
        ] {
            assert!(good.split(' ').all(|value| kind.takes(value)), "{kind:?}");
            assert!(bad.split(' ').all(|value| !kind.takes(value)), "{kind:?}");
            assert!(!kind.takes(""), "{kind:?}");
        }
    }

    /// Guards against a line lost in an edit: the numbers were counted in etcd's source, not here.
    #[test]
    fn no_flag_is_missing() {
        let counts = NEWEST.map(|version| FLAGS.iter().filter(|flag| flag.is_in(version)).count());
        assert_eq!(counts, [63, 71, 81, 103, 125, 151, 126]);
    }
}
