//! Carrying bundles on a stick.

use std::path::Path;

use payload::language::Words;
use payload::{say, shell, words};

pub(crate) fn writing(name: &str) -> String {
    say!(en = "writing {name}", zh = "写入 {name}")
}

pub(crate) fn reading(name: &str) -> String {
    say!(en = "reading {name} back", zh = "读回 {name}")
}

pub(crate) fn done(files: usize, dir: &Path) -> String {
    let dir = shell::word(dir);
    say!(
        en = "{files} files written and read back; now unmount it, before you pull it out: umount {dir}",
        zh = "{files} 个文件已写入并读回核对；拔出之前请先卸载：umount {dir}"
    )
}

pub(crate) fn same_disk(dir: &Path, dist: &Path) -> String {
    say!(
        en = "`{}` is on the same disk as `{}`: is the stick mounted there?",
        zh = "`{}` 与 `{}` 在同一个磁盘上：U 盘挂载在那里了吗？",
        dir.display(),
        dist.display()
    )
}

pub(crate) const NO_MODES: Words = words!(
    en = "this file system keeps no owners and modes: on the host, copy a bundle to a directory of root's first (the sheets say how)",
    zh = "此文件系统不保存属主和权限：在主机上先把安装包拷贝到 root 的目录中（纸单上有写）"
);
pub(crate) const NO_EXEC: Words = words!(
    en = "it is mounted noexec: nothing can be started from it; on the host, copy a bundle first (the sheets say how)",
    zh = "它以 noexec 方式挂载：不能直接从上面运行；在主机上先拷贝安装包（纸单上有写）"
);

pub(crate) fn no_sums(path: &Path) -> String {
    say!(en = "`{}` is missing, or lists no bundle", zh = "`{}` 不存在，或没有列出安装包", path.display())
}

pub(crate) fn other_sum(path: &Path) -> String {
    say!(
        en = "`{}` does not have the SHA-256 that SHA256SUMS beside it lists",
        zh = "`{}` 的 SHA-256 与旁边的 SHA256SUMS 所列的不同",
        path.display()
    )
}

pub(crate) fn itself(dir: &Path) -> String {
    say!(en = "`{}` is where the bundles are", zh = "`{}` 就是安装包所在的目录", dir.display())
}

pub(crate) const BUILD_FIRST: &str = "etcdpack build";
pub(crate) const NAME_THE_STICK: &str = "etcdpack export /media/stick";

pub(crate) fn remount(dir: &Path) -> String {
    format!("mount -o remount,rw {}", shell::word(dir))
}

pub(crate) const ANOTHER_FILE_SYSTEM: Words = words!(
    en = "format the stick with exFAT or ext4: FAT holds no file of 4 GiB",
    zh = "把 U 盘格式化为 exFAT 或 ext4：FAT 放不下 4 GiB 的文件"
);

pub(crate) fn move_away(path: &Path) -> String {
    let path = shell::word(path);
    say!(
        en = "mv -n {path} {path}.old   # or export to another directory of the stick",
        zh = "mv -n {path} {path}.old   # 或者 export 到 U 盘的另一个目录"
    )
}

pub(crate) const AGAIN: Words = words!(
    en = "do not change bundles meanwhile; then the same command again",
    zh = "期间不要改动安装包；然后再运行同一命令"
);
pub(crate) const BACK_IN: Words = words!(
    en = "see whether the stick is still there (`dmesg | tail`), plug it in and mount it again, then the same command again",
    zh = "查看 U 盘是否还在（`dmesg | tail`），重新插入并挂载，然后再运行同一命令"
);
pub(crate) const ANOTHER_STICK: Words = words!(
    en = "take another stick: this one does not keep what is written to it",
    zh = "换一个 U 盘：这一个存不住写入的内容"
);
