//! The words of findings about what earlier installs left on record.

use payload::etcd::EtcdVersion;

use crate::finding::RecordFinding;
use crate::finding::records::{Begun, Moved, OfCluster};
use crate::help::Help;
use crate::records::Operation;
use crate::step::Step;

pub(super) fn text(found: &RecordFinding) -> String {
    match found {
        RecordFinding::OtherCluster { cluster, here, bundle } => format!(
            "this host is a member of another cluster of the name `{cluster}`: {}; the bundle's: {}",
            of_cluster(here),
            of_cluster(bundle)
        ),
        RecordFinding::OtherMember { here, bundle } => format!(
            "this host is member `{}` of cluster `{}`; the bundle is for member `{}` of `{}`",
            here.0, here.1, bundle.0, bundle.1
        ),
        RecordFinding::OtherVersion { here, bundle } => format!(
            "etcd {here} is installed, the bundle has {bundle}: `install` does not change the version of a member"
        ),
        RecordFinding::NothingInstalled => "etcdpack has installed nothing here".to_owned(),
        RecordFinding::UnfinishedOther { begun, other, bundle } => {
            let what = match begun {
                Begun::Install => "an install of",
                Begun::Key => "making a key for",
            };
            format!("{what} another bundle ({}) was cut off here; this one is {}", other.short(), bundle.short())
        }
        RecordFinding::Unfinished(operation) => {
            let what = match operation {
                Operation::Install { .. } => "an install",
                Operation::MakeKey { .. } => "making a key",
                Operation::Uninstall => "an uninstall",
            };
            format!("{what} is under way here, or was cut off")
        }
        RecordFinding::NotAsInstalled { steps } => {
            let named = steps.iter().take(MAX_NAMED).map(one_line).collect::<Vec<_>>().join("; ");
            let more = steps.len().saturating_sub(MAX_NAMED);
            let more = if more > 0 { format!("; and {more} more") } else { String::new() };
            format!("missing, or not as the install made it: {named}{more}")
        }
        RecordFinding::Moved { what, here, bundle } => {
            let what = match what {
                Moved::Data => "etcd's data is in",
                Moved::Programs => "etcd's programs are below",
                Moved::Etcdctl => "`etcdctl` is in",
                Moved::HostCommand => "`etcdpack-host` is in",
                Moved::Service => "the service is called",
                Moved::User => "etcd runs as user",
                Moved::Clients => "clients reach the member at",
                Moved::Listens => "the member listens at",
            };
            format!("{what} `{here}` on this host, and `{bundle}` in the bundle: `install` does not move a member")
        }
        RecordFinding::LeftElsewhere { old, new } => {
            format!("an earlier uninstall left this member's data in `{old}`; in `{new}` it would begin without them")
        }
        RecordFinding::OtherAddress { old, new, .. } => {
            format!("the other members know this one at {old}; with this bundle it listens at {new}")
        }
    }
}

/// More than these are counted.
const MAX_NAMED: usize = 5;

/// A step as it stands in a plan, without the columns.
fn one_line(step: &Step) -> String {
    step.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn of_cluster(of: &OfCluster) -> String {
    match of.id {
        Some(id) => format!("id {id}, token `{}`", of.token),
        None => format!("token `{}`", of.token),
    }
}

pub(super) fn help(found: &RecordFinding) -> Help {
    match found {
        RecordFinding::OtherCluster { here, .. } => Help::plain(super::same_cluster(&here.token))
            .remark("on the connected machine, and carry the new file here; where its pki/ is lost: docs/trust.md"),
        RecordFinding::OtherVersion { here, .. } => {
            Help::plain(format!("set `release.version` to {here} in cluster.toml and run: {}", super::BUILD))
        }
        RecordFinding::OtherMember { .. } => Help::host("status").remark("says which member's bundle belongs here"),
        RecordFinding::NothingInstalled => Help::run("install"),
        RecordFinding::UnfinishedOther { begun, .. } => {
            let command = match begun {
                Begun::Install => "install",
                Begun::Key => "csr",
            };
            Help::plain(format!("run the other bundle's {command} again, or: ")).and(Help::host("uninstall"))
        }
        RecordFinding::Unfinished(operation) => match operation {
            Operation::Install { .. } => {
                Help::run("install").remark("the same bundle again: it finishes that install, or takes it back")
            }
            Operation::MakeKey { .. } => Help::run("csr").remark("the same bundle again"),
            Operation::Uninstall => Help::host("uninstall").remark("it finishes that uninstall"),
        },
        RecordFinding::NotAsInstalled { .. } => {
            Help::run("install").remark("this host's newest bundle again: it makes what is missing")
        }
        RecordFinding::Moved { .. } => Help::host("uninstall")
            .remark("it keeps the data; or write the old place into cluster.toml, and build again"),
        RecordFinding::LeftElsewhere { old, .. } => {
            Help::plain(format!("set `paths.data = \"{old}\"` in cluster.toml and run: {}", super::BUILD))
        }
        RecordFinding::OtherAddress { new, etcd, .. } => {
            // Older ones speak version 2 unless told otherwise.
            let api = if *etcd < EtcdVersion::new(3, 4, 0) { "export ETCDCTL_API=3; " } else { "" };
            Help::plain(format!("{api}etcdctl member list; etcdctl member update ID --peer-urls={new}"))
        }
    }
}
