//! Who is taken for a peer: everyone with a certificate of the CA, or only those with the members' common name.

use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use super::fault::Fault;
use super::findings::Findings;
use super::model::Host;
use super::pki::{KeySharing, Pki};
use super::setting::{Flags, Setting};
use crate::etcd::{self, EtcdVersion};
use crate::peer_name::PeerName;
use crate::{say, words};

/// etcd's flag (`embed/config.go`, 3.3 and newer).
const FLAG: &str = "peer-cert-allowed-cn";
/// Its rival: etcd exits with both.
const BY_HOSTNAME: &str = "peer-cert-allowed-hostname";
/// The same for clients; a member is a client, too.
const CLIENTS: &str = "client-cert-allowed-hostname";
/// The first that takes several names, with commas between.
pub const FIRST_WITH_LISTS: EtcdVersion = EtcdVersion::new(3, 5, 15);

/// `[etcd] peers`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Peers {
    /// Who has a certificate of the CA with the hosts' common name.
    ByName,
    /// Who has any certificate of the CA that is good for a client.
    ByCa,
}

/// The common names that a peer's certificate may have; none: the CA alone decides. Takes the flag out of `flags`.
pub(super) fn names(
    findings: &mut Findings,
    peers: Option<&Spanned<Peers>>,
    flags: &mut Flags,
    (pki, hosts): (&Pki, &[Host]),
    version: EtcdVersion,
) -> Vec<PeerName> {
    clients(findings, flags, (pki, hosts), version);
    let by_hostname = flags.contains_key(BY_HOSTNAME);
    if let Some((value, span)) = flags.get(BY_HOSTNAME) {
        hostnames(findings, value.as_str(), span, (pki, hosts), version);
    }
    let wanted = peers.filter(|peers| *peers.get_ref() == Peers::ByName).map(Spanned::span);
    let names = match (flags.remove(FLAG), wanted) {
        (Some((_, span)), Some(_)) => {
            let text = say!(
                en = "`peers = \"by-name\"` sets `--{FLAG}` already",
                zh = "`peers = \"by-name\"` 已经设置了 `--{FLAG}`"
            );
            findings.fault_with_help(&span, text, say!(en = "take the line `{FLAG}` out", zh = "删掉 `{FLAG}` 这一行"));
            return Vec::new();
        }
        (Some((value, span)), None) => by_flag(findings, &value, &span, pki, version).map(|names| (names, span)),
        (None, Some(span)) => by_name(findings, &span, pki, version).map(|name| (vec![name], span)),
        (None, None) => None,
    };
    match names {
        Some((_, span)) if by_hostname => {
            let text = say!(
                en = "`--{FLAG}` and `--{BY_HOSTNAME}` exclude each other: etcd exits with both",
                zh = "`--{FLAG}` 与 `--{BY_HOSTNAME}` 互斥：同时设置时 etcd 会退出"
            );
            findings.fault_with_help(
                &span,
                text,
                say!(en = "take the line `{BY_HOSTNAME}` out", zh = "删掉 `{BY_HOSTNAME}` 这一行"),
            );
            Vec::new()
        }
        Some((names, _)) => names,
        None if by_hostname => Vec::new(),
        None => {
            findings.warnings.push(unguarded(version));
            Vec::new()
        }
    }
}

/// A peer shows its certificate, and one of these names must be in it: in that of each host.
fn hostnames(
    findings: &mut Findings,
    value: &str,
    span: &Range<usize>,
    (pki, hosts): (&Pki, &[Host]),
    version: EtcdVersion,
) {
    let Some(host) = turned_away(value, (pki, hosts), version) else { return };
    let text = say!(
        en = "no member would take `{}` for one: none of these names is in its certificate, so they never elect a leader",
        zh = "其他成员不会接受 `{}`：它的证书中没有这些名称，因此永远选不出 leader",
        host.name
    );
    let own = hosts.iter().map(|host| host.name.as_str()).collect::<Vec<_>>().join(",");
    let help = match hosts {
        [_] => format!("{BY_HOSTNAME} = \"{own}\""),
        _ if version >= FIRST_WITH_LISTS => say!(
            en = "{BY_HOSTNAME} = \"{own}\"; or peers = \"by-name\" in its place",
            zh = "{BY_HOSTNAME} = \"{own}\"；或改用 peers = \"by-name\""
        ),
        _ => say!(en = "peers = \"by-name\" in its place", zh = "改用 peers = \"by-name\""),
    };
    findings.fault_with_help(span, text, help);
}

/// Whoever speaks to the client port must show one of these names: so does `etcdctl` on each host, by the host's certificate, and so
/// do install and `status`.
fn clients(findings: &mut Findings, flags: &Flags, around: (&Pki, &[Host]), version: EtcdVersion) {
    let Some((value, span)) = flags.get(CLIENTS) else { return };
    let value = value.as_str();
    let Some(host) = turned_away(value, around, version) else { return };
    let text = say!(
        en = "etcd would turn `{}` itself away: none of these names is in its certificate, which `etcdctl` and `status` show there",
        zh = "etcd 会拒绝 `{}` 自己：`etcdctl` 和 `status` 在那里出示的就是它的证书，其中没有这些名称",
        host.name
    );
    let all = value.split(',').map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    let help = if value.contains(',') && version < FIRST_WITH_LISTS {
        say!(
            en = "etcd {version} takes one name alone, {FIRST_WITH_LISTS} is the first with several: give all of them one",
            zh = "etcd {version} 只接受一个名称，从 {FIRST_WITH_LISTS} 起才可有多个：请给所有主机同一个名称"
        )
    } else {
        say!(
            en = "put it into the hosts' certificates: spare-names = [{all}] in `[pki]`",
            zh = "把它写入各主机的证书：在 `[pki]` 中写 spare-names = [{all}]"
        )
    };
    findings.fault_with_help(span, text, help);
}

