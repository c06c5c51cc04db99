//! How much room a file system has.
#![expect(clippy::disallowed_methods, reason = "edge: asks file systems")]

use std::os::fd::AsFd;

use nix::sys::stat::fstat;
use nix::sys::statvfs::fstatvfs;

/// In bytes.
pub(super) struct Room {
    pub(super) size: u64,
    /// What root's own reserve is not part of: etcd cannot have that.
    pub(super) free: u64,
}

/// Whether both lie on one file system.
pub(super) fn is_one(one: impl AsFd, other: impl AsFd) -> nix::Result<bool> {
    Ok(fstat(one)?.st_dev == fstat(other)?.st_dev)
}

/// That of the file system on which the file or directory lies.
pub(super) fn room(of: impl AsFd) -> nix::Result<Room> {
    let stat = fstatvfs(of)?;
    let bytes = |blocks: u64| blocks.saturating_mul(stat.fragment_size());
    Ok(Room { size: bytes(stat.blocks()), free: bytes(stat.blocks_available()) })
}
