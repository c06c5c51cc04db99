//! Certificates for keys that stay on their hosts: what a request brings is the public key, what a certificate says is the
//! cluster file's word alone.
//!
//! ```text
//! pki/hosts/n1/   etcd-peer.pem 0644  etcd-peer.csr 0644
//! ```

use std::io;
use std::path::PathBuf;

use payload::exit::ExitStatus;
use payload::fingerprint::Fingerprint;
use payload::name::HostName;
use payload::render::{CERTIFICATE, KEY, REQUEST, SEALED_KEY};
use rcgen::PublicKeyData as _;
use time::OffsetDateTime;

use super::ca::{self, Authority};
use super::error::PkiError;
use super::request::Request;
use super::site::{LEAST_LEFT, Site};
use super::spec::{self, CertificateSpec, Holder};
use super::stand_in::StandIns;
use super::store::Store;
use super::{chain, check, file};
use crate::atomic_file::{self, FileMode};
use crate::failure::Diagnose;
use crate::report::Narrator;
use crate::text;

/// A host whose key has a certificate.
#[derive(Debug, Clone)]
pub struct Certified {
    /// The host.
    pub host: HostName,
    /// `etcd-peer.pem`
    pub certificate_pem: String,
    /// `etcd-peer.csr`, as the host made it.
    pub csr_pem: String,
}

/// What is there for the bundles of a cluster whose hosts make their keys.
pub struct Certificates {
    /// `ca.pem`
    pub ca_pem: String,
    /// In the order of the cluster file; hosts whose request is still awaited are missing.
    pub of: Vec<Certified>,
    /// Who can lend a rehearsal what only hosts have; `None` where the CA's key is not at hand.
    pub stand_ins: Option<StandIns>,
}

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The CA or the directory cannot be used.
    Pki(#[from] PkiError),
    /// Two hosts with one key. Nothing was signed.
    Shared {
        /// Whose request it is said to be.
        host: HostName,
        /// Whose key it is.
        other: HostName,
    },
    /// A certificate could not be read or kept.
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl Diagnose for SignError {
    fn exit_status(&self) -> ExitStatus {
        match self {
            Self::Pki(error) => error.exit_status(),
            Self::Shared { .. } | Self::Io { .. } => ExitStatus::Refused,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Pki(error) => error.help(),
            Self::Shared { host, .. } => Some(text::pki::own_key(host)),
            Self::Io { path, .. } => Some(text::help::list_itself(path)),
        }
    }
}

/// The key that `host` has had until now: that of the certificate that is kept for it, else that of its request. `None` where it
/// has had none, or none that can be read.
pub fn key_until_now(
    site: &Site<'_>,
    host: &HostName,
    narrator: &mut dyn Narrator,
) -> Result<Option<Fingerprint>, SignError> {
    let store = Store::open(&site.dir(), narrator)?;
    let dir = store.dir_of(&Holder::Host(host.clone()));
    if let Some(text) = file::found(file::text(&dir.join(CERTIFICATE)))?
        && let Ok(block) = pem::parse(&text)
        && let Ok(certificate) = chain::x509(block.contents())
    {
        return Ok(Some(Fingerprint::of(certificate.public_key().raw)));
    }
    let request = file::found(file::text(&dir.join(REQUEST)))?;
    Ok(request.and_then(|text| Request::parse(&text).ok()).map(|request| request.fingerprint()))
}

/// The certificates that are kept and still fit, and new ones for `requests`, each for a host of the cluster.
pub fn certificates(
    site: &Site<'_>,
    requests: &[(HostName, Request)],
    narrator: &mut dyn Narrator,
) -> Result<Certificates, SignError> {
    let (all, odd) = spec::all(site.cluster);
    for name in odd {
        narrator.warn(&text::pki::impossible_name(name));
    }
    let store = Store::open(&site.dir(), narrator)?;
    let mut authority = ca::load(site, &store, narrator)?;
    if !requests.is_empty() {
        authority = ca::unlock(site, authority, narrator)?;
        if let Some(end) = authority.ends_before(site.validity, site.now) {
            narrator.warn(&text::pki::ends_with_ca(authority.file(), end));
        }
    }
    let issuer = HostIssuer { store: &store, authority: &authority, site };
    let mut of = Vec::new();
    for spec in &all {
        let Holder::Host(host) = &spec.holder else { continue };
        if requests.iter().any(|(name, _)| name == host) {
            continue;
        }
        match kept(site, &store, &authority, spec, host)? {
            KeptForHost::Nothing => {}
            KeptForHost::LeftOut(why) => narrator.warn(&text::pki::left_out(host, &why)),
            KeptForHost::Fits(one, _) => of.push(*one),
        }
    }
    each_its_own(requests, &of)?;
    for spec in &all {
        let Holder::Host(host) = &spec.holder else { continue };
        if let Some((_, request)) = requests.iter().find(|(name, _)| name == host) {
            of.push(issuer.sign(spec, host, request)?);
        }
    }
    of.sort_by_key(|one| site.cluster.hosts.iter().position(|host| host.name == one.host));
    narrator.note(&text::pki::signed(requests.len(), of.len(), site.cluster.hosts.len()));
    let ca_pem = chain::pem(&authority.trusted);
    Ok(Certificates { ca_pem, of, stand_ins: StandIns::by(authority, all, site) })
}

/// A key that is used already is no one else's: whoever steals it would be two members.
fn each_its_own(requests: &[(HostName, Request)], kept: &[Certified]) -> Result<(), SignError> {
    let kept = kept.iter().filter_map(|one| Some((one.host.clone(), Request::parse(&one.csr_pem).ok()?)));
    let mut known: Vec<(HostName, Request)> = kept.collect();
    for (host, request) in requests {
        if let Some((other, _)) = known.iter().find(|(_, other)| other.der_bytes() == request.der_bytes()) {
            return Err(SignError::Shared { host: host.clone(), other: other.clone() });
        }
        known.push((host.clone(), request.clone()));
    }
    Ok(())
}

struct HostIssuer<'a> {
    store: &'a Store,
    authority: &'a Authority,
    site: &'a Site<'a>,
}

