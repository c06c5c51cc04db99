//! The words of findings about what earlier installs left on record.

use payload::etcd::EtcdVersion;
use payload::{say, words};

use crate::finding::RecordFinding;
use crate::finding::records::{Begun, Left, Moved, OfCluster};
use crate::help::Help;
use crate::records::{Loss, Operation, Why};
use crate::step::Step;

pub(super) fn text(found: &RecordFinding) -> String {
    match found {
        RecordFinding::OtherCluster { cluster, here, bundle } => say!(
            en = "this host is a member of another cluster of the name `{cluster}`: {}; the bundle's: {}",
            zh = "本机是另一个同名集群 `{cluster}` 的成员：{}；安装包中的是：{}",
            of_cluster(here),
            of_cluster(bundle)
        ),
        RecordFinding::OtherMember { here, bundle } => say!(
            en = "this host is member `{}` of cluster `{}`; the bundle is for member `{}` of `{}`",
            zh = "本机是成员 `{}`（集群 `{}`）；安装包用于成员 `{}`（集群 `{}`）",
            here.0,
            here.1,
            bundle.0,
            bundle.1
        ),
        RecordFinding::OtherVersion { here, bundle } => say!(
            en = "etcd {here} is installed, the bundle has {bundle}: `install` does not change \
                     the version of a member",
            zh = "已安装 etcd {here}，安装包中的是 {bundle}：`install` 不更改成员的版本"
        ),
        RecordFinding::NothingInstalled => {
            say!(en = "etcdpack has installed nothing here", zh = "etcdpack 没有在此安装任何内容")
        }
        RecordFinding::ReceiptLost { loss, etcd } => receipt_lost(loss, *etcd),
        RecordFinding::ReceiptMadeAnew { loss } => say!(
            en = "{}; all stands here as this bundle has it, so it is written anew. What was here before the install \
                     is not known any more: an uninstall will leave user, group and shared directories",
            zh = "{}；本机上的内容与本安装包一致，因此会重新写入。安装之前的状况已无从得知：卸载时会保留用户、\
                     用户组和共用的目录",
            lost(loss)
        ),
        RecordFinding::UnfinishedOther { begun: Begun::Restore, other, .. } => say!(
            en = "a restore by the bundle {} was cut off here: the member has its old data, or the restored",
            zh = "本机用安装包 {} 做的恢复中途中断：成员的数据是原有的，或者是恢复出来的",
            other.short()
        ),
        RecordFinding::UnfinishedOther { begun, other, bundle } => {
            let what = match begun {
                Begun::Install => words!(en = "an install of", zh = "安装"),
                Begun::Key => words!(en = "making a key for", zh = "生成私钥"),
                Begun::Restore => words!(en = "a restore by", zh = "恢复"),
            };
            say!(
                en = "{what} another bundle ({}) was cut off here; this one is {}",
                zh = "本机曾为另一个安装包（{}）{what}，中途中断；当前安装包为 {}",
                other.short(),
                bundle.short()
            )
        }
        RecordFinding::Unfinished(operation) => unfinished(*operation),
        RecordFinding::NotAsInstalled { steps } => {
            let named = few(steps.iter().map(one_line));
            say!(en = "missing, or not as the install made it: {named}", zh = "缺失，或与安装时不一致：{named}")
        }
        RecordFinding::Moved { what, here, bundle } => {
            let what = match what {
                Moved::Data => words!(en = "etcd's data is in", zh = "etcd 的数据目录，"),
                Moved::Wal => words!(en = "etcd's write-ahead log is in", zh = "etcd 的预写日志目录，"),
                Moved::Programs => words!(en = "etcd's programs are below", zh = "etcd 的程序目录，"),
                Moved::Etcdctl => words!(en = "`etcdctl` is in", zh = "`etcdctl` 的位置，"),
                Moved::HostCommand => words!(en = "`etcdpack-host` is in", zh = "`etcdpack-host` 的位置，"),
                Moved::Service => words!(en = "the service is called", zh = "服务名称，"),
                Moved::User => words!(en = "etcd runs as user", zh = "运行 etcd 的用户，"),
                Moved::Clients => words!(en = "clients reach the member at", zh = "客户端访问本成员的地址，"),
                Moved::Listens => words!(en = "the member listens at", zh = "本成员的监听地址，"),
            };
            say!(
                en = "{what} `{here}` on this host, and `{bundle}` in the bundle: `install` \
                         does not move a member",
                zh = "{what}本机为 `{here}`，安装包中为 `{bundle}`：`install` 不迁移成员"
            )
        }
        RecordFinding::LeftElsewhere { what: Left::Data, old, new } => {
            say!(
                en = "an earlier uninstall left this member's data in `{old}`; in `{new}` it \
                         would begin without them",
                zh = "此前卸载时，本成员的数据留在了 `{old}`；放在 `{new}`，它启动时就没有这些数据"
            )
        }
        RecordFinding::LeftElsewhere { what: Left::Wal, old, new } => {
            say!(
                en = "an earlier uninstall left this member's write-ahead log in `{old}`; in `{new}` it would begin without it",
                zh = "此前卸载时，本成员的预写日志留在了 `{old}`；放在 `{new}`，它启动时就没有该日志"
            )
        }
        RecordFinding::OtherAddress { old, new, .. } => {
            say!(
                en = "the other members know this one at {old}; with this bundle it listens at {new}",
                zh = "其他成员所知的本成员地址是 {old}；按本安装包，它监听 {new}"
            )
        }
    }
}

