//! The bundle's certificate, and the key that it is for. Values only.

use payload::digest::Digest;
use payload::path::AbsPath;

use crate::credentials::{CredentialError, Validity};

/// What is known of them before anything is changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Credentials {
    /// From when to when they are good, or why they cannot be used here.
    pub(crate) validity: Result<Validity, CredentialError>,
    /// That of the bundle's certificate, if it has one.
    pub(crate) common_name: Option<String>,
    /// The key that this host has made and the bundle's certificate is for.
    pub(crate) own_key: Option<OwnKey>,
}

/// A key of this host's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwnKey {
    /// Its place, or where it waits to come there.
    pub(crate) at: AbsPath,
    pub(crate) sha256: Digest,
}
