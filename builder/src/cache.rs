//! Edge: files kept by their SHA-256, for all builds of one user.
//!
//! Nothing in it is believed: a file is hashed again each time it is used, and one that has changed is thrown
//! away. Files enter only by rename, after fsync, so that neither a second builder nor a power cut leaves half
//! a file under a final name.
//!
//! ```text
//! <root>/sha256/<hex>/<file name>    what is kept
//! <root>/partial/                    downloads that go on where they stopped, each under a lock
//! <root>/tmp/                        private files on their way in
//! ```
#![expect(clippy::disallowed_methods, reason = "edge: the cache directory")]

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use payload::bundle::Content;
use payload::digest::Digest;
use payload::exit::ExitStatus;
use tempfile::NamedTempFile;

use crate::failure::Diagnose;
use crate::report::Narrator;
use crate::text;

/// A temporary file this old belongs to a builder that was killed.
const STALE: Duration = Duration::from_hours(24);

/// The directory and what is in it.
#[derive(Debug)]
pub struct Cache {
    root: PathBuf,
}

/// A file in the cache whose bytes have just been hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub path: PathBuf,
    pub content: Content,
}

/// What is done to a file or directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiskAction {
    CopyBundle,
    Create,
    CreateFileIn,
    CreatePrivateFileIn,
    Empty,
    Lock,
    Open,
    Read,
    Remove,
    /// What lies beside a file and belongs to it.
    RemoveBeside,
    RenameTo,
    Write,
}

/// What the disk did not let us do.
#[derive(Debug, thiserror::Error)]
pub struct DiskError {
    pub action: DiskAction,
    pub path: PathBuf,
    pub source: io::Error,
}

impl DiskError {
    /// For `map_err`.
    pub(crate) fn new(action: DiskAction, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self { action, path: path.to_owned(), source }
    }
}

impl Diagnose for DiskError {
    fn exit_status(&self) -> ExitStatus {
        ExitStatus::Refused
    }

    fn help(&self) -> Option<String> {
        None
    }
}

/// Where the cache lies unless the user says otherwise: `$XDG_CACHE_HOME/etcdpack`, else
/// `$HOME/.cache/etcdpack`; `None` where neither variable holds an absolute path.
#[must_use]
pub fn default_root() -> Option<PathBuf> {
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))?;
    Some(base.join("etcdpack"))
}

impl Cache {
    /// Makes the directories, mode 0700, and sweeps out what killed builders left.
    pub fn open(root: &Path) -> Result<Self, DiskError> {
        let cache = Self { root: root.to_owned() };
        for dir in [root.to_owned(), cache.dir("sha256"), cache.dir("partial"), cache.dir("tmp")] {
            make_dir(&dir)?;
        }
        sweep(&cache.dir("tmp"), STALE);
        Ok(cache)
    }

