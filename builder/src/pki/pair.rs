//! The three files of a pair of key and certificate. Values alone.

use crate::secret::Secret;

/// The three files of a pair. Behind the certificate may stand those of the CAs above it.
#[derive(Debug, Clone)]
pub(super) struct PairFiles {
    pub(super) certificate: String,
    pub(super) key: Secret,
    pub(super) request: String,
}

/// One of the three files of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PairFile {
    Certificate,
    Key,
    Request,
}
