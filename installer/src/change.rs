//! A change to the host, with all that undoing it needs. The journal and the receipt are lists of these.

use payload::digest::Digest;
use payload::name::UserName;
use payload::path::AbsPath;
use serde::{Deserialize, Serialize};

use crate::facts::data::Places;
use crate::facts::data::wal::Identity;
use crate::facts::restore::Replaced;
use crate::supervision::{Standing, Supervision, Supervisor};

/// One change. What was there before is captured before the act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub(crate) enum Change {
    /// The group was not there.
    Group {
        name: UserName,
    },
    /// The user was not there. `group` is the id of the group of its name, where that was: userdel may take it along.
    User {
        name: UserName,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        group: Option<u32>,
    },
    /// The directory was not there.
    Dir {
        path: AbsPath,
        holds: Holds,
    },
    File {
        path: AbsPath,
        sha256: Digest,
        before: Before,
    },
    /// `before` is the old target, if there was a link.
    Link {
        path: AbsPath,
        target: String,
        before: Option<String>,
    },
    /// A directory of ours made way for a link, in one call to the kernel where it can, and lies in `aside` until the run is
    /// done.
    MadeWay {
        path: AbsPath,
        target: String,
        aside: AbsPath,
    },
    /// The directory for data or logs was there, empty (the mount point of a disk, say): what is in it since is ours.
    Adopted {
        path: AbsPath,
        #[serde(default = "data")]
        holds: Holds,
        /// What it goes back to; not known of those that were adopted before this was kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        was: Option<Access>,
    },
    /// Owner and mode of a directory of ours were set right; this is what they were.
    Access {
        path: AbsPath,
        /// As stat(2) gives it, with the bits that ours never have.
        mode: u32,
        uid: u32,
        gid: u32,
    },
    /// A directory that is ours with all that is in it, and was not there.
    Tree {
        path: AbsPath,
    },
    /// A snapshot came into the directory for data, and has this identity there; what was there lies beside it, as `aside`. Where the
    /// log lies apart, likewise in `wal`.
    Restored {
        path: AbsPath,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wal: Option<AbsPath>,
        aside: String,
        identity: Identity,
    },
    /// This timer of ours was started.
    Timer {
        unit: String,
    },
    /// A file that is written anew at each look, in a directory that may be another user's.
    Textfile {
        path: AbsPath,
    },
    /// This program of ours beside etcd was put under supervisor.
    Loop {
        supervisor: Supervisor,
    },
    /// etcd was put under this supervision.
    Service {
        supervision: Supervision,
        /// How its manager stood then; not known of what was put there before this was kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        was: Option<Standing>,
    },
}

/// Owner and mode, as stat(2) gives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Access {
    pub(crate) mode: u32,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

/// What lies in a directory that we made, and so when it may be emptied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Holds {
    /// Our files, each a change of its own: the directory goes when it is empty.
    Files,
    /// etcd's data: emptied by `--purge` alone.
    Data,
    /// etcd's write-ahead log, where it lies apart from the data: likewise.
    Wal,
    /// Logs: likewise.
    Logs,
    /// Snapshots: never emptied, since a cluster may be lost but for them.
    Snapshots,
}

/// What stood at a file's path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub(crate) enum Before {
    Nothing,
    /// A file of ours from an earlier install, kept here until this install is done.
    Ours {
        backup: AbsPath,
    },
    /// A file with the same bytes that was there before us: ours took its place, and it comes back as it was.
    Theirs {
        was: Access,
    },
}

