//! What etcdctl says of one member. Pure.

use serde::{Deserialize, Serialize};

/// A member's own word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct EndpointStatus {
    pub(crate) version: String,
    pub(crate) is_leader: bool,
    pub(crate) has_leader: bool,
    pub(crate) db_size: u64,
    pub(crate) raft_index: u64,
}

/// Whether what etcdctl said is that it may not read: with authentication on that is an answer, too.
pub(crate) fn is_refusal(said: &str) -> bool {
    ["permission denied", "user name is empty", "user name not found"].iter().any(|words| said.contains(words))
}

/// What `endpoint status -w json` says of one member.
pub(crate) fn parse(json: &str) -> Option<EndpointStatus> {
    #[derive(Deserialize)]
    struct Line {
        #[serde(rename = "Status")]
        status: Raw,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Raw {
        header: Header,
        version: String,
        #[serde(default)]
        leader: u64,
        #[serde(default)]
        db_size: u64,
        #[serde(default)]
        raft_index: u64,
    }
    #[derive(Deserialize)]
    struct Header {
        member_id: u64,
    }
    let lines: Vec<Line> = serde_json::from_str(json).ok()?;
    let Raw { header, version, leader, db_size, raft_index } = lines.into_iter().next()?.status;
    Some(EndpointStatus {
        version,
        is_leader: leader == header.member_id,
        has_leader: leader != 0,
        db_size,
        raft_index,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
