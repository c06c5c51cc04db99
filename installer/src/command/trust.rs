//! Whose bundle this is: looked up, and asked for where this host cannot know.

use payload::bundle::Bundle;
use payload::fingerprint::Claim;

use super::CommandError;
use crate::host::Tree;
use crate::host::probe::ProbeError;
use crate::receipt::{Kept, Receipt, State};
use crate::report::Report;
use crate::signer::{self, Standing};

/// What the bundle's signer is to the host in `tree`; a stranger is an error.
pub(super) fn standing<R: std::io::Read + std::io::Seek + Send>(
    bundle: &Bundle<R>,
    tree: &Tree,
    named: Option<&Claim>,
) -> Result<Standing, CommandError> {
    let state = State::new().map_err(ProbeError::from)?;
    let receipt = Receipt::read(tree, &state.receipt)?;
    let kept = Kept::read(tree, &state.kept)?;
    Ok(signer::standing(bundle.provenance(), signer::known(receipt.as_ref(), kept.as_ref()), named)?)
}

/// Says who signed.
pub(super) fn say<R: std::io::Read + std::io::Seek + Send>(bundle: &Bundle<R>, standing: Standing, report: &Report) {
    let signer = bundle.provenance().signer.fingerprint();
    let to_us = match standing {
        Standing::Known => "whose bundles this host takes",
        Standing::Successor => "the successor of whose bundles this host takes, by that one's word",
        Standing::Named => "as you named it",
        Standing::Changed => "and not by whose bundles this host took before its uninstall",
        Standing::Unknown => "whom this host does not know yet",
    };
    report.note(&format!("signed by {signer}, {to_us}"));
}

/// At the first install somebody must say that the signer is the right one: by `--signer`, or here.
pub(super) fn confirm<R: std::io::Read + std::io::Seek + Send>(
    bundle: &Bundle<R>,
    standing: Standing,
    unasked: bool,
    report: &Report,
) -> Result<(), CommandError> {
    let changed = match standing {
        Standing::Known | Standing::Successor | Standing::Named => return Ok(()),
        Standing::Unknown => false,
        Standing::Changed => true,
    };
    if changed && (unasked || !report.can_ask()) {
        return Err(CommandError::refused(
            "before the uninstall this host took another signer's bundles, who has not named this one its successor; \
             nobody was asked [signer-changed]",
            "./HOST.run install --signer WORDS   (the twelve words that `etcdpack build` showed, if the key is new)",
        ));
    }
    if unasked || !report.can_ask() {
        return Err(CommandError::refused(
            "this host does not know yet whose bundles it may take, and nobody was asked [signer-unknown]",
            "./HOST.run install --signer WORDS   (the twelve words that `etcdpack build` showed)",
        ));
    }
    report.data(if changed {
        "Before the uninstall this host took another signer's bundles. This one says that it is signed by"
    } else {
        "This is the first bundle on this host. It says that it is signed by"
    });
    report.data("");
    for line in bundle.provenance().signer.fingerprint().to_string().split('-').collect::<Vec<_>>().chunks(4) {
        report.data(&format!("    {}", line.join("  ")));
    }
    report.data("");
    report.data("`etcdpack build` showed twelve words, and wrote them to signing.words. Have them read to you by whoever built the");
    report.data(
        "bundle, or read them where they came another way than this file. From then on this host takes no others.",
    );
    if report.ask("Are they the same?") {
        return Ok(());
    }
    Err(CommandError::refused("the signer was not confirmed; nothing was changed", "./HOST.run verify"))
}
