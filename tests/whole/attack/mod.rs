//! Attacks on a host: each by its mechanism, on real parts. One file for each kind.
//!
//! Must not hold a test that passes where the attack succeeds.

use std::path::Path;
use std::process::Command;

use whole::{run, workspace};

/// Programs of the host that do not answer, that others can change, or that others run.
mod asked;
/// Files without an end, in the places that etcd's user can write to.
mod bounds;
/// A file that changes while it is read as a bundle, never ends, or has no room for its copy.
mod copy;
/// What lies in the directory in which root types a command.
mod current_directory;
/// An older bundle, or another signer's, after an uninstall that kept data.
mod forgotten_signer;
/// A bundle for a newer etcdpack, by the known signer and by others.
mod handover;
/// Locks of other users on a tree.
mod lock;
/// etcd's user and the directory that supervisord writes its log to.
mod logs;
/// Programs of other users that call themselves etcd or a time service.
mod names;
/// A stranger's bundle that is only looked at.
mod nothing_runs;
/// Hosts that version 0.1 installed, and what was planted there meanwhile.
mod old_host;
/// A client's certificate at the port of the members.
mod peer_port;
/// A program that others than root could have put there.
mod program;
/// Data that resists being purged.
mod purge;
/// Requests for certificates that are swapped, replayed, or say that they are another host's.
mod requests;
/// Prompts that are stopped or ended by every signal, and the words that a first install asks for.
mod terminals;
/// The tree that some of these are tried on; holds no test.
mod tree;
/// What the unit leaves to a broken-into etcd, and that no list in it can turn into "allow nothing".
mod unit;
/// Supervisor's wheels in a bundle that is signed as it should be, and are others.
mod wheels;
/// Links, pipes and races where a command writes a file for a person; `pki/` that others can change.
mod written_files;

/// A bundle made of another; see `tests/hostile/remake`.
#[track_caller]
pub(super) fn remake(bundle: &Path, to: &Path, what: &[&str]) {
    run(Command::new(workspace().join("tests/hostile/remake")).arg(bundle).arg(to).args(what)).ok();
}

/// A static program of these lines of C, executable.
#[track_caller]
fn compile(source: &str, to: &Path) {
    let line = "printf '%s' \"$1\" | cc -static -Os -s -x c - -o \"$2\"";
    run(Command::new("sh").args(["-c", line, "sh", source]).arg(to)).ok();
}
