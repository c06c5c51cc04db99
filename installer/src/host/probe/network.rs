//! Finding out about this host's addresses and ports, its firewall, and the other members. Sends nothing but a knock, and a
//! hello of TLS to members that know each other by name.
#![expect(clippy::disallowed_methods, reason = "edge: knocks at other members, tries ports")]

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::thread::{self, Builder, ScopedJoinHandle};

use payload::manifest::{Manifest, Member};
use payload::peer_name::PeerName;

use super::{PATIENCE, ProbeError};
use crate::facts::network::firewall;
use crate::facts::network::{BusyPort, Firewall, Network, Peer, PeerProbe, Serves};
use crate::host::processes::Process;
use crate::host::{Exec, Tree, addresses, hello};

/// This host's part. Others are asked side by side: `peers` and `firewall` are what came of that.
pub(super) fn network(busy: Vec<BusyPort>, peers: Vec<Peer>, firewall: Firewall) -> Result<Network, ProbeError> {
    Ok(Network {
        hostname: nix::sys::utsname::uname()?.nodename().to_string_lossy().into_owned(),
        addresses: addresses::all()?.into_iter().map(|(_, address)| address).collect(),
        busy,
        peers,
        firewall,
    })
}

/// Ports of ours that something has: found by trying to have them.
pub(super) fn busy(manifest: &Manifest) -> Vec<BusyPort> {
    let is_taken = |at: &SocketAddr| TcpListener::bind(at).is_err_and(|error| error.kind() == io::ErrorKind::AddrInUse);
    let listens = manifest.listens().into_iter().filter_map(|url| url.socket());
    listens.filter(is_taken).map(|at| BusyPort { address: at.ip(), port: at.port() }).collect()
}

/// The other members as seen from here, asked side by side.
pub(super) fn peers(manifest: &Manifest) -> Vec<Peer> {
    let others = manifest.members.iter().filter(|member| member.name != manifest.member);
    thread::scope(|scope| {
        let knocks: Vec<_> = others
            .filter_map(|member| Some((member, manifest.peer_url(member)?.socket()?)))
            .map(|(member, at)| {
                (member, at, Builder::new().spawn_scoped(scope, move || knock(at, &manifest.peer_names)))
            })
            .collect();
        let peer = |(member, at, knock): (&Member, SocketAddr, io::Result<ScopedJoinHandle<'_, _>>)| {
            let (probe, serves) = match knock.map(ScopedJoinHandle::join) {
                Ok(Ok(heard)) => heard,
                Ok(Err(_)) => (PeerProbe::Nothing("not asked".to_owned()), Serves::NotAsked),
                Err(error) => (PeerProbe::Nothing(format!("not asked: {error}")), Serves::NotAsked),
            };
            Peer { name: member.name.to_string(), at: at.to_string(), probe, serves }
        };
        knocks.into_iter().map(peer).collect()
    })
}

/// Members that know each other by name are asked for theirs.
fn knock(at: SocketAddr, names: &[PeerName]) -> (PeerProbe, Serves) {
    match TcpStream::connect_timeout(&at, PATIENCE) {
        Ok(stream) if !names.is_empty() => (PeerProbe::Listens, hello::serves(stream)),
        knocked => (heard(knocked), Serves::NotAsked),
    }
}

fn heard(knocked: io::Result<TcpStream>) -> PeerProbe {
    use io::ErrorKind::{ConnectionRefused, ConnectionReset, TimedOut};
    match knocked {
        Ok(_) => PeerProbe::Listens,
        Err(error) => match error.kind() {
            ConnectionRefused | ConnectionReset => PeerProbe::Refuses,
            TimedOut => PeerProbe::Nothing(format!("nothing within {} s", PATIENCE.as_secs())),
            _ => PeerProbe::Nothing(error.to_string()),
        },
    }
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
        let is_v6 = manifest.me().is_some_and(|me| me.address.is_ipv6());
        let rules = if is_v6 { "/etc/ufw/user6.rules" } else { "/etc/ufw/user.rules" };
        let shut = firewall::ufw(&config(rules).unwrap_or_default(), &ports);
        return if shut.is_empty() { Firewall::Open } else { Firewall::Ufw { shut } };
    }
    if !processes.iter().any(|process| process.name == "firewalld") {
        return Firewall::None;
    }
    let said = Exec::named("firewall-cmd")
        .and_then(|exec| exec.args(["--list-all-zones"]).limit(PATIENCE).heeding(tree.interrupt()).run());
    let (Ok(said), Some(interface)) = (said, manifest.me().and_then(|me| interface(me.address))) else {
        return Firewall::None;
    };
    let conf = config("/etc/firewalld/firewalld.conf").unwrap_or_default();
    let default = setting(&conf, "DefaultZone").unwrap_or("public");
    match firewall::firewalld(&said.stdout, default, &interface, &ports) {
        Some((zone, shut)) => Firewall::Firewalld { zone, shut },
        None => Firewall::Open,
    }
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
