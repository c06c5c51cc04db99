//! `report`: what an auditor asks for, on one page. Changes nothing.

use std::path::Path;

use payload::exit::ExitStatus;
use payload::render;

use super::context::Looking;
use super::doctor::{Examination, examine};
use super::health::{held_by_itself, taken_by_itself};
use super::{deliver, json};
use crate::cli::{ReportArgs, ReportFormat};
use crate::evidence::{self, Certificate, Evidence, Installed};
use crate::facts::credentials::{LARGEST_CERTIFICATES, x509};
use crate::failure::Failure;
use crate::help::Help;
use crate::host::output::{Output, OutputError};
use crate::host::probe::ProbeError;
use crate::host::{Tree, clock, inventory};
use crate::page;
use crate::records::{Receipt, Records};
use crate::report::Report;
use crate::text::refusals::Doing;
use crate::text::{evidence as words, progress, refusals, snapshot};

pub(super) fn report(args: &ReportArgs, report: &Report) -> Result<ExitStatus, Failure> {
    let looking = Looking::begin(Doing::Reporting, None)?;
    let records = looking.records()?;
    let Some(receipt) = records.receipt.clone() else {
        return Err(Failure::refused(refusals::nothing_installed(""), Help::run("install")));
    };
    // Before anybody waits for what cannot be written.
    let output = args.output.as_deref().map(|path| begin(path).map(|file| (path, file))).transpose()?;
    let evidence = gather(looking, &receipt, records, report)?;
    let text = match args.format() {
        ReportFormat::Text => page::plain(&words::page(&evidence)),
        ReportFormat::Html => page::html(&words::page(&evidence)),
        ReportFormat::Json => json(&evidence)?,
    };
    let text = text.trim_end();
    match output {
        Some((path, file)) => {
            put(file, text).map_err(|error| unwritten(path, error))?;
            report.note(&words::written(path, &evidence));
        }
        None => deliver(text, report)?,
    }
    Ok(ExitStatus::Done)
}

fn gather(looking: Looking, receipt: &Receipt, records: Records, report: &Report) -> Result<Evidence, Failure> {
    let (manifest, now) = (&receipt.manifest, clock::now().truncate_to_second());
    let history = evidence::history(&records);
    let found = report.while_waiting(&progress::ASKING, || inventory::standing(&looking.tree, &receipt.changes))?;
    let certificates = certificates(&looking.tree, receipt)?;
    let listed = taken_by_itself(&looking.tree, receipt).into_iter().map(|found| {
        let standing = found.standing();
        found.listed(&standing, snapshot::standing(&standing))
    });
    let listed = listed.collect();
    let drills = held_by_itself(&looking.tree, receipt);
    let Examination { healthy, members, findings } = examine(looking, receipt, records, report)?;
    Ok(Evidence {
        schema: evidence::SCHEMA,
        made: now,
        etcdpack: env!("CARGO_PKG_VERSION").to_owned(),
        host: manifest.host.to_string(),
        cluster: manifest.cluster.to_string(),
        member: manifest.member.to_string(),
        installed: Installed::of(receipt, receipt.supervision.to_string()),
        healthy,
        members,
        findings: findings.iter().map(|finding| report.said(finding)).collect(),
        certificates,
        things: evidence::things(&receipt.changes, &found),
        history,
        snapshots: listed,
        drills,
    })
}

/// What the member shows, and whom it trusts; none of what cannot be read, of which the findings speak.
fn certificates(tree: &Tree, receipt: &Receipt) -> Result<Vec<Certificate>, Failure> {
    let dir = receipt.manifest.layout.link.join("certs").map_err(ProbeError::from)?;
    let mut all = Vec::new();
    for name in [render::CERTIFICATE, render::CA] {
        let path = dir.join(name).map_err(ProbeError::from)?;
        let pem = tree.read(&path, LARGEST_CERTIFICATES).unwrap_or_default();
        all.extend(x509::shown(&pem).into_iter().map(|shown| Certificate::of(&path, shown, clock::now())));
    }
    Ok(all)
}

fn begin(path: &Path) -> Result<Output, Failure> {
    Output::open(path).map_err(|error| unwritten(path, error))
}

fn put(mut file: Output, text: &str) -> Result<(), OutputError> {
    file.add(text.as_bytes())?;
    file.add(b"\n")?;
    // It says where a host is weak.
    file.keep_secret()
}

fn unwritten(path: &Path, error: OutputError) -> Failure {
    Failure::refused(words::not_written(path, error), Help::host_with("report", "-o /OTHER/DIRECTORY/FILE"))
}
