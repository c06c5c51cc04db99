//! What `etcdctl` says of a cluster, read. The same from 3.1 to 3.7: numbers are decimals of 64 bits. Pure.

use payload::etcd::{AlarmKind, EtcdVersion};
use payload::url::Url;
use serde::{Deserialize, Serialize};

/// From here on members, and `etcdctl`, read the list by a quorum (etcd's changelog of 3.5.0: "Make member list linearizable").
pub(crate) const LINEARIZABLE_LIST: EtcdVersion = EtcdVersion::new(3, 5, 0);

/// What `member list` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct List {
    /// etcd's number of the cluster.
    pub(crate) cluster: u64,
    pub(crate) members: Vec<Listed>,
}

/// One member in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Listed {
    #[serde(rename = "ID")]
    pub(crate) id: u64,
    /// Empty of a member that was added and has not started.
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default, rename = "peerURLs")]
    pub(crate) peer_urls: Vec<String>,
    #[serde(default, rename = "clientURLs")]
    client_urls: Vec<String>,
    #[serde(default, rename = "isLearner")]
    pub(crate) learner: bool,
}

/// What `endpoint status` says of one member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Status {
    pub(crate) cluster: u64,
    pub(crate) member: u64,
    /// That of its last write.
    pub(crate) revision: u64,
    pub(crate) version: String,
    /// 0 where it knows none.
    pub(crate) leader: u64,
    pub(crate) learner: bool,
    pub(crate) db_size: u64,
    pub(crate) raft_index: u64,
    /// From 3.4 on: no leader, alarms.
    pub(crate) errors: Vec<String>,
}

impl Listed {
    /// Whether it has ever run. etcd's own test for `already been bootstrapped`: the name and the word `started` in other
    /// forms of the list are there of founders that never ran.
    pub(crate) fn has_started(&self) -> bool {
        !self.client_urls.is_empty()
    }

    /// Where it says that it serves clients, in its own words.
    pub(crate) fn client_urls(&self) -> &[String] {
        &self.client_urls
    }

    /// Whether the others reach it there.
    pub(crate) fn is_at(&self, peer_url: &Url) -> bool {
        self.peer_urls.iter().any(|url| *url == peer_url.to_string())
    }
}

impl Status {
    /// Whether the list that this member gives is read by a quorum, and so the same from any such member of its cluster: from
    /// 3.5 on, where there is a leader. Before that it is each member's own.
    pub(crate) fn lists_by_quorum(&self) -> bool {
        let version = self.version.parse::<EtcdVersion>();
        self.leader != 0 && version.is_ok_and(|version| version >= LINEARIZABLE_LIST)
    }
}

impl List {
    /// Who is reached at `peer_url`.
    pub(crate) fn at(&self, peer_url: &Url) -> Option<&Listed> {
        self.members.iter().find(|member| member.is_at(peer_url))
    }

    /// The member of this name: one that has not started may have none.
    pub(crate) fn named(&self, name: &str) -> Option<&Listed> {
        self.members.iter().find(|member| member.name == name)
    }

    /// The member with this number.
    pub(crate) fn numbered(&self, id: u64) -> Option<&Listed> {
        self.members.iter().find(|member| member.id == id)
    }
}

#[derive(Deserialize)]
struct Header {
    #[serde(default)]
    cluster_id: u64,
    #[serde(default)]
    member_id: u64,
    #[serde(default)]
    revision: u64,
}

/// `member list -w json`
pub(crate) fn list(json: &str) -> Option<List> {
    #[derive(Deserialize)]
    struct Raw {
        header: Header,
        members: Vec<Listed>,
    }
    let Raw { header, members } = serde_json::from_str(json).ok()?;
    (header.cluster_id != 0 && !members.is_empty()).then_some(List { cluster: header.cluster_id, members })
}

/// `endpoint status -w json` of one endpoint.
pub(crate) fn status(json: &str) -> Option<Status> {
    statuses(json)?.into_iter().next().map(|(_, status)| status)
}

/// The same of several: each with its endpoint as it was named. Whoever did not answer is left out.
pub(crate) fn statuses(json: &str) -> Option<Vec<(String, Status)>> {
    #[derive(Deserialize)]
    struct Line {
        #[serde(default, rename = "Endpoint")]
        endpoint: String,
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
        is_learner: bool,
        #[serde(default)]
        db_size: u64,
        #[serde(default)]
        raft_index: u64,
        #[serde(default)]
        errors: Vec<String>,
    }
    let lines: Vec<Line> = serde_json::from_str(json).ok()?;
    let read = |Line { endpoint, status }: Line| {
        let Raw { header, version, leader, is_learner, db_size, raft_index, errors } = status;
        let (cluster, member) = (header.cluster_id, header.member_id);
        let revision = header.revision;
        let status =
            Status { cluster, member, revision, version, leader, learner: is_learner, db_size, raft_index, errors };
        (cluster != 0 && member != 0).then_some((endpoint, status))
    };
    Some(lines.into_iter().filter_map(read).collect())
}

