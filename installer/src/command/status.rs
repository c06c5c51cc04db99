//! `status`: the installed member at a glance, the guide's steps 7, 15 and 16 in one.

use std::collections::BTreeSet;

use payload::manifest::Purpose;
use payload::render;
use payload::url::Url;
use serde::Serialize;
use time::format_description::well_known::Rfc3339;

use super::context::{Looking, unless_lost};
use super::deliver_json;
use super::health::{Health, at_boot, of_snapshots, unmanaged, validity, without_room};
use crate::check;
use crate::cli::StatusArgs;
use crate::drift;
use crate::facts::cluster::answers::Alarm;
use crate::facts::credentials::Validity;
use crate::failure::Failure;
use crate::finding::{Code, Finding, Severity};
use crate::health::MemberHealth;
use crate::help::Help;
use crate::host::interrupt::Interrupt;
use crate::host::probe::{self, ProbeError};
use crate::host::{Seen, Tree, clock};
use crate::records::{Receipt, Records};
use crate::report::{Report, Said};
use crate::restart::{self, Part};
use crate::service;
use crate::supervision::{Supervision, Supervisor};
use crate::text::refusals::Doing;
use crate::text::status::{self as words, about};
use crate::text::{names, progress, refusals};
use payload::exit::ExitStatus;
use payload::language::Words;

/// Everything that `status` knows.
#[derive(Debug, Serialize)]
struct Status {
    cluster: String,
    member: String,
    host: String,
    etcd: String,
    bundle: Option<Bundle>,
    supervision: String,
    service: String,
    running: bool,
    client_url: String,
    peer_url: String,
    certificate: Option<Certificate>,
    key_mode: Option<String>,
    members: Vec<MemberHealth>,
    alarms: Vec<Alarm>,
    healthy: bool,
    /// What takes effect when etcd is restarted.
    restart_pending: BTreeSet<Part>,
    findings: Vec<Said>,
    #[serde(skip)]
    found: Vec<Finding>,
    /// The codes of why not: the member's, and of the snapshots that it lacks.
    #[serde(skip)]
    unwell: Vec<Code>,
    /// A read came back through a majority.
    #[serde(skip)]
    reads: bool,
}

/// What is installed, and what may come after it.
#[derive(Debug, Serialize)]
struct Bundle {
    signer: String,
    serial: u64,
    /// The highest number that was installed here.
    newest: u64,
}

#[derive(Debug, Serialize)]
struct Certificate {
    not_before: String,
    not_after: String,
    days_left: i64,
    #[serde(skip)]
    validity: Validity,
}

/// Shows the member; exits 7 when it is not healthy and 3 when there is none.
pub(super) fn status(args: &StatusArgs, report: &Report) -> Result<ExitStatus, Failure> {
    let Looking { doing, tree, state } = Looking::begin(Doing::ReadingTheStatus, None)?;
    let records = unless_lost(doing, &tree, Records::read_lasting(&tree, &state)?)?;
    let Some(receipt) = &records.receipt else {
        let left = records.kept.as_ref().map(words::still_here).unwrap_or_default();
        return Err(Failure::refused(refusals::nothing_installed(&left), Help::run("install")));
    };
    let mut status = report.while_waiting(&progress::ASKING, || gather(&tree, receipt))?;
    if args.json {
        status.findings = status.found.iter().map(|finding| report.said(finding)).collect();
        deliver_json(&status, report)?;
    } else {
        show(&status, receipt, report);
    }
    Ok(if status.unwell.is_empty() { ExitStatus::Done } else { ExitStatus::NotHealthy })
}

fn gather(tree: &Tree, receipt: &Receipt) -> Result<Status, ProbeError> {
    let manifest = &receipt.manifest;
    let certs = manifest.layout.link.join("certs")?;
    let text = |url: Option<Url>| url.map(String::from).unwrap_or_default();
    // Nothing is held meanwhile: a signal ends us by itself.
    let never = Interrupt::default();
    let Health { members, alarms, reads, unwell } = Health::of(tree, receipt)?;
    let key_mode = match tree.look(&certs.join(render::KEY)?)? {
        Seen::File { mode, .. } => Some(format!("{mode:04o}")),
        _ => None,
    };
    let restart_pending = restart_pending(tree, receipt)?;
    let certificate = validity(tree, manifest).and_then(certificate);
    let mut found = findings(tree, receipt, &restart_pending)?;
    let ends = certificate.as_ref().and_then(|there| check::validity(&manifest.member, there.validity, clock::now()));
    // One that has ended is among the others.
    found.extend(ends.filter(|found| found.severity() == Severity::Warn).into_iter().chain(unwell.iter().cloned()));
    found.extend(at_boot(receipt));
    found.extend(unmanaged(tree, receipt));
    let of_snapshots = of_snapshots(tree, receipt);
    // Of one that has ended of that, it is said already.
    let is_down = unwell.iter().any(|found| found.code() == Code::EtcdDown);
    let without_room = if is_down { Vec::new() } else { without_room(tree, manifest)? };
    let lacking = of_snapshots.iter().chain(&without_room).filter(|found| found.severity() == Severity::Refuse);
    let codes = unwell.iter().chain(lacking).map(Finding::code).collect();
    found.extend(of_snapshots.into_iter().chain(without_room));
    let service = service::control::state_word(&receipt.supervision, &never);
    Ok(Status {
        findings: Vec::new(),
        healthy: unwell.is_empty(),
        unwell: codes,
        found,
        reads,
        restart_pending,
        cluster: manifest.cluster.to_string(),
        member: manifest.member.to_string(),
        host: manifest.host.to_string(),
        etcd: manifest.release.version.to_string(),
        bundle: bundle(receipt),
        supervision: receipt.supervision.to_string(),
        service: words::state(&service, reads),
        running: service.runs(),
        client_url: text(manifest.me().and_then(|me| manifest.client_url(me))),
        peer_url: text(manifest.me().and_then(|me| manifest.peer_url(me))),
        certificate,
        key_mode,
        members,
        alarms,
    })
}

