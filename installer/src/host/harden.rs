//! What we inherit from whoever started us, made harmless: the umask, signals, core dumps, and a disk that may go away.
//!
//! Failing here is no reason to stop: each is a precaution on top of others.
#![expect(clippy::disallowed_methods, reason = "edge: sets what this process inherited")]

use nix::sys::mman::{MlockAllFlags, mlockall};
use nix::sys::prctl::set_dumpable;
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::stat::{Mode, umask};

use super::interrupt;

/// New files are ours alone until they are given away, and a crash writes no memory, which may hold a key, to a disk.
pub(crate) fn settle() {
    umask(Mode::S_IRWXG | Mode::S_IRWXO);
    let _ = setrlimit(Resource::RLIMIT_CORE, 0, 0);
    interrupt::settle();
}

/// Keeps this program's own pages in memory: the stick that it was started from may be pulled out from now on.
pub(crate) fn stay_in_memory() {
    let _ = mlockall(MlockAllFlags::MCL_CURRENT);
}

/// Before a passphrase is in memory: nobody looks into it, and what is there already is not swapped out.
pub(crate) fn guard_secrets() {
    let _ = set_dumpable(false);
    stay_in_memory();
}
