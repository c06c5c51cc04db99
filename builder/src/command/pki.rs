//! `pki`: every certificate with its dates; another signing key.
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "edge: asks the clock, prints data")]

use time::OffsetDateTime;

use super::Error;
use crate::cli::{PkiRotateSignerArgs, PkiShowArgs};
use crate::narrator::Narrator;
use crate::pki::{self, Signing, What};

/// Lists the certificates in a `pki/` directory.
pub(super) fn show(args: &PkiShowArgs, _: &mut dyn Narrator) -> Result<(), Error> {
    let lines = pki::show(&args.dir, OffsetDateTime::now_utc())?;
    if args.json {
        let text = serde_json::to_string_pretty(&lines).unwrap_or_default();
        println!("{text}");
        return Ok(());
    }
    for line in lines {
        let of = match line.what {
            What::Ca => "CA",
            What::Shared => "all hosts",
            What::Host => line.host.as_deref().unwrap_or_default(),
        };
        let until = line.not_after.date();
        println!("{:<24} until {until} ({} days left)  {}  sha256 {}", of, line.days_left, line.subject, line.sha256);
        if !line.sans.is_empty() {
            println!("{:<24} {}", "", line.sans.join(", "));
        }
    }
    Ok(())
}

/// Changes the signing key.
pub(super) fn rotate_signer(args: &PkiRotateSignerArgs, narrator: &mut dyn Narrator) -> Result<(), Error> {
    let (from, to) = Signing::rotate(&args.dir, narrator)?;
    println!("old signer: {}\nnew signer: {}", from.fingerprint(), to.fingerprint());
    narrator.note("bundles built from now on are signed by the new one; hosts that know the old one take them");
    Ok(())
}
