//! Why bundles could not be put together.

use std::io;
use std::path::PathBuf;

use payload::bundle::{NotAnEntryName, WriteError};
use payload::etcd::Arch;
use payload::exit::ExitStatus;
use payload::line::DisplayLine;
use payload::manifest::ManifestError;
use payload::name::HostName;
use payload::path::NotAPath;
use payload::tarball::TarballError;

use crate::atomic_file::dir_of;
use crate::carried::NotCarried;
use crate::failure::Diagnose;
use crate::pki::PkiError;
use crate::sbom::SbomError;
use crate::text::{self, help};

/// A bundle that was not made. Nothing half-made is left under a final name.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// This builder does not have what the hosts need.
    NotCarried(#[from] NotCarried),
    /// No release was got for the architecture of a host.
    NoRelease(Arch),
    /// The tarball is not an etcd release.
    Tarball {
        /// The tarball.
        path: PathBuf,
        /// What is wrong with it.
        error: TarballError,
    },
    /// A file of ours could not be read or written.
    Io {
        /// The file.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// The output directory could not be made or written to.
    Dir {
        /// The directory.
        dir: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// The container refused.
    Write {
        /// The bundle.
        path: PathBuf,
        /// Why.
        error: WriteError,
    },
    /// Numbers or the public key could not be had.
    Signing(#[from] PkiError),
    /// No certificate was issued for a host of the cluster file.
    NoPair(HostName),
    /// Members would not take this host's certificate for a member's.
    NotAPeer {
        /// The host.
        host: HostName,
        /// What its certificate says.
        name: DisplayLine,
        /// What `--peer-cert-allowed-cn` would say.
        peers: String,
        /// Whether this version of etcd would take a list of names.
        takes_lists: bool,
    },
    /// A path could not be put together.
    Path(#[from] NotAPath),
    /// A name could not be put together.
    Name(#[from] NotAnEntryName),
    /// The manifest is none that a reader takes.
    Manifest(#[from] ManifestError),
    /// The list of parts could not be written.
    Sbom(#[from] SbomError),
}

impl Diagnose for PackError {
    /// 3: something in the way. 4: the release is not what it should be. 1: a bug in etcdpack.
    fn exit_status(&self) -> ExitStatus {
        match self {
            Self::NotCarried(error) => error.exit_status(),
            Self::NotAPeer { .. } | Self::Io { .. } | Self::Dir { .. } | Self::Write { .. } => ExitStatus::Refused,
            Self::Tarball { .. } => ExitStatus::NotVerified,
            Self::Signing(error) => error.exit_status(),
            Self::NoPair(_)
            | Self::Path(_)
            | Self::Name(_)
            | Self::Manifest(_)
            | Self::Sbom(_)
            | Self::NoRelease(_) => ExitStatus::Bug,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::NotCarried(error) => error.help(),
            Self::Tarball { .. } => Some(text::pack::FETCH.to_owned()),
            Self::Signing(error) => error.help(),
            Self::NotAPeer { name, takes_lists, .. } => {
                Some(text::pki::write_peers(takes_lists.then_some(name as &dyn std::fmt::Display)))
            }
            Self::Dir { dir, .. } => Some(help::room(dir)),
            Self::Io { path, .. } | Self::Write { path, .. } => Some(help::room(dir_of(path))),
            _ => None,
        }
    }
}
