//! What may stand before a member's header to say more of it: a long name, or PAX records.
//!
//! An extension may name a member that needs more room. It may not change how many bytes belong to a member, nor
//! what kind it is: there readers disagree. Of the many keys that tar's dialects have, those are known here that
//! writers put beside ordinary files and that change attributes alone.

use tar::{EntryType, Header};

use super::TarballError::{self, Form};

/// The extensions that are read; the rest is refused as members of a kind that no release has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ExtensionKind {
    LongName,
    Local,
    Global,
}

impl ExtensionKind {
    pub(super) fn of(header: &Header) -> Option<Self> {
        match header.entry_type() {
            EntryType::GNULongName => Some(Self::LongName),
            EntryType::XHeader => Some(Self::Local),
            EntryType::XGlobalHeader => Some(Self::Global),
            _ => None,
        }
    }
}

/// What an extension says that matters here.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Extension {
    /// Of the next member: perhaps its path.
    Local { path: Option<String> },
    /// Of all members; nothing that matters.
    Global,
}

/// Reads an extension's bytes.
pub(super) fn parse(kind: ExtensionKind, bytes: &[u8]) -> Result<Extension, TarballError> {
    let malformed = Form("a malformed extension");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map_err(|_| Form("a name that is not UTF-8"));
    match kind {
        // Closed by one zero, which is no part of it.
        ExtensionKind::LongName => {
            Ok(Extension::Local { path: Some(text(bytes.strip_suffix(b"\0").ok_or(malformed)?)?) })
        }
        ExtensionKind::Local => {
            let mut path = None;
            for record in records(bytes)? {
                match record {
                    (b"path", value) if path.is_none() => path = Some(text(value)?),
                    (b"path" | b"size" | b"linkpath" | b"hdrcharset", _) => {
                        return Err(Form("an extension that changes a member"));
                    }
                    (key, _) if key.starts_with(b"GNU.sparse.") => return Err(Form("a sparse file")),
                    (key, value) if is_attribute(key, value) => {}
                    _ => return Err(Form("an extension that no release has")),
                }
            }
            Ok(Extension::Local { path })
        }
        ExtensionKind::Global if records(bytes)?.iter().all(|(key, _)| *key == b"comment") => Ok(Extension::Global),
        ExtensionKind::Global => Err(Form("an extension that changes all members")),
    }
}

/// Whether a record says something of a member that no reader's content depends on, in a form that none stumbles over.
fn is_attribute(key: &[u8], value: &[u8]) -> bool {
    match key {
        b"comment" | b"SCHILY.fflags" => true,
        b"uname" | b"gname" => !value.contains(&0) && std::str::from_utf8(value).is_ok(),
        b"uid" | b"gid" => number(value).is_some_and(|id| u32::try_from(id).is_ok()),
        b"SCHILY.dev" | b"SCHILY.ino" | b"SCHILY.nlink" => number(value).is_some(),
        b"mtime" | b"atime" | b"ctime" | b"LIBARCHIVE.creationtime" => is_time(value),
        _ => [&b"SCHILY.xattr."[..], b"LIBARCHIVE.xattr."]
            .iter()
            .any(|prefix| key.strip_prefix(*prefix).is_some_and(|name| name.iter().all(u8::is_ascii_graphic))),
    }
}

/// Decimal digits; no sign.
fn number(value: &[u8]) -> Option<u64> {
    let digits = std::str::from_utf8(value).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
    digits.parse().ok()
}

/// Seconds, perhaps before 1970, perhaps with a fraction. Twelve digits are 30,000 years.
fn is_time(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"-").unwrap_or(value);
    let mut parts = value.splitn(2, |byte| *byte == b'.');
    let digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    parts.next().is_some_and(|seconds| digits(seconds) && seconds.len() <= 12) && parts.next().is_none_or(digits)
}

/// Key and value.
type Record<'a> = (&'a [u8], &'a [u8]);

/// PAX records: `LENGTH KEY=VALUE` and a newline, where the length counts all of it (POSIX.1-2017, pax).
fn records(mut bytes: &[u8]) -> Result<Vec<Record<'_>>, TarballError> {
    let mut records = Vec::new();
    while !bytes.is_empty() {
        let (record, rest) = record(bytes).ok_or(Form("a malformed extension"))?;
        records.push(record);
        bytes = rest;
    }
    Ok(records)
}

