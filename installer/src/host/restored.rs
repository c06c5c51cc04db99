//! The data directory while a snapshot comes into it. It is etcd's, and may be a mount point: what is put aside and what comes
//! stays in it, under names that no etcd looks for, and is reached by handles.
#![expect(clippy::disallowed_methods, reason = "edge: changes the host's files")]

use std::os::fd::OwnedFd;

use nix::errno::Errno;
use nix::fcntl::{AtFlags, renameat};
use nix::sys::stat::fstatat;
use nix::unistd::{UnlinkatFlags, fsync, unlinkat};
use payload::path::AbsPath;
use payload::render::{MEMBER, RESTORING, WAL};

use super::emptying::{Emptying, errno};
use super::interrupt::Interrupt;
use super::mounts::Mounts;
use super::tree::{FileOp, FsError, Tree, open_below};
use super::whose;
use crate::facts::data::Places;
use crate::facts::restore::{self, Replaced};
use crate::transaction::Permit;

/// Where a drill has its data.
pub(crate) const DRILL: &str = ".etcdpack-drill";

/// What becomes of what a snapshot has brought when the old data come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Brought {
    Goes,
    /// An etcd may have served from it.
    Stays,
}

impl Tree {
    /// Removes what a run that was cut off has left there, but not while the old data are aside and none are in their place: by it
    /// the startup script knows, and starts no etcd. Looks at the interrupt.
    pub(crate) fn clear_restoring(&self, _: &Permit, replaced: Replaced) -> Result<(), FsError> {
        let Replaced { places: Places { data, wal }, .. } = replaced;
        for (place, name) in std::iter::once((data, MEMBER)).chain(wal.map(|wal| (wal, WAL))) {
            let cleared = || match self.half(place, name, replaced) {
                Ok(half) if name == MEMBER && half.is_between()? => Ok(()),
                Ok(half) => clear(&half.dir, RESTORING, self.interrupt()),
                Err(Errno::ENOENT) => Ok(()),
                Err(errno) => Err(errno),
            };
            cleared().map_err(|errno| FsError::new(FileOp::RemoveLeftover, place, errno))?;
        }
        Ok(())
    }

    /// Removes what a drill has there: nobody keeps any of it, so that no journal has it. Told to stop, it does so all the same.
    pub(crate) fn clear_drill(&self, data: &AbsPath) -> Result<(), FsError> {
        let cleared = || match self.open_to_clear(data) {
            Ok(dir) => clear(&dir, DRILL, &Interrupt::default()),
            // What is no directory holds nothing of a drill's, and a link is not followed.
            Err(Errno::ENOENT | Errno::ENOTDIR | Errno::ELOOP) => Ok(()),
            Err(errno) => Err(errno),
        };
        cleared().map_err(|errno| FsError::new(FileOp::RemoveLeftover, data, errno))
    }

    /// What was restored takes the place of what is there, which is put aside. The startup script starts no etcd in the moment between.
    ///
    /// Where the log lies apart, the data go first and come last: at any moment between, the startup script finds one without the
    /// other, and no etcd begins anew. And what the log says is what the data are, if there are any.
    pub(crate) fn put_restored(&self, permit: &Permit, replaced: Replaced) -> Result<(), FsError> {
        let put = || {
            let data = self.half(replaced.places.data, MEMBER, replaced)?;
            let log = replaced.places.wal.map(|wal| self.half(wal, WAL, replaced)).transpose()?;
            for half in std::iter::once(&data).chain(&log) {
                open_below(&open_below(&half.dir, RESTORING)?, half.name)?;
            }
            data.put_aside()?;
            if let Some(log) = &log {
                fsync(&data.dir)?;
                log.put_aside()?;
                log.take_place()?;
                fsync(&log.dir)?;
            }
            data.take_place()?;
            fsync(&data.dir)
        };
        put().map_err(|errno| FsError::new(FileOp::Rename, replaced.places.data, errno))?;
        self.clear_restoring(permit, replaced)
    }

    /// What was put aside comes back, where nothing has its place. Looks at the interrupt.
    pub(crate) fn put_back(&self, permit: &Permit, replaced: Replaced, brought: Brought) -> Result<(), FsError> {
        self.clear_restoring(permit, replaced)?;
        let back = || {
            let data = match self.half(replaced.places.data, MEMBER, replaced) {
                Ok(half) => half,
                Err(Errno::ENOENT) => return Ok(()),
                Err(errno) => return Err(errno),
            };
            let log = replaced.places.wal.and_then(|wal| self.half(wal, WAL, replaced).ok());
            if whose::identity(self, replaced.places) == Some(replaced.identity) {
                // From one that is not whole nobody has served.
                if brought == Brought::Stays && !data.is_between()? {
                    return Ok(());
                }
                data.discard()?;
                log.iter().try_for_each(Half::discard)?;
            }
            log.iter().try_for_each(Half::put_back)?;
            data.put_back()
        };
        back().map_err(|errno| FsError::new(FileOp::Rename, replaced.places.data, errno))?;
        self.clear_restoring(permit, replaced)
    }

