//! The members of the cluster, and what this host's listens on.

use std::net::IpAddr;
use std::num::NonZeroU16;

use serde::{Deserialize, Serialize};

use super::Manifest;
use crate::name::{HostName, MemberName};
use crate::url::{Scheme, Url, UrlHost};

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

/// What this host's member listens on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Listen {
    pub peers: Vec<Url>,
    pub clients: Vec<Url>,
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
        self.listened(member, |listen| &listen.peers).or_else(|| self.peer_url(member))
    }

    /// The same for clients.
    #[must_use]
    pub fn reach_client(&self, member: &Member) -> Option<Url> {
        self.listened(member, |listen| &listen.clients).or_else(|| self.client_url(member))
    }

    /// The first URL of this host's own member.
    fn listened(&self, member: &Member, urls: fn(&Listen) -> &Vec<Url>) -> Option<Url> {
        let listen = self.listen.as_ref().filter(|_| member.name == self.member)?;
        urls(listen).first().map(Url::on_the_host_itself)
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

    /// Whether its member listens elsewhere than others are told.
    #[must_use]
    pub fn listens_elsewhere(&self) -> bool {
        !self.own_addresses().into_iter().map(UrlHost::from).eq(self.advertised())
    }

    /// At which addresses others reach this host's member, then those that it listens at; each once. What a name means is not
    /// known here.
    #[must_use]
    pub fn addresses(&self) -> Vec<IpAddr> {
        let mut all: Vec<_> = self.advertised().iter().filter_map(UrlHost::ip).collect();
        for own in self.own_addresses() {
            if !all.contains(&own) {
                all.push(own);
            }
        }
        all
    }

    /// For peers and for clients: the address or name that these are told, and what this host's member listens on for them. `None`
    /// of a record of schema 1 and 2, in which both are the same.
    #[must_use]
    pub fn ends(&self) -> Option<[(UrlHost, &[Url]); 2]> {
        let Listen { peers, clients } = self.listen.as_ref()?;
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
            (Some(Listen { peers, clients }), _) => clients.iter().chain(peers).cloned().collect(),
            (None, Some(me)) => [self.client_url(me), self.peer_url(me)].into_iter().flatten().collect(),
            (None, None) => Vec::new(),
        }
    }
}

/// As bundles before schema 3 had it: TLS, and one port on all hosts.
fn by_port(member: &Member, port: Option<NonZeroU16>) -> Option<Url> {
    port.map(|port| Url::of(Scheme::Https, member.address.clone(), port))
}
