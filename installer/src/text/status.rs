//! The lines of `status`.

use std::fmt::Display;

use payload::language::{Words, padded};
use payload::{say, words};
use time::OffsetDateTime;

use crate::facts::data::Places;
use crate::finding::{Code, Finding, Severity};
use crate::health::MemberHealth;
use crate::records::Leftovers;
use crate::service::StateWord;

/// A line: what it is about, and how that is.
pub(crate) fn line(what: Words, text: &str) -> String {
    format!("{} {text}", padded(&what, 12))
}

/// What a line is about.
pub(crate) mod about {
    use payload::language::Words;
    use payload::words;

    pub(crate) const MEMBER: Words = words!(en = "member", zh = "成员");
    pub(crate) const ETCD: Words = words!(en = "etcd", zh = "etcd");
    pub(crate) const BUNDLE: Words = words!(en = "bundle", zh = "安装包");
    pub(crate) const SERVICE: Words = words!(en = "service", zh = "服务");
    pub(crate) const RESTART: Words = words!(en = "restart", zh = "重启");
    pub(crate) const CLIENTS: Words = words!(en = "clients", zh = "客户端");
    pub(crate) const PEERS: Words = words!(en = "peers", zh = "成员间");
    pub(crate) const CERTIFICATE: Words = words!(en = "certificate", zh = "证书");
    pub(crate) const KEY: Words = words!(en = "key", zh = "私钥");
    pub(crate) const NOTHING: Words = words!(en = "", zh = "");
    pub(crate) const CLUSTER: Words = words!(en = "cluster", zh = "集群");
    pub(crate) const HEALTH: Words = words!(en = "health", zh = "状态");
    pub(crate) const NEXT: Words = words!(en = "next", zh = "下一步");
}

pub(crate) fn member(member: &str, cluster: &str, host: &str) -> String {
    say!(en = "{member} of cluster {cluster} on {host}", zh = "{member}，集群 {cluster}，主机 {host}")
}

/// The bundle that is installed, and the highest number that was.
pub(crate) fn bundle(serial: u64, newest: u64, signer: &str) -> String {
    let after = if newest > serial { after(newest) } else { String::new() };
    say!(en = "number {serial}{after}, signed by {signer}", zh = "编号 {serial}{after}，签名者 {signer}")
}

fn after(newest: impl Display) -> String {
    say!(en = ", after number {newest}", zh = "，此前最高编号 {newest}")
}

pub(crate) fn service(state: &str, supervision: &str) -> String {
    say!(en = "{state} under {supervision}", zh = "{state}，由 {supervision} 管理")
}

/// What waits for a restart, and the command for it.
pub(crate) fn restart(parts: &str, command: &str) -> String {
    say!(en = "pending: {parts}; {command}", zh = "待重启生效：{parts}；{command}")
}

pub(crate) fn certificate(until: &str, days_left: i64) -> String {
    say!(en = "until {until} ({days_left} days left)", zh = "有效期至 {until}（剩余 {days_left} 天）")
}

pub(crate) const UNREADABLE: Words = words!(en = "not readable", zh = "无法读取");
pub(crate) const NO_KEY: Words = words!(en = "missing", zh = "缺失");

/// One member as seen from here.
pub(crate) fn health_of(member: &MemberHealth) -> String {
    format!("{:<24} {:<16} {}", member.name, member.address, serves(member))
}

/// Whether it serves, and as what.
pub(crate) fn serves(member: &MemberHealth) -> String {
    match &member.status {
        Some(status) if status.is_leader => say!(en = "leader    etcd {}", zh = "leader    etcd {}", status.version),
        Some(status) if status.has_leader => say!(en = "follower  etcd {}", zh = "follower  etcd {}", status.version),
        Some(_) => say!(en = "no leader", zh = "没有 leader"),
        None if member.reachable => say!(en = "up, and did not answer", zh = "已启动，没有应答"),
        None => say!(en = "unreachable", zh = "无法连接"),
    }
}

/// What its service manager calls the state of a member. supervisor says STARTING until `startsecs` are over, also of one that
/// has served for hours.
pub(crate) fn state(word: &StateWord, serves: bool) -> String {
    match word {
        StateWord::Said(word) if word == "STARTING" && serves => "RUNNING".to_owned(),
        word => word.to_string(),
    }
}

