//! Why bundles could not be put together.

use std::fmt;

use crate::carried::NotCarried;
use crate::pack::PackError;
use crate::sbom::{CrateListError, SbomError};

impl fmt::Display for NotCarried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Installer(arch) => {
                write!(f, "this etcdpack was built without the installer for {}", arch.etcd_name())
            }
            Self::Wheel(wheel) => write!(f, "this etcdpack was built without the wheel `{}`", wheel.file),
            Self::Digest(error) => fmt::Display::fmt(error, f),
        }
    }
}

impl fmt::Display for PackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotCarried(error) => fmt::Display::fmt(error, f),
            Self::NoRelease(arch) => write!(f, "no release for {}", arch.etcd_name()),
            Self::Tarball { path, error } => write!(f, "`{}`: {error}", path.display()),
            Self::Io { path, error } => write!(f, "writing `{}`: {error}", path.display()),
            Self::Dir { dir, error } => write!(f, "writing to `{}`: {error}", dir.display()),
            Self::Write { path, error } => write!(f, "`{}`: {error}", path.display()),
            Self::Signing(error) => fmt::Display::fmt(error, f),
            Self::NoPair(host) => write!(f, "no certificate for `{host}`"),
            Self::NotAPeer { host, name, peers, .. } => write!(
                f,
                "the certificate of `{host}` has the common name `{name}`, and `{peers}` is all that members would take for a member's"
            ),
            Self::Path(error) => fmt::Display::fmt(error, f),
            Self::Name(error) => fmt::Display::fmt(error, f),
            Self::Manifest(error) => write!(f, "writing the manifest: {error}"),
            Self::Sbom(error) => fmt::Display::fmt(error, f),
        }
    }
}

impl fmt::Display for CrateListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} of the list of crates in the installer cannot be read", self.line())
    }
}

impl fmt::Display for SbomError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Crates(error) => fmt::Display::fmt(error, f),
            Self::Json(error) => write!(f, "writing the list of parts: {error}"),
        }
    }
}
