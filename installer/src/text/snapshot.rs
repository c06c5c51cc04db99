//! What is said of snapshots.

use std::fmt::Display;
use std::path::Path;
use std::time::Duration;

use payload::language::{Words, columns, padded};
use payload::line;
use payload::path::AbsPath;
use payload::snapshot::{DatabaseError, Flaw, Whole};
use payload::{say, words};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::finding::Code;
use crate::host::named_pipe::Broken;
use crate::snapshot_record::{Found, Proven, SnapshotRecord, Standing};

pub(crate) const SAVING: Words = words!(en = "the snapshot comes", zh = "正在接收快照");
pub(crate) const NO_ANSWER: Words = words!(
    en = "this host's member does not answer, so that there is nobody to take a snapshot from",
    zh = "本机的成员没有应答，无法保存快照"
);
pub(crate) const WANTS_A_USER: Words = words!(
    en = "etcd's authentication is on, and this host's certificate is no user of etcd's that \
             may take a snapshot",
    zh = "etcd 已启用认证，而本机的证书不对应任何有权保存快照的 etcd 用户"
);
pub(crate) const SURE: Words = words!(
    en = "the keys in it were not looked at: that it can be restored, `etcdpack-host drill FILE` shows, on a host with a member",
    zh = "没有检查其中的键：能否恢复，请在有成员的主机上用 `etcdpack-host drill FILE` 证明"
);

/// A record, or a copy of the data.
pub(crate) fn read_with(path: &Path, snapshot: &Path) -> String {
    say!(
        en = "{}: belongs to `{}`, and is read with it",
        zh = "{}：属于 `{}`，随它一起读取",
        path.display(),
        snapshot.display()
    )
}

/// How large it is, in MiB.
pub(super) fn mib(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10) / (1 << 20);
    format!("{}.{} MiB", tenths / 10, tenths % 10)
}

pub(crate) fn whole(path: &Path, proven: &Proven, record: Option<&SnapshotRecord>) -> String {
    let of = record.map(|record| say!(en = " of {}", zh = "（{}）", whose(record))).unwrap_or_default();
    let Proven { whole, revision, keys } = proven;
    let keys = keys.map(|keys| say!(en = "{keys} keys, ", zh = "{keys} 个键，")).unwrap_or_default();
    say!(
        en = "{}: whole: {}, {keys}revision {revision}{of}",
        zh = "{}：完整：{}，{keys}修订号 {revision}{of}",
        path.display(),
        mib(whole.size)
    )
}

/// A sealed file with a whole snapshot in it.
pub(crate) fn opened(path: &Path, size: u64, record: Option<&SnapshotRecord>) -> String {
    let of = record.map(|record| {
        let (revision, whose) = (record.revision, whose(record));
        say!(en = ", revision {revision} or a little later of {whose}", zh = "，修订号 {revision} 或稍后（{whose}）")
    });
    say!(
        en = "{}: sealed, {}, and whole within{}",
        zh = "{}：已加密，{}，其中的快照完整{}",
        path.display(),
        mib(size),
        of.unwrap_or_default()
    )
}

/// A sealed file that was not opened.
pub(crate) fn as_recorded(path: &Path, size: u64, record: &SnapshotRecord) -> String {
    let (revision, whose) = (record.revision, whose(record));
    say!(
        en = "{}: sealed, {}: its bytes are those that were written, and no more was looked at: revision {revision} or a little later of {whose}",
        zh = "{}：已加密，{}：字节与写入时一致，仅检查了这一点：修订号 {revision} 或稍后（{whose}）",
        path.display(),
        mib(size)
    )
}

