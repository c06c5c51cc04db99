//! The user namespace that this program runs in.
#![expect(clippy::disallowed_methods, reason = "edge: reads the kernel's map of ids")]

use std::fs;

use crate::facts::machine::Namespace;

/// Root of such a user namespace is root of nothing else, and sees the system's own files as a stranger's.
pub(super) fn is_in_narrow_namespace() -> bool {
    let ids = fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    Namespace::of(&ids) == Namespace::Narrow
}
