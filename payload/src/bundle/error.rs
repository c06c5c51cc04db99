//! Why a file is no bundle, or not the one that was built.

use std::io;

use crate::entry::EntryName;
use crate::fingerprint::Fingerprint;
use crate::manifest::ManifestError;

/// Why a file is no bundle, or not the one that was built.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    #[error("reading the bundle: {0}")]
    Io(#[from] io::Error),
    /// The installer alone: built so, stripped, or cut off.
    #[error("this is not a whole bundle: its end is missing, or a copy in text mode changed it, or it is another file")]
    NoBundle,
    #[error("the bundle is damaged: {0}")]
    Damaged(&'static str),
    #[error("the bundle's last line is no signature: it was cut off, changed, or never signed")]
    NoSignature,
    /// Damaged, put together from two, or signed by somebody else in the name of this key.
    #[error(
        "the bundle is not what was signed: the signature in its last line is not by its signer {signer} of these bytes"
    )]
    Signature { signer: Fingerprint },
    #[error("the bundle was changed while it was read")]
    Changed,
    #[error("the bundle is larger than the 4 GiB that one has at most")]
    TooLarge,
    #[error("the bundle is damaged: entry `{0}` is not what the manifest says")]
    Entry(EntryName),
    #[error("the bundle's manifest is not usable: {0}")]
    Manifest(#[from] ManifestError),
    #[error("the bundle has no entry `{0}`")]
    Missing(String),
}
