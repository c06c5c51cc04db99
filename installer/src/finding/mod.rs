//! What can be found before an install, and on a host that has one: a value for each, with its arguments. Decides nothing, and
//! has no words: those are in `text::findings`, so that another language is another table of the same arguments.
//!
//! Findings lie by topic, as the facts and the checks do; `bundle` and `records` have those that no fact of the host
//! alone decides.

pub(crate) mod accounts;
pub(crate) mod bundle;
pub(crate) mod cluster;
mod code;
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
pub(crate) mod records;
pub(crate) mod restore;

use serde::Serialize;

pub(crate) use accounts::AccountFinding;
pub(crate) use bundle::BundleFinding;
pub(crate) use cluster::ClusterFinding;
pub(crate) use code::Code;
pub(crate) use credentials::CredentialFinding;
pub(crate) use data::DataFinding;
pub(crate) use disks::DiskFinding;
pub(crate) use etcd::EtcdFinding;
pub(crate) use health::HealthFinding;
pub(crate) use logs::LogFinding;
pub(crate) use machine::{FilesFor, MachineFinding};
pub(crate) use managers::ManagerFinding;
pub(crate) use network::NetworkFinding;
pub(crate) use paths::{Maker, PathFinding};
pub(crate) use records::RecordFinding;
pub(crate) use restore::RestoreFinding;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Severity {
    /// The install is refused.
    Refuse,
    /// The install goes on; the finding is shown.
    Warn,
}

/// What only a person can say, who is asked for it where there is a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Question {
    /// Whether no host of the cluster has ever run etcd.
    FirstInstall,
    /// Whether this member is to leave the cluster that it is in.
    LeavesCluster,
}

impl Finding {
    /// What somebody is asked about it.
    pub(crate) fn question(&self) -> Option<Question> {
        match self {
            Self::Cluster(found) => found.question(),
            _ => None,
        }
    }
}

/// Makes [`Finding`] of the topics, each with its own enum.
macro_rules! topics {
    ($($topic:ident($finding:ident)),* $(,)?) => {
        /// One thing found.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub(crate) enum Finding {
            $($topic($finding)),*
        }

        impl Finding {
            /// The stable code that programs know it by.
            pub(crate) fn code(&self) -> Code {
                match self {
                    $(Self::$topic(finding) => finding.code()),*
                }
            }

            pub(crate) fn severity(&self) -> Severity {
                match self {
                    $(Self::$topic(finding) => finding.severity()),*
                }
            }
        }

        $(impl From<$finding> for Finding {
            fn from(finding: $finding) -> Self {
                Self::$topic(finding)
            }
        })*
    };
}

topics! {
    Accounts(AccountFinding),
    Bundle(BundleFinding),
    Cluster(ClusterFinding),
    Credentials(CredentialFinding),
    Data(DataFinding),
    Disks(DiskFinding),
    Etcd(EtcdFinding),
    Health(HealthFinding),
    Logs(LogFinding),
    Machine(MachineFinding),
    Managers(ManagerFinding),
    Network(NetworkFinding),
    Paths(PathFinding),
    Records(RecordFinding),
    Restore(RestoreFinding),
}
