//! Finding out whether a certificate and its key can be used on this host: the bundle's, or those that are in use here. A
//! sealed key is only looked at from outside.

use std::fs::File;

use payload::bundle::{Bundle, BundleError};
use payload::digest::Digest;
use payload::manifest::{KeyFrom, Manifest};
use payload::path::AbsPath;
use payload::render;
use payload::sealed::Sealed;
use zeroize::Zeroizing;

use super::ProbeError;
use crate::certificates::Home;
use crate::change::Change;
use crate::facts::credentials::{
    Broken, CredentialError, Credentials, Flaw, Here, LARGEST_CERTIFICATES, LARGEST_KEY, OwnKey, PemFile, Validity,
    x509,
};
use crate::facts::paths::Seen;
use crate::host::Tree;
use crate::records::StateDir;

/// A certificate with what belongs to it: as a bundle brings them, or as they are in use here.
pub(super) struct Brought {
    ca: Vec<u8>,
    certificate: Vec<u8>,
    key: Key,
}

/// A certificate's key.
enum Key {
    Clear(Zeroizing<Vec<u8>>),
    Sealed(Vec<u8>),
    /// The host has its own, and the bundle none.
    OfHost,
}

impl Brought {
    /// `None` of a bundle without a certificate.
    pub(super) fn read(bundle: &mut Bundle<File>) -> Result<Option<Self>, BundleError> {
        if !bundle.manifest().has_certificate() {
            return Ok(None);
        }
        let from = bundle.manifest().key_from();
        let mut read = |name: &str| bundle.read(&format!("certs/{name}"));
        let (ca, certificate) = (read(render::CA)?, read(render::CERTIFICATE)?);
        let key = match from {
            KeyFrom::Bundle => Key::Clear(read(render::KEY)?.into()),
            KeyFrom::Sealed => Key::Sealed(read(render::SEALED_KEY)?),
            KeyFrom::Host => Key::OfHost,
        };
        Ok(Some(Self { ca, certificate, key }))
    }

    /// What lies where etcd reads it. A file that is missing, or larger than any of ours, is as one that cannot be read.
    pub(super) fn in_use(tree: &Tree, manifest: &Manifest) -> Result<Self, ProbeError> {
        let certs = manifest.layout.certs()?;
        let read = |name: &str, max| -> Result<Vec<u8>, ProbeError> {
            Ok(tree.read_if_there(&certs.join(name)?, max).ok().flatten().unwrap_or_default())
        };
        let key = match manifest.key_from() {
            KeyFrom::Bundle | KeyFrom::Sealed => Key::Clear(read(render::KEY, LARGEST_KEY)?.into()),
            KeyFrom::Host => Key::OfHost,
        };
        Ok(Self {
            ca: read(render::CA, LARGEST_CERTIFICATES)?,
            certificate: read(render::CERTIFICATE, LARGEST_CERTIFICATES)?,
            key,
        })
    }

    /// The CAs, as they stand in their file.
    pub(super) fn cas(&self) -> &[u8] {
        &self.ca
    }
}

/// What is brought, checked for this bundle's member.
pub(super) fn credentials(
    tree: &Tree,
    manifest: &Manifest,
    brought: Option<&Brought>,
    state: &StateDir,
    ours: &[Change],
) -> Result<Credentials, ProbeError> {
    let here = here(tree, &Home::of(&manifest.layout)?, ours)?;
    let own_key = match brought {
        Some(brought) if manifest.key_from() == KeyFrom::Host => {
            let mut places = vec![manifest.key_path()?, state.host_key_file()?];
            if let Some(here) = &here {
                places.insert(0, here.dir.join(render::KEY)?);
            }
            own_key(tree, &brought.certificate, places)?
        }
        _ => None,
    };
    Ok(Credentials {
        validity: validity(manifest, brought, own_key.as_ref()),
        common_name: brought.and_then(|brought| x509::common_name(&brought.certificate)),
        addresses: brought.and_then(|brought| x509::addresses(&brought.certificate)),
        own_key,
        here,
        broken: None,
    })
}

