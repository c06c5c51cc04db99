//! `pki rotate-signer`: another key to sign bundles with.
#![expect(clippy::print_stdout, reason = "edge: prints data")]

use crate::cli::PkiRotateSignerArgs;
use crate::command::Error;
use crate::pki::Signing;
use crate::report::Narrator;

/// Changes the signing key.
pub(super) fn rotate(args: &PkiRotateSignerArgs, narrator: &mut dyn Narrator) -> Result<(), Error> {
    let (from, to) = Signing::rotate(&args.dir, narrator)?;
    println!("old signer: {}\nnew signer: {}", from.fingerprint(), to.fingerprint());
    narrator.note("bundles built from now on are signed by the new one; hosts that know the old one take them");
    Ok(())
}
