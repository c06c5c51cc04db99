//! Edge: the `pki` directory on disk. Keys are never open to others for an instant, and a kill at any moment
//! leaves every pair whole: the old one, the new one, or none. Must not know what is in the files.
//!
//! ```text
//! pki/            0700    .lock  ca.pem 0644  ca-key.pem 0600
//! pki/hosts/n1/   0700    etcd-peer.pem 0644  etcd-peer-key.pem 0600  etcd-peer.csr 0644
//! pki/shared/     0700    the same, for `pki.mode = "shared"`
//! pki/clients/a/  0700    client.pem, client-key.pem, client.csr; pki/servers/a/ likewise
//! pki/requests/   0700    hosts/n1/ and so on: key and request, until a certificate is accepted
//! ```
#![expect(clippy::disallowed_methods, reason = "edge: reads and writes the `pki` directory")]

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use super::error::{PkiError, reading, writing};
use super::file::{create, found, make_dir, secret, sync, text};
use super::modes;
use super::pair::PairFiles;
use super::paths::{FileNames, PairPaths, REQUESTS, paths};
use super::spec::Holder;
use crate::atomic_file::{self, AtomicFile, FileMode};
use crate::parallel;
use crate::report::Narrator;
use crate::secret::Secret;
use crate::text;

/// How many syncs wait for the disk at once.
const SYNCS: usize = 32;

/// The directory, locked against a second builder; or as it lies, to be looked at.
#[derive(Debug)]
pub(super) struct Store {
    dir: PathBuf,
    /// Held, not used: closing it lets the next builder in. `None` while nothing may be changed.
    lock: Option<File>,
}

/// What is kept for a host.
pub(super) enum StoredPair {
    Nothing,
    /// Some of the files.
    Torn,
    Whole(PairFiles),
}

