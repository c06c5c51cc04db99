//! `[etcd]`: what etcd itself is told, but for the flags that users give.

use std::ops::Range;

use toml::Spanned;

use super::flags::user_flags;
use super::listeners::{Taken, listeners};
use super::tls::tls;
use super::together::together;
use crate::cluster::fault::{Fault, parse_default};
use crate::cluster::file::EtcdSection;
use crate::cluster::findings::Findings;
use crate::cluster::pki::Pki;
use crate::cluster::quantity::Bytes;
use crate::cluster::setting::{CompactionMode, Loopback, Setting};
use crate::cluster::{Etcd, Host, peers};
use crate::etcd::{self, EtcdVersion, FlagValue};
use crate::name::UserName;
use crate::{say, words};

/// What other sections say, as far as it matters to etcd's options.
pub(super) struct Around<'a> {
    pub(super) pki: &'a Pki,
    pub(super) hosts: &'a [Host],
    pub(super) loopback: Loopback,
    pub(super) version: EtcdVersion,
}

pub(super) fn etcd(findings: &mut Findings, section: EtcdSection, around: &Around<'_>) -> Result<Etcd, Vec<Fault>> {
    let Around { pki, hosts, loopback, version } = *around;
    timings(findings, &section);
    quota(findings, &section);
    let max_request_bytes = max_request(findings, &section);
    known(findings, "auto-compaction-mode", section.auto_compaction_mode.as_ref().map(Spanned::span), version);
    known(findings, "max-request-bytes", section.max_request_bytes.as_ref().map(Spanned::span), version);
    known(findings, "log-level", section.log_level.as_ref().map(Spanned::span), version);
    retention(findings, &section, version);
    let mut flags = user_flags(findings, section.flags, version);
    let peer_names = peers::names(findings, section.peers.as_ref(), &mut flags, (pki, hosts), version);
    listeners(findings, &flags, &Taken { hosts, loopback });
    tls(findings, &flags, pki, version);
    together(findings, &flags, version);
    let user = user(findings, section.user)?;
    Ok(Etcd {
        user,
        quota_backend_bytes: section.quota_backend_bytes.map(|size| size.get_ref().bytes()),
        heartbeat_interval: section.heartbeat_interval.map(|ms| ms.get_ref().count()),
        election_timeout: section.election_timeout.map(|ms| ms.get_ref().count()),
        snapshot_count: section.snapshot_count.map(Spanned::into_inner),
        max_request_bytes,
        auto_compaction_mode: section.auto_compaction_mode.map(Spanned::into_inner),
        auto_compaction_retention: section.auto_compaction_retention.map(|own| in_etcds_units(own.into_inner())),
        log_level: section.log_level.map(Spanned::into_inner),
        peer_names,
        flags: flags.into_iter().map(|(name, (value, _))| (name, value)).collect(),
    })
}

/// What a cluster's data never fit into: whoever says so little means another unit.
const SMALLEST_QUOTA: u64 = 1 << 20;
/// Below this it is likely that another unit was meant.
const SMALL_QUOTA: u64 = 64 << 20;
/// What etcd is tried with.
const LARGEST_QUOTA: u64 = 8 << 30;
/// Below this not even etcd's own requests get through.
const SMALLEST_REQUEST: u64 = 4096;

/// 0 is etcd's default.
fn quota(findings: &mut Findings, section: &EtcdSection) {
    let Some(quota) = &section.quota_backend_bytes else { return };
    let (span, bytes) = (quota.span(), quota.get_ref().bytes());
    let meant = words!(en = "8 GiB is 8589934592, or \"8GiB\"", zh = "8 GiB 写作 8589934592 或 \"8GiB\"");
    match bytes {
        0 => {}
        _ if i64::try_from(bytes).is_err() => {
            findings
                .fault(&span, say!(en = "etcd reads numbers up to {}", zh = "etcd 能读取的数字不超过 {}", i64::MAX));
        }
        1..SMALLEST_QUOTA => {
            let text = say!(
                en = "a quota of {} is full at once: every write would fail (NOSPACE)",
                zh = "配额 {} 会立即用满：所有写入都会失败（NOSPACE）",
                Bytes(bytes)
            );
            findings.fault_with_help(&span, text, meant);
        }
        SMALLEST_QUOTA..SMALL_QUOTA => {
            let text = say!(
                en = "a quota of {} is soon full, and then every write fails (NOSPACE)",
                zh = "配额 {} 很快就会用满，之后所有写入都会失败（NOSPACE）",
                Bytes(bytes)
            );
            findings.warnings.push(Fault::new(text).at(findings.source, &span).help(meant));
        }
        _ if bytes > LARGEST_QUOTA => {
            findings.warn(
                &span,
                words!(
                    en = "etcd is tried with at most 8 GiB (8589934592); 3.1 takes no more",
                    zh = "etcd 仅在不超过 8 GiB（8589934592）时经过测试；3.1 不接受更大的值"
                ),
            );
        }
        _ => {}
    }
}

