//! Edge: the one way in which the builder writes a file that others read: whole or not at all.
//!
//! The file has no name before it is whole, so that a builder that is killed leaves nothing behind. Where the file system
//! has no files without a name it is called `.etcdpack-*.part` meanwhile; [`sweep`] removes those that a kill has left.
//! Must not know what is in the files.
#![expect(clippy::disallowed_methods, reason = "edge: writes files")]

use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use rustix::fs::{
    AtFlags, CWD, FileType, Mode, OFlags, RenameFlags, linkat, openat, renameat, renameat_with, statat, unlinkat,
};
use rustix::io::Errno;

use crate::text::cache as text;

const PREFIX: &str = ".etcdpack-";
const SUFFIX: &str = ".part";

/// The permission bits of a new file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileMode {
    /// These, whatever the umask.
    Exactly(u32),
    /// These, but for the bits that the umask takes away.
    LessUmask(u32),
}

/// Puts `bytes` at `path`, in the place of the file that is there. On the disk, with its name, when this returns.
pub(crate) fn replace(path: &Path, bytes: &[u8], mode: FileMode) -> io::Result<()> {
    written(path, bytes, mode)?.replace(path)?;
    File::open(dir_of(path))?.sync_all()
}

/// The same where nothing is there; else nothing is touched.
pub(crate) fn create(path: &Path, bytes: &[u8], mode: FileMode) -> io::Result<()> {
    written(path, bytes, mode)?.create(path)?;
    File::open(dir_of(path))?.sync_all()
}

fn written(path: &Path, bytes: &[u8], mode: FileMode) -> io::Result<AtomicFile> {
    let mut file = match mode {
        FileMode::Exactly(_) => AtomicFile::beside(path, 0o600)?,
        FileMode::LessUmask(mode) => AtomicFile::beside(path, mode)?,
    };
    file.write_all(bytes)?;
    if let FileMode::Exactly(mode) = mode {
        file.set_mode(mode)?;
    }
    Ok(file)
}

/// A file on its way into a directory; it goes when it is dropped. The directory is opened once: whatever becomes of its name,
/// the file comes nowhere else.
pub(crate) struct AtomicFile {
    dir: OwnedFd,
    file: File,
    /// What it is called, where the file system has no nameless files.
    part: Option<String>,
}

