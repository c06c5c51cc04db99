//! The page for an auditor.

use std::path::Path;
use std::time::Duration;

use payload::language::Words;
use payload::{say, words};
use time::OffsetDateTime;

use super::snapshot::{mib, time};
use super::{drill, outcomes, status};
use crate::backup::{Drills, GoodDrill};
use crate::evidence::{Certificate, Done, Evidence, Installed, Kind, State, Thing};
use crate::finding::Severity;
use crate::health::MemberHealth;
use crate::host::drill::Counted;
use crate::page::{Page, Row, Section};
use crate::records::{self, Outcome};
use crate::report::Said;
use crate::snapshot_record::Listed;

/// The last days of a certificate, in which somebody is to look at it.
const SOON: i64 = 60;

/// What an auditor reads.
pub(crate) fn page(evidence: &Evidence) -> Page {
    let Evidence { host, cluster, made, .. } = evidence;
    let made = time(*made);
    let sections = [
        installed(evidence),
        members(evidence),
        findings(&evidence.findings),
        certificates(&evidence.certificates),
        things(&evidence.things),
        history(&evidence.history),
    ];
    let Evidence { snapshots: taken, drills, .. } = evidence;
    let snapshots = (!taken.is_empty() || *drills != Drills::default()).then(|| snapshots(taken, drills));
    Page {
        title: say!(
            en = "etcd on host {host}, cluster {cluster}: report of {made}",
            zh = "主机 {host}（集群 {cluster}）上的 etcd：报告，{made}"
        ),
        sections: sections.into_iter().chain(snapshots).collect(),
    }
}

/// Where it was written, and whether somebody is to look at it.
pub(crate) fn written(path: &Path, evidence: &Evidence) -> String {
    let of = |severity| evidence.findings.iter().filter(|said| said.severity == severity).count();
    let (path, found) = (path.display(), outcomes::examined(of(Severity::Refuse), of(Severity::Warn)));
    let others = others(&evidence.things);
    say!(
        en = "{path}: written; findings: {found}; not as installed: {others}",
        zh = "{path}：已写入；检查结果：{found}；与安装时不同：{others}"
    )
}

pub(crate) fn not_written(path: &Path, error: impl std::fmt::Display) -> String {
    say!(en = "writing the report `{}`: {error}", zh = "写入报告 `{}`：{error}", path.display())
}

fn others(things: &[Thing]) -> usize {
    things.iter().filter(|thing| thing.state != State::AsInstalled).count()
}

fn row(cells: impl IntoIterator<Item = String>) -> Row {
    Row { cells: cells.into_iter().collect(), stands_out: false }
}

fn head<const N: usize>(columns: [Words; N]) -> Vec<String> {
    columns.map(String::from).into()
}

fn installed(evidence: &Evidence) -> Section {
    let Evidence { etcdpack, host, cluster, member, .. } = evidence;
    let Installed { at, bundle, etcd, number, newest, signer, replaced, supervision, restored } = &evidence.installed;
    let mut rows = vec![
        (words!(en = "member", zh = "成员"), status::member(member, cluster, host)),
        (words!(en = "etcd", zh = "etcd"), etcd.clone()),
        (words!(en = "installed", zh = "安装时间"), time(at.truncate_to_second())),
        (words!(en = "service", zh = "服务"), supervision.clone()),
        (words!(en = "bundle, SHA-256", zh = "安装包 SHA-256"), bundle.clone()),
    ];
    if let (Some(number), Some(newest), Some(signer)) = (number, newest, signer) {
        rows.push((words!(en = "bundle", zh = "安装包"), status::bundle(*number, *newest, signer)));
    }
    rows.extend(replaced.iter().map(|signer| (words!(en = "signer before", zh = "先前的签名者"), signer.clone())));
    if let Some(restored) = restored {
        let (database, again) = (&restored.database, restored.again);
        let text = say!(
            en = "a snapshot, whose database has the SHA-256 {database}; restore number {again} of it",
            zh = "快照，其数据库的 SHA-256 为 {database}；第 {again} 次恢复"
        );
        rows.push((words!(en = "data came of", zh = "数据来自"), text));
    }
    rows.push((words!(en = "report made by etcdpack-host", zh = "生成报告的 etcdpack-host"), etcdpack.clone()));
    Section {
        heading: say!(en = "What is installed", zh = "已安装的内容"),
        note: None,
        head: Vec::new(),
        rows: rows.into_iter().map(|(what, text)| row([what.into(), text])).collect(),
    }
}

