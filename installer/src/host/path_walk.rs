//! Walks to a path, component by component, from a handle on the root. So nothing on the path can be swapped while it is
//! walked, and a link inside an image never leads out of it.
#![expect(clippy::disallowed_methods, reason = "edge: walks the host's directories")]

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};

use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, openat, readlinkat};
use nix::sys::stat::{FileStat, Mode as RawMode, SFlag, fstat, fstatat};
use payload::path::AbsPath;
use rustix::fs::fgetxattr;

use super::acl;
use super::tree::{FileOp, FsError, Tree, kind};
use crate::facts::accounts::Account;
use crate::facts::paths::{Obstacle, ObstacleKind, Shut};

/// More links than this on one way is a loop.
const MAX_LINKS: u8 = 16;

/// What a walk demands of what it passes.
#[derive(Clone, Copy)]
pub(super) enum Trust {
    /// Nothing: for looking.
    Anyone,
    /// No link that another user may have put there: for what lies in a directory of etcd's, and for writing where
    /// somebody said.
    NoForeignLink,
    /// Only root may change it: for writing.
    RootOnly,
}

impl Trust {
    fn pass(self, met: &Obstacle) -> Result<(), Errno> {
        match (self, met.kind) {
            (Self::RootOnly, ObstacleKind::Dir { .. })
            | (Self::RootOnly | Self::NoForeignLink, ObstacleKind::Link { .. }) => Err(Errno::EPERM),
            (Self::RootOnly | Self::NoForeignLink | Self::Anyone, _) => Ok(()),
        }
    }
}

/// Takes what a walk met, and the directory that it is, or is in.
type Meet<'a> = dyn FnMut(Obstacle, &Around) -> Result<(), Errno> + 'a;

/// A directory, as far as it says who can write to it.
struct Around {
    stat: FileStat,
    /// It names users or groups beside its mode. Asked only where its group may write: without that, nobody named may.
    has_acl: bool,
}

impl Around {
    fn of(dir: impl AsFd) -> Result<Self, Errno> {
        let stat = fstat(&dir)?;
        Ok(Self { has_acl: stat.st_mode & 0o020 != 0 && has_acl(&dir), stat })
    }
}

/// The end of a walk: a directory's handle, and its way from the root without any links.
struct Reached {
    dir: OwnedFd,
    names: Vec<String>,
    /// All that were gone through, in this order, those before a link too, and this one.
    passed: Vec<Passed>,
}

/// A directory that was gone through.
struct Passed {
    path: String,
    stat: FileStat,
}

impl Tree {
    /// The handle of the directory at the end of `components`.
    pub(super) fn walk(&self, components: Vec<String>, trust: Trust) -> Result<OwnedFd, Errno> {
        let mut meet = |met: Obstacle, around: &Around| match trust {
            Trust::RootOnly if self.is_no_obstacle(&met, around) => Ok(()),
            _ => trust.pass(&met),
        };
        Ok(self.go(components, &mut meet)?.dir)
    }

    /// Whether nobody but root can write there all the same: the group that may has nobody in it. So it is with Debian's
    /// `/usr/local`.
    fn is_no_obstacle(&self, met: &Obstacle, around: &Around) -> bool {
        matches!(met.kind, ObstacleKind::Dir { .. } | ObstacleKind::Link { uid: 0, .. })
            && self.root_alone_writes(around)
    }

    fn root_alone_writes(&self, dir: &Around) -> bool {
        let Around { stat, has_acl } = dir;
        let by_nobody = || !has_acl && self.is_group_of_nobody(stat.st_gid).unwrap_or(false);
        stat.st_uid == 0 && stat.st_mode & 0o002 == 0 && (stat.st_mode & 0o020 == 0 || by_nobody())
    }

    /// All that stands in the way to the directory `path`, as far as there is one.
    pub(super) fn obstacles(&self, path: &AbsPath) -> Result<Vec<Obstacle>, FsError> {
        let mut all = Vec::new();
        let components = path.components().map(str::to_owned).collect();
        let walked = self.go(components, &mut |met, around| {
            if !self.is_no_obstacle(&met, around) {
                all.push(met);
            }
            Ok(())
        });
        match walked {
            Ok(_) | Err(Errno::ENOENT | Errno::ENOTDIR | Errno::ELOOP) => Ok(all),
            Err(errno) => Err(FsError::new(FileOp::GoTo, path, errno)),
        }
    }