fn unfinished(operation: Operation) -> String {
    let what = match operation {
        Operation::Install { .. } => words!(en = "an install", zh = "安装"),
        Operation::Restore { .. } => words!(en = "a restore", zh = "恢复"),
        Operation::MakeKey { .. } => words!(en = "making a key", zh = "生成私钥"),
        Operation::Uninstall => words!(en = "an uninstall", zh = "卸载"),
        Operation::CopyData => words!(en = "copying the data, with etcd stopped,", zh = "复制数据（etcd 停止）"),
    };
    say!(en = "{what} is under way here, or was cut off", zh = "{what}正在进行，或曾中断")
}

/// More than these are counted.
const MAX_NAMED: usize = 5;

/// The first of them, and how many more there are.
fn few(all: impl ExactSizeIterator<Item = String>) -> String {
    let more = all.len().saturating_sub(MAX_NAMED);
    let more = if more > 0 { say!(en = "; and {more} more", zh = "；另有 {more} 个") } else { String::new() };
    let named = all.take(MAX_NAMED).collect::<Vec<_>>().join(&words!(en = "; ", zh = "；"));
    format!("{named}{more}")
}

fn receipt_lost(loss: &Loss, etcd: Option<u32>) -> String {
    let etcd = etcd.map(|pid| say!(en = "; etcd runs on (process {pid})", zh = "；etcd 仍在运行（进程 {pid}）"));
    let others = if loss.others.is_empty() {
        String::new()
    } else {
        let others = few(loss.others.iter().map(|path| format!("`{path}`")));
        say!(en = "; missing, or not as this bundle has it: {others}", zh = "；缺失，或与本安装包中的不一致：{others}")
    };
    format!("{}{}{others}", lost(loss), etcd.unwrap_or_default())
}

/// What has become of the receipt.
fn lost(loss: &Loss) -> String {
    match &loss.why {
        Why::Missing => say!(
            en = "the record of what etcdpack has installed here, `/var/lib/etcdpack/receipt.json`, is missing",
            zh = "etcdpack 在本机的安装记录 `/var/lib/etcdpack/receipt.json` 缺失"
        ),
        Why::Damaged(error) => say!(
            en = "the record of what etcdpack has installed here, `/var/lib/etcdpack/receipt.json`, is damaged ({error})",
            zh = "etcdpack 在本机的安装记录 `/var/lib/etcdpack/receipt.json` 已损坏（{error}）"
        ),
    }
}

/// Which bundle it was, where the history says so.
fn number(loss: &Loss) -> String {
    loss.number.map(|number| say!(en = ", number {number}", zh = "（编号 {number}）")).unwrap_or_default()
}

