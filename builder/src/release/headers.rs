//! What the headers of an answer say of its body. Pure; nothing in them is believed further than here.

use reqwest::header::{self, HeaderMap};

use super::error::SourceError;

/// What is here already, and how the server can tell whether it still has the same file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Resume {
    pub(super) from: u64,
    /// For `If-Range`.
    pub(super) validator: String,
}

/// Why a body that is sent in an encoding is not taken.
pub(super) fn encoded(headers: &HeaderMap) -> Option<SourceError> {
    let value = headers.get(header::CONTENT_ENCODING)?;
    let name = value.to_str().unwrap_or("?");
    (!name.eq_ignore_ascii_case("identity")).then(|| SourceError::Encoded(name.to_owned()))
}

/// A strong `ETag`, else the date: weak tags may not be used in `If-Range` (RFC 9110, 13.1.5).
pub(super) fn validator(headers: &HeaderMap) -> Option<String> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let strong = text(header::ETAG).filter(|tag| tag.starts_with('"'));
    strong.or_else(|| text(header::LAST_MODIFIED)).map(str::to_owned)
}

/// Whether a 206 is the rest of the file that we have the beginning of. Servers that ignore `If-Range` exist.
pub(super) fn goes_on(headers: &HeaderMap, asked: &Resume) -> bool {
    let same = validator(headers).is_none_or(|validator| validator == asked.validator);
    same && content_range(headers).is_some_and(|(from, _)| from == Some(asked.from))
}

/// First byte and size of all, from `bytes 0-1/2`, `bytes 0-1/*` or `bytes */2`.
pub(super) fn content_range(headers: &HeaderMap) -> Option<(Option<u64>, Option<u64>)> {
    let text = headers.get(header::CONTENT_RANGE)?.to_str().ok()?;
    let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    let total = if total == "*" { None } else { Some(total.parse().ok()?) };
    let from = if range == "*" { None } else { Some(range.split_once('-')?.0.parse().ok()?) };
    Some((from, total))
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    fn headers(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn ranges_are_read_strictly() {
        for (text, range) in [
            ("bytes 5-9/10", Some((Some(5), Some(10)))),
            ("bytes 5-9/*", Some((Some(5), None))),
            ("bytes */10", Some((None, Some(10)))),
            ("bytes -/10", None),
            ("bytes 5-9", None),
            ("pages 5-9/10", None),
        ] {
            assert_eq!(content_range(&headers(&[(header::CONTENT_RANGE, text)])), range, "{text}");
        }
    }

    #[test]
    fn only_a_strong_validator_counts() {
        let date = "Tue, 01 Jan 2019 00:00:00 GMT";
        for (tag, expected) in [("\"a\"", Some("\"a\"")), ("W/\"a\"", Some(date))] {
            let map = headers(&[(header::ETAG, tag), (header::LAST_MODIFIED, date)]);
            assert_eq!(validator(&map).as_deref(), expected);
        }
        assert_eq!(validator(&headers(&[(header::ETAG, "W/\"a\"")])), None);
    }

    #[test]
    fn a_rest_of_another_file_is_none() {
        let asked = Resume { from: 5, validator: "\"a\"".to_owned() };
        for (tag, range, is_rest) in [
            ("\"a\"", "bytes 5-9/10", true),
            ("\"b\"", "bytes 5-9/10", false),
            ("\"a\"", "bytes 0-9/10", false),
            ("\"a\"", "bytes */10", false),
        ] {
            let map = headers(&[(header::ETAG, tag), (header::CONTENT_RANGE, range)]);
            assert_eq!(goes_on(&map, &asked), is_rest, "{tag} {range}");
        }
    }

    #[test]
    fn an_encoded_answer_is_refused() {
        assert!(encoded(&headers(&[(header::CONTENT_ENCODING, "x-gzip")])).is_some());
        assert!(encoded(&headers(&[(header::CONTENT_ENCODING, "Identity")])).is_none());
        assert!(encoded(&HeaderMap::new()).is_none());
    }
}