/// A sealed file whose sum nothing says, or something else says.
pub(crate) fn not_known(is_another: bool, beside: &Path) -> String {
    if is_another {
        say!(
            en = "it is sealed, and its bytes are not those that {} speaks of: it was altered or cut off, or they belong to different files",
            zh = "它是加密的，而内容与 {} 的记录不符：被更改或截断，或两者不属于同一个快照",
            beside.display()
        )
    } else {
        say!(
            en = "it is sealed, and there is no {} to hold it against: --identity-fd opens it",
            zh = "它是加密的，而没有 {} 可以对照：可用 --identity-fd 打开它",
            beside.display()
        )
    }
}

pub(crate) fn no_identity(error: impl Display) -> String {
    say!(en = "the secret half that opens the snapshot: {error}", zh = "打开快照的私钥：{error}")
}

/// What went to the standard output.
pub(crate) fn passed_on(whole: &Whole) -> String {
    let sums = sums(whole.file, whole.database);
    say!(en = "the snapshot was whole: {}; {}", zh = "快照完整：{}；{}", mib(whole.size), sums.trim_start())
}

/// What `[monitoring] textfile` asks for.
pub(crate) fn not_told(path: &AbsPath, error: impl Display) -> String {
    say!(en = "writing the metrics `{path}`: {error}", zh = "写入指标文件 `{path}`：{error}")
}

pub(crate) const NOT_TIMED: Words = words!(
    en = "this host takes no snapshots by itself: its cluster file has no [backup]",
    zh = "本机不自动保存快照：集群文件中没有 [backup]"
);
pub(crate) const NOT_DUE: Words = words!(en = "no snapshot is due", zh = "还没到保存快照的时间");
pub(crate) const TO_A_TERMINAL: Words =
    words!(en = "a snapshot is no text, and the standard output is a terminal", zh = "快照不是文本，而标准输出是终端");
pub(crate) const NO_USERS_NAME: Words = words!(
    en = "that is no name that `etcdctl --user` takes: it is empty, or has a colon or a control character",
    zh = "`etcdctl --user` 不接受这个名字：名字为空，或含有冒号或控制字符"
);
pub(crate) const V2_KEYS: Words = words!(
    en = "this member has keys of the v2 API: they are in no snapshot, and no restore brings them back",
    zh = "此成员有通过 v2 API 写入的键：快照不包含它们，恢复后也不会再有"
);

/// Of `--with-v2`.
pub(crate) const TWO_FILES: Words = words!(
    en = "with --with-v2 there are two files, and the standard output takes one: name one to write to",
    zh = "使用 --with-v2 时有两个文件，而标准输出只能容纳一个：请指定要写入的文件"
);
pub(crate) const NO_V2_KEYS: Words = words!(
    en = "this member has no keys of the v2 API: the plain snapshot has everything, and etcd was not stopped",
    zh = "此成员没有 v2 API 写入的键：普通快照已包含全部内容，未停止 etcd"
);
pub(crate) const MEASURING: Words = words!(en = "the data are looked at", zh = "正在查看数据");
pub(crate) const WRITING_COPY: Words = words!(en = "the copy is written", zh = "正在写入副本");
pub(crate) const NOT_STARTED: Words = words!(
    en = "etcd was stopped for the copy, and does not run again",
    zh = "etcd 曾为复制数据而停止，目前没有重新运行"
);
pub(crate) const RUNS_AGAIN: Words =
    words!(en = "nothing was written, and etcd runs again", zh = "没有写入任何文件，etcd 已重新运行");

/// A version of etcd that serves no keys of the v2 API, unless it is told to.
pub(crate) fn not_served(version: impl Display) -> String {
    say!(
        en = "etcd {version} serves no keys of the v2 API here: those that came along from 3.3 or older lie in its data and are \
                 seen by nobody, so that a copy is of no use; etcd was not stopped",
        zh = "这里的 etcd {version} 不提供 v2 API 的键：从 3.3 或更早版本带来的键仍在数据中，但谁也看不到，\
                 复制没有意义；未停止 etcd"
    )
}

pub(crate) fn is_there(path: &Path) -> String {
    say!(
        en = "`{}` is there, and a snapshot with a copy beside it takes the place of nothing",
        zh = "`{}` 已存在，带有副本的快照不会替换任何文件",
        path.display()
    )
}

