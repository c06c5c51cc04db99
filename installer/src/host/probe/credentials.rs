//! Finding out whether the bundle's certificate and key can be used on this host. A sealed key is only looked at from
//! outside.

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
use crate::facts::credentials::{CredentialError, Credentials, Here, LARGEST_KEY, OwnKey, PemFile, Validity, x509};
use crate::facts::paths::Seen;
use crate::host::Tree;
use crate::records::StateDir;

/// What a bundle with a certificate brings of them, as it stands in the bundle.
pub(super) struct Brought {
    ca: Vec<u8>,
    certificate: Vec<u8>,
    /// In the clear, or sealed, as the manifest says; `None` where the host has its own.
    key: Option<Zeroizing<Vec<u8>>>,
}

impl Brought {
    /// `None` of a bundle without a certificate.
    pub(super) fn read(bundle: &mut Bundle<File>) -> Result<Option<Self>, BundleError> {
        if !bundle.manifest().has_certificate() {
            return Ok(None);
        }
        let key = match bundle.manifest().key_from() {
            KeyFrom::Bundle => Some(render::KEY),
            KeyFrom::Sealed => Some(render::SEALED_KEY),
            KeyFrom::Host => None,
        };
        let mut read = |name: &str| bundle.read(&format!("certs/{name}"));
        let (ca, certificate) = (read(render::CA)?, read(render::CERTIFICATE)?);
        Ok(Some(Self { ca, certificate, key: key.map(read).transpose()?.map(Zeroizing::new) }))
    }
}

impl Brought {
    /// The CAs, as they stand in the bundle.
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
        own_key,
        here,
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
    let me = manifest.me().ok_or(CredentialError::Unreadable(PemFile::Manifest))?;
    let Brought { ca, certificate, key } = brought.ok_or(CredentialError::Awaited)?;
    let key = match manifest.key_from() {
        KeyFrom::Host if own_key.is_none() => return Err(CredentialError::NotHere),
        KeyFrom::Host => None,
        KeyFrom::Bundle => key.as_ref().map(|key| key.as_slice()),
        KeyFrom::Sealed => {
            let sealed = key.as_ref().map(|key| key.as_slice()).unwrap_or_default();
            Sealed::parse(sealed).map_err(CredentialError::Sealed)?;
            None
        }
    };
    x509::Pems { ca, certificate, key }.check(me.address)
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
