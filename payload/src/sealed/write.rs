//! Sealing: the form that is read, and no other.
//!
//! Nothing random is drawn here; whoever seals brings it.

use hmac::Mac as _;

use super::{NO_KEY, Passphrase, SealedError, WORK_FACTOR, wrapping_key};
use crate::age::{self, CHUNK, VERSION};

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
    let too_long = SealedError::Unsealable("it is too long for its cipher");
    let [file_key, salt, nonce] = random;
    let wrapped = age::encrypt(&*wrapping_key(passphrase, salt, work_factor)?, &[0; 12], file_key);
    let wrapped = age::encoded(&wrapped.ok_or(too_long.clone())?);
    let header = format!("{VERSION}\n-> scrypt {} {work_factor}\n{wrapped}\n---", age::encoded(salt));
    let mac = age::mac(file_key, header.as_bytes()).ok_or(NO_KEY)?.finalize().into_bytes();
    let payload_key = age::payload_key(file_key, nonce).ok_or(NO_KEY)?;
    let chunk = age::encrypt(&payload_key, &age::chunk_nonce(0, true), content).ok_or(too_long)?;
    Ok([format!("{header} {}\n", age::encoded(&mac)).as_bytes(), nonce, &chunk].concat())
}