    fn half(&self, place: &AbsPath, name: &'static str, replaced: Replaced) -> Result<Half, Errno> {
        let aside = if name == WAL { restore::log_aside(replaced.aside) } else { replaced.aside.to_owned() };
        Ok(Half { dir: self.open_to_clear(place)?, name, aside })
    }
}

/// Data, or a log that lies apart: what a place has under the name that etcd looks for.
struct Half {
    dir: OwnedFd,
    name: &'static str,
    aside: String,
}

impl Half {
    /// Whether what was there is aside, and nothing has its place.
    fn is_between(&self) -> Result<bool, Errno> {
        Ok(!is_there(&self.dir, self.name)? && is_there(&self.dir, &self.aside)?)
    }

    fn put_aside(&self) -> Result<(), Errno> {
        if is_there(&self.dir, self.name)? {
            renameat(&self.dir, self.name, &self.dir, self.aside.as_str())?;
        }
        Ok(())
    }

    fn take_place(&self) -> Result<(), Errno> {
        renameat(&open_below(&self.dir, RESTORING)?, self.name, &self.dir, self.name)
    }

    /// At once: half of it must never pass for data.
    fn discard(&self) -> Result<(), Errno> {
        if is_there(&self.dir, self.name)? {
            renameat(&self.dir, self.name, &self.dir, RESTORING)?;
            fsync(&self.dir)?;
        }
        Ok(())
    }

    fn put_back(&self) -> Result<(), Errno> {
        if self.is_between()? {
            renameat(&self.dir, self.aside.as_str(), &self.dir, self.name)?;
            fsync(&self.dir)?;
        }
        Ok(())
    }
}

/// Removes the directory `name` in `dir`, with what is in it.
fn clear(dir: &OwnedFd, name: &str, interrupt: &Interrupt) -> Result<(), Errno> {
    match open_below(dir, name) {
        Ok(left) => {
            let mounts = Mounts::read().map_err(|error| errno(&error))?;
            Emptying::new(&mounts, interrupt).run(&left)?;
            unlinkat(dir, name, UnlinkatFlags::RemoveDir)?;
        }
        Err(Errno::ENOENT) => return Ok(()),
        // Whoever put something else there had no data of ours in it.
        Err(Errno::ENOTDIR | Errno::ELOOP) => unlinkat(dir, name, UnlinkatFlags::NoRemoveDir)?,
        Err(errno) => return Err(errno),
    }
    fsync(dir)
}

