//! What is said of snapshots.

use std::fmt::Display;
use std::path::Path;
use std::time::Duration;

use payload::line;
use payload::snapshot::{DatabaseError, Flaw};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::host::named_pipe::Broken;

pub(crate) const SAVING: &str = "the snapshot comes";
pub(crate) const NO_ANSWER: &str =
    "this host's member does not answer, so that there is nobody to take a snapshot from";
pub(crate) const WANTS_A_USER: &str =
    "etcd's authentication is on, and this host's certificate is no user of etcd's that may take a snapshot";
pub(crate) const SURE: &str = "what is in it was not looked at: that it can be restored is shown by restoring it";

/// How large it is, in MiB.
fn mib(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10) / (1 << 20);
    format!("{}.{} MiB", tenths / 10, tenths % 10)
}

pub(crate) fn whole(path: &Path, size: u64, revision: u64, of: Option<&str>) -> String {
    let of = of.map(|of| format!(" of {of}")).unwrap_or_default();
    format!("{}: whole: {}, revision {revision}{of}", path.display(), mib(size))
}

pub(crate) fn sums(file: impl Display, database: impl Display) -> String {
    format!("    sha256 {file} (file), {database} (database)")
}

/// Whose it is, by the file beside it.
pub(crate) fn whose(cluster: &str, id: &str, member: &str, taken: OffsetDateTime) -> String {
    let taken = taken.format(&Rfc3339).unwrap_or_default();
    line::plain(&format!("cluster {cluster} ({id}), from member {member}, {taken}"))
}

pub(crate) fn bad(path: &Path, flaw: &Flaw) -> String {
    format!("{}: {}", path.display(), flawed(flaw))
}

fn flawed(flaw: &Flaw) -> String {
    match flaw {
        Flaw::Empty => "the file is empty".to_owned(),
        Flaw::Cut { size } => format!("no snapshot is {size} bytes long: the file was cut off, or is something else"),
        Flaw::NoSum => "there is no sum at its end: it is the `db` of a data directory, or was cut off".to_owned(),
        Flaw::Zeroes => "the sum at its end is all zeroes: its last part was never written".to_owned(),
        Flaw::Altered => "its bytes are not those whose sum stands at its end: it was altered or cut off".to_owned(),
    }
}

pub(crate) fn unread(path: &Path, error: impl Display) -> String {
    format!("{}: {error}", path.display())
}

pub(crate) fn no_database(error: &DatabaseError) -> String {
    match error {
        DatabaseError::Io(error) => error.to_string(),
        DatabaseError::NotADatabase => "its sum is right, but it is no database of etcd's".to_owned(),
        DatabaseError::Damaged => "its sum is right, but its database points to where nothing is".to_owned(),
    }
}

/// The file beside a snapshot is about another one.
pub(crate) fn of_another(path: &Path) -> String {
    format!("{} is about another snapshot, and was not heeded", path.display())
}

pub(crate) fn no_room(needed: u64, free: u64) -> String {
    format!("the database has {}, and there is room for {}", mib(needed), mib(free))
}

pub(crate) fn not_written(path: &Path, error: impl Display) -> String {
    format!("writing the snapshot `{}`: {error}", path.display())
}

/// It came, but is none.
pub(crate) fn not_whole(flaw: &Flaw, said: &str) -> String {
    format!("what etcd sent is no whole snapshot: {}: {said}", flawed(flaw))
}

pub(crate) fn broken(why: &Broken) -> String {
    match why {
        Broken::Exec(error) => error.to_string(),
        Broken::Pipe(error) => format!("reading what etcdctl writes: {error}"),
        Broken::Taker(error) => format!("writing it: {error}"),
        Broken::Silent(limit) => format!("etcd has sent nothing for {} s", Duration::as_secs(limit)),
    }
}