/// What an install left for a restart that has not come yet. Of a section its file says so: it is still the old one.
fn restart_pending(tree: &Tree, receipt: &Receipt) -> Result<BTreeSet<Part>, ProbeError> {
    let running = probe::instances(tree, &receipt.manifest)?;
    let mut parts = receipt.waiting.as_ref().map(|waiting| waiting.parts_while(&running)).unwrap_or_default();
    if let Supervision::Supervisor(Supervisor { section, .. }) = &receipt.supervision
        && !running.is_empty()
        && matches!(tree.look(section)?, Seen::File { .. })
    {
        let wanted = receipt.manifest.entries.iter().find(|entry| entry.purpose == Purpose::Program);
        let here = tree.measure(section)?.map(|content| content.digest);
        // An administrator's own section waits for nothing.
        let is_old = here.is_some_and(|here| drift::recorded(section, &receipt.changes).contains(&here));
        parts.extend(wanted.filter(|entry| Some(entry.sha256) != here && is_old).map(|_| Part::Section));
    }
    Ok(parts)
}

/// What of an install's checks holds for a member that runs.
fn findings(tree: &Tree, receipt: &Receipt, waits: &BTreeSet<Part>) -> Result<Vec<Finding>, ProbeError> {
    let mut findings: Vec<Finding> = check::pending(waits, &receipt.supervision).into_iter().collect();
    findings.extend(check::shown(probe::shown(tree, &receipt.manifest), &receipt.supervision));
    findings.extend(check::confinement(probe::setpriv(tree)?, &receipt.supervision));
    if matches!(receipt.supervision, Supervision::Supervisor(_)) {
        let path = &receipt.manifest.layout.logs;
        let logs = tree.logs(path)?;
        findings.extend(check::unsafe_logs(path, &logs, logs.keeper));
    }
    Ok(findings)
}

/// `None` for what was installed before bundles were signed.
fn bundle(receipt: &Receipt) -> Option<Bundle> {
    let provenance = receipt.manifest.provenance.as_ref()?;
    let serial = provenance.serial.get();
    let newest = receipt.newest.map_or(serial, |newest| newest.serial.get());
    Some(Bundle { signer: provenance.signer.fingerprint().to_string(), serial, newest })
}

fn certificate(validity: Validity) -> Option<Certificate> {
    Some(Certificate {
        not_before: validity.from.format(&Rfc3339).ok()?,
        not_after: validity.until.format(&Rfc3339).ok()?,
        days_left: (validity.until - clock::now()).whole_days(),
        validity,
    })
}

fn show(status: &Status, receipt: &Receipt, report: &Report) {
    let line = |what: Words, text: &str| report.data(&words::line(what, text));
    line(about::MEMBER, &words::member(&status.member, &status.cluster, &status.host));
    line(about::ETCD, &status.etcd);
    if let Some(Bundle { signer, serial, newest }) = &status.bundle {
        line(about::BUNDLE, &words::bundle(*serial, *newest, signer));
    }
    line(about::SERVICE, &words::service(&status.service, &status.supervision));
    if !status.restart_pending.is_empty() {
        let command = report.typed(&restart::command(&receipt.supervision, &status.restart_pending));
        line(about::RESTART, &words::restart(&names::parts(&status.restart_pending), &command));
    }
    line(about::CLIENTS, &status.client_url);
    line(about::PEERS, &status.peer_url);
    let certificate = status.certificate.as_ref().map(|there| words::certificate(&there.not_after, there.days_left));
    line(about::CERTIFICATE, certificate.as_deref().unwrap_or(&words::UNREADABLE));
    line(about::KEY, status.key_mode.as_deref().unwrap_or(&words::NO_KEY));
    for member in &status.members {
        line(about::NOTHING, &words::health_of(member));
    }
    line(about::CLUSTER, &words::can_lose(&status.members, status.reads));
    line(about::HEALTH, &words::health(&status.unwell));
    let is_said = |finding: &Finding| finding.code() == Code::RestartPending;
    let until = status.certificate.as_ref().map(|there| there.validity.until - check::SOON);
    line(about::NEXT, &words::next(&status.found, until));
    report.findings(&status.found.iter().filter(|finding| !is_said(finding)).cloned().collect::<Vec<_>>());
}