impl Change {
    /// Whether both changes are about the same thing.
    fn same_thing(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Group { name: a }, Self::Group { name: b })
            | (Self::User { name: a, .. }, Self::User { name: b, .. }) => a == b,
            (Self::Dir { path: a, .. }, Self::Dir { path: b, .. })
            | (Self::File { path: a, .. }, Self::File { path: b, .. })
            | (Self::Link { path: a, .. }, Self::Link { path: b, .. })
            | (Self::MadeWay { path: a, .. }, Self::MadeWay { path: b, .. })
            | (Self::Access { path: a, .. }, Self::Access { path: b, .. })
            | (Self::Adopted { path: a, .. }, Self::Adopted { path: b, .. })
            | (Self::Restored { path: a, .. }, Self::Restored { path: b, .. })
            | (Self::Textfile { path: a }, Self::Textfile { path: b })
            | (Self::Tree { path: a }, Self::Tree { path: b }) => a == b,
            (Self::Timer { unit: a }, Self::Timer { unit: b }) => a == b,
            (Self::Loop { supervisor: a }, Self::Loop { supervisor: b }) => a == b,
            (Self::Service { .. }, Self::Service { .. }) => true,
            _ => false,
        }
    }

    /// What the directory holds that it is about.
    pub(crate) fn holds(&self) -> Option<Holds> {
        match self {
            Self::Adopted { holds, .. } | Self::Dir { holds, .. } => Some(*holds),
            _ => None,
        }
    }

    /// Whether it is about a directory that holds what the member knows: its data, or its log.
    pub(crate) fn is_of_data(&self) -> bool {
        matches!(self.holds(), Some(Holds::Data | Holds::Wal))
    }

    /// Whether it is about what only a purge removes: data or logs.
    pub(crate) fn is_kept_without_purge(&self) -> bool {
        self.is_of_data() || self.holds() == Some(Holds::Logs)
    }

    /// Whether a snapshot came by it.
    pub(crate) fn is_of_restore(&self) -> bool {
        matches!(self, Self::Restored { .. })
    }

    /// Whether it is about the directory for snapshots, which a purge leaves, too.
    pub(crate) fn is_of_snapshots(&self) -> bool {
        matches!(self, Self::Dir { holds: Holds::Snapshots, .. })
    }

    pub(crate) fn is_of_service(&self) -> bool {
        matches!(self, Self::Service { .. })
    }

    /// What a snapshot took the place of by it.
    pub(crate) fn replaced(&self) -> Option<Replaced<'_>> {
        match self {
            Self::Restored { path, wal, aside, identity } => {
                let places = Places { data: path, wal: wal.as_ref() };
                Some(Replaced { places, aside, identity: *identity })
            }
            _ => None,
        }
    }

    /// The path that the change is about, if it is about one.
    pub(crate) fn path(&self) -> Option<&AbsPath> {
        match self {
            Self::Dir { path, .. }
            | Self::File { path, .. }
            | Self::Link { path, .. }
            | Self::MadeWay { path, .. }
            | Self::Access { path, .. }
            | Self::Adopted { path, .. }
            | Self::Tree { path } => Some(path),
            // That its directory is ours another change says.
            Self::Group { .. }
            | Self::User { .. }
            | Self::Restored { .. }
            | Self::Textfile { .. }
            | Self::Timer { .. }
            | Self::Loop { .. }
            | Self::Service { .. } => None,
        }
    }
}

/// Both lists as one: the order is that of the first act on each thing, the content that of the last. What is only of
/// interest while an install may still be undone is left out.
pub(crate) fn fold(earlier: &[Change], later: &[Change]) -> Vec<Change> {
    let mut all: Vec<Change> = Vec::new();
    let lasting = |change: &&Change| !matches!(change, Change::Access { .. });
    for change in earlier.iter().chain(later).filter(lasting) {
        let mut change = settled(change);
        match all.iter_mut().find(|known| known.same_thing(&change)) {
            Some(known) => {
                change.remember(known);
                *known = change;
            }
            None => all.push(change),
        }
    }
    all
}

impl Change {
    /// Takes from an `earlier` change to the same thing how that was before us.
    fn remember(&mut self, earlier: &Self) {
        if let (Self::Service { was, .. }, Self::Service { was: first, .. }) = (&mut *self, earlier) {
            *was = *first;
        }
        // A file with other bytes is not the one that was there.
        if let (
            Self::File { sha256: is, before, .. },
            Self::File { sha256: was, before: theirs @ Before::Theirs { .. }, .. },
        ) = (self, earlier)
            && is == was
        {
            *before = theirs.clone();
        }
    }
}

/// All that was adopted before logs were.
fn data() -> Holds {
    Holds::Data
}

fn settled(change: &Change) -> Change {
    match change.clone() {
        // A backup is gone once its install is done: what stays true is that the file is ours.
        Change::File { path, sha256, before: Before::Ours { .. } } => {
            Change::File { path, sha256, before: Before::Nothing }
        }
        Change::Link { path, target, before: _ } => Change::Link { path, target, before: None },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, content: &[u8], before: Before) -> Change {
        Change::File { path: path.parse().unwrap(), sha256: Digest::of(content), before }
    }

    #[test]
    fn folding_keeps_the_order_and_takes_the_newest_content() {
        let backup = Before::Ours { backup: "/var/lib/etcdpack/undo-1".parse().unwrap() };
        let dir = Change::Dir { path: "/opt/x".parse().unwrap(), holds: Holds::Files };
        let earlier = [dir.clone(), file("/opt/x/a", b"1", Before::Nothing)];
        let later = [file("/opt/x/a", b"2", backup), file("/opt/x/b", b"3", Before::Nothing), dir.clone()];
        let expected = [dir, file("/opt/x/a", b"2", Before::Nothing), file("/opt/x/b", b"3", Before::Nothing)];
        assert_eq!(fold(&earlier, &later), expected);
    }

    #[test]
    fn that_a_file_was_there_before_us_is_known_as_long_as_it_is_that_file() {
        let theirs = || Before::Theirs { was: Access { mode: 0o775, uid: 7, gid: 7 } };
        let backup = || Before::Ours { backup: "/var/lib/etcdpack/undo/1-a".parse().unwrap() };
        let first = file("/opt/x/a", b"1", theirs());
        assert_eq!(
            fold(std::slice::from_ref(&first), &[file("/opt/x/a", b"1", backup())]),
            std::slice::from_ref(&first)
        );
        assert_eq!(fold(&[first], &[file("/opt/x/a", b"2", backup())]), [file("/opt/x/a", b"2", Before::Nothing)]);
    }
}