impl Store {
    /// Makes the directory where there is none, and waits for another builder to leave it.
    pub(super) fn open(dir: &Path, narrator: &mut dyn Narrator) -> Result<Self, PkiError> {
        if make_dir(dir)? {
            sync(dir.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")))?;
        }
        modes::check(dir)?;
        let path = dir.join(".lock");
        let mut options = OpenOptions::new();
        let lock = options.write(true).create(true).truncate(false).mode(0o600).open(&path).map_err(writing(&path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                narrator.note(&text::pki::another_at_work(dir));
                lock.lock().map_err(writing(&path))?;
            }
            Err(TryLockError::Error(error)) => return Err(writing(&path)(error)),
        }
        atomic_file::sweep(dir);
        Ok(Self { dir: dir.to_owned(), lock: Some(lock) })
    }

    /// The same where the directory is there.
    pub(super) fn open_existing(dir: &Path, narrator: &mut dyn Narrator) -> Result<Option<Self>, PkiError> {
        if fs::exists(dir).map_err(reading(dir))? { Self::open(dir, narrator).map(Some) } else { Ok(None) }
    }

    /// The directory as it lies, which may be nowhere yet. Nothing is made, mended or waited for; nothing may be written.
    pub(super) fn look(dir: &Path) -> Result<Self, PkiError> {
        modes::check(dir)?;
        Ok(Self { dir: dir.to_owned(), lock: None })
    }

    pub(super) fn ca_certificate(&self) -> PathBuf {
        self.dir.join("ca.pem")
    }

    pub(super) fn ca_key(&self) -> PathBuf {
        self.dir.join("ca-key.pem")
    }

    /// The directory of a pair that is kept.
    pub(super) fn dir_of(&self, holder: &Holder) -> PathBuf {
        self.paths(holder).dir
    }

    /// Whether anything has been issued here.
    pub(super) fn has_issued(&self) -> Result<bool, PkiError> {
        for name in ["hosts", "shared", "clients", "servers"] {
            let path = self.dir.join(name);
            if fs::exists(&path).map_err(reading(&path))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub(super) fn write_ca_key(&self, key: &Secret) -> Result<(), PkiError> {
        put(&self.dir, "ca-key.pem", key.expose(), 0o600)
    }

    pub(super) fn write_ca_certificate(&self, pem: &str) -> Result<(), PkiError> {
        put(&self.dir, "ca.pem", pem, 0o644)
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    pub(super) fn put_secret(&self, name: &str, text: &Secret) -> Result<(), PkiError> {
        put(&self.dir, name, text.expose(), 0o600)
    }

    pub(super) fn put_text(&self, name: &str, text: &str) -> Result<(), PkiError> {
        put(&self.dir, name, text, 0o644)
    }

    pub(super) fn rename(&self, from: &str, to: &str) -> Result<(), PkiError> {
        let to = self.path(to);
        fs::rename(self.path(from), &to).map_err(writing(&to))?;
        sync(&self.dir)
    }

    /// What is kept for `holder`, after mending what a kill in [`Self::write_pair`] or [`Self::settle`] has left.
    pub(super) fn pair(&self, holder: &Holder) -> Result<StoredPair, PkiError> {
        let paths = self.paths(holder);
        if self.lock.is_some() {
            mend(&paths)?;
        }
        let PairPaths { dir, old, files, .. } = paths;
        let there = |dir: &PathBuf| fs::exists(dir).map_err(reading(dir));
        // Mended, there is no old one; unmended, it is the one where the new one has not come to its place.
        let dir = match (there(&dir)?, there(&old)?) {
            (true, _) => dir,
            (false, true) => old,
            (false, false) => return Ok(StoredPair::Nothing),
        };
        let FileNames { certificate, key, request } = files;
        let files =
            (found(text(&dir.join(certificate)))?, found(secret(&dir.join(key)))?, found(text(&dir.join(request)))?);
        Ok(match files {
            (Some(certificate), Some(key), Some(request)) => StoredPair::Whole(PairFiles { certificate, key, request }),
            _ => StoredPair::Torn,
        })
    }

    /// Writes a pair beside the place where it is to be; [`Self::settle`] puts it there.
    pub(super) fn write_pair(&self, holder: &Holder, files: &PairFiles) -> Result<(), PkiError> {
        let PairPaths { parent, new, files: names, .. } = self.paths(holder);
        make_dir(&parent)?;
        make_dir(&new)?;
        create(&new.join(names.key), files.key.expose(), 0o600)?;
        create(&new.join(names.certificate), &files.certificate, 0o644)?;
        create(&new.join(names.request), &files.request, 0o644)
    }

    /// Puts the pairs that were written for `these` in the place of the ones before, all on the disk when this returns.
    pub(super) fn settle(&self, these: &[&Holder]) -> Result<(), PkiError> {
        let all: Vec<PairPaths> = these.iter().map(|holder| self.paths(holder)).collect();
        sync_all(&all)?;
        let mut replaced = Vec::new();
        for PairPaths { dir, new, old, .. } in &all {
            if fs::exists(dir).map_err(reading(dir))? {
                fs::rename(dir, old).map_err(writing(old))?;
                replaced.push(old);
            }
            fs::rename(new, dir).map_err(writing(dir))?;
        }
        let parents: BTreeSet<&Path> = all.iter().map(|paths| paths.parent.as_path()).collect();
        for parent in parents {
            sync(parent)?;
        }
        sync(&self.dir)?;
        for old in replaced {
            fs::remove_dir_all(old).map_err(writing(old))?;
        }
        Ok(())
    }

    /// The key and request that wait for a certificate.
    pub(super) fn pending(&self, holder: &Holder) -> Result<Option<(Secret, String)>, PkiError> {
        let (dir, FileNames { key, request, .. }) = self.waiting_room(holder);
        let (key, request) = (found(secret(&dir.join(key)))?, found(text(&dir.join(request)))?);
        Ok(key.map(|key| (key, request.unwrap_or_default())))
    }

    /// Keeps a key and its request. The key is on the disk before anyone can see the request.
    pub(super) fn write_pending(&self, holder: &Holder, key: &Secret, request: &str) -> Result<(), PkiError> {
        let (dir, names) = self.waiting_room(holder);
        for dir in dir.ancestors().take(3).collect::<Vec<_>>().into_iter().rev() {
            if dir.starts_with(&self.dir) && dir != self.dir && make_dir(dir)? {
                sync(dir.parent().unwrap_or(&self.dir))?;
            }
        }
        put(&dir, names.key, key.expose(), 0o600)?;
        put(&dir, names.request, request, 0o644)
    }

    /// Forgets a request: its certificate is there.
    pub(super) fn settle_pending(&self, holder: &Holder) -> Result<(), PkiError> {
        let (dir, _) = self.waiting_room(holder);
        match fs::remove_dir_all(&dir) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(writing(&dir)(error)),
            _ => Ok(()),
        }
    }

    fn waiting_room(&self, holder: &Holder) -> (PathBuf, FileNames) {
        let PairPaths { dir, files, .. } = paths(&self.dir.join(REQUESTS), holder);
        (dir, files)
    }

    fn paths(&self, holder: &Holder) -> PairPaths {
        paths(&self.dir, holder)
    }
}

/// Ends what a kill has interrupted.
fn mend(PairPaths { dir, new, old, .. }: &PairPaths) -> Result<(), PkiError> {
    if fs::exists(old).map_err(reading(old))? {
        if fs::exists(dir).map_err(reading(dir))? {
            fs::remove_dir_all(old).map_err(writing(old))?;
        } else {
            fs::rename(old, dir).map_err(writing(dir))?;
        }
    }
    if fs::exists(new).map_err(reading(new))? {
        fs::remove_dir_all(new).map_err(writing(new))?;
    }
    Ok(())
}

/// What was written for many, on the disk when this returns. At once, since a file system commits the syncs that wait
/// for it together: a hundred pairs one after another take longer than all else.
fn sync_all(all: &[PairPaths]) -> Result<(), PkiError> {
    let one = |PairPaths { new, files, .. }: &PairPaths| {
        [files.key, files.certificate, files.request].iter().try_for_each(|name| sync(&new.join(name)))?;
        sync(new)
    };
    parallel::map(all, SYNCS, one).map(drop)
}

/// The name never stands for half of it.
fn put(dir: &Path, name: &str, text: &str, mode: u32) -> Result<(), PkiError> {
    let path = dir.join(name);
    if mode == 0o600 {
        can_be_private(dir, &path)?;
    }
    atomic_file::replace(&path, text.as_bytes(), FileMode::Exactly(mode)).map_err(writing(&path))
}

/// A file system without permissions (a USB stick's) shows here, before a key is on it.
fn can_be_private(dir: &Path, path: &Path) -> Result<(), PkiError> {
    let empty = AtomicFile::new_in(dir, 0o600).map_err(writing(path))?;
    let mode = empty.as_file().metadata().map_err(writing(path))?.mode();
    modes::refuse_open(path, mode, 0o077, 0o600)
}
