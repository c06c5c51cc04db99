//! Random bytes from the kernel.

use std::io;

/// Fills `bytes` with what nobody can foresee.
pub(crate) fn fill(bytes: &mut [u8]) -> io::Result<()> {
    getrandom::fill(bytes).map_err(|error| io::Error::other(error.to_string()))
}