pub(crate) fn data_not_copied(error: impl Display) -> String {
    say!(en = "copying the data: {error}", zh = "复制数据：{error}")
}

/// On the disk of the data.
pub(crate) fn no_room_beside(needed: u64, free: u64) -> String {
    let (needed, free) = (mib(needed), mib(free));
    say!(
        en = "the data are copied on their own disk first, so that etcd is stopped for as short as can be: that needs {needed}, \
                 and {free} are free [{}]",
        zh = "数据先复制在其所在的磁盘上，使 etcd 停止的时间尽可能短：需要 {needed}，而剩余 {free} [{}]",
        Code::NoSpace
    )
}

pub(crate) fn no_room_for_both(needed: u64, free: u64) -> String {
    let (needed, free) = (mib(needed), mib(free));
    say!(
        en = "with the snapshot it needs {needed}, and there is room for {free} [{}]",
        zh = "连同快照需要 {needed}，剩余空间为 {free} [{}]",
        Code::NoSpace
    )
}

pub(crate) fn not_managed(supervision: impl Display) -> String {
    say!(
        en = "etcd does not run under {supervision}, which is to stop it and start it again",
        zh = "etcd 不在 {supervision} 的管理下运行，无法由它停止再启动"
    )
}

/// How long etcd will be stopped, as far as a trial on this disk says.
pub(crate) fn will_stop(bytes: u64, in_a_second: u64) -> String {
    let (seconds, bytes, speed) = (bytes.div_ceil(in_a_second.max(1)), mib(bytes), mib(in_a_second));
    say!(
        en = "the data have {bytes}, which are copied here at {speed}/s: etcd is stopped for about {seconds} s, and for as long as it takes to start",
        zh = "数据为 {bytes}，在本机以 {speed}/s 复制：etcd 大约停止 {seconds} 秒，另加其启动所需的时间"
    )
}

pub(crate) fn was_stopped(took: Duration) -> String {
    let seconds = format!("{:.1}", took.as_secs_f64());
    say!(en = "etcd was stopped for {seconds} s, and is up again", zh = "etcd 停止了 {seconds} 秒，现已重新启动")
}

/// The copy is there all the same.
pub(crate) fn not_up_again(error: impl Display) -> String {
    say!(
        en = "etcd was stopped for the copy and told to start again: {error}",
        zh = "etcd 曾为复制数据而停止，已让它重新启动：{error}"
    )
}

pub(crate) fn not_closed(error: impl Display) -> String {
    say!(
        en = "etcd was stopped and started again; removing the record of that, which the next run does, too: {error}",
        zh = "etcd 已停止并重新启动；删除相应记录失败（下次运行会再删除）：{error}"
    )
}

pub(crate) fn copy_not_written(path: &Path, error: impl Display) -> String {
    say!(en = "writing the copy of the data `{}`: {error}", zh = "写入数据副本 `{}`：{error}", path.display())
}

/// A copy of the data, with its sum.
pub(crate) fn copied(path: &Path, size: u64, sha256: impl Display) -> String {
    let (path, size, sum) = (path.display(), mib(size), sum(sha256));
    say!(
        en = "{path}: the member's data, with the keys of the v2 API: {size}\n{sum}",
        zh = "{path}：成员的数据，含 v2 API 的键：{size}\n{sum}"
    )
}

/// It is there, and nobody could be told.
pub(crate) fn copy_unsaid(path: &Path, error: impl Display) -> String {
    say!(
        en = "the snapshot is saved, and the copy `{}` beside it; writing to standard output: {error}",
        zh = "快照已保存，旁边有副本 `{}`；写入标准输出：{error}",
        path.display()
    )
}

pub(crate) fn no_password(error: impl Display) -> String {
    say!(en = "the password of etcd's user: {error}", zh = "etcd 用户的密码：{error}")
}

