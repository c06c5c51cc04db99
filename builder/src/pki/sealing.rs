//! The hosts' keys under a passphrase, kept beside them, so that the same `pki/` gives the same bundles and the
//! passphrase of the first build goes on being the right one.
//!
//! ```text
//! pki/hosts/n1/   etcd-peer-key.age 0600  etcd-peer-key.age.sha256 0644
//! ```
//!
//! The second is in `sha256sum -c`'s form and holds the sums of the key and of the sealed file: while both are right, the
//! file belongs to the key, and no passphrase is needed to know it. Which passphrase it is, nobody here remembers.

use std::io;
use std::path::{Path, PathBuf};
use std::thread;

use payload::digest::Digest;
use payload::exit::ExitStatus;
use payload::render::{KEY, SEALED_KEY};
use payload::sealed::{self, Passphrase, Sealed, SealedError};
use zeroize::Zeroizing;

use super::error::PkiError;
use super::issue::{Issued, IssuedPair};
use super::site::Site;
use super::spec::Holder;
use super::store::Store;
use super::{file, paths};
use crate::atomic_file::{self, FileMode};
use crate::failure::Diagnose;
use crate::parallel;
use crate::report::Narrator;
use crate::secret::Secret;
use crate::text;

/// Keys that are sealed side by side: half a gigabyte of memory.
const MOST_AT_ONCE: usize = 4;

/// One key as it travels.
#[derive(Debug, Clone)]
pub struct SealedKey {
    /// Who gets it.
    pub holder: Holder,
    /// The age file.
    pub file: Vec<u8>,
    /// The sum of the key itself.
    pub sha256: Digest,
}

/// Why keys were not sealed. Sealed files of earlier builds are as they were.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The directory cannot be used.
    Pki(#[from] PkiError),
    /// A sealed file could not be read or written.
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The passphrase that was given is not that of an earlier build.
    OtherPassphrase(PathBuf),
    /// What was just sealed does not open.
    Unsound {
        /// A host, or all of them.
        holder: String,
        /// Why not.
        why: String,
    },
}

/// Whether an earlier build has sealed any key of this cluster.
#[must_use]
pub fn has_sealed_keys(site: &Site<'_>) -> bool {
    let hosts = site.cluster.hosts.iter().map(|host| Holder::Host(host.name.clone()));
    hosts.chain([Holder::Everyone]).any(|holder| {
        let path = paths::paths(&site.dir(), &holder).dir.join(SEALED_KEY);
        file::bytes(&path).is_ok_and(|file| file.is_some())
    })
}

impl Diagnose for SealError {
    /// 3: refused, nothing changed on any host. 1: a bug in etcdpack.
    fn exit_status(&self) -> ExitStatus {
        match self {
            Self::Pki(error) => error.exit_status(),
            Self::Io { .. } | Self::OtherPassphrase(_) => ExitStatus::Refused,
            Self::Unsound { .. } => ExitStatus::Bug,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Pki(error) => error.help(),
            Self::OtherPassphrase(_) => Some(text::pki::OTHER_PASSPHRASE.into()),
            Self::Io { path, .. } => Some(text::help::list(path)),
            Self::Unsound { .. } => None,
        }
    }
}

/// Which sealed files of earlier builds still serve.
pub struct Sealing<'a> {
    store: Store,
    kept: Vec<SealedKey>,
    wanted: Vec<&'a IssuedPair>,
}

impl<'a> Sealing<'a> {
    /// Looks what is kept in `dir` for the keys of `issued`. Nothing is, where all are to be sealed anew.
    pub fn open(issued: &'a Issued, dir: &Path, anew: bool, narrator: &mut dyn Narrator) -> Result<Self, SealError> {
        let mut sealing = Self { store: Store::open(dir, narrator)?, kept: Vec::new(), wanted: Vec::new() };
        for pair in &issued.pairs {
            let sha256 = Digest::of(pair.key_pem.expose().as_bytes());
            match kept(&sealing.store, &pair.holder, sha256)? {
                Some(file) if !anew => sealing.kept.push(SealedKey { holder: pair.holder.clone(), file, sha256 }),
                _ => sealing.wanted.push(pair),
            }
        }
        Ok(sealing)
    }

    /// Whose keys have to be sealed.
    pub fn wanted(&self) -> impl Iterator<Item = &Holder> {
        self.wanted.iter().map(|pair| &pair.holder)
    }

