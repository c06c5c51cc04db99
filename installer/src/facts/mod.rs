//! What the installer read of the host, once, before it decided anything: one struct a topic. Values only.
//!
//! A topic has one name in every layer: `facts/NAME` is what is known of it, `host/probe/NAME` finds that out, and
//! `check/NAME` judges it.

pub(crate) mod accounts;
pub(crate) mod cluster;
pub(crate) mod credentials;
pub(crate) mod data;
pub(crate) mod disks;
pub(crate) mod etcd;
pub(crate) mod health;
pub(crate) mod logs;
pub(crate) mod machine;
pub(crate) mod managers;
pub(crate) mod network;
pub(crate) mod paths;
pub(crate) mod restore;

use crate::records::Records;

pub(crate) use accounts::Accounts;
pub(crate) use cluster::Cluster;
pub(crate) use credentials::Credentials;
pub(crate) use data::Data;
pub(crate) use disks::Disks;
pub(crate) use etcd::Etcd;
pub(crate) use logs::Logs;
pub(crate) use machine::Machine;
pub(crate) use managers::Managers;
pub(crate) use network::Network;
pub(crate) use paths::Paths;
pub(crate) use restore::Restore;

/// The host, as far as an install cares.
pub(crate) struct Facts {
    pub(crate) machine: Machine,
    pub(crate) accounts: Accounts,
    pub(crate) paths: Paths,
    pub(crate) disks: Disks,
    pub(crate) data: Data,
    pub(crate) logs: Logs,
    pub(crate) network: Network,
    pub(crate) cluster: Cluster,
    pub(crate) credentials: Credentials,
    pub(crate) managers: Managers,
    pub(crate) etcd: Etcd,
    /// The snapshot that etcd is to begin with; `None` where it begins with what is there, or with nothing.
    pub(crate) restore: Option<Restore>,
    /// What earlier runs have written down here.
    pub(crate) records: Records,
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeSet;
    use std::num::NonZeroU64;

    use payload::manifest::Manifest;
    use payload::provenance::{Provenance, SiteId};
    use time::macros::datetime;

    use super::credentials::Validity;
    use super::data::DataDir;
    use super::etcd::{Running, Script};
    use super::machine::{Clock, Kernel, Namespace, OpenFiles, Selinux, SetPriv, Target};
    use super::managers::Init;
    use super::network::Firewall;
    use super::*;
    use crate::records::Receipt;

    /// The receipt among the fixtures.
    pub(crate) fn receipt() -> Receipt {
        serde_json::from_str(include_str!("../../fixtures/receipt-1.json")).unwrap()
    }

    /// A bundle's manifest: that of the receipt.
    pub(crate) fn manifest() -> Manifest {
        receipt().manifest
    }

    /// Of a first bundle by the signer number `n`, 1 or 2.
    pub(crate) fn provenance(n: usize) -> Provenance {
        let signers = include_str!("../../fixtures/signers.txt");
        let signer = signers.lines().nth(n - 1).unwrap().to_owned().try_into().unwrap();
        Provenance { site_id: SiteId::new([1; 16]), serial: NonZeroU64::MIN, signer, succession: Vec::new() }
    }

    /// A host on which nothing speaks against installing [`manifest`]'s bundle.
    pub(crate) fn good() -> Facts {
        let manifest = manifest();
        Facts {
            machine: Machine {
                target: Target::Live,
                arch: manifest.arch.uname().to_owned(),
                now: datetime!(2030-06-01 00:00 UTC),
                kernel: Kernel::Fit,
                namespace: Namespace::Initial,
                clock: Clock::Kept,
                open_files: OpenFiles::default(),
                selinux: Selinux::Off,
                setpriv: SetPriv::There,
            },
            accounts: Accounts {
                user: None,
                group: None,
                members: Vec::new(),
                namesakes: Vec::new(),
                no_login: "/usr/sbin/nologin".parse().unwrap(),
                can_add: true,
                source: accounts::Source::Files,
            },
            paths: Paths::default(),
            disks: Disks::default(),
            data: Data { here: DataDir::Absent, left: DataDir::Absent },
            logs: Logs::default(),
            network: Network {
                hostname: "n1".to_owned(),
                addresses: manifest.addresses(),
                busy: Vec::new(),
                peers: Vec::new(),
                names: Vec::new(),
                sources: Vec::new(),
                firewall: Firewall::None,
            },
            cluster: Cluster::default(),
            credentials: Credentials {
                validity: Ok(Validity {
                    from: datetime!(2030-05-20 00:00 UTC),
                    until: datetime!(2031-01-01 00:00 UTC),
                }),
                common_name: Some("etcd-peer".to_owned()),
                addresses: None,
                own_key: None,
                here: None,
                broken: None,
            },
            managers: Managers { systemd: Init::Running, ..Managers::default() },
            etcd: Etcd {
                others: Vec::new(),
                running: Running::No,
                script: Script::OtherCommand,
                waiting: BTreeSet::new(),
            },
            restore: None,
            records: Records::default(),
        }
    }
}
