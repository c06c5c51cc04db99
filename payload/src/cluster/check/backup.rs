//! `[backup]`: snapshots that each host takes by itself.

use std::num::{NonZeroU32, NonZeroU64};

use toml::Spanned;

use crate::backup::Backup;
use crate::cluster::fault::{Fault, Place, parse_default};
use crate::cluster::file::BackupSection;
use crate::cluster::findings::Findings;
use crate::cluster::setting::Manager;
use crate::cluster::{Host, Paths, Service};
use crate::language::Words;
use crate::path::AbsPath;
use crate::recipient::{NotARecipient, Recipient};
use crate::{say, words};

/// A week's worth, four a day.
const KEEP: NonZeroU32 = NonZeroU32::new(28).unwrap();

/// Under supervisor a program of this name takes them, beside the member's.
pub(super) fn program(findings: &mut Findings, service: &Service, hosts: &[Host]) {
    let program = Backup::program(&service.name);
    let taken = hosts.iter().find(|host| host.member.as_str() == program);
    if let Some(host) = taken.filter(|_| service.manager != Manager::Systemd) {
        let text = say!(
            en = "member `{program}` of host `{}` has the name of the program that takes snapshots under supervisor",
            zh = "主机 `{}` 的成员 `{program}` 与在 supervisor 下保存快照的程序同名",
            host.name
        );
        findings.faults.push(Fault::new(text).help(words!(
            en = "another `name` in `[service]`; or `manager = \"systemd\"` there",
            zh = "在 `[service]` 中换一个 `name`；或在那里设 `manager = \"systemd\"`"
        )));
    }
}

pub(super) fn backup(
    findings: &mut Findings,
    section: Option<BackupSection>,
    paths: &Paths,
    hosts: &[Host],
) -> Result<Option<Backup>, Vec<Fault>> {
    let Some(BackupSection { every, keep, keep_bytes, dir, recipients, drill }) = section else { return Ok(None) };
    if !Backup::EVERY.contains(&every.get_ref().seconds()) {
        let text = words!(en = "`every` is from ten minutes to 31 days", zh = "`every` 的取值为 10 分钟至 31 天");
        findings.fault_with_help(&every.span(), text, "every = \"6h\"");
    }
    let seconds = NonZeroU64::new(every.into_inner().seconds()).unwrap_or(NonZeroU64::MIN);
    let dir_at = dir.as_ref().map(Spanned::span);
    let dir = match dir {
        Some(dir) => dir.into_inner(),
        None => in_place(paths)?,
    };
    if let Some(other) = paths.bars_snapshots(&dir, hosts.iter().filter_map(|host| host.wal.as_ref())) {
        let text = say!(
            en = "snapshots cannot lie in `{dir}`: `{other}` is the system's or etcd's own",
            zh = "快照不能放在 `{dir}`：`{other}` 属于系统或 etcd 自身"
        );
        match dir_at {
            Some(at) => findings.fault_with_help(&at, text, "dir = \"/data/etcd-snapshots\""),
            None => findings.faults.push(Fault::new(text).help("dir = \"/data/etcd-snapshots\"")),
        }
    }
    let bytes = keep_bytes.map(|bytes| {
        let found = NonZeroU64::new(bytes.get_ref().bytes());
        if found.is_none() {
            findings.fault(
                &bytes.span(),
                say!(en = "`keep-bytes` leaves no room for a snapshot", zh = "`keep-bytes` 容不下任何快照"),
            );
        }
        found.unwrap_or(NonZeroU64::MIN)
    });
    let recipients = recipients.map(|list| sealed_for(findings, list)).unwrap_or_default();
    let keep = keep.unwrap_or(KEEP);
    let drill_seconds = drill.as_ref().and_then(|often| NonZeroU64::new(often.get_ref().seconds()));
    let backup = Backup { every_seconds: seconds, keep, keep_bytes: bytes, dir, drill_seconds, recipients };
    if let Some(often) = drill.filter(|often| often.get_ref().seconds() == 0 || !backup.drills_in_time()) {
        let text = words!(
            en = "`drill` is not more often than `every`, and once a year at least",
            zh = "`drill` 不能比 `every` 更频繁，并且至少一年一次"
        );
        findings.fault_with_help(&often.span(), text, "drill = \"weekly\"");
    }
    Ok(Some(backup))
}

/// Who snapshots are sealed for.
fn sealed_for(findings: &mut Findings, list: Spanned<Vec<Spanned<String>>>) -> Vec<Recipient> {
    let (at, list) = (list.span(), list.into_inner());
    if list.is_empty() {
        let text = words!(
            en = "an empty list seals for nobody: snapshots in the clear have no `recipients`",
            zh = "空列表不会为任何人加密：要明文快照，就不写 `recipients`"
        );
        findings.fault_with_help(&at, text, HALF);
    }
    if list.len() > Backup::MOST_RECIPIENTS {
        findings.fault(
            &at,
            say!(
                en = "snapshots are sealed for {} recipients at most",
                zh = "快照最多为 {} 个接收方加密",
                Backup::MOST_RECIPIENTS
            ),
        );
    }
    let mut found: Vec<Recipient> = Vec::new();
    for word in list {
        match word.get_ref().parse() {
            Ok(recipient) if found.contains(&recipient) => {
                findings.fault(
                    &word.span(),
                    words!(
                        en = "this recipient is there twice: each safe has a half of its own",
                        zh = "该接收方出现了两次：每个保险柜应各有一把私钥"
                    ),
                );
            }
            Ok(recipient) => found.push(recipient),
            // Not shown again: who reads along reads every snapshot.
            Err(why @ NotARecipient::Secret) => {
                let line = Place::of(findings.source, &word.span()).line;
                findings.faults.push(
                    Fault::new(say!(
                        en = "`recipients`, in line {line}: {why}",
                        zh = "`recipients`，第 {line} 行：{why}"
                    ))
                    .help(AWAY),
                );
            }
            Err(why) => findings.fault_with_help(
                &word.span(),
                say!(en = "`recipients`: {why}", zh = "`recipients`：{why}"),
                HALF,
            ),
        }
    }
    found
}

const HALF: Words = words!(
    en = "etcdpack pki backup-key, which prints the half that belongs here: recipients = [\"age1...\"]",
    zh = "etcdpack pki backup-key 会打印应写在这里的公钥：recipients = [\"age1...\"]"
);
const AWAY: Words = words!(
    en = "take it out of the file, and make another pair if others could read it: etcdpack pki backup-key",
    zh = "从文件中删掉它；如果别人可能读过，请另生成一对：etcdpack pki backup-key"
);

/// Beside etcd's data: a directory on the same disk, which is large.
fn in_place(paths: &Paths) -> Result<AbsPath, Vec<Fault>> {
    let beside = paths.data.parent().and_then(|dir| dir.join("snapshots").ok());
    beside.map_or_else(|| parse_default("/var/backups/etcd"), Ok)
}
