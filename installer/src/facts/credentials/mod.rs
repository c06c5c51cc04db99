//! The bundle's certificate, and the key that it is for. Values only.

pub(crate) mod x509;

use std::net::IpAddr;

use payload::digest::Digest;
use payload::manifest::KeyFrom;
use payload::name::{HostName, UserName};
use payload::path::AbsPath;
use payload::sealed::SealedError;
use time::OffsetDateTime;

/// No private key comes near this many bytes.
pub(crate) const LARGEST_KEY: u64 = 64 << 10;

/// Nor a file of certificates near this many: it has some kilobytes.
pub(crate) const LARGEST_CERTIFICATES: u64 = 1 << 20;

/// What is known of them before anything is changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Credentials {
    /// From when to when they are good, or why they cannot be used here.
    pub(crate) validity: Result<Validity, CredentialError>,
    /// That of the bundle's certificate, if it has one.
    pub(crate) common_name: Option<String>,
    /// The addresses that the bundle's certificate names, if it has one.
    pub(crate) addresses: Option<Vec<IpAddr>>,
    /// The key that this host has made and the bundle's certificate is for.
    pub(crate) own_key: Option<OwnKey>,
    /// Where an earlier install's lie.
    pub(crate) here: Option<Here>,
    /// What of those that are in use on a running host etcd cannot use.
    pub(crate) broken: Option<Broken>,
}

/// The directory of the set of certificates that is in use on this host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Here {
    pub(crate) dir: AbsPath,
    /// Names in it that are not ours.
    pub(crate) others: Vec<String>,
}

/// A key of this host's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwnKey {
    /// Its place, or where it waits to come there.
    pub(crate) at: AbsPath,
    pub(crate) sha256: Digest,
}

/// From when to when the certificate and its CA are both good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Validity {
    pub(crate) from: OffsetDateTime,
    pub(crate) until: OffsetDateTime,
}

/// What does not fit.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub(crate) enum CredentialError {
    Unreadable(PemFile),
    Key,
    Awaited,
    NotHere,
    Sealed(SealedError),
    Issuer,
    Address(IpAddr),
    Usage,
}

/// A file of the installed set that etcd cannot use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) file: PemFile,
    pub(crate) path: AbsPath,
    pub(crate) flaw: Flaw,
    /// Where its key comes from, and so whether a bundle can bring it back.
    pub(crate) key_from: KeyFrom,
    pub(crate) host: HostName,
}

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Flaw {
    Missing,
    Empty,
    NoPem,
    /// etcd's user may not read it.
    Closed {
        user: UserName,
    },
    /// The key does not belong to the certificate, or the certificate to the CA.
    NotTheirs,
}

/// What was to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PemFile {
    Manifest,
    Certificate,
    Ca,
    Key,
}
