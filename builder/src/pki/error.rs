//! Why no certificates are handed out, and what helps. The sentences are in [`crate::text`].

use std::io;
use std::path::{Path, PathBuf};

use payload::etcd::EtcdVersion;
use payload::exit::ExitStatus;
use payload::name::HostName;
use time::OffsetDateTime;

use super::form::Form;
use super::readable::Unreadable;
use super::serials::SerialsError;
use crate::failure::Diagnose;
use crate::passphrase_source::PassphraseError;
use crate::text::{help, pem, pki as text};

/// Why [`super::issue_all`] or [`super::show()`] gave nothing. No host has got anything from a run that ends so.
#[derive(Debug, thiserror::Error)]
pub enum PkiError {
    /// A file that should be there cannot be read.
    Reading {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file cannot be written; what was there before is still whole.
    Writing {
        /// The file or directory.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A key that others can read, or a directory where others can put theirs.
    Exposed {
        /// The file or directory.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
        /// The bits that it should have.
        wanted: u32,
    },
    /// A file, directory or link of ours that somebody else could change at any time.
    Foreign {
        /// The file or directory.
        path: PathBuf,
        /// Its owner.
        uid: u32,
    },
    /// It is not in PEM.
    Form {
        /// The file.
        path: PathBuf,
        /// What it is.
        form: Form,
    },
    /// A passphrase is needed and there is none.
    Passphrase(#[from] PassphraseError),
    /// A private key that cannot be used.
    Key {
        /// The key's file.
        path: PathBuf,
        /// What is wrong with it.
        fault: KeyFault,
    },
    /// A CA that cannot vouch for etcd members.
    Ca {
        /// The CA certificate's file.
        path: PathBuf,
        /// What is wrong with it.
        fault: CaFault,
    },
    /// Key and certificate of the CA do not belong together.
    Mismatch {
        /// The CA certificate's file.
        certificate: PathBuf,
        /// The CA key's file.
        key: PathBuf,
    },
    /// The CA's name constraints leave out what a certificate must have.
    Forbidden {
        /// The CA certificate's file.
        path: PathBuf,
        /// Whose certificate.
        holder: String,
        /// Names and addresses.
        names: Vec<String>,
    },
    /// A certificate just made does not stand up to a stranger's look.
    Unsound {
        /// A host, or all of them.
        holder: String,
        /// What the check says.
        why: String,
    },
    /// The numbers of the bundles cannot be read or go no further.
    Serials {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: SerialsError,
    },
    /// Another etcdpack has built here since the file was looked at.
    Overtaken(PathBuf),
    /// Certificates by a CA whose key is elsewhere are not all there.
    Awaited(Vec<String>),
    /// The CA's key is at hand: nobody else needs to sign.
    SignsItself,
    /// A client or server of this name would be taken for a member.
    NameOfMembers(HostName),
    /// A certificate that was brought in and is not taken.
    NotTaken {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
        /// What to type.
        help: String,
    },
    /// Something is in the place already, and stays.
    InTheWay(PathBuf),
    /// `cluster.toml` names a CA, so one in `pki/` would never be used.
    OwnCaNamed(PathBuf),
    /// What a key needs to be locked could not be laid out.
    Locking,
    /// The system has no randomness to give.
    Random(#[from] getrandom::Error),
    /// The machinery failed where no input can be at fault.
    Making(#[from] rcgen::Error),
}

/// What is wrong with a private key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// No `PRIVATE KEY` block.
    None,
    /// Protected by a passphrase, where that is of no use.
    Encrypted,
    /// Protected in openssl's old way (`Proc-Type: 4,ENCRYPTED`): one round of MD5.
    Legacy,
    /// Protected by something else than PBES2, or by an old cipher.
    Cipher,
    /// The passphrase does not open it.
    Passphrase,
    /// Broken, or of a kind that is not supported.
    Unusable,
    /// Of a kind that bundles are not signed with.
    NotForSigning,
}

/// What is wrong with a CA.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(private_interfaces, reason = "the reason is shown, never looked into from outside")]
pub enum CaFault {
    /// No certificate in the file, or one that cannot be read.
    NoCertificate,
    /// `BasicConstraints` does not say so.
    NotCa,
    /// `KeyUsage` without `keyCertSign`.
    MayNotSign,
    /// Extended key usage that leaves out etcd's; strangers apply a CA's to what it signs.
    Usage,
    /// It lets so many CAs stand between itself and a certificate, and more do.
    PathLength(u32),
    /// A key that etcd or its clients would not accept.
    Key,
    /// This version of etcd cannot use it.
    Unreadable(Unreadable, EtcdVersion),
    /// SHA-1, MD5, RSA-PSS and others; holds the algorithm's object identifier.
    Signature(String),
    /// Its time is over.
    Expired(OffsetDateTime),
    /// Its time has not come, or the clock is wrong.
    NotYet(OffsetDateTime, OffsetDateTime),
    /// A certificate must be made and the key is elsewhere.
    NoKey,
    /// Hosts have certificates or bundles from a CA that is gone.
    Missing,
}

impl Diagnose for PkiError {
    /// 3: refused with nothing changed on any host. 1: a bug in etcdpack.
    fn exit_status(&self) -> ExitStatus {
        match self {
            Self::Making(_) | Self::Locking => ExitStatus::Bug,
            _ => ExitStatus::Refused,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Reading { path, .. } | Self::Writing { path, .. } => Some(help::list_itself(path)),
            Self::Foreign { path, .. } => Some(text::owner_of(path)),
            Self::Exposed { path, wanted, .. } => Some(text::chmod(*wanted, path)),
            Self::Form { path, form } => Some(form.help(path)),
            Self::Key { path, fault } => fault.help(path),
            Self::Serials { path, .. } => Some(text::restore_serials(path)),
            Self::Passphrase(error) => error.help(),
            Self::Awaited(_) => Some(text::LET_OTHERS_SIGN.into()),
            Self::NameOfMembers(_) => Some(text::TAKE_ANOTHER_NAME.into()),
            Self::SignsItself | Self::Overtaken(_) => Some(help::BUILD.to_owned()),
            Self::InTheWay(path) => Some(help::list(path)),
            Self::OwnCaNamed(_) => Some(text::LEAVE_OWN_CA_OUT.into()),
            Self::Ca { path, fault } => Some(fault.help(path)),
            Self::Mismatch { certificate, .. } => Some(text::show_public_key(certificate)),
            Self::Forbidden { names, .. } => Some(text::other_names(names)),
            Self::NotTaken { help, .. } => Some(help.clone()),
            Self::Unsound { .. } | Self::Locking | Self::Random(_) | Self::Making(_) => None,
        }
    }
}

impl Form {
    /// What makes PEM of the file at `path`, or shows what is in it.
    fn help(self, path: &Path) -> String {
        match self {
            Self::DerCertificate => pem::convert_certificate(path),
            Self::DerKey => pem::convert_key(path),
            Self::Pkcs12 => pem::convert_pkcs12(path),
            Self::DerPkcs7 => pem::convert_pkcs7(path, "DER"),
            Self::Pkcs7 => pem::convert_pkcs7(path, "PEM"),
            Self::JavaKeyStore => pem::convert_keystore(path),
            Self::OpensshKey => pem::convert_openssh(path),
            Self::Token => text::SIGN_OUTSIDE.into(),
            Self::Base64 => pem::convert_base64(path),
            Self::Base64Within => pem::convert_base64_within(path),
            Self::Empty => help::list_itself(path),
            Self::Request | Self::Other => pem::blocks_of(path),
        }
    }
}

impl KeyFault {
    /// What to type where the key at `path` has this fault.
    fn help(self, path: &Path) -> Option<String> {
        match self {
            Self::Encrypted | Self::Legacy | Self::Cipher => Some(pem::decrypt(path)),
            Self::NotForSigning => Some(text::MAKE_SIGNING_KEY.to_owned()),
            Self::None => Some(pem::blocks_of(path)),
            Self::Unusable => Some(pem::show_key(path)),
            Self::Passphrase => None,
        }
    }
}

impl CaFault {
    /// What to type where the CA at `path` has this fault.
    pub(super) fn help(&self, path: &Path) -> String {
        match self {
            Self::NotYet(..) => text::made_ahead(path),
            Self::NoKey => text::put_key_back(&path.with_file_name("ca-key.pem")),
            Self::Missing => text::put_ca_back(path),
            Self::NoCertificate | Self::Expired(_) => text::show_certificate(path),
            Self::Unreadable(..) => text::issue_ca_again(path),
            Self::PathLength(_) => text::trust_the_lower_one(path),
            Self::NotCa | Self::MayNotSign | Self::Usage | Self::Key | Self::Signature(_) => text::another_ca(path),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_can_be_typed() {
        for (path, typed_path) in [("pki/ca-key.pem", "pki/ca-key.pem"), ("it's here/k", r"'it'\''s here/k'")] {
            let error = PkiError::Exposed { path: path.into(), mode: 0o644, wanted: 0o600 };
            assert_eq!(error.help().unwrap(), format!("chmod 600 {typed_path}"));
            assert_eq!(error.exit_status().code(), 3);
        }
    }
}
