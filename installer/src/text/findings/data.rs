//! The words of findings about the data directory.

use crate::facts::data::DataOwner;
use crate::finding::DataFinding;
use crate::help::Help;

pub(super) fn text(found: &DataFinding) -> String {
    match found {
        DataFinding::Foreign { path, owner, kept, member, cluster } => {
            let ids = match owner {
                DataOwner::Etcd(identity) => format!("; etcd calls it {identity}"),
                DataOwner::SomeEtcd => "; it is an etcd's, but its log cannot be read".to_owned(),
                DataOwner::Unknown => String::new(),
            };
            let there = match kept {
                Some((member, cluster)) => format!("holds the data of member `{member}` of cluster `{cluster}`"),
                None => "is not empty and etcdpack did not make it".to_owned(),
            };
            format!("`{path}` {there}{ids}; the bundle is for member `{member}` of cluster `{cluster}`")
        }
        DataFinding::Replaced { path, owner, left } => {
            let here = match owner {
                DataOwner::Etcd(identity) => format!("data that etcd calls {identity}"),
                DataOwner::SomeEtcd => "an etcd's data whose log cannot be read".to_owned(),
                DataOwner::Unknown => "something that is no etcd's data".to_owned(),
            };
            format!("`{path}` holds {here}; what the uninstall left there was {left}")
        }
        DataFinding::Gone { path, left, .. } => {
            format!("`{path}` held the data of {left}, and is empty: etcd would begin as a new member")
        }
        DataFinding::Newer { path, bundle, wrote } => {
            format!("`{path}` holds data of etcd {wrote}; the bundle has {bundle}, which cannot read it safely")
        }
    }
}

pub(super) fn help(found: &DataFinding) -> Help {
    match found {
        // Data of an etcd are some member's, and may be its only ones: nobody is told to move them.
        DataFinding::Foreign { path, owner: DataOwner::Etcd(_) | DataOwner::SomeEtcd, .. }
        | DataFinding::Replaced { path, owner: DataOwner::Etcd(_) | DataOwner::SomeEtcd, .. } => Help::in_tree(
            format!("ls -lA {path}/member/wal"),
        )
        .remark("if these data are of use: install that member's bundle; else set another paths.data in cluster.toml"),
        DataFinding::Foreign { path, .. } | DataFinding::Replaced { path, .. } => {
            Help::in_tree(format!("mv {path} {path}.old"))
        }
        DataFinding::Gone { path, .. } => Help::plain(format!("findmnt -T {path}"))
            .remark("is its disk mounted? without these data etcd would begin as a new member"),
        DataFinding::Newer { wrote, .. } => {
            let minor = format!("{}.{}", wrote.major(), wrote.minor());
            Help::plain(format!("set `release.version` to {minor} or newer in cluster.toml and run: {}", super::BUILD))
        }
    }
}
