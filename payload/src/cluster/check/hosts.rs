//! `[[host]]`: who the members are, and where.

use std::collections::HashMap;
use std::net::IpAddr;

use toml::Spanned;

use super::address::{usable, usable_host};
use super::listen;
use super::paths::Chosen;
use super::ports::Ports;
use crate::cluster::Host;
use crate::cluster::fault::Fault;
use crate::cluster::file::HostSection;
use crate::cluster::findings::{Findings, Use};
use crate::cluster::setting::Loopback;
use crate::etcd::Arch;
use crate::name::{HostName, MemberName};
use crate::url::UrlHost;
use crate::{say, words};

/// More members than this cost more than they give (etcd's FAQ).
const MANY_MEMBERS: usize = 7;

/// What other sections say for hosts that do not say it themselves.
pub(super) struct Defaults {
    pub(super) arch: Arch,
    pub(super) ports: Ports,
    pub(super) loopback: Loopback,
    pub(super) paths: Chosen,
}

pub(super) fn hosts(findings: &mut Findings, sections: Vec<Spanned<HostSection>>, defaults: &Defaults) -> Vec<Host> {
    let (mut names, mut members, mut addresses) = (HashMap::new(), HashMap::new(), HashMap::new());
    let (mut hosts, mut listeners) = (Vec::new(), Vec::new());
    let mut spelt: HashMap<String, HostName> = HashMap::new();
    let last = sections.last().map(Spanned::span);
    for section in sections {
        let host = section.into_inner();
        let name_is = findings.once(&mut names, &words!(en = "host name", zh = "主机名"), &host.name);
        if let Some(other) =
            spelt.insert(host.name.get_ref().as_str().to_ascii_lowercase(), host.name.get_ref().clone())
            && name_is == Use::First
        {
            let text = say!(
                en = "`{other}` and `{name}` differ in case alone: on a stick, {other}.run and {name}.run are one file",
                zh = "`{other}` 与 `{name}` 只有大小写不同：在 U 盘上 {other}.run 与 {name}.run 是同一个文件",
                name = host.name.get_ref()
            );
            findings.fault(&host.name.span(), text);
        }
        let ports = defaults.ports.overridden(findings, &host.client_port, &host.peer_port);
        address(findings, &mut addresses, &host.address);
        for address in &host.addresses {
            let host = Spanned::new(address.span(), UrlHost::Ip(*address.get_ref()));
            findings.once(&mut addresses, &words!(en = "address", zh = "地址"), &host);
            usable(findings, address);
        }
        if let Some(clients) = &host.client_address {
            address(findings, &mut addresses, clients);
        }
        let ends = listen::ends(findings, &host, defaults.loopback);
        listeners.extend(ends.written.iter().map(|written| (hosts.len(), written.clone())));
        let Some(member) = member(findings, &host) else { continue };
        // A member that is named after its host shares the host's fault.
        if host.member.is_some() || name_is == Use::First {
            findings.once(&mut members, &words!(en = "member name", zh = "成员名"), &member);
        }
        hosts.push(Host {
            name: host.name.into_inner(),
            address: host.address.into_inner(),
            client_address: ends.client_address,
            listen_peers: ends.peers,
            listen_clients: ends.clients,
            member: member.into_inner(),
            arch: host.arch.map_or(defaults.arch, Spanned::into_inner),
            names: host.names,
            addresses: host.addresses.into_iter().map(Spanned::into_inner).collect(),
            client_port: ports.client,
            peer_port: ports.peer,
            wal: defaults.paths.wal(findings, host.wal_dir),
        });
    }
    listen::at_home(findings, &hosts, &listeners);
    match (hosts.len(), last) {
        (0, _) if findings.faults.is_empty() => {
            findings.faults.push(
                Fault::new(words!(
                    en = "no `[[host]]` section: a cluster has at least one host",
                    zh = "没有 `[[host]]` 段：集群至少有一台主机"
                ))
                .help("etcdpack init --host n1=192.0.2.1 --host n2=192.0.2.2 --host n3=192.0.2.3"),
            );
        }
        (n, Some(span)) if n > 0 && n.is_multiple_of(2) => {
            findings.warn(
                &span,
                say!(
                    en = "{n} members tolerate no more failures than {}: take an odd number",
                    zh = "{n} 个成员能容忍的故障数并不比 {} 个多：请取奇数",
                    n - 1
                ),
            );
        }
        (n, Some(span)) if n > MANY_MEMBERS => {
            findings.warn(
                &span,
                say!(
                    en = "{n} members make every write slower: 3 or 5 are usual, 7 the most",
                    zh = "{n} 个成员会让每次写入变慢：通常为 3 或 5 个，最多 7 个"
                ),
            );
        }
        _ => {}
    }
    hosts
}

/// Where a member is reached. A second member at it is meant to share the host, whatever its ports.
fn address(findings: &mut Findings, seen: &mut HashMap<UrlHost, usize>, address: &Spanned<UrlHost>) {
    if findings.once(seen, &words!(en = "address", zh = "地址"), address) == Use::Again
        && let Some(fault) = findings.faults.last_mut()
    {
        fault.help = Some(say!(
            en = "one host has one member: two on one host fail together",
            zh = "一台主机只放一个成员：同一主机上的两个会一起故障"
        ));
    }
    usable_host(findings, address);
    if let Some(IpAddr::V4(ip)) = address.get_ref().ip()
        && ip.is_link_local()
    {
        let text = say!(
            en = "`{ip}` is link-local: a host gives itself such an address, and another at its next boot",
            zh = "`{ip}` 是链路本地地址：由主机自行分配，下次启动就会变化"
        );
        findings.warn(&address.span(), text);
    }
}

/// The member's own name, or the host's where none is given and it is short enough.
fn member(findings: &mut Findings, host: &HostSection) -> Option<Spanned<MemberName>> {
    if let Some(member) = &host.member {
        return Some(member.clone());
    }
    if let Ok(member) = host.name.get_ref().as_str().parse() {
        Some(Spanned::new(host.name.span(), member))
    } else {
        findings.fault_with_help(
            &host.name.span(),
            words!(en = "this host name is too long for a member name", zh = "该主机名太长，不能用作成员名"),
            words!(en = "add `member = \"...\"` to this host", zh = "为该主机加上 `member = \"...\"`"),
        );
        None
    }
}
