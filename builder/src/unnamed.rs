//! Edge: a file that has no name before it is whole: of a builder that is killed nothing stays behind.
//!
//! Where the file system has no such thing it is called `.etcdpack-*.part` meanwhile, and [`sweep`] is for those that a
//! kill has left.
#![expect(clippy::disallowed_methods, reason = "edge: writes files")]

use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Mode, OFlags, linkat, openat};
use rustix::io::Errno;
use tempfile::NamedTempFile;

const PREFIX: &str = ".etcdpack-";
const SUFFIX: &str = ".part";

/// A file on its way into a directory; it goes when it is dropped.
pub(crate) struct Unnamed {
    dir: PathBuf,
    file: Kind,
}

enum Kind {
    Nameless(File),
    Named(NamedTempFile),
}

impl Unnamed {
    /// In `dir`, with this mode as far as the umask allows it.
    pub(crate) fn new_in(dir: &Path, mode: u32) -> io::Result<Self> {
        let file = match nameless(dir, mode)? {
            Some(file) => Kind::Nameless(file),
            None => Kind::Named(parts().permissions(Permissions::from_mode(mode)).tempfile_in(dir)?),
        };
        Ok(Self { dir: dir.to_owned(), file })
    }

    /// In the directory of `path`.
    pub(crate) fn beside(path: &Path, mode: u32) -> io::Result<Self> {
        Self::new_in(dir_of(path), mode)
    }

    pub(crate) fn as_file(&self) -> &File {
        match &self.file {
            Kind::Nameless(file) => file,
            Kind::Named(temp) => temp.as_file(),
        }
    }

    /// The same file, read from its beginning.
    pub(crate) fn reopen(&self) -> io::Result<File> {
        match &self.file {
            Kind::Nameless(file) => File::open(itself(file)),
            Kind::Named(temp) => temp.reopen(),
        }
    }

    /// Whatever the umask.
    pub(crate) fn set_mode(&self, mode: u32) -> io::Result<()> {
        self.as_file().set_permissions(Permissions::from_mode(mode))
    }

    /// Puts it at `path`, in its directory, in the place of what is there. On the disk when this returns, but for the name.
    pub(crate) fn replace(self, path: &Path) -> io::Result<()> {
        self.as_file().sync_all()?;
        match self.file {
            Kind::Named(temp) => temp.persist(path).map(drop).map_err(|error| error.error),
            Kind::Nameless(file) => match link(&file, path) {
                // No call gives a name that is taken: through one of ours.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    let beside = parts().make_in(&self.dir, |beside| link(&file, beside))?;
                    beside.persist(path).map_err(|error| error.error)
                }
                linked => linked,
            },
        }
    }

    /// The same where nothing is there; else nothing is touched.
    pub(crate) fn create(self, path: &Path) -> io::Result<()> {
        self.as_file().sync_all()?;
        match self.file {
            Kind::Named(temp) => temp.persist_noclobber(path).map(drop).map_err(|error| error.error),
            Kind::Nameless(file) => link(&file, path),
        }
    }
}

impl Write for Unnamed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.as_file().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.as_file().flush()
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

fn parts() -> tempfile::Builder<'static, 'static> {
    let mut parts = tempfile::Builder::new();
    parts.prefix(PREFIX).suffix(SUFFIX);
    parts
}

/// By open(2) with `O_TMPFILE`; `None` where the kernel or the file system has no such thing, or there is no `/proc` to
/// give it a name through.
fn nameless(dir: &Path, mode: u32) -> io::Result<Option<File>> {
    match openat(CWD, dir, OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC, Mode::from_raw_mode(mode)) {
        Ok(file) => Ok(Some(File::from(file)).filter(|file| fs::symlink_metadata(itself(file)).is_ok())),
        // Kernels before 3.11 take the flag for an attempt to write to a directory.
        Err(Errno::OPNOTSUPP | Errno::ISDIR | Errno::NOENT | Errno::INVAL) => Ok(None),
        Err(errno) => Err(errno.into()),
    }
}

fn link(file: &File, path: &Path) -> io::Result<()> {
    Ok(linkat(CWD, itself(file), CWD, path, AtFlags::SYMLINK_FOLLOW)?)
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
    fn named(dir: &Path) -> Unnamed {
        Unnamed { dir: dir.to_owned(), file: Kind::Named(parts().tempfile_in(dir).unwrap()) }
    }

    #[test]
    fn a_file_appears_whole_and_replaces_only_where_it_may() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        let nameless = |dir: &Path| Unnamed::new_in(dir, 0o600).unwrap();
        for (n, new) in [nameless as fn(&Path) -> Unnamed, named].into_iter().enumerate() {
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
    fn leftovers_are_swept_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        for name in [".etcdpack-abc123.part", ".etcdpack-notes", "n1.run", "x.part"] {
            File::create(dir.path().join(name)).unwrap();
        }
        sweep(dir.path());
        assert_eq!(names(dir.path()), [".etcdpack-notes", "n1.run", "x.part"]);
    }
}
