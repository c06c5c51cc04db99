//! The words of findings, and what to type about each: a file a topic.

mod accounts;
mod bundle;
mod cluster;
mod credentials;
mod data;
mod disks;
mod etcd;
pub(crate) mod health;
mod logs;
mod machine;
mod managers;
mod network;
mod paths;
mod records;
mod restore;

use payload::name::ClusterToken;

use crate::finding::Finding;
use crate::help::Help;

/// What was found, in one line.
pub(crate) fn text(finding: &Finding) -> String {
    match finding {
        Finding::Accounts(found) => accounts::text(found),
        Finding::Bundle(found) => bundle::text(found),
        Finding::Cluster(found) => cluster::text(found),
        Finding::Credentials(found) => credentials::text(found),
        Finding::Data(found) => data::text(found),
        Finding::Disks(found) => disks::text(found),
        Finding::Etcd(found) => etcd::text(found),
        Finding::Health(found) => health::text(found),
        Finding::Logs(found) => logs::text(found),
        Finding::Machine(found) => machine::text(found),
        Finding::Managers(found) => managers::text(found),
        Finding::Network(found) => network::text(found),
        Finding::Paths(found) => paths::text(found),
        Finding::Records(found) => records::text(found),
        Finding::Restore(found) => restore::text(found),
    }
}

/// Likewise, with the code behind it.
pub(crate) fn with_code(finding: &Finding) -> String {
    format!("{} [{}]", text(finding), finding.code())
}

/// What to type, or to do, about it.
pub(crate) fn help(finding: &Finding) -> Help {
    match finding {
        Finding::Accounts(found) => accounts::help(found),
        Finding::Bundle(found) => bundle::help(found),
        Finding::Cluster(found) => cluster::help(found),
        Finding::Credentials(found) => credentials::help(found),
        Finding::Data(found) => data::help(found),
        Finding::Disks(found) => disks::help(found),
        Finding::Etcd(found) => etcd::help(found),
        Finding::Health(found) => health::help(found),
        Finding::Logs(found) => logs::help(found),
        Finding::Machine(found) => machine::help(found),
        Finding::Managers(found) => managers::help(found),
        Finding::Network(found) => network::help(found),
        Finding::Paths(found) => paths::help(found),
        Finding::Records(found) => records::help(found),
        Finding::Restore(found) => restore::help(found),
    }
}

/// What is typed on the connected machine.
const BUILD: &str = "etcdpack build";

/// Likewise, where the cluster runs already.
const SAME_CLUSTER: &str = "etcdpack build --same-cluster";

/// Likewise, where it has this token: the builder may have others on record.
fn same_cluster(token: &ClusterToken) -> String {
    format!("{SAME_CLUSTER}={token}")
}
