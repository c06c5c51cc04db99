//! A private key under a passphrase: one age v1 file, and the one form of it that is written and read.
//!
//! The format is age's (C2SP, `age.md`), so that any `age` or `rage` opens the file as well. Read are a binary file with
//! one scrypt recipient of one work factor, and one chunk: what [`seal`] writes. The work factor stands in the file
//! before anything is known of it, and asks for memory and time: another one than [`WORK_FACTOR`] is refused unseen.

mod passphrase;
#[cfg(test)]
mod tests;
mod write;

use crate::{say, words};
use std::fmt;

use hmac::Mac as _;
use zeroize::Zeroizing;

use crate::age::{self, CHUNK, FILE_KEY, MAC, NONCE, TAG, VERSION};

pub use passphrase::{NotAPassphrase, Passphrase};
pub use write::{Random, seal};

/// The binary logarithm of scrypt's N: about half a second, and [`MEMORY`]. Fixed: what a fast builder finds quick, a slow
/// host would refuse or take minutes for.
pub const WORK_FACTOR: u8 = 17;

/// What scrypt takes with [`WORK_FACTOR`]: 128 r N bytes (RFC 7914, section 5), with r = 8.
pub const MEMORY: u64 = (128 * 8) << WORK_FACTOR;

const SALT_LABEL: &[u8] = b"age-encryption.org/v1/scrypt";
const SALT: usize = 16;

const NO_KEY: SealedError = SealedError::Form("no key of 32 bytes can be derived");

/// A sealed file that has the right form. Nothing of it is believed before it is opened.
#[derive(Debug)]
pub struct Sealed<'a> {
    work_factor: u8,
    salt: [u8; SALT],
    wrapped: [u8; FILE_KEY + TAG],
    /// What the MAC covers.
    header: &'a [u8],
    mac: [u8; MAC],
    nonce: [u8; NONCE],
    chunk: &'a [u8],
}

/// Why a file is not opened, or a key not sealed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealedError {
    /// Not an age file, or one of another form.
    #[error("{}", say!(
        en = "it is no sealed key of ours: {_0}",
        zh = "它不是由 etcdpack 加密的私钥：{_0}"
    ))]
    Form(&'static str),
    /// More than one chunk, for one.
    #[error("it cannot be sealed: {0}")]
    Unsealable(&'static str),
    /// Refused before any work is done.
    #[error("it was sealed with work factor `{}`, not {WORK_FACTOR}", .0.escape_debug())]
    WorkFactor(String),
    #[error("{}", words!(
        en = "the passphrase is another one",
        zh = "口令不对"
    ))]
    Passphrase,
    /// The passphrase is right, and the file is not what was sealed.
    #[error("{}", say!(
        en = "it is damaged: {_0}",
        zh = "它已损坏：{_0}"
    ))]
    Damaged(&'static str),
}

/// What was sealed. It has no `Display`, its `Debug` shows nothing of it, and it is wiped when dropped.
pub struct Opened(Zeroizing<Vec<u8>>);

impl Opened {
    /// The bytes themselves, for those that check them and the one place that writes them where they belong.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opened(..)")
    }
}

impl<'a> Sealed<'a> {
    /// Reads the form; no passphrase is needed, and no work done.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, SealedError> {
        Self::parse_with(bytes, WORK_FACTOR)
    }

    /// The tests' files have smaller work factors too.
    fn parse_with(bytes: &'a [u8], work_factor: u8) -> Result<Self, SealedError> {
        let mut rest = bytes;
        if line(&mut rest)? != VERSION {
            return Err(SealedError::Form("its first line is not that of an age v1 file"));
        }
        let recipient = line(&mut rest)?.strip_prefix("-> scrypt ");
        let recipient = recipient.ok_or(SealedError::Form("its recipient is not a passphrase"))?;
        let (salt, factor) = recipient.split_once(' ').ok_or(SealedError::Form("its recipient has no work factor"))?;
        if factor != work_factor.to_string() {
            return Err(SealedError::WorkFactor(factor.chars().take(20).collect()));
        }
        let salt = decoded(salt, "its salt is not 16 bytes")?;
        let wrapped = decoded(line(&mut rest)?, "its file key is not one of 16 bytes")?;
        let end = line(&mut rest)?;
        if end.starts_with("-> ") {
            return Err(SealedError::Form("it has more than one recipient"));
        }
        let mac = end.strip_prefix("--- ").ok_or(SealedError::Form("its header does not end"))?;
        let mac = decoded(mac, "its MAC is not 32 bytes")?;
        let covered = bytes.len() - rest.len() - end.len() - 1 + "---".len();
        let header = bytes.get(..covered).unwrap_or_default();
        let (nonce, chunk) = rest.split_first_chunk().ok_or(SealedError::Form("it ends before what was sealed"))?;
        if !(TAG..=CHUNK + TAG).contains(&chunk.len()) {
            return Err(SealedError::Form("what was sealed is not one chunk"));
        }
        Ok(Self { work_factor, salt, wrapped, header, mac, nonce: *nonce, chunk })
    }

    /// Opens it: half a second of work, and [`MEMORY`] for as long. Where `passphrase` does not open it as it was typed, what else
    /// may have been meant is tried: the blanks in it do not show.
    pub fn open(&self, passphrase: &Passphrase) -> Result<Opened, SealedError> {
        let mut opened = self.open_with(passphrase);
        for other in passphrase.also_meant() {
            if !matches!(opened, Err(SealedError::Passphrase)) {
                break;
            }
            opened = self.open_with(&other);
        }
        opened
    }

    fn open_with(&self, passphrase: &Passphrase) -> Result<Opened, SealedError> {
        let wrapping_key = wrapping_key(passphrase, &self.salt, self.work_factor)?;
        let file_key = age::decrypt(&wrapping_key, &[0; 12], &self.wrapped);
        let file_key = file_key.ok_or(SealedError::Passphrase)?;
        let mac = age::mac(&file_key, self.header).ok_or(NO_KEY)?;
        mac.verify_slice(&self.mac).map_err(|_| SealedError::Damaged("its header is not the one that was written"))?;
        let payload_key = age::payload_key(&file_key, &self.nonce).ok_or(NO_KEY)?;
        let opened = age::decrypt(&payload_key, &age::chunk_nonce(0, true), self.chunk);
        opened.map(Opened).ok_or(SealedError::Damaged("its content is not what was sealed"))
    }
}

/// The key that the file key is under (scrypt, RFC 7914).
fn wrapping_key(
    passphrase: &Passphrase,
    salt: &[u8; SALT],
    work_factor: u8,
) -> Result<Zeroizing<[u8; 32]>, SealedError> {
    let form = |_| SealedError::Form("scrypt cannot have this work factor");
    let params = scrypt::Params::new(work_factor, 8, 1).map_err(form)?;
    let salt = [SALT_LABEL, salt].concat();
    let mut key = Zeroizing::new([0; 32]);
    scrypt::scrypt(passphrase.expose().as_bytes(), &salt, &params, &mut *key)
        .map_err(|_| SealedError::Form("scrypt cannot make a key of 32 bytes"))?;
    Ok(key)
}

/// The next line of a header, without its end.
fn line<'a>(rest: &mut &'a [u8]) -> Result<&'a str, SealedError> {
    age::line(rest).ok_or(SealedError::Form("its header is no text, or ends too soon"))
}

/// Base64 as age writes it: canonical, without padding, and of one length.
fn decoded<const N: usize>(text: &str, wrong: &'static str) -> Result<[u8; N], SealedError> {
    age::decoded(text).ok_or(SealedError::Form(wrong))
}