fn record(bytes: &[u8]) -> Option<(Record<'_>, &[u8])> {
    let space = bytes.iter().take(8).position(|byte| *byte == b' ')?;
    let digits = std::str::from_utf8(bytes.get(..space)?).ok()?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (record, rest) = bytes.split_at_checked(digits.parse().ok()?)?;
    let record = record.get(space + 1..)?.strip_suffix(b"\n")?;
    let equals = record.iter().position(|byte| *byte == b'=')?;
    let (key, value) = (record.get(..equals)?, record.get(equals + 1..)?);
    if key.is_empty() || key.contains(&0) { None } else { Some(((key, value), rest)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(bytes: &[u8]) -> Result<Option<String>, TarballError> {
        match parse(ExtensionKind::Local, bytes)? {
            Extension::Local { path } => Ok(path),
            Extension::Global => panic!("it was a local one"),
        }
    }

    #[test]
    fn records_are_read_by_their_length() {
        assert_eq!(local(b"").unwrap(), None);
        assert_eq!(local(b"9 path=a\n").unwrap().as_deref(), Some("a"));
        assert_eq!(local(b"22 SCHILY.xattr.a=1\n2\n9 path=b\n").unwrap().as_deref(), Some("b"));
    }

    fn record(key: &str, value: &str) -> Vec<u8> {
        let rest = format!(" {key}={value}\n");
        let length =
            (rest.len() + 1..rest.len() + 9).find(|length| length.to_string().len() + rest.len() == *length).unwrap();
        format!("{length}{rest}").into_bytes()
    }

    #[test]
    fn only_known_attributes_are_passed_over() {
        for (key, good, bad) in [
            (
                "mtime",
                &["0", "1700000000", "1.5", "-1.25"][..],
                &["", "now", "1.", ".5", "1e3", "1.2.3", "+1", "1 "][..],
            ),
            ("atime", &["1"], &["x"]),
            ("ctime", &["1"], &["9999999999999"]),
            ("LIBARCHIVE.creationtime", &["1.123456789"], &["x"]),
            ("uid", &["0", "4294967295"], &["", "-1", "x", "4294967296"]),
            ("gid", &["600260513"], &["1.5"]),
            ("uname", &["", "root", "é"], &["a\0b"]),
            ("gname", &["wheel"], &["\0"]),
            ("comment", &["", "any\0thing\n"], &[]),
            ("SCHILY.xattr.user.x", &["", "a\nb\0c"], &[]),
            ("LIBARCHIVE.xattr.user.x", &["YQ"], &[]),
            ("SCHILY.fflags", &["nodump"], &[]),
            ("SCHILY.dev", &["16777220"], &["x"]),
            ("SCHILY.ino", &["12891234"], &[""]),
            ("SCHILY.nlink", &["1"], &["-1"]),
            ("SCHILY.realsize", &[], &["0"]),
            ("SCHILY.filetype", &[], &["sparse"]),
            ("SUN.holesdata", &[], &[" 0 1024 2048"]),
            ("GNU.volume.filename", &[], &["x"]),
            ("RHT.security.selinux", &[], &["x"]),
            ("hdrcharset", &[], &["BINARY"]),
            ("SCHILY.xattr.user.a\nb", &[], &["x"]),
            ("mtime ", &[], &["1"]),
            ("PATH", &[], &["t/a"]),
        ] {
            assert!(good.iter().all(|value| local(&record(key, value)).is_ok()), "{key}");
            assert!(bad.iter().all(|value| local(&record(key, value)).is_err()), "{key}");
        }
    }

    #[test]
    fn what_changes_a_member_or_is_malformed_is_refused() {
        for bad in [
            &b"10 size=0\n"[..],
            b"13 linkpath=\n",
            b"9 path=a\n9 path=b\n",
            b"22 GNU.sparse.major=1\n",
            b"8 path=a\n",
            b"99 path=a\n",
            b"+9 path=a\n",
            b"path=a\n",
            b"9 path=a",
            b"5 =a\n",
            b"4294967296 path=a\n",
            b"9 \0ath=a\n",
        ] {
            assert!(local(bad).is_err(), "{}", String::from_utf8_lossy(bad));
        }
        assert!(parse(ExtensionKind::Global, b"14 comment=1.0\n").is_err(), "a length that is one short");
        assert!(parse(ExtensionKind::Global, b"15 comment=1.0\n").is_ok());
        assert!(parse(ExtensionKind::Global, b"9 path=a\n").is_err());
        assert!(parse(ExtensionKind::LongName, b"unclosed").is_err());
    }
}
