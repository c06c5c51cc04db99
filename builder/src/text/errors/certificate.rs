//! What is wrong with a certificate, in English. Each text goes on after the certificate was named.

use std::fmt;

use crate::pki::{CertificateProblem, Holder, KeyAlgorithm, PairFile, Unreadable};
use crate::text::Minute;

impl fmt::Display for CertificateProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Incomplete => f.write_str("some of its files are missing"),
            Self::Unreadable(file) => write!(f, "the {file} cannot be read"),
            Self::OtherKey(file) => write!(f, "the {file} is for another key"),
            Self::Algorithm => f.write_str("the key is of another algorithm"),
            Self::Weak(algorithm) => write!(
                f,
                "the key is weak or unusual ({algorithm}): RSA of 2048 bits and more or ECDSA on P-256, P-384 or P-521 will do"
            ),
            Self::Ca => f.write_str("it is a CA's"),
            Self::Subject => f.write_str("the subject is another"),
            Self::LacksNames(names) => write!(f, "it lacks the names or addresses {}", listed(names)),
            Self::NeedlessNames(names) => write!(f, "it still has the names or addresses {}", listed(names)),
            Self::ImpossibleName(name) => write!(f, "it cannot hold the name {name}"),
            Self::UnverifiedName(name) => write!(f, "it does not stand for the name or address {name}"),
            Self::Usage(usages) => write!(f, "it lacks the usages {}", usages.join(", ")),
            Self::Signature(algorithm) => write!(
                f,
                "it is signed with `{algorithm}`, which not every etcd takes: RSA PKCS#1 or ECDSA with SHA-2 will do"
            ),
            Self::UnknownIssuer => f.write_str("it does not chain to the CA: none that is known here has signed it"),
            Self::Chain(error) => write!(f, "it does not chain to the CA: {error}"),
            Self::ForEtcd(why, version) => write!(f, "etcd {version} cannot use it: {why}"),
            Self::Issuer(fault) => write!(f, "the CA above it {fault}"),
            Self::NotYet(start) => write!(f, "it is not valid before {}", Minute(*start)),
            Self::Ends(end) => write!(f, "it ends on {}", Minute(*end)),
            Self::Shared(holder) => write!(f, "its key is that of {holder}"),
        }
    }
}

pub(super) fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

impl fmt::Display for PairFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Certificate => "certificate",
            Self::Key => "key",
            Self::Request => "request",
        })
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version1 => f.write_str("it is of version 1 of X.509, without extensions: nothing says that it is a CA"),
            Self::Critical(name) => write!(f, "its `{name}` is marked critical, and must not be"),
            Self::Unhandled(name) => write!(f, "its extension `{name}` is critical, and this etcd does not know it"),
            Self::Constraint => f.write_str(
                "its critical name constraints are on directory names or others that etcd does not know: names, addresses, e-mail and URIs will do",
            ),
            Self::Twice(name) => write!(f, "it has the extension `{name}` twice"),
            Self::NegativeSerial => f.write_str("its serial number is below zero"),
            Self::Address => f.write_str("one of its addresses has neither 4 nor 16 bytes"),
            Self::Text(text) => write!(
                f,
                "`{}` in its subject or issuer is marked as a PrintableString, which cannot hold that",
                text.escape_debug()
            ),
        }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(name) => write!(f, "`{name}`"),
            Self::Everyone => f.write_str("all hosts"),
            Self::Client(name) => write!(f, "client `{name}`"),
            Self::Server(name) => write!(f, "server `{name}`"),
        }
    }
}

impl fmt::Display for KeyAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa(bits) => write!(f, "rsa-{bits}"),
            Self::P256 => f.write_str("ecdsa-p256"),
            Self::P384 => f.write_str("ecdsa-p384"),
            Self::P521 => f.write_str("ecdsa-p521"),
            Self::Other => f.write_str("other"),
        }
    }
}
