//! Findings about the common names by which members know each other: a member that serves another name would be put out.

use payload::manifest::Manifest;
use payload::peer_name::PeerName;

use crate::facts::network::{Peer, PeerProbe, Serves};
use crate::facts::{Credentials, Network};
use crate::finding::{Finding, NetworkFinding};

/// `installed`: the manifest of what is installed here.
pub(in crate::check) fn peers(
    manifest: &Manifest,
    installed: Option<&Manifest>,
    credentials: &Credentials,
    network: &Network,
) -> Vec<Finding> {
    let installed = installed.map(|installed| installed.peer_names.as_slice());
    let mut findings: Vec<Finding> = own(installed.unwrap_or_default(), credentials).into_iter().collect();
    // Where the member here takes these names alone already, a restart changes nothing for the others.
    if !manifest.peer_names.is_empty() && installed != Some(&manifest.peer_names) {
        findings.extend(network.peers.iter().filter_map(|peer| other(peer, &manifest.peer_names, installed.is_some())));
    }
    findings
}

/// The others have been told the same as this member was: after this restart they would not take it for one of them.
fn own(taken: &[PeerName], credentials: &Credentials) -> Option<Finding> {
    let name = credentials.common_name.as_deref()?;
    if taken.is_empty() || taken.iter().any(|peer| peer.as_str() == name) {
        return None;
    }
    Some(NetworkFinding::OwnName { name: name.to_owned(), taken: taken.to_vec() }.into())
}

/// `restarts`: this member runs, and reaches the other one until its restart.
fn other(peer: &Peer, taken: &[PeerName], restarts: bool) -> Option<Finding> {
    let (member, at, taken) = (peer.name.clone(), peer.at.clone(), taken.to_vec());
    let found = match &peer.serves {
        Serves::Name(name) if taken.iter().any(|peer| peer.as_str() == name) => return None,
        Serves::Name(name) => NetworkFinding::PeerName { member, at, name: name.clone(), taken },
        Serves::Unseen => NetworkFinding::PeerNameUnseen { member, at, taken },
        Serves::NotAsked if restarts && peer.probe != PeerProbe::Listens => {
            NetworkFinding::PeerNameUnanswered { member, at, taken }
        }
        Serves::NotAsked => return None,
    };
    Some(found.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tests::{good, manifest};
    use crate::finding::Severity;
    use crate::text::findings::text;

    fn bundle(names: &[&str]) -> Manifest {
        let peer_names = names.iter().map(|name| PeerName::try_from((*name).to_owned()).unwrap()).collect();
        Manifest { peer_names, ..manifest() }
    }

    /// What is found with a bundle that takes `bundles`, where `installed` are taken, about one other member.
    fn found(bundles: &[&str], installed: Option<&[&str]>, serves: Serves, probe: PeerProbe) -> Vec<Finding> {
        let installed = installed.map(bundle);
        let credentials = Credentials { common_name: Some("a".to_owned()), ..good().credentials };
        let peer = Peer { name: "n2".to_owned(), at: "10.0.0.2:2380".to_owned(), probe, serves };
        let network = Network { peers: vec![peer], ..good().network };
        peers(&bundle(bundles), installed.as_ref(), &credentials, &network)
    }

    #[test]
    fn nobody_is_put_out_unseen() {
        use PeerProbe::{Listens, Refuses};
        let name = |name: &str| Serves::Name(name.to_owned());
        let (refused, warned) = (Some((Severity::Refuse, "peer-name")), Some((Severity::Warn, "peer-name-unseen")));
        for (bundles, installed, serves, probe, expected) in [
            // Turned on, member by member.
            (&["a"][..], Some(&[][..]), name("a"), Listens, None),
            (&["a"], Some(&[]), name("b"), Listens, refused),
            (&["a", "b"], Some(&[]), name("b"), Listens, None),
            (&["a"], Some(&[]), Serves::Unseen, Listens, warned),
            (&["a"], Some(&[]), Serves::NotAsked, Refuses, warned),
            // A cluster that is only now made has nobody to ask.
            (&["a"], None, Serves::NotAsked, Refuses, None),
            (&["a"], None, name("b"), Listens, refused),
            // It is on here already.
            (&["a"], Some(&["a"]), name("b"), Listens, None),
            // Another common name, with and without the flag: the others would put this one out.
            (&["b"], Some(&["b"]), name("b"), Listens, refused),
            (&[], Some(&["b"]), Serves::NotAsked, Listens, refused),
            (&[], Some(&["a"]), Serves::NotAsked, Listens, None),
            (&[], Some(&[]), name("b"), Listens, None),
        ] {
            let seen = found(bundles, installed, serves.clone(), probe);
            let seen: Vec<_> = seen.iter().map(|finding| (finding.severity(), finding.code().as_str())).collect();
            assert_eq!(seen, expected.into_iter().collect::<Vec<_>>(), "{bundles:?} {installed:?} {serves:?}");
        }
    }

    #[test]
    fn what_the_other_end_says_cannot_steer_a_terminal() {
        let found = found(&["a"], None, Serves::Name("\u{1b}[2J\nerror: x".to_owned()), PeerProbe::Listens);
        assert!(!text(&found[0]).contains(char::is_control), "{found:?}");
    }
}
