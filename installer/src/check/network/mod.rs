//! Findings about addresses, ports, the firewall and the other members.

mod peers;

pub(super) use peers::peers;

use payload::manifest::Manifest;

use super::{Finding, refuse, warn};
use crate::facts::Network;
use crate::facts::network::{Firewall, Peer, PeerProbe};

/// etcd binds to the address, so a host without it is another one (or its network is not up yet).
pub(super) fn identity(manifest: &Manifest, network: &Network) -> Option<Finding> {
    let me = manifest.me()?;
    if network.addresses.contains(&me.address) {
        return None;
    }
    let here: Vec<String> = network.addresses.iter().filter(|ip| !ip.is_loopback()).map(ToString::to_string).collect();
    let here = if here.is_empty() { "no address".to_owned() } else { here.join(", ") };
    let text = format!(
        "the bundle is for host `{}` with address {}; this is `{}` with {here}",
        manifest.host, me.address, network.hostname
    );
    let rightful = manifest.members.iter().find(|member| network.addresses.contains(&member.address));
    let help = match rightful {
        Some(member) => format!("./{}.run install", member.host),
        None => "ip address show".to_owned(),
    };
    Some(refuse("wrong-host", text, help))
}

/// Ports of ours that another program has.
pub(super) fn ports(network: &Network) -> impl Iterator<Item = Finding> {
    network.busy.iter().map(|busy| {
        let text = format!("port {} on {} is taken", busy.port, busy.address);
        refuse("port-taken", text, format!("ss -ltnp 'sport = :{}'", busy.port))
    })
}

/// A host that refuses is there, and its bundle has not run yet: nothing to speak of.
pub(super) fn silent(peer: &Peer) -> Option<Finding> {
    let PeerProbe::Nothing(said) = &peer.probe else { return None };
    let Peer { name, at, .. } = peer;
    let text = format!("no answer from member `{name}` at {at} ({said}): off, a cable, or a firewall");
    let host = at.rsplit_once(':').map_or(at.as_str(), |(host, _)| host).trim_matches(['[', ']']);
    Some(warn("peer-unreachable", text, format!("ping -c 3 {host}")))
}

/// Whether members and clients can come in.
pub(super) fn firewall(firewall: &Firewall) -> Option<Finding> {
    let (who, shut, add) = match firewall {
        Firewall::None | Firewall::Open => return None,
        Firewall::Firewalld { zone, shut } => {
            let ports: Vec<String> = ranges(shut, '-').iter().map(|range| format!("--add-port={range}/tcp")).collect();
            let add = format!("firewall-cmd --permanent --zone={zone} {} && firewall-cmd --reload", ports.join(" "));
            (format!("firewalld (zone `{zone}`)"), shut, add)
        }
        Firewall::Ufw { shut } => {
            let allow = ranges(shut, ':').into_iter().map(|range| format!("ufw allow {range}/tcp"));
            ("ufw".to_owned(), shut, allow.collect::<Vec<_>>().join(" && "))
        }
    };
    let ports: Vec<String> = shut.iter().map(ToString::to_string).collect();
    Some(warn("firewall-closed", format!("{who} lets nobody in at {}", ports.join(" and ")), add))
}

/// Neighbours as one range.
fn ranges(ports: &[u16], dash: char) -> Vec<String> {
    match ports {
        [from, to] if from.checked_add(1) == Some(*to) => vec![format!("{from}{dash}{to}")],
        ports => ports.iter().map(ToString::to_string).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::network::Serves;

    #[test]
    fn only_a_peer_from_which_nothing_comes_is_said() {
        let peer =
            |probe| Peer { name: "m2".to_owned(), at: "10.0.0.2:2380".to_owned(), probe, serves: Serves::NotAsked };
        assert_eq!(silent(&peer(PeerProbe::Listens)), None);
        assert_eq!(silent(&peer(PeerProbe::Refuses)), None);
        let found = silent(&peer(PeerProbe::Nothing("no route".to_owned()))).unwrap();
        assert_eq!((found.code, found.help.as_str()), ("peer-unreachable", "ping -c 3 10.0.0.2"));
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
                    assert!(found.code == "firewall-closed" && found.help.contains(help), "{found:?}");
                }
                (found, _) => panic!("{state:?}: {found:?}"),
            }
        }
    }
}
