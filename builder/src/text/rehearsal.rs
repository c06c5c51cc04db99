//! The rehearsal.

use std::fmt::Display;
use std::path::Path;
use std::time::Duration;

use payload::language::Words;
use payload::name::HostName;
use payload::{say, words};

pub(crate) fn begins(members: usize) -> String {
    let members = if members == 1 {
        say!(en = "the member runs", zh = "成员")
    } else {
        say!(en = "the {members} members run", zh = "{members} 个成员")
    };
    say!(
        en = "rehearsal: {members} here for a moment, from what the bundles hold, in a network of their own",
        zh = "试运行：{members}将按安装包的内容在本机运行片刻，使用单独的网络"
    )
}

pub(crate) fn proven(members: usize, took: Duration) -> String {
    let how = if members == 1 {
        words!(en = "one key written and read", zh = "写入并读出一个键")
    } else {
        words!(en = "a leader, one key written and read", zh = "选出了 leader，写入并读出一个键")
    };
    say!(en = "rehearsed in {:.1} s: {how}", zh = "试运行完成，用时 {:.1} 秒：{how}", took.as_secs_f64())
}

pub(crate) const OF_A_CLUSTER_THAT_RUNS: Words = words!(
    en = "the rehearsal begins without data, but the cluster runs already and has some",
    zh = "集群已在运行，而试运行从没有数据开始，两者不同"
);

pub(crate) fn not_rehearsed(why: impl Display) -> String {
    say!(
        en = "not rehearsed, so it is not known whether etcd starts with these settings: {why}",
        zh = "没有试运行，因此不知道 etcd 能否以这些设置启动：{why}"
    )
}

pub(crate) fn too_many(members: usize, most: usize) -> String {
    say!(
        en = "there are {members} members, and one machine rehearses {most} at most",
        zh = "{members} 个成员，超过一台机器上试运行的上限 {most} 个"
    )
}

pub(crate) fn other_arch(host: &HostName, arch: &str) -> String {
    say!(en = "{host} is {arch}, and this machine is not", zh = "{host} 是 {arch}，而本机不是")
}

pub(crate) fn key_on_host(host: &HostName) -> String {
    say!(
        en = "the key of {host} is on that host alone, and without the CA's key there is no stand-in for it",
        zh = "{host} 的私钥只在该主机上，而能签发替身证书的 CA 私钥不在这里"
    )
}

pub(crate) fn no_stand_in(host: &HostName, why: &str) -> String {
    say!(
        en = "the key of {host} is on that host alone, and there is no stand-in for it: {why}",
        zh = "{host} 的私钥只在该主机上，也没有替身可用：{why}"
    )
}

pub(crate) fn with_stand_ins(hosts: &[&str]) -> String {
    let hosts_text = hosts.join(", ");
    if hosts.len() == 1 {
        say!(
            en = "the rehearsal used a stand-in for the key of {hosts_text}: the real one is on that host alone",
            zh = "试运行中，{hosts_text} 的私钥用了替身：真正的私钥只在该主机上"
        )
    } else {
        say!(
            en = "the rehearsal used stand-ins for the keys of {hosts_text}: the real ones are on those hosts alone",
            zh = "试运行中，{hosts_text} 的私钥用了替身：真正的私钥只在这些主机上"
        )
    }
}

pub(crate) fn behind_nat(host: &HostName) -> String {
    say!(
        en = "{host} listens at another address than the others reach it at, as behind NAT, and there is no such NAT on this machine",
        zh = "{host} 的监听地址与别人访问它的地址不同，而本机没有做这种转换的设备"
    )
}

pub(crate) const NO_RELEASE_FOR_IT: Words =
    words!(en = "there is no release for this machine's architecture", zh = "没有用于本机架构的发布包");
pub(crate) const NO_WORD: Words = words!(
    en = "the process that was started for it ended without a message",
    zh = "为它启动的进程没有任何说明就结束了"
);
pub(crate) const NO_ANSWER: Words =
    words!(en = "the process that was started for it does not answer", zh = "为它启动的进程没有应答");
