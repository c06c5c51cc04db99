//! The words of findings about addresses, ports, the firewall and the other members.

use payload::line::DisplayLine;
use payload::peer_name::PeerName;

use crate::finding::NetworkFinding;
use crate::finding::network::ClosedBy;
use crate::help::Help;

pub(super) fn text(found: &NetworkFinding) -> String {
    match found {
        NetworkFinding::OtherHost { bundle, address, rightful: Some(host), .. } => {
            format!("this file is for host `{bundle}` ({address}), and this is host `{host}`: use {host}.run")
        }
        NetworkFinding::OtherHost { bundle, address, hostname, addresses, .. } => {
            let here: Vec<String> = addresses.iter().filter(|ip| !ip.is_loopback()).map(ToString::to_string).collect();
            let here = if here.is_empty() { "no address".to_owned() } else { here.join(", ") };
            format!("the bundle is for host `{bundle}` with address {address}; this is `{hostname}` with {here}")
        }
        NetworkFinding::ToldElsewhere { bundle, told } => format!(
            "others reach host `{bundle}` at {}, which this host does not have: right only behind NAT, or with an address \
             that comes later",
            joined(told)
        ),
        NetworkFinding::NotListened { address, listens } => format!(
            "others are told {address}, which is this host's own, and etcd listens at {} alone: nobody reaches it",
            joined(listens)
        ),
        NetworkFinding::SourceUnnamed { from, members, .. } => format!(
            "this host goes to {} from {from}, which its certificate does not name: etcd there refuses it, unless NAT makes \
             it another address",
            members.join(", ")
        ),
        NetworkFinding::PortTaken { address, port } => format!("port {port} on {address} is taken"),
        NetworkFinding::PeerSilent { member, at, why } => {
            format!("no answer from member `{member}` at {at} ({why}): off, a cable, or a firewall")
        }
        NetworkFinding::FirewallClosed { by, ports } => {
            let who = match by {
                ClosedBy::Firewalld { zone } => format!("firewalld (zone `{zone}`)"),
                ClosedBy::Ufw => "ufw".to_owned(),
            };
            let ports: Vec<String> = ports.iter().map(ToString::to_string).collect();
            format!("{who} lets nobody in at {}", ports.join(" and "))
        }
        NetworkFinding::OwnName { name, taken } => format!(
            "the bundle's certificate has the common name `{}`, and the members of this cluster take {} alone for a member's",
            DisplayLine::of(name),
            listed(taken)
        ),
        NetworkFinding::PeerName { member, at, name, taken } => format!(
            "{member} at {at} serves a certificate with the common name `{}`; with this bundle the member here takes \
             {} alone, and would put {member} out",
            DisplayLine::of(name),
            listed(taken)
        ),
        NetworkFinding::PeerNameUnseen { member, at, taken } => {
            format!(
                "the certificate of {member} at {at} cannot be seen; this member would take {} alone",
                listed(taken)
            )
        }
        NetworkFinding::PeerNameUnanswered { member, at, taken } => {
            format!("{member} at {at} does not answer; once it does, this member would take {} alone", listed(taken))
        }
    }
}

pub(super) fn help(found: &NetworkFinding) -> Help {
    match found {
        NetworkFinding::OtherHost { rightful: Some(host), .. } => Help::plain(format!("./{host}.run install")),
        NetworkFinding::OtherHost { rightful: None, .. } | NetworkFinding::ToldElsewhere { .. } => {
            Help::plain("ip address show")
        }
        NetworkFinding::NotListened { .. } => {
            Help::plain(format!("set `listen` of this host in cluster.toml, and run: {}", super::BUILD))
        }
        NetworkFinding::SourceUnnamed { from, bundle, .. } => Help::plain(format!(
            "`addresses = [\"{from}\"]` in the `[[host]]` of {bundle} in cluster.toml, and run: {}",
            super::BUILD
        )),
        NetworkFinding::PortTaken { port, .. } => Help::plain(format!("ss -ltnp 'sport = :{port}'")),
        NetworkFinding::PeerSilent { at, .. } => {
            let host = at.rsplit_once(':').map_or(at.as_str(), |(host, _)| host).trim_matches(['[', ']']);
            Help::plain(format!("ping -c 3 {host}"))
        }
        NetworkFinding::FirewallClosed { by, ports } => Help::plain(opened(by, ports)),
        NetworkFinding::OwnName { .. } | NetworkFinding::PeerName { .. } => {
            Help::plain(format!("set `common-name` in cluster.toml as it was, and run: {}", super::BUILD))
        }
        NetworkFinding::PeerNameUnseen { at, .. } => {
            Help::plain(format!("openssl s_client -connect {at} </dev/null | grep subject"))
        }
        NetworkFinding::PeerNameUnanswered { .. } => Help::host("status"),
    }
}

/// The commands that open `ports`.
fn opened(by: &ClosedBy, ports: &[u16]) -> String {
    match by {
        ClosedBy::Firewalld { zone } => {
            let ports: Vec<String> = ranges(ports, '-').iter().map(|range| format!("--add-port={range}/tcp")).collect();
            format!("firewall-cmd --permanent --zone={zone} {} && firewall-cmd --reload", ports.join(" "))
        }
        ClosedBy::Ufw => {
            let allow = ranges(ports, ':').into_iter().map(|range| format!("ufw allow {range}/tcp"));
            allow.collect::<Vec<_>>().join(" && ")
        }
    }
}

/// Neighbours as one range.
fn ranges(ports: &[u16], dash: char) -> Vec<String> {
    match ports {
        [from, to] if from.checked_add(1) == Some(*to) => vec![format!("{from}{dash}{to}")],
        ports => ports.iter().map(ToString::to_string).collect(),
    }
}

fn joined<T: ToString>(of: &[T]) -> String {
    of.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn listed(names: &[PeerName]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
