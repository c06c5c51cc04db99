//! The program that is running: what it was called as and by whom, its own bytes, who could put others in their place, and
//! going on as another one.
#![expect(clippy::disallowed_methods, reason = "edge: opens this program, and starts another in its place")]

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::fcntl::OFlag;
use nix::sys::stat::Mode as RawMode;
use rustix::fs::lgetxattr;
use rustix::io::Errno;

use super::accounts::AccountError;
use super::fs_error::{Cause, FileOp};
use super::namespace::is_in_narrow_namespace;
use super::tether::ITSELF;
use super::{Tree, acl};
use crate::elf;

/// What this program was called as.
pub(crate) fn name() -> OsString {
    std::env::args_os().next().unwrap_or_default()
}

/// Whether we are root: the effective user counts.
pub(crate) fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}

/// Who else could change what runs here.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unsafe {
    /// The file, or a directory on the way to it: its mode and owner.
    Writable { path: PathBuf, mode: u32, uid: u32 },
    /// What is at the path is not what runs.
    Replaced,
}

/// The program that is running, without what it carries.
pub(crate) fn program() -> io::Result<impl Read> {
    let mut head = Vec::new();
    File::open(ITSELF)?.take(elf::HEAD).read_to_end(&mut head)?;
    let end = elf::end(&head).ok_or(Cause::NoElfHeader)?;
    Ok(File::open(ITSELF)?.take(end))
}

/// Whether its file is another than a program alone, whole: longer or shorter, or called as bundles are.
pub(crate) fn is_cut_off_bundle() -> io::Result<bool> {
    let mut file = File::open(ITSELF)?;
    let len = file.metadata()?.len();
    let mut head = Vec::new();
    file.by_ref().take(elf::HEAD).read_to_end(&mut head)?;
    let is_called_so = path()?.extension().is_some_and(|extension| extension == "run");
    Ok(is_called_so || elf::len(&head).is_some_and(|whole| whole != len))
}

/// Where it lies, or lay.
pub(crate) fn path() -> io::Result<PathBuf> {
    fs::read_link(ITSELF)
}

/// Whether others than root could have put it there, or could put another in its place. A program without a name cannot be
/// replaced; nobody but root can open it.
pub(crate) fn look(tree: &Tree) -> Result<Option<Unsafe>, AccountError> {
    if is_in_narrow_namespace() {
        return Ok(None);
    }
    let fail = |path: &Path, error| super::FsError::of_path(FileOp::LookAt, &path.to_string_lossy(), error);
    let path = path().map_err(|error| fail(Path::new(ITSELF), error))?;
    // By a handle that reads nothing: emulators give a program's own file when it is opened, and theirs when it is named.
    // Not by `OpenOptions`: with musl it takes `O_PATH` for an access mode, and leaves it out.
    let itself = nix::fcntl::open(ITSELF, OFlag::O_PATH | OFlag::O_CLOEXEC, RawMode::empty());
    let file = itself.map_err(io::Error::from).and_then(|itself| File::from(itself).metadata());
    let file = file.map_err(|error| fail(&path, error))?;
    if others_write(tree, &path, &file)? {
        return Ok(Some(unsafe_at(&path, &file)));
    }
    if file.nlink() == 0 {
        return Ok(None);
    }
    // The kernel gives the way without links, so each directory is what it is called.
    let above: Vec<&Path> = path.ancestors().skip(1).collect();
    for dir in above.into_iter().rev() {
        let stat = fs::symlink_metadata(dir).map_err(|error| fail(dir, error))?;
        if others_write(tree, dir, &stat)? {
            return Ok(Some(unsafe_at(dir, &stat)));
        }
    }
    let same = |there: Metadata| (there.dev(), there.ino()) == (file.dev(), file.ino());
    Ok((!fs::symlink_metadata(&path).is_ok_and(same)).then_some(Unsafe::Replaced))
}

fn unsafe_at(path: &Path, stat: &Metadata) -> Unsafe {
    Unsafe::Writable { path: path.to_owned(), mode: stat.mode() & 0o7777, uid: stat.uid() }
}

/// A sticky bit keeps others from what is there, not from being there first.
fn others_write(tree: &Tree, path: &Path, stat: &Metadata) -> Result<bool, AccountError> {
    if stat.uid() != 0 || stat.mode() & 0o002 != 0 {
        return Ok(true);
    }
    if stat.mode() & 0o020 == 0 {
        return Ok(false);
    }
    let fail = |errno: Errno| super::FsError::of_path(FileOp::ReadAcl, &path.to_string_lossy(), errno.into());
    Ok(!stat.is_dir()
        || acl::is_there(lgetxattr(path, acl::ATTRIBUTE, &mut [0_u8; 0])).map_err(fail)?
        || !tree.is_group_of_nobody(stat.gid())?)
}

/// A program in a file without a name, for root alone, that the kernel starts.
pub(crate) struct Startable(File);

impl Startable {
    /// Of a file that was written through this handle.
    pub(crate) fn of(written: File) -> io::Result<Self> {
        written.set_permissions(fs::Permissions::from_mode(0o700))?;
        let to_read = File::open(itself(&written))?;
        // While it is open for writing, the kernel would not start it.
        drop(written);
        Ok(Self(to_read))
    }

    /// By which it is started, while this value lives.
    pub(super) fn path(&self) -> PathBuf {
        itself(&self.0)
    }

    /// The same bytes in `place`, an empty file.
    pub(crate) fn in_place(&self, mut place: File) -> io::Result<Self> {
        io::copy(&mut File::open(itself(&self.0))?, &mut place)?;
        Self::of(place)
    }

    /// This process goes on as it: called as `name`, with `args`, and an empty environment but for `NO_COLOR`. Comes back only
    /// where that cannot be, with permission denied on a file system without programs.
    pub(crate) fn go_on(&self, name: &OsStr, args: &[OsString]) -> io::Error {
        let mut command = Command::new(itself(&self.0));
        command.arg0(name).args(args).env_clear();
        if let Some(plain) = std::env::var_os("NO_COLOR") {
            command.env("NO_COLOR", plain);
        }
        command.exec()
    }
}

fn itself(file: &File) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
}
