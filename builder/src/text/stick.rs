//! Carrying bundles on a stick, in English.

use std::path::Path;

use payload::shell;

pub(crate) fn writing(name: &str) -> String {
    format!("writing {name}")
}

pub(crate) fn reading(name: &str) -> String {
    format!("reading {name} back")
}

pub(crate) fn done(files: usize, dir: &Path) -> String {
    format!("{files} files written and read back; now unmount it, before you pull it out: umount {}", shell::word(dir))
}

pub(crate) fn same_disk(dir: &Path, dist: &Path) -> String {
    format!("`{}` is on the same disk as `{}`: is the stick mounted there?", dir.display(), dist.display())
}

pub(crate) const NO_MODES: &str = "this file system keeps no owners and modes: on the host, copy a bundle to a directory of root's first (the sheets say how)";
pub(crate) const NO_EXEC: &str =
    "it is mounted noexec: nothing can be started from it; on the host, copy a bundle first (the sheets say how)";

pub(crate) fn no_sums(path: &Path) -> String {
    format!("`{}` lists no bundle", path.display())
}

pub(crate) fn other_sum(path: &Path) -> String {
    format!("`{}` is another file than SHA256SUMS beside it lists", path.display())
}

pub(crate) fn itself(dir: &Path) -> String {
    format!("`{}` is where the bundles are", dir.display())
}

pub(crate) const BUILD_FIRST: &str = "etcdpack build";
pub(crate) const NAME_THE_STICK: &str = "etcdpack export /media/stick";

pub(crate) fn remount(dir: &Path) -> String {
    format!("mount -o remount,rw {}", shell::word(dir))
}

pub(crate) const ANOTHER_FILE_SYSTEM: &str = "format the stick with exFAT or ext4: FAT holds no file of 4 GiB";

pub(crate) fn move_away(path: &Path) -> String {
    format!("mv -n {0} {0}.old, or export to another directory of the stick", shell::word(path))
}

pub(crate) const AGAIN: &str = "do not change bundles meanwhile; then the same command again";
pub(crate) const BACK_IN: &str =
    "see whether the stick is still there (`dmesg | tail`), plug it in and mount it again, then the same command again";
pub(crate) const ANOTHER_STICK: &str = "take another stick: this one does not keep what is written to it";