/// The first host with none of these names in its certificate.
fn turned_away<'a>(value: &str, (pki, hosts): (&Pki, &'a [Host]), version: EtcdVersion) -> Option<&'a Host> {
    // What a CA puts into certificates whose key is out of reach is seen when they are there.
    if pki.own_ca.as_ref().is_some_and(|own| own.key.is_none()) {
        return None;
    }
    let allowed: Vec<&str> = if version < FIRST_WITH_LISTS { vec![value] } else { value.split(',').collect() };
    let of = |host: &Host| {
        let names = std::iter::once(&host.name).chain(&host.names).chain(&pki.spare_names).map(ToString::to_string);
        let names = names.chain(host.called().map(ToString::to_string));
        let certified = host.certified();
        let addresses = certified.iter().chain(&pki.spare_addresses);
        names.chain(addresses.map(ToString::to_string)).collect::<Vec<_>>()
    };
    let all: Vec<String> = hosts.iter().flat_map(of).collect();
    // Where TLS listens on loopback, `localhost` is in all of them; where not, the rehearsal shows what becomes of it.
    let is_in = |names: &[String]| {
        let mut names = names.iter().map(String::as_str).chain(["localhost"]);
        names.any(|name| allowed.iter().any(|one| one.eq_ignore_ascii_case(name)))
    };
    hosts.iter().find(|host| match pki.sharing {
        KeySharing::PerHost => !is_in(&of(host)),
        KeySharing::Shared => !is_in(&all),
    })
}

fn by_name(findings: &mut Findings, span: &Range<usize>, pki: &Pki, version: EtcdVersion) -> Option<PeerName> {
    if let etcd::Verdict::NotInVersion { flag, .. } = etcd::accepts(FLAG, version) {
        let text = say!(
            en = "etcd {version} takes every certificate of the CA for a peer's: `--{FLAG}` is in {}",
            zh = "etcd {version} 把该 CA 的任何证书都当作成员证书：支持 `--{FLAG}` 的版本是 {}",
            flag.known_to()
        );
        findings.fault_with_help(span, text, "peers = \"by-ca\"");
        return None;
    }
    match PeerName::try_from(pki.common_name.as_str().to_owned()) {
        Ok(name) => Some(name),
        Err(error) => {
            let text = say!(
                en = "`pki.common-name` cannot be given to etcd: {error}",
                zh = "`pki.common-name` 不能交给 etcd：{error}"
            );
            findings.fault_with_help(span, text, "common-name = \"etcd-peer\"");
            None
        }
    }
}

/// The user's own word. Without the hosts' common name in it no member would take another for one.
fn by_flag(
    findings: &mut Findings,
    value: &Setting,
    span: &Range<usize>,
    pki: &Pki,
    version: EtcdVersion,
) -> Option<Vec<PeerName>> {
    // Before lists came, a comma is a part of the name.
    let parts: Vec<&str> =
        if version < FIRST_WITH_LISTS { vec![value.as_str()] } else { value.as_str().split(',').collect() };
    let names: Result<Vec<_>, _> = parts.into_iter().map(|part| PeerName::try_from(part.to_owned())).collect();
    match names {
        Err(error) => {
            let lists = if version < FIRST_WITH_LISTS {
                words!(en = ", one alone before etcd 3.5.15", zh = "；etcd 3.5.15 之前只能有一个").text()
            } else {
                ""
            };
            findings.fault(span, say!(en = "`{FLAG}`: {error}{lists}", zh = "`{FLAG}`：{error}{lists}"));
            None
        }
        // What a CA puts into certificates whose key is out of reach is seen when they are there.
        Ok(names)
            if pki.own_ca.as_ref().is_none_or(|own| own.key.is_some())
                && !names.iter().any(|name| name.as_str() == pki.common_name.as_str()) =>
        {
            let own = pki.common_name.as_str();
            let text = say!(
                en = "no member would take another for one: their certificates have the common name `{own}`",
                zh = "成员之间互不接受：它们的证书通用名是 `{own}`"
            );
            findings.fault_with_help(
                span,
                text,
                say!(
                    en = "take the line `{FLAG}` out; peers = \"by-name\"",
                    zh = "删掉 `{FLAG}` 这一行；peers = \"by-name\""
                ),
            );
            None
        }
        Ok(names) => Some(names),
    }
}

/// What is said where nothing but the CA decides.
fn unguarded(version: EtcdVersion) -> Fault {
    let all = words!(
        en = "whoever has any certificate of this CA, a client's too, can write as a member at the peer ports",
        zh = "持有该 CA 任何证书（包括客户端证书）的人，都能在成员间端口以成员身份写入"
    );
    match etcd::accepts(FLAG, version) {
        etcd::Verdict::Accepted(_) => Fault::new(all).help(words!(
            en = "write `peers = \"by-name\"` into `[etcd]`: then only the hosts' common name counts",
            zh = "在 `[etcd]` 中写 `peers = \"by-name\"`：之后只认主机证书的通用名"
        )),
        _ => Fault::new(say!(
            en = "{all}; etcd {version} knows no way against it, 3.3 is the first that does",
            zh = "{all}；etcd {version} 无法防止，从 3.3 起才可以"
        )),
    }
}
