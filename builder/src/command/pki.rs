//! `pki show`: every certificate with its dates.
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "edge: asks the clock, prints data")]

use time::OffsetDateTime;

use super::Error;
use crate::cli::PkiShowArgs;
use crate::narrator::Narrator;
use crate::pki::{self, What};

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