impl HostIssuer<'_> {
    fn sign(&self, spec: &CertificateSpec, host: &HostName, request: &Request) -> Result<Certified, SignError> {
        let spec = &self.authority.permitted(spec)?;
        let certificate = self.authority.issue(spec, request, self.site.validity, self.site.now)?;
        check::without_key(&certificate, request.pem(), spec, self.authority, self.site.now, self.site.validity)
            .map_err(|problem| PkiError::Unsound { holder: spec.holder.to_string(), why: problem.to_string() })?;
        let dir = self.store.dir_of(&spec.holder);
        let kept = |path: PathBuf, done: io::Result<()>| done.map_err(|source| SignError::Io { path, source });
        // A key that was made here would be that of another certificate.
        kept(dir.clone(), file::dir_without(&dir, &[KEY, SEALED_KEY]))?;
        for (name, text) in [(REQUEST, request.pem()), (CERTIFICATE, certificate.as_str())] {
            let path = dir.join(name);
            kept(path.clone(), atomic_file::replace(&path, text.as_bytes(), FileMode::Exactly(0o644)))?;
        }
        Ok(Certified { host: host.clone(), certificate_pem: certificate, csr_pem: request.pem().to_owned() })
    }
}

/// What is there of an earlier request.
pub(super) enum KeptForHost {
    Nothing,
    /// It does not fit any more, and why.
    LeftOut(String),
    /// Until when.
    Fits(Box<Certified>, OffsetDateTime),
}

/// The certificate of an earlier request of `host`.
pub(super) fn kept(
    site: &Site<'_>,
    store: &Store,
    authority: &Authority,
    spec: &CertificateSpec,
    host: &HostName,
) -> Result<KeptForHost, SignError> {
    let dir = store.dir_of(&spec.holder);
    let read = |name: &str| -> Result<Option<String>, SignError> {
        let path = dir.join(name);
        let bytes = file::bytes(&path).map_err(|source| SignError::Io { path, source })?;
        Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    };
    let (Some(certificate_pem), Some(csr_pem)) = (read(CERTIFICATE)?, read(REQUEST)?) else {
        return Ok(KeptForHost::Nothing);
    };
    if read(KEY)?.is_some() {
        return Ok(KeptForHost::LeftOut(text::pki::KEY_MADE_HERE.into()));
    }
    let left = LEAST_LEFT.min(site.validity / 2);
    Ok(match check::without_key(&certificate_pem, &csr_pem, spec, authority, site.now, left) {
        Ok(fit) => KeptForHost::Fits(Box::new(Certified { host: host.clone(), certificate_pem, csr_pem }), fit.end),
        Err(problem) => KeptForHost::LeftOut(problem.to_string()),
    })
}
