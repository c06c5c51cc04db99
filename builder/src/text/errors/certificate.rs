//! What is wrong with a certificate, in English. Each text goes on after the certificate was named.

use std::fmt;

use crate::pki::{CertificateProblem, Holder, KeyAlgorithm, PairFile, Role};
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
            Self::Chain(role, error) => write!(f, "it does not chain to the CA as {role}: {error}"),
            Self::Issuer(fault) => write!(f, "the CA above it {fault}"),
            Self::NotYet(start) => write!(f, "it is not valid before {}", Minute(*start)),
            Self::Ends(end) => write!(f, "it ends on {}", Minute(*end)),
            Self::Outlives(end, ca_end) => {
                write!(f, "it ends on {}, after its CA ({})", Minute(*end), Minute(*ca_end))
            }
            Self::Shared(holder) => write!(f, "its key is that of {holder}"),
        }
    }
}

fn listed(names: &[String]) -> String {
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

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Server => "a server",
            Self::Client => "a client",
        })
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
