//! Sizes and times as people write them: a number, or a number with a unit.

use std::fmt;

use serde::Deserialize;

use crate::amount::{self, with_unit};
use crate::say;

/// A number of bytes: `8589934592`, or `"8GiB"`. As in etcd's own words, K, M, G and T count in 1024, with or without `i` and `B`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub(super) struct Size(u64);

/// A number of milliseconds: `1000`, or `"1s"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub(super) struct Milliseconds(u32);

/// A number of seconds, as hours or days: `"6h"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub(super) struct Period(u64);

/// Likewise, or a word: `"weekly"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub(super) struct Often(u64);

#[derive(Deserialize)]
#[serde(untagged, expecting = "a whole number, or one with its unit in quotes: `\"8GiB\"`, `\"500ms\"`")]
enum Written {
    Number(u64),
    Text(String),
}

impl Size {
    pub(super) fn bytes(self) -> u64 {
        self.0
    }
}

impl Milliseconds {
    pub(super) fn count(self) -> u32 {
        self.0
    }
}

impl Period {
    pub(super) fn seconds(self) -> u64 {
        self.0
    }
}

impl Often {
    pub(super) fn seconds(self) -> u64 {
        self.0
    }
}

impl TryFrom<Written> for Often {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let days = match &written {
            Written::Text(text) if text == "daily" => 1,
            Written::Text(text) if text == "weekly" => 7,
            Written::Text(text) if text == "monthly" => 30,
            _ => {
                let text = |said: String| {
                    say!(
                        en = "`daily`, `weekly`, `monthly`, or a time: {said}",
                        zh = "取值为 `daily`、`weekly`、`monthly` 或一个时间：{said}"
                    )
                };
                return Period::try_from(written).map(|period| Self(period.0)).map_err(text);
            }
        };
        Ok(Self(days * 86_400))
    }
}

impl TryFrom<Written> for Period {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let factor = |unit: &str| match unit {
            "m" | "min" | "minute" | "minutes" => Some(60),
            "h" | "hour" | "hours" => Some(3600),
            "d" | "day" | "days" => Some(86_400),
            _ => None,
        };
        let (seconds, text) = match written {
            Written::Number(number) => (None, number.to_string()),
            Written::Text(text) => (with_unit(&text, factor), text),
        };
        seconds.map(Self).ok_or_else(|| {
            say!(
                en = "this time is in minutes, hours or days: `30m`, `6h`, `1d`; not `{}`",
                zh = "这里的时间以分钟、小时或天为单位：`30m`、`6h`、`1d`；不能是 `{}`",
                text.escape_debug()
            )
        })
    }
}

impl TryFrom<Written> for Size {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let text = match written {
            Written::Number(bytes) => return Ok(Self(bytes)),
            Written::Text(text) => text,
        };
        amount::bytes(&text).map(Self).ok_or_else(|| {
            say!(
                en = "a size is in bytes, `8589934592`, or has a unit, `8GiB`; not `{}`",
                zh = "大小以字节为单位，如 `8589934592`，或带单位，如 `8GiB`；不能是 `{}`",
                text.escape_debug()
            )
        })
    }
}

impl TryFrom<Written> for Milliseconds {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let factor = |unit: &str| match unit {
            "" | "ms" => Some(1),
            "s" => Some(1000),
            "m" => Some(60_000),
            _ => None,
        };
        let (count, text) = match written {
            Written::Number(number) => (Some(number), number.to_string()),
            Written::Text(text) => (with_unit(&text, factor), text),
        };
        count.and_then(|count| u32::try_from(count).ok()).map(Self).ok_or_else(|| {
            say!(
                en = "a time is in milliseconds, `500`, or has a unit, `1s`; not `{}`",
                zh = "时间以毫秒为单位，如 `500`，或带单位，如 `1s`；不能是 `{}`",
                text.escape_debug()
            )
        })
    }
}

/// Bytes as a person would write them, where that is exact.
pub(super) struct Bytes(pub(super) u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exact = [(30, "GiB"), (20, "MiB"), (10, "KiB")]
            .into_iter()
            .find(|(shift, _)| self.0 != 0 && self.0.trailing_zeros() >= *shift);
        match exact {
            Some((shift, unit)) => write!(f, "{} {unit}", self.0 >> shift),
            None => write!(f, "{} bytes", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_those_of_etcd() {
        let size = |text: &str| Size::try_from(Written::Text(text.to_owned())).map(Size::bytes).ok();
        for (text, bytes) in [
            ("8589934592", 8 << 30),
            ("8GiB", 8 << 30),
            ("8GB", 8 << 30),
            ("8 gb", 8 << 30),
            ("8G", 8 << 30),
            ("512m", 512 << 20),
            ("1536KiB", 1536 << 10),
            ("10B", 10),
        ] {
            assert_eq!(size(text), Some(bytes), "{text}");
        }
        for text in ["", "GB", "8.5GB", "-8GB", "8XB", "8i", "99999999999TB", "8GB "] {
            assert_eq!(size(text).is_some(), text == "8GB ", "{text}");
        }
        let time = |text: &str| Milliseconds::try_from(Written::Text(text.to_owned())).map(Milliseconds::count).ok();
        assert_eq!([time("500ms"), time("1s"), time("100"), time("1h")], [Some(500), Some(1000), Some(100), None]);
        let period = |text: &str| Period::try_from(Written::Text(text.to_owned())).map(Period::seconds).ok();
        assert_eq!(
            [period("30 min"), period("6h"), period("6 hours"), period("1 day"), period("6"), period("6s")],
            [Some(1800), Some(21600), Some(21600), Some(86400), None, None]
        );
        let often = |text: &str| Often::try_from(Written::Text(text.to_owned())).map(Often::seconds).ok();
        assert_eq!([often("weekly"), often("12h"), often("yearly")], [Some(604_800), Some(43_200), None]);
        assert_eq!(Bytes(8 << 30).to_string() + &Bytes(8).to_string(), "8 GiB8 bytes");
    }
}