pub(crate) const NO_NETWORK_OF_ITS_OWN: Words =
    words!(en = "a member got no network of its own", zh = "有成员没有得到单独的网络");

pub(crate) fn starting(program: &str, error: impl Display) -> String {
    say!(en = "starting `{program}`: {error}", zh = "启动 `{program}`：{error}")
}

/// A program that sets things up has failed.
pub(crate) fn said(program: &str, words: &str) -> String {
    say!(en = "`{program}`: {words}", zh = "`{program}`：{words}")
}

pub(crate) fn at(path: &Path, error: impl Display) -> String {
    say!(en = "`{}`: {error}", zh = "`{}`：{error}", path.display())
}

pub(crate) fn in_the_systems_own(path: impl Display) -> String {
    say!(
        en = "`{path}` lies directly in a directory of this machine's system",
        zh = "`{path}` 直接位于本机的系统目录中"
    )
}

pub(crate) fn ended(host: &HostName, why: &str) -> String {
    say!(
        en = "the rehearsal failed, nothing is packed: etcd of {host} ends with: {why}",
        zh = "试运行失败，没有打包：{host} 的 etcd 退出，其原话是：{why}"
    )
}

pub(crate) fn no_leader(waited: Duration) -> String {
    say!(
        en = "the rehearsal failed, nothing is packed: no leader within {} s",
        zh = "试运行失败，没有打包：{} 秒内没有选出 leader",
        waited.as_secs()
    )
}

pub(crate) fn last_line(host: &HostName, line: &str) -> String {
    say!(en = "{host}: {line}", zh = "{host}：{line}")
}

pub(crate) const NEXT: Words = words!(en = "; ", zh = "；");

/// Where the cluster file says what etcd complains of.
pub(crate) fn look_at(key: &str, section: &str, line: usize, text: &str) -> String {
    say!(
        en = "look at `{key}` in `{section}`, line {line} of the cluster file: {text}",
        zh = "检查 `{key}`（`{section}` 中，集群文件第 {line} 行）：{text}"
    )
}

pub(crate) fn look(is_of_certificates: bool) -> String {
    if is_of_certificates {
        "etcdpack pki show".to_owned()
    } else {
        say!(
            en = "etcdpack build --no-rehearsal   # packs without trying, where the cause is this machine",
            zh = "etcdpack build --no-rehearsal   # 原因在本机时，不试运行就打包"
        )
    }
}

pub(crate) const WHERE_ELSE: Words = words!(
    en = "etcdpack rehearse   # on a machine of the hosts' architecture with user namespaces, `unshare`, `nsenter` and `ip`",
    zh = "etcdpack rehearse   # 在与主机架构相同、有用户命名空间、`unshare`、`nsenter` 和 `ip` 的机器上"
);
pub(crate) const KEYS_OF_THE_BUNDLES: Words = words!(en = "the private keys in the bundles", zh = "安装包中的私钥");
pub(crate) const BY_DESCRIPTOR: &str = "etcdpack rehearse --passphrase-fd 3 3< FILE";
pub(crate) const NOT_TEXT: Words = words!(en = "it is not text", zh = "不是文本");

pub(crate) fn no_bundles(dir: &Path) -> String {
    say!(en = "`{}` has no bundles (*.run)", zh = "`{}` 中没有安装包（*.run）", dir.display())
}

pub(crate) fn of_two_clusters(path: &Path) -> String {
    say!(
        en = "`{}` is of another cluster or etcd than the bundles before it",
        zh = "`{}` 与前面的安装包不属于同一个集群或 etcd 版本",
        path.display()
    )
}

pub(crate) fn key_not_opened(host: &HostName, why: impl Display) -> String {
    say!(en = "the key of {host} cannot be opened: {why}", zh = "{host} 的私钥打不开：{why}")
}