impl AtomicFile {
    /// In `dir`, with this mode as far as the umask allows it.
    pub(crate) fn new_in(dir: &Path, mode: u32) -> io::Result<Self> {
        let dir = openat(CWD, dir, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
        match nameless(&dir, mode)? {
            Some(file) => Ok(Self { dir, file, part: None }),
            None => Self::named(dir, mode),
        }
    }

    fn named(dir: OwnedFd, mode: u32) -> io::Result<Self> {
        let part = part()?;
        let flags = OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::RDWR | OFlags::CLOEXEC;
        let file = openat(&dir, &part, flags, Mode::from_raw_mode(mode))?;
        Ok(Self { dir, file: file.into(), part: Some(part) })
    }

    /// In the directory of `path`.
    pub(crate) fn beside(path: &Path, mode: u32) -> io::Result<Self> {
        Self::new_in(dir_of(path), mode)
    }

    pub(crate) fn as_file(&self) -> &File {
        &self.file
    }

    /// The same file, read from its beginning.
    pub(crate) fn reopen(&self) -> io::Result<File> {
        File::open(itself(&self.file))
    }

    /// Whatever the umask.
    pub(crate) fn set_mode(&self, mode: u32) -> io::Result<()> {
        self.file.set_permissions(Permissions::from_mode(mode))
    }

    /// Gives it the last name of `path`, in its directory, in the place of the file that is there. Anything but a file stays: a
    /// link is not followed, a pipe or device not replaced. On the disk when this returns, but for the name.
    pub(crate) fn replace(mut self, path: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        match statat(&self.dir, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile => {
                return Err(io::Error::other(text::NOT_A_FILE_STAYS.text()));
            }
            Ok(_) | Err(Errno::NOENT) => {}
            Err(errno) => return Err(errno.into()),
        }
        if self.part.is_none() {
            match self.link(name) {
                // No call gives a name that is taken: through one of ours.
                Err(Errno::EXIST) => {
                    let part = part()?;
                    self.link(part.as_ref())?;
                    self.part = Some(part);
                }
                linked => return Ok(linked?),
            }
        }
        if let Some(part) = &self.part {
            renameat(&self.dir, part, &self.dir, name)?;
            self.part = None;
        }
        Ok(())
    }

    /// The same where nothing is there; else nothing is touched.
    pub(crate) fn create(mut self, path: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let Some(part) = &self.part else { return Ok(self.link(name)?) };
        match renameat_with(&self.dir, part, &self.dir, name, RenameFlags::NOREPLACE) {
            // Where the file system cannot do that either, a second name can.
            Err(Errno::INVAL | Errno::NOSYS) => Ok(linkat(&self.dir, part, &self.dir, name, AtFlags::empty())?),
            renamed => {
                renamed?;
                self.part = None;
                Ok(())
            }
        }
    }

    fn link(&self, name: &std::ffi::OsStr) -> Result<(), Errno> {
        linkat(CWD, itself(&self.file), &self.dir, name, AtFlags::SYMLINK_FOLLOW)
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if let Some(part) = &self.part {
            let _ = unlinkat(&self.dir, part, AtFlags::empty());
        }
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// The directory that a file is in.
pub(crate) fn dir_of(path: &Path) -> &Path {
    path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Removes what killed builders have left in `dir`, where none is at work. Best effort: it is looked for again.
pub(crate) fn sweep(dir: &Path) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if name.to_str().is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX)) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// A name that nothing has.
fn part() -> io::Result<String> {
    let mut random = [0; 8];
    getrandom::fill(&mut random)?;
    Ok(format!("{PREFIX}{:016x}{SUFFIX}", u64::from_ne_bytes(random)))
}

/// By open(2) with `O_TMPFILE`; `None` where the kernel or the file system has no such thing, or there is no `/proc` to
/// give it a name through.
fn nameless(dir: &OwnedFd, mode: u32) -> io::Result<Option<File>> {
    match openat(dir, ".", OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC, Mode::from_raw_mode(mode)) {
        Ok(file) => Ok(Some(File::from(file)).filter(|file| fs::symlink_metadata(itself(file)).is_ok())),
        // Kernels before 3.11 take the flag for an attempt to write to a directory.
        Err(Errno::OPNOTSUPP | Errno::ISDIR | Errno::NOENT | Errno::INVAL) => Ok(None),
        Err(errno) => Err(errno.into()),
    }
}

fn itself(file: &File) -> String {
    format!("/proc/self/fd/{}", file.as_raw_fd())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(dir: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort_unstable();
        names
    }

    /// As on a file system without nameless files.
    fn named(dir: &Path) -> AtomicFile {
        AtomicFile::named(openat(CWD, dir, OFlags::PATH | OFlags::DIRECTORY, Mode::empty()).unwrap(), 0o600).unwrap()
    }

    #[test]
    fn a_file_appears_whole_and_replaces_only_where_it_may() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        let nameless = |dir: &Path| AtomicFile::new_in(dir, 0o600).unwrap();
        for (n, new) in [nameless as fn(&Path) -> AtomicFile, named].into_iter().enumerate() {
            for text in ["one", "two"] {
                let mut file = new(dir.path());
                file.write_all(text.as_bytes()).unwrap();
                assert_eq!(names(dir.path()).contains(&"f".to_owned()), n > 0 || text == "two");
                file.set_mode(0o640).unwrap();
                assert_eq!(io::read_to_string(file.reopen().unwrap()).unwrap(), text);
                file.replace(&path).unwrap();
                assert_eq!(
                    (fs::read_to_string(&path).unwrap().as_str(), names(dir.path())),
                    (text, vec!["f".to_owned()])
                );
                assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o640);
            }
            let error = new(dir.path()).create(&path).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
            new(dir.path()).create(&dir.path().join("g")).unwrap();
            fs::remove_file(dir.path().join("g")).unwrap();
            drop(new(dir.path()));
            assert_eq!(names(dir.path()), ["f"]);
        }
    }

    #[test]
    fn what_is_no_file_stays_and_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let (path, victim) = (dir.path().join("f"), dir.path().join("victim"));
        fs::write(&victim, "victim").unwrap();
        std::os::unix::fs::symlink(&victim, &path).unwrap();
        let mut file = AtomicFile::new_in(dir.path(), 0o600).unwrap();
        file.write_all(b"new").unwrap();
        assert!(file.replace(&path).unwrap_err().to_string().contains("link"));
        // Another name of a file is taken off that file.
        fs::remove_file(&path).unwrap();
        fs::hard_link(&victim, &path).unwrap();
        let mut file = AtomicFile::new_in(dir.path(), 0o600).unwrap();
        file.write_all(b"new").unwrap();
        file.replace(&path).unwrap();
        assert_eq!((fs::read(&path).unwrap(), fs::read(&victim).unwrap()), (b"new".to_vec(), b"victim".to_vec()));
        assert_eq!(names(dir.path()), ["f", "victim"]);
    }

    #[test]
    fn leftovers_are_swept_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        for name in [".etcdpack-abc123.part", ".etcdpack-notes", "n1.run", "x.part"] {
            File::create(dir.path().join(name)).unwrap();
        }
        sweep(dir.path());
        assert_eq!(names(dir.path()), [".etcdpack-notes", "n1.run", "x.part"]);
    }
}