fn max_request(findings: &mut Findings, section: &EtcdSection) -> Option<u32> {
    let size = section.max_request_bytes.as_ref()?;
    let (span, bytes) = (size.span(), size.get_ref().bytes());
    match u32::try_from(bytes) {
        Ok(small) if bytes < SMALLEST_REQUEST => {
            let text = say!(
                en = "requests of {} at most: hardly any write would get through",
                zh = "请求最大只有 {}：几乎没有写入能够通过",
                Bytes(bytes)
            );
            findings.fault_with_help(
                &span,
                text,
                words!(
                    en = "etcd's default is 1572864, or \"1536KiB\"",
                    zh = "etcd 的默认值为 1572864，即 \"1536KiB\""
                ),
            );
            Some(small)
        }
        Ok(bytes) => Some(bytes),
        Err(_) => {
            findings.fault(&span, say!(en = "a request has at most {} bytes", zh = "请求最大为 {} 字节", u32::MAX));
            None
        }
    }
}

/// What a host's own tools would refuse, or worse: a name of digits is a number to systemd, and `0day` is root's.
fn user(findings: &mut Findings, user: Option<Spanned<UserName>>) -> Result<UserName, Vec<Fault>> {
    let Some(user) = user else { return parse_default::<UserName>("etcd") };
    if user.get_ref().as_str().starts_with(|c: char| c.is_ascii_digit()) {
        let text = say!(
            en = "the user name `{}` starts with a digit: useradd refuses it, and old systemd runs the service as root",
            zh = "用户名 `{}` 以数字开头：useradd 会拒绝，旧版 systemd 则会以 root 运行服务",
            user.get_ref()
        );
        findings.fault_with_help(&user.span(), text, "user = \"etcd\"");
    }
    Ok(user.into_inner())
}

/// etcd exits unless the election timeout is at least five heartbeats and at most 50 s.
fn timings(findings: &mut Findings, section: &EtcdSection) {
    let heartbeat = section.heartbeat_interval.as_ref().map_or(100, |ms| ms.get_ref().count());
    let election = section.election_timeout.as_ref().map_or(1000, |ms| ms.get_ref().count());
    let Some(span) = section.election_timeout.as_ref().or(section.heartbeat_interval.as_ref()).map(Spanned::span)
    else {
        return;
    };
    if heartbeat == 0 || u64::from(election) < 5 * u64::from(heartbeat) || election > 50_000 {
        findings.fault(
            &span,
            say!(en = "etcd wants an election timeout of 5 heartbeats to 50000 ms; this is {election} ms at {heartbeat} ms a heartbeat", zh = "etcd 要求选举超时至少为 5 个心跳间隔、至多 50000 毫秒；这里是 {election} 毫秒，心跳间隔为 {heartbeat} 毫秒"),
        );
    }
}

/// Up to 3.2 the retention is whole hours; from 3.3 on also a duration, or a revision count.
fn retention(findings: &mut Findings, section: &EtcdSection, version: EtcdVersion) {
    let Some(retention) = &section.auto_compaction_retention else { return };
    let text = retention.get_ref().as_str();
    let by_revision =
        section.auto_compaction_mode.as_ref().is_some_and(|mode| *mode.get_ref() == CompactionMode::Revision);
    let old = version < EtcdVersion::new(3, 3, 0);
    // Without a unit it is hours, unless it counts revisions.
    let (number, too_long) = match text.bytes().all(|b| b.is_ascii_digit()) {
        true if by_revision => (true, !FlagValue::Integer.takes(text)),
        true => (true, !FlagValue::Duration.takes(&format!("{text}h"))),
        false => (false, FlagValue::Duration.read(text).is_none()),
    };
    let simple =
        text.strip_suffix(['h', 'm', 's']).is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    let duration = (simple || FlagValue::Duration.read(text).is_some()) && !by_revision;
    if old && !(number && (text == "0" || !text.starts_with('0'))) {
        findings.fault(
            &retention.span(),
            say!(
                en = "etcd {version} takes whole hours here; durations came with 3.3",
                zh = "etcd {version} 在此只接受整小时数；从 3.3 起才支持时长"
            ),
        );
    } else if !number && !duration {
        findings.fault(
            &retention.span(),
            words!(
                en = "a retention is a number, or a duration such as `12h` or `30m`",
                zh = "保留期限是一个数字，或 `12h`、`30m` 这样的时长"
            ),
        );
    } else if too_long {
        findings.fault(
            &retention.span(),
            words!(
                en = "etcd reads durations up to 292 years, and numbers of 63 bits",
                zh = "etcd 能读取的时长不超过 292 年，数字不超过 63 位"
            ),
        );
    }
}

/// A day is 24 hours to etcd; a number without a unit stays one.
fn in_etcds_units(retention: Setting) -> Setting {
    match FlagValue::Duration.read(retention.as_str()) {
        Some(read) => retention.read_as(read),
        None => retention,
    }
}

/// Refuses an option of ours whose flag this version does not have.
fn known(findings: &mut Findings, flag: &str, span: Option<Range<usize>>, version: EtcdVersion) {
    let Some(span) = span else { return };
    if let etcd::Verdict::NotInVersion { flag, .. } = etcd::accepts(flag, version) {
        findings.fault(
            &span,
            say!(
                en = "etcd {version} has no `--{}`; these have it: {}",
                zh = "etcd {version} 没有 `--{}`；支持的版本：{}",
                flag.name,
                flag.known_to()
            ),
        );
    }
}