    /// The first directory on the way to the directory `path`, or itself, that this user cannot pass, as far as there are any; of
    /// nobody in particular, whom only others' rights let in. With an ACL it is not said who may, nor where a group of the user's own
    /// choice might.
    pub(crate) fn shut(&self, path: &AbsPath, account: Option<&Account>) -> Result<Option<Shut>, FsError> {
        let reached = path.lineage().into_iter().rev().find_map(|dir| {
            match self.go(dir.components().map(str::to_owned).collect(), &mut |_, _| Ok(())) {
                Err(Errno::ENOENT | Errno::ENOTDIR | Errno::ELOOP) => None,
                reached => Some(reached),
            }
        });
        let passed = match reached {
            Some(reached) => reached.map_err(|errno| FsError::new(FileOp::GoTo, path, errno))?.passed,
            None => Vec::new(),
        };
        let may = |dir: &Passed| {
            let FileStat { st_mode: mode, st_uid: uid, st_gid: gid, .. } = dir.stat;
            let by_another_group = account.is_some_and(|account| mode & 0o010 != 0 && gid != account.gid && gid != 0);
            by_another_group || account.map_or(mode & 0o001 != 0, |account| account.may(0o1, mode, (uid, gid)))
        };
        let has_acl = |dir: &Passed| self.go(parts(&dir.path), &mut |_, _| Ok(())).is_ok_and(|end| has_acl(end.dir));
        let shut = passed.into_iter().find(|dir| !may(dir) && !has_acl(dir));
        let of = |Passed { path: dir, stat }| Shut {
            dir,
            mode: stat.st_mode & 0o7777,
            uid: stat.st_uid,
            behind: path.clone(),
        };
        Ok(shut.map(of))
    }

    /// The file `name` in `dir` as other programs read it: followed where it is a link. `None` where that leads to no
    /// file, or to one of more than `limit` bytes.
    pub(crate) fn read_followed(&self, dir: &AbsPath, name: &str, limit: u64) -> Result<Option<Vec<u8>>, FsError> {
        let read = || -> io::Result<Option<Vec<u8>>> {
            let way = dir.components().chain([name]).map(str::to_owned).collect();
            let Some((dir, last)) = self.follow(way, &mut |_, _| Ok(()))? else { return Ok(None) };
            let flags = OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC | OFlag::O_NONBLOCK;
            contents(openat(&dir, last.as_str(), flags, RawMode::empty())?, limit)
        };
        let errno = |error: &io::Error| error.raw_os_error().map(Errno::from_raw);
        match read() {
            Err(error)
                if matches!(errno(&error), Some(Errno::ENOENT | Errno::ENOTDIR | Errno::ELOOP | Errno::ENXIO)) =>
            {
                Ok(None)
            }
            read => read.map_err(|error| FsError::of_path(FileOp::Read, &format!("{dir}/{name}"), error)),
        }
    }

    /// Whether `path` leads to a regular file, and root alone can change that file, each link to it, and every directory
    /// on the way. A group that may write to a directory does not count where nobody is in it: Debian's `/usr/local` has one.
    pub(crate) fn is_roots_alone(&self, path: &AbsPath) -> Result<bool, FsError> {
        let look = || -> Result<bool, Errno> {
            let way = path.components().map(str::to_owned).collect();
            let mut meet = |met: Obstacle, around: &Around| {
                if self.is_no_obstacle(&met, around) { Ok(()) } else { Trust::RootOnly.pass(&met) }
            };
            let Some((dir, last)) = self.follow(way, &mut meet)? else { return Ok(false) };
            let stat = fstatat(&dir, last.as_str(), AtFlags::AT_SYMLINK_NOFOLLOW)?;
            Ok(kind(&stat) == SFlag::S_IFREG
                && stat.st_uid == 0
                && !others_write(&stat)
                && self.root_alone_writes(&Around::of(&dir)?))
        };
        match look() {
            Err(Errno::EPERM | Errno::ENOENT | Errno::ENOTDIR | Errno::ELOOP) => Ok(false),
            looked => looked.map_err(|errno| FsError::new(FileOp::LookAt, path, errno)),
        }
    }

