//! Attacks on a host: each by its mechanism, on real parts. One file for each kind.
//!
//! Must not hold a test that passes where the attack succeeds.

/// Files without an end, in the places that etcd's user can write to.
mod bounds;
/// What lies in the directory in which root types a command.
mod current_directory;
/// An older bundle, or another signer's, after an uninstall that kept data.
mod forgotten_signer;
/// etcd's user and the directory that supervisord writes its log to.
mod logs;
/// Hosts that version 0.1 installed, and what was planted there meanwhile.
mod old_host;
/// Data that resists being purged.
mod purge;
/// Requests for certificates that are swapped, replayed, or say that they are another host's.
mod requests;
/// Prompts that are stopped or ended by every signal, and the words that a first install asks for.
mod terminals;
/// The tree that some of these are tried on; holds no test.
mod tree;
/// A client's certificate at the port of the members.
mod peer_port;
/// What the unit leaves to a broken-into etcd, and that no list in it can turn into "allow nothing".
mod unit;
/// Supervisor's wheels in a bundle that is signed as it should be, and are others.
mod wheels;
/// Links, pipes and races where a command writes a file for a person; `pki/` that others can change.
mod written_files;
