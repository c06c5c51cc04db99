//! Edge: the `pki` directory on disk. Keys are never open to others for an instant, and a kill at any moment
//! leaves every pair whole: the old one, the new one, or none. What the texts mean is none of its business.
//!
//! ```text
//! pki/            0700    .lock  ca.pem 0644  ca-key.pem 0600
//! pki/hosts/n1/   0700    etcd-peer.pem 0644  etcd-peer-key.pem 0600  etcd-peer.csr 0644
//! pki/shared/     0700    the same, for `pki.mode = "shared"`
//! ```
#![expect(clippy::disallowed_methods, reason = "edge: reads and writes the `pki` directory")]

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use super::check::Files;
use super::error::PkiError;
use super::file::{create, found, make_dir, reading, refuse_open, secret, sync, text, writing};
use super::secret::Secret;
use super::wanted::Whose;
use crate::narrator::Narrator;

const CERTIFICATE: &str = "etcd-peer.pem";
const KEY: &str = "etcd-peer-key.pem";
const REQUEST: &str = "etcd-peer.csr";

/// The directory, locked against a second builder.
#[derive(Debug)]
pub(super) struct Store {
    dir: PathBuf,
    /// Held, not used: closing it lets the next builder in.
    _lock: File,
}

/// What is kept for a host.
pub(super) enum Kept {
    Nothing,
    /// Some of the files.
    Torn,
    Whole(Files),
}

