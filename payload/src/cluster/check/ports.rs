//! `client-port` and `peer-port`: of the cluster, and of a host that has others.

use std::num::NonZeroU16;

use toml::Spanned;

use crate::cluster::fault::Fault;
use crate::cluster::file::EtcdSection;
use crate::cluster::findings::Findings;
use crate::say;

/// The kernel's own setting for all below: root's alone (ip-sysctl, `ip_unprivileged_port_start`).
const FIRST_OF_ANYBODY: u16 = 1024;

/// As a section has it.
pub(super) type Written = Option<Spanned<NonZeroU16>>;

/// Where a member is reached.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ports {
    pub(super) client: NonZeroU16,
    pub(super) peer: NonZeroU16,
}

impl Ports {
    /// etcd's own, registered with IANA.
    const DEFAULT: Self = Self { client: NonZeroU16::new(2379).unwrap(), peer: NonZeroU16::new(2380).unwrap() };

    /// Those of hosts that have none of their own.
    pub(super) fn of_cluster(findings: &mut Findings, section: &EtcdSection) -> Self {
        Self::DEFAULT.overridden(findings, &section.client_port, &section.peer_port)
    }

    /// These, where a section has no others.
    pub(super) fn overridden(self, findings: &mut Findings, client: &Written, peer: &Written) -> Self {
        let or = |written: &Written, port| written.as_ref().map_or(port, |port| *port.get_ref());
        let ports = Self { client: or(client, self.client), peer: or(peer, self.peer) };
        if let Some(port) = peer.as_ref().or(client.as_ref()).filter(|_| ports.client == ports.peer) {
            findings.fault(
                &port.span(),
                say!(
                    en = "clients and peers cannot share port {}",
                    zh = "客户端和成员间通信不能共用端口 {}",
                    ports.client
                ),
            );
        }
        for low in client.iter().chain(peer).filter(|port| port.get_ref().get() < FIRST_OF_ANYBODY) {
            let text = say!(
                en = "port {} is root's on most hosts: etcd, which is not, could not listen there",
                zh = "端口 {} 在多数主机上只有 root 能用：etcd 不以 root 运行，无法在那里监听",
                low.get_ref()
            );
            let help = say!(
                en = "sysctl net.ipv4.ip_unprivileged_port_start shows the first that it can have; 2379 and 2380 are etcd's own",
                zh = "sysctl net.ipv4.ip_unprivileged_port_start 显示它可用的第一个端口；etcd 自己的是 2379 和 2380"
            );
            findings.warnings.push(Fault::new(text).at(findings.source, &low.span()).help(help));
        }
        ports
    }
}
