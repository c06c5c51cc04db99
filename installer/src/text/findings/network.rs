//! The words of findings about addresses, ports, the firewall and the other members.

use payload::line::DisplayLine;
use payload::peer_name::PeerName;
use payload::say;

use crate::finding::NetworkFinding;
use crate::finding::network::{ClosedBy, NameFinding, Why};
use crate::help::Help;
use crate::text::names;

pub(super) fn text(found: &NetworkFinding) -> String {
    match found {
        NetworkFinding::OtherHost { bundle, address, rightful: Some(host), .. } => {
            say!(
                en = "this file is for host `{bundle}` ({address}), and this is host `{host}`: \
                         use {host}.run",
                zh = "此文件用于主机 `{bundle}`（{address}），而本机是 `{host}`：请使用 {host}.run"
            )
        }
        NetworkFinding::OtherHost { bundle, address, hostname, addresses, .. } => {
            let here: Vec<String> = addresses.iter().filter(|ip| !ip.is_loopback()).map(ToString::to_string).collect();
            let here =
                if here.is_empty() { say!(en = "no address", zh = "没有地址") } else { names::several(&here) };
            say!(
                en = "the bundle is for host `{bundle}` with address {address}; this is \
                         `{hostname}` with {here}",
                zh = "安装包用于地址为 {address} 的主机 `{bundle}`；本机是 `{hostname}`，地址为 {here}"
            )
        }
        NetworkFinding::ToldElsewhere { bundle, told } => say!(
            en = "others reach host `{bundle}` at {}, which this host does not have: right only \
                     behind NAT, or with an address that comes later",
            zh = "其他主机通过 {} 访问主机 `{bundle}`，而本机没有该地址：只有在 NAT 之后，\
                     或该地址稍后才出现时，才是正确的",
            joined(told)
        ),
        NetworkFinding::NotListened { address, listens } => say!(
            en = "others are told {address}, which is this host's own, and etcd listens at {} \
                     alone: nobody reaches it",
            zh = "对外公布的地址是 {address}，属于本机，而 etcd 只监听 {}：没有人能连上",
            joined(listens)
        ),
        NetworkFinding::Name(found) => name(found),
        NetworkFinding::SourceUnnamed { from, members, .. } => say!(
            en = "this host goes to {} from {from}, which its certificate does not name: etcd \
                     there refuses it, unless NAT makes it another address",
            zh = "本机从 {from} 访问 {}，而本机的证书中没有该地址：除非 NAT 将其转换为其他地址，\
                     否则那里的 etcd 会拒绝",
            names::several(members)
        ),
        NetworkFinding::PortTaken { address, port } => {
            say!(en = "port {port} on {address} is taken", zh = "{address} 上的端口 {port} 已被占用")
        }
        NetworkFinding::PeerSilent { member, at, why } => {
            say!(
                en = "no answer from member `{member}` at {at} ({why}): off, a cable, or a firewall",
                zh = "成员 `{member}`（{at}）无应答（{why}）：可能已关机、网线断开，或被防火墙阻断"
            )
        }
        NetworkFinding::FirewallClosed { by, ports } => {
            let who = match by {
                ClosedBy::Firewalld { zone } => {
                    say!(en = "firewalld (zone `{zone}`)", zh = "firewalld（区域 `{zone}`）")
                }
                ClosedBy::Ufw => "ufw".to_owned(),
            };
            let ports: Vec<String> = ports.iter().map(ToString::to_string).collect();
            say!(en = "{who} lets nobody in at {}", zh = "{who} 不允许访问端口 {}", names::all(&ports))
        }
        NetworkFinding::OwnName { name, taken } => say!(
            en = "the bundle's certificate has the common name `{}`, and the members of this \
                     cluster take {} alone for a member's",
            zh = "安装包中证书的通用名为 `{}`，而本集群的成员只认 {} 为成员证书",
            DisplayLine::of(name),
            listed(taken)
        ),
        NetworkFinding::PeerName { member, at, name, taken } => say!(
            en = "{member} at {at} serves a certificate with the common name `{}`; with this \
                     bundle the member here takes {} alone, and would put {member} out",
            zh = "{member}（{at}）的证书通用名为 `{}`；按本安装包，本机成员只认 {}，会把 \
                     {member} 拒之门外",
            DisplayLine::of(name),
            listed(taken)
        ),
        NetworkFinding::PeerNameUnseen { member, at, taken } => {
            say!(
                en = "the certificate of {member} at {at} cannot be seen; this member would \
                         take {} alone",
                zh = "看不到 {member}（{at}）的证书；本成员只认 {}",
                listed(taken)
            )
        }
        NetworkFinding::PeerNameUnanswered { member, at, taken } => {
            say!(
                en = "{member} at {at} does not answer; once it does, this member would take {} alone",
                zh = "{member}（{at}）无应答；待它应答后，本成员只认 {}",
                listed(taken)
            )
        }
    }
}

