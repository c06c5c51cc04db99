//! `doctor`: all that an install looks at before it begins, on a host that has one, and how the member does. With the same
//! codes; changes nothing.

use payload::exit::ExitStatus;
use payload::path::NotAPath;
use serde::Serialize;

use super::context::{Looking, interruptible, unless_told_to_stop};
use super::deliver_json;
use super::health::{Health, at_boot, of_snapshots, unmanaged};
use crate::although::Although;
use crate::check;
use crate::cli::DoctorArgs;
use crate::drift;
use crate::failure::Failure;
use crate::finding::{Code, Finding, Severity};
use crate::health::MemberHealth;
use crate::help::Help;
use crate::host::Tree;
use crate::host::probe::{self, ProbeError, Subject};
use crate::operation::install;
use crate::plan::Plan;
use crate::plan::steps::{Choices, PlanInput};
use crate::records::{Receipt, Records};
use crate::report::{Report, Said};
use crate::restart::Restart;
use crate::signer::{Downgrade, SignerStatus};
use crate::supervision::Start;
use crate::text::refusals::Doing;
use crate::text::{outcomes, progress, refusals};

/// The form of the JSON: `docs/doctor.schema.json`.
const SCHEMA: u32 = 1;

/// What was found, for a program.
#[derive(Debug, Serialize)]
struct Examined {
    schema: u32,
    cluster: String,
    member: String,
    host: String,
    /// Whether etcd serves here, with a majority behind it and no alarm.
    healthy: bool,
    faults: usize,
    warnings: usize,
    findings: Vec<Said>,
}

/// Says what is wrong; exits 7 where something is, and 3 where nothing is installed.
pub(super) fn doctor(args: &DoctorArgs, report: &Report) -> Result<ExitStatus, Failure> {
    let looking = Looking::begin(Doing::Examining, None)?;
    let records = looking.records()?;
    let Some(receipt) = records.receipt.clone() else {
        return Err(Failure::refused(refusals::nothing_installed(""), Help::run("install")));
    };
    let Examination { healthy, findings, .. } = examine(looking, &receipt, records, report)?;
    let (faults, warnings) = counted(&findings);
    if args.json {
        let manifest = &receipt.manifest;
        let examined = Examined {
            schema: SCHEMA,
            cluster: manifest.cluster.to_string(),
            member: manifest.member.to_string(),
            host: manifest.host.to_string(),
            healthy,
            faults,
            warnings,
            findings: findings.iter().map(|finding| report.said(finding)).collect(),
        };
        deliver_json(&examined, report)?;
    } else {
        report.findings(&findings);
        report.data(&outcomes::examined(faults, warnings));
    }
    let counts = faults > 0 || (args.strict && warnings > 0);
    Ok(if counts { ExitStatus::NotHealthy } else { ExitStatus::Done })
}

/// What was found, and how the members do.
pub(super) struct Examination {
    pub(super) healthy: bool,
    pub(super) members: Vec<MemberHealth>,
    pub(super) findings: Vec<Finding>,
}

/// Looks at all that there is to look at.
pub(super) fn examine(
    looking: Looking,
    receipt: &Receipt,
    records: Records,
    report: &Report,
) -> Result<Examination, Failure> {
    // Only while there is a trial to take away.
    let interrupt = interruptible()?;
    let again = looking.again();
    let tree = looking.tree.heeding(&interrupt);
    let found = report.while_waiting(&progress::ASKING, || preflight(&tree, receipt, records));
    let mut findings = unless_told_to_stop(&interrupt, found, again)?;
    interrupt.let_go();
    findings.extend(check::shown(probe::shown(&tree, &receipt.manifest), &receipt.supervision));
    let Health { members, mut unwell, .. } = report.while_waiting(&progress::ASKING, || Health::of(&tree, receipt))?;
    let healthy = unwell.is_empty();
    // Where the others count on lost data, that says how they are made up for.
    if findings.iter().any(|found| found.code() == Code::RejoinNeeded) {
        unwell.retain(|found| found.code() != Code::DataGone);
    }
    findings.extend(at_boot(receipt));
    findings.extend(unmanaged(&tree, receipt));
    findings.extend(of_snapshots(&tree, receipt));
    unwell.retain(|found| !findings.contains(found));
    // Of what is installed, `status` says which file it is.
    let is_said = |code| unwell.iter().any(|found| found.code() == code);
    findings.retain(|found| match found.code() {
        Code::NoHostKey => !is_said(Code::BadCertificate),
        // Of other places.
        Code::WayClosed | Code::NoExec => true,
        code => !is_said(code),
    });
    findings.extend(unwell);
    Ok(Examination { healthy, members, findings })
}

/// How many faults, and how many warnings.
pub(super) fn counted(findings: &[Finding]) -> (usize, usize) {
    let of = |severity| findings.iter().filter(|finding| finding.severity() == severity).count();
    (of(Severity::Refuse), of(Severity::Warn))
}

/// What would speak against installing here, once more, what is installed.
fn preflight(tree: &Tree, receipt: &Receipt, records: Records) -> Result<Vec<Finding>, Failure> {
    let manifest = &receipt.manifest;
    let unfinished = check::unfinished(&records);
    let facts = probe::facts(tree, &Subject::installed(tree, manifest)?, records, manifest.service.manager)?;
    let of_program = || -> Result<_, NotAPath> {
        let path = manifest.layout.sbin.join(crate::HOST_COMMAND)?;
        Ok(drift::recorded(&path, &receipt.changes).last().copied())
    };
    // Of a receipt without the program, which none is, any sum will do: the program is missing then.
    let installer = of_program().map_err(ProbeError::from)?.unwrap_or(receipt.bundle);
    let input = PlanInput { manifest, bundle: receipt.bundle, installer, signer: SignerStatus::Known };
    let choices = Choices {
        manager: manifest.service.manager,
        start: Start::Later,
        restart: Restart::IfNeeded,
        // What stands here was taken, whatever its number.
        downgrade: Downgrade::Allow,
        although: Although::default(),
    };
    let plan = install::plan(input, &facts, choices).map_err(ProbeError::from)?;
    let Plan { mut findings, steps, .. } = plan;
    findings.extend(check::not_as_installed(&steps, &receipt.changes));
    findings.extend(unfinished);
    Ok(findings)
}