/// etcd does not take the user, or what was given as the password.
pub(crate) fn not_let_in(said: &str) -> String {
    say!(en = "etcd does not let this user take a snapshot: {said}", zh = "etcd 不允许该用户保存快照：{said}")
}

pub(crate) fn no_answer(said: &str) -> String {
    if said.is_empty() { NO_ANSWER.into() } else { say!(en = "{NO_ANSWER}: {said}", zh = "{NO_ANSWER}：{said}") }
}

pub(crate) fn no_directory(dir: &Path, error: impl Display) -> String {
    say!(en = "reading the directory `{}`: {error}", zh = "读取目录 `{}`：{error}", dir.display())
}

pub(crate) fn none_there(dir: &Path) -> String {
    say!(en = "there is no file in `{}` whose name ends with .db", zh = "`{}` 中没有以 .db 结尾的文件", dir.display())
}

pub(crate) fn standing(standing: &Standing) -> String {
    match standing {
        Standing::Recorded => say!(
            en = "good by its record, not read now (--verify reads it)",
            zh = "按记录完好，本次未读取（--verify 会读取）"
        ),
        Standing::Unrecorded => say!(
            en = "not read, and no record beside it (--verify reads it)",
            zh = "未读取，旁边没有记录（--verify 会读取）"
        ),
        Standing::Whole => say!(en = "whole", zh = "完整"),
        Standing::Sealed => {
            say!(en = "sealed; its sum is right, and no more was looked at", zh = "已加密；校验和正确，仅检查了这一点")
        }
        Standing::OfAnother => {
            say!(en = "whole, but its record is about another", zh = "完整，但记录说明的是另一个快照")
        }
        Standing::OtherSize { recorded } => {
            say!(en = "BAD: its record speaks of {recorded} bytes", zh = "损坏：记录中为 {recorded} 字节")
        }
        Standing::OtherCopy => say!(
            en = "BAD: the copy of the data that its record names is not there, or has another size",
            zh = "损坏：记录中的数据副本不存在，或大小不同"
        ),
        Standing::Bad(why) => say!(en = "BAD: {why}", zh = "损坏：{why}"),
    }
}

/// What is said of each snapshot in a directory.
pub(crate) const COLUMNS: [Words; 6] = [
    words!(en = "NAME", zh = "名称"),
    words!(en = "TAKEN", zh = "时间"),
    words!(en = "REVISION", zh = "修订号"),
    words!(en = "KEYS", zh = "键数"),
    words!(en = "SIZE", zh = "大小"),
    words!(en = "STATE", zh = "状态"),
];

/// A row for each, under each other.
pub(crate) fn table(rows: &[Found], standings: &[Standing]) -> String {
    let cells = |found: &Found, how: &Standing| {
        let record = found.record.as_ref();
        let of = |get: fn(&SnapshotRecord) -> Option<String>| record.and_then(get).unwrap_or_else(|| "-".to_owned());
        [
            line::plain(&found.path.file_name().unwrap_or_default().to_string_lossy()),
            of(|record| Some(time(record.taken))),
            of(|record| Some(record.revision.to_string())),
            of(|record| record.keys.map(|keys| keys.to_string())),
            mib(found.size),
            standing(how),
        ]
    };
    let head = COLUMNS.map(String::from);
    let rows: Vec<_> =
        std::iter::once(head).chain(rows.iter().zip(standings).map(|(found, how)| cells(found, how))).collect();
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| columns(cell)).max().unwrap_or_default()
    };
    let rows = rows.iter().map(|row| {
        let cells = row.iter().enumerate().map(|(n, cell)| padded(cell, width(n)));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    });
    rows.collect::<Vec<_>>().join("\n")
}

pub(crate) fn sums(file: impl Display, database: impl Display) -> String {
    say!(en = "    sha256 {file} (file), {database} (database)", zh = "    sha256 {file}（文件），{database}（数据库）")
}

