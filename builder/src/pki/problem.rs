//! What can be wrong with a certificate, its key or its request. Values alone; the sentences are in [`crate::text`].

use payload::etcd::EtcdVersion;
use time::OffsetDateTime;

use super::error::CaFault;
use super::key::KeyAlgorithm;
use super::pair::PairFile;
use super::readable::Unreadable;
use super::spec::Holder;

/// Why a pair is not what is wanted.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CertificateProblem {
    /// Some of its files are missing.
    Incomplete,
    Unreadable(PairFile),
    /// The file belongs to another key than the one beside it.
    OtherKey(PairFile),
    Algorithm,
    Weak(KeyAlgorithm),
    Ca,
    Subject,
    /// These should be in it.
    LacksNames(Vec<String>),
    /// These addresses stand in it as DNS names.
    AddressesAsNames(Vec<String>),
    /// These should not be in it any more.
    NeedlessNames(Vec<String>),
    /// No certificate can hold this one.
    ImpossibleName(String),
    /// It is in the certificate, and a verifier does not find it there.
    UnverifiedName(String),
    /// By the names that openssl and cfssl give to usages.
    Usage(Vec<&'static str>),
    /// The algorithm's object identifier.
    Signature(String),
    UnknownIssuer,
    Chain(webpki::Error),
    /// This version of etcd cannot use it.
    ForEtcd(Unreadable, EtcdVersion),
    Issuer(CaFault),
    NotYet(OffsetDateTime),
    Ends(OffsetDateTime),
    /// Whose key it is.
    Shared(Holder),
}
