//! Addresses: whether others can reach one, and whether etcd can listen at one for others.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use toml::Spanned;

use crate::cluster::findings::Findings;
use crate::url::UrlHost;

const ITSELF: &str = "is the host itself: no peer can reach it";

pub(super) fn usable(findings: &mut Findings, address: &Spanned<IpAddr>) {
    let ip = *address.get_ref();
    let Some(why_not) = unusable(ip) else { return };
    let text = format!("the address `{ip}` {why_not}");
    match ip {
        IpAddr::V6(ip) if let Some(plain) = mapped(ip) => {
            findings.fault_with_help(&address.span(), text, format!("write the IPv4 address: {plain}"));
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
                findings.fault(&host.span(), format!("the name `{name}` {why_not}"));
            }
        }
    }
}

/// Both `::ffff:a.b.c.d` and `::a.b.c.d`: a second way to write an address, past all that is said of the first.
fn mapped(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    ip.to_ipv4().filter(|_| !ip.is_unspecified() && !ip.is_loopback())
}

/// Why no peer can reach `ip`, if none can.
fn unusable(ip: IpAddr) -> Option<&'static str> {
    let why_not = match ip {
        _ if ip.is_unspecified() => "means every address",
        _ if ip.is_loopback() => ITSELF,
        _ if ip.is_multicast() => "is a multicast group",
        IpAddr::V4(ip) if ip.is_broadcast() => "is the broadcast address",
        IpAddr::V4(ip) if ip.octets()[0] == 0 => "is in 0.0.0.0/8: no host has it",
        IpAddr::V4(ip) if ip.octets()[0] >= 240 => "is in 240.0.0.0/4, which is reserved",
        IpAddr::V6(ip) if mapped(ip).is_some() => "is an IPv4 address in IPv6's clothes",
        IpAddr::V6(ip) if ip.is_unicast_link_local() => {
            "is link-local and needs a zone, which etcd's URLs cannot carry"
        }
        _ => return None,
    };
    Some(why_not)
}

/// Why no peer can reach a member by `host`, whatever a name means.
pub(crate) fn unusable_host(host: &UrlHost) -> Option<&'static str> {
    match host {
        UrlHost::Ip(ip) => unusable(*ip),
        UrlHost::Name(name) => name.is_localhost().then_some(ITSELF),
    }
}

/// Why etcd cannot listen at `ip` for others, if it cannot.
pub(crate) fn unheard(ip: IpAddr) -> Option<&'static str> {
    if ip.is_unspecified() { None } else { unusable(ip) }
}
