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
use crate::signer::{self, Standing};
use crate::spoken::{self, Random};
use crate::text::{help, refusals};

/// What the bundle's signer is to the host with these `records`; a stranger is an error.
pub(super) fn standing(provenance: &Provenance, records: &Records, named: Option<&Claim>) -> Result<Standing, Failure> {
    Ok(signer::standing(provenance, records.known(), named)?)
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

/// Says who signed.
pub(super) fn say(provenance: &Provenance, standing: Standing, report: &Report) {
    let signer = provenance.signer.fingerprint();
    let to_us = match standing {
        Standing::Known => "whose bundles this host takes",
        Standing::Successor => "the successor of whose bundles this host takes, by that one's word",
        Standing::Named => "as you named it",
        Standing::Changed => "and not by whose bundles this host took before its uninstall",
        Standing::Unknown => "whom this host does not know yet",
    };
    report.note(&format!("signed by {signer}, {to_us}"));
}

/// Says who signed, before an install: of a signer whom this host does not know no word, for they are asked for.
pub(super) fn introduce(provenance: &Provenance, standing: Standing, report: &Report) {
    match standing {
        Standing::Unknown => report.note("signed by a key that this host does not know yet"),
        Standing::Changed => report.note("signed by another key than the one that this host knows"),
        Standing::Known | Standing::Successor | Standing::Named => say(provenance, standing, report),
    }
}

/// At the first install somebody must know the signer's words: by `--signer`, or here, where three of them are asked for.
pub(super) fn confirm(
    provenance: &Provenance,
    standing: Standing,
    unasked: bool,
    interrupt: &Interrupt,
    report: &Report,
) -> Result<(), Failure> {
    let changed = match standing {
        Standing::Known | Standing::Successor | Standing::Named => return Ok(()),
        Standing::Unknown => false,
        Standing::Changed => true,
    };
    if changed && (unasked || !report.can_ask()) {
        return Err(Failure::refused(refusals::signer_changed(), help::name_the_new_signer()));
    }
    let terminal = if unasked || !report.can_ask() { None } else { Terminal::open().ok() };
    let Some(mut terminal) = terminal else {
        return Err(Failure::refused(refusals::signer_unknown(), help::name_the_first_signer()));
    };
    report.data(if changed {
        "Before the uninstall this host took another signer's bundles. This one has a signer of its own."
    } else {
        "This is the first bundle on this host."
    });
    report.data(
        "`etcdpack build` showed twelve words, and wrote them to signing.words: the words of the key that signed the",
    );
    report.data("bundle. Have them read to you by whoever built it, or take them from paper;");
    report.data("they must have come another way than this file. From then on this host takes no others' bundles.");
    let mut random = Random::default();
    random::fill(&mut random)
        .map_err(|error| Failure::refused(refusals::no_random_numbers(error), Help::run("install")))?;
    let fingerprint = provenance.signer.fingerprint();
    for numbers in spoken::numbers(&random) {
        if said(&numbers, fingerprint, &mut terminal, interrupt)? {
            return Ok(());
        }
        report.warn("these are not the words of the key that signed this bundle", None);
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
        let asked = terminal.ask_aloud(&format!("Word {number} of the twelve: "), interrupt);
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
