//! The form in which the keys of a cluster travel to their hosts. Values alone.

use super::host_key::Certified;
use super::sealing::SealedKey;

/// How the keys of a cluster travel.
#[derive(Debug)]
pub enum KeyMaterial {
    /// As they are.
    Plaintext,
    /// Sealed: one for each host, or a single one for all.
    Sealed(Vec<SealedKey>),
    /// Not at all; these hosts have a certificate for the key that they made.
    OnHost(Vec<Certified>),
}
