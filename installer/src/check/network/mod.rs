//! Findings about addresses, ports, the firewall and the other members.

mod peers;

pub(super) use peers::peers;

use payload::manifest::Manifest;

use crate::facts::Network;
use crate::facts::network::{Firewall, Peer, PeerProbe};
use crate::finding::network::ClosedBy;
use crate::finding::{Finding, NetworkFinding};

/// etcd binds to the address, so a host without it is another one (or its network is not up yet).
pub(super) fn identity(manifest: &Manifest, network: &Network) -> Option<Finding> {
    let me = manifest.me()?;
    if network.addresses.contains(&me.address) {
        return None;
    }
    let rightful = manifest.members.iter().find(|member| network.addresses.contains(&member.address));
    let found = NetworkFinding::OtherHost {
        bundle: manifest.host.clone(),
        address: me.address,
        hostname: network.hostname.clone(),
        addresses: network.addresses.clone(),
        rightful: rightful.map(|member| member.host.clone()),
    };
    Some(found.into())
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
    use super::*;
    use crate::facts::cluster::Silence;
    use crate::facts::network::Serves;
    use crate::facts::tests::{good, manifest};
    use crate::finding::Code;
    use crate::text;

    #[test]
    fn the_wrong_file_is_one_sentence_and_says_which_is_the_right_one() {
        let (manifest, mut facts) = (manifest(), good());
        facts.network.addresses = vec![manifest.members[2].address];
        let wrong = identity(&manifest, &facts.network).unwrap();
        let busy = || NetworkFinding::PortTaken { address: manifest.members[2].address, port: 2379 }.into();
        let found = wrong_file(vec![busy(), wrong.clone(), busy()]);
        assert_eq!(found, [wrong]);
        let said = text::findings::text(&found[0]);
        assert!(said.starts_with("this file is for host `n1`") && said.ends_with("use n3.run"), "{said}");
        assert_eq!(wrong_file(vec![busy()]).len(), 1);
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
