//! What etcd's parser takes for the value of a flag.

use std::fmt::{self, Write as _};
use std::net::SocketAddr;

use crate::{amount, words};

/// What etcd takes for a flag's value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FlagValue {
    /// None, or `true` or `false` behind an equals sign.
    Switch,
    /// A whole number.
    Integer,
    /// A whole number, of seconds.
    Seconds,
    /// A whole number, of 1024 times 1024 bytes.
    Megabytes,
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
    /// What a person has written as etcd reads it: with etcd's own unit where another one stands there. What etcd would read
    /// as it stands stays as it is.
    #[must_use]
    pub fn read(self, written: &str) -> Option<String> {
        if self.takes(written) {
            return Some(written.to_owned());
        }
        let read = match self {
            Self::Duration => in_units_of_go(written)?,
            Self::Seconds => (nanoseconds(&in_units_of_go(written)?)? / 1_000_000_000).to_string(),
            Self::Megabytes => (amount::bytes(written)? >> 20).to_string(),
            Self::Urls => written.split(',').map(str::trim).collect::<Vec<_>>().join(","),
            Self::Switch | Self::Integer | Self::Path | Self::Text => return None,
        };
        self.takes(&read).then_some(read)
    }

    /// Whether etcd would read this value; what it then makes of it is another matter.
    #[must_use]
    pub fn takes(self, value: &str) -> bool {
        match self {
            Self::Switch => value == "true" || value == "false",
            Self::Integer | Self::Seconds | Self::Megabytes => is_integer(value),
            Self::Duration => nanoseconds(value).is_some(),
            Self::Urls => value.split(',').all(is_url),
            Self::Path | Self::Text => !value.is_empty(),
        }
    }
}

impl fmt::Display for FlagValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self {
            Self::Switch => words!(en = "`true` or `false`", zh = "`true` 或 `false`"),
            Self::Integer => words!(en = "a whole number", zh = "整数"),
            Self::Seconds => words!(en = "a number of seconds, or a time such as `5m`", zh = "秒数，或时长，如 `5m`"),
            Self::Megabytes => {
                words!(en = "a number of megabytes, or a size such as `1GiB`", zh = "兆字节数，或大小，如 `1GiB`")
            }
            Self::Duration => words!(en = "a duration such as `30s` or `1m30s`", zh = "时长，如 `30s` 或 `1m30s`"),
            Self::Urls => words!(
                en = "one URL like `http://127.0.0.1:2381`, or several with commas between",
                zh = "一个 URL，如 `http://127.0.0.1:2381`，或以逗号分隔的多个"
            ),
            Self::Path => words!(en = "a path", zh = "路径"),
            Self::Text => words!(en = "a text", zh = "文本"),
        };
        f.write_str(&words)
    }
}

/// Decimal digits. Go would also read `0x10` and `1_000`; a leading zero it would read as octal.
fn is_integer(value: &str) -> bool {
    let digits = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
    digits && (value == "0" || !value.starts_with('0')) && value.parse::<i64>().is_ok()
}

/// As Go's `time.ParseDuration`, without signs and without a number that starts or ends in a dot. A fraction counts
/// for a whole.
fn nanoseconds(value: &str) -> Option<i64> {
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
        let Some((_, unit)) = UNITS.iter().find(|(name, _)| *name == unit) else { return (value == "0").then_some(0) };
        let sound = fraction.is_none_or(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
        let units = whole.parse::<i64>().ok().filter(|_| sound).and_then(|n| n.checked_add(fraction.is_some().into()));
        // Nanoseconds, of which Go counts 63 bits: 292 years.
        total = units.and_then(|n| n.checked_mul(*unit)).and_then(|n| n.checked_add(total))?;
        rest = tail;
    }
    (!value.is_empty()).then_some(total)
}

/// `1 d`, `5min` in the units that Go has.
fn in_units_of_go(written: &str) -> Option<String> {
    let number = |c: char| c.is_ascii_digit() || c == '.';
    let (mut rest, mut read) = (written.trim(), String::new());
    while !rest.is_empty() {
        let (amount, tail) = rest.split_at(rest.find(|c| !number(c))?);
        let (unit, tail) = tail.split_at(tail.find(number).unwrap_or(tail.len()));
        match unit.trim() {
            "d" | "day" | "days" => {
                let hours = amount.parse::<u64>().ok()?.checked_mul(24)?;
                write!(read, "{hours}h").ok()?;
            }
            unit => {
                let unit = match unit {
                    "sec" | "secs" | "second" | "seconds" => "s",
                    "min" | "mins" | "minute" | "minutes" => "m",
                    "hour" | "hours" => "h",
                    unit => unit,
                };
                write!(read, "{amount}{unit}").ok()?;
            }
        }
        rest = tail;
    }
    Some(read)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_that_a_person_writes_are_read_in_etcds_own() {
        for (kind, written, read) in [
            (FlagValue::Duration, "1h30m", Some("1h30m")),
            (FlagValue::Duration, "2d", Some("48h")),
            (FlagValue::Duration, "1 day 30 min", Some("24h30m")),
            (FlagValue::Duration, "5 sec", Some("5s")),
            (FlagValue::Duration, "5", None),
            (FlagValue::Duration, "5 fortnights", None),
            (FlagValue::Duration, "99999999999999999999d", None),
            (FlagValue::Seconds, "300", Some("300")),
            (FlagValue::Seconds, "5m", Some("300")),
            (FlagValue::Seconds, "1500ms", Some("1")),
            (FlagValue::Megabytes, "1GiB", Some("1024")),
            (FlagValue::Megabytes, "512MB", Some("512")),
            (FlagValue::Megabytes, "8XB", None),
            (FlagValue::Integer, "8GB", None),
            (FlagValue::Urls, "http://a:1, http://b:2", Some("http://a:1,http://b:2")),
            (FlagValue::Text, "a, b", Some("a, b")),
            (FlagValue::Switch, "yes", None),
        ] {
            assert_eq!(kind.read(written).as_deref(), read, "{kind:?}: {written}");
        }
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
}
