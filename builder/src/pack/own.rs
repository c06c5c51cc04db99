//! What only one host's bundle has: its certificates, its rendered files, its manifest.

use std::num::NonZeroU64;

use payload::bundle::EntryName;
use payload::cluster::{Cluster, Host};
use payload::digest::Digest;
use payload::line::DisplayLine;
use payload::manifest::{
    Entry, Founder, Layout, Listen, Manifest, ManifestError, Member, Monitoring, Own, Pair, Purpose, SCHEMA, Service,
    Slot,
};
use payload::mode::Mode;
use payload::peer_name::PeerName;
use payload::provenance::Provenance;
use payload::render;

use payload::cluster::FIRST_WITH_LISTS;

use super::common::Common;
use super::error::PackError;
use super::parts::Parts;
use crate::pki::{KeyMaterial, SealedKey, StandIn};
use crate::rehearsal::{self, Cannot, KeyFrom};
use crate::text::{self, readme::HostKey};

/// One entry and its bytes.
pub(super) struct Packed {
    pub(super) name: EntryName,
    pub(super) mode: Mode,
    pub(super) bytes: Vec<u8>,
    purpose: Purpose,
}

/// A bundle of one host that has no number yet.
pub(super) struct Draft {
    pub(super) entries: Vec<Packed>,
    manifest: Manifest,
}

impl Draft {
    /// Everything that `host`'s bundle will hold.
    pub(super) fn new(parts: &Parts, host: &Host, common: &Common) -> Result<Self, PackError> {
        let cluster = parts.cluster;
        let layout = Layout::of(&cluster.paths, host.wal.clone(), cluster.release.version)?;
        let service = Service {
            manager: cluster.service.manager,
            name: cluster.service.name.clone(),
            stop_seconds: cluster.etcd.stop_seconds(),
            wheels: common.wheels.clone(),
        };
        let credentials = HostCredentials::of(parts, host)?;
        is_a_peer(parts.cluster, host, credentials.certificate)?;
        let slots = Slot::own(&layout, &service, credentials.pair())?;
        let own = slots.into_iter().map(|Slot { part, name, purpose }| {
            let mode = purpose.mode_inside();
            Ok(Packed { name, mode, bytes: bytes(part, parts, host, &credentials)?, purpose })
        });
        let own = own.collect::<Result<Vec<Packed>, PackError>>()?;
        let listed = own.iter().map(|own| {
            let content = payload::bundle::Content::of(&own.bytes);
            Entry { name: own.name.clone(), size: content.size, sha256: content.digest, purpose: own.purpose.clone() }
        });
        let entries = common.entries.iter().cloned().chain(listed).collect();
        let manifest = manifest(parts, host, common, layout, service, entries);
        // A bundle that no reader would take must not leave the house.
        manifest.check()?;
        Ok(Self { entries: own, manifest })
    }

    /// The member that this bundle makes.
    pub(super) fn member(&self, parts: &Parts) -> Result<rehearsal::Member, Cannot> {
        let bytes = |name: &EntryName| self.entries.iter().find(|own| own.name == *name).map(|own| own.bytes.clone());
        let host = &self.manifest.host;
        let lent = parts.stand_ins.map(|stand_ins| stand_ins.make(host)).transpose();
        let lent = lent.map_err(|error| Cannot::NoStandIn { host: host.clone(), why: error.to_string() })?.flatten();
        let key = match &lent {
            Some(StandIn { certificate_pem, key_pem }) => {
                KeyFrom::StandIn { certificate: certificate_pem, key: key_pem }
            }
            None => parts.issued.of(host).map_or(KeyFrom::Bundle, |pair| KeyFrom::Opened(&pair.key_pem)),
        };
        rehearsal::Member::of(&self.manifest, &bytes, key)
    }

    /// The sum of all that makes this bundle another than the last, but for its number.
    pub(super) fn content(&self, common: &Common) -> Result<Digest, PackError> {
        let manifest = self.manifest.to_bytes().map_err(ManifestError::from)?;
        Ok(Digest::of(format!("{} {}", Digest::of(&manifest), common.installer).as_bytes()))
    }

    /// The entries with the number in the last of them, the manifest; and that.
    pub(super) fn numbered(mut self, provenance: Provenance) -> Result<(Vec<Packed>, Manifest), PackError> {
        self.manifest.provenance = Some(provenance);
        let name = EntryName::try_from(payload::bundle::MANIFEST.to_owned())?;
        let bytes = self.manifest.to_bytes().map_err(ManifestError::from)?;
        self.entries.push(Packed { name, mode: Mode::PLAIN, bytes, purpose: Purpose::Reading });
        Ok((self.entries, self.manifest))
    }
}

/// What is there of the host's certificate and key.
struct HostCredentials<'a> {
    certificate: &'a str,
    request: &'a str,
    key: Key<'a>,
}

