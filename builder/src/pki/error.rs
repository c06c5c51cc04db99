//! Why no certificates are handed out, in words for the one who can change that.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use payload::exit::ExitStatus;
use payload::name::HostName;
use payload::shell::word;
use time::OffsetDateTime;

use super::serials::SerialsError;
use crate::passphrase_source::PassphraseError;

/// Why [`super::issue_all`] or [`super::show()`] gave nothing. No host has got anything from a run that ends so.
#[derive(Debug, thiserror::Error)]
pub enum PkiError {
    /// A file that should be there cannot be read.
    #[error("reading `{}`: {source}", path.display())]
    Reading {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file cannot be written; what was there before is still whole.
    #[error("writing `{}`: {source}", path.display())]
    Writing {
        /// The file or directory.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A key that others can read, or a directory where others can put theirs.
    #[error("`{}` is open to other users (mode {mode:04o})", path.display())]
    Exposed {
        /// The file or directory.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
        /// The bits that it should have.
        wanted: u32,
    },
    /// A file, directory or link of ours that somebody else could change at any time.
    #[error("`{}` belongs to another user (uid {uid})", path.display())]
    Foreign {
        /// The file or directory.
        path: PathBuf,
        /// Its owner.
        uid: u32,
    },
    /// A passphrase is needed and there is none.
    #[error(transparent)]
    Passphrase(#[from] PassphraseError),
    /// A private key that cannot be used.
    #[error("the key `{}` {fault}", path.display())]
    Key {
        /// The key's file.
        path: PathBuf,
        /// What is wrong with it.
        fault: KeyFault,
    },
    /// A CA that cannot vouch for etcd members.
    #[error("the CA `{}` {fault}", path.display())]
    Ca {
        /// The CA certificate's file.
        path: PathBuf,
        /// What is wrong with it.
        fault: CaFault,
    },
    /// Key and certificate of the CA do not belong together.
    #[error("`{}` is not the key of the CA `{}`", key.display(), certificate.display())]
    Mismatch {
        /// The CA certificate's file.
        certificate: PathBuf,
        /// The CA key's file.
        key: PathBuf,
    },
    /// `pki.validity` reaches beyond the CA's own end.
    #[error("certificates valid until {} would outlive their CA `{}` (until {})", Day(*end), path.display(), Day(*ca_end))]
    Outlives {
        /// The CA certificate's file.
        path: PathBuf,
        /// When the certificates would end.
        end: OffsetDateTime,
        /// When the CA ends.
        ca_end: OffsetDateTime,
        /// Whole hours that the CA still has.
        hours_left: i64,
    },
    /// A certificate just made does not stand up to a stranger's look.
    #[error("the certificate made for {holder} is not sound: {why}")]
    Unsound {
        /// A host, or all of them.
        holder: String,
        /// What the check says.
        why: String,
    },
    /// The numbers of the bundles cannot be read or go no further.
    #[error("`{}`: {error}", path.display())]
    Serials {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: SerialsError,
    },
    /// Certificates by a CA whose key is elsewhere are not all there.
    #[error("`ca-key` is not named, and others have not signed yet or not well: {}", .0.join("; "))]
    Awaited(Vec<String>),
    /// The CA's key is at hand: nobody else needs to sign.
    #[error("etcdpack has the key of the CA and signs by itself")]
    SignsItself,
    /// A client or server of this name would be taken for a member.
    #[error(
        "`{0}` is the common name of the members' certificates: whoever had another with it could write as a member"
    )]
    NameOfMembers(HostName),
    /// A certificate that was brought in and is not taken.
    #[error("the certificate `{}` was not taken: {why}", path.display())]
    NotTaken {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Something is in the place already, and stays.
    #[error("`{}` is there already and was not touched", .0.display())]
    InTheWay(PathBuf),
    /// `cluster.toml` names a CA, so one in `pki/` would never be used.
    #[error("the cluster file names a CA of its own (`ca`): the one in `{}` would not be used", .0.display())]
    OwnCaNamed(PathBuf),
    /// What a key needs to be locked could not be laid out.
    #[error("putting the CA's key under the passphrase")]
    Locking,
    /// The system has no randomness to give.
    #[error("drawing random bytes: {0}")]
    Random(#[from] getrandom::Error),
    /// The machinery failed where no input can be at fault.
    #[error("making a key or certificate: {0}")]
    Making(#[from] rcgen::Error),
}

/// What is wrong with a private key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// No `PRIVATE KEY` block.
    #[error("holds no private key in PEM")]
    None,
    /// Protected by a passphrase, where that is of no use.
    #[error("is protected by a passphrase")]
    Encrypted,
    /// Protected in openssl's old way (`Proc-Type: 4,ENCRYPTED`): one round of MD5.
    #[error("is protected in openssl's old, weak way (`Proc-Type: 4,ENCRYPTED`)")]
    Legacy,
    /// Protected by something else than PBES2, or by an old cipher.
    #[error("is protected by a cipher that is not known here: PKCS#8 with PBES2 will do")]
    Cipher,
    /// The passphrase does not open it.
    #[error("is not opened by this passphrase")]
    Passphrase,
    /// Broken, or of a kind that is not supported.
    #[error("is broken, or neither RSA of 2048 bits and more nor ECDSA on P-256, P-384 or P-521")]
    Unusable,
    /// Of a kind that bundles are not signed with.
    #[error("is broken, or no ECDSA key on P-256, which bundles are signed with")]
    NotForSigning,
}

/// What is wrong with a CA.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CaFault {
    /// No certificate in the file, or one that cannot be read.
    #[error("holds no readable certificate in PEM")]
    Unreadable,
    /// `BasicConstraints` does not say so.
    #[error("is no CA: a certificate in it lacks `CA:TRUE`")]
    NotCa,
    /// `KeyUsage` without `keyCertSign`.
    #[error("may not sign certificates: its key usage lacks `keyCertSign`")]
    MayNotSign,
    /// Extended key usage that leaves out etcd's; strangers apply a CA's to what it signs.
    #[error("may not vouch for TLS servers and clients: its extended key usage leaves one out")]
    Usage,
    /// A key that etcd or its clients would not accept.
    #[error("has a weak or unusual key: RSA of 2048 bits and more or ECDSA on P-256, P-384 or P-521 will do")]
    Key,
    /// SHA-1, MD5, RSA-PSS and others; holds the algorithm's object identifier.
    #[error("is signed with an algorithm that not every etcd takes ({0}): RSA PKCS#1 or ECDSA with SHA-2 will do")]
    Signature(String),
    /// Its time is over.
    #[error("expired on {}", Day(*.0))]
    Expired(OffsetDateTime),
    /// Its time has not come, or the clock is wrong.
    #[error("is not valid before {}, and the clock says {}", Day(*.0), Day(*.1))]
    NotYet(OffsetDateTime, OffsetDateTime),
    /// A certificate must be made and the key is elsewhere.
    #[error("has no key beside it (`ca-key.pem`), and a certificate must be made")]
    NoKey,
    /// Hosts have certificates from a CA that is gone.
    #[error("is missing, though certificates have been issued")]
    Missing,
}

impl PkiError {
    /// The exit code that this ends with: 3, refused with nothing changed on any host; 1 for a bug of ours.
    #[must_use]
    pub fn exit_code(&self) -> ExitStatus {
        match self {
            Self::Making(_) | Self::Locking => ExitStatus::Bug,
            _ => ExitStatus::Refused,
        }
    }

    /// What to type, or to write into the cluster file, where that would help.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Reading { path, .. } | Self::Writing { path, .. } => Some(format!("ls -ld {}", word(path))),
            Self::Foreign { path, .. } => Some(format!("ls -ldn {}", word(path))),
            Self::Exposed { path, wanted, .. } => Some(format!("chmod {wanted:o} {}", word(path))),
            Self::Key { path, fault: KeyFault::Encrypted | KeyFault::Legacy | KeyFault::Cipher } => {
                let path = word(path);
                Some(format!("openssl pkcs8 -topk8 -v2 aes-256-cbc -in {path} -out {path}.p8, and take that file"))
            }
            Self::Key { fault: KeyFault::NotForSigning | KeyFault::None, .. } => {
                Some("openssl ecparam -name prime256v1 -genkey -noout -out signing-key.pem".to_owned())
            }
            Self::Serials { path, .. } => Some(format!("put it back from a copy: {}", word(path))),
            Self::Passphrase(PassphraseError::NoTerminal(_)) => {
                Some("give it by a file descriptor: --ca-passphrase-fd 3 3< FILE".to_owned())
            }
            Self::Awaited(_) => {
                Some("etcdpack pki csr; let the CA sign what is in csr/; etcdpack pki accept CERT.pem...".to_owned())
            }
            Self::NameOfMembers(_) => {
                Some("take another name: it is also the user that etcd's roles are given to".to_owned())
            }
            Self::SignsItself => Some("etcdpack build".to_owned()),
            Self::InTheWay(path) => Some(format!("ls -l {}", word(path))),
            Self::OwnCaNamed(_) => Some("take `ca` and `ca-key` out of the cluster file".to_owned()),
            Self::Ca { path, fault } => Some(ca_help(path, fault)),
            Self::Mismatch { certificate, .. } => {
                Some(format!("openssl x509 -in {} -noout -pubkey", word(certificate)))
            }
            Self::Outlives { hours_left, .. } if *hours_left >= 24 => {
                Some(format!("write `validity = \"{hours_left}h\"` into `[pki]`, or take a CA that lasts longer"))
            }
            Self::Outlives { .. } => Some("take a CA that lasts longer".to_owned()),
            _ => None,
        }
    }
}

