//! The members of the cluster, and what this host's listens on.

use std::net::IpAddr;
use std::num::NonZeroU16;

use serde::{Deserialize, Serialize};

use super::Manifest;
use crate::digest::Digest;
use crate::name::{HostName, MemberName};
use crate::render;
use crate::url::{DnsName, Scheme, Url, UrlHost};

/// One member of the cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Member {
    pub name: MemberName,
    pub host: HostName,
    /// By what the others reach it.
    pub address: UrlHost,
    /// Where the others reach it, and where clients do. `None` only in records of schema 1 and 2, which have one port for all:
    /// see [`Manifest::peer_url`] and [`Manifest::client_url`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer_url: Option<Url>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_url: Option<Url>,
}

/// What this host's member listens on. A URL with the name that others are told stands for the one of the host's own addresses
/// that the name means there; see [`Manifest::sought`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Listen {
    pub peers: Vec<Url>,
    pub clients: Vec<Url>,
    /// By what the host found addresses in the place of names, which no certificate has; none in a bundle.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<Found>,
}

/// One of a host's own addresses, and the name that meant it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Found {
    pub name: DnsName,
    pub address: IpAddr,
}

impl Listen {
    /// With addresses in the place of these names, and the startup script that says them.
    #[must_use]
    pub fn settled(&self, found: &[Found], script: &str) -> (Self, String) {
        let new = self.with(found);
        let script = render::relisten(script, [&self.peers, &self.clients], [&new.peers, &new.clients]);
        (new, script)
    }

    fn with(&self, found: &[Found]) -> Self {
        let by_address = |url: &Url| {
            let of = found.iter().find(|found| url.host().name() == Some(&found.name));
            of.map_or_else(|| url.clone(), |found| Url::of(url.scheme(), found.address, url.port()))
        };
        let all = |urls: &[Url]| urls.iter().map(by_address).collect();
        Self { peers: all(&self.peers), clients: all(&self.clients), found: found.to_vec() }
    }

    fn is_found(&self, url: &Url) -> bool {
        self.found.iter().any(|found| url.address() == Some(found.address))
    }
}

impl Manifest {
    /// Where the other members reach `member`. `None` of a record that says it in neither of the two ways.
    #[must_use]
    pub fn peer_url(&self, member: &Member) -> Option<Url> {
        member.peer_url.clone().or_else(|| by_port(member, self.peer_port))
    }

    /// Where clients reach `member`.
    #[must_use]
    pub fn client_url(&self, member: &Member) -> Option<Url> {
        member.client_url.clone().or_else(|| by_port(member, self.client_port))
    }

    /// Where this host itself reaches `member` as a peer: its own at what it listens on, whatever others are told.
    #[must_use]
    pub fn reach_peer(&self, member: &Member) -> Option<Url> {
        let url = self.own_listen(member).and_then(|listen| listen.peers.first().map(Url::on_the_host_itself));
        url.or_else(|| self.peer_url(member))
    }

    /// The same for clients, to whom the certificate matters: it has no address that the host found.
    #[must_use]
    pub fn reach_client(&self, member: &Member) -> Option<Url> {
        let url = self.own_listen(member).and_then(|listen| {
            let is_named =
                |url: &&Url| listen.found.is_empty() || !listen.is_found(url) && url.scheme() == Scheme::Https;
            listen.clients.iter().find(is_named).map(Url::on_the_host_itself)
        });
        url.or_else(|| self.client_url(member))
    }

    fn own_listen(&self, member: &Member) -> Option<&Listen> {
        self.listen.as_ref().filter(|_| member.name == self.member)
    }

    /// The names that this host has to find its own addresses by, each once.
    #[must_use]
    pub fn sought(&self) -> Vec<DnsName> {
        let mut names = Vec::new();
        let urls = self.listen.iter().flat_map(|listen| listen.peers.iter().chain(&listen.clients));
        for name in urls.filter_map(|url| url.host().name()) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        names
    }

