//! A cluster as it is meant: what the builder works with.
//!
//! Must not know how it was written.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::NonZeroU16;
use std::ops::RangeInclusive;

use super::fault::Fault;
use super::paths::Paths;
use super::pki::Pki;
use super::setting::{Carry, CompactionMode, LogLevel, Loopback, Manager, Setting};
use crate::backup::Backup;
use crate::digest::Digest;
use crate::etcd::{Arch, EtcdVersion, KnownMirror};
use crate::name::{ClusterName, ClusterToken, HostName, MemberName, UserName};
use crate::path::AbsPath;
use crate::peer_name::PeerName;
use crate::url::{DnsName, Scheme, Url, UrlHost};

/// One cluster: everything the builder needs to make its bundles.
#[derive(Debug, Clone)]
pub struct Cluster {
    pub name: ClusterName,
    /// What `--initial-cluster-token` is to be; `None`: one is drawn when the cluster is founded.
    pub token: Option<ClusterToken>,
    pub release: Release,
    /// At least one, in the order of the file.
    pub hosts: Vec<Host>,
    pub pki: Pki,
    pub etcd: Etcd,
    pub loopback: Loopback,
    pub paths: Paths,
    pub service: Service,
    /// `None`: nobody takes snapshots but people.
    pub backup: Option<Backup>,
    /// The directory of `node_exporter`'s textfile collector, where it is told of snapshots.
    pub textfile: Option<AbsPath>,
}

/// Which etcd, and what vouches for it.
#[derive(Debug, Clone)]
pub struct Release {
    pub version: EtcdVersion,
    /// The user's own word on what the release's tarball must hash to.
    pub sha256: BTreeMap<Arch, Digest>,
    pub mirrors: Vec<String>,
    /// A public copy of the tarballs, which vouches for nothing.
    pub mirror: Option<KnownMirror>,
}

/// One host and the member on it.
#[derive(Debug, Clone)]
pub struct Host {
    pub name: HostName,
    /// Where its peers reach it.
    pub address: UrlHost,
    /// Where clients do.
    pub client_address: UrlHost,
    /// Its own addresses that etcd listens at for peers: one alone, if that means all of them; none, if the host is to find the
    /// one that its name means.
    pub listen_peers: Vec<IpAddr>,
    /// The same for clients.
    pub listen_clients: Vec<IpAddr>,
    pub member: MemberName,
    pub arch: Arch,
    /// Further names that clients call it by.
    pub names: Vec<HostName>,
    /// Further addresses that clients call it by.
    pub addresses: Vec<IpAddr>,
    /// Where it listens for clients, and is reached by them.
    pub client_port: NonZeroU16,
    /// The same for peers; another than that for clients.
    pub peer_port: NonZeroU16,
    /// Where its write-ahead log lies, if not with the data.
    pub wal: Option<AbsPath>,
}

/// The options of the member itself.
#[derive(Debug, Clone)]
pub struct Etcd {
    pub user: UserName,
    pub quota_backend_bytes: Option<u64>,
    /// Milliseconds.
    pub heartbeat_interval: Option<u32>,
    /// Milliseconds.
    pub election_timeout: Option<u32>,
    pub snapshot_count: Option<u64>,
    pub max_request_bytes: Option<u32>,
    pub auto_compaction_mode: Option<CompactionMode>,
    pub auto_compaction_retention: Option<Setting>,
    pub log_level: Option<LogLevel>,
    /// The common names that a peer's certificate may have; where there are none, the CA alone decides.
    pub peer_names: Vec<PeerName>,
    /// `[etcd.flags]`: flags that etcdpack has no key for, each known to this version.
    pub flags: BTreeMap<&'static str, Setting>,
}

impl Etcd {
    /// etcd's own default (`embed/config.go`, all versions).
    const ELECTION_TIMEOUT: u32 = 1000;

    /// What [`Self::stop_seconds`] comes to, from the shortest election timeout to the longest that etcd takes.
    pub(crate) const STOP_SECONDS: RangeInclusive<u32> = 9..=108;

    /// How long a graceful stop may take, in seconds. A leader that cannot hand over waits for 5 s and two
    /// election timeouts (`ReqTimeout` in etcd's server configuration); 3 s are to spare.
    #[must_use]
    pub fn stop_seconds(&self) -> u32 {
        let election = self.election_timeout.unwrap_or(Self::ELECTION_TIMEOUT);
        5 + (2 * election).div_ceil(1000) + 3
    }
}

