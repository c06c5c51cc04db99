//! Where a host listens, if that is elsewhere than it is reached: `listen`, `listen-clients`, `listen-peers`, `client-address`.

use std::net::IpAddr;

use toml::Spanned;

use super::address::unheard;
use crate::cluster::Host;
use crate::cluster::file::HostSection;
use crate::cluster::findings::Findings;
use crate::cluster::listen::Addresses;
use crate::cluster::setting::Loopback;
use crate::url::UrlHost;

/// Both ends of a member, as meant.
pub(super) struct Ends {
    pub(super) client_address: UrlHost,
    /// None where the host is to find the one that its name means.
    pub(super) peers: Vec<IpAddr>,
    pub(super) clients: Vec<IpAddr>,
    /// What was written of them.
    pub(super) written: Vec<Spanned<Addresses>>,
}

/// Without a word a member listens where it is reached.
pub(super) fn ends(findings: &mut Findings, host: &HostSection, loopback: Loopback) -> Ends {
    let address = &host.address;
    let client_address = host.client_address.as_ref().unwrap_or(address);
    let written: Vec<_> =
        [&host.listen, &host.listen_clients, &host.listen_peers].into_iter().flatten().cloned().collect();
    for written in &written {
        listener(findings, written);
    }
    let (peers, clients) = (host.listen_peers.as_ref(), host.listen_clients.as_ref());
    if let (Some(both), Some(_), Some(_)) = (&host.listen, peers, clients) {
        let text = "`listen-clients` and `listen-peers` say all that `listen` would";
        findings.fault_with_help(&both.span(), text, "take the line `listen` out");
    }
    let peers = peers.or(host.listen.as_ref());
    let clients = clients.or(host.listen.as_ref());
    let is_everywhere = |written: &&Spanned<Addresses>| written.get_ref().as_slice().iter().any(IpAddr::is_unspecified);
    if let Some(written) = clients.filter(is_everywhere).filter(|_| loopback == Loopback::Http) {
        let text =
            "the address that means every address means loopback, too: etcd cannot serve it with TLS and without";
        findings.fault_with_help(&written.span(), text, "loopback = \"https\" in the section `[client]`");
    }
    let or = |written: Option<&Spanned<Addresses>>, told: &Spanned<UrlHost>| match written {
        Some(written) => written.get_ref().as_slice().to_vec(),
        None => told.get_ref().ip().into_iter().collect(),
    };
    let (peers, clients) = (or(peers, address), or(clients, client_address));
    Ends { client_address: client_address.get_ref().clone(), peers, clients, written }
}

fn listener(findings: &mut Findings, written: &Spanned<Addresses>) {
    let (addresses, span) = (written.get_ref().as_slice(), written.span());
    for (at, ip) in addresses.iter().enumerate() {
        if ip.is_unspecified() && addresses.len() > 1 {
            let text = format!("`{ip}` means every address, the others among them: etcd cannot listen on them twice");
            findings.fault_with_help(&span, text, format!("\"{ip}\" alone, or the others without it"));
        } else if addresses.iter().take(at).any(|other| other == ip) {
            findings.fault(&span, format!("`{ip}` is there twice: etcd cannot listen on it twice"));
        } else if ip.is_loopback() {
            let text = format!("`{ip}` is the host itself: nobody else reaches a member there");
            findings.fault_with_help(&span, text, "etcd listens on loopback by `loopback` in the section `[client]`");
        } else if let Some(why_not) = unheard(*ip) {
            findings.fault(&span, format!("the address `{ip}` {why_not}"));
        }
    }
}

/// No host listens at what is another's: a line too many, or in the wrong section. `written` has the host's place in `hosts`.
pub(super) fn at_home(findings: &mut Findings, hosts: &[Host], written: &[(usize, Spanned<Addresses>)]) {
    for (at, addresses) in written {
        for ip in addresses.get_ref().as_slice() {
            let is_its = |host: &&Host| [&host.address, &host.client_address].iter().any(|told| told.ip() == Some(*ip));
            let Some(other) = hosts.iter().enumerate().filter(|(of, _)| of != at).map(|(_, host)| host).find(is_its)
            else {
                continue;
            };
            let text = format!("`{ip}` is the address of `{}`: etcd cannot listen there on another host", other.name);
            findings.fault(&addresses.span(), text);
        }
    }
}
