//! Sealing: the form that is read, and no other.
//!
//! Nothing random is drawn here; whoever seals brings it.

use base64ct::{Base64Unpadded, Encoding as _};
use chacha20poly1305::aead::AeadInOut as _;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit as _};
use hmac::Mac as _;

use super::{CHUNK, FIRST_AND_LAST, Passphrase, SealedError, TAG, VERSION, WORK_FACTOR, derived, mac, wrapping_key};

/// What is random in one file: its file key, the salt and the nonce.
pub type Random = [[u8; 16]; 3];

/// Seals one key of at most 64 KiB: half a second of work, and [`super::MEMORY`] for as long. `random` is drawn anew for
/// each file, and as secret as the key.
pub fn seal(key: &[u8], passphrase: &Passphrase, random: &Random) -> Result<Vec<u8>, SealedError> {
    seal_with(WORK_FACTOR, key, passphrase, random)
}

/// The tests' files have smaller work factors too.
pub(super) fn seal_with(
    work_factor: u8,
    content: &[u8],
    passphrase: &Passphrase,
    random: &Random,
) -> Result<Vec<u8>, SealedError> {
    if content.len() > CHUNK {
        return Err(SealedError::Unsealable("it is more than one chunk"));
    }
    let [file_key, salt, nonce] = random;
    let wrapped = encrypt(&*wrapping_key(passphrase, salt, work_factor)?, &[0; 12], file_key)?;
    let salt = Base64Unpadded::encode_string(salt);
    let wrapped = Base64Unpadded::encode_string(&wrapped);
    let header = format!("{VERSION}\n-> scrypt {salt} {work_factor}\n{wrapped}\n---");
    let mac = Base64Unpadded::encode_string(&mac(file_key, header.as_bytes())?.finalize().into_bytes());
    let chunk = encrypt(&*derived(file_key, Some(nonce), b"payload")?, &FIRST_AND_LAST, content)?;
    Ok([format!("{header} {mac}\n").as_bytes(), nonce, &chunk].concat())
}

/// ChaCha20-Poly1305 (RFC 8439): the text, then its tag.
fn encrypt(key: &[u8; 32], nonce: &[u8; 12], text: &[u8]) -> Result<Vec<u8>, SealedError> {
    let mut bytes = Vec::with_capacity(text.len() + TAG);
    bytes.extend_from_slice(text);
    let cipher = ChaCha20Poly1305::new(key.into());
    let tag = cipher
        .encrypt_inout_detached(nonce.into(), b"", bytes.as_mut_slice().into())
        .map_err(|_| SealedError::Unsealable("it is too long for its cipher"))?;
    bytes.extend_from_slice(&tag);
    Ok(bytes)
}
