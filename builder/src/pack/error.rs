//! Why bundles could not be put together.

use std::io;
use std::path::{Path, PathBuf};

use payload::bundle::{NotAnEntryName, WriteError};
use payload::etcd::Arch;
use payload::exit::ExitStatus;
use payload::line::DisplayLine;
use payload::manifest::ManifestError;
use payload::name::HostName;
use payload::path::NotAPath;
use payload::shell::word;
use payload::tarball::TarballError;

use crate::atomic_file::dir_of;
use crate::carried::NotCarried;
use crate::pki::PkiError;
use crate::sbom::SbomError;

/// A bundle that was not made. Nothing half-made is left under a final name.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// This builder does not have what the hosts need.
    #[error(transparent)]
    NotCarried(#[from] NotCarried),
    /// No release was got for the architecture of a host.
    #[error("no release for {}", .0.etcd_name())]
    NoRelease(Arch),
    /// The tarball is not an etcd release.
    #[error("`{}`: {error}", .path.display())]
    Tarball {
        /// The tarball.
        path: PathBuf,
        /// What is wrong with it.
        error: TarballError,
    },
    /// A file of ours could not be read or written.
    #[error("writing `{}`: {error}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// The output directory could not be made or written to.
    #[error("writing to `{}`: {error}", .dir.display())]
    Dir {
        /// The directory.
        dir: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// The container refused.
    #[error("`{}`: {error}", .path.display())]
    Write {
        /// The bundle.
        path: PathBuf,
        /// Why.
        error: WriteError,
    },
    /// Numbers or the public key could not be had.
    #[error(transparent)]
    Signing(#[from] PkiError),
    /// No certificate was issued for a host of the cluster file.
    #[error("no certificate for `{0}`")]
    NoPair(HostName),
    /// Members would not take this host's certificate for a member's.
    #[error(
        "the certificate of `{host}` has the common name `{name}`, and `{peers}` is all that members would take for a member's"
    )]
    NotAPeer {
        /// The host.
        host: HostName,
        /// What its certificate says.
        name: DisplayLine,
        /// What `--peer-cert-allowed-cn` would say.
        peers: String,
        /// What to write instead.
        instead: String,
    },
    /// A path could not be put together.
    #[error(transparent)]
    Path(#[from] NotAPath),
    /// A name could not be put together.
    #[error(transparent)]
    Name(#[from] NotAnEntryName),
    /// The manifest is none that a reader takes.
    #[error("writing the manifest: {0}")]
    Manifest(#[from] ManifestError),
    /// The list of parts could not be written.
    #[error(transparent)]
    Sbom(#[from] SbomError),
}

impl PackError {
    /// 3: something in the way. 4: the release is not what it should be. 1: a fault of ours.
    #[must_use]
    pub fn exit_code(&self) -> ExitStatus {
        match self {
            Self::NotCarried(error) => error.exit_status(),
            Self::NotAPeer { .. } | Self::Io { .. } | Self::Dir { .. } | Self::Write { .. } => ExitStatus::Refused,
            Self::Tarball { .. } => ExitStatus::NotVerified,
            Self::Signing(error) => error.exit_code(),
            Self::NoPair(_)
            | Self::Path(_)
            | Self::Name(_)
            | Self::Manifest(_)
            | Self::Sbom(_)
            | Self::NoRelease(_) => ExitStatus::Bug,
        }
    }

    /// What to type.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::NotCarried(error) => error.help(),
            Self::Tarball { .. } => Some("etcdpack fetch".to_owned()),
            Self::Signing(error) => error.help(),
            Self::NotAPeer { instead, .. } => Some(instead.clone()),
            Self::Dir { dir, .. } => Some(room(dir)),
            Self::Io { path, .. } | Self::Write { path, .. } => Some(room(dir_of(path))),
            _ => None,
        }
    }
}

/// Whether there is room in a directory, and who may write there.
fn room(dir: &Path) -> String {
    let dir = word(dir);
    format!("df -h {dir}; ls -ld {dir}")
}
