//! A directory of ours makes way for a link, and comes back. Whoever goes that way meets one or the other.
#![expect(clippy::disallowed_methods, reason = "edge: changes the host's files")]

use nix::errno::Errno;
use nix::fcntl::{readlinkat, renameat};
use nix::unistd::{fsync, symlinkat};
use payload::path::AbsPath;
use rustix::fs::{RenameFlags, renameat_with};
use rustix::io::Errno as Unable;

use super::remove::Left;
use super::tree::{FileOp, FsError, Spot, Tree, Trust};
use crate::facts::paths::Seen;
use crate::transaction::Permit;

impl Tree {
    /// The directory at `path` makes way for a link to `target`, and is `aside`, beside it, then. In one call to the kernel
    /// where it and the file system can do that; else in two, with nothing between them.
    pub(crate) fn make_way(&self, _: &Permit, path: &AbsPath, target: &str, aside: &AbsPath) -> Result<(), FsError> {
        let make = || {
            let spot = self.spot(path, Trust::RootOnly)?;
            spot.clear(aside.name())?;
            symlinkat(target, &spot, aside.name())?;
            spot.exchange(aside.name())?;
            fsync(&spot)
        };
        make().map_err(|errno: Errno| FsError::new(FileOp::Link, path, errno))
    }

    /// Takes back what [`Self::make_way`] did.
    pub(crate) fn take_back_dir(&self, _: &Permit, path: &AbsPath, aside: &AbsPath) -> Result<Left, FsError> {
        let (at, beside) = (self.look(path)?, self.look(aside)?);
        let back = || {
            let spot = self.spot(path, Trust::RootOnly)?;
            match at {
                Seen::Link { .. } => {
                    spot.exchange(aside.name())?;
                    spot.clear(aside.name())?;
                }
                // A run was killed between two calls.
                _ => renameat(&spot, aside.name(), &spot, spot.name.as_str())?,
            }
            fsync(&spot)
        };
        match (&at, beside) {
            (_, Seen::Absent | Seen::Link { .. }) => Ok(Left::Gone),
            (Seen::Link { .. } | Seen::Absent, Seen::Dir { .. }) => {
                back().map_err(|errno: Errno| FsError::new(FileOp::Rename, aside, errno))?;
                Ok(Left::Gone)
            }
            _ => Ok(Left::Kept),
        }
    }
}

impl Spot {
    /// A link and a directory change places, under this name and the `other` one beside it.
    fn exchange(&self, other: &str) -> Result<(), Errno> {
        match renameat_with(&self.dir, self.name.as_str(), &self.dir, other, RenameFlags::EXCHANGE) {
            // Kernels before 3.15, and file systems that cannot.
            Err(Unable::NOSYS | Unable::INVAL | Unable::OPNOTSUPP) => self.exchange_by_steps(other),
            exchanged => exchanged.map_err(|errno| Errno::from_raw(errno.raw_os_error())),
        }
    }

    /// The link goes by a third name: it comes to its place right after the directory has left it, or the other way round.
    fn exchange_by_steps(&self, other: &str) -> Result<(), Errno> {
        let (name, new) = (self.name.as_str(), self.new_name());
        self.clear(&new)?;
        let (link, dir) = if readlinkat(self, name).is_ok() { (name, other) } else { (other, name) };
        renameat(self, link, self, new.as_str())?;
        renameat(self, dir, self, link)?;
        renameat(self, new.as_str(), self, dir)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    fn link(path: &Path) -> Option<String> {
        fs::read_link(path).ok().map(|target| target.to_string_lossy().into_owned())
    }

    #[test]
    fn a_directory_makes_way_for_a_link_and_comes_back() {
        let root = std::env::temp_dir().join(format!("etcdpack-test-make-way-{}", std::process::id()));
        fs::create_dir_all(root.join("opt/certs")).unwrap();
        fs::write(root.join("opt/certs/ca.pem"), "ca").unwrap();
        let (at, beside) = (root.join("opt/certs"), root.join("opt/.certs.etcdpack-gone"));
        let tree = Tree::open(&root).unwrap();
        let [path, aside] = ["/opt/certs", "/opt/.certs.etcdpack-gone"].map(|path| path.parse().unwrap());
        let permit = Permit::FOR_TESTS;
        // One that a run had made ready, and was killed.
        std::os::unix::fs::symlink("elsewhere", &beside).unwrap();
        tree.make_way(&permit, &path, "../sets/current", &aside).unwrap();
        assert_eq!(link(&at).as_deref(), Some("../sets/current"));
        assert_eq!(fs::read(beside.join("ca.pem")).unwrap(), b"ca");
        for killed_between in [false, true] {
            if killed_between {
                fs::remove_file(&at).unwrap();
            }
            assert_eq!(tree.take_back_dir(&permit, &path, &aside).unwrap(), Left::Gone);
            assert_eq!(fs::read(at.join("ca.pem")).unwrap(), b"ca");
            assert!(link(&beside).is_none() && !beside.exists());
            assert_eq!(tree.take_back_dir(&permit, &path, &aside).unwrap(), Left::Gone, "again");
            tree.make_way(&permit, &path, "../sets/current", &aside).unwrap();
        }
        let spot = tree.spot(&path, Trust::RootOnly).unwrap();
        for way in [Spot::exchange, Spot::exchange_by_steps] {
            for is_link in [false, true] {
                way(&spot, aside.name()).unwrap();
                assert_eq!((link(&at).is_some(), link(&beside).is_some()), (is_link, !is_link));
            }
        }
        fs::remove_dir_all(&root).unwrap();
    }
}
