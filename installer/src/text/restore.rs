//! What is said of a restore.

use std::fmt::Display;
use std::path::Path;

use payload::exit::ExitStatus;
use payload::language::Words;
use payload::shell::word;
use payload::snapshot::{DatabaseError, Flaw, Packing, UNFINISHED};
use payload::{say, words};

use crate::facts::Restore;
use crate::failure::Failure;
use crate::finding::Code;
use crate::help::Help;
use crate::host::snapshot_copy::NotCopied;
use crate::snapshot_record::SnapshotRecord;
use crate::text::help;
use crate::text::refusals::Doing;
use crate::text::snapshot::{self, mib};

pub(crate) const READING: Words = words!(en = "reading the snapshot", zh = "正在读取快照");
pub(crate) const QUESTION: Words = words!(
    en = "Restore? The cluster begins anew with what is in the snapshot.",
    zh = "开始恢复吗？集群将以快照中的内容重新开始。"
);

/// Options without the one that they are about.
pub(crate) fn nothing_to_restore() -> Failure {
    let text = say!(
        en = "`--again`, `--bump-revision`, `--unverified`, `--identity-fd` and `--although-running` are about a snapshot, and none is named",
        zh = "`--again`、`--bump-revision`、`--unverified`、`--identity-fd` 和 `--although-running` 用于快照，但没有指定快照"
    );
    Failure::new(ExitStatus::Usage, text, Help::run_with("restore", "FILE"))
}

pub(crate) fn not_in_an_image() -> Failure {
    let text = say!(
        en = "a snapshot is restored on the running host, not in an image",
        zh = "快照要在运行中的主机上恢复，而不是在镜像里"
    );
    Failure::refused(text, Help::run_with("restore", "FILE"))
}

pub(crate) fn not_copied(doing: Doing, path: &Path, why: &NotCopied) -> Failure {
    let failed = |why: &dyn Display| say!(en = "{}: {why}", zh = "{}：{why}", path.display());
    match why {
        NotCopied::Source(error) => Failure::refused(failed(error), Help::command(format!("ls -l {}", word(path)))),
        NotCopied::Place(error) => Failure::refused(failed(error), help::when_the_cause_is_gone()),
        NotCopied::Write(error) => {
            let why = say!(en = "copying it beside the data: {error}", zh = "把它拷贝到数据旁边：{error}");
            Failure::refused(failed(&why), help::when_the_cause_is_gone())
        }
        NotCopied::Full { needed, free } => {
            let (needed, free, code) = (mib(*needed), mib(*free), Code::NoSpace);
            let why = say!(
                en = "the disk of the data has {free} free; a copy of the snapshot, and what is restored from it, need {needed} [{code}]",
                zh = "数据所在的磁盘还有 {free} 空闲；快照的副本和恢复出来的数据需要 {needed} [{code}]"
            );
            Failure::refused(failed(&why), Help::command("df -h"))
        }
        NotCopied::Sealed => Failure::new(
            ExitStatus::NotVerified,
            failed(&words!(
                en = "it is sealed, and nothing was given that opens it",
                zh = "它是加密的，而没有给出打开它的私钥"
            )),
            with_an_identity(doing, path),
        ),
        NotCopied::NotOpened(why) => Failure::new(ExitStatus::NotVerified, failed(why), with_an_identity(doing, path)),
        NotCopied::ToldToStop => Failure::interrupted(help::the_same_again()),
    }
}

/// The file behind the descriptor is what `etcdpack pki backup-key` or `age-keygen` wrote.
pub(crate) fn with_an_identity(doing: Doing, path: &Path) -> Help {
    let how = match doing {
        Doing::Drilling => Help::host_with("drill", "--identity-fd 3 "),
        _ => Help::run_with("restore", "--identity-fd 3 "),
    };
    how.and(Help::command(word(path))).and(Help::command(" 3<IDENTITY"))
}

/// It is no snapshot, by its sum or its first bytes.
pub(crate) fn flawed(doing: Doing, path: &Path, head: &[u8], flaw: &Flaw) -> Failure {
    let (file, name) = (word(path), path.display().to_string());
    if let Some(packing) = Packing::of(head) {
        let how = packing.name();
        let text = say!(
            en = "{name} is packed ({how}): what is in it can be restored",
            zh = "{name} 是压缩文件（{how}）：可以恢复的是其中的内容"
        );
        let (unpacker, to) = (packing.unpacker(), word(Path::new(&packing.without(&name))));
        return Failure::new(ExitStatus::NotVerified, text, Help::command(format!("{unpacker} {file} >{to}")));
    }
    let again = |more| match doing {
        Doing::Drilling => Help::host_with("drill", more),
        _ => Help::run_with("restore", more),
    };
    let help = match (flaw, name.strip_suffix(UNFINISHED)) {
        _ if let Some(its) = SnapshotRecord::whose(path) => {
            again("").and(Help::command(word(&its))).remark(&help::OF_A_SNAPSHOT)
        }
        (_, Some(whole)) => Help::command(format!("ls -l {}", word(Path::new(whole)))).remark(&words!(
            en = "it was left behind while that file was saved: save it again",
            zh = "它是保存那个文件时留下的：请重新保存"
        )),
        (Flaw::NoSum | Flaw::Zeroes, _) => again("--unverified ").and(Help::command(file)).remark(&words!(
            en = "nothing shows then that it is whole: only where there is no other",
            zh = "这样就无法证明它完整：仅在没有其他文件可用时使用"
        )),
        (Flaw::Empty | Flaw::Cut { .. } | Flaw::Altered, _) => {
            Help::run_with("snapshot", "verify ").and(Help::command(file)).remark(&words!(
                en = "where it was saved, too: it says which copy is whole",
                zh = "在当初保存它的机器上也运行一次：可以看出哪个副本是完整的"
            ))
        }
    };
    Failure::new(ExitStatus::NotVerified, snapshot::of_file(path, &snapshot::flawed(flaw)), help)
}

pub(crate) fn no_database(path: &Path, error: &DatabaseError) -> Failure {
    Failure::new(
        ExitStatus::NotVerified,
        snapshot::of_file(path, &snapshot::no_database(error)),
        help::another_snapshot(),
    )
}

/// What came of it, and what is to be done on the others.
pub(crate) fn restored(restore: &Restore, others: bool) -> Vec<String> {
    let (revision, cluster, same) =
        (restore.revision, format!("{:x}", restore.identity.cluster), restore.on_each_host());
    let done = say!(
        en = "restored: revision {revision}, as cluster {cluster}",
        zh = "已恢复：修订号 {revision}，成为集群 {cluster}"
    );
    let next = say!(
        en = "on each of the others: its own bundle's `restore`, not `install`, with the same file{same}",
        zh = "在其余每台主机上：用它自己安装包的 `restore`（不是 `install`）和同一个文件{same}"
    );
    let watchers = match restore.bump {
        Some(_) => &words!(
            en = "who watches from an earlier revision is told that it is compacted: kube-apiserver lists anew by itself",
            zh = "从更早的修订号开始 watch 的程序会得知该修订号已压缩：kube-apiserver 会自行重新 list"
        ),
        None => &words!(
            en = "restart whoever watches (kube-apiserver): revisions that it has seen may come a second time",
            zh = "请重启所有使用 watch 的程序（如 kube-apiserver）：它们见过的修订号可能会再次出现"
        ),
    };
    [Some(done), others.then_some(next), Some(watchers.to_string())].into_iter().flatten().collect()
}
