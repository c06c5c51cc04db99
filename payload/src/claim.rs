//! Whom a person names as signer: said in words or as a sum, or by a file that has them. How that file is opened is up to the
//! program.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::fingerprint::{Claim, NotAFingerprint};
use crate::signer::SignerKey;
use crate::{say, words};

/// The most bytes that are read of a file which is named instead of a fingerprint.
const MAX_FILE: u64 = 4096;

/// Why what was typed names nobody.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// It has the form of a fingerprint, and is none.
    #[error("{0}")]
    Fingerprint(NotAFingerprint),
    /// It has not, and there is no file of that name.
    #[error("{}", words!(en = "write the twelve words, the SHA-256 of signing.pub, or the path of the file signing.pub; there is no file of that name", zh = "请写十二个单词、signing.pub 的 SHA-256，或文件 signing.pub 的路径；没有该名称的文件"))]
    Neither,
    #[error("{}", say!(en = "`{}` cannot be read: {_1}", zh = "无法读取 `{}`：{_1}", _0.display()))]
    Unreadable(PathBuf, io::Error),
    #[error("{}", say!(en = "`{}` has neither a signing key (signing.pub) nor its twelve words", zh = "`{}` 中既没有签名公钥（signing.pub），也没有其十二个单词", _0.display()))]
    Nothing(PathBuf),
    #[error("{}", say!(en = "`{}`: {_1}", zh = "`{}`：{_1}", _0.display()))]
    NotInFile(PathBuf, NotAFingerprint),
}

/// What was `typed`; else what is in the file of that name. It must be a regular one, which whoever opens it sees to; of a
/// large one only the beginning is read.
pub fn claim<R: Read>(typed: &str, open: impl FnOnce(&Path) -> io::Result<R>) -> Result<Claim, ClaimError> {
    match typed.parse() {
        Err(NotAFingerprint::Form) => in_file(Path::new(typed), open),
        said => said.map_err(ClaimError::Fingerprint),
    }
}

fn in_file<R: Read>(path: &Path, open: impl FnOnce(&Path) -> io::Result<R>) -> Result<Claim, ClaimError> {
    let mut bytes = Vec::new();
    let read = open(path).and_then(|file| file.take(MAX_FILE).read_to_end(&mut bytes));
    read.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => ClaimError::Neither,
        _ => ClaimError::Unreadable(path.to_owned(), error),
    })?;
    in_text(&String::from_utf8_lossy(&bytes)).map_err(|error| match error {
        NotAFingerprint::Form => ClaimError::Nothing(path.to_owned()),
        error => ClaimError::NotInFile(path.to_owned(), error),
    })
}

/// Whom a file names: `signing.pub`, or one with the words or the sum in it, as `signing.words`.
pub(crate) fn in_text(text: &str) -> Result<Claim, NotAFingerprint> {
    SignerKey::from_pem(text).map_or_else(|_| text.parse(), |key| Ok(Claim::Sum(key.fingerprint().sum())))
}
