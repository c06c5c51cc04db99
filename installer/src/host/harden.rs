//! What we inherit from whoever started us, made harmless: the umask, signals, core dumps, and a disk that may go away.
//!
//! Failing here is no reason to stop: each is a precaution on top of others.
#![expect(clippy::disallowed_methods, reason = "edge: sets what this process inherited")]

use nix::sys::mman::{MlockAllFlags, mlockall};
use nix::sys::prctl::set_dumpable;
use nix::sys::resource::{RLIM_INFINITY, Resource, getrlimit, rlim_t, setrlimit};
use nix::sys::stat::{Mode, umask};

use super::interrupt;

/// Enough for the deepest of what is done here, and what a login has by default.
const OPEN_FILES: rlim_t = 1024;

/// New files are ours alone until they are given away, and a crash writes no memory, which may hold a key, to a disk.
pub(crate) fn settle() {
    umask(Mode::S_IRWXG | Mode::S_IRWXO);
    let _ = setrlimit(Resource::RLIMIT_CORE, 0, 0);
    lift(Resource::RLIMIT_NOFILE, OPEN_FILES);
    lift(Resource::RLIMIT_FSIZE, RLIM_INFINITY);
    interrupt::settle();
}

/// A shell's limit, `ulimit -n 16`, would end an install in its middle. Root may have more; anybody else as much as is allowed.
fn lift(resource: Resource, least: rlim_t) {
    let Ok((soft, hard)) = getrlimit(resource) else { return };
    if setrlimit(resource, soft.max(least), hard.max(least)).is_err() {
        let _ = setrlimit(resource, soft.max(least).min(hard), hard);
    }
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