/// For `map_err`.
pub(super) fn reading(path: &Path) -> impl Fn(io::Error) -> PkiError {
    move |source| PkiError::Reading { path: path.to_owned(), source }
}

/// For `map_err`.
pub(super) fn writing(path: &Path) -> impl Fn(io::Error) -> PkiError {
    move |source| PkiError::Writing { path: path.to_owned(), source }
}

fn ca_help(path: &Path, fault: &CaFault) -> String {
    match fault {
        CaFault::NotYet(..) => "date -u".to_owned(),
        CaFault::NoKey => {
            format!("put the key back: {}", word(&path.with_file_name("ca-key.pem")))
        }
        CaFault::Missing => format!("put it back: {}", word(path)),
        CaFault::Unreadable | CaFault::Expired(_) => {
            format!("openssl x509 -in {} -noout -text", word(path))
        }
        CaFault::NotCa | CaFault::MayNotSign | CaFault::Usage | CaFault::Key | CaFault::Signature(_) => {
            format!("openssl x509 -in {} -noout -text, and take another CA", word(path))
        }
    }
}

/// A time to the minute, in UTC.
pub(super) struct Day(pub(super) OffsetDateTime);

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.0.to_offset(time::UtcOffset::UTC);
        write!(f, "{} {:02}:{:02} UTC", at.date(), at.hour(), at.minute())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_can_be_typed() {
        for (path, typed_path) in [("pki/ca-key.pem", "pki/ca-key.pem"), ("it's here/k", r"'it'\''s here/k'")] {
            let error = PkiError::Exposed { path: path.into(), mode: 0o644, wanted: 0o600 };
            assert_eq!(error.help().unwrap(), format!("chmod 600 {typed_path}"));
            assert_eq!(error.exit_code().code(), 3);
        }
        assert_eq!(Day(OffsetDateTime::UNIX_EPOCH).to_string(), "1970-01-01 00:00 UTC");
    }
}
