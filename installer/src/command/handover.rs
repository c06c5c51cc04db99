//! A bundle for a newer etcdpack: going on with the program in it, where the signer that this host knows has signed it.
//!
//! Must not look at anything of the bundle before that signature is found to be good, and must not start what nobody asked
//! for, nor what the record in an image vouches for: whoever made the image wrote that record.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::Path;

use payload::bundle::{BundleError, Copied, Vouched};
use payload::exit::ExitStatus;
use payload::fingerprint::Claim;
use payload::manifest::ManifestError;

use super::carried::CarriedError;
use super::context::tree;
use super::{program, trust};
use crate::failure::Failure;
use crate::help::Help;
use crate::host::Tree;
use crate::host::interrupt::Interrupt;
use crate::host::own_program::{self, Startable};
use crate::report::Report;
use crate::signer::SignerError;
use crate::text::{progress, questions, refusals};

/// Whether to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HandOver {
    /// Somebody at the terminal is asked.
    Ask,
    /// Nobody may be asked, and it was not said.
    Refuse,
    /// It was said: `--hand-over`.
    GoOn,
}

impl HandOver {
    /// By the flags `--hand-over` and `--yes`.
    pub(super) fn of(said: bool, unasked: bool) -> Self {
        match (said, unasked) {
            (true, _) => Self::GoOn,
            (false, true) => Self::Refuse,
            (false, false) => Self::Ask,
        }
    }
}

/// The copy as it came, where this program can read it, nobody whom this host knows has signed it, or `tree` is not the
/// running system. Else this program ends here, and the one in the copy goes on with `words`.
pub(super) fn unless_newer(
    copied: Copied<File>,
    named: Option<&Path>,
    claim: Option<&Claim>,
    tree: &Tree,
    hand_over: HandOver,
    words: &[OsString],
    report: &Report,
) -> Result<Copied<File>, Failure> {
    let Some(path) = named.filter(|_| tree.is_live()) else { return Ok(copied) };
    let Some(known) = trust::known(tree)? else { return Ok(copied) };
    let mut vouched = match copied.vouched_for(&known) {
        Ok(vouched) => vouched,
        Err(copied) => return Ok(copied),
    };
    let Some(newer) = vouched.newer() else { return Ok(vouched.into_copied()) };
    // Whoever names another signer does not want a program by the one that is known: its key may be stolen.
    if claim.is_some_and(|claim| !known.is_meant_by(claim)) {
        return Err(SignerError::NotNamed { signer: known.fingerprint() }.into());
    }
    allowed(&newer, hand_over, words, report)?;
    report.note(&progress::going_on_with(path));
    let error = go_on(vouched, path, words);
    Err(Failure::refused(refusals::not_started(path, error), program::first_update(path, None)))
}

fn allowed(newer: &ManifestError, hand_over: HandOver, words: &[OsString], report: &Report) -> Result<(), Failure> {
    let newer = questions::newer(newer);
    match hand_over {
        HandOver::GoOn => Ok(()),
        HandOver::Ask if report.can_ask() => {
            report.note(&newer);
            if report.ask(&questions::HAND_OVER, &Interrupt::default()) {
                return Ok(());
            }
            Err(Failure::refused(refusals::not_confirmed(), Help::run("verify")))
        }
        HandOver::Ask | HandOver::Refuse => {
            let is_plan = words.first().is_some_and(|word| word == "plan");
            let command = if is_plan { "plan" } else { "install" };
            Err(Failure::refused(refusals::hand_over_unasked(&newer), Help::run_with(command, "--hand-over")))
        }
    }
}

/// Comes back only with what went wrong.
fn go_on(vouched: Vouched<File>, path: &Path, words: &[OsString]) -> io::Error {
    let start = || -> io::Result<io::Error> {
        let program = Startable::of(vouched.into_program())?;
        let error = program.go_on(path.as_os_str(), words);
        if error.kind() != io::ErrorKind::PermissionDenied {
            return Ok(error);
        }
        // Where the state directory is, nothing may be started. It may where this program lies.
        let Some(place) = beside_this_program() else { return Ok(error) };
        Ok(program.in_place(place)?.go_on(path.as_os_str(), words))
    };
    start().unwrap_or_else(|error| error)
}

fn beside_this_program() -> Option<File> {
    let dir = own_program::path().ok()?.parent()?.to_str()?.parse().ok()?;
    tree(None).ok()?.private_file(&dir).ok()
}

/// A bundle for a newer etcdpack that was not handed over to is named as such, with the way to install it: into the tree at
/// `root`, where one was named.
pub(super) fn said(error: CarriedError, tree: &Tree, root: Option<&Path>) -> Failure {
    let (path, newer) = match error {
        CarriedError::Named { path, error: BundleError::Manifest(newer) } if newer.is_of_a_newer() => (path, newer),
        other => return other.into(),
    };
    if !tree.is_live() {
        return Failure::refused(refusals::newer_in_an_image(&path, newer), program::first_update(&path, root));
    }
    let help = program::first_update(&path, None);
    match trust::known(tree) {
        Ok(Some(known)) => {
            let text = refusals::newer_by_another(&path, known.fingerprint(), newer);
            Failure::new(ExitStatus::NotVerified, text, help)
        }
        Ok(None) => Failure::refused(refusals::newer_by_nobody_known(&path, newer), help),
        Err(failure) => failure,
    }
}
