//! What `build` will find in `pki/` and make there: the looks and decisions of `ca`, `issue`, `host_key`, `sealing` and `signing`,
//! and nothing of what they make. Must not write, and must not decide anything that they decide otherwise.

use std::path::PathBuf;

use payload::cluster::Keys;
use payload::digest::Digest;
use payload::name::HostName;
use payload::signer::SignerKey;
use time::OffsetDateTime;

use super::ca::{self, Authority, FoundCa, KeyPlace};
use super::error::PkiError;
use super::file;
use super::host_key::{self, KeptForHost, SignError};
use super::issue::{self, Takes};
use super::peer_name::namesakes;
use super::sealing::{self, SealError};
use super::signing;
use super::site::Site;
use super::spec::{self, CertificateSpec, Holder};
use super::store::Store;
use super::stored::{StoredCertificate, look};
use crate::text::{command, pki as text};

/// All of it.
#[derive(Debug)]
pub(crate) struct Outlook {
    pub(crate) ca: CaOutlook,
    /// One for each host in the order of the cluster file, or a single one for all.
    pub(crate) certificates: Vec<CertificateOutlook>,
    /// Whether the CA's key must be opened.
    pub(crate) opens_ca_key: bool,
    /// Where keys travel sealed.
    pub(crate) sealing: Option<SealingOutlook>,
    /// Who signs the bundles; `None` where the key is to be made.
    pub(crate) signer: Option<SignerKey>,
    pub(crate) warnings: Vec<String>,
    /// Why certificates cannot be made.
    pub(crate) fault: Option<PkiError>,
}

#[derive(Debug)]
pub(crate) struct CaOutlook {
    pub(crate) file: PathBuf,
    pub(crate) end: OffsetDateTime,
    /// `None` where it is to be made.
    pub(crate) key: Option<KeyPlace>,
}

#[derive(Debug)]
pub(crate) struct CertificateOutlook {
    holder: Holder,
    pub(crate) fate: Fate,
    /// Where it is kept.
    certificate: Option<String>,
}

/// What becomes of somebody's certificate.
#[derive(Debug)]
pub(crate) enum Fate {
    /// It is used as it is, until then.
    Kept(OffsetDateTime),
    /// There is none.
    Made(OffsetDateTime),
    /// Another takes its place, and why.
    Renewed(OffsetDateTime, String),
    /// It comes from elsewhere: of a CA whose key is, or for a key that the host makes. Why the last one does not fit.
    Awaited(Option<String>),
}

/// What becomes of the passphrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SealingOutlook {
    /// All keys stay sealed as an earlier build has left them.
    Stays,
    /// The keys of these are sealed with one that is made, or given.
    New(Vec<Holder>),
}

/// What `build` will do in the directory of `site`.
pub(crate) fn outlook(site: &Site<'_>) -> Result<Outlook, SignError> {
    let (all, odd) = spec::all(site.cluster);
    let store = Store::look(&site.dir())?;
    let mut outlook = Outlook {
        ca: CaOutlook { file: store.ca_certificate(), end: ca::end_of_new(site.cluster, site.now), key: None },
        certificates: Vec::new(),
        opens_ca_key: false,
        sealing: None,
        signer: signing::kept_signer(&store)?,
        warnings: odd.into_iter().map(text::impossible_name).collect(),
        fault: None,
    };
    let authority = match ca::find(site, &store)? {
        FoundCa::There(authority) => {
            let (file, end) = (authority.file().to_owned(), authority.end());
            outlook.ca = CaOutlook { file, end, key: Some(authority.key_place()) };
            Some(authority)
        }
        FoundCa::ToMake(key) => {
            outlook.opens_ca_key = key.is_locked();
            None
        }
    };
    let namesakes = file::found(namesakes(&site.dir(), site.cluster))?.unwrap_or_default();
    outlook.warnings.extend(namesakes.iter().map(|path| command::namesake(path)));
    match site.cluster.pki.keys {
        Keys::HostKey => outlook.of_host_keys(site, &store, &all, authority.as_deref())?,
        Keys::Passphrase | Keys::Plaintext => outlook.of_pairs(site, &store, all, authority.as_deref())?,
    }
    Ok(outlook)
}