    /// The directory and the name in it that a path leads to, through all links at its end. `None` where they are too many,
    /// or lead to no name.
    fn follow(&self, mut way: Vec<String>, meet: &mut Meet<'_>) -> Result<Option<(OwnedFd, String)>, Errno> {
        for _ in 0..=MAX_LINKS {
            let Some(last) = way.pop().filter(|last| last != "..") else { return Ok(None) };
            let Reached { dir, names, .. } = self.go(way, meet)?;
            let target = match readlinkat(&dir, last.as_str()) {
                Ok(target) => target,
                Err(Errno::EINVAL) => return Ok(Some((dir, last))),
                Err(errno) => return Err(errno),
            };
            if let Some((kind, around)) = loose_link(&dir, &last)? {
                let path = names.iter().chain([&last]).fold(String::new(), |path, name| path + "/" + name);
                meet(Obstacle { path, kind }, &around)?;
            }
            let target = target.to_str().ok_or(Errno::EILSEQ)?;
            way = if target.starts_with('/') { Vec::new() } else { names };
            way.extend(parts(target));
        }
        Ok(None)
    }

    /// Walks down from the root, and says what is met that others could change or that leads on to nothing. Links are
    /// resolved here and not by the kernel, so that an absolute one starts again at *our* root.
    fn go(&self, components: Vec<String>, meet: &mut Meet<'_>) -> Result<Reached, Errno> {
        let mut ahead: Vec<String> = components.into_iter().rev().collect();
        let mut descent = Descent { root: self.root_handle()?, below: Vec::new() };
        let mut passed = vec![Passed { path: "/".to_owned(), stat: fstat(&descent.root)? }];
        let mut links = 0;
        // The link that is being followed, and what was still ahead behind it.
        let mut link: Option<(String, usize)> = None;
        while let Some(name) = ahead.pop() {
            link = link.filter(|(_, behind)| ahead.len() >= *behind);
            if name == ".." {
                descent.below.pop();
                continue;
            }
            let nowhere = |path: String| Obstacle {
                path: link.as_ref().map_or(path, |(link, _)| link.clone()),
                kind: ObstacleKind::Nowhere,
            };
            let flags = OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_RDONLY | OFlag::O_CLOEXEC;
            match openat(descent.here(), name.as_str(), flags, RawMode::empty()) {
                Ok(dir) => {
                    let around = Around::of(&dir)?;
                    let stat = around.stat;
                    if stat.st_uid != 0 || (others_write(&stat) && stat.st_mode & 0o1000 == 0) {
                        let kind = ObstacleKind::Dir { mode: stat.st_mode & 0o7777, uid: stat.st_uid };
                        meet(Obstacle { path: descent.path(&name), kind }, &around)?;
                    }
                    passed.push(Passed { path: descent.path(&name), stat });
                    descent.below.push((name, dir));
                }
                Err(errno @ (Errno::ENOTDIR | Errno::ELOOP)) => {
                    let stat = fstatat(descent.here(), name.as_str(), AtFlags::AT_SYMLINK_NOFOLLOW)?;
                    if kind(&stat) != SFlag::S_IFLNK {
                        let obstacle = Obstacle { path: descent.path(&name), kind: ObstacleKind::NoDirectory };
                        meet(obstacle, &Around::of(descent.here())?)?;
                        return Err(errno);
                    }
                    if let Some((kind, around)) = loose_link(descent.here(), &name)? {
                        meet(Obstacle { path: descent.path(&name), kind }, &around)?;
                    }
                    links += 1;
                    if links > MAX_LINKS {
                        meet(nowhere(descent.path(&name)), &Around::of(descent.here())?)?;
                        return Err(Errno::ELOOP);
                    }
                    let target = readlinkat(descent.here(), name.as_str())?;
                    let target = target.to_str().ok_or(Errno::EILSEQ)?;
                    link = link.or_else(|| Some((descent.path(&name), ahead.len())));
                    if target.starts_with('/') {
                        descent.below.clear();
                    }
                    ahead.extend(parts(target).into_iter().rev());
                }
                Err(errno) => {
                    if errno == Errno::ENOENT && link.is_some() {
                        meet(nowhere(descent.path(&name)), &Around::of(descent.here())?)?;
                    }
                    return Err(errno);
                }
            }
        }
        let names = descent.below.iter().map(|(name, _)| name.clone()).collect();
        let dir = descent.below.pop().map_or(descent.root, |(_, dir)| dir);
        Ok(Reached { dir, names, passed })
    }
}

