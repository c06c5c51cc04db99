//! Preflight: what speaks against an install, found before anything is changed. Pure, from the facts: a file a topic,
//! under the topic's name, and each function takes only the topics that it judges.
//!
//! What is found is a value of `finding`; its words are in `text::findings`.

mod accounts;
mod cluster;
mod credentials;
mod data;
mod disks;
mod etcd;
mod health;
mod logs;
mod machine;
mod managers;
mod network;
mod paths;
mod records;
mod restore;

pub(crate) use cluster::{Member, is_electing, not_asked, quorum, still_member};
pub(crate) use credentials::{SOON, stays_broken, validity};
pub(crate) use data::{apart, away};
pub(crate) use disks::room;
pub(crate) use etcd::{by_hand, pending, shown};
pub(crate) use health::{View, alarmed, health, snapshots};
pub(crate) use logs::{logs, trap, unsafe_logs};
pub(crate) use machine::{confinement, open_files};
pub(crate) use managers::{no_timer, programs, silent, units};
pub(crate) use network::wrong_file;
pub(crate) use paths::{others_data, shut};
pub(crate) use records::{founds_again, not_as_installed, receipt_lost, unfinished, unfinished_other};

use payload::manifest::Manifest;

use crate::although::Although;
use crate::facts::Facts;
use crate::facts::machine::Target;
use crate::finding::{Code, Finding};

/// Everything that speaks against installing `manifest`'s bundle here.
pub(crate) fn preflight(manifest: &Manifest, facts: &Facts, although: Although) -> Vec<Finding> {
    let Facts { machine, accounts, paths, disks, data, network, credentials, etcd, records, .. } = facts;
    let mut findings = Vec::new();
    findings.extend(machine::arch(manifest, machine));
    if machine.target == Target::Live {
        findings.extend(network::identity(manifest, network));
        findings.extend(network::names(manifest, network));
        findings.extend(etcd::others(etcd));
        findings.extend(network::ports(network));
        findings.extend(network::sources(manifest, credentials, network));
    }
    findings.extend(managers::at_boot(&facts.managers, records));
    findings.extend(credentials::certificate(manifest, credentials, machine));
    findings.extend(paths::obstacles(paths));
    findings.extend(paths::stays_shut(paths, &manifest.user, &records.ours()));
    findings.extend(room(&disks.room));
    let view = cluster::View::of(manifest, facts, although);
    let of_cluster = match (&view, &facts.restore) {
        (Some(view), Some(restore)) => {
            // Whom a restored member meets is judged by what is restored.
            cluster::trust(view).into_iter().chain(restore::restore(manifest, restore, &facts.cluster, data)).collect()
        }
        (Some(view), None) => cluster::cluster(view),
        (None, _) => Vec::new(),
    };
    // What is there is put aside by a restore.
    let lost = match &facts.restore {
        Some(restore) => data::of_restored(manifest, data, records, restore.identity),
        None => data::data(manifest, data, records, although.data_gone),
    };
    // Whose data they are comes before who owns them; what a restore puts aside is not written again.
    let others = paths.others.as_ref().filter(|_| facts.restore.is_none() && lost.is_none());
    findings.extend(others_data(manifest, others));
    let is_answered = view.as_ref().is_some_and(cluster::awaits_another) || cluster::overrules_data_gone(&of_cluster);
    findings.extend(lost.filter(|found| !(found.code() == Code::DataGone && is_answered)));
    findings.extend(of_cluster);
    findings.extend(accounts::user(manifest, accounts, machine.target));
    findings.extend(network::peers(manifest, records.installed(), credentials, network));
    // What the members say of the address counts for more than what is written down here.
    let is_known = facts.restore.is_some() || view.as_ref().is_some_and(cluster::knows_address);
    let address = |manifest, records| if is_known { None } else { records::address(manifest, records) };
    let elsewhere = || records::place(manifest, records, data).or_else(|| address(manifest, records));
    findings.extend(records::earlier(manifest, records).or_else(elsewhere));
    findings.extend(machine::kernel(machine));
    findings.extend(disks::no_exec(disks));
    findings.extend(disks::places(disks));
    findings.extend(network.peers.iter().filter_map(network::silent));
    findings.extend(machine::clock(machine.clock));
    findings.extend(network::firewall(&network.firewall));
    findings.extend(machine::selinux(machine));
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tests::{good, manifest};

    #[test]
    fn nothing_speaks_against_a_good_host() {
        assert_eq!(preflight(&manifest(), &good(), Although::default()), []);
    }

    #[test]
    fn an_image_is_not_judged_by_this_host() {
        let mut facts = good();
        facts.machine.target = Target::Image;
        facts.network.addresses = Vec::new();
        assert_eq!(preflight(&manifest(), &facts, Although::default()), []);
    }
}
