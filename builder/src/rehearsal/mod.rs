//! The rehearsal: the members of bundles run here, before anybody carries them, in namespaces of their own and from what
//! the bundles hold: release, startup scripts, certificates and keys. They elect a leader, write one key and read it; then all
//! is gone. The etcd that was chosen is so its own oracle of flags, certificates and CAs.
//!
//! `cast` is what runs, a value. `outside` starts a second `etcdpack` in a user, mount, network and process namespace and hears
//! what it tells; `inside` is that one. Nothing here may write where it stays, or send anything off this machine.

mod cast;
mod inside;
mod outside;
mod told;

use std::time::Duration;

use payload::etcd::Arch;
use payload::exit::ExitStatus;
use payload::name::HostName;

use crate::cache::DiskError;
use crate::failure::Diagnose;
use crate::text;

pub(crate) use cast::{Member, cast, suits};
pub(crate) use inside::play;
pub(crate) use outside::{INSIDE, rehearse, try_out};

/// The most members that one machine is asked to run.
pub(crate) const MOST: usize = 9;

/// How a rehearsal ended that stands in nobody's way.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// One key was written through the first member and read through the last.
    Proven {
        members: usize,
        took: Duration,
    },
    Cannot(Cannot),
}

/// Why nothing was rehearsed. Says nothing against the bundles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cannot {
    TooMany(usize),
    OtherArch {
        host: HostName,
        arch: Arch,
    },
    /// Its key is made on the host, and is nowhere else.
    KeyOnHost(HostName),
    /// This machine lets nobody do what it takes; in its words.
    Machine(String),
}

/// What was packed does not make a cluster.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RehearsalError {
    /// A member ended by itself.
    Ended {
        host: HostName,
        why: String,
        flag: Option<String>,
    },
    /// No leader, or no answer, within the time that was given.
    NoLeader {
        waited: Duration,
        last: Vec<(HostName, String)>,
        flag: Option<String>,
    },
    Disk(#[from] DiskError),
}

impl Diagnose for RehearsalError {
    fn exit_status(&self) -> ExitStatus {
        ExitStatus::Refused
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Ended { flag: Some(flag), .. } | Self::NoLeader { flag: Some(flag), .. } => {
                Some(text::rehearsal::look_at_flag(flag))
            }
            Self::Ended { why, .. } => Some(text::rehearsal::look(is_of_certificates(why)).to_owned()),
            Self::NoLeader { last, .. } => {
                let is_of_certificates = last.iter().any(|(_, line)| is_of_certificates(line));
                Some(text::rehearsal::look(is_of_certificates).to_owned())
            }
            Self::Disk(error) => error.help(),
        }
    }
}

/// Whether a line of etcd's is about certificates or names in them.
fn is_of_certificates(line: &str) -> bool {
    ["x509", "tls", "certificate"].iter().any(|word| line.contains(word))
}
