//! What stands beside a snapshot: whose it is, and of which file this is said. Pure.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use payload::digest::Digest;
use payload::manifest::Manifest;
use payload::recipient::Recipient;
use payload::snapshot::Whole;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::endpoint_status::EndpointStatus;

const SCHEMA: u32 = 1;

/// More bytes than it can have.
pub(crate) const LARGEST: u64 = 64 << 10;

/// What stands behind the name of a sealed one.
pub(crate) const SEALED: &str = ".age";

/// Fields that later ones have beside these are passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct SnapshotRecord {
    schema: u32,
    pub(crate) cluster: String,
    /// etcd's numbers, in the digits that `etcdctl` prints.
    pub(crate) cluster_id: String,
    pub(crate) member: String,
    pub(crate) member_id: String,
    pub(crate) etcd: String,
    pub(crate) revision: u64,
    /// In bytes.
    pub(crate) size: u64,
    /// Of the file.
    pub(crate) sha256: Digest,
    /// Of the database alone.
    pub(crate) database_sha256: Digest,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) taken: OffsetDateTime,
    /// Those that are alive; not known of what was taken before they were counted, or has more than can be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) keys: Option<u64>,
    /// Whether the member had keys of the v2 API, which no snapshot has; not known where it would not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) v2_keys_left_out: Option<bool>,
    /// The member's data that were copied beside it, where they were: with the keys of the v2 API.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) v2_copy: Option<DataCopy>,
    /// Of a sealed file: for whom. Its size and sum are then the sealed file's, and its revision is what the member said right
    /// before: it may have a few more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) recipients: Vec<String>,
}

/// A copy of a member's data, as it lies beside a snapshot: sealed where that is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct DataCopy {
    /// Its name.
    pub(crate) file: String,
    /// In bytes.
    pub(crate) size: u64,
    pub(crate) sha256: Digest,
}

/// What was found out about a snapshot, once it had come.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Proven {
    pub(crate) whole: Whole,
    pub(crate) revision: u64,
    pub(crate) keys: Option<u64>,
}

/// Why the last snapshot that was due was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Failed {
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) when: OffsetDateTime,
    pub(crate) why: String,
}

/// A snapshot in a directory, unread.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) path: PathBuf,
    /// In bytes.
    pub(crate) size: u64,
    /// What lies beside it.
    pub(crate) record: Option<SnapshotRecord>,
    /// In bytes, the copy of the data that the record names, where that is there.
    pub(crate) copy: Option<u64>,
}

/// How a snapshot is, as far as it was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Unread; it has the size that its record says.
    Recorded,
    /// Unread, and nothing beside it.
    Unrecorded,
    /// Every byte was read.
    Whole,
    /// Every byte was read; it is sealed, and what its record says.
    Sealed,
    /// Every byte was read; what lies beside it is about another.
    OfAnother,
    /// Unread; it has not the size that its record says.
    OtherSize { recorded: u64 },
    /// The copy of the data that its record names is not there, or has another size.
    OtherCopy,
    /// Why it is no whole snapshot.
    Bad(String),
}

/// A snapshot in a directory, for a program.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Listed {
    pub(crate) file: String,
    #[serde(with = "time::serde::rfc3339::option")]
    pub(crate) taken: Option<OffsetDateTime>,
    pub(crate) revision: Option<u64>,
    pub(crate) keys: Option<u64>,
    pub(crate) size: u64,
    /// The copy of the member's data beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) v2_copy: Option<String>,
    /// Whether it was found to be bad.
    pub(crate) bad: bool,
    /// How it is, in words.
    pub(crate) state: String,
}

impl Standing {
    pub(crate) fn is_bad(&self) -> bool {
        matches!(self, Self::OtherSize { .. } | Self::OtherCopy | Self::Bad(_))
    }
}

impl Found {
    /// For a program, with the words for how it is.
    pub(crate) fn listed(&self, how: &Standing, state: String) -> Listed {
        let record = self.record.as_ref();
        Listed {
            file: self.path.to_string_lossy().into_owned(),
            taken: record.map(|record| record.taken),
            revision: record.map(|record| record.revision),
            keys: record.and_then(|record| record.keys),
            size: self.size,
            v2_copy: record.and_then(|record| record.v2_copy.as_ref()).map(|copy| copy.file.clone()),
            bad: how.is_bad(),
            state,
        }
    }

    /// How many bytes it takes, with the copy of the data that its record names.
    pub(crate) fn room(&self) -> u64 {
        self.size.saturating_add(self.copy.unwrap_or(0))
    }

    /// What is on record of it, where it is as that says.
    pub(crate) fn recorded(&self) -> Option<&SnapshotRecord> {
        self.record.as_ref().filter(|_| self.standing() == Standing::Recorded)
    }

    /// Without reading it.
    pub(crate) fn standing(&self) -> Standing {
        match &self.record {
            None => Standing::Unrecorded,
            Some(SnapshotRecord { v2_copy: Some(copy), .. }) if self.copy != Some(copy.size) => Standing::OtherCopy,
            Some(record) if record.size == self.size => Standing::Recorded,
            Some(record) => Standing::OtherSize { recorded: record.size },
        }
    }
}

