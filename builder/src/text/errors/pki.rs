//! Why no certificates are handed out, in English.

use std::fmt;

use crate::pki::{CaFault, Form, KeyFault, PkiError, RequestError, SealError, SerialsError, SignError};
use crate::text::Minute;
use crate::text::errors::certificate::listed;

impl fmt::Display for PkiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reading { path, source } => write!(f, "reading `{}`: {source}", path.display()),
            Self::Writing { path, source } => write!(f, "writing `{}`: {source}", path.display()),
            Self::Exposed { path, mode, .. } => {
                write!(f, "`{}` is open to other users (mode {mode:04o})", path.display())
            }
            Self::Foreign { path, uid } => write!(f, "`{}` belongs to another user (uid {uid})", path.display()),
            Self::Passphrase(error) => fmt::Display::fmt(error, f),
            Self::Form { path, form } => write!(f, "`{}` {form}", path.display()),
            Self::Key { path, fault } => write!(f, "the key `{}` {fault}", path.display()),
            Self::Ca { path, fault } => write!(f, "the CA `{}` {fault}", path.display()),
            Self::Mismatch { certificate, key } => {
                write!(f, "`{}` is not the key of the CA `{}`", key.display(), certificate.display())
            }
            Self::Forbidden { path, holder, names } => write!(
                f,
                "the CA `{}` may not sign for {}, which the certificate for {holder} needs: its name constraints leave that out",
                path.display(),
                listed(names)
            ),
            Self::Unsound { holder, why } => write!(f, "the certificate made for {holder} is not sound: {why}"),
            Self::Serials { path, error } => write!(f, "`{}`: {error}", path.display()),
            Self::Overtaken(path) => {
                write!(f, "another etcdpack has built here meanwhile and changed `{}`", path.display())
            }
            Self::Awaited(holders) => {
                write!(f, "`ca-key` is not named, and others have not signed yet or not well: {}", holders.join("; "))
            }
            Self::SignsItself => f.write_str("etcdpack has the key of the CA and signs by itself"),
            Self::NameOfMembers(host) => write!(
                f,
                "`{host}` is the common name of the members' certificates: whoever had another with it could write as a member"
            ),
            Self::NotTaken { path, why } => write!(f, "the certificate `{}` was not taken: {why}", path.display()),
            Self::InTheWay(path) => write!(f, "`{}` is there already and was not touched", path.display()),
            Self::OwnCaNamed(path) => write!(
                f,
                "the cluster file names a CA of its own (`ca`): the one in `{}` would not be used",
                path.display()
            ),
            Self::Locking => f.write_str("putting the CA's key under the passphrase"),
            Self::Random(error) => write!(f, "drawing random bytes: {error}"),
            Self::Making(error) => write!(f, "making a key or certificate: {error}"),
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DerCertificate => "is a certificate in DER: PEM is needed",
            Self::DerKey => "is a private key in DER: PEM is needed",
            Self::Pkcs12 => "is in PKCS#12 (.p12, .pfx): PEM is needed",
            Self::DerPkcs7 | Self::Pkcs7 => "is in PKCS#7 (.p7b): certificates in PEM are needed",
            Self::JavaKeyStore => "is a Java keystore: PEM is needed",
            Self::Request => "holds a request, and no certificate: the CA has not signed it yet",
            Self::OpensshKey => "is a key in the form of OpenSSH: PKCS#8 in PEM is needed",
            Self::Empty => "is empty",
            Self::Other => "holds neither a certificate nor a private key in PEM",
        })
    }
}

impl fmt::Display for KeyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("holds no private key in PEM"),
            Self::Encrypted => f.write_str("is protected by a passphrase"),
            Self::Legacy => f.write_str("is protected in openssl's old, weak way (`Proc-Type: 4,ENCRYPTED`)"),
            Self::Cipher => f.write_str("is protected by a cipher that is not known here: PKCS#8 with PBES2 will do"),
            Self::Passphrase => f.write_str("is not opened by this passphrase"),
            Self::Unusable => {
                f.write_str("is broken, or neither RSA of 2048 bits and more nor ECDSA on P-256, P-384 or P-521")
            }
            Self::NotForSigning => {
                f.write_str("is broken, or not an ECDSA key on P-256, which bundles are signed with")
            }
        }
    }
}

impl fmt::Display for CaFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCertificate => f.write_str("holds no readable certificate in PEM"),
            Self::Unreadable(why, version) => write!(f, "cannot be used by etcd {version}: {why}"),
            Self::NotCa => f.write_str("is not a CA: a certificate in it lacks `CA:TRUE`"),
            Self::MayNotSign => f.write_str("may not sign certificates: its key usage lacks `keyCertSign`"),
            Self::Usage => {
                f.write_str("may not vouch for TLS servers and clients: its extended key usage leaves one out")
            }
            Self::Key => f.write_str(
                "has a weak or unusual key: RSA of 2048 bits and more or ECDSA on P-256, P-384 or P-521 will do",
            ),
            Self::Signature(algorithm) => write!(
                f,
                "is signed with an algorithm that not every etcd takes ({algorithm}): RSA PKCS#1 or ECDSA with SHA-2 will do"
            ),
            Self::Expired(end) => write!(f, "expired on {}", Minute(*end)),
            Self::NotYet(start, now) => {
                write!(f, "is not valid before {}, and the clock says {}", Minute(*start), Minute(*now))
            }
            Self::NoKey => f.write_str("has no key beside it (`ca-key.pem`), and a certificate must be made"),
            Self::Missing => f.write_str("is missing, though certificates have been issued or bundles built with it"),
        }
    }
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pki(error) => fmt::Display::fmt(error, f),
            Self::Shared { host, other } => {
                write!(f, "the request for `{host}` is by the key of `{other}`: each host makes its own")
            }
            Self::Io { path, source } => write!(f, "keeping `{}`: {source}", path.display()),
        }
    }
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form => f.write_str("is not a valid certificate request in PEM"),
            Self::Key => f.write_str("is not for an ECDSA key on P-256, which is what hosts make"),
            Self::Signature => f.write_str("is not signed by its own key"),
        }
    }
}

impl fmt::Display for SealError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pki(error) => fmt::Display::fmt(error, f),
            Self::Io { path, source } => write!(f, "keeping `{}`: {source}", path.display()),
            Self::OtherPassphrase(path) => {
                write!(f, "`{}` was sealed with another passphrase than the one given", path.display())
            }
            Self::Unsound { holder, why } => write!(f, "the key of {holder} cannot be sealed: {why}"),
        }
    }
}

impl fmt::Display for SerialsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Toml(why) => f.write_str(why),
            Self::Version(version) => {
                write!(f, "its version is {version}, this etcdpack knows version {}", SerialsError::KNOWN_VERSION)
            }
            Self::Spent(host) => write!(f, "host `{host}` has used up all numbers"),
            Self::NoCluster => f.write_str("it has numbers of bundles, and no `[cluster]` that they are of"),
        }
    }
}