/// The directories from the root to where a walk has come.
struct Descent {
    root: OwnedFd,
    below: Vec<(String, OwnedFd)>,
}

impl Descent {
    fn here(&self) -> &OwnedFd {
        self.below.last().map_or(&self.root, |(_, dir)| dir)
    }

    /// The path of `name` in the last of them, for showing.
    fn path(&self, name: &str) -> String {
        let names = self.below.iter().map(|(name, _)| name.as_str()).chain([name]);
        names.fold(String::new(), |path, name| path + "/" + name)
    }
}

/// Whether others could choose where the link `name` in `dir` leads. In a sticky directory nobody can take root's link
/// away, but others can be there first. With the directory that the link is in.
fn loose_link(dir: &OwnedFd, name: &str) -> Result<Option<(ObstacleKind, Around)>, Errno> {
    let link = fstatat(dir, name, AtFlags::AT_SYMLINK_NOFOLLOW)?;
    let around = Around::of(dir)?;
    let dir = &around.stat;
    let loose = link.st_uid != 0 || dir.st_uid != 0 || others_write(dir);
    let what = ObstacleKind::Link { uid: link.st_uid, dir_mode: dir.st_mode & 0o7777, dir_uid: dir.st_uid };
    Ok(loose.then_some((what, around)))
}

/// One that cannot be asked for may be there.
fn has_acl(dir: impl AsFd) -> bool {
    acl::is_there(fgetxattr(dir, acl::ATTRIBUTE, &mut [0_u8; 0])).unwrap_or(true)
}

fn others_write(dir: &FileStat) -> bool {
    dir.st_mode & 0o022 != 0
}

fn parts(target: &str) -> Vec<String> {
    target.split('/').filter(|part| !matches!(*part, "" | ".")).map(str::to_owned).collect()
}