enum Key<'a> {
    Plaintext(&'a str),
    Sealed(&'a SealedKey),
    OnHost,
    /// Nor are certificate and request.
    Awaited,
}

impl<'a> HostCredentials<'a> {
    fn of(parts: &'a Parts, host: &Host) -> Result<Self, PackError> {
        let no_pair = || PackError::NoPair(host.name.clone());
        if let KeyMaterial::OnHost(all) = parts.keys {
            let certified = all.iter().find(|certified| certified.host == host.name);
            return Ok(certified.map_or(Self { certificate: "", request: "", key: Key::Awaited }, |certified| Self {
                certificate: &certified.certificate_pem,
                request: &certified.csr_pem,
                key: Key::OnHost,
            }));
        }
        let pair = parts.issued.of(&host.name).ok_or_else(no_pair)?;
        let key = match parts.keys {
            KeyMaterial::Sealed(all) => {
                Key::Sealed(all.iter().find(|sealed| sealed.holder.is(&host.name)).ok_or_else(no_pair)?)
            }
            _ => Key::Plaintext(pair.key_pem.expose()),
        };
        Ok(Self { certificate: &pair.certificate_pem, request: &pair.csr_pem, key })
    }

    fn pair(&self) -> Pair {
        match self.key {
            Key::Plaintext(_) => Pair::Plaintext,
            Key::Sealed(sealed) => Pair::Sealed(sealed.sha256),
            Key::OnHost => Pair::Certificate,
            Key::Awaited => Pair::Nothing,
        }
    }

    fn key(&self) -> Vec<u8> {
        match self.key {
            Key::Plaintext(pem) => pem.into(),
            Key::Sealed(sealed) => sealed.file.clone(),
            Key::OnHost | Key::Awaited => Vec::new(),
        }
    }
}

/// Whether members would take the host for one of them. Where others sign, the common name may be any.
pub(super) fn is_a_peer(cluster: &Cluster, host: &Host, certificate: &str) -> Result<(), PackError> {
    let peers = &cluster.etcd.peer_names;
    if peers.is_empty() || certificate.is_empty() {
        return Ok(());
    }
    let name = crate::pki::common_name(certificate).unwrap_or_default();
    if peers.iter().any(|peer| peer.as_str() == name) {
        return Ok(());
    }
    let all = peers.iter().map(PeerName::as_str).collect::<Vec<_>>().join(",");
    let (host, name) = (host.name.clone(), DisplayLine::of(&name));
    let takes_lists = cluster.release.version >= FIRST_WITH_LISTS;
    Err(PackError::NotAPeer { host, name, peers: all, takes_lists })
}

/// What goes into the slot of `part`.
fn bytes(part: Own, parts: &Parts, host: &Host, credentials: &HostCredentials) -> Result<Vec<u8>, PackError> {
    let cluster = parts.cluster;
    Ok(match part {
        Own::Readme => readme(parts, host).into(),
        Own::Ca => parts.issued.ca_pem.as_bytes().into(),
        Own::Certificate => credentials.certificate.into(),
        Own::Request => credentials.request.into(),
        Own::Key | Own::SealedKey => credentials.key(),
        Own::Startup => render::startup(cluster, host, parts.start())?.into(),
        Own::Etcdctl => render::etcdctl(cluster, host)?.into(),
        Own::Section => render::program(cluster, host)?.into(),
        Own::Unit => render::unit(cluster, host)?.into(),
        Own::SupervisordConf => render::supervisord_conf().into(),
        Own::SupervisordUnit => render::supervisord_unit(cluster, &cluster.paths.supervisor_dir()?).into(),
    })
}

fn readme(parts: &Parts, host: &Host) -> String {
    let keys = match parts.keys {
        KeyMaterial::Plaintext => HostKey::Plaintext,
        KeyMaterial::Sealed(_) => HostKey::Sealed,
        KeyMaterial::OnHost(all) if all.iter().any(|certified| certified.host == host.name) => HostKey::Certified,
        KeyMaterial::OnHost(_) => HostKey::Awaited,
    };
    text::readme::readme(parts.cluster, host, keys)
}

fn manifest(
    parts: &Parts,
    host: &Host,
    common: &Common,
    layout: Layout,
    service: Service,
    entries: Vec<Entry>,
) -> Manifest {
    let (cluster, start) = (parts.cluster, parts.start());
    let members = cluster.hosts.iter().map(|host| Member {
        name: host.member.clone(),
        host: host.name.clone(),
        address: host.address.clone(),
        peer_url: Some(cluster.peer_url(host)),
        client_url: Some(cluster.client_url(host)),
    });
    let founders =
        cluster.hosts.iter().map(|host| Founder { name: host.member.clone(), peer_url: cluster.peer_url(host) });
    Manifest {
        schema: SCHEMA,
        etcdpack: DisplayLine::of(env!("CARGO_PKG_VERSION")),
        // With the number of a first bundle: so a change of the signing key makes it another one.
        provenance: Some(parts.signing.provenance(NonZeroU64::MIN)),
        cluster: cluster.name.clone(),
        token: start.token.clone(),
        state: Some(parts.signing.state(founders)),
        host: host.name.clone(),
        member: host.member.clone(),
        arch: host.arch,
        client_port: None,
        peer_port: None,
        listen: Some(Listen {
            peers: cluster.listen_peer_urls(host),
            clients: cluster.listen_client_urls(host),
            found: Vec::new(),
        }),
        peer_names: cluster.etcd.peer_names.clone(),
        members: members.collect(),
        user: cluster.etcd.user.clone(),
        release: common.release.clone(),
        layout,
        service,
        backup: cluster.backup.clone(),
        monitoring: cluster.textfile.clone().map(Monitoring::textfile),
        entries,
    }
}
