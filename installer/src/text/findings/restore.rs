//! The words of findings about a snapshot that is to be restored.

use payload::etcd::AlarmKind;
use payload::line::plain;
use payload::{say, words};

use crate::although::Word;
use crate::facts::cluster::api;
use crate::finding::RestoreFinding;
use crate::help::Help;

pub(super) fn text(found: &RestoreFinding) -> String {
    match found {
        RestoreFinding::Newer { snapshot, bundle } => say!(
            en = "the snapshot is of etcd {snapshot}; the bundle has {bundle}, which may not start on it",
            zh = "快照来自 etcd {snapshot}；安装包里是 {bundle}，可能无法用它启动"
        ),
        RestoreFinding::OtherCluster { there, bundle } => {
            let there = plain(there);
            say!(
                en =
                    "by the file beside it, the snapshot is of cluster `{there}`; the bundle is for cluster `{bundle}`",
                zh = "根据旁边的文件，快照属于集群 `{there}`；安装包属于集群 `{bundle}`"
            )
        }
        RestoreFinding::Unlabelled { bundle, etcd } => say!(
            en = "nothing beside the snapshot says whose it is: that it is of cluster `{bundle}`, and of no newer etcd than {etcd}, is your word",
            zh = "快照旁边没有说明它属于谁：它属于集群 `{bundle}`、且不来自比 {etcd} 更新的 etcd，由你确认"
        ),
        RestoreFinding::CannotRaise { bundle } => say!(
            en = "etcd {bundle} has nothing that raises the revision of a snapshot: that came with 3.4.27, 3.5.10 and 3.6",
            zh = "etcd {bundle} 无法提高快照的修订号：3.4.27、3.5.10 和 3.6 起才有此功能"
        ),
        RestoreFinding::LogApart { wal, bundle } => say!(
            en = "the bundle has the write-ahead log in `{wal}`; etcdctl {bundle} restores data and log into one directory alone",
            zh = "安装包把预写日志放在 `{wal}`；etcdctl {bundle} 只能把数据和日志恢复到同一个目录"
        ),
        RestoreFinding::Unproven => say!(
            en = "no sum shows that the snapshot is whole: a `db` of a data directory may lack the last writes, or be half written if etcd ran",
            zh = "没有校验和能证明快照完整：数据目录里的 `db` 可能缺少最后的写入；如果当时 etcd 在运行，还可能只写了一半"
        ),
        RestoreFinding::Alarmed { kind: AlarmKind::NoSpace, .. } => say!(
            en = "the snapshot brings alarm NOSPACE along: the restored cluster refuses every write but deletes until it is disarmed",
            zh = "快照带有 NOSPACE 告警：解除之前，恢复出来的集群除删除外拒绝一切写入"
        ),
        RestoreFinding::Alarmed { kind: AlarmKind::Corrupt, .. } => say!(
            en = "the snapshot brings alarm CORRUPT along: members had other data than each other, and this may be of a wrong one; the restored cluster serves reads, and refuses every write until it is disarmed",
            zh = "快照带有 CORRUPT 告警：集群中有成员的数据与其他成员不一致，可能就是保存快照的那个；解除之前，恢复出来的集群可以读取，但拒绝一切写入"
        ),
        RestoreFinding::Alarmed { kind: kind @ AlarmKind::Other, .. } => say!(
            en = "the snapshot brings alarm {} along: the restored cluster may serve nobody until it is disarmed",
            zh = "快照带有 {} 告警：解除之前，恢复出来的集群可能不为任何客户端服务",
            kind.as_str()
        ),
        RestoreFinding::Answers { member, at, there: Some(there), .. } => say!(
            en =
                "{member} at {at} runs, and serves clients in cluster {there:x}, which is not the one that is restored",
            zh = "{member}（{at}）正在运行，在集群 {there:x} 中为客户端服务，而它不是要恢复的集群"
        ),
        RestoreFinding::Answers { member, at, there: None, .. } => say!(
            en = "{member} at {at} serves clients, and does not say in which cluster",
            zh = "{member}（{at}）在为客户端服务，但没有说明属于哪个集群"
        ),
        RestoreFinding::Listens { member, at } => say!(
            en = "{member} at {at} listens for its peers, and serves nobody: it was restored before this host, or is still of the old cluster",
            zh = "{member}（{at}）在监听其他成员，但不为任何客户端服务：它已先于本机恢复，或者仍属于旧集群"
        ),
        RestoreFinding::Lost { member, cluster } => say!(
            en = "the restored cluster {cluster:x} runs already, and {member} was one of its members, whose data are gone since: the same snapshot once more would bring back a member that has forgotten what it agreed to",
            zh = "恢复出来的集群 {cluster:x} 已在运行，{member} 曾是其成员，而它的数据后来没有了：再用同一个快照恢复，回来的成员会丢失它已确认过的写入"
        ),
    }
}