fn members(evidence: &Evidence) -> Section {
    let of = |member: &MemberHealth| Row {
        cells: vec![member.name.clone(), member.address.clone(), status::serves(member)],
        stands_out: !member.has_leader(),
    };
    let health = if evidence.healthy {
        say!(en = "healthy", zh = "健康")
    } else {
        say!(en = "not healthy: the findings say why", zh = "不健康：原因见检查结果")
    };
    Section {
        heading: say!(en = "How the cluster does, as seen from this host", zh = "从本机看到的集群状态"),
        note: Some(health),
        head: head([
            words!(en = "MEMBER", zh = "成员"),
            words!(en = "ADDRESS", zh = "地址"),
            words!(en = "STATE", zh = "状态"),
        ]),
        rows: evidence.members.iter().map(of).collect(),
    }
}

fn findings(findings: &[Said]) -> Section {
    let of = |said: &Said| {
        let severity = match said.severity {
            Severity::Refuse => words!(en = "error", zh = "错误"),
            Severity::Warn => words!(en = "warning", zh = "警告"),
        };
        let cells = vec![severity.into(), said.code.to_string(), said.text.clone(), said.help.clone()];
        Row { cells, stands_out: said.severity == Severity::Refuse }
    };
    Section {
        heading: say!(en = "Findings of etcdpack-host doctor", zh = "etcdpack-host doctor 的检查结果"),
        note: findings.is_empty().then(|| outcomes::examined(0, 0)),
        head: head([
            words!(en = "SEVERITY", zh = "级别"),
            words!(en = "CODE", zh = "代码"),
            words!(en = "FINDING", zh = "检查结果"),
            words!(en = "WHAT TO DO", zh = "处理办法"),
        ]),
        rows: findings.iter().map(of).collect(),
    }
}

fn certificates(certificates: &[Certificate]) -> Section {
    let of = |certificate: &Certificate| {
        let Certificate { file, subject, serial, not_before, not_after, days_left } = certificate;
        let cells =
            [file.clone(), subject.clone(), serial.clone(), time(*not_before), time(*not_after), days_left.to_string()];
        Row { stands_out: *days_left < SOON, ..row(cells) }
    };
    Section {
        heading: say!(en = "Certificates", zh = "证书"),
        note: certificates.is_empty().then(|| status::UNREADABLE.into()),
        head: head([
            words!(en = "FILE", zh = "文件"),
            words!(en = "SUBJECT", zh = "主体"),
            words!(en = "SERIAL", zh = "序列号"),
            words!(en = "FROM", zh = "生效"),
            words!(en = "UNTIL", zh = "到期"),
            words!(en = "DAYS LEFT", zh = "剩余天数"),
        ]),
        rows: certificates.iter().map(of).collect(),
    }
}

fn things(things: &[Thing]) -> Section {
    let of = |thing: &Thing| {
        let is_as_installed = thing.state == State::AsInstalled;
        let now = match (thing.state, &thing.now) {
            (State::AsInstalled, _) => say!(en = "the same", zh = "相同"),
            (State::Missing, _) => say!(en = "MISSING", zh = "缺失"),
            (State::Changed, Some(now)) => now.clone(),
            (State::Changed, None) => say!(en = "something else, or not readable", zh = "其他类型，或无法读取"),
        };
        let installed = match thing.kind {
            Kind::Directory => say!(en = "directory", zh = "目录"),
            Kind::Link => format!("-> {}", thing.installed.as_deref().unwrap_or_default()),
            Kind::File => thing.installed.clone().unwrap_or_default(),
        };
        Row { cells: vec![thing.path.to_string(), installed, now], stands_out: !is_as_installed }
    };
    let (all, others) = (things.len(), others(things));
    let note = if others == 0 {
        say!(en = "All {all} are as they were installed.", zh = "全部 {all} 项与安装时相同。")
    } else {
        say!(
            en = "{others} of {all} are not as they were installed: they are marked. An administrator may have changed them.",
            zh = "{all} 项中有 {others} 项与安装时不同，已标出；可能由管理员修改。"
        )
    };
    Section {
        heading: say!(en = "Files, by their SHA-256", zh = "文件（SHA-256）"),
        note: Some(note),
        head: head([
            words!(en = "PATH", zh = "路径"),
            words!(en = "AS INSTALLED", zh = "安装时"),
            words!(en = "NOW", zh = "现在"),
        ]),
        rows: things.iter().map(of).collect(),
    }
}

