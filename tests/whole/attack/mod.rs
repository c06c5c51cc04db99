//! Attacks on a host: each by its mechanism, on real parts. One file for each kind.
//!
//! Must not hold a test that passes where the attack succeeds.

/// etcd's user and the directory that supervisord writes its log to.
mod logs;
/// Hosts that version 0.1 installed, and what was planted there meanwhile.
mod old_host;
/// What the unit leaves to a broken-into etcd, and that no list in it can turn into "allow nothing".
mod unit;