/// How many members the cluster can do without before it stops, as far as they answered. `reads`: a read came back through a majority,
/// whoever of it answered us.
pub(crate) fn can_lose(members: &[MemberHealth], reads: bool) -> String {
    let serve = members.iter().filter(|member| member.has_leader()).count();
    let up = members.iter().filter(|member| member.reachable).count();
    let is_silent = members.iter().all(|member| member.status.is_none());
    let (all, needed) = (members.len(), members.len() / 2 + 1);
    let then = match serve.checked_sub(needed) {
        None if reads => {
            return say!(
                en = "{serve} of {all} members answered here, and a majority serves",
                zh = "{all} 个成员中有 {serve} 个应答本机；多数派在提供服务"
            );
        }
        // They may well serve whoever is connected.
        None if is_silent && up >= needed => {
            return say!(
                en = "{up} of {all} members are up, and none of them answered here",
                zh = "{all} 个成员中有 {up} 个已启动，均未应答本机"
            );
        }
        // That tells as much of this host's network as of them.
        None if all > 1 && up <= 1 => say!(
            en = "none of the others is heard from here: whether it serves, etcdpack-host status says there",
            zh = "本机听不到其他任何成员：集群是否在提供服务，请在那里运行 etcdpack-host status"
        ),
        None => say!(en = "{needed} are needed: it has stopped", zh = "至少需要 {needed} 个：集群已停止服务"),
        Some(0) => say!(en = "without any one of them it stops", zh = "再缺少任何一个，集群就停止服务"),
        Some(spare) => say!(en = "it goes on without {spare} of them", zh = "再缺少 {spare} 个仍可继续服务"),
    };
    say!(en = "{serve} of {all} members serve; {then}", zh = "{all} 个成员中有 {serve} 个在提供服务；{then}")
}

/// Healthy, or the codes of what says why not.
pub(crate) fn health(whys: &[Code]) -> String {
    if whys.is_empty() {
        return say!(en = "healthy", zh = "健康");
    }
    say!(en = "not healthy: {}", zh = "不健康：{}", whys.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
}

/// What is to be done next, and until when. `renewal`: from when on the certificate's end is spoken of.
pub(crate) fn next(found: &[Finding], renewal: Option<OffsetDateTime>) -> String {
    let is = |severity| found.iter().any(|finding| finding.severity() == severity);
    match renewal {
        _ if is(Severity::Refuse) => say!(en = "now: what the errors say", zh = "立即处理：见上面的错误"),
        _ if is(Severity::Warn) => say!(en = "soon: what the warnings say", zh = "尽快处理：见上面的警告"),
        Some(from) => say!(
            en = "nothing until {}: then a new certificate, by etcdpack build",
            zh = "{} 之前无需处理；届时用 etcdpack build 换发证书",
            from.date()
        ),
        None => say!(en = "nothing", zh = "无需处理"),
    }
}

/// What an uninstall has left, and whom it remembers.
pub(crate) fn still_here(kept: &Leftovers) -> String {
    let member = &kept.member;
    let what = match kept.places() {
        Some(Places { data, wal: None }) => say!(
            en = "; `{data}` has the data of member `{member}`, kept by an uninstall",
            zh = "；`{data}` 中有成员 `{member}` 的数据，卸载时保留"
        ),
        Some(Places { data, wal: Some(wal) }) => say!(
            en = "; `{data}` has the data of member `{member}` and `{wal}` its write-ahead log, kept by an uninstall",
            zh = "；`{data}` 中有成员 `{member}` 的数据，`{wal}` 中有其预写日志，卸载时保留"
        ),
        None => say!(
            en = "; a key of member `{member}` waits for its certificate",
            zh = "；成员 `{member}` 的私钥在等待证书"
        ),
    };
    let Some(known) = kept.signer() else { return what };
    let after = known.newest().map(|newest| after(newest.serial)).unwrap_or_default();
    say!(
        en = "{what}; it takes bundles by {}{after}",
        zh = "{what}；本机信任的签名者为 {}{after}",
        known.signer.fingerprint()
    )
}