impl Store {
    /// Makes the directory where there is none, and waits for another builder to leave it.
    pub(super) fn open(dir: &Path, narrator: &mut dyn Narrator) -> Result<Self, PkiError> {
        if make_dir(dir)? {
            sync(dir.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")))?;
        }
        let mode = fs::metadata(dir).map_err(reading(dir))?.mode();
        refuse_open(dir, mode, 0o022, 0o700)?;
        let path = dir.join(".lock");
        let mut options = OpenOptions::new();
        let lock = options.write(true).create(true).truncate(false).mode(0o600).open(&path).map_err(writing(&path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                narrator.note(&format!("another etcdpack is at work in `{}`: waiting for it", dir.display()));
                lock.lock().map_err(writing(&path))?;
            }
            Err(TryLockError::Error(error)) => return Err(writing(&path)(error)),
        }
        Ok(Self { dir: dir.to_owned(), _lock: lock })
    }

    pub(super) fn ca_certificate(&self) -> PathBuf {
        self.dir.join("ca.pem")
    }

    pub(super) fn ca_key(&self) -> PathBuf {
        self.dir.join("ca-key.pem")
    }

    /// The directory of a pair that is kept.
    pub(super) fn dir_of(&self, whose: &Whose) -> PathBuf {
        self.places(whose).dir
    }

    /// Whether anything has been issued here.
    pub(super) fn has_issued(&self) -> Result<bool, PkiError> {
        for name in ["hosts", "shared"] {
            let path = self.dir.join(name);
            if fs::exists(&path).map_err(reading(&path))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub(super) fn write_ca_key(&self, key: &Secret) -> Result<(), PkiError> {
        self.put_secret("ca-key.pem", key)
    }

    pub(super) fn write_ca_certificate(&self, pem: &str) -> Result<(), PkiError> {
        self.put_text("ca.pem", pem)
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    pub(super) fn put_secret(&self, name: &str, text: &Secret) -> Result<(), PkiError> {
        self.put(name, text.expose(), 0o600)
    }

    pub(super) fn put_text(&self, name: &str, text: &str) -> Result<(), PkiError> {
        self.put(name, text, 0o644)
    }

    pub(super) fn rename(&self, from: &str, to: &str) -> Result<(), PkiError> {
        let to = self.path(to);
        fs::rename(self.path(from), &to).map_err(writing(&to))?;
        sync(&self.dir)
    }

    /// Through a file beside it, so that the name never stands for half of it.
    fn put(&self, name: &str, text: &str, mode: u32) -> Result<(), PkiError> {
        let (beside, path) = (self.dir.join(format!(".{name}.new")), self.dir.join(name));
        if let Err(error) = fs::remove_file(&beside)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(writing(&beside)(error));
        }
        create(&beside, text, mode)?;
        sync(&beside)?;
        fs::rename(&beside, &path).map_err(writing(&path))?;
        sync(&self.dir)
    }

    /// What is kept for `whose`, after mending what a kill in [`Self::write_pair`] or [`Self::settle`] has left.
    pub(super) fn pair(&self, whose: &Whose) -> Result<Kept, PkiError> {
        let Places { dir, new, old, .. } = self.places(whose);
        if fs::exists(&old).map_err(reading(&old))? {
            if fs::exists(&dir).map_err(reading(&dir))? {
                fs::remove_dir_all(&old).map_err(writing(&old))?;
            } else {
                fs::rename(&old, &dir).map_err(writing(&dir))?;
            }
        }
        if fs::exists(&new).map_err(reading(&new))? {
            fs::remove_dir_all(&new).map_err(writing(&new))?;
        }
        if !fs::exists(&dir).map_err(reading(&dir))? {
            return Ok(Kept::Nothing);
        }
        let files =
            (found(text(&dir.join(CERTIFICATE)))?, found(secret(&dir.join(KEY)))?, found(text(&dir.join(REQUEST)))?);
        Ok(match files {
            (Some(certificate), Some(key), Some(request)) => Kept::Whole(Files { certificate, key, request }),
            _ => Kept::Torn,
        })
    }

    /// Writes a pair beside the place where it is to be; [`Self::settle`] puts it there.
    pub(super) fn write_pair(&self, whose: &Whose, files: &Files) -> Result<(), PkiError> {
        let Places { parent, new, .. } = self.places(whose);
        make_dir(&parent)?;
        make_dir(&new)?;
        create(&new.join(KEY), files.key.expose(), 0o600)?;
        create(&new.join(CERTIFICATE), &files.certificate, 0o644)?;
        create(&new.join(REQUEST), &files.request, 0o644)
    }

    /// Puts the pairs that were written for `these` in the place of the ones before, all on the disk when this returns.
    /// Together, because the first sync of many takes most of the others' work with it.
    pub(super) fn settle(&self, these: &[&Whose]) -> Result<(), PkiError> {
        let places: Vec<Places> = these.iter().map(|whose| self.places(whose)).collect();
        for Places { new, .. } in &places {
            for name in [KEY, CERTIFICATE, REQUEST] {
                sync(&new.join(name))?;
            }
            sync(new)?;
        }
        let mut replaced = Vec::new();
        for Places { dir, new, old, .. } in &places {
            if fs::exists(dir).map_err(reading(dir))? {
                fs::rename(dir, old).map_err(writing(old))?;
                replaced.push(old);
            }
            fs::rename(new, dir).map_err(writing(dir))?;
        }
        let hosts = self.dir.join("hosts");
        if fs::exists(&hosts).map_err(reading(&hosts))? {
            sync(&hosts)?;
        }
        sync(&self.dir)?;
        for old in replaced {
            fs::remove_dir_all(old).map_err(writing(old))?;
        }
        Ok(())
    }

    fn places(&self, whose: &Whose) -> Places {
        let (parent, name) = match whose {
            Whose::Host(host) => (self.dir.join("hosts"), host.as_str()),
            Whose::Everyone => (self.dir.clone(), "shared"),
        };
        Places {
            dir: parent.join(name),
            new: parent.join(format!(".{name}.new")),
            old: parent.join(format!(".{name}.old")),
            parent,
        }
    }
}

/// Where a pair is, comes from and goes to. Host names begin with a letter or digit, so the dots are ours.
struct Places {
    parent: PathBuf,
    dir: PathBuf,
    new: PathBuf,
    old: PathBuf,
}

/// The certificates in a directory of ours, by the name of their directory; the CA's is empty.
pub(super) fn certificates(dir: &Path) -> Result<Vec<(String, PathBuf, String)>, PkiError> {
    fs::metadata(dir).map_err(reading(dir))?;
    let mut all = Vec::new();
    let ca = dir.join("ca.pem");
    all.extend(found(text(&ca))?.map(|text| (String::new(), ca, text)));
    let shared = dir.join("shared").join(CERTIFICATE);
    all.extend(found(text(&shared))?.map(|text| ("shared".to_owned(), shared, text)));
    let hosts = dir.join("hosts");
    let Some(entries) = found(fs::read_dir(&hosts).map_err(reading(&hosts)))? else {
        return Ok(all);
    };
    let mut names = Vec::new();
    for entry in entries {
        names.push(entry.map_err(reading(&hosts))?.file_name().to_string_lossy().into_owned());
    }
    names.retain(|name| !name.starts_with('.'));
    names.sort_unstable();
    for name in names {
        let path = hosts.join(&name).join(CERTIFICATE);
        let text = text(&path)?;
        all.push((format!("hosts/{name}"), path, text));
    }
    Ok(all)
}
