//! What all age v1 files have (C2SP, `age.md`): lines of a header, its MAC, keys that are derived, and chunks.
//!
//! Must not know who a file is sealed for.

use base64ct::{Base64Unpadded, Encoding as _};
use chacha20poly1305::aead::AeadInOut as _;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit as _};
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

/// The first line.
pub(crate) const VERSION: &str = "age-encryption.org/v1";
pub(crate) const FILE_KEY: usize = 16;
pub(crate) const TAG: usize = 16;
pub(crate) const NONCE: usize = 16;
pub(crate) const MAC: usize = 32;
/// The most that one chunk holds.
pub(crate) const CHUNK: usize = 64 * 1024;

/// A key of ChaCha20-Poly1305, wiped when dropped.
pub(crate) type Key = Zeroizing<[u8; 32]>;

/// What all other keys of a file come from.
pub(crate) type FileKey = Zeroizing<[u8; FILE_KEY]>;

/// The next line of a header, without its end; `None` where there is no whole line of text.
pub(crate) fn line<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let (line, after) = rest.split_at_checked(end)?;
    *rest = after.get(1..)?;
    std::str::from_utf8(line).ok()
}

/// Base64 as age writes it: canonical, without padding, and of one length.
pub(crate) fn decoded<const N: usize>(text: &str) -> Option<[u8; N]> {
    Base64Unpadded::decode_vec(text).ok()?.try_into().ok()
}

pub(crate) fn encoded(bytes: &[u8]) -> String {
    Base64Unpadded::encode_string(bytes)
}

/// A key of its own for each use of a secret (HKDF-SHA-256, RFC 5869). `None` never: 32 bytes can always be had.
pub(crate) fn derived(secret: &[u8], salt: Option<&[u8]>, info: &[u8]) -> Option<Key> {
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(salt, secret).expand(info, &mut *key).ok()?;
    Some(key)
}

/// The MAC of a header, which is all up to its `---`.
pub(crate) fn mac(file_key: &[u8], header: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&*derived(file_key, None, b"header")?).ok()?;
    mac.update(header);
    Some(mac)
}

/// The key of the chunks.
pub(crate) fn payload_key(file_key: &[u8], nonce: &[u8; NONCE]) -> Option<Key> {
    derived(file_key, Some(nonce), b"payload")
}

/// The nonce of one chunk: a counter of 11 bytes, and whether it is the last.
pub(crate) fn chunk_nonce(number: u64, is_last: bool) -> [u8; 12] {
    let mut nonce = [0; 12];
    for (to, from) in nonce.iter_mut().skip(3).zip(number.to_be_bytes()) {
        *to = from;
    }
    if let Some(flag) = nonce.last_mut() {
        *flag = u8::from(is_last);
    }
    nonce
}

/// ChaCha20-Poly1305 (RFC 8439): the text, then its tag. `None` for what is too long for it.
pub(crate) fn encrypt(key: &[u8; 32], nonce: &[u8; 12], text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() + TAG);
    bytes.extend_from_slice(text);
    let cipher = ChaCha20Poly1305::new(key.into());
    let tag = cipher.encrypt_inout_detached(nonce.into(), b"", bytes.as_mut_slice().into()).ok()?;
    bytes.extend_from_slice(&tag);
    Some(bytes)
}

/// Likewise back, in a buffer that is wiped; `None` where the tag is another.
pub(crate) fn decrypt(key: &[u8; 32], nonce: &[u8; 12], bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (text, tag) = bytes.split_last_chunk::<TAG>()?;
    let mut text = Zeroizing::new(text.to_vec());
    let cipher = ChaCha20Poly1305::new(key.into());
    let checked = cipher.decrypt_inout_detached(nonce.into(), b"", text.as_mut_slice().into(), tag.into());
    checked.ok().map(|()| text)
}