/// How the member is kept running.
#[derive(Debug, Clone)]
pub struct Service {
    pub manager: Manager,
    /// Name of the unit and of the supervisor section's file.
    pub name: MemberName,
    pub carry: Carry,
    pub startsecs: u32,
    pub startretries: u32,
    pub log_megabytes: u32,
    pub log_backups: u32,
}

/// A cluster and what its owner should know about it.
#[derive(Debug)]
pub struct Parsed {
    pub cluster: Cluster,
    pub warnings: Vec<Fault>,
}

impl Cluster {
    /// The client URL of `host`, as it is advertised.
    #[must_use]
    pub fn client_url(&self, host: &Host) -> Url {
        Url::of(Scheme::Https, host.client_address.clone(), host.client_port)
    }

    /// The peer URL of `host`.
    #[must_use]
    pub fn peer_url(&self, host: &Host) -> Url {
        Url::of(Scheme::Https, host.address.clone(), host.peer_port)
    }

    /// Where `host` listens for its peers.
    #[must_use]
    pub fn listen_peer_urls(&self, host: &Host) -> Vec<Url> {
        listened(&host.listen_peers, self.peer_url(host)).collect()
    }

    /// Where `host` listens for clients, and at a loopback address of the host's own family. Who listens everywhere has that.
    #[must_use]
    pub fn listen_client_urls(&self, host: &Host) -> Vec<Url> {
        let own = listened(&host.listen_clients, self.client_url(host));
        let scheme = match self.loopback {
            _ if host.listens_everywhere() => None,
            Loopback::Https => Some(Scheme::Https),
            Loopback::Http => Some(Scheme::Http),
            Loopback::Off => None,
        };
        own.chain(scheme.map(|scheme| Url::of(scheme, host.loopback(), host.client_port))).collect()
    }

    /// Where programs on `host` itself reach its member.
    #[must_use]
    pub fn local_client_url(&self, host: &Host) -> Url {
        if host.listen_clients.is_empty() {
            // The certificate does not name the address that will be found.
            let by_tls = |url: &Url| url.address().is_some() && url.scheme() == Scheme::Https;
            return self.listen_client_urls(host).into_iter().find(by_tls).unwrap_or_else(|| self.client_url(host));
        }
        self.listen_client_urls(host).first().map_or_else(|| self.client_url(host), Url::on_the_host_itself)
    }
}

/// At these addresses; or at the name of `told`, whose address is found by the host.
fn listened(own: &[IpAddr], told: Url) -> impl Iterator<Item = Url> {
    let found = own.is_empty().then(|| told.clone());
    own.iter().map(move |address| Url::of(Scheme::Https, *address, told.port())).chain(found)
}

impl Host {
    /// All addresses that its certificate has by its section, none twice: what it is reached at, what it listens at, and `addresses`.
    #[must_use]
    pub fn certified(&self) -> Vec<IpAddr> {
        let mut all = Vec::new();
        let listens = self.listen_clients.iter().chain(&self.listen_peers).filter(|address| !address.is_unspecified());
        let clients = self.client_address.ip();
        for address in self.address.ip().iter().chain(&self.addresses).chain(&clients).chain(listens) {
            if !all.contains(address) {
                all.push(*address);
            }
        }
        all
    }

    /// The names that it is reached by in the place of addresses.
    pub fn called(&self) -> impl Iterator<Item = &DnsName> {
        let clients = self.client_address.name().filter(|_| self.client_address != self.address);
        self.address.name().into_iter().chain(clients)
    }

    /// Whether clients find it at each of the host's addresses, loopback among them.
    #[must_use]
    pub fn listens_everywhere(&self) -> bool {
        self.listen_clients.iter().any(IpAddr::is_unspecified)
    }

    /// The loopback address of its own family, or of the one that it listens everywhere in.
    #[must_use]
    pub fn loopback(&self) -> IpAddr {
        let everywhere = self.listen_clients.iter().find(|address| address.is_unspecified()).copied();
        match everywhere.or(self.address.ip()).or(self.listen_clients.first().copied()) {
            Some(IpAddr::V6(_)) => Ipv6Addr::LOCALHOST.into(),
            Some(IpAddr::V4(_)) | None => Ipv4Addr::LOCALHOST.into(),
        }
    }
}