/// Whether `etcdctl`, asked for the status of several, says that it could not have that of `endpoint`: why not.
pub(crate) fn no_status<'a>(said: &'a str, endpoint: &str) -> Option<&'a str> {
    let begins = format!("Failed to get the status of endpoint {endpoint} (");
    said.lines().find_map(|line| line.strip_prefix(begins.as_str()))
}

/// What keeps a member from its work until somebody takes it away. It lasts over restarts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Alarm {
    #[serde(serialize_with = "as_hex")]
    pub(crate) member: u64,
    pub(crate) kind: AlarmKind,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn as_hex<S: serde::Serializer>(id: &u64, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&format_args!("{id:x}"))
}

/// `alarm list -w json`: the same from 3.1 to 3.7, but for the header.
pub(crate) fn alarms(json: &str) -> Option<Vec<Alarm>> {
    #[derive(Deserialize)]
    struct Raw {
        #[serde(default)]
        alarms: Vec<RawAlarm>,
    }
    #[derive(Deserialize)]
    struct RawAlarm {
        #[serde(default, rename = "memberID")]
        member: u64,
        #[serde(default)]
        alarm: u64,
    }
    let Raw { alarms } = serde_json::from_str(json).ok()?;
    Some(alarms.iter().map(|raw| Alarm { member: raw.member, kind: AlarmKind::numbered(raw.alarm) }).collect())
}

/// The alarms among the errors of a status: `memberID:15023255354651218625 alarm:NOSPACE`. Without a majority there is
/// no other way to learn of them.
pub(crate) fn alarms_in(errors: &[String]) -> Vec<Alarm> {
    let read = |error: &String| {
        let mut words = error.split_whitespace();
        let member = words.next()?.strip_prefix("memberID:")?.parse().ok()?;
        Some(Alarm { member, kind: AlarmKind::named(words.next()?.strip_prefix("alarm:")?) })
    };
    errors.iter().filter_map(read).collect()
}

/// The revision that a member is at, by `endpoint status -w json` of it alone.
pub(crate) fn revision(json: &str) -> Option<u64> {
    #[derive(Deserialize)]
    struct Line {
        #[serde(rename = "Status")]
        status: Headed,
    }
    #[derive(Deserialize)]
    struct Headed {
        header: At,
    }
    #[derive(Deserialize)]
    struct At {
        revision: u64,
    }
    let lines: Vec<Line> = serde_json::from_str(json).ok()?;
    lines.first().map(|line| line.status.header.revision)
}

/// How many keys `get -w json` found, whatever it was to show of them.
pub(crate) fn count(json: &str) -> Option<u64> {
    #[derive(Deserialize)]
    struct Found {
        /// Left out where it is 0.
        #[serde(default)]
        count: u64,
    }
    serde_json::from_str(json).ok().map(|Found { count }| count)
}

