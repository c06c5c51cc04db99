//! The cluster file: what the user wants, parsed once into values that need no second look.

mod address;
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

use crate::language::Language;
use crate::{say, words};

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
            return Err(vec![Fault::new(say!(
                en = "the cluster file has more than {MAX_BYTES} bytes",
                zh = "集群文件超过 {MAX_BYTES} 字节"
            ))]);
        }
        let source = &*text(bytes).map_err(|fault| vec![fault])?;
        if source.starts_with('\u{feff}') {
            // The parser would take it for the first.
            return Err(vec![
                Fault::new(words!(en = "a second byte-order mark", zh = "多了一个字节序标记")).at(source, &(0..0)),
            ]);
        }
        match toml::from_str(source) {
            Ok(file) => check::resolve(file, source),
            // What is wrong is known by what is said in English; our own types say the same in other languages.
            Err(error) => {
                let english = Language::English.meanwhile(|| toml::from_str::<file::File>(source)).err();
                Err(vec![explain::of_toml(source, english.as_ref().unwrap_or(&error), error.message())])
            }
        }
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
        text.filter(|_| odd.is_empty())
            .map(Cow::Owned)
            .ok_or_else(|| Fault::new(words!(en = "the file is not whole UTF-16", zh = "文件不是完整的 UTF-16")))
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
    let is_control = |byte: &u8| *byte < b' ' && !b"\t\r\n".contains(byte);
    if bytes.iter().any(is_control) {
        return Fault::new(words!(
            en = "this is no text in UTF-8, but a program, an archive, or UTF-16 without its mark",
            zh = "这不是 UTF-8 文本，而是程序、归档，或没有字节序标记的 UTF-16"
        ))
        .help("file cluster.toml");
    }
    let encoding = if is_chinese(bytes) { "GB18030" } else { "WINDOWS-1252" };
    Fault::new(say!(en = "line {line} is not UTF-8", zh = "第 {line} 行不是 UTF-8"))
        .help(format!("iconv -f {encoding} -t UTF-8 cluster.toml > cluster-utf8.toml"))
}

/// Whether all that is not ASCII stands in pairs as GB 2312 has them; what Western editors write stands alone.
fn is_chinese(bytes: &[u8]) -> bool {
    let mut wide = bytes.split(u8::is_ascii).filter(|run| !run.is_empty());
    wide.all(|run| run.len().is_multiple_of(2) && run.iter().all(|byte| (0xa1..=0xfe).contains(byte)))
}

#[cfg(test)]
mod pasted;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod tests;