    /// What this host's member listens on once these are found, and its startup script with that. Nothing where they are not all
    /// that is sought.
    pub(crate) fn settle(&mut self, found: &[Found], script: &str) -> Option<String> {
        let is_found = |name: &DnsName| found.iter().any(|found| found.name == *name);
        let old = self.listen.as_ref().filter(|_| self.sought().iter().all(is_found))?;
        let (new, script) = old.settled(found, script);
        let entry = self.entries.iter_mut().find(|entry| entry.name.as_str() == render::startup_entry())?;
        (entry.sha256, entry.size) = (Digest::of(script.as_bytes()), script.len() as u64);
        self.listen = Some(new);
        Some(script)
    }

    /// How this host found its own addresses.
    #[must_use]
    pub fn found(&self) -> &[Found] {
        self.listen.as_ref().map_or(&[], |listen| &listen.found)
    }

    /// The addresses of this host that its member listens at, each once; none where it listens at all of them, or on loopback.
    #[must_use]
    pub fn own_addresses(&self) -> Vec<IpAddr> {
        let mut own = Vec::new();
        for address in self.listens().iter().filter_map(Url::address) {
            if !(address.is_unspecified() || address.is_loopback() || own.contains(&address)) {
                own.push(address);
            }
        }
        own
    }

    /// What others reach this host's member at, addresses and names, each once.
    #[must_use]
    pub fn advertised(&self) -> Vec<UrlHost> {
        let Some(me) = self.me() else { return Vec::new() };
        let clients = self.client_url(me).map(|url| url.host().clone()).filter(|host| *host != me.address);
        std::iter::once(me.address.clone()).chain(clients).collect()
    }

    /// Whether its member listens elsewhere than others are told, as far as that is known.
    #[must_use]
    pub fn listens_elsewhere(&self) -> bool {
        self.sought().is_empty() && !self.own_addresses().into_iter().map(UrlHost::from).eq(self.advertised())
    }

    /// What the certificate of this host's member names: the addresses at which others reach it, then those that it listens at;
    /// each once. What a name means is not known when it is made.
    #[must_use]
    pub fn addresses(&self) -> Vec<IpAddr> {
        let mut all: Vec<_> = self.advertised().iter().filter_map(UrlHost::ip).collect();
        for own in self.own_addresses() {
            let is_found = self.found().iter().any(|found| found.address == own);
            if !is_found && !all.contains(&own) {
                all.push(own);
            }
        }
        all
    }

    /// For peers and for clients: the address or name that these are told, and what this host's member listens on for them. `None`
    /// of a record of schema 1 and 2, in which both are the same.
    #[must_use]
    pub fn ends(&self) -> Option<[(UrlHost, &[Url]); 2]> {
        let Listen { peers, clients, .. } = self.listen.as_ref()?;
        let told = self.advertised();
        Some([(told.first()?.clone(), peers), (told.last()?.clone(), clients)])
    }

    /// The ports that this host's member is reached at: the clients', and the peers'.
    #[must_use]
    pub fn ports(&self) -> Vec<u16> {
        let Some(me) = self.me() else { return Vec::new() };
        [self.client_url(me), self.peer_url(me)].into_iter().flatten().map(|url| url.port().get()).collect()
    }

    /// What this host's member listens on, for peers and for clients; with records of schema 1 and 2 what it is reached at.
    #[must_use]
    pub fn listens(&self) -> Vec<Url> {
        match (&self.listen, self.me()) {
            (Some(Listen { peers, clients, .. }), _) => clients.iter().chain(peers).cloned().collect(),
            (None, Some(me)) => [self.client_url(me), self.peer_url(me)].into_iter().flatten().collect(),
            (None, None) => Vec::new(),
        }
    }
}

/// As bundles before schema 3 had it: TLS, and one port on all hosts.
fn by_port(member: &Member, port: Option<NonZeroU16>) -> Option<Url> {
    port.map(|port| Url::of(Scheme::Https, member.address.clone(), port))
}