pub(super) fn help(found: &NetworkFinding) -> Help {
    match found {
        NetworkFinding::OtherHost { rightful: Some(host), .. } => Help::command(format!("./{host}.run install")),
        NetworkFinding::OtherHost { rightful: None, .. } | NetworkFinding::ToldElsewhere { .. } => {
            Help::command("ip address show")
        }
        NetworkFinding::NotListened { .. } => Help::plain(say!(
            en = "set `listen` of this host in cluster.toml, and run: {}",
            zh = "在 cluster.toml 中设置该主机的 `listen`，然后运行：{}",
            super::BUILD
        )),
        NetworkFinding::Name(found) => name_help(found),
        NetworkFinding::SourceUnnamed { from, bundle, .. } => Help::plain(say!(
            en = "`addresses = [\"{from}\"]` in the `[[host]]` of {bundle} in cluster.toml, and run: {}",
            zh = "在 cluster.toml 中 {bundle} 的 `[[host]]` 里写入 `addresses = [\"{from}\"]`，\
                     然后运行：{}",
            super::BUILD
        )),
        NetworkFinding::PortTaken { port, .. } => Help::command(format!("ss -ltnp 'sport = :{port}'")),
        NetworkFinding::PeerSilent { at, .. } => {
            let host = at.rsplit_once(':').map_or(at.as_str(), |(host, _)| host).trim_matches(['[', ']']);
            Help::command(format!("ping -c 3 {host}"))
        }
        NetworkFinding::FirewallClosed { by, ports } => Help::plain(opened(by, ports)),
        NetworkFinding::OwnName { .. } | NetworkFinding::PeerName { .. } => Help::plain(say!(
            en = "set `common-name` in cluster.toml as it was, and run: {}",
            zh = "在 cluster.toml 中把 `common-name` 改回原值，然后运行：{}",
            super::BUILD
        )),
        NetworkFinding::PeerNameUnseen { at, .. } => {
            Help::command(format!("openssl s_client -connect {at} </dev/null | grep subject"))
        }
        NetworkFinding::PeerNameUnanswered { .. } => Help::host("status"),
    }
}

