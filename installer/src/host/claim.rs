//! The file that `--signer` names.

use payload::claim::{self, ClaimError};
use payload::fingerprint::Claim;

use super::copy;

/// Whom `typed` names.
pub(crate) fn claim(typed: &str) -> Result<Claim, ClaimError> {
    claim::claim(typed, copy::open)
}