/// Whether what etcdctl said is that it may not read: with authentication on that is an answer, too.
pub(crate) fn is_refusal(said: &str) -> bool {
    ["permission denied", "user name is empty", "user name not found"].iter().any(|words| said.contains(words))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A member as it is in a list.
    pub(crate) fn listed(id: u64, name: &str, peer_url: &str, started: bool) -> Listed {
        let client_urls = if started { vec![peer_url.replace(":2380", ":2379")] } else { Vec::new() };
        Listed { id, name: name.to_owned(), peer_urls: vec![peer_url.to_owned()], client_urls, learner: false }
    }

    #[test]
    fn a_member_has_started_when_it_has_client_urls_whatever_it_is_called() {
        let json = r#"{"header":{"cluster_id":17237436991929493444,"member_id":9372538179322589801,"raft_term":2},"members":[
            {"ID":9372538179322589801,"name":"n1","peerURLs":["https://10.0.0.1:2380"],"clientURLs":["https://10.0.0.1:2379"]},
            {"ID":10501334649042878790,"name":"n2","peerURLs":["https://10.0.0.2:2380"]},
            {"ID":7,"peerURLs":["https://10.0.0.3:2380"],"isLearner":true}]}"#;
        let list = list(json).unwrap();
        assert_eq!(list.cluster, 17_237_436_991_929_493_444);
        let started: Vec<bool> = list.members.iter().map(Listed::has_started).collect();
        assert_eq!(started, [true, false, false]);
        let at = |url: &str| list.at(&url.parse().unwrap()).map(|member| member.id);
        assert_eq!((at("https://10.0.0.3:2380"), at("https://10.0.0.4:2380")), (Some(7), None));
        assert_eq!(list.named("n2").map(|member| member.id), Some(10_501_334_649_042_878_790));
        assert_eq!(list.numbered(7).map(|member| member.learner), Some(true));
    }

    #[test]
    fn what_is_no_list_is_none() {
        for text in ["", "[]", "{}", "Error: context deadline exceeded", r#"{"header":{"cluster_id":1},"members":[]}"#]
        {
            assert_eq!(list(text), None, "{text}");
        }
    }

    #[test]
    fn alarms_of_every_version_are_read() {
        let raised = |kind| vec![Alarm { member: 15_023_255_354_651_218_625, kind }];
        // etcd 3.4.23, 3.6.14 and 3.7.3, with none and with one.
        for (json, expected) in [
            ("{}", Vec::new()),
            (r#"{"header":{"cluster_id":1,"member_id":2,"revision":2,"raft_term":2}}"#, Vec::new()),
            (r#"{"alarms":[{"memberID":15023255354651218625,"alarm":1}]}"#, raised(AlarmKind::NoSpace)),
            (
                r#"{"header":{"cluster_id":1},"alarms":[{"memberID":15023255354651218625,"alarm":2}]}"#,
                raised(AlarmKind::Corrupt),
            ),
            (r#"{"alarms":[{"memberID":15023255354651218625,"alarm":9}]}"#, raised(AlarmKind::Other)),
        ] {
            assert_eq!(alarms(json), Some(expected), "{json}");
        }
        assert_eq!(alarms("Error: context deadline exceeded"), None);
        // 3.4 and 3.6 end it with a blank, 3.7 has two in the middle.
        for error in ["memberID:15023255354651218625 alarm:NOSPACE ", "memberID:15023255354651218625  alarm:NOSPACE"] {
            assert_eq!(alarms_in(&[error.to_owned(), "etcdserver: no leader".to_owned()]), raised(AlarmKind::NoSpace));
        }
    }

    #[test]
    fn a_status_names_cluster_and_leader() {
        let json = r#"[{"Endpoint":"x","Status":{"header":{"cluster_id":1,"member_id":5},"version":"3.5.1","dbSize":1,"raftIndex":9,"raftTerm":2,"errors":["etcdserver: no leader"]}}]"#;
        let found = status(json).unwrap();
        assert_eq!((found.cluster, found.member, found.leader, found.raft_index), (1, 5, 0, 9));
        assert_eq!(found.errors, ["etcdserver: no leader"]);
        assert_eq!(status("[]"), None);
    }

    #[test]
    fn a_database_is_told_by_its_revision_and_keys() {
        let status = r#"[{"Endpoint":"x","Status":{"header":{"cluster_id":1,"revision":308,"raft_term":2},"version":"3.3.25"}}]"#;
        assert_eq!((revision(status), revision("[]"), revision("Error: x")), (Some(308), None, None));
        let keys =
            r#"{"header":{"cluster_id":1,"revision":308},"kvs":[{"key":"YQ==","version":1}],"more":true,"count":299}"#;
        assert_eq!((count(keys), count(r#"{"header":{"revision":1}}"#), count("")), (Some(299), Some(0), None));
    }

    #[test]
    fn of_several_each_is_known_by_its_endpoint() {
        let json = r#"[{"Endpoint":"https://10.0.0.1:2379","Status":{"header":{"cluster_id":1,"member_id":5},"version":"3.5.1","leader":5}},
            {"Endpoint":"https://10.0.0.3:2379","Status":{"header":{"cluster_id":1,"member_id":7},"version":"3.4.23","leader":5}}]"#;
        let found = statuses(json).unwrap();
        let of = |endpoint: &str| found.iter().find(|(at, _)| at == endpoint).map(|(_, status)| status);
        assert_eq!(
            of("https://10.0.0.1:2379").map(|status| (status.member, status.lists_by_quorum())),
            Some((5, true))
        );
        assert_eq!(
            of("https://10.0.0.3:2379").map(|status| (status.member, status.lists_by_quorum())),
            Some((7, false))
        );
        assert_eq!(of("https://10.0.0.2:2379"), None);
        // etcdctl 3.5.1, with a member of three that is down; its own log is between.
        let said = "{\"level\":\"warn\"}\nFailed to get the status of endpoint https://10.0.0.2:2379 (context deadline exceeded)\n";
        assert_eq!(no_status(said, "https://10.0.0.2:2379"), Some("context deadline exceeded)"));
        assert_eq!(no_status(said, "https://10.0.0.1:2379"), None);
    }
}
