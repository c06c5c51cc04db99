//! The rehearsal: the members of bundles run here, before anybody carries them, in namespaces of their own and from what
//! the bundles hold: release, startup scripts, certificates and keys. They elect a leader, write one key and read it; then all
//! is gone. The etcd that was chosen is so its own oracle of flags, certificates and CAs.
//!
//! `cast` is what runs, a value; `written` is what the cluster file says. `outside` starts a second `etcdpack` in a user, mount, network and process namespace and hears
//! what it tells; `inside` is that one. Nothing here may write where it stays, or send anything off this machine.

mod cast;
mod inside;
mod outside;
mod told;
mod written;

use std::time::Duration;

use payload::etcd::Arch;
use payload::exit::ExitStatus;
use payload::name::HostName;

use crate::cache::DiskError;
use crate::failure::Diagnose;
use crate::text;

pub(crate) use cast::{KeyFrom, Member, cast, suits};
pub(crate) use inside::play;
pub(crate) use outside::{INSIDE, rehearse, try_out};
pub(crate) use written::{Written, written};

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
    /// Nor can the CA make one for it.
    NoStandIn {
        host: HostName,
        why: String,
    },
    /// It is reached at an address that it does not listen at.
    BehindNat(HostName),
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
        /// What the cluster file says of it.
        meant: Option<Box<Written>>,
    },
    /// No leader, or no answer, within the time that was given.
    NoLeader {
        waited: Duration,
        last: Vec<(HostName, String)>,
        /// What the cluster file says of it.
        meant: Option<Box<Written>>,
    },
    Disk(#[from] DiskError),
}

impl Diagnose for RehearsalError {
    fn exit_status(&self) -> ExitStatus {
        ExitStatus::Refused
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Ended { meant: Some(meant), .. } | Self::NoLeader { meant: Some(meant), .. } => {
                Some(text::rehearsal::look_at(&meant.key, meant.section, meant.line, &meant.text))
            }
            Self::Ended { why, .. } => Some(text::rehearsal::look(is_of_certificates(why))),
            Self::NoLeader { last, .. } => {
                let is_of_certificates = last.iter().any(|(_, line)| is_of_certificates(line));
                Some(text::rehearsal::look(is_of_certificates))
            }
            Self::Disk(error) => error.help(),
        }
    }
}

/// Whether a line of etcd's is about certificates or names in them.
fn is_of_certificates(line: &str) -> bool {
    ["x509", "tls", "certificate"].iter().any(|word| line.contains(word))
}
