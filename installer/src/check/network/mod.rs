//! Findings about addresses, ports, the firewall and the other members.

mod names;
mod peers;

pub(super) use names::names;
pub(super) use peers::peers;

use std::net::IpAddr;

use payload::etcd::EtcdVersion;
use payload::manifest::{Manifest, Member};
use payload::url::Url;

use crate::facts::network::{Firewall, Peer, PeerProbe};
use crate::facts::{Credentials, Network};
use crate::finding::network::ClosedBy;
use crate::finding::{Finding, NetworkFinding};

/// etcd binds to its addresses, so a host without one of them is another one (or its network is not up yet). One that listens at
/// all addresses is known by those that others are told.
pub(super) fn identity(manifest: &Manifest, network: &Network) -> Option<Finding> {
    let is_here = |address: &IpAddr| network.addresses.contains(address);
    let (own, told) = (manifest.own_addresses(), told(manifest, network));
    let mut others = manifest.members.iter().filter(|member| member.host != manifest.host);
    let is_of_here = |member: &&Member| network.meant(&member.address).any(|address| is_here(&address));
    let rightful = others.find(is_of_here).map(|member| &member.host);
    let lacking = match own.iter().find(|address| !is_here(address)) {
        Some(lacking) => *lacking,
        None if !own.is_empty() || told.iter().any(is_here) => return unheard(manifest, network),
        None if rightful.is_some() => *told.first()?,
        // Said of the name that it is to be found by.
        None if !manifest.sought().is_empty() => return None,
        None => {
            let found = NetworkFinding::ToldElsewhere { bundle: manifest.host.clone(), told };
            return Some(found.into());
        }
    };
    let found = NetworkFinding::OtherHost {
        bundle: manifest.host.clone(),
        address: lacking,
        hostname: network.hostname.clone(),
        addresses: network.addresses.clone(),
        rightful: rightful.cloned(),
    };
    Some(found.into())
}

/// The addresses that others are told, or find by the names that they are told.
fn told(manifest: &Manifest, network: &Network) -> Vec<IpAddr> {
    manifest.advertised().iter().flat_map(|host| network.meant(host)).collect()
}

/// What others are told is this host's own, and nothing of etcd's listens there.
fn unheard(manifest: &Manifest, network: &Network) -> Option<Finding> {
    let is_unheard =
        |(told, urls): &(IpAddr, &[Url])| network.addresses.contains(told) && !urls.iter().any(|url| url.hears(*told));
    let ends = manifest.ends()?;
    let mut ends = ends.iter().flat_map(|(told, urls)| network.meant(told).map(|told| (told, *urls)));
    let (address, urls) = ends.find(is_unheard)?;
    Some(NetworkFinding::NotListened { address, listens: urls.to_vec() }.into())
}

/// etcd takes no peer that comes from an address which its certificate does not name (3.2 and newer; `checkCertSAN` of its
/// `transport`). Names in it count for what they mean to the other host: for what they mean here, as far as that is known.
pub(super) fn sources(manifest: &Manifest, credentials: &Credentials, network: &Network) -> Option<Finding> {
    let named = credentials.addresses.as_ref().filter(|_| manifest.release.version >= EtcdVersion::new(3, 2, 0))?;
    let called = told(manifest, network);
    let is_named = |from: &IpAddr| named.contains(from) || called.contains(from);
    let mut lacking = network.sources.iter().filter(|source| !is_named(&source.from));
    let first = lacking.next()?;
    let others = lacking.filter(|source| source.from == first.from).map(|source| source.member.to_string());
    let members = std::iter::once(first.member.to_string()).chain(others).collect();
    Some(NetworkFinding::SourceUnnamed { from: first.from, members, bundle: manifest.host.clone() }.into())
}