fn contents(file: OwnedFd, limit: u64) -> io::Result<Option<Vec<u8>>> {
    if kind(&fstat(&file)?) != SFlag::S_IFREG {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    File::from(file).take(limit + 1).read_to_end(&mut bytes)?;
    Ok(Some(bytes).filter(|bytes| bytes.len() as u64 <= limit))
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
    use std::path::Path;

    use rustix::fs::{XattrFlags, removexattr, setxattr};

    use super::*;

    #[test]
    fn a_directory_that_lets_a_user_not_pass_is_found_also_where_a_link_leads_through_it() {
        let root = std::env::temp_dir().join(format!("etcdpack-test-shut-{}", std::process::id()));
        let (opt, real) = (root.join("opt"), root.join("srv/real"));
        for dir in [&opt, &real.join("release")] {
            fs::create_dir_all(dir).unwrap();
        }
        symlink("/srv/real/release", opt.join("etcd")).unwrap();
        let mode = |path: &Path, mode: u32| fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
        let account = Account { uid: 990, gid: 980, shell: "/bin/false".to_owned() };
        let shut = |path: &str, account| {
            Tree::open(&root).unwrap().shut(&path.parse().unwrap(), account).unwrap().map(|shut| (shut.dir, shut.mode))
        };
        for dir in [&root, &opt, real.parent().unwrap(), &real, &real.join("release")] {
            mode(dir, 0o755);
        }
        for who in [Some(&account), None] {
            assert_eq!(shut("/opt/etcd", who), None);
            for (dir, path) in [(root.as_path(), "/"), (&opt, "/opt"), (&real, "/srv/real")] {
                mode(dir, 0o700);
                assert_eq!(shut("/opt/etcd", who), Some((path.to_owned(), 0o700)), "{path}");
                mode(dir, 0o711);
                assert_eq!(shut("/opt/etcd", who), None, "{path}");
            }
            // What is not there yet is looked for as far as there is something.
            mode(&opt, 0o700);
            assert_eq!(shut("/opt/none/of/it", who), Some(("/opt".to_owned(), 0o700)));
            mode(&opt, 0o755);
        }
        // A group that may be its own, and one that is.
        for (gid, dir_mode, who, is_shut) in [
            (980, 0o750, Some(&account), false),
            (50, 0o750, Some(&account), false),
            (0, 0o750, Some(&account), true),
            (980, 0o750, None, true),
        ] {
            chown(&opt, None, Some(gid)).unwrap();
            mode(&opt, dir_mode);
            assert_eq!(shut("/opt/etcd", who).is_some(), is_shut, "{gid}");
        }
        fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn a_program_is_roots_alone_where_nobody_is_in_the_group_that_may_write_beside_it() {
        let root = std::env::temp_dir().join(format!("etcdpack-test-way-{}", std::process::id()));
        let (bin, etc) = (root.join("usr/local/bin"), root.join("etc"));
        for dir in [&bin, &etc] {
            fs::create_dir_all(dir).unwrap();
        }
        let mode = |path: &Path, mode: u32| fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
        let group = |members: &str| fs::write(etc.join("group"), format!("root:x:0:\nstaff:x:50:{members}\n")).unwrap();
        fs::write(etc.join("passwd"), "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/:/bin/sh\n").unwrap();
        fs::write(bin.join("tool-3"), "").unwrap();
        symlink("tool-3", bin.join("tool")).unwrap();
        for dir in [&bin, bin.parent().unwrap()] {
            mode(dir, 0o755);
        }
        mode(&bin.join("tool-3"), 0o755);
        let is_roots = || {
            let tree = Tree::open(&root).unwrap();
            let path = |name: &str| format!("/usr/local/bin/{name}").parse().unwrap();
            let [file, link] = ["tool-3", "tool"].map(|name| tree.is_roots_alone(&path(name)).unwrap());
            assert_eq!(file, link, "a link is as safe as where it is");
            // Whoever writes there asks the same.
            let dir: AbsPath = "/usr/local/bin".parse().unwrap();
            assert_eq!(file, tree.open_dir(&dir, Trust::RootOnly).is_ok());
            assert_eq!(file, tree.obstacles(&dir).unwrap().is_empty());
            file
        };
        group("");
        assert!(is_roots());
        for dir in [bin.parent().unwrap(), &bin] {
            chown(dir, None, Some(50)).unwrap();
            mode(dir, 0o2775);
            group("");
            assert!(is_roots(), "{}: nobody is in it", dir.display());
            group("ann");
            assert!(!is_roots(), "{}: ann is in it", dir.display());
            mode(dir, 0o755);
        }
        group("");
        // user::rwx, user:1000:rwx, group::---, mask::rwx, other::r-x, as acl(5) and the kernel have it: ann may write.
        let entries: [(u16, u16, u32); 5] =
            [(1, 7, u32::MAX), (2, 7, 1000), (4, 0, u32::MAX), (0x10, 7, u32::MAX), (0x20, 5, u32::MAX)];
        let entry = |(tag, may, id): (u16, u16, u32)| {
            [tag.to_le_bytes().as_slice(), &may.to_le_bytes(), &id.to_le_bytes()].concat()
        };
        let acl = [2_u32.to_le_bytes().to_vec(), entries.into_iter().flat_map(entry).collect()].concat();
        setxattr(&bin, acl::ATTRIBUTE, &acl, XattrFlags::empty()).unwrap();
        assert!(!is_roots(), "an ACL names ann");
        removexattr(&bin, acl::ATTRIBUTE).unwrap();
        mode(&bin, 0o777);
        assert!(!is_roots());
        mode(&bin, 0o755);
        chown(bin.join("tool-3"), None, Some(50)).unwrap();
        mode(&bin.join("tool-3"), 0o775);
        let tree = Tree::open(&root).unwrap();
        assert!(
            !tree.is_roots_alone(&"/usr/local/bin/tool".parse().unwrap()).unwrap(),
            "of a file's group nobody says so"
        );
        fs::remove_dir_all(&root).unwrap();
    }
}
