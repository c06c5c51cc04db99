//! Whose bundle this is: looked up, and asked for where this host cannot know.

use payload::exit::ExitStatus;
use payload::fingerprint::{Claim, Fingerprint};
use payload::provenance::Provenance;
use payload::signer::SignerKey;

use crate::failure::Failure;
use crate::help::Help;
use crate::host::Tree;
use crate::host::interrupt::Interrupt;
use crate::host::probe::ProbeError;
use crate::host::random;
use crate::host::terminal::{Asked, Terminal};
use crate::records::{Records, StateDir};
use crate::report::Report;
use crate::signer::{self, SignerStatus};
use crate::spoken::{self, Random};
use crate::text::questions::{self, NewSigner};
use crate::text::{help, refusals};

/// What the bundle's signer is to the host with these `records`; a stranger is an error.
pub(super) fn status(
    provenance: &Provenance,
    records: &Records,
    named: Option<&Claim>,
) -> Result<SignerStatus, Failure> {
    Ok(signer::status(provenance, records.known(), named)?)
}

/// The signer whose bundles the host in `tree` takes, if there is one yet.
pub(super) fn known(tree: &Tree) -> Result<Option<SignerKey>, Failure> {
    Ok(lasting(tree)?.known().map(|known| known.signer.clone()))
}

/// What is written down in `tree` of whom it knows.
pub(super) fn lasting(tree: &Tree) -> Result<Records, Failure> {
    let state = StateDir::new().map_err(ProbeError::from)?;
    Ok(Records::read_lasting(tree, &state)?)
}

/// At the first install somebody must know the signer's words: by `--signer`, or here, where three of them are asked for.
pub(super) fn confirm(
    provenance: &Provenance,
    status: SignerStatus,
    unasked: bool,
    interrupt: &Interrupt,
    report: &Report,
) -> Result<(), Failure> {
    let new = match status {
        SignerStatus::Known | SignerStatus::Successor | SignerStatus::Named => return Ok(()),
        SignerStatus::Unknown => NewSigner::First,
        SignerStatus::Changed => NewSigner::Other,
    };
    if new == NewSigner::Other && (unasked || !report.can_ask()) {
        return Err(Failure::refused(refusals::signer_changed(), help::name_the_new_signer()));
    }
    let terminal = if unasked || !report.can_ask() { None } else { report.terminal().ok() };
    let Some(mut terminal) = terminal else {
        return Err(Failure::refused(refusals::signer_unknown(), help::name_the_first_signer()));
    };
    let not_asked = |error| Failure::refused(refusals::words_not_asked(error), help::name_the_signer());
    for line in questions::about_the_words(new) {
        terminal.show(&format!("{line}\n")).map_err(not_asked)?;
    }
    let mut random = Random::default();
    random::fill(&mut random)
        .map_err(|error| Failure::refused(refusals::no_random_numbers(error), Help::run("install")))?;
    let fingerprint = provenance.signer.fingerprint();
    for numbers in spoken::numbers(&random) {
        if said(&numbers, fingerprint, &mut terminal, interrupt)? {
            return Ok(());
        }
        report.warn(&questions::WRONG_WORDS, None);
        report.catch_up(&mut terminal).map_err(not_asked)?;
    }
    Err(Failure::new(ExitStatus::NotVerified, refusals::words_differ(), help::read_the_words_again()))
}

/// Whether somebody at the terminal knows the words with these numbers. All are asked for, whichever is wrong.
fn said(
    numbers: &[usize],
    fingerprint: Fingerprint,
    terminal: &mut Terminal,
    interrupt: &Interrupt,
) -> Result<bool, Failure> {
    let mut right = true;
    for number in numbers {
        let asked = terminal.ask_aloud(&questions::word(*number), interrupt);
        let asked =
            asked.map_err(|error| Failure::refused(refusals::words_not_asked(error), help::name_the_signer()))?;
        match asked {
            Asked::Line(line) => right &= fingerprint.has_word(*number, &String::from_utf8_lossy(&line)),
            Asked::Cancelled => {
                return Err(Failure::refused(refusals::signer_not_confirmed(), help::name_the_signer()));
            }
        }
    }
    Ok(right)
}
