//! `[etcd]`: what etcd itself is told, but for the flags that users give.

use std::num::NonZeroU16;
use std::ops::Range;

use toml::Spanned;

use super::flags::{in_the_clear, user_flags};
use crate::cluster::fault::{Fault, parse_default};
use crate::cluster::file::EtcdSection;
use crate::cluster::findings::Findings;
use crate::cluster::pki::Pki;
use crate::cluster::setting::CompactionMode;
use crate::cluster::{Etcd, peers};
use crate::etcd::{self, EtcdVersion, FlagValue};
use crate::name::UserName;

/// etcd's default ports, registered with IANA.
const CLIENT_PORT: NonZeroU16 = NonZeroU16::new(2379).unwrap();
const PEER_PORT: NonZeroU16 = NonZeroU16::new(2380).unwrap();

pub(super) fn etcd(
    findings: &mut Findings,
    section: EtcdSection,
    pki: &Pki,
    version: EtcdVersion,
) -> Result<Etcd, Vec<Fault>> {
    timings(findings, &section);
    match &section.quota_backend_bytes {
        Some(quota) if i64::try_from(*quota.get_ref()).is_err() => {
            findings.fault(&quota.span(), format!("etcd reads numbers up to {}", i64::MAX));
        }
        Some(quota) if *quota.get_ref() > 8 << 30 => {
            findings.warn(&quota.span(), "etcd is tried with at most 8 GiB (8589934592); 3.1 takes no more");
        }
        _ => {}
    }
    known(findings, "auto-compaction-mode", section.auto_compaction_mode.as_ref().map(Spanned::span), version);
    known(findings, "max-request-bytes", section.max_request_bytes.as_ref().map(Spanned::span), version);
    known(findings, "log-level", section.log_level.as_ref().map(Spanned::span), version);
    retention(findings, &section, version);
    let (client_port, peer_port) = ports(findings, &section);
    let mut flags = user_flags(findings, section.flags, version);
    let peer_names = peers::names(findings, section.peers.as_ref(), &mut flags, pki, version);
    in_the_clear(findings, &flags);
    let user = match section.user {
        Some(user) => user,
        None => parse_default::<UserName>("etcd")?,
    };
    Ok(Etcd {
        user,
        client_port,
        peer_port,
        quota_backend_bytes: section.quota_backend_bytes.map(Spanned::into_inner),
        heartbeat_interval: section.heartbeat_interval.map(Spanned::into_inner),
        election_timeout: section.election_timeout.map(Spanned::into_inner),
        snapshot_count: section.snapshot_count.map(Spanned::into_inner),
        max_request_bytes: section.max_request_bytes.map(Spanned::into_inner),
        auto_compaction_mode: section.auto_compaction_mode.map(Spanned::into_inner),
        auto_compaction_retention: section.auto_compaction_retention.map(Spanned::into_inner),
        log_level: section.log_level.map(Spanned::into_inner),
        peer_names,
        flags: flags.into_iter().map(|(name, (value, _))| (name, value)).collect(),
    })
}

fn ports(findings: &mut Findings, section: &EtcdSection) -> (NonZeroU16, NonZeroU16) {
    let client = section.client_port.as_ref().map_or(CLIENT_PORT, |port| *port.get_ref());
    let peer = section.peer_port.as_ref().map_or(PEER_PORT, |port| *port.get_ref());
    if let Some(port) = section.peer_port.as_ref().or(section.client_port.as_ref()).filter(|_| client == peer) {
        findings.fault(&port.span(), format!("clients and peers cannot share port {client}"));
    }
    (client, peer)
}

/// etcd exits unless the election timeout is at least five heartbeats and at most 50 s.
fn timings(findings: &mut Findings, section: &EtcdSection) {
    let heartbeat = section.heartbeat_interval.as_ref().map_or(100, |ms| *ms.get_ref());
    let election = section.election_timeout.as_ref().map_or(1000, |ms| *ms.get_ref());
    let Some(span) = section.election_timeout.as_ref().or(section.heartbeat_interval.as_ref()).map(Spanned::span)
    else {
        return;
    };
    if heartbeat == 0 || u64::from(election) < 5 * u64::from(heartbeat) || election > 50_000 {
        findings.fault(
            &span,
            format!("etcd wants an election timeout of 5 heartbeats to 50000 ms; this is {election} ms at {heartbeat} ms a heartbeat"),
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
        false => (false, !FlagValue::Duration.takes(text)),
    };
    let simple = text.strip_suffix(['h', 'm', 's']).is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()));
    let duration = simple && text.len() > 1 && !by_revision;
    if old && !(number && (text == "0" || !text.starts_with('0'))) {
        findings.fault(&retention.span(), format!("etcd {version} takes whole hours here; durations came with 3.3"));
    } else if !number && !duration {
        findings.fault(&retention.span(), "a retention is a number, or a duration such as `12h` or `30m`");
    } else if too_long {
        findings.fault(&retention.span(), "etcd reads durations up to 292 years, and numbers of 63 bits");
    }
}

/// Refuses an option of ours whose flag this version does not have.
fn known(findings: &mut Findings, flag: &str, span: Option<Range<usize>>, version: EtcdVersion) {
    let Some(span) = span else { return };
    if let etcd::Verdict::NotInVersion { flag, .. } = etcd::accepts(flag, version) {
        findings.fault(&span, format!("etcd {version} has no `--{}`; these have it: {}", flag.name, flag.known_to()));
    }
}