impl Outlook {
    /// What becomes of the certificate of `host`.
    pub(crate) fn fate(&self, host: &HostName) -> Option<&Fate> {
        self.of(host).map(|certificate| &certificate.fate)
    }

    /// The certificate of `host`, where one is kept.
    pub(crate) fn kept(&self, host: &HostName) -> Option<&str> {
        self.of(host)?.certificate.as_deref()
    }

    fn of(&self, host: &HostName) -> Option<&CertificateOutlook> {
        self.certificates.iter().find(|certificate| certificate.holder.is(host))
    }

    fn of_host_keys(
        &mut self,
        site: &Site<'_>,
        store: &Store,
        all: &[CertificateSpec],
        authority: Option<&Authority>,
    ) -> Result<(), SignError> {
        for spec in all {
            let Holder::Host(host) = &spec.holder else { continue };
            let kept = match authority {
                Some(authority) => host_key::kept(site, store, authority, spec, host)?,
                None => KeptForHost::Nothing,
            };
            let (fate, certificate) = match kept {
                KeptForHost::Nothing => (Fate::Awaited(None), None),
                KeptForHost::LeftOut(why) => (Fate::Awaited(Some(why)), None),
                KeptForHost::Fits(one, end) => (Fate::Kept(end), Some(one.certificate_pem)),
            };
            self.certificates.push(CertificateOutlook { holder: spec.holder.clone(), fate, certificate });
        }
        Ok(())
    }

    fn of_pairs(
        &mut self,
        site: &Site<'_>,
        store: &Store,
        all: Vec<CertificateSpec>,
        authority: Option<&Authority>,
    ) -> Result<(), SignError> {
        // Of a CA that is yet to be made there is nothing that fits.
        let found = match authority {
            Some(authority) => look(site, store, &all, authority)?,
            None => all.iter().map(|_| StoredCertificate::Nothing).collect(),
        };
        if let Some(authority) = authority {
            self.warnings.extend(issue::doubts(site, &all, &found, authority));
            match issue::takes(&all, &found, authority) {
                Ok(takes) => self.opens_ca_key |= takes == Takes::Passphrase,
                Err(fault) => self.fault = Some(fault),
            }
        }
        let end = authority
            .map_or((site.now + site.validity).min(self.ca.end), |authority| authority.end_of(site.validity, site.now));
        let waits = authority.is_some_and(|authority| authority.key_place() == KeyPlace::Elsewhere);
        let mut unsealed = Vec::new();
        for (spec, found) in all.into_iter().zip(found) {
            if !is_sealed(store, &spec.holder, &found)? {
                unsealed.push(spec.holder.clone());
            }
            let mut certificate = None;
            let fate = match found {
                StoredCertificate::Fits(_, fit) => {
                    certificate = Some(fit.certificate);
                    Fate::Kept(fit.end)
                }
                StoredCertificate::Nothing if waits => Fate::Awaited(None),
                StoredCertificate::Unfit(problem) if waits => Fate::Awaited(Some(problem.to_string())),
                StoredCertificate::Nothing => Fate::Made(end),
                StoredCertificate::Unfit(problem) => Fate::Renewed(end, problem.to_string()),
            };
            self.certificates.push(CertificateOutlook { holder: spec.holder, fate, certificate });
        }
        if site.cluster.pki.keys == Keys::Passphrase {
            self.sealing =
                Some(if unsealed.is_empty() { SealingOutlook::Stays } else { SealingOutlook::New(unsealed) });
        }
        Ok(())
    }
}

/// Whether an earlier build has sealed the key that will be used.
fn is_sealed(store: &Store, holder: &Holder, found: &StoredCertificate) -> Result<bool, SignError> {
    let StoredCertificate::Fits(files, _) = found else { return Ok(false) };
    let sha256 = Digest::of(files.key.expose().as_bytes());
    match sealing::kept(store, holder, sha256) {
        Ok(file) => Ok(file.is_some()),
        Err(SealError::Io { path, source }) => Err(SignError::Io { path, source }),
        Err(SealError::Pki(error)) => Err(SignError::Pki(error)),
        // Only sealing itself ends so.
        Err(SealError::OtherPassphrase(_) | SealError::Unsound { .. }) => Ok(false),
    }
}
