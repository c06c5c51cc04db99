//! This host's name, addresses and ports, its firewall, and the other members as seen from here. Values only.

pub(crate) mod firewall;
pub(crate) mod hello;
pub(crate) mod names;

use std::net::IpAddr;

use payload::name::MemberName;
use payload::url::UrlHost;

use names::Named;

use super::cluster::Silence;

/// The network, as far as an install cares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Network {
    pub(crate) hostname: String,
    pub(crate) addresses: Vec<IpAddr>,
    /// On a host without an install: ports of ours that something listens on already.
    pub(crate) busy: Vec<BusyPort>,
    /// The other members; none where an image is made.
    pub(crate) peers: Vec<Peer>,
    /// The names in the bundle, this member's among them; none where an image is made.
    pub(crate) names: Vec<Named>,
    /// From where this host would go to them; none where an image is made.
    pub(crate) sources: Vec<Source>,
    pub(crate) firewall: Firewall,
}

impl Network {
    /// The addresses that a member is reached at by `host`: those that it means, if it is a name.
    pub(crate) fn meant<'a>(&'a self, host: &'a UrlHost) -> impl Iterator<Item = IpAddr> + 'a {
        let named = self.names.iter().filter(|named| Some(&named.name) == host.name()).take(1);
        host.ip().into_iter().chain(named.flat_map(|named| named.means.addresses().iter().copied()))
    }
}

/// The way to another member, as the kernel would choose it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) member: MemberName,
    pub(crate) to: IpAddr,
    pub(crate) from: IpAddr,
}

/// A port that something listens on already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BusyPort {
    pub(crate) address: IpAddr,
    pub(crate) port: u16,
}

/// Another member, as seen from here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Peer {
    pub(crate) name: String,
    pub(crate) at: String,
    pub(crate) probe: PeerProbe,
    pub(crate) serves: Serves,
}

/// Whose certificate a peer port serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Serves {
    /// Nobody had to know, or nothing listens.
    NotAsked,
    /// The common name; anybody's word, to be shown with care.
    Name(String),
    /// It listens, and shows no certificate with a common name to a hello of TLS 1.2.
    Unseen,
}

/// What a knock at a peer port brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PeerProbe {
    Listens,
    /// The host is there, etcd is not: as it should be before its bundle has run.
    Refuses,
    /// Not from etcd and not from the host.
    Nothing(Silence),
}

/// Whether the host's firewall lets members and clients in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Firewall {
    /// None that we know how to ask.
    #[default]
    None,
    Open,
    /// firewalld, the zone of the member's address, and the ports that it does not let in.
    Firewalld {
        zone: String,
        shut: Vec<u16>,
    },
    Ufw {
        shut: Vec<u16>,
    },
}