fn is_there(dir: &OwnedFd, name: &str) -> Result<bool, Errno> {
    match fstatat(dir, name, AtFlags::AT_SYMLINK_NOFOLLOW) {
        Ok(_) => Ok(true),
        Err(Errno::ENOENT) => Ok(false),
        Err(errno) => Err(errno),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;
    use crate::facts::data::wal;

    const ASIDE: &str = "member.before-restored-x";
    /// Of two members.
    const LOGS: [&[u8]; 2] =
        [include_bytes!("../../fixtures/wal-3.4.23.bin"), include_bytes!("../../fixtures/wal-3.5.1.bin")];

    /// Data, or a log, by the names from `root` on.
    struct Site {
        root: PathBuf,
        data: AbsPath,
        wal: Option<AbsPath>,
    }

    impl Site {
        fn new(wal: Option<&str>) -> Self {
            let root = std::env::temp_dir().join(format!("etcdpack-test-restored-{}", std::process::id()));
            Self { root, data: "/data/etcd".parse().unwrap(), wal: wal.map(|wal| wal.parse().unwrap()) }
        }

        fn tree(&self) -> Tree {
            Tree::open(&self.root).unwrap()
        }

        fn replaced(&self) -> Replaced<'_> {
            let places = Places { data: &self.data, wal: self.wal.as_ref() };
            Replaced { places, aside: ASIDE, identity: wal::identity(LOGS[1]).unwrap() }
        }

        fn lay(&self, within: &str, content: &str, log: &[u8]) {
            let of_data = format!("data/etcd{within}/member");
            let of_log = if self.wal.is_some() { format!("log/etcd{within}/wal") } else { format!("{of_data}/wal") };
            for (dir, name, bytes) in [(of_data, "db", content.as_bytes()), (of_log, "0-0.wal", log)] {
                fs::create_dir_all(self.root.join(&dir)).unwrap();
                fs::write(self.root.join(dir).join(name), bytes).unwrap();
            }
        }

        fn lay_new(&self) {
            self.lay(&format!("/{RESTORING}"), "new", LOGS[1]);
        }

        /// The renames by which a snapshot comes, each by itself: a run may be cut off after any of them.
        fn renames(&self) -> Vec<[String; 2]> {
            let of = |place: &str, name: &str| {
                let aside = if name == WAL { restore::log_aside(ASIDE) } else { ASIDE.to_owned() };
                let at = |name: &str| format!("{place}/etcd/{name}");
                [[at(name), at(&aside)], [at(&format!("{RESTORING}/{name}")), at(name)]]
            };
            let [goes, comes] = of("data", MEMBER);
            let log = self.wal.iter().flat_map(|_| of("log", WAL));
            std::iter::once(goes).chain(log).chain([comes]).collect()
        }

        fn is(&self) -> (Option<String>, Option<bool>, usize) {
            let at = self.root.join("data/etcd");
            let who = whose::identity(&self.tree(), self.replaced().places);
            let names = ["data/etcd", "log/etcd"].map(|dir| fs::read_dir(self.root.join(dir)));
            let beside = names.into_iter().flatten().flatten().map(|entry| entry.unwrap().file_name());
            let beside = beside.filter(|name| !["member", "wal", "lost+found"].map(Into::into).contains(name));
            let content = fs::read_to_string(at.join("member/db")).ok();
            (content, who.map(|who| who == self.replaced().identity), beside.count())
        }
    }

    #[test]
    fn what_was_there_is_put_aside_and_comes_back_wherever_it_stopped() {
        let permit = Permit::FOR_TESTS;
        for site in [Site::new(None), Site::new(Some("/log/etcd"))] {
            let replaced = site.replaced();
            let old = (Some("old".to_owned()), Some(false), 0);
            let new = (Some("new".to_owned()), Some(true), if site.wal.is_some() { 2 } else { 1 });
            let renames = site.renames();
            for (cut, way) in (0..=renames.len()).flat_map(|cut| ["on", "back", "uninstall"].map(|way| (cut, way))) {
                site.lay("", "old", LOGS[0]);
                fs::create_dir(site.root.join("data/etcd/lost+found")).unwrap();
                site.lay_new();
                for [from, to] in &renames[..cut] {
                    fs::rename(site.root.join(from), site.root.join(to)).unwrap();
                }
                // A next run clears first: what holds etcd back stays.
                site.tree().clear_restoring(&permit, replaced).unwrap();
                let at = |name: &str| site.root.join("data/etcd").join(name).exists();
                assert_eq!(at(RESTORING), !at(MEMBER), "{cut}");
                match way {
                    "on" if cut < renames.len() => {
                        site.tree().put_back(&permit, replaced, Brought::Goes).unwrap();
                        site.lay_new();
                        site.tree().put_restored(&permit, replaced).unwrap();
                        assert_eq!(site.is(), new, "{cut}");
                    }
                    "uninstall" => {
                        site.tree().put_back(&permit, replaced, Brought::Stays).unwrap();
                        // An etcd may have served from what is whole.
                        assert_eq!(site.is(), if cut < renames.len() { old.clone() } else { new.clone() }, "{cut}");
                    }
                    _ => {}
                }
                // Nothing is taken back twice.
                for _ in 0..2 {
                    site.tree().put_back(&permit, replaced, Brought::Goes).unwrap();
                    assert_eq!(site.is(), old, "{cut} {way}");
                }
                assert!(site.root.join("data/etcd/lost+found").is_dir());
                fs::remove_dir_all(&site.root).unwrap();
            }
        }
    }

    #[test]
    fn a_link_of_somebody_elses_is_not_followed() {
        let (site, permit) = (Site::new(None), Permit::FOR_TESTS);
        let root = site.root.with_extension("linked");
        let (tree, replaced) = (|| Tree::open(&root).unwrap(), site.replaced());
        let at = root.join("data/etcd");
        fs::create_dir_all(root.join("elsewhere/member")).unwrap();
        fs::create_dir_all(&at).unwrap();
        std::os::unix::fs::symlink("../../elsewhere", at.join(RESTORING)).unwrap();
        assert!(tree().put_restored(&permit, replaced).is_err());
        tree().clear_restoring(&permit, replaced).unwrap();
        assert!(root.join("elsewhere/member").is_dir() && !at.join(RESTORING).exists());
        fs::remove_dir_all(&root).unwrap();
    }
}
