//! How a command can end other than well, and the exit code for each.

use std::path::PathBuf;

use payload::bundle::BundleError;
use payload::cluster::Fault;
use payload::exit::ExitStatus;
use payload::fingerprint::Fingerprint;
use payload::name::HostName;
use payload::shell::word;

use crate::cache::DiskError;
use crate::pack::PackError;
use crate::pki::{PkiError, SealError, SignError};
use crate::release::{MirrorError, ReleaseError};
use crate::report::Terminal;

/// A command that did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The cluster file is wrong; every fault is shown.
    #[error("`{}` cannot be used", .path.display())]
    Cluster {
        /// As the user named it.
        path: PathBuf,
        /// At least one.
        faults: Vec<Fault>,
    },
    /// There is no cluster file.
    #[error("`{}` is not there", .0.display())]
    NoCluster(PathBuf),
    /// A file or option that the user named cannot be used.
    #[error("{text}")]
    Usage {
        /// What is wrong.
        text: String,
        /// What to type.
        help: String,
    },
    /// Something in the way; nothing was changed.
    #[error("{text}")]
    Refused {
        /// What is in the way.
        text: String,
        /// What to type.
        help: String,
    },
    /// The release could not be had.
    #[error(transparent)]
    Release(#[from] ReleaseError),
    /// Certificates could not be issued.
    #[error(transparent)]
    Pki(#[from] PkiError),
    /// Keys could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Bundles could not be put together.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// A bundle is not what was built.
    #[error("`{}`: {error}", .path.display())]
    Bundle {
        /// As the user named it.
        path: PathBuf,
        /// What is wrong with it.
        error: BundleError,
    },
    /// A bundle is whole, and somebody else's.
    #[error("`{}` is signed by {signer}, not by whom it should be", .path.display())]
    OtherSigner {
        /// As the user named it.
        path: PathBuf,
        /// By whom it is.
        signer: Fingerprint,
    },
    /// A request is by another key than the one that was named. Nothing was signed.
    #[error("the request `{}` is by another key than that of {host}: its words are {words}", .path.display())]
    OtherKey {
        /// As the user named it.
        path: PathBuf,
        /// Whose key it should be.
        host: HostName,
        /// Of the key that it is by.
        words: Fingerprint,
    },
    /// The cache cannot be used.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

impl Error {
    /// The exit code, as the contract numbers them.
    #[must_use]
    pub fn exit_code(&self) -> ExitStatus {
        match self {
            Self::Cluster { .. } | Self::NoCluster(_) | Self::Usage { .. } => ExitStatus::Usage,
            Self::Refused { .. } | Self::Disk(_) | Self::Bundle { error: BundleError::Io(_), .. } => {
                ExitStatus::Refused
            }
            Self::Bundle { .. } | Self::OtherSigner { .. } | Self::OtherKey { .. } => ExitStatus::NotVerified,
            Self::Release(error) => error.exit_code(),
            Self::Pki(error) => error.exit_code(),
            Self::Seal(error) => error.exit_code(),
            Self::Pack(error) => error.exit_code(),
        }
    }

    /// Shows it, with its causes and what to type.
    pub fn show(&self, terminal: &mut Terminal) {
        terminal.error(self, self.help().as_deref());
        if let Self::Cluster { faults, .. } = self {
            for fault in faults {
                terminal.fault(fault);
            }
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::NoCluster(_) => {
                Some("etcdpack init --host n1=192.0.2.1 --host n2=192.0.2.2 --host n3=192.0.2.3".to_owned())
            }
            Self::Usage { help, .. } | Self::Refused { help, .. } => Some(help.clone()),
            Self::Release(error) => error.help(),
            Self::Pki(error) => error.help(),
            Self::Seal(error) => error.help(),
            Self::Pack(error) => error.help(),
            Self::Bundle { error: BundleError::Io(_), path } => Some(format!("ls -l {}", word(path))),
            Self::Cluster { .. } | Self::Disk(_) => None,
            Self::OtherSigner { path, .. } => Some(format!("etcdpack inspect {}", word(path))),
            Self::OtherKey { host, .. } => {
                Some(format!("./{host}.run csr   (on {host}: it shows the words of its key)"))
            }
            Self::Bundle { .. } => Some("build it again, or copy it again: etcdpack build".to_owned()),
        }
    }
}

impl From<SignError> for Error {
    fn from(error: SignError) -> Self {
        match error {
            SignError::Pki(error) => Self::Pki(error),
            SignError::Shared { ref host, .. } => {
                Self::Refused { text: error.to_string(), help: format!("./{host}.run csr -o {host}.csr") }
            }
            SignError::Io { ref path, .. } => {
                Self::Refused { help: format!("ls -ld {}", word(path)), text: error.to_string() }
            }
        }
    }
}

impl From<MirrorError> for Error {
    fn from(error: MirrorError) -> Self {
        Self::Usage { text: error.to_string(), help: "etcdpack fetch --mirror https://mirror.example/etcd".to_owned() }
    }
}
