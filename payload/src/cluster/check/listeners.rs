//! `listen-metrics-urls` and `listen-client-http-urls`: whether every host can listen there, and who may ask.

use std::collections::HashSet;
use std::net::IpAddr;
use std::ops::Range;

use crate::cluster::Host;
use crate::cluster::fault::Fault;
use crate::cluster::findings::Findings;
use crate::cluster::setting::{Flags, Loopback};
use crate::language::Words;
use crate::{say, words};

const LISTENERS: [(&str, Words); 2] = [
    ("listen-metrics-urls", words!(en = "metrics and health", zh = "指标和健康状态")),
    ("listen-client-http-urls", words!(en = "all data", zh = "全部数据")),
];

/// Where etcd listens already.
pub(super) struct Taken<'a> {
    pub(super) hosts: &'a [Host],
    pub(super) loopback: Loopback,
}

/// A URL as etcd listens on it.
struct Listener<'a> {
    url: &'a str,
    host: &'a str,
    port: u16,
}

impl<'a> Listener<'a> {
    /// `None`: a socket of the file system. The form was looked at before.
    fn read(url: &'a str) -> Option<Self> {
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
        let (host, port) = rest.rsplit_once(':')?;
        Some(Self { url, host: host.trim_matches(['[', ']']), port: port.parse().ok()? })
    }

    fn ip(&self) -> Option<IpAddr> {
        match self.host {
            "localhost" => Some(IpAddr::from([127, 0, 0, 1])),
            host => host.parse().ok(),
        }
    }
}

pub(super) fn listeners(findings: &mut Findings, flags: &Flags, taken: &Taken<'_>) {
    let mut seen = HashSet::new();
    for (flag, given) in LISTENERS {
        let Some((value, span)) = flags.get(flag) else { continue };
        for listener in value.as_str().split(',').filter_map(Listener::read) {
            let Some(ip) = listener.ip() else {
                let text = say!(
                    en = "etcd listens on an IP address or `localhost`, and exits with `{}`",
                    zh = "etcd 只能监听 IP 地址或 `localhost`，遇到 `{}` 会退出",
                    listener.url
                );
                findings.fault(span, text);
                continue;
            };
            if let Some(whose) = taken.whose(ip, listener.port) {
                let text = say!(
                    en = "`{}` is taken: etcd's own {whose} listens on port {}",
                    zh = "`{}` 已被占用：etcd 的{whose}监听端口 {}",
                    listener.url,
                    listener.port
                );
                findings.fault_with_help(span, text, free_port(flag, taken));
            } else if !seen.insert((ip, listener.port)) {
                findings.fault(
                    span,
                    say!(
                        en = "`{}` is there twice: etcd cannot listen on it twice",
                        zh = "`{}` 出现了两次：etcd 不能在同一地址上监听两次",
                        listener.url
                    ),
                );
            } else if let Some(text) = taken.not_on_all(ip, listener.url) {
                findings.fault_with_help(span, text, format!("http://127.0.0.1:{}", listener.port));
            }
            in_the_clear(findings, &listener, ip, given, span);
        }
    }
}

impl Taken<'_> {
    /// Which of etcd's own listeners has this port of this address, on some host.
    fn whose(&self, ip: IpAddr, port: u16) -> Option<Words> {
        let on_loopback = ip.is_loopback() && self.loopback != Loopback::Off;
        let is_at = |own: &[IpAddr]| ip.is_unspecified() || own.iter().any(|own| own.is_unspecified() || *own == ip);
        let is_clients = |host: &&Host| is_at(&host.listen_clients) || on_loopback;
        if self.hosts.iter().filter(|host| host.client_port.get() == port).any(|host| is_clients(&host)) {
            Some(words!(en = "client listener", zh = "客户端监听"))
        } else if self.hosts.iter().any(|host| host.peer_port.get() == port && is_at(&host.listen_peers)) {
            Some(words!(en = "peer listener", zh = "成员间监听"))
        } else {
            None
        }
    }

    /// The flags are the same on all hosts, and no host can listen on the address of another.
    fn not_on_all(&self, ip: IpAddr, url: &str) -> Option<String> {
        let owner = self.hosts.iter().find(|host| host.certified().contains(&ip))?;
        let text = say!(
            en = "every host gets `{url}`, and `{}` alone has this address: etcd exits on the others",
            zh = "每台主机都会得到 `{url}`，而只有 `{}` 有这个地址：其他主机上的 etcd 会退出",
            owner.name
        );
        (self.hosts.len() > 1).then_some(text)
    }
}

/// The port after etcd's own, as in its documentation: 2381.
fn free_port(flag: &str, taken: &Taken<'_>) -> String {
    let last = taken.hosts.iter().flat_map(|host| [host.client_port, host.peer_port]).max();
    let port = last.and_then(|last| last.get().checked_add(1)).unwrap_or(2381);
    match flag {
        "listen-metrics-urls" => say!(
            en = "{flag} = \"http://127.0.0.1:{port}\"; with a certificate, /metrics is at the client port without this flag",
            zh = "{flag} = \"http://127.0.0.1:{port}\"；凭证书可直接在客户端端口访问 /metrics，无需此参数"
        ),
        _ => format!("{flag} = \"https://127.0.0.1:{port}\""),
    }
}

/// Listeners that anyone who reaches this host can ask, without a certificate and in the clear.
fn in_the_clear(findings: &mut Findings, listener: &Listener<'_>, ip: IpAddr, given: Words, span: &Range<usize>) {
    if listener.url.starts_with("http://") && !ip.is_loopback() {
        let url = listener.url;
        let text = say!(
            en = "`{url}` serves {given} in the clear, to everyone who reaches it, without a certificate",
            zh = "`{url}` 以明文提供{given}，任何能访问它的人都无需证书"
        );
        findings.warnings.push(Fault::new(text).at(findings.source, span).help(words!(
            en = "write `https://`, or an address such as 127.0.0.1",
            zh = "改用 `https://`，或 127.0.0.1 之类的地址"
        )));
    }
}
