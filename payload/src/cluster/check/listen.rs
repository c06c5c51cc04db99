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
use crate::{say, words};

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
        let text = words!(
            en = "`listen-clients` and `listen-peers` say all that `listen` would",
            zh = "有了 `listen-clients` 和 `listen-peers`，`listen` 就是多余的"
        );
        findings.fault_with_help(
            &both.span(),
            text,
            words!(en = "take the line `listen` out", zh = "删掉 `listen` 这一行"),
        );
    }
    let peers = peers.or(host.listen.as_ref());
    let clients = clients.or(host.listen.as_ref());
    let is_everywhere = |written: &&Spanned<Addresses>| written.get_ref().as_slice().iter().any(IpAddr::is_unspecified);
    if let Some(written) = clients.filter(is_everywhere).filter(|_| loopback == Loopback::Http) {
        let text = words!(
            en = "the address that means every address means loopback, too: etcd cannot serve it with TLS and without",
            zh = "表示所有地址的地址也包括回环地址：etcd 不能在其上同时以 TLS 和明文提供服务"
        );
        findings.fault_with_help(
            &written.span(),
            text,
            words!(
                en = "loopback = \"https\" in the section `[client]`",
                zh = "loopback = \"https\"，写在 `[client]` 段"
            ),
        );
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
            let text = say!(
                en = "`{ip}` means every address, the others among them: etcd cannot listen on them twice",
                zh = "`{ip}` 表示所有地址，其余地址也在其中：etcd 不能在同一地址上监听两次"
            );
            findings.fault_with_help(
                &span,
                text,
                say!(en = "\"{ip}\" alone, or the others without it", zh = "只写 \"{ip}\"，或只写其余地址"),
            );
        } else if addresses.iter().take(at).any(|other| other == ip) {
            findings.fault(
                &span,
                say!(
                    en = "`{ip}` is there twice: etcd cannot listen on it twice",
                    zh = "`{ip}` 出现了两次：etcd 不能在同一地址上监听两次"
                ),
            );
        } else if ip.is_loopback() {
            let text = say!(
                en = "`{ip}` is the host itself: nobody else reaches a member there",
                zh = "`{ip}` 是主机自身：别的主机无法由此访问成员"
            );
            findings.fault_with_help(
                &span,
                text,
                words!(
                    en = "etcd listens on loopback by `loopback` in the section `[client]`",
                    zh = "etcd 是否监听回环地址，由 `[client]` 段的 `loopback` 决定"
                ),
            );
        } else if let Some(why_not) = unheard(*ip) {
            findings.fault(&span, say!(en = "the address `{ip}` {why_not}", zh = "地址 `{ip}` {why_not}"));
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
            let text = say!(
                en = "`{ip}` is the address of `{}`: etcd cannot listen there on another host",
                zh = "`{ip}` 是 `{}` 的地址：别的主机上的 etcd 不能监听该地址",
                other.name
            );
            findings.fault(&addresses.span(), text);
        }
    }
}
