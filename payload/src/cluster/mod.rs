//! The cluster file: what the user wants, parsed once into values that need no second look.

mod check;
mod explain;
mod fault;
mod file;
mod findings;
mod keys;
mod listen;
mod model;
mod paths;
mod peers;
mod pki;
mod plain;
mod quantity;
mod setting;

use std::borrow::Cow;

pub(crate) use check::{unheard, unusable_host};
pub use fault::{Fault, Place};
pub use model::{Cluster, Etcd, Host, Parsed, Release, Service};
pub use paths::{CERTIFICATES, PathFault, Paths};
pub use peers::{FIRST_WITH_LISTS, Peers};
pub use pki::{Algorithm, CommonName, Country, Hours, KeySharing, Keys, OwnCa, Pki, Subject, SubjectText};
pub use setting::{Carry, CompactionMode, LogLevel, Loopback, Manager, Setting};

/// The largest cluster file that is read: a hundred hosts fit in 32 KiB.
pub const MAX_BYTES: u64 = 1024 * 1024;

impl Cluster {
    /// Reads a cluster file. A byte-order mark, CRLF line ends and UTF-16 are taken as they come from Windows.
    ///
    /// # Errors
    /// All that is wrong with the file, at least one fault, in the order of the file.
    pub fn parse(bytes: &[u8]) -> Result<Parsed, Vec<Fault>> {
        if bytes.len() as u64 > MAX_BYTES {
            return Err(vec![Fault::new(format!("the cluster file has more than {MAX_BYTES} bytes"))]);
        }
        let source = &*text(bytes).map_err(|fault| vec![fault])?;
        if source.starts_with('\u{feff}') {
            // The parser would take it for the first.
            return Err(vec![Fault::new("a second byte-order mark").at(source, &(0..0))]);
        }
        let file = toml::from_str(source).map_err(|error| vec![explain::of_toml(source, &error)])?;
        check::resolve(file, source)
    }
}

/// A cluster file's text, without a byte-order mark: UTF-8, or UTF-16 with its mark, as PowerShell's `>` writes it.
///
/// # Errors
/// The fault of a file in another encoding.
pub fn text(bytes: &[u8]) -> Result<Cow<'_, str>, Fault> {
    let wide = |from: fn([u8; 2]) -> u16, rest: &[u8]| {
        let (pairs, odd) = rest.as_chunks::<2>();
        let text = String::from_utf16(&pairs.iter().copied().map(from).collect::<Vec<_>>()).ok();
        text.filter(|_| odd.is_empty()).map(Cow::Owned).ok_or_else(|| Fault::new("the file is not whole UTF-16"))
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => wide(u16::from_le_bytes, rest),
        [0xfe, 0xff, rest @ ..] => wide(u16::from_be_bytes, rest),
        _ => {
            let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|error| not_utf8(bytes, error))
        }
    }
}

fn not_utf8(bytes: &[u8], error: std::str::Utf8Error) -> Fault {
    let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    Fault::new(format!("line {line} is not UTF-8")).help("iconv -f GB18030 -t UTF-8 cluster.toml > cluster-utf8.toml")
}

#[cfg(test)]
mod schema;
#[cfg(test)]
mod tests;
