//! The edge to the machine: the only rooms that open files, start programs, or ask clock and network.
//!
//! Everything else of the installer works on values that come from here and are decided elsewhere.

mod account_locks;
pub(crate) mod accounts;
mod acl;
mod addresses;
pub(crate) mod age_identity;
pub(crate) mod apart;
mod barriers;
pub(crate) mod claim;
pub(crate) mod clock;
pub(crate) mod console;
pub(crate) mod copy;
pub(crate) mod data_copy;
pub(crate) mod disk_trial;
pub(crate) mod drill;
mod emptying;
pub(crate) mod etcdctl;
pub(crate) mod etcdutl;
pub(crate) mod exec;
pub(crate) mod fs_error;
pub(crate) mod harden;
mod hello;
mod holdings;
pub(crate) mod input;
pub(crate) mod interrupt;
pub(crate) mod inventory;
pub(crate) mod locale;
pub(crate) mod lock;
pub(crate) mod login;
mod logs;
mod make_way;
pub(crate) mod memory;
mod mounts;
pub(crate) mod named_pipe;
mod names;
mod namespace;
pub(crate) mod output;
pub(crate) mod own_program;
pub(crate) mod passphrase;
mod path_walk;
pub(crate) mod priority;
pub(crate) mod probe;
mod processes;
pub(crate) mod random;
mod reading;
pub(crate) mod remove;
pub(crate) mod restored;
mod room;
pub(crate) mod snapshot_copy;
pub(crate) mod snapshots;
mod strays;
pub(crate) mod supervisord;
pub(crate) mod terminal;
pub(crate) mod tether;
pub(crate) mod tree;

pub(crate) mod unrecorded;
pub(crate) mod waiting;
pub(crate) mod wheels;
pub(crate) mod whose;
pub(crate) mod write;

pub(crate) use crate::facts::paths::Seen;
pub(crate) use exec::Exec;
pub(crate) use fs_error::FsError;
pub(crate) use tree::Tree;
