//! The output directory. A bundle has its name only when it is whole and on disk, and none before.
#![expect(clippy::disallowed_methods, reason = "edge: writes bundles")]

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use payload::digest::Digest;
use payload::etcd::Arch;

use super::error::PackError;
use crate::atomic_file::{self, AtomicFile};
use crate::pki::Signing;

/// The public half of the key that signs, in PEM, and its fingerprint.
pub(super) const SIGNING_KEY: &str = "signing.pub";
pub(super) const SIGNING_WORDS: &str = "signing.words";
/// The list beside the bundles, which says which of them belong together.
pub(crate) const SUMS: &str = "SHA256SUMS";
/// What the bundles are, for whoever finds the stick.
pub(crate) const START_HERE: &str = "START-HERE.txt";

/// A directory that bundles go to.
pub(super) struct Dist {
    dir: PathBuf,
    /// Held, not used: while it is open nobody sweeps.
    _lock: File,
}

impl Dist {
    /// Makes the directory where it is not there, and removes what killed builders have left in it.
    pub(super) fn open(dir: &Path) -> Result<Self, PackError> {
        let open = || {
            fs::create_dir_all(dir)?;
            File::open(dir)
        };
        let lock = open().map_err(|error| PackError::Dir { dir: dir.to_owned(), error })?;
        // Of several builders the first sweeps, before it has files of its own.
        if lock.try_lock().is_ok() {
            atomic_file::sweep(dir);
        }
        // File systems without locks go without.
        let _ = lock.lock_shared();
        Ok(Self { dir: dir.to_owned(), _lock: lock })
    }

    /// A file readable by its owner alone, that goes if it is not placed.
    pub(super) fn file(&self) -> Result<AtomicFile, PackError> {
        AtomicFile::new_in(&self.dir, 0o600).map_err(|error| self.fault(error))
    }

    /// What the directory does not let us do.
    pub(super) fn fault(&self, error: io::Error) -> PackError {
        PackError::Dir { dir: self.dir.clone(), error }
    }

    /// What a file of this name is called in the end.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// Writes the list of parts of all bundles for `arch`, as it is in them.
    pub(super) fn sbom(&self, arch: Arch, bytes: &[u8]) -> Result<(), PackError> {
        self.put(&format!("sbom-{arch}.cdx.json"), bytes)
    }

    /// Writes `SHA256SUMS` for `sha256sum -c`: the sum of each of these files.
    pub(super) fn sums<'a>(&self, all: impl Iterator<Item = (&'a Path, Digest)>) -> Result<(), PackError> {
        let line = |(path, digest): (&Path, Digest)| {
            format!("{digest}  {}\n", path.file_name().unwrap_or_default().to_string_lossy())
        };
        self.put(SUMS, all.map(line).collect::<String>().as_bytes())
    }

    /// Writes what a bundle is checked by: the public key, and its fingerprint in words.
    pub(super) fn signer(&self, signing: &Signing) -> Result<(), PackError> {
        let words = format!("{}\n", signing.signer().fingerprint());
        self.put(SIGNING_KEY, signing.public_pem()?.as_bytes())?;
        self.put(SIGNING_WORDS, words.as_bytes())
    }

    /// Writes what travels beside the bundles and says what they are.
    pub(super) fn start_here(&self, text: &str) -> Result<(), PackError> {
        self.put(START_HERE, text.as_bytes())
    }

    /// Makes the names in the directory last.
    pub(super) fn sync(&self) -> Result<(), PackError> {
        let sync = || File::open(&self.dir)?.sync_all();
        sync().map_err(|error| self.fault(error))
    }

    /// A file for everyone to read.
    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), PackError> {
        let path = self.path(name);
        let mut new = self.file()?;
        let written = new.write_all(bytes).and_then(|()| place(new, &path, 0o644));
        written.map_err(|error| PackError::Io { path, error })
    }
}

/// Gives a file its name and its mode.
pub(super) fn place(new: AtomicFile, path: &Path, mode: u32) -> io::Result<()> {
    new.set_mode(mode)?;
    new.replace(path)
}
