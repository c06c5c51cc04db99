//! Findings about names that members are reached by: what etcd here would find, or not.

use std::net::IpAddr;

use payload::manifest::Manifest;
use payload::url::{DnsName, UrlHost};

use crate::facts::Network;
use crate::facts::network::names::{self, Means, Named};
use crate::finding::network::{NameFinding, Why};
use crate::finding::{Finding, NetworkFinding};

/// One finding a name at most; and one of all that no hosts file has.
pub(in crate::check) fn names(manifest: &Manifest, network: &Network) -> Vec<Finding> {
    let wrong = network.names.iter().filter_map(|named| wrong(named, manifest, network));
    let mut found: Vec<_> = wrong.collect();
    if !found.iter().any(|found| found.is_of(&manifest.member)) {
        found.extend(manifest.sought().into_iter().map(|name| own(name, manifest, network)));
    }
    found.into_iter().chain(by_dns(network)).map(|found| NetworkFinding::Name(found).into()).collect()
}

/// Why none of this host's addresses was taken for the one that `name` means.
fn own(name: DnsName, manifest: &Manifest, network: &Network) -> NameFinding {
    let means: Vec<_> = network.meant(&UrlHost::Name(name.clone())).collect();
    let own = names::own(&means, &network.addresses);
    NameFinding::Own { name, bundle: manifest.host.clone(), means, own }
}

fn wrong(named: &Named, manifest: &Manifest, network: &Network) -> Option<NameFinding> {
    let (member, name) = (named.member.clone(), named.name.clone());
    let why = match &named.means {
        Means::HostsFile(_) | Means::Dns(_) => None,
        Means::Nobody(said) => Some(Why::Said(said.clone())),
        Means::Silence { seconds } => Some(Why::Silence { seconds: *seconds }),
    };
    if let Some(why) = why {
        return Some(NameFinding::Unknown { member, name, why });
    }
    let means = named.means.addresses();
    let is_own = member == manifest.member;
    if let Some(address) = means.iter().find(|address| is_nobody_elses(address)) {
        let own = manifest.own_addresses().first().copied().filter(|_| is_own);
        return Some(NameFinding::Loopback { name, member, address: *address, own });
    }
    if let Some(address) = means.iter().find(|address| !is_own && network.addresses.contains(address)) {
        return Some(NameFinding::Here { name, member, address: *address });
    }
    let before = manifest.members.iter().take_while(|other| other.name != member);
    let shared = |other: &payload::manifest::Member| {
        let address = network.meant(&other.address).find(|address| means.contains(address))?;
        Some((other.name.clone(), address))
    };
    let by_address = manifest.members.iter().filter(|other| other.name != member && other.address.ip().is_some());
    let (other, address) = { before.chain(by_address) }.find_map(shared)?;
    Some(NameFinding::Shared { name, members: [member, other], address })
}

/// 127.0.1.1 is what Debian's installer writes beside a host's own name.
fn is_nobody_elses(address: &IpAddr) -> bool {
    address.is_loopback() || address.is_unspecified()
}

fn by_dns(network: &Network) -> Option<NameFinding> {
    let mut names = Vec::new();
    for named in &network.names {
        if let Means::Dns(addresses) = &named.means
            && let Some(address) = addresses.first().filter(|address| !is_nobody_elses(address))
            && !names.iter().any(|(name, _)| *name == named.name)
        {
            names.push((named.name.clone(), *address));
        }
    }
    (!names.is_empty()).then_some(NameFinding::ByDns { names })
}

#[cfg(test)]
mod tests {
    use payload::manifest::Listen;

    use super::*;
    use crate::facts::tests::{good, manifest};
    use crate::finding::Severity;
    use crate::text::findings::{help, text};

    /// The fixture's three members, reached by names; it listens at an address.
    fn named() -> Manifest {
        let mut manifest = manifest();
        for (at, member) in (1..).zip(&mut manifest.members) {
            let host: UrlHost = format!("n{at}.example").parse().unwrap();
            member.address = host;
        }
        manifest
    }