/// The wrong file on a host of the cluster: everything else that was found is of this one cause, and some of it would be misleading.
pub(crate) fn wrong_file(findings: Vec<Finding>) -> Vec<Finding> {
    let is_it =
        |found: &Finding| matches!(found, Finding::Network(NetworkFinding::OtherHost { rightful: Some(_), .. }));
    if findings.iter().any(is_it) { findings.into_iter().filter(is_it).collect() } else { findings }
}

/// Ports of ours that another program has.
pub(super) fn ports(network: &Network) -> impl Iterator<Item = Finding> {
    network.busy.iter().map(|busy| NetworkFinding::PortTaken { address: busy.address, port: busy.port }.into())
}

/// A host that refuses is there, and its bundle has not run yet: nothing to speak of.
pub(super) fn silent(peer: &Peer) -> Option<Finding> {
    let PeerProbe::Nothing(why) = &peer.probe else { return None };
    let (member, at, why) = (peer.name.clone(), peer.at.clone(), why.clone());
    Some(NetworkFinding::PeerSilent { member, at, why }.into())
}

/// Whether members and clients can come in.
pub(super) fn firewall(firewall: &Firewall) -> Option<Finding> {
    let (by, shut) = match firewall {
        Firewall::None | Firewall::Open => return None,
        Firewall::Firewalld { zone, shut } => (ClosedBy::Firewalld { zone: zone.clone() }, shut),
        Firewall::Ufw { shut } => (ClosedBy::Ufw, shut),
    };
    Some(NetworkFinding::FirewallClosed { by, ports: shut.clone() }.into())
}

#[cfg(test)]
mod tests {
    use payload::manifest::Listen;

    use super::*;
    use crate::facts::cluster::Silence;
    use crate::facts::network::{Serves, Source};
    use crate::facts::tests::{good, manifest};
    use crate::finding::{Code, Severity};
    use crate::text;

    #[test]
    fn the_wrong_file_is_one_sentence_and_says_which_is_the_right_one() {
        let (manifest, mut facts) = (manifest(), good());
        let third = manifest.members[2].address.ip().unwrap();
        facts.network.addresses = vec![third];
        let wrong = identity(&manifest, &facts.network).unwrap();
        let busy = || NetworkFinding::PortTaken { address: third, port: 2379 }.into();
        let found = wrong_file(vec![busy(), wrong.clone(), busy()]);
        assert_eq!(found, [wrong]);
        let said = text::findings::text(&found[0]);
        assert!(said.starts_with("this file is for host `n1`") && said.ends_with("use n3.run"), "{said}");
        assert_eq!(wrong_file(vec![busy()]).len(), 1);
    }

    /// A manifest whose member is told as before, and listens here.
    fn listening(peers: &str, clients: &str) -> Manifest {
        let url = |address: &str, port: u16| format!("https://{address}:{port}").parse().unwrap();
        let listen = Listen { peers: vec![url(peers, 2380)], clients: vec![url(clients, 2379)], found: Vec::new() };
        Manifest { listen: Some(listen), ..manifest() }
    }

    #[test]
    fn a_host_is_known_by_what_etcd_listens_at_else_by_what_others_are_told() {
        let (told, inside, other) = ("10.90.0.11", "192.168.0.1", manifest().members[2].address.to_string());
        let other = other.as_str();
        for (manifest, here, expected) in [
            (listening(told, told), vec![told], None),
            // NAT: the address that others are told is not here, and need not be.
            (listening(inside, inside), vec![inside], None),
            (listening(inside, inside), vec![told], Some((Code::WrongHost, "with address 192.168.0.1"))),
            (listening(inside, inside), vec![told, inside], Some((Code::NotListened, "nobody reaches it"))),
            (
                listening(told, inside),
                vec![told, inside],
                Some((Code::NotListened, "listens at https://192.168.0.1:2379")),
            ),
            (listening("0.0.0.0", "0.0.0.0"), vec![told], None),
            (listening(told, "0.0.0.0"), vec![told], None),
            (listening("0.0.0.0", "0.0.0.0"), vec!["10.9.9.9"], Some((Code::NotListened, "right only behind NAT"))),
            (listening("0.0.0.0", "0.0.0.0"), vec![other], Some((Code::WrongHost, "use n3.run"))),
            (listening("0.0.0.0", "0.0.0.0"), vec![told, other], None),
        ] {
            let mut network = good().network;
            network.addresses = here.iter().map(|address| address.parse().unwrap()).collect();
            let found = identity(&manifest, &network);
            let shown = found.as_ref().map(|found| (found.code(), text::findings::text(found)));
            match (&shown, expected) {
                (None, None) => {}
                (Some((code, said)), Some((wanted, words))) => {
                    assert!(*code == wanted && said.contains(words), "{said}");
                }
                (found, expected) => panic!("{here:?}: {found:?}, not {expected:?}"),
            }
        }
    }

