//! Upstream's `SHA256SUMS`, read strictly: one odd line and none of it counts.
#![expect(clippy::disallowed_methods, reason = "edge: reads a list on this machine")]

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use payload::digest::Digest;

use crate::text::release as text;

/// Upstream's list has a dozen lines; more than this is something else.
pub(super) const MAX_BYTES: u64 = 64 * 1024;

/// Why a list of sums vouches for nothing.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum SumsError {
    /// Some portal's or proxy's page in its place.
    WebPage,
    /// Line number, from 1.
    Line(usize),
    /// The list is fine but says nothing of this file (3.5.18 was published so at first).
    Missing(String),
    /// Two lines that contradict each other.
    Twice(String),
}

/// What the list in `bytes` says of `file`.
pub(super) fn find(bytes: &[u8], file: &str) -> Result<Digest, SumsError> {
    if looks_like_a_web_page(bytes) {
        return Err(SumsError::WebPage);
    }
    let mut found = None;
    for (line, number) in bytes.split(|byte| *byte == b'\n').zip(1..) {
        if line.is_empty() {
            continue;
        }
        let (digest, name) = entry(line).ok_or(SumsError::Line(number))?;
        if name == file && found.replace(digest).is_some_and(|before| before != digest) {
            return Err(SumsError::Twice(file.to_owned()));
        }
    }
    found.ok_or_else(|| SumsError::Missing(file.to_owned()))
}

fn entry(line: &[u8]) -> Option<(Digest, &str)> {
    let (digest, name) = std::str::from_utf8(line).ok()?.split_once("  ")?;
    let plain = !name.is_empty() && !name.contains(|c: char| c.is_control() || c.is_whitespace() || c == '/');
    Some((digest.parse().ok()?, name)).filter(|_| plain)
}

/// Whether `bytes` begin as HTML or XML does.
pub(super) fn looks_like_a_web_page(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.trim_ascii_start().starts_with(b"<")
}

/// A list on this machine, or its beginning where it is no list.
pub(super) fn read(path: &Path) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other(text::NOT_A_FILE.text()));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "etcd-v3.4.0-linux-amd64.tar.gz";

    fn line(bytes: &[u8], name: &str) -> String {
        format!("{}  {name}\n", Digest::of(bytes))
    }

    #[test]
    fn the_entry_is_found_among_others() {
        let text = line(b"1", "etcd-v3.4.0-darwin-amd64.zip") + &line(b"2", FILE) + &line(b"3", &format!("{FILE}.asc"));
        assert_eq!(find(text.as_bytes(), FILE), Ok(Digest::of(b"2")));
        assert_eq!(find(text.trim_end().as_bytes(), FILE), Ok(Digest::of(b"2")));
    }

    #[test]
    fn a_list_that_is_not_one_vouches_for_nothing() {
        let good = line(b"2", FILE);
        for (text, error) in [
            (String::new(), SumsError::Missing(FILE.to_owned())),
            (line(b"1", "etcd-v3.4.0-darwin-amd64.zip"), SumsError::Missing(FILE.to_owned())),
            ("<!DOCTYPE html><title>Log in</title>".to_owned(), SumsError::WebPage),
            ("\u{feff}\r\n <html>".to_owned(), SumsError::WebPage),
            (format!("{good}Not Found"), SumsError::Line(2)),
            (good.replace("  ", " "), SumsError::Line(1)),
            (good.replace('\n', "\r\n"), SumsError::Line(1)),
            (good.replace("etcd-", "../etcd-"), SumsError::Line(1)),
            (format!("{good}{}", line(b"other", FILE)), SumsError::Twice(FILE.to_owned())),
        ] {
            assert_eq!(find(text.as_bytes(), FILE), Err(error), "{text}");
        }
        assert_eq!(find(format!("{good}{good}").as_bytes(), FILE), Ok(Digest::of(b"2")));
        assert_eq!(find(b"\xff\xfe", FILE), Err(SumsError::Line(1)));
    }
}
