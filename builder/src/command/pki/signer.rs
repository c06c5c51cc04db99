//! `pki rotate-signer`: another key to sign bundles with.
#![expect(clippy::print_stdout, reason = "edge: prints data")]

use crate::cli::PkiRotateSignerArgs;
use crate::failure::Failure;
use crate::pki::Signing;
use crate::report::Narrator;
use crate::text::command as text;

/// Changes the signing key.
pub(super) fn rotate(args: &PkiRotateSignerArgs, narrator: &mut dyn Narrator) -> Result<(), Failure> {
    let (from, to) = Signing::rotate(&args.pki.dir(), narrator)?;
    println!("{}", text::rotated(from.fingerprint(), to.fingerprint()));
    narrator.note(&text::SIGNED_BY_NEW);
    Ok(())
}
