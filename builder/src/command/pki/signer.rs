//! `pki rotate-signer`: another key to sign bundles with.

use crate::cli::PkiRotateSignerArgs;
use crate::failure::Failure;
use crate::pki::Signing;
use crate::report::{Narrator, delivered, print};
use crate::text::command as text;

/// Changes the signing key.
pub(super) fn rotate(args: &PkiRotateSignerArgs, narrator: &mut dyn Narrator) -> Result<(), Failure> {
    let (from, to) = Signing::rotate(&args.pki.dir(), narrator)?;
    let rotated = text::rotated(from.fingerprint(), to.fingerprint());
    print(&rotated);
    // The key has changed, whoever hears it: a refusal would say that it has not.
    if delivered().is_err() {
        narrator.note(&rotated);
    }
    narrator.note(&text::SIGNED_BY_NEW);
    Ok(())
}