pub(super) fn help(found: &RestoreFinding) -> Help {
    match found {
        RestoreFinding::Newer { snapshot, .. } => {
            let (minor, build) = (format!("{}.{}", snapshot.major(), snapshot.minor()), super::BUILD);
            Help::plain(say!(
                en = "set `release.version` to {minor} or newer in cluster.toml and run: {build}",
                zh = "在 cluster.toml 中把 `release.version` 设为 {minor} 或更新的版本，然后执行：{build}"
            ))
        }
        RestoreFinding::OtherCluster { .. } => Help::plain(words!(
            en = "take this cluster's own snapshot; where this one is meant: copy it alone, without its .json, and give the copy",
            zh = "使用本集群自己的快照；若确实要用这一个：只拷贝快照本身，不带旁边的 .json，再指定该副本"
        )),
        RestoreFinding::Unlabelled { .. } => Help::plain(words!(
            en = "carry FILE.json, which `etcdpack-host snapshot` wrote, beside FILE",
            zh = "把 `etcdpack-host snapshot` 写的 FILE.json 带到 FILE 旁边"
        )),
        RestoreFinding::CannotRaise { .. } => Help::run_with("restore", "FILE").remark(&words!(
            en = "without `--bump-revision`; then restart the programs that watch (kube-apiserver)",
            zh = "不用 `--bump-revision`；然后重启所有监视者（kube-apiserver）"
        )),
        RestoreFinding::LogApart { .. } => Help::plain(say!(
            en = "set `release.version` to 3.3 or newer in cluster.toml, or take `wal-dir` for this host out, and run: {}",
            zh = "在 cluster.toml 中把 `release.version` 设为 3.3 或更新的版本，或去掉本机的 `wal-dir`，然后执行：{}",
            super::BUILD
        )),
        RestoreFinding::Unproven => Help::plain(words!(
            en = "a file of `etcdpack-host snapshot`, if there is one",
            zh = "如果有，请使用 `etcdpack-host snapshot` 保存的文件"
        )),
        RestoreFinding::Alarmed { kind: AlarmKind::NoSpace, etcd } => super::health::room_in_the_quota(*etcd),
        RestoreFinding::Alarmed { etcd, .. } => Help::command(format!("{}etcdctl alarm disarm", api(*etcd))).remark(&words!(
            en = "once the cluster is up, and only if this snapshot has the right data; if not, restore another member's",
            zh = "集群启动之后执行，并且仅当该成员的数据是正确的；否则使用另一个成员的快照"
        )),
        RestoreFinding::Answers { member, said: Word::NotSaid, .. } => Help::host("uninstall").and(Help::plain(say!(
            en = "   on {member}, where its data stay; or, if both clusters are to run: --although-running {member}",
            zh = "   在 {member} 上执行（数据会保留）；如果两个集群都要运行：--although-running {member}"
        ))),
        RestoreFinding::Answers { .. } => Help::plain(words!(
            en = "clients that know both addresses write to either",
            zh = "知道两个地址的客户端会写入其中任意一个"
        )),
        RestoreFinding::Listens { member, .. } => Help::plain(say!(
            en = "if {member} was not restored yet: do it there, too, with the same file",
            zh = "如果 {member} 尚未恢复：在那里也用同一个文件恢复"
        )),
        RestoreFinding::Lost { .. } => Help::run("install").remark(&words!(
            en = "it says how a member without its data comes back",
            zh = "它会说明没有数据的成员如何回来"
        )),
    }
}
