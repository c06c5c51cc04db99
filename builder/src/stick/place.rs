//! Edge: the directory on the stick, and what the file system below it can hold.
#![expect(clippy::disallowed_methods, reason = "edge: looks at a directory")]

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{StatVfsMountFlags, fstatfs, fstatvfs};

use super::error::StickError;
use super::goods::Goods;
use crate::text::stick as text;

/// A directory on a stick.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) dir: PathBuf,
    pub(crate) handle: File,
    pub(crate) kind: Kind,
    /// Programs on it cannot be started, here; mostly so on the host, too.
    pub(crate) no_exec: bool,
    read_only: bool,
    room: Room,
}

/// The file systems that sticks come with, as far as they differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// FAT16, FAT32: no modes, and no file of 4 GiB.
    Fat,
    /// exFAT, and others without modes.
    NoModes,
    /// With modes, or unknown.
    Other,
}

/// How much is free, and in pieces of which size it is given out.
#[derive(Debug, Clone, Copy)]
struct Room {
    free: u64,
    block: u64,
}

/// By statfs(2): `MSDOS_SUPER_MAGIC`, `EXFAT_SUPER_MAGIC`, and NTFS by either driver.
fn kind(magic: u64) -> Kind {
    match magic & 0xffff_ffff {
        0x4d44 => Kind::Fat,
        0x2011_bab0 | 0x5346_544e | 0x7366_746e => Kind::NoModes,
        _ => Kind::Other,
    }
}

impl Kind {
    /// The largest file.
    fn most(self) -> Option<u64> {
        match self {
            Self::Fat => Some(u64::from(u32::MAX)),
            Self::NoModes | Self::Other => None,
        }
    }
}

impl Room {
    /// What a file takes.
    fn of(self, size: u64) -> u64 {
        size.next_multiple_of(self.block.max(1))
    }

    /// How much more there would have to be for files of these sizes to be written, one after the other, each before the one whose
    /// place it takes goes.
    fn lacks(self, files: impl Iterator<Item = (u64, u64)>) -> u64 {
        let (mut free, mut lacks) = (self.free, 0);
        for (new, old) in files {
            let (new, old) = (self.of(new), self.of(old));
            lacks = lacks.max(new.saturating_sub(free));
            free = free.saturating_sub(new).saturating_add(old);
        }
        lacks
    }
}

impl Place {
    /// Looks at `dir`.
    pub(crate) fn look(dir: &Path) -> Result<Self, StickError> {
        let fail = |error| StickError::Unusable { dir: dir.to_owned(), error };
        let handle = File::open(dir).map_err(fail)?;
        if !handle.metadata().map_err(fail)?.is_dir() {
            return Err(fail(io::ErrorKind::NotADirectory.into()));
        }
        let (fs, vfs) = (fstatfs(&handle).map_err(|e| fail(e.into()))?, fstatvfs(&handle).map_err(|e| fail(e.into()))?);
        Ok(Self {
            dir: dir.to_owned(),
            handle,
            kind: kind(u64::try_from(fs.f_type).unwrap_or_default()),
            no_exec: vfs.f_flag.contains(StatVfsMountFlags::NOEXEC),
            read_only: vfs.f_flag.contains(StatVfsMountFlags::RDONLY),
            room: Room {
                // Some file systems of FUSE's do not say.
                free: if vfs.f_blocks == 0 { u64::MAX } else { vfs.f_bavail.saturating_mul(vfs.f_frsize) },
                block: vfs.f_frsize,
            },
        })
    }

    /// Whether it is on the same disk as `other`: then nothing is mounted here.
    pub(crate) fn shares_disk_with(&self, other: &Path) -> bool {
        let device = self.handle.metadata().map(|there| there.dev());
        device.is_ok_and(|device| fs::metadata(other).is_ok_and(|other| other.dev() == device))
    }

    /// Whether it is that directory itself.
    pub(crate) fn is(&self, other: &Path) -> bool {
        let own = self.handle.metadata().map(|there| (there.dev(), there.ino()));
        own.is_ok_and(|own| fs::metadata(other).is_ok_and(|other| (other.dev(), other.ino()) == own))
    }

    /// Refuses what the file system cannot hold, before anything is written.
    pub(crate) fn admit(&self, goods: &Goods) -> Result<(), StickError> {
        if self.read_only {
            return Err(StickError::ReadOnly(self.dir.clone()));
        }
        if let Some(most) = self.kind.most()
            && let Some(item) = goods.0.iter().find(|item| item.size > most)
        {
            return Err(StickError::TooLarge(item.name.clone()));
        }
        let old = |name: &str| fs::symlink_metadata(self.dir.join(name)).map_or(0, |there| there.len());
        match self.room.lacks(goods.0.iter().map(|item| (item.size, old(&item.name)))) {
            0 => Ok(()),
            lacks => Err(StickError::NoRoom { dir: self.dir.clone(), free: self.room.free, lacks }),
        }
    }

    /// What there is to say of it.
    pub(crate) fn remarks(&self, other: &Path) -> Vec<String> {
        let mut remarks = Vec::new();
        if self.shares_disk_with(other) {
            remarks.push(text::same_disk(&self.dir, other));
        }
        if self.kind != Kind::Other {
            remarks.push(text::NO_MODES.into());
        }
        if self.no_exec {
            remarks.push(text::NO_EXEC.into());
        }
        remarks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stick::{Item, Source};

    fn place(kind: Kind, free: u64) -> Place {
        let dir = std::env::temp_dir();
        let room = Room { free, block: 4096 };
        Place { handle: File::open(&dir).unwrap(), dir, kind, no_exec: false, read_only: false, room }
    }

    #[test]
    fn file_systems_are_known_by_their_numbers() {
        for (magic, is) in
            [(0x4d44, Kind::Fat), (0x2011_bab0, Kind::NoModes), (0xef53, Kind::Other), (0x0102_1994, Kind::Other)]
        {
            assert_eq!(kind(magic), is, "{magic:#x}");
        }
    }

    #[test]
    fn what_fat_cannot_hold_is_refused() {
        let goods = |size| {
            let source = Source::File("no-such-file-of-ours.run".into());
            Goods(vec![Item {
                name: "no-such-file-of-ours.run".to_owned(),
                source,
                size,
                digest: payload::digest::Digest::of(b""),
            }])
        };
        let four_gib = 1 << 32;
        for (kind, size, fits) in [
            (Kind::Fat, four_gib - 1, true),
            (Kind::Fat, four_gib, false),
            (Kind::NoModes, four_gib, true),
            (Kind::Other, four_gib, true),
        ] {
            assert_eq!(place(kind, 1 << 40).admit(&goods(size)).is_ok(), fits, "{kind:?} {size}");
        }
        let error = place(Kind::Other, 8192).admit(&goods(8193)).unwrap_err();
        assert!(matches!(error, StickError::NoRoom { lacks: 4096, .. }), "{error:?}");
    }

    #[test]
    fn room_is_counted_in_blocks_and_given_back() {
        let room = Room { free: 10 * 4096, block: 4096 };
        for (files, lacks) in [
            (&[(10 * 4096, 0)][..], 0),
            (&[(10 * 4096 + 1, 0)], 4096),
            (&[(1, 0); 10], 0),
            (&[(1, 0); 11], 4096),
            // Each takes the place of one as large: one more block at a time is enough.
            (&[(9 * 4096, 9 * 4096); 5], 0),
            (&[(11 * 4096, 11 * 4096)], 4096),
        ] {
            assert_eq!(room.lacks(files.iter().copied()), lacks, "{files:?}");
        }
    }
}