    #[test]
    fn an_address_that_a_host_comes_from_must_be_in_its_certificate() {
        let source = |member: &str, from: &str| Source {
            member: member.parse().unwrap(),
            to: "10.0.0.2".parse().unwrap(),
            from: from.parse().unwrap(),
        };
        let mut network = good().network;
        network.sources = vec![source("n2", "10.0.0.1"), source("n3", "10.0.0.100"), source("n4", "10.0.0.100")];
        let named = |addresses: &[&str]| {
            let addresses = addresses.iter().map(|address| address.parse().unwrap()).collect();
            Credentials { addresses: Some(addresses), ..good().credentials }
        };
        let found = sources(&manifest(), &named(&["10.0.0.1"]), &network).unwrap();
        assert_eq!((found.code(), found.severity()), (Code::SourceUnnamed, Severity::Warn));
        let said = text::findings::text(&found);
        assert!(said.starts_with("this host goes to n3, n4 from 10.0.0.100, which"), "{said}");
        assert!(text::findings::help(&found).to_string().starts_with("`addresses = [\"10.0.0.100\"]`"), "{found:?}");
        assert_eq!(sources(&manifest(), &named(&["10.0.0.1", "10.0.0.100"]), &network), None);
        let mut old = manifest();
        old.release.version = EtcdVersion::new(3, 1, 20);
        assert_eq!(sources(&old, &named(&["10.0.0.1"]), &network), None, "3.1 does not look");
    }

    #[test]
    fn only_a_peer_from_which_nothing_comes_is_said() {
        let peer =
            |probe| Peer { name: "m2".to_owned(), at: "10.0.0.2:2380".to_owned(), probe, serves: Serves::NotAsked };
        assert_eq!(silent(&peer(PeerProbe::Listens)), None);
        assert_eq!(silent(&peer(PeerProbe::Refuses)), None);
        let found = silent(&peer(PeerProbe::Nothing(Silence::Failed("no route".to_owned())))).unwrap();
        assert_eq!(found.code(), Code::PeerUnreachable);
        assert_eq!(text::findings::help(&found).to_string(), "ping -c 3 10.0.0.2");
    }

    #[test]
    fn a_firewall_is_said_with_what_opens_it() {
        let firewalld = |shut| Firewall::Firewalld { zone: "public".to_owned(), shut };
        for (state, expected) in [
            (Firewall::None, None),
            (Firewall::Open, None),
            (
                firewalld(vec![2379, 2380]),
                Some("--permanent --zone=public --add-port=2379-2380/tcp && firewall-cmd --reload"),
            ),
            (firewalld(vec![2379, 4001]), Some("--add-port=2379/tcp --add-port=4001/tcp")),
            (Firewall::Ufw { shut: vec![2379, 2380] }, Some("ufw allow 2379:2380/tcp")),
        ] {
            match (firewall(&state), expected) {
                (None, None) => {}
                (Some(found), Some(help)) => {
                    assert_eq!(found.code(), Code::FirewallClosed);
                    assert!(text::findings::help(&found).to_string().contains(help), "{found:?}");
                }
                (found, _) => panic!("{state:?}: {found:?}"),
            }
        }
    }
}