fn name(found: &NameFinding) -> String {
    match found {
        NameFinding::Unknown { member, name, why: Why::Said(said) } => say!(
            en = "the name `{name}` of member `{member}` means nobody here ({})",
            zh = "成员 `{member}` 的名称 `{name}` 在本机解析不到任何地址（{}）",
            DisplayLine::of(said)
        ),
        NameFinding::Unknown { member, name, why: Why::Silence { seconds } } => say!(
            en = "the name `{name}` of member `{member}` is not in /etc/hosts, and no name server \
                     answers within {seconds} s",
            zh = "成员 `{member}` 的名称 `{name}` 不在 /etc/hosts 中，且 {seconds} 秒内没有 DNS 服务器应答"
        ),
        NameFinding::Loopback { member, name, address, .. } => say!(
            en = "the name `{name}` of member `{member}` means {address} here, which is this host \
                     to itself and to nobody else",
            zh = "成员 `{member}` 的名称 `{name}` 在本机解析为 {address}，这是本机的回环地址，其他主机无法用它连接"
        ),
        NameFinding::Here { member, name, address } => say!(
            en = "the name `{name}` of member `{member}`, which is another host's, means {address} \
                     here: this host",
            zh = "成员 `{member}` 在另一台主机上，而它的名称 `{name}` 在本机解析为 {address}，即本机"
        ),
        NameFinding::Shared { name, members: [one, other], address } => say!(
            en = "the name `{name}` of member `{one}` means {address} here, which is member `{other}`",
            zh = "成员 `{one}` 的名称 `{name}` 在本机解析为 {address}，那是成员 `{other}`"
        ),
        NameFinding::Own { name, means, .. } if means.is_empty() => say!(
            en = "the bundle does not say at which of this host's addresses etcd listens, and what `{name}` means is known on \
                     the running host alone",
            zh = "安装包未指定 etcd 监听本机的哪个地址，而 `{name}` 的含义只有在运行中的主机上才能得知"
        ),
        NameFinding::Own { name, means, own, .. } if own.is_empty() => say!(
            en = "etcd is to listen at the address of this host's that `{name}` means, and here it means {}, which this host \
                     does not have",
            zh = "etcd 应监听 `{name}` 所指的本机地址，而它在这里解析为 {}，本机没有该地址",
            joined(means)
        ),
        NameFinding::Own { name, own, .. } => say!(
            en = "etcd is to listen at the address of this host's that `{name}` means, and it means several: {}",
            zh = "etcd 应监听 `{name}` 所指的本机地址，而它解析为多个地址：{}",
            joined(own)
        ),
        NameFinding::ByDns { names } => {
            let known: Vec<_> = names.iter().map(|(name, _)| name.to_string()).collect();
            say!(
                en = "name servers alone know {}: while none answers, etcd does not find them, and \
                         does not begin where it has no data",
                zh = "只有 DNS 服务器知道 {}：DNS 无应答时，etcd 找不到这些成员，没有数据的成员也无法启动",
                names::several(&known)
            )
        }
    }
}

fn name_help(found: &NameFinding) -> Help {
    match found {
        NameFinding::Unknown { name, .. } => Help::plain(say!(
            en = "write a line `ADDRESS {name}` into /etc/hosts, and look: getent ahosts {name}",
            zh = "在 /etc/hosts 中写入一行 `ADDRESS {name}`，然后查看：getent ahosts {name}"
        )),
        NameFinding::Loopback { name, own: Some(own), .. } => Help::plain(say!(
            en = "in /etc/hosts, write `{own} {name}`, and take `{name}` out of its other lines",
            zh = "在 /etc/hosts 中写入 `{own} {name}`，并从其他行中去掉 `{name}`"
        )),
        NameFinding::Loopback { name, own: None, .. }
        | NameFinding::Here { name, .. }
        | NameFinding::Shared { name, .. } => Help::command(format!("grep -n {name} /etc/hosts; getent ahosts {name}")),
        NameFinding::Own { bundle, own, .. } => {
            let address = own.first().map_or_else(|| say!(en = "ADDRESS", zh = "地址"), ToString::to_string);
            Help::plain(say!(
                en = "`listen = \"{address}\"` in the `[[host]]` of {bundle} in cluster.toml, and run: {}",
                zh = "在 cluster.toml 中 {bundle} 的 `[[host]]` 里写入 `listen = \"{address}\"`，然后运行：{}",
                super::BUILD
            ))
        }
        NameFinding::ByDns { names } => {
            let lines: Vec<_> = names.iter().map(|(name, address)| format!("'{address} {name}'")).collect();
            Help::command(format!("printf '%s\\n' {} >>/etc/hosts", lines.join(" ")))
        }
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
    names::several(&of.iter().map(ToString::to_string).collect::<Vec<_>>())
}

fn listed(names: &[PeerName]) -> String {
    names::several(&names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>())
}
