//! POSIX ACLs: whether there is one. The group's bits are then the mask of all whom it names, and say nothing of the group.

use rustix::io::{Errno, Result};

/// The attribute in which Linux keeps it.
pub(super) const ATTRIBUTE: &str = "system.posix_acl_access";

/// Whether there is one, by the answer to a question for that attribute. A file system without any has none.
pub(super) fn is_there(asked: Result<usize>) -> Result<bool> {
    match asked {
        Ok(_) => Ok(true),
        Err(Errno::NODATA | Errno::NOTSUP) => Ok(false),
        Err(errno) => Err(errno),
    }
}
