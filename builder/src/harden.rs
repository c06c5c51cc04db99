//! Edge: hardens this process. Its memory may hold keys and passphrases: no core dump is written, and no other program of
//! the same user may read it.
#![expect(clippy::disallowed_methods, reason = "edge: sets limits of this process")]

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

/// From the start on; children inherit the limit. Failing is no reason to stop: each is a precaution on top of others.
pub fn protect_memory() {
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}