impl SnapshotRecord {
    pub(crate) fn new(
        manifest: &Manifest,
        status: &EndpointStatus,
        proven: &Proven,
        v2_keys_left_out: Option<bool>,
        recipients: &[Recipient],
        taken: OffsetDateTime,
    ) -> Self {
        let Proven { whole, revision, keys } = *proven;
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
            keys,
            v2_keys_left_out,
            v2_copy: None,
            recipients: recipients.iter().map(ToString::to_string).collect(),
        }
    }

    /// With a copy that has what the snapshot lacks.
    pub(crate) fn with_copy(self, copy: DataCopy) -> Self {
        Self { v2_keys_left_out: Some(false), v2_copy: Some(copy), ..self }
    }

    /// Where the copy lies that it names: beside its `snapshot`, and under no name but the one that we give.
    pub(crate) fn copy_of(&self, snapshot: &Path) -> Option<PathBuf> {
        let path = Self::copy_beside(snapshot, !self.recipients.is_empty());
        let is_named = |copy: &DataCopy| path.file_name().is_some_and(|name| name == copy.file.as_str());
        self.v2_copy.as_ref().is_some_and(is_named).then_some(path)
    }

    /// Where a copy of the data stands: `etcd.db` has `etcd.db.v2.tar`, and `etcd.db.age` has `etcd.db.v2.tar.age`.
    pub(crate) fn copy_beside(snapshot: &Path, sealed: bool) -> PathBuf {
        let name = snapshot.file_name().unwrap_or_default().as_bytes();
        let name = if sealed { name.strip_suffix(SEALED.as_bytes()).unwrap_or(name) } else { name };
        let mut name = OsStr::from_bytes(name).to_owned();
        name.push(".v2.tar");
        if sealed {
            name.push(SEALED);
        }
        snapshot.with_file_name(name)
    }

    /// Whether a file of that name is taken for a snapshot where a directory is looked through.
    pub(crate) fn is_snapshots_name(path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default().as_bytes();
        name.strip_suffix(SEALED.as_bytes()).unwrap_or(name).ends_with(b".db")
    }

    /// Where it stands: `etcd.db` has `etcd.db.json`.
    pub(crate) fn beside(snapshot: &Path) -> PathBuf {
        let mut name = snapshot.as_os_str().to_owned();
        name.push(".json");
        name.into()
    }

    /// The snapshot that a file belongs to, by its name: whose record it is, or whose copy of the data.
    pub(crate) fn whose(path: &Path) -> Option<PathBuf> {
        let name = path.file_name()?.as_bytes();
        let ends = [(".json", ""), (".v2.tar", ""), (".v2.tar.age", SEALED)];
        let (of, end) = ends.iter().find_map(|(end, its)| Some((name.strip_suffix(end.as_bytes())?, its)))?;
        (!of.is_empty()).then(|| path.with_file_name(OsStr::from_bytes(&[of, end.as_bytes()].concat())))
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

    /// Likewise, of a sealed file that was not opened.
    pub(crate) fn is_of_sealed(&self, size: u64, file: Digest) -> bool {
        !self.recipients.is_empty() && (self.size, self.sha256) == (size, file)
    }

    /// Whether it speaks of what is within a sealed file that was opened, or of this file.
    pub(crate) fn is_of_opened(&self, within: &Whole) -> bool {
        self.is_of(within) || (!self.recipients.is_empty() && self.database_sha256 == within.database)
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
             \"taken\":\"2026-11-28T07:00:00Z\",\"later\":3}}",
            whole.file, whole.database
        );
        let record = SnapshotRecord::parse(text.as_bytes()).unwrap();
        assert_eq!((record.keys, record.v2_keys_left_out), (None, None), "one from before these were kept");
        assert!(record.is_of(&whole) && !record.is_of(&Whole { size: 4640, ..whole }));
        assert_eq!(SnapshotRecord::parse(record.to_json().as_bytes()), Some(record));
        assert_eq!(SnapshotRecord::parse(text.replace("\"schema\":1", "\"schema\":2").as_bytes()), None);
        assert_eq!(SnapshotRecord::beside(Path::new("/a/etcd.db")), Path::new("/a/etcd.db.json"));
    }

    #[test]
    fn a_copy_lies_beside_its_snapshot_and_nowhere_else() {
        for (snapshot, sealed, beside) in [
            ("/a/etcd.db", false, "/a/etcd.db.v2.tar"),
            ("/a/etcd.db.age", true, "/a/etcd.db.v2.tar.age"),
            ("/a/etcd", true, "/a/etcd.v2.tar.age"),
            ("etcd.db", false, "etcd.db.v2.tar"),
        ] {
            assert_eq!(SnapshotRecord::copy_beside(Path::new(snapshot), sealed), Path::new(beside));
            let of = if sealed { format!("{}.age", snapshot.trim_end_matches(".age")) } else { snapshot.to_owned() };
            assert_eq!(SnapshotRecord::whose(Path::new(beside)), Some(PathBuf::from(&of)));
            assert_eq!(SnapshotRecord::whose(&SnapshotRecord::beside(Path::new(&of))), Some(PathBuf::from(&of)));
            assert_eq!(SnapshotRecord::whose(Path::new(snapshot)), None);
        }
        let record = crate::backup::tests::found("a.db", OffsetDateTime::UNIX_EPOCH, 7, 10).record.unwrap();
        let copy = |file: &str| DataCopy { file: file.to_owned(), size: 3, sha256: Digest::of(b"copy") };
        let snapshot = Path::new("/a/etcd.db");
        assert_eq!(record.copy_of(snapshot), None);
        let named = record.clone().with_copy(copy("etcd.db.v2.tar"));
        assert_eq!(named.v2_keys_left_out, Some(false));
        assert_eq!(named.copy_of(snapshot), Some(PathBuf::from("/a/etcd.db.v2.tar")));
        assert_eq!(SnapshotRecord::parse(named.to_json().as_bytes()), Some(named));
        // Whoever wrote the record could have anything removed by it.
        assert_eq!(record.with_copy(copy("../etc/passwd")).copy_of(snapshot), None);
    }
}
