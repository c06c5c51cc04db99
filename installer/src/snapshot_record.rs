//! What stands beside a snapshot: whose it is, and of which file this is said. Pure.

use std::path::{Path, PathBuf};

use payload::digest::Digest;
use payload::manifest::Manifest;
use payload::snapshot::Whole;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::endpoint_status::EndpointStatus;
use crate::text::snapshot as words;

const SCHEMA: u32 = 1;

/// More bytes than it can have.
pub(crate) const LARGEST: u64 = 64 << 10;

/// Fields that later ones have beside these are passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct SnapshotRecord {
    schema: u32,
    cluster: String,
    /// etcd's numbers, in the digits that `etcdctl` prints.
    cluster_id: String,
    member: String,
    member_id: String,
    etcd: String,
    revision: u64,
    /// In bytes.
    size: u64,
    /// Of the file.
    sha256: Digest,
    /// Of the database alone.
    database_sha256: Digest,
    #[serde(with = "time::serde::rfc3339")]
    taken: OffsetDateTime,
}

impl SnapshotRecord {
    pub(crate) fn new(
        manifest: &Manifest,
        status: &EndpointStatus,
        whole: Whole,
        revision: u64,
        taken: OffsetDateTime,
    ) -> Self {
        Self {
            schema: SCHEMA,
            cluster: manifest.cluster.to_string(),
            cluster_id: format!("{:x}", status.cluster),
            member: manifest.member.to_string(),
            member_id: status.id.clone(),
            etcd: status.version.clone(),
            revision,
            size: whole.size,
            sha256: whole.file,
            database_sha256: whole.database,
            taken,
        }
    }

    /// Where it stands: `etcd.db` has `etcd.db.json`.
    pub(crate) fn beside(snapshot: &Path) -> PathBuf {
        let mut name = snapshot.as_os_str().to_owned();
        name.push(".json");
        name.into()
    }

    /// `None` for what is none, or of a form that is not known here.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        serde_json::from_slice(text).ok().filter(|record: &Self| record.schema == SCHEMA)
    }

    pub(crate) fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Whether it speaks of this file.
    pub(crate) fn is_of(&self, whole: &Whole) -> bool {
        (self.size, self.sha256, self.database_sha256) == (whole.size, whole.file, whole.database)
    }

    /// The cluster's name, and the etcd that served it: anybody's words.
    pub(crate) fn cluster(&self) -> &str {
        &self.cluster
    }

    pub(crate) fn etcd(&self) -> &str {
        &self.etcd
    }

    /// In a person's words. What stands in it may have been written by anybody.
    pub(crate) fn whose(&self) -> String {
        words::whose(&self.cluster, &self.cluster_id, &self.member, self.taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_it_was_written_and_by_later_ones_too() {
        let whole = Whole { size: 4128, database: Digest::of(b"database"), file: Digest::of(b"file") };
        let text = format!(
            "{{\"schema\":1,\"cluster\":\"ship\",\"cluster-id\":\"1f\",\"member\":\"n1\",\"member-id\":\"2f\",\"etcd\":\"3.5.1\",\
             \"revision\":7,\"size\":4128,\"sha256\":\"{}\",\"database-sha256\":\"{}\",\
             \"taken\":\"2026-11-28T07:00:00Z\",\"keys\":3}}",
            whole.file, whole.database
        );
        let record = SnapshotRecord::parse(text.as_bytes()).unwrap();
        assert!(record.is_of(&whole) && !record.is_of(&Whole { size: 4640, ..whole }));
        assert_eq!(SnapshotRecord::parse(record.to_json().as_bytes()), Some(record));
        assert_eq!(SnapshotRecord::parse(text.replace("\"schema\":1", "\"schema\":2").as_bytes()), None);
        assert_eq!(SnapshotRecord::beside(Path::new("/a/etcd.db")), Path::new("/a/etcd.db.json"));
    }
}
