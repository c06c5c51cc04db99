//! Addresses: whether others can reach one, and whether etcd can listen at one for others.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use toml::Spanned;

use crate::cluster::findings::Findings;
use crate::language::Words;
use crate::url::UrlHost;
use crate::{say, words};

const ITSELF: Words = words!(en = "is the host itself: no peer can reach it", zh = "是主机自身：其他成员无法访问");

pub(super) fn usable(findings: &mut Findings, address: &Spanned<IpAddr>) {
    let ip = *address.get_ref();
    let Some(why_not) = unusable(ip) else { return };
    let text = say!(en = "the address `{ip}` {why_not}", zh = "地址 `{ip}` {why_not}");
    match ip {
        IpAddr::V6(ip) if let Some(plain) = mapped(ip) => {
            findings.fault_with_help(
                &address.span(),
                text,
                say!(en = "write the IPv4 address: {plain}", zh = "请写 IPv4 地址：{plain}"),
            );
        }
        _ => findings.fault(&address.span(), text),
    }
}

/// The same for what may be a name, too.
pub(super) fn usable_host(findings: &mut Findings, host: &Spanned<UrlHost>) {
    match host.get_ref() {
        UrlHost::Ip(ip) => usable(findings, &Spanned::new(host.span(), *ip)),
        UrlHost::Name(name) => {
            if let Some(why_not) = unusable_host(host.get_ref()) {
                findings.fault(&host.span(), say!(en = "the name `{name}` {why_not}", zh = "名称 `{name}` {why_not}"));
            }
        }
    }
}

/// Both `::ffff:a.b.c.d` and `::a.b.c.d`: a second way to write an address, past all that is said of the first.
fn mapped(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    ip.to_ipv4().filter(|_| !ip.is_unspecified() && !ip.is_loopback())
}

/// Why no peer can reach `ip`, if none can.
fn unusable(ip: IpAddr) -> Option<Words> {
    let why_not = match ip {
        _ if ip.is_unspecified() => words!(en = "means every address", zh = "表示所有地址"),
        _ if ip.is_loopback() => ITSELF,
        _ if ip.is_multicast() => words!(en = "is a multicast group", zh = "是组播地址"),
        IpAddr::V4(ip) if ip.is_broadcast() => words!(en = "is the broadcast address", zh = "是广播地址"),
        IpAddr::V4(ip) if ip.octets()[0] == 0 => {
            words!(en = "is in 0.0.0.0/8: no host has it", zh = "属于 0.0.0.0/8：没有主机使用这样的地址")
        }
        IpAddr::V4(ip) if ip.octets()[0] >= 240 => {
            words!(en = "is in 240.0.0.0/4, which is reserved", zh = "属于保留网段 240.0.0.0/4")
        }
        IpAddr::V6(ip) if mapped(ip).is_some() => {
            words!(en = "is an IPv4 address in IPv6's clothes", zh = "是以 IPv6 形式书写的 IPv4 地址")
        }
        IpAddr::V6(ip) if ip.is_unicast_link_local() => {
            words!(
                en = "is link-local and needs a zone, which etcd's URLs cannot carry",
                zh = "是链路本地地址，需要 zone，而 etcd 的 URL 不支持 zone"
            )
        }
        _ => return None,
    };
    Some(why_not)
}

/// Why no peer can reach a member by `host`, whatever a name means.
pub(crate) fn unusable_host(host: &UrlHost) -> Option<Words> {
    match host {
        UrlHost::Ip(ip) => unusable(*ip),
        UrlHost::Name(name) => name.is_localhost().then_some(ITSELF),
    }
}

/// Why etcd cannot listen at `ip` for others, if it cannot.
pub(crate) fn unheard(ip: IpAddr) -> Option<Words> {
    if ip.is_unspecified() { None } else { unusable(ip) }
}