    /// Whether `passphrase` opens what earlier builds have sealed.
    pub fn check(&self, passphrase: &Passphrase) -> Result<(), SealError> {
        self.kept.iter().try_for_each(|SealedKey { holder, file, .. }| {
            let opened = Sealed::parse(file).and_then(|sealed| sealed.open(passphrase));
            opened.map(drop).map_err(|_| SealError::OtherPassphrase(self.path(holder)))
        })
    }

    /// Seals the rest with `passphrase`: some at a time, each of which takes [`payload::sealed::MEMORY`].
    pub fn seal(mut self, passphrase: &Passphrase) -> Result<Vec<SealedKey>, SealError> {
        let passphrase = &passphrase.tidy();
        let at_once = thread::available_parallelism().map_or(1, usize::from).min(MOST_AT_ONCE);
        let all = parallel::map(&self.wanted, at_once, |pair| seal_one(pair, passphrase))?;
        // All or none: two hosts of one build do not have two passphrases.
        for sealed in &all {
            self.keep(sealed)?;
        }
        self.kept.extend(all);
        Ok(self.kept)
    }

    /// What earlier builds have sealed, where that is all.
    #[must_use]
    pub fn as_it_is(self) -> Vec<SealedKey> {
        self.kept
    }

    fn path(&self, holder: &Holder) -> PathBuf {
        sealed_file(&self.store, holder)
    }

    fn keep(&self, sealed: &SealedKey) -> Result<(), SealError> {
        let path = self.path(&sealed.holder);
        let sums = record(sealed.sha256, &sealed.file);
        let put = |path: &Path, bytes, mode| {
            atomic_file::replace(path, bytes, FileMode::Exactly(mode))
                .map_err(|source| SealError::Io { path: path.to_owned(), source })
        };
        put(&path, &sealed.file, 0o600)?;
        put(&beside(&path), sums.as_bytes(), 0o644)
    }
}

fn sealed_file(store: &Store, holder: &Holder) -> PathBuf {
    store.dir_of(holder).join(SEALED_KEY)
}

/// The sealed file of an earlier build, if it belongs to the key with this sum.
pub(super) fn kept(store: &Store, holder: &Holder, sha256: Digest) -> Result<Option<Vec<u8>>, SealError> {
    let path = sealed_file(store, holder);
    let (Some(file), Some(sums)) = (read(&path)?, read(&beside(&path))?) else { return Ok(None) };
    Ok((sums == record(sha256, &file).as_bytes() && Sealed::parse(&file).is_ok()).then_some(file))
}

fn seal_one(pair: &IssuedPair, passphrase: &Passphrase) -> Result<SealedKey, SealError> {
    let file = sealed(&pair.key_pem, passphrase).map_err(|why| unsound(pair, &why))?;
    opens(&file, &pair.key_pem, passphrase).map_err(|error| unsound(pair, &error.to_string()))?;
    Ok(SealedKey { holder: pair.holder.clone(), file, sha256: Digest::of(pair.key_pem.expose().as_bytes()) })
}

fn unsound(pair: &IssuedPair, why: &str) -> SealError {
    SealError::Unsound { holder: pair.holder.to_string(), why: why.to_owned() }
}

/// The sums, as `sha256sum` writes them.
fn record(key: Digest, file: &[u8]) -> String {
    format!("{key}  {KEY}\n{}  {SEALED_KEY}\n", Digest::of(file))
}

fn beside(path: &Path) -> PathBuf {
    path.with_extension("age.sha256")
}

fn sealed(key: &Secret, passphrase: &Passphrase) -> Result<Vec<u8>, String> {
    let mut random = Zeroizing::new(sealed::Random::default());
    getrandom::fill(random.as_flattened_mut()).map_err(|error| error.to_string())?;
    sealed::seal(key.expose().as_bytes(), passphrase, &random).map_err(|error| error.to_string())
}

/// By the reader that the hosts have.
fn opens(file: &[u8], key: &Secret, passphrase: &Passphrase) -> Result<(), SealedError> {
    let opened = Sealed::parse(file)?.open(passphrase)?;
    if opened.expose() == key.expose().as_bytes() {
        Ok(())
    } else {
        Err(SealedError::Damaged(text::pki::OTHER_KEY.text()))
    }
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, SealError> {
    file::bytes(path).map_err(|source| SealError::Io { path: path.to_owned(), source })
}