/// Where what is in use lies, as far as it is ours: where the link leads, or in a directory in its place.
fn here(tree: &Tree, home: &Home, ours: &[Change]) -> Result<Option<Here>, ProbeError> {
    let dir = match (tree.look(&home.link)?, tree.look(&home.current)?) {
        (Seen::Dir { .. }, _) => Some(home.link.clone()),
        (Seen::Absent | Seen::Link { .. }, Seen::Link { target }) => home.set(&target),
        _ => None,
    };
    let is_ours = |path: &AbsPath| ours.iter().any(|change| change.path() == Some(path));
    let Some(dir) = dir.filter(is_ours) else { return Ok(None) };
    let mut others = tree.list(&dir)?;
    // What a run that was killed has left under a name that only we use goes by itself.
    others.retain(|name| !name.ends_with(".etcdpack-new") && !dir.join(name).is_ok_and(|path| is_ours(&path)));
    Ok(Some(Here { dir, others }))
}

fn validity(
    manifest: &Manifest,
    brought: Option<&Brought>,
    own_key: Option<&OwnKey>,
) -> Result<Validity, CredentialError> {
    manifest.me().ok_or(CredentialError::Unreadable(PemFile::Manifest))?;
    let Brought { ca, certificate, key } = brought.ok_or(CredentialError::Awaited)?;
    let key = match key {
        Key::OfHost if own_key.is_none() => return Err(CredentialError::NotHere),
        Key::OfHost => None,
        Key::Clear(key) => Some(key.as_slice()),
        Key::Sealed(key) => {
            Sealed::parse(key).map_err(CredentialError::Sealed)?;
            None
        }
    };
    x509::Pems { ca, certificate, key }.check(&manifest.addresses())
}

/// What of the installed certificates etcd cannot use: the first of CA, certificate and key. What somebody has put a link in the place
/// of is his to know.
pub(crate) fn broken(tree: &Tree, manifest: &Manifest) -> Option<Broken> {
    let certs = manifest.layout.certs().ok()?;
    let account = tree.user(&manifest.user).ok().flatten();
    let broken = |file: PemFile, flaw| {
        let path = certs.join(name(file)).ok()?;
        Some(Broken { file, path, flaw, key_from: manifest.key_from(), host: manifest.host.clone() })
    };
    for file in [PemFile::Ca, PemFile::Certificate, PemFile::Key] {
        let flaw = match tree.look(&certs.join(name(file)).ok()?).ok()? {
            Seen::Absent => Flaw::Missing,
            Seen::File { size: 0, .. } => Flaw::Empty,
            Seen::File { mode, uid, gid, .. } => match &account {
                Some(account) if !account.may(0o4, mode, (uid, gid)) => Flaw::Closed { user: manifest.user.clone() },
                _ => continue,
            },
            Seen::Dir { .. } | Seen::Link { .. } | Seen::Other => return None,
        };
        return broken(file, flaw);
    }
    let read = |file: PemFile, max| tree.read(&certs.join(name(file)).ok()?, max).ok();
    let (ca, certificate) =
        (read(PemFile::Ca, LARGEST_CERTIFICATES)?, read(PemFile::Certificate, LARGEST_CERTIFICATES)?);
    let key = Zeroizing::new(read(PemFile::Key, LARGEST_KEY)?);
    match (x509::Pems { ca: &ca, certificate: &certificate, key: Some(&key) }).check(&[]) {
        Err(CredentialError::Unreadable(file)) => broken(file, Flaw::NoPem),
        Err(CredentialError::Key) => broken(PemFile::Key, Flaw::NotTheirs),
        Err(CredentialError::Issuer) => broken(PemFile::Certificate, Flaw::NotTheirs),
        _ => None,
    }
}

fn name(file: PemFile) -> &'static str {
    match file {
        PemFile::Ca => render::CA,
        PemFile::Key => render::KEY,
        PemFile::Certificate | PemFile::Manifest => render::CERTIFICATE,
    }
}

/// The key of this host's own that the certificate is for: in its place, or where it was made.
fn own_key(tree: &Tree, certificate: &[u8], places: Vec<AbsPath>) -> Result<Option<OwnKey>, ProbeError> {
    for at in places {
        let Some(key) = tree.read_if_there(&at, LARGEST_KEY)?.map(Zeroizing::new) else { continue };
        if x509::is_key_of(certificate, &key).is_ok() {
            return Ok(Some(OwnKey { at, sha256: Digest::of(&key) }));
        }
    }
    Ok(None)
}
