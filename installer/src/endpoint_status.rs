//! What a member says of itself, as `status --json` shows it. Pure.

use serde::Serialize;

use crate::facts::cluster::answers::{self, Alarm, Status};

/// A member's own word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct EndpointStatus {
    /// etcd's number of the cluster.
    #[serde(skip)]
    pub(crate) cluster: u64,
    /// etcd's number of the member, as `etcdctl` prints it.
    pub(crate) id: String,
    pub(crate) version: String,
    pub(crate) is_leader: bool,
    pub(crate) has_leader: bool,
    pub(crate) db_size: u64,
    pub(crate) raft_index: u64,
    /// That of its last write.
    #[serde(skip)]
    pub(crate) revision: u64,
    /// The alarms that it knows of; etcd says so from 3.4 on.
    #[serde(skip)]
    pub(crate) alarms: Vec<Alarm>,
}

impl From<Status> for EndpointStatus {
    fn from(status: Status) -> Self {
        let Status { cluster, member, revision, version, leader, db_size, raft_index, errors, .. } = status;
        Self {
            cluster,
            id: format!("{member:x}"),
            version,
            is_leader: leader == member,
            has_leader: leader != 0,
            db_size,
            raft_index,
            revision,
            alarms: answers::alarms_in(&errors),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> Option<EndpointStatus> {
        answers::status(json).map(EndpointStatus::from)
    }

    #[test]
    fn the_answer_of_every_version_is_read() {
        // etcd 3.1.20's shape, and 3.5.1's with more fields.
        let old = r#"[{"Endpoint":"x","Status":{"header":{"cluster_id":1,"member_id":9372538179322589801,"revision":1,"raft_term":2},"version":"3.1.20","dbSize":24576,"leader":9372538179322589801,"raftIndex":9,"raftTerm":2}}]"#;
        let status = parse(old).unwrap();
        assert_eq!((status.is_leader, status.has_leader, status.version.as_str()), (true, true, "3.1.20"));
        let new = r#"[{"Endpoint":"x","Status":{"header":{"cluster_id":1,"member_id":5},"version":"3.5.1","dbSize":1,"raftIndex":9,"raftTerm":2,"raftAppliedIndex":9,"dbSizeInUse":1,"errors":["etcdserver: no leader"]}}]"#;
        let status = parse(new).unwrap();
        assert_eq!((status.is_leader, status.has_leader), (false, false));
        assert_eq!(parse("[]"), None);
        assert_eq!(parse("Failed to get the status"), None);
    }
}
