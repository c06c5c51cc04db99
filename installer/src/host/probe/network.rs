//! Finding out about this host's addresses and ports, and its firewall.
#![expect(clippy::disallowed_methods, reason = "edge: tries ports")]

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, UdpSocket};

use payload::manifest::Manifest;
use payload::name::MemberName;
use payload::url::{DnsName, Url};

use super::{PATIENCE, ProbeError};
use crate::facts::cluster::{Chain, Other, Seen};
use crate::facts::network::firewall;
use crate::facts::network::names::Named;
use crate::facts::network::{BusyPort, Firewall, Network, Peer, PeerProbe, Serves, Source};
use crate::host::processes::Process;
use crate::host::{Exec, Tree, addresses, names};

/// This host's part. Others are asked side by side: `peers`, `names` and `firewall` are what came of that.
pub(super) fn network(
    busy: Vec<BusyPort>,
    peers: Vec<Peer>,
    sources: Vec<Source>,
    names: Vec<Named>,
    firewall: Firewall,
) -> Result<Network, ProbeError> {
    Ok(Network {
        hostname: nix::sys::utsname::uname()?.nodename().to_string_lossy().into_owned(),
        addresses: addresses::all()?.into_iter().map(|(_, address)| address).collect(),
        busy,
        peers,
        names,
        sources,
        firewall,
    })
}

/// Ports of ours that something has: found by trying to have them.
pub(super) fn busy(manifest: &Manifest) -> Vec<BusyPort> {
    let is_taken = |at: &SocketAddr| TcpListener::bind(at).is_err_and(|error| error.kind() == io::ErrorKind::AddrInUse);
    let listens = manifest.listens().into_iter().filter_map(|url| url.socket());
    listens.filter(is_taken).map(|at| BusyPort { address: at.ip(), port: at.port() }).collect()
}

/// The bundle's other members, as they were seen.
pub(super) fn peers(manifest: &Manifest, others: &[Other]) -> Vec<Peer> {
    let is_ours = |other: &&Other| manifest.members.iter().any(|member| member.name.as_str() == other.name);
    others.iter().filter(is_ours).map(peer).collect()
}

fn peer(other: &Other) -> Peer {
    let probe = match &other.seen {
        Seen::Refused => PeerProbe::Refuses,
        Seen::Unseen(why) => PeerProbe::Nothing(why.clone()),
        Seen::Listens { .. } | Seen::Serves { .. } => PeerProbe::Listens,
    };
    let serves = match other.chain() {
        None => Serves::NotAsked,
        Some(Chain::Shown { common_name: Some(name), .. }) => Serves::Name(name.clone()),
        Some(_) => Serves::Unseen,
    };
    Peer { name: other.name.clone(), at: other.at(), probe, serves }
}

/// Ports are asked for where one of the two firewalls that have names for them is at work.
pub(super) fn firewall(tree: &Tree, processes: &[Process], manifest: &Manifest) -> Firewall {
    let ports = manifest.ports();
    let config = |path: &str| -> Option<String> {
        let bytes = tree.read_if_there(&path.parse().ok()?, 1 << 20).ok()??;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    };
    if config("/etc/ufw/ufw.conf").is_some_and(|text| setting(&text, "ENABLED") == Some("yes")) {
        let policy = config("/etc/default/ufw").unwrap_or_default();
        if setting(&policy, "DEFAULT_INPUT_POLICY").is_some_and(|policy| policy.trim_matches('"') == "ACCEPT") {
            return Firewall::Open;
        }
        let is_v6 = own_address(manifest).is_some_and(|address| address.is_ipv6());
        let rules = if is_v6 { "/etc/ufw/user6.rules" } else { "/etc/ufw/user.rules" };
        let shut = firewall::ufw(&config(rules).unwrap_or_default(), &ports);
        return if shut.is_empty() { Firewall::Open } else { Firewall::Ufw { shut } };
    }
    if !processes.iter().any(|process| process.is_systems_own("firewalld", tree)) {
        return Firewall::None;
    }
    let said = Exec::named("firewall-cmd")
        .and_then(|exec| exec.args(["--list-all-zones"]).limit(PATIENCE).heeding(tree.interrupt()).run());
    let (Ok(said), Some(interface)) = (said, own_address(manifest).and_then(interface)) else {
        return Firewall::None;
    };
    let conf = config("/etc/firewalld/firewalld.conf").unwrap_or_default();
    let default = setting(&conf, "DefaultZone").unwrap_or("public");
    match firewall::firewalld(&said.stdout, default, &interface, &ports) {
        Some((zone, shut)) => Firewall::Firewalld { zone, shut },
        None => Firewall::Open,
    }
}

/// One of this host's addresses that its member listens at; where that is all of them, the one that others are told.
fn own_address(manifest: &Manifest) -> Option<IpAddr> {
    manifest.own_addresses().into_iter().chain(manifest.addresses()).next()
}

/// What the names mean here that members are reached by, each once a member.
pub(super) fn names(tree: &Tree, manifest: &Manifest) -> Vec<Named> {
    let mut found: Vec<(&MemberName, DnsName)> = Vec::new();
    for member in &manifest.members {
        for url in [manifest.peer_url(member), manifest.client_url(member)].into_iter().flatten() {
            let named = url.host().name().map(|name| (&member.name, name.clone()));
            found.extend(named.filter(|named| !found.contains(named)));
        }
    }
    let (members, names): (Vec<_>, Vec<_>) = found.into_iter().unzip();
    let means = names::means(tree, &names);
    let all = members.into_iter().zip(names).zip(means);
    all.map(|((member, name), means)| Named { member: member.clone(), name, means }).collect()
}

/// From where the kernel would go to each of the other members. Nothing is sent: to connect a UDP socket is to choose a way.
pub(super) fn sources(manifest: &Manifest, names: &[Named]) -> Vec<Source> {
    let source = |to: SocketAddr| {
        let any: IpAddr = if to.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
        let socket = UdpSocket::bind((any, 0)).ok()?;
        socket.connect(to).ok()?;
        Some(socket.local_addr().ok()?.ip())
    };
    let others = manifest.members.iter().filter(|member| member.name != manifest.member);
    let at = |url: &Url| -> Option<SocketAddr> {
        let named = || names.iter().find(|named| url.host().name() == Some(&named.name));
        let address = url.address().or_else(|| named()?.means.addresses().first().copied())?;
        Some(SocketAddr::new(address, url.port().get()))
    };
    let others = others.filter_map(|member| Some((member, at(&manifest.peer_url(member)?)?)));
    others
        .filter_map(|(member, to)| Some(Source { member: member.name.clone(), to: to.ip(), from: source(to)? }))
        .collect()
}

/// The value in a line `KEY=VALUE`.
fn setting<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.trim().strip_prefix(key)?.strip_prefix('=')).map(str::trim)
}

/// The name of the interface that has this address.
fn interface(address: IpAddr) -> Option<String> {
    addresses::all().ok()?.into_iter().find_map(|(interface, has)| (has == address).then_some(interface))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_read_and_a_comment_is_not() {
        assert_eq!(setting("# ENABLED=no\nENABLED=yes\n", "ENABLED"), Some("yes"));
    }
}
