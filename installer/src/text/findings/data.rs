//! The words of findings about the data directory.

use payload::{say, words};

use crate::facts::data::{DataOwner, Half};
use crate::finding::DataFinding;
use crate::help::Help;
use crate::transaction::undo::Contents;

pub(super) fn text(found: &DataFinding) -> String {
    match found {
        DataFinding::Foreign { path, owner, kept, member, cluster } => {
            let ids = match owner {
                DataOwner::Etcd(identity) => {
                    say!(en = "; etcd calls it {identity}", zh = "；etcd 将其标识为{identity}")
                }
                DataOwner::SomeEtcd => say!(
                    en = "; it is an etcd's, but its log cannot be read",
                    zh = "；是某个 etcd 的数据，但其日志无法读取"
                ),
                DataOwner::Unknown => String::new(),
            };
            let there = match kept {
                Some((member, cluster)) => say!(
                    en = "holds the data of member `{member}` of cluster `{cluster}`",
                    zh = "存有集群 `{cluster}` 的成员 `{member}` 的数据"
                ),
                None => say!(en = "is not empty and etcdpack did not make it", zh = "不为空，且不是 etcdpack 创建的"),
            };
            say!(
                en = "`{path}` {there}{ids}; the bundle is for member `{member}` of cluster `{cluster}`",
                zh = "`{path}` {there}{ids}；安装包用于集群 `{cluster}` 的成员 `{member}`"
            )
        }
        DataFinding::Replaced { path, owner, left } => {
            let here = match owner {
                DataOwner::Etcd(identity) => {
                    say!(en = "data that etcd calls {identity}", zh = "etcd 标识为{identity}的数据")
                }
                DataOwner::SomeEtcd => {
                    say!(en = "an etcd's data whose log cannot be read", zh = "某个 etcd 的数据，其日志无法读取")
                }
                DataOwner::Unknown => say!(en = "something that is no etcd's data", zh = "不是 etcd 数据的内容"),
            };
            say!(
                en = "`{path}` holds {here}; what the uninstall left there was {left}",
                zh = "`{path}` 中是{here}；而卸载时留在那里的是{left}"
            )
        }
        DataFinding::Gone { path, left, .. } => {
            say!(
                en = "`{path}` held the data of {left}, and is empty: etcd would begin as a new member",
                zh = "`{path}` 中原有{left}的数据，现在是空的：etcd 会作为新成员启动"
            )
        }
        DataFinding::Apart { half, there, missing, contents } => {
            let (here, away) = match half {
                Half::Data(_) => (words!(en = "data", zh = "数据"), words!(en = "write-ahead log", zh = "预写日志")),
                Half::Log(_) => (words!(en = "write-ahead log", zh = "预写日志"), words!(en = "data", zh = "数据")),
            };
            let so = match contents {
                Contents::Keep => words!(en = "etcd is not started without", zh = "缺少它就不启动 etcd"),
                Contents::Remove => {
                    words!(en = "a purge removes both or none", zh = "--purge 要么两者都删，要么都不删")
                }
            };
            say!(
                en = "`{there}` has this member's {here}, and its {away} is not in `{missing}`: {so}",
                zh = "`{there}` 中有本成员的{here}，但其{away}不在 `{missing}` 中：{so}"
            )
        }
        DataFinding::Newer { path, bundle, wrote } => {
            say!(
                en = "`{path}` holds data of etcd {wrote}; the bundle has {bundle}, which \
                         cannot read it safely",
                zh = "`{path}` 中是 etcd {wrote} 的数据；安装包中的 etcd {bundle} 无法安全读取"
            )
        }
    }
}

pub(super) fn help(found: &DataFinding) -> Help {
    match found {
        // Data of an etcd are some member's, and may be its only ones: nobody is told to move them.
        DataFinding::Foreign { path, owner: DataOwner::Etcd(_) | DataOwner::SomeEtcd, .. }
        | DataFinding::Replaced { path, owner: DataOwner::Etcd(_) | DataOwner::SomeEtcd, .. } => {
            Help::in_tree(format!("ls -lAR {path}")).remark(&words!(
                en = "if these data are of use: install that member's bundle; else set another \
                         paths.data in cluster.toml",
                zh = "如果这些数据还有用：安装该成员的安装包；否则在 cluster.toml 中另设 paths.data"
            ))
        }
        DataFinding::Foreign { path, .. } | DataFinding::Replaced { path, .. } => {
            Help::in_tree(format!("mv {path} {path}.old"))
        }
        DataFinding::Gone { path, .. } => Help::command(format!("findmnt -T {path}")).remark(&words!(
            en = "is its disk mounted? where they are lost for good, ./HOST.run plan says, while the others run, how this member joins anew",
            zh = "磁盘是否已挂载？若数据已无法找回：在其他成员运行时，./HOST.run plan 会说明本成员如何重新加入"
        )),
        DataFinding::Apart { missing, .. } => Help::in_tree(format!("findmnt -T {missing}")).remark(&words!(
            en = "is its disk mounted? where it is lost, move the other one aside: this member has lost its data (docs/checks.md, `data-gone`)",
            zh = "磁盘是否已挂载？若已丢失，把另一半移开：本成员的数据已丢失（docs/checks.md，`data-gone`）"
        )),
        DataFinding::Newer { wrote, .. } => {
            let minor = format!("{}.{}", wrote.major(), wrote.minor());
            Help::plain(say!(
                en = "set `release.version` to {minor} or newer in cluster.toml and run: {}",
                zh = "在 cluster.toml 中把 `release.version` 设为 {minor} 或更高版本，然后运行：{}",
                super::BUILD
            ))
        }
    }
}
