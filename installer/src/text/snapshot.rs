//! What is said of snapshots.

use std::fmt::Display;
use std::path::Path;
use std::time::Duration;

use payload::language::Words;
use payload::line;
use payload::snapshot::{DatabaseError, Flaw};
use payload::{say, words};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::host::named_pipe::Broken;

pub(crate) const SAVING: Words = words!(en = "the snapshot comes", zh = "正在接收快照");
pub(crate) const NO_ANSWER: Words = words!(
    en = "this host's member does not answer, so that there is nobody to take a snapshot from",
    zh = "本机的成员没有应答，无从制作快照"
);
pub(crate) const WANTS_A_USER: Words = words!(
    en = "etcd's authentication is on, and this host's certificate is no user of etcd's that \
             may take a snapshot",
    zh = "etcd 已启用认证，而本机的证书不对应任何可制作快照的 etcd 用户"
);
pub(crate) const SURE: Words = words!(
    en = "what is in it was not looked at: that it can be restored is shown by restoring it",
    zh = "没有检查其中的内容：能否恢复，要通过实际恢复来证明"
);

/// How large it is, in MiB.
pub(super) fn mib(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10) / (1 << 20);
    format!("{}.{} MiB", tenths / 10, tenths % 10)
}

pub(crate) fn whole(path: &Path, size: u64, revision: u64, of: Option<&str>) -> String {
    let of = of.map(|of| say!(en = " of {of}", zh = "（{of}）")).unwrap_or_default();
    say!(
        en = "{}: whole: {}, revision {revision}{of}",
        zh = "{}：完整：{}，revision {revision}{of}",
        path.display(),
        mib(size)
    )
}

pub(crate) fn sums(file: impl Display, database: impl Display) -> String {
    say!(en = "    sha256 {file} (file), {database} (database)", zh = "    sha256 {file}（文件），{database}（数据库）")
}

/// Whose it is, by the file beside it.
pub(crate) fn whose(cluster: &str, id: &str, member: &str, taken: OffsetDateTime) -> String {
    let taken = taken.format(&Rfc3339).unwrap_or_default();
    line::plain(&say!(
        en = "cluster {cluster} ({id}), from member {member}, {taken}",
        zh = "集群 {cluster}（{id}），取自成员 {member}，{taken}"
    ))
}

pub(crate) fn bad(path: &Path, flaw: &Flaw) -> String {
    say!(en = "{}: {}", zh = "{}：{}", path.display(), flawed(flaw))
}

fn flawed(flaw: &Flaw) -> String {
    match flaw {
        Flaw::Empty => say!(en = "the file is empty", zh = "文件为空"),
        Flaw::Cut { size } => say!(
            en = "no snapshot is {size} bytes long: the file was cut off, or is something else",
            zh = "快照的大小不会是 {size} 字节：文件被截断，或是其他文件"
        ),
        Flaw::NoSum => say!(
            en = "there is no sum at its end: it is the `db` of a data directory, or was cut off",
            zh = "末尾没有校验和：这是数据目录中的 `db`，或文件被截断"
        ),
        Flaw::Zeroes => say!(
            en = "the sum at its end is all zeroes: its last part was never written",
            zh = "末尾的校验和全为零：最后一部分没有写入"
        ),
        Flaw::Altered => say!(
            en = "its bytes are not those whose sum stands at its end: it was altered or cut off",
            zh = "其内容与末尾的校验和不符：被更改，或被截断"
        ),
    }
}

pub(crate) fn unread(path: &Path, error: impl Display) -> String {
    say!(en = "{}: {error}", zh = "{}：{error}", path.display())
}

pub(crate) fn no_database(error: &DatabaseError) -> String {
    match error {
        DatabaseError::Io(error) => error.to_string(),
        DatabaseError::NotADatabase => {
            say!(en = "its sum is right, but it is no database of etcd's", zh = "校验和正确，但不是 etcd 的数据库")
        }
        DatabaseError::Damaged => say!(
            en = "its sum is right, but its database points to where nothing is",
            zh = "校验和正确，但数据库指向不存在的位置"
        ),
    }
}

/// The file beside a snapshot is about another one.
pub(crate) fn of_another(path: &Path) -> String {
    say!(
        en = "{} is about another snapshot, and was not heeded",
        zh = "{} 说明的是另一个快照，未予采用",
        path.display()
    )
}

pub(crate) fn no_room(needed: u64, free: u64) -> String {
    say!(
        en = "the database has {}, and there is room for {}",
        zh = "数据库为 {}，剩余空间为 {}",
        mib(needed),
        mib(free)
    )
}

pub(crate) fn not_written(path: &Path, error: impl Display) -> String {
    say!(en = "writing the snapshot `{}`: {error}", zh = "写入快照 `{}`：{error}", path.display())
}

/// It came, but is none.
pub(crate) fn not_whole(flaw: &Flaw, said: &str) -> String {
    say!(
        en = "what etcd sent is no whole snapshot: {}: {said}",
        zh = "etcd 发来的不是完整的快照：{}：{said}",
        flawed(flaw)
    )
}

pub(crate) fn broken(why: &Broken) -> String {
    match why {
        Broken::Exec(error) => error.to_string(),
        Broken::Pipe(error) => say!(en = "reading what etcdctl writes: {error}", zh = "读取 etcdctl 的输出：{error}"),
        Broken::Taker(error) => say!(en = "writing it: {error}", zh = "写入：{error}"),
        Broken::Silent(limit) => {
            say!(en = "etcd has sent nothing for {} s", zh = "etcd 已有 {} 秒没有发送数据", Duration::as_secs(limit))
        }
    }
}
