//! Why a builder cannot give a host what it should carry.

use payload::digest::NotADigest;
use payload::etcd::Arch;
use payload::exit::ExitStatus;
use payload::wheel::Wheel;

/// Something that is not in this executable as it should be. All of it is put there by `scripts/build`.
#[derive(Debug, thiserror::Error)]
pub enum NotCarried {
    /// Built with plain `cargo build`.
    #[error("this etcdpack was built without the installer for {}", .0.etcd_name())]
    Installer(Arch),
    /// Built with plain `cargo build`, or with another wheel.
    #[error("this etcdpack was built without the wheel `{}`", .0.file)]
    Wheel(&'static Wheel),
    /// A digest in the table of wheels is none.
    #[error(transparent)]
    Digest(#[from] NotADigest),
}

impl NotCarried {
    /// 3: another etcdpack has it. 1: a bug in this one.
    #[must_use]
    pub fn exit_status(&self) -> ExitStatus {
        match self {
            Self::Installer(_) | Self::Wheel(_) => ExitStatus::Refused,
            Self::Digest(_) => ExitStatus::Bug,
        }
    }

    /// What to type.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Installer(_) | Self::Wheel(_) => Some("scripts/build   (in etcdpack's own source)".to_owned()),
            Self::Digest(_) => None,
        }
    }
}