fn history(history: &[Done]) -> Section {
    let of = |done: &Done| {
        let Done { entry, unfinished } = done;
        let bundle = entry.bundle.as_ref();
        let operation = match entry.operation {
            records::Kind::Install => words!(en = "install", zh = "安装"),
            records::Kind::Restore => words!(en = "restore", zh = "恢复"),
            records::Kind::MakeKey => words!(en = "make a key", zh = "生成私钥"),
            records::Kind::Uninstall => words!(en = "uninstall", zh = "卸载"),
            records::Kind::CopyData => words!(en = "copy of the data", zh = "复制数据"),
        };
        let outcome = match entry.outcome {
            _ if *unfinished => words!(en = "cut off: not ended yet", zh = "中断：尚未结束"),
            Outcome::Done => words!(en = "done", zh = "完成"),
            Outcome::RolledBack => words!(en = "undone", zh = "已撤销"),
            Outcome::Left => words!(en = "failed, something was left", zh = "失败，有残留"),
        };
        let of = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
        let cells = [
            entry.n.to_string(),
            time(entry.at.truncate_to_second()),
            operation.into(),
            outcome.into(),
            entry.changes.to_string(),
            of(bundle.map(|bundle| bundle.etcd.clone())),
            of(bundle.and_then(|bundle| bundle.number).map(|number| number.to_string())),
            of(bundle.and_then(|bundle| bundle.signer.clone())),
            of(bundle.and_then(|bundle| bundle.sha256).map(|sha256| sha256.to_string())),
            entry.etcdpack.clone(),
        ];
        Row { stands_out: *unfinished || entry.outcome == Outcome::Left, ..row(cells) }
    };
    Section {
        heading: say!(en = "What was done to this host, oldest first", zh = "本机操作历史（由旧到新）"),
        note: history.is_empty().then(|| say!(en = "nothing is on record", zh = "没有记录")),
        head: head([
            words!(en = "NO.", zh = "序号"),
            words!(en = "WHEN", zh = "时间"),
            words!(en = "OPERATION", zh = "操作"),
            words!(en = "OUTCOME", zh = "结果"),
            words!(en = "CHANGES", zh = "更改数"),
            words!(en = "ETCD", zh = "etcd"),
            words!(en = "BUNDLE", zh = "安装包编号"),
            words!(en = "SIGNER", zh = "签名者"),
            words!(en = "SHA-256 OF THE BUNDLE", zh = "安装包 SHA-256"),
            words!(en = "ETCDPACK", zh = "etcdpack"),
        ]),
        rows: history.iter().map(of).collect(),
    }
}

fn snapshots(snapshots: &[Listed], drills: &Drills) -> Section {
    let of = |listed: &Listed| {
        let or_none = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
        let cells = [
            listed.file.clone(),
            or_none(listed.taken.map(time as fn(OffsetDateTime) -> String)),
            or_none(listed.revision.map(|revision| revision.to_string())),
            or_none(listed.keys.map(|keys| keys.to_string())),
            mib(listed.size),
            listed.state.clone(),
        ];
        Row { stands_out: listed.bad, ..row(cells) }
    };
    Section {
        heading: say!(en = "Snapshots that this host has taken by itself", zh = "本机定时保存的快照"),
        note: Some(drilled(drills)),
        head: head(super::snapshot::COLUMNS),
        rows: snapshots.iter().map(of).collect(),
    }
}

/// What the drills have shown.
fn drilled(Drills { good, failed }: &Drills) -> String {
    let counted = |good: &GoodDrill| Counted { revision: good.revision, keys: good.keys };
    let good = good.as_ref().map(|good| {
        let (when, found) =
            (time(good.when), drill::restorable(counted(good), &good.alarms, Duration::from_secs(good.seconds)));
        say!(en = "Drill of {when}: {found}.", zh = "{when} 的演练：{found}。")
    });
    let failed = failed.as_ref().map(|failed| {
        let (when, why) = (time(failed.when), &failed.why);
        say!(en = "The drill of {when} failed: {why}.", zh = "{when} 的演练失败：{why}。")
    });
    let all: Vec<String> = good.into_iter().chain(failed).collect();
    if all.is_empty() { say!(en = "No drill was held.", zh = "没有做过演练。") } else { all.join(" ") }
}