    /// The file of that name and digest, or nothing. One whose bytes have changed is removed with a warning.
    pub fn find(&self, digest: Digest, name: &str, narrator: &mut dyn Narrator) -> Result<Option<Entry>, DiskError> {
        let path = self.place(digest, name);
        match measure(&path) {
            Ok(content) if content.digest == digest => return Ok(Some(Entry { path, content })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Ok(_) | Err(_) => {}
        }
        // Under the lock once more: another builder may have put a good file there in the meantime.
        let _lock = lock_dir(path.parent().unwrap_or(&self.root))?;
        match measure(&path) {
            Ok(content) if content.digest == digest => return Ok(Some(Entry { path, content })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Ok(_) | Err(_) => {}
        }
        narrator.warn(&text::cache::changed(&path));
        fs::remove_file(&path).map_err(DiskError::new(DiskAction::Remove, &path))?;
        Ok(None)
    }

    /// A private file, mode 0600, that vanishes unless it is kept.
    pub fn temp(&self) -> Result<NamedTempFile, DiskError> {
        let dir = self.dir("tmp");
        NamedTempFile::new_in(&dir).map_err(DiskError::new(DiskAction::CreateFileIn, &dir))
    }

    /// Moves `file`, which lies in this cache's `tmp` or `partial` and holds `content`, to its final name.
    pub fn keep(&self, file: &Path, content: Content, name: &str) -> Result<Entry, DiskError> {
        File::open(file).and_then(|file| file.sync_all()).map_err(DiskError::new(DiskAction::Write, file))?;
        let path = self.place(content.digest, name);
        let dir = path.parent().unwrap_or(&self.root);
        make_dir(dir)?;
        let lock = lock_dir(dir)?;
        fs::rename(file, &path).map_err(DiskError::new(DiskAction::RenameTo, &path))?;
        lock.sync_all().map_err(DiskError::new(DiskAction::Write, dir))?;
        sync_dir(&self.dir("sha256"))?;
        Ok(Entry { path, content })
    }

    /// Where downloads wait for their rest.
    pub(crate) fn partials(&self) -> PathBuf {
        self.dir("partial")
    }

    fn place(&self, digest: Digest, name: &str) -> PathBuf {
        self.dir("sha256").join(digest.to_string()).join(name)
    }

    fn dir(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }
}

/// Size and sums of a regular file; anything else that answers to its name is an error.
pub(crate) fn measure(path: &Path) -> io::Result<Content> {
    if !fs::symlink_metadata(path)?.is_file() {
        return Err(io::Error::other(text::cache::NOT_A_FILE.text()));
    }
    Content::read(File::open(path)?)
}

/// The file of that name, with that sum, if the cache at `root` has it. Makes nothing, and removes nothing.
pub(crate) fn held(root: &Path, digest: Digest, name: &str) -> Option<Content> {
    let cache = Cache { root: root.to_owned() };
    measure(&cache.place(digest, name)).ok().filter(|content| content.digest == digest)
}

/// Makes the names in `dir` survive a power cut.
fn sync_dir(dir: &Path) -> Result<(), DiskError> {
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(DiskError::new(DiskAction::Write, dir))
}

/// Holds off others until the returned file is dropped; a lock of the kernel's, gone when its process dies.
/// File systems without locks go without: renames stay atomic there too.
pub(crate) fn lock_dir(dir: &Path) -> Result<File, DiskError> {
    let file = File::open(dir).map_err(DiskError::new(DiskAction::Open, dir))?;
    let _ = file.lock();
    Ok(file)
}

fn make_dir(dir: &Path) -> Result<(), DiskError> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(DiskError::new(DiskAction::Create, dir))
}

/// Best effort: what cannot be listed or removed is in nobody's way.
pub(crate) fn sweep(dir: &Path, stale: Duration) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let Ok(metadata) = entry.metadata() else { continue };
        if metadata.modified().is_ok_and(|at| at.elapsed().is_ok_and(|age| age > stale)) {
            let path = entry.path();
            let _ = if metadata.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::report::Progress;

    #[derive(Default)]
    struct Warnings(Vec<String>);

    impl Narrator for Warnings {
        fn note(&mut self, _: &str) {}
        fn warn(&mut self, text: &str) {
            self.0.push(text.to_owned());
        }
        fn progress(&mut self, _: Progress<'_>) {}
    }

    fn put(cache: &Cache, bytes: &[u8]) -> Entry {
        let mut temp = cache.temp().unwrap();
        temp.write_all(bytes).unwrap();
        let entry = cache.keep(temp.path(), Content::of(bytes), "f").unwrap();
        temp.keep().unwrap();
        entry
    }

    #[test]
    fn what_is_kept_is_found_by_digest_and_private() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::open(&dir.path().join("c")).unwrap();
        let kept = put(&cache, b"etcd");
        let mut warnings = Warnings::default();
        assert_eq!(cache.find(Digest::of(b"etcd"), "f", &mut warnings).unwrap(), Some(kept.clone()));
        assert_eq!(cache.find(Digest::of(b"etcd"), "g", &mut warnings).unwrap(), None);
        assert_eq!(cache.find(Digest::of(b"else"), "f", &mut warnings).unwrap(), None);
        for (path, mode) in [(dir.path().join("c"), 0o700), (kept.path, 0o600)] {
            assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, mode);
        }
        assert_eq!(warnings.0.len(), 0);
    }

    #[test]
    fn what_has_changed_is_removed_with_a_warning() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::open(dir.path()).unwrap();
        let kept = put(&cache, b"etcd");
        let mut warnings = Warnings::default();
        fs::write(&kept.path, b"etcD").unwrap();
        assert_eq!(cache.find(Digest::of(b"etcd"), "f", &mut warnings).unwrap(), None);
        assert!(!kept.path.exists());
        std::os::unix::fs::symlink("/etc/hostname", &kept.path).unwrap();
        assert_eq!(cache.find(Digest::of(b"etcd"), "f", &mut warnings).unwrap(), None);
        assert!(fs::symlink_metadata(&kept.path).is_err());
        assert_eq!(warnings.0.len(), 2);
        assert_eq!(put(&cache, b"etcd"), kept);
    }

    #[test]
    fn killed_builders_are_swept_up_after() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::open(dir.path()).unwrap();
        let [old, new] = ["old", "new"].map(|name| cache.dir("tmp").join(name));
        let long_ago = std::time::SystemTime::now() - 2 * STALE;
        File::create(&old).unwrap().set_modified(long_ago).unwrap();
        File::create(&new).unwrap();
        Cache::open(dir.path()).unwrap();
        assert_eq!((old.exists(), new.exists()), (false, true));
    }
}