    #[test]
    fn an_address_that_is_to_be_found_by_a_name_is_one() {
        let mut manifest = named();
        let listen = manifest.listen.insert(Listen { peers: Vec::new(), clients: Vec::new(), found: Vec::new() });
        listen.peers.push("https://n1.example:2380".parse().unwrap());
        let own: Vec<IpAddr> = vec!["10.9.0.1".parse().unwrap(), "10.8.0.1".parse().unwrap()];
        let elsewhere: IpAddr = "10.9.0.9".parse().unwrap();
        for (means, words, helps) in [
            (
                Some(Means::HostsFile(own.clone())),
                "means several: 10.9.0.1, 10.8.0.1",
                "`listen = \"10.9.0.1\"` in the",
            ),
            (Some(Means::HostsFile(vec![elsewhere])), "it means 10.9.0.9, which this host", "`listen = \"ADDRESS\"`"),
            (None, "on the running host alone", "`listen = \"ADDRESS\"` in the `[[host]]` of n1"),
            (Some(Means::Nobody("x".to_owned())), "means nobody here", "getent"),
        ] {
            let mut network = Network { addresses: own.clone(), ..good().network };
            let name = manifest.members[0].address.name().unwrap().clone();
            let member = manifest.member.clone();
            network.names.extend(means.map(|means| Named { member, name, means }));
            let found = names(&manifest, &network);
            let [found] = found.as_slice() else { panic!("{found:?}") };
            assert_eq!(found.severity(), Severity::Refuse);
            let (text, help) = (text(found), help(found).to_string());
            assert!(text.contains(words) && help.contains(helps), "{text}: {help}");
        }
        assert_eq!(names::own(&["127.0.0.1".parse().unwrap(), own[0], elsewhere], &own), [own[0]]);
    }

    #[test]
    fn a_name_that_cannot_work_is_refused_and_one_that_dns_alone_knows_is_warned_of() {
        let (hosts, dns) = (Means::HostsFile as fn(_) -> _, Means::Dns as fn(_) -> _);
        let silent = || Means::Silence { seconds: 3 };
        let own = good().network.addresses[0].to_string();
        let at = |how: fn(Vec<IpAddr>) -> Means, address: &str| how(vec![address.parse().unwrap()]);
        for (n1, n2, n3, expected) in [
            (at(hosts, &own), at(hosts, "10.9.0.2"), at(hosts, "10.9.0.3"), vec![]),
            (
                at(hosts, "127.0.1.1"),
                at(hosts, "10.9.0.2"),
                at(hosts, "10.9.0.3"),
                vec![("name-elsewhere", "means 127.0.1.1 here", "/etc/hosts")],
            ),
            (
                at(hosts, &own),
                at(dns, "10.9.0.2"),
                at(dns, "10.9.0.3"),
                vec![(
                    "name-by-dns",
                    "n2.example, n3.example",
                    "'10.9.0.2 n2.example' '10.9.0.3 n3.example' >>/etc/hosts",
                )],
            ),
            (
                at(hosts, &own),
                Means::Nobody("Name does not resolve".to_owned()),
                silent(),
                vec![
                    ("name-unknown", "`n2.example` of member `n2` means nobody here (Name does not", "getent ahosts"),
                    ("name-unknown", "no name server answers within 3 s", "ADDRESS n3.example"),
                ],
            ),
            (
                at(hosts, &own),
                at(hosts, &own),
                at(hosts, "10.9.0.3"),
                vec![("name-elsewhere", "`n2`, which is another host's", "getent")],
            ),
            (
                at(hosts, &own),
                at(hosts, "10.9.0.3"),
                at(hosts, "10.9.0.3"),
                vec![("name-elsewhere", "`n3` means 10.9.0.3 here, which is member `n2`", "getent")],
            ),
        ] {
            let manifest = named();
            let mut network = good().network;
            for (member, means) in manifest.members.iter().zip([n1, n2, n3]) {
                let name = member.address.name().unwrap().clone();
                network.names.push(Named { member: member.name.clone(), name, means });
            }
            let found = names(&manifest, &network);
            assert_eq!(found.len(), expected.len(), "{found:?}");
            for (found, (code, words, helps)) in found.iter().zip(expected) {
                let (text, help) = (text(found), help(found).to_string());
                assert!(
                    found.code().as_str() == code && text.contains(words) && help.contains(helps),
                    "{text}: {help}"
                );
            }
        }
    }
}
