//! The root of one member: this machine's programs and libraries, and what is the member's own, in memory. What is this
//! machine's is never written to: a directory in it is covered first.
#![expect(clippy::disallowed_methods, reason = "edge: mounts in a namespace of its own")]

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::net::IpAddr;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, symlink};
use std::path::{Path, PathBuf};

use payload::mode::Mode;
use payload::path::AbsPath;
use payload::url::DnsName;
use rustix::mount::{MountFlags, mount, mount_bind, mount_bind_recursive};

use super::{Cannot, at};
use crate::text::rehearsal as text;

/// What a shell script and a static program need.
const OF_THE_SYSTEM: [&str; 11] =
    ["bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr", "etc", "nix", "dev", "proc"];

pub(super) struct Root {
    pub(super) path: PathBuf,
    /// Directories of this machine's that memory of ours lies over.
    covered: Vec<PathBuf>,
}

/// Memory at `path`, which is made. It goes with the namespace.
pub(super) fn memory(path: &Path) -> Result<PathBuf, Cannot> {
    make(path, 0o700).map_err(at(path))?;
    cover(path)?;
    Ok(path.to_owned())
}

/// Memory over the directory at `path`, in this namespace alone.
pub(super) fn cover(path: &Path) -> Result<(), Cannot> {
    let flags = MountFlags::NOSUID | MountFlags::NODEV;
    mount("tmpfs", path, "tmpfs", flags, c"mode=0755").map_err(|errno| at(path)(errno.into()))
}

/// `from`, which is made, at `to`.
pub(super) fn bind(from: &Path, to: &Path) -> Result<(), Cannot> {
    make(from, 0o700).map_err(at(from))?;
    mount_bind(from, to).map_err(|errno| at(to)(errno.into()))
}

/// A program into a directory: a second name where that is possible.
pub(super) fn place(program: &Path, dir: &Path) -> Result<(), Cannot> {
    let to = dir.join(program.file_name().unwrap_or_default());
    fs::hard_link(program, &to).or_else(|_| fs::copy(program, &to).map(drop)).map_err(at(&to))
}

fn make(path: &Path, mode: u32) -> io::Result<()> {
    DirBuilder::new().mode(mode).create(path)
}

impl Root {
    /// At `path`, which is made, with what is this machine's.
    pub(super) fn new(path: PathBuf) -> Result<Self, Cannot> {
        make(&path, 0o755).map_err(at(&path))?;
        for name in OF_THE_SYSTEM {
            let (there, here) = (Path::new("/").join(name), path.join(name));
            let Ok(kind) = fs::symlink_metadata(&there) else { continue };
            if kind.is_symlink() {
                let target = fs::read_link(&there).map_err(at(&there))?;
                symlink(target, &here).map_err(at(&here))?;
            } else if kind.is_dir() {
                make(&here, 0o755).map_err(at(&here))?;
                mount_bind_recursive(&there, &here).map_err(|errno| at(&there)(errno.into()))?;
            }
        }
        Ok(Self { path, covered: Vec::new() })
    }

    /// The directory at `wanted`, made where it is missing, with all that lead to it.
    pub(super) fn directory(&mut self, wanted: &AbsPath) -> Result<PathBuf, Cannot> {
        let mut real = self.path.clone();
        for name in wanted.components() {
            let next = real.join(name);
            if !fs::symlink_metadata(&next).is_ok_and(|there| there.is_dir()) {
                self.take(&real, wanted)?;
                make(&next, 0o755).map_err(at(&next))?;
            }
            real = next;
        }
        // It may be there, as this machine's.
        self.take(&real, wanted)?;
        Ok(real)
    }

    /// Makes the directory `real` the member's own, for `wanted` in it, by what lies over it.
    fn take(&mut self, real: &Path, wanted: &AbsPath) -> Result<(), Cannot> {
        if self.is_ours(real) {
            return Ok(());
        }
        // Over `/usr` or `/etc` as a whole would be over the shell, too.
        if real.parent() == Some(&self.path) {
            return Err(Cannot(text::in_the_systems_own(wanted)));
        }
        cover(real)?;
        self.covered.push(real.to_owned());
        Ok(())
    }

    /// Whether what lies in `real` is not this machine's.
    fn is_ours(&self, real: &Path) -> bool {
        let inner = real.strip_prefix(&self.path).unwrap_or(real);
        let top = inner.components().next().map(|first| first.as_os_str().to_owned());
        let is_systems = top.is_some_and(|top| OF_THE_SYSTEM.iter().any(|name| top == *name));
        !is_systems || self.covered.iter().any(|covered| real.starts_with(covered))
    }

    /// A file at `wanted`.
    pub(super) fn file(&mut self, wanted: &AbsPath, mode: Mode, text: &str) -> Result<(), Cannot> {
        let path = self.place(wanted)?;
        let file = OpenOptions::new().write(true).create_new(true).mode(mode.bits()).open(&path);
        file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(at(&path))
    }

    /// A hosts file over this machine's, kept at `text`.
    pub(super) fn hosts_file(&self, text: &Path, names: &[(DnsName, IpAddr)]) -> Result<(), Cannot> {
        let mut lines = vec!["127.0.0.1 localhost".to_owned(), "::1 localhost".to_owned()];
        lines.extend(names.iter().map(|(name, means)| format!("{means} {name}")));
        fs::write(text, lines.join("\n") + "\n").map_err(at(text))?;
        let over = self.path.join("etc/hosts");
        mount_bind(text, &over).map_err(|errno| at(&over)(errno.into()))
    }

    /// A link at `wanted`.
    pub(super) fn link(&mut self, wanted: &AbsPath, target: &str) -> Result<(), Cannot> {
        let path = self.place(wanted)?;
        symlink(target, &path).map_err(at(&path))
    }

    /// Where `wanted` is, in a directory that is there.
    fn place(&mut self, wanted: &AbsPath) -> Result<PathBuf, Cannot> {
        let parent = wanted.parent().ok_or_else(|| Cannot(text::in_the_systems_own(wanted)))?;
        Ok(self.directory(&parent)?.join(wanted.name()))
    }
}
