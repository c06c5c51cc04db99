//! Finding out about the file systems that are written to. What is tried there has no name, and nothing of it is left.
#![expect(clippy::disallowed_methods, reason = "edge: reads /proc, asks file systems")]

use std::iter;
use std::time::Duration;

use nix::sys::stat::{fstat, major, minor};
use nix::sys::statfs::fstatfs;
use nix::sys::statvfs::{FsFlags, fstatvfs};
use payload::manifest::{Layout, Manifest};
use payload::path::AbsPath;

use super::ProbeError;
use crate::facts::disks::{Disk, Disks, Holding, Mount, Place, Room};
use crate::host::fs_error::FileOp;
use crate::host::{FsError, Tree, disk_trial, own_program};

/// What etcd itself needs at once: its write-ahead log is laid out 64 MB at a time, two files ahead.
const DATA_ROOM: u64 = 256 << 20;
/// Scripts, certificates, the installer, the unzipped supervisor.
const SMALL_ROOM: u64 = 16 << 20;

/// The file systems of a running system. `no_exec` and `syncs` are what trials on them have shown, the latter in the order of
/// [`Layout::places`].
pub(super) fn running(
    tree: &Tree,
    manifest: &Manifest,
    no_exec: Vec<(String, String)>,
    syncs: Vec<Option<Duration>>,
) -> Result<Disks, ProbeError> {
    let syncs = syncs.into_iter().chain(iter::repeat(None));
    let place = |((path, what), sync): ((&AbsPath, _), _)| {
        Ok(Place { path: path.clone(), what, disk: disk(tree, path)?, sync })
    };
    let places = holding(&manifest.layout).zip(syncs).map(place).collect::<Result<_, ProbeError>>()?;
    Ok(Disks { no_exec, places, ..image(tree, manifest)? })
}

fn holding(layout: &Layout) -> impl Iterator<Item = (&AbsPath, Holding)> {
    layout.places().zip([Holding::Data, Holding::Wal])
}

/// Those of an image: only what their mounts say.
pub(super) fn image(tree: &Tree, manifest: &Manifest) -> Result<Disks, ProbeError> {
    Ok(Disks { room: room(tree, manifest)?, ..Disks::default() })
}

/// Where etcd's programs lie, if their file system is mounted so that none may be started.
pub(crate) fn mounted_no_exec(tree: &Tree, layout: &Layout) -> Result<Option<Room>, FsError> {
    let room = room_at(tree, &layout.release_dir, Holding::Programs, 0)?;
    Ok(Some(room).filter(|room| room.mount == Mount::NoExec))
}

/// Directories from which the kernel starts no program, with what it says.
pub(super) fn no_exec(tree: &Tree, layout: &Layout) -> Vec<(String, String)> {
    let tried = [&layout.release_dir, &layout.sbin].into_iter().filter_map(|dir| {
        let (dir, error) = disk_trial::forbidden(tree, &mut own_program::program().ok()?, dir)?;
        Some((dir, error.to_string()))
    });
    tried.collect()
}

/// How long small synced writes take where data and log lie. One after the other: they may be on one disk.
pub(super) fn syncs(tree: &Tree, layout: &Layout) -> Vec<Option<Duration>> {
    let each = disk_trial::SYNCS / if layout.wal.is_some() { 2 } else { 1 };
    layout.places().map(|place| disk_trial::sync(tree, place, each)).collect()
}

fn room(tree: &Tree, manifest: &Manifest) -> Result<Vec<Room>, FsError> {
    let programs: u64 = manifest.release.programs.iter().map(|program| program.size).sum();
    let wheels: u64 = manifest.service.wheels.iter().filter_map(|name| Some(manifest.entry(name)?.size * 5)).sum();
    let opt = room_at(tree, &manifest.layout.release_dir, Holding::Programs, programs + wheels + SMALL_ROOM)?;
    let kept = room_of_data(tree, &manifest.layout)?;
    let state = room_at(tree, &manifest.layout.sbin, Holding::Installer, SMALL_ROOM)?;
    Ok([opt].into_iter().chain(kept).chain([state]).collect())
}

/// Where etcd writes.
pub(crate) fn room_of_data(tree: &Tree, layout: &Layout) -> Result<Vec<Room>, FsError> {
    // Only programs must be executable where they lie.
    let inert = |mut room: Room| {
        room.mount = if room.mount == Mount::NoExec { Mount::Fit } else { room.mount };
        room
    };
    let kept = holding(layout).map(|(path, what)| room_at(tree, path, what, DATA_ROOM));
    kept.map(|room| room.map(inert)).collect()
}

/// The file system that `path` is or will be on: that of the nearest directory above that is there.
fn room_at(tree: &Tree, path: &AbsPath, what: Holding, needed: u64) -> Result<Room, FsError> {
    let asking = |errno| FsError::new(FileOp::AskFileSystem, path, errno);
    let (dir, handle) = tree.nearest_dir(path).map_err(asking)?;
    let stat = fstatvfs(&handle).map_err(asking)?;
    let flags = stat.flags();
    let mount = if flags.contains(FsFlags::ST_RDONLY) {
        Mount::ReadOnly
    } else if flags.contains(FsFlags::ST_NOEXEC) {
        Mount::NoExec
    } else {
        Mount::Fit
    };
    let free = stat.blocks_available() * stat.fragment_size();
    Ok(Room { path: dir, what, free, needed, mount })
}

fn disk(tree: &Tree, path: &AbsPath) -> Result<Disk, ProbeError> {
    let (_, handle) = tree.nearest_dir(path)?;
    let magic = u32::try_from(fstatfs(&handle)?.filesystem_type().0 & 0xffff_ffff).unwrap_or_default();
    let device = fstat(&handle)?.st_dev;
    let device = format!("{}:{}", major(device), minor(device));
    Ok(Disk::of(magic, kind(&std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default(), &device)))
}

/// The file system type of the mount with the device `MAJOR:MINOR` (proc(5): it follows a lone dash).
fn kind<'a>(mountinfo: &'a str, device: &str) -> Option<&'a str> {
    let line = mountinfo.lines().find(|line| line.split(' ').nth(2) == Some(device))?;
    line.split_once(" - ")?.1.split(' ').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_of_a_mount_is_read_as_the_kernel_writes_it() {
        let mountinfo = "22 28 0:21 / /proc rw,relatime shared:12 - proc proc rw\n\
                         31 28 0:45 / /data rw,nosuid shared:9 master:1 - fuse.sshfs bob@h:/x rw,user_id=0\n\
                         35 28 8:1 / / rw - ext4 /dev/sda1 rw\n";
        assert_eq!(kind(mountinfo, "0:45"), Some("fuse.sshfs"));
        assert_eq!(kind(mountinfo, "8:1"), Some("ext4"));
        assert_eq!(kind(mountinfo, "8:10"), None);
    }
}
