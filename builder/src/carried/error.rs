//! Why a builder cannot give a host what it should carry.

use payload::digest::NotADigest;
use payload::etcd::Arch;
use payload::exit::ExitStatus;
use payload::wheel::Wheel;

use crate::failure::Diagnose;
use crate::text;

/// Something that is not in this executable as it should be. All of it is put there by `scripts/build`.
#[derive(Debug, thiserror::Error)]
pub enum NotCarried {
    /// Built with plain `cargo build`.
    Installer(Arch),
    /// Built with plain `cargo build`, or with another wheel.
    Wheel(&'static Wheel),
    /// A digest in the table of wheels is none.
    Digest(#[from] NotADigest),
}

impl Diagnose for NotCarried {
    /// 3: another etcdpack has it. 1: a bug in this one.
    fn exit_status(&self) -> ExitStatus {
        match self {
            Self::Installer(_) | Self::Wheel(_) => ExitStatus::Refused,
            Self::Digest(_) => ExitStatus::Bug,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Installer(_) | Self::Wheel(_) => Some(text::pack::BUILD_ETCDPACK.into()),
            Self::Digest(_) => None,
        }
    }
}
