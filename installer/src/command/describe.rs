//! Without a command: what this file is and how to go on. `verify`: whether it is what was built.

use super::carried::CarriedError;
use super::context::tree;
use super::{carried, trust};
use crate::cli::VerifyArgs;
use crate::failure::Failure;
use crate::host::own_program;
use crate::report::Report;
use crate::signer::{self, SignerStatus};
use crate::text::about;
use payload::exit::ExitStatus;

/// Says what this is; changes nothing.
pub(super) fn describe(report: &Report) -> Result<ExitStatus, Failure> {
    let unverified = match carried::open(None) {
        Ok(unverified) => unverified,
        Err(CarriedError::NoneHere) => {
            report.data(&about::program(env!("CARGO_PKG_VERSION")));
            return Ok(ExitStatus::Done);
        }
        Err(error) => return Err(error.into()),
    };
    for line in about::bundle(unverified.claims()) {
        report.data(&line);
    }
    Ok(ExitStatus::Done)
}

/// Reads every byte and compares; says who signed, and what that one is to this host.
pub(super) fn verify(args: &VerifyArgs, report: &Report) -> Result<ExitStatus, Failure> {
    let named = args.bundle.file.as_deref();
    let bundle = carried::open(named)?.check().map_err(|error| carried::of(named, error))?;
    // Only root may read what is known here; for others only the operator's word counts.
    let status = if own_program::is_root() {
        trust::status(bundle.provenance(), &trust::lasting(&tree(None)?)?, args.bundle.signer.as_ref())?
    } else {
        signer::status(bundle.provenance(), None, args.bundle.signer.as_ref())?
    };
    report.data(&about::whole(bundle.manifest(), bundle.size(), bundle.sum()));
    report.note(&about::signer(bundle.provenance(), status));
    if status == SignerStatus::Unknown {
        report.note(&about::WHOLE_IS_NOT_WHOSE);
    }
    Ok(ExitStatus::Done)
}