pub(crate) fn sum(file: impl Display) -> String {
    say!(en = "    sha256 {file} (file)", zh = "    sha256 {file}（文件）")
}

/// When, in UTC.
pub(crate) fn time(when: OffsetDateTime) -> String {
    when.format(&Rfc3339).unwrap_or_default()
}

/// Whose it is, by the file beside it, which anybody may have written.
pub(crate) fn whose(record: &SnapshotRecord) -> String {
    let SnapshotRecord { cluster, cluster_id, member, taken, .. } = record;
    let taken = time(*taken);
    line::plain(&say!(
        en = "cluster {cluster} ({cluster_id}), from member {member}, {taken}",
        zh = "集群 {cluster}（{cluster_id}），取自成员 {member}，{taken}"
    ))
}

pub(crate) fn flawed(flaw: &Flaw) -> String {
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

/// What is wrong with this file.
pub(crate) fn of_file(path: &Path, why: &str) -> String {
    say!(en = "{}: {why}", zh = "{}：{why}", path.display())
}

/// The directory for those that nobody asks for.
pub(crate) fn not_roots_alone(dir: &AbsPath) -> String {
    say!(
        en = "`{dir}` is not there, or others than root can change it or a directory above: no snapshot is put there",
        zh = "`{dir}` 不存在，或者它或上级目录可被 root 以外的用户更改：不在那里存放快照"
    )
}

pub(crate) fn not_noted(dir: &AbsPath, error: impl Display) -> String {
    say!(en = "noting in `{dir}` how the snapshot ended: {error}", zh = "在 `{dir}` 中记录快照结果：{error}")
}

pub(crate) fn not_removed(path: &Path, error: impl Display) -> String {
    say!(
        en = "the snapshot was taken; removing the superfluous `{}`: {error}",
        zh = "快照已保存；删除多余的 `{}`：{error}",
        path.display()
    )
}

pub(crate) fn removed(path: &Path) -> String {
    say!(en = "removed `{}`, which is more than are to be kept", zh = "已删除 `{}`，超出了保留数量", path.display())
}

pub(crate) fn stays(path: &Path) -> String {
    say!(
        en = "`{}` has no record beside it: it counts for nothing here, and stays until you remove it",
        zh = "`{}` 旁边没有记录：它不计入保留的快照，会一直留在那里，直到你删除",
        path.display()
    )
}

pub(crate) fn not_passed_on(why: impl Display) -> String {
    say!(en = "passing the snapshot on: {why}", zh = "输出快照：{why}")
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

/// The copy of the data beside a snapshot is not the one that was written.
pub(crate) fn bad_copy(path: &Path, why: &str) -> String {
    say!(en = "the copy of the data `{}`: {why}", zh = "数据副本 `{}`：{why}", path.display())
}

pub(crate) const COPY_ALTERED: Words = words!(
    en = "its bytes are not those that the record speaks of: it was altered or cut off",
    zh = "字节与记录不符：被更改或截断"
);
pub(crate) const COPY_ELSEWHERE: Words = words!(
    en = "its record names a copy of the data, and not by the name that it has beside this snapshot",
    zh = "记录中有数据副本，但名字与此快照旁应有的不同"
);

pub(crate) fn no_room(needed: u64, free: u64) -> String {
    say!(
        en = "the database has {}, and there is room for {}",
        zh = "数据库大小为 {}，剩余空间为 {}",
        mib(needed),
        mib(free)
    )
}

pub(crate) fn not_written(path: &Path, error: impl Display) -> String {
    say!(en = "writing the snapshot `{}`: {error}", zh = "写入快照 `{}`：{error}", path.display())
}

/// It is there, and nobody could be told.
pub(crate) fn unsaid(path: &Path, error: impl Display) -> String {
    say!(
        en = "the snapshot `{}` is saved, and whole; writing to standard output: {error}",
        zh = "快照 `{}` 已保存，而且完整；写入标准输出：{error}",
        path.display()
    )
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