/// A step as it stands in a plan, without the columns.
fn one_line(step: &Step) -> String {
    step.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn of_cluster(of: &OfCluster) -> String {
    match of.id {
        Some(id) => say!(en = "id {id}, token `{}`", zh = "id 为 {id}，令牌为 `{}`", of.token),
        None => say!(en = "token `{}`", zh = "令牌为 `{}`", of.token),
    }
}

fn the_same_restore() -> Help {
    Help::run_with("restore", "FILE").remark(&words!(
        en = "the same bundle and file again: it finishes that restore, or takes it back",
        zh = "重新使用同一个安装包和同一个文件：会完成该次恢复，或将其撤销"
    ))
}

pub(super) fn help(found: &RecordFinding) -> Help {
    match found {
        RecordFinding::OtherCluster { here, .. } => Help::plain(super::same_cluster(&here.token)).remark(&words!(
            en = "on the connected machine, and carry the new file here; where its pki/ is \
                     lost: docs/trust.md",
            zh = "在联网机器上运行，再把新文件带到本机；若其 pki/ 已丢失：docs/trust.md"
        )),
        RecordFinding::OtherVersion { here, .. } => Help::plain(say!(
            en = "set `release.version` to {here} in cluster.toml and run: {}",
            zh = "在 cluster.toml 中把 `release.version` 设为 {here}，然后运行：{}",
            super::BUILD
        )),
        RecordFinding::OtherMember { .. } => Help::host("status")
            .remark(&words!(en = "says which member's bundle belongs here", zh = "会显示本机应使用哪个成员的安装包")),
        RecordFinding::NothingInstalled => Help::run("install"),
        RecordFinding::ReceiptLost { loss, etcd: None } if loss.others.is_empty() => Help::run("install").remark(&say!(
            en = "with the bundle that is installed here{}: it compares, writes the record anew, and starts etcd; with --no-start, it does not",
            zh = "使用本机已安装的那个安装包{}：会先比对，再重新写入记录，并启动 etcd；加 --no-start 则不启动",
            number(loss)
        )),
        RecordFinding::ReceiptLost { loss, .. } if loss.others.is_empty() => Help::run("install").remark(&say!(
            en = "with the bundle that is installed here{}: it compares, writes the record anew, and etcd runs on",
            zh = "使用本机已安装的那个安装包{}：会先比对，再重新写入记录；etcd 不会重启",
            number(loss)
        )),
        RecordFinding::ReceiptLost { loss, .. } => Help::run("install").remark(&say!(
            en = "with the bundle that is installed here{}; if that is this one: first put back what was changed",
            zh = "使用本机已安装的那个安装包{}；若就是本安装包：先恢复被更改的内容",
            number(loss)
        )),
        RecordFinding::ReceiptMadeAnew { .. } => Help::host("status"),
        RecordFinding::UnfinishedOther { begun: Begun::Restore, .. } => the_same_restore(),
        RecordFinding::UnfinishedOther { begun, .. } => {
            let command = match begun {
                Begun::Install => "install",
                Begun::Key | Begun::Restore => "csr",
            };
            Help::plain(say!(
                en = "run the other bundle's {command} again, or: ",
                zh = "重新运行另一个安装包的 {command}，或者："
            ))
            .and(Help::host("uninstall"))
        }
        RecordFinding::Unfinished(operation) => match operation {
            Operation::Install { .. } => Help::run("install").remark(&words!(
                en = "the same bundle again: it finishes that install, or takes it back",
                zh = "重新运行同一个安装包：会完成该次安装，或将其撤销"
            )),
            Operation::MakeKey { .. } => {
                Help::run("csr").remark(&words!(en = "the same bundle again", zh = "重新运行同一个安装包"))
            }
            Operation::Uninstall => {
                Help::host("uninstall").remark(&words!(en = "it finishes that uninstall", zh = "会完成该次卸载"))
            }
            Operation::Restore { .. } => the_same_restore(),
            Operation::CopyData => Help::host_with("snapshot", "--with-v2").remark(&words!(
                en = "if it was cut off: this, as any command that works on this host, first starts etcd again",
                zh = "如果已中断：此命令会先重新启动 etcd，其他在本机执行操作的命令也一样"
            )),
        },
        RecordFinding::NotAsInstalled { .. } => Help::run("install").remark(&words!(
            en = "this host's newest bundle again: it makes what is missing",
            zh = "重新运行本机最新的安装包：会补上缺失的内容"
        )),
        RecordFinding::Moved { .. } => Help::host("uninstall").remark(&words!(
            en = "it keeps the data; or write the old place into cluster.toml, and build again",
            zh = "数据会保留；或在 cluster.toml 中写回原来的位置，再重新制作"
        )),
        RecordFinding::LeftElsewhere { what: Left::Wal, .. } => Help::plain(say!(
            en = "set `wal-dir` in cluster.toml as it was and run: {}",
            zh = "在 cluster.toml 中把 `wal-dir` 改回原来的值，然后运行：{}",
            super::BUILD
        )),
        RecordFinding::LeftElsewhere { what: Left::Data, old, .. } => Help::plain(say!(
            en = "set `paths.data = \"{old}\"` in cluster.toml and run: {}",
            zh = "在 cluster.toml 中设 `paths.data = \"{old}\"`，然后运行：{}",
            super::BUILD
        )),
        RecordFinding::OtherAddress { new, etcd, .. } => {
            // Older ones speak version 2 unless told otherwise.
            let api = if *etcd < EtcdVersion::new(3, 4, 0) { "export ETCDCTL_API=3; " } else { "" };
            Help::command(format!("{api}etcdctl member list; etcdctl member update ID --peer-urls={new}"))
        }
    }
}
