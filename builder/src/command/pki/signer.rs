//! `pki rotate-signer`: another key to sign bundles with.

use crate::cli::PkiRotateSignerArgs;
use crate::failure::Failure;
use crate::pki::Signing;
use crate::report::{Narrator, print};
use crate::text::command as text;

/// Changes the signing key.
pub(super) fn rotate(args: &PkiRotateSignerArgs, narrator: &mut dyn Narrator) -> Result<(), Failure> {
    let (from, to) = Signing::rotate(&args.pki.dir(), narrator)?;
    print(text::rotated(from.fingerprint(), to.fingerprint()));
    narrator.note(&text::SIGNED_BY_NEW);
    Ok(())
}
