//! Founding and running.

use std::fmt;

use payload::language::Words;
use payload::line;
use payload::name::{ClusterName, ClusterToken, MemberName};
use payload::url::Url;
use payload::{say, words};

pub(crate) const FOUNDS: Words = words!(
    en = "founds a new cluster; if these hosts run one already: etcdpack build --same-cluster",
    zh = "将建立新集群；如果这些主机上已有集群在运行：etcdpack build --same-cluster"
);

pub(crate) const RUNS_FROM_NOW_ON: Words = words!(
    en = "the cluster runs: no bundle founds it again, from this build on",
    zh = "集群在运行：从这次构建起，任何安装包都不会再次建立它"
);

pub(crate) fn replaced(token: &ClusterToken) -> String {
    say!(
        en = "founds a new cluster in the place of the one with the token {token}; if these hosts run that one: \
              etcdpack build --same-cluster={token}",
        zh = "将建立新集群，取代令牌为 {token} 的集群；如果这些主机上在运行的就是它：\
              etcdpack build --same-cluster={token}"
    )
}

pub(crate) fn taken_back(token: &ClusterToken, instead_of: &ClusterToken) -> String {
    say!(
        en = "back to the cluster with the token {token}, which runs; if these hosts run the one with the token {instead_of}: \
              etcdpack build --same-cluster={instead_of}",
        zh = "沿用令牌为 {token}、正在运行的集群；如果这些主机上在运行的是令牌为 {instead_of} 的集群：\
              etcdpack build --same-cluster={instead_of}"
    )
}

pub(crate) fn still_a_member(member: &MemberName) -> String {
    say!(
        en = "{member} is not in the cluster file any more; it stays a member of the cluster until `etcdctl member remove`",
        zh = "集群文件中已没有 {member}：在 `etcdctl member remove` 之前它仍是成员"
    )
}

pub(crate) fn token_stays(written: &ClusterToken, token: &ClusterToken) -> String {
    say!(
        en = "the cluster runs with the token {token}; the token in the cluster file, {written}, is ignored",
        zh = "集群以令牌 {token} 运行：忽略集群文件中的 {written}"
    )
}

/// What is changed, a line each.
pub(crate) fn before_asking(cluster: &ClusterName, changes: &[String]) -> String {
    let changes = changes.join("\n  ");
    say!(
        en = "The cluster file has changed since the bundles of cluster {cluster} were built:\n  {changes}\n\
              A cluster that has never had a quorum cannot be changed: purge its hosts (etcdpack-host uninstall --purge)\n\
              and answer no. yes: the cluster runs, and no bundle founds it again; no: the bundles found a new one.\n",
        zh = "集群 {cluster} 的安装包构建之后，集群文件有改动：\n  {changes}\n\
              从未达到法定人数的集群无法更改：先清除它的各台主机（etcdpack-host uninstall --purge），然后回答 no。\n\
              yes：集群在运行，任何安装包都不再建立它；no：安装包会建立一个新集群。\n"
    )
}

pub(crate) const HOLDS_ANY_HOST_DATA: Words = words!(
    en = "Does any host hold data of this cluster now (installed, and not purged since)? [yes/no]",
    zh = "现在有任何一台主机存有该集群的数据吗（装过，且之后未清除）？[yes/no]"
);

pub(crate) const NEITHER_YES_NOR_NO: Words =
    words!(en = "neither yes nor no was typed: nothing was built", zh = "输入的既不是 yes 也不是 no：没有构建任何内容");

pub(crate) fn nobody_to_ask(cluster: &ClusterName, changes: &[String]) -> String {
    say!(
        en = "the cluster file has changed since the bundles of cluster {cluster} were built ({}), and there is no terminal to \
              ask on whether any host holds data of that cluster",
        zh = "集群 {cluster} 的安装包构建之后，集群文件有改动（{}），而没有终端可询问是否有主机存有它的数据",
        changes.join(&words!(en = "; ", zh = "；"))
    )
}

/// Two ways.
pub(crate) const SAY_WHICH: Words = words!(
    en = "etcdpack build --same-cluster   # some host holds data of it: installed, and not purged since\n\
          etcdpack build --new-cluster   # no host does; if the cluster never had a quorum, purge its hosts first",
    zh = "etcdpack build --same-cluster   # 有主机存有它的数据：装过，且之后未清除\n\
          etcdpack build --new-cluster   # 没有任何主机存有；从未达到法定人数的集群无法更改：先清除"
);

pub(crate) const UNRECORDED: Words = words!(
    en = "an older etcdpack built them; hosts or addresses differ from those in the kept certificates",
    zh = "它们由较旧的 etcdpack 构建；主机或地址与保存的证书不同"
);

pub(crate) fn added(member: &MemberName, url: &Url) -> String {
    say!(en = "{member} is new, at {url}", zh = "新增 {member}，位于 {url}")
}

pub(crate) fn removed(member: &MemberName, url: &Url) -> String {
    say!(en = "{member}, at {url}, is not in the file any more", zh = "去掉 {member}，原位于 {url}")
}

pub(crate) fn moved(member: &MemberName, from: &Url, to: &Url) -> String {
    say!(en = "{member} was at {from}, and is at {to} now", zh = "{member} 从 {from} 改到 {to}")
}

pub(crate) fn other_token(from: &ClusterToken, to: &ClusterToken) -> String {
    say!(en = "the token was {from}, and is {to} now", zh = "令牌从 {from} 改为 {to}")
}

pub(crate) fn type_the_name(cluster: &ClusterName) -> String {
    say!(
        en = "Cluster {cluster} runs. To replace it by a new one, type its name:",
        zh = "集群 {cluster} 正在运行。确要另建一个集群取代它，请输入现有集群的名称："
    )
}

pub(crate) fn runs(cluster: &ClusterName) -> String {
    say!(
        en = "cluster {cluster} runs, and there is no terminal to ask on whether to found a new one in its place",
        zh = "集群 {cluster} 在运行，而没有终端可询问是否要另建一个取代它"
    )
}

pub(crate) fn new_cluster(cluster: &ClusterName) -> String {
    format!("etcdpack build --new-cluster={cluster}")
}

pub(crate) fn other_name(typed: &str, cluster: &ClusterName) -> String {
    say!(
        en = "`{}` is not the name of the cluster, {cluster}",
        zh = "`{}` 不是现有集群的名称，它的名称是 {cluster}",
        line::plain(typed)
    )
}

pub(crate) fn token_used(token: &ClusterToken) -> String {
    say!(
        en = "the cluster file gives the new cluster a token that another cluster has: {token}",
        zh = "集群文件给新集群的令牌属于另一个集群：{token}"
    )
}

pub(crate) fn write_token(next: &ClusterToken) -> String {
    say!(en = "write into `[cluster]`: token = \"{next}\"", zh = "在 `[cluster]` 中写入：token = \"{next}\"")
}

pub(crate) fn unknown_token(token: &ClusterToken) -> String {
    say!(en = "no cluster with the token {token} is on record here", zh = "这里的记录中没有令牌为 {token} 的集群")
}

pub(crate) const SAME_CLUSTER: &str = "etcdpack build --same-cluster";

pub(crate) fn asking(why: impl fmt::Display) -> String {
    say!(en = "asking at the terminal: {why}", zh = "在终端上询问：{why}")
}
