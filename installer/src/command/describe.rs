//! Without a command: what this file is and how to go on. `verify`: whether it is what was built.

use payload::bundle::BundleError;
use payload::manifest::KeyFrom;

use super::carried::CarriedError;
use super::context::tree;
use super::{carried, trust};
use crate::cli::VerifyArgs;
use crate::failure::Failure;
use crate::host::process;
use crate::report::Report;
use crate::signer::{self, Standing};
use payload::exit::ExitStatus;

/// Says what this is; changes nothing.
pub(super) fn describe(report: &Report) -> Result<ExitStatus, Failure> {
    let unverified = match carried::open(None) {
        Ok(unverified) => unverified,
        Err(CarriedError::Own(BundleError::NoBundle)) => {
            report.data(&format!(
                "etcdpack-host {}: looks after the etcd member on this host",
                env!("CARGO_PKG_VERSION")
            ));
            report.data("  etcdpack-host status      how the member does");
            report.data("  etcdpack-host install HOST.run   verify a new bundle of this member and install it");
            report.data("  etcdpack-host uninstall   take it off this host; data stays unless --purge");
            return Ok(ExitStatus::Done);
        }
        Err(error) => return Err(error.into()),
    };
    let manifest = unverified.claims();
    let address = manifest.me().map(|me| me.address.to_string()).unwrap_or_default();
    report.data(&format!(
        "etcd {} for host {} ({address}), member {} of cluster {}",
        manifest.release.version, manifest.host, manifest.member, manifest.cluster
    ));
    report.data(&format!("made by etcdpack {}; nothing has been changed. How to go on, as root:", manifest.etcdpack));
    let file = format!("./{}.run", manifest.host);
    if manifest.key_from() == KeyFrom::Host && !manifest.has_certificate() {
        report.data(&format!("  {file} {:<10} first of all: make this host's key, print its request", "csr"));
    }
    for (command, says) in [
        ("verify", "check this file, byte by byte"),
        ("plan", "what an install would do here"),
        ("install", "do it"),
        ("status", "how the member does"),
        ("uninstall", "undo it; data stays unless --purge"),
    ] {
        report.data(&format!("  {file} {command:<10} {says}"));
    }
    Ok(ExitStatus::Done)
}

/// Reads every byte and compares; says who signed, and what that one is to this host.
pub(super) fn verify(args: &VerifyArgs, report: &Report) -> Result<ExitStatus, Failure> {
    let named = args.bundle.file.as_deref();
    let bundle = carried::open(named)?.check().map_err(|error| carried::of(named, error))?;
    // Only root may read what is known here; for others only the operator's word counts.
    let standing = if process::is_root() {
        trust::standing(bundle.provenance(), &trust::lasting(&tree(None)?)?, args.bundle.signer.as_ref())?
    } else {
        signer::standing(bundle.provenance(), None, args.bundle.signer.as_ref())?
    };
    let manifest = bundle.manifest();
    report.data(&format!(
        "ok: {} bytes, {} entries, sha256 {} before the last line; etcd {} for {}",
        bundle.size(),
        manifest.entries.len() + 1,
        bundle.digest(),
        manifest.release.version,
        manifest.host
    ));
    trust::say(bundle.provenance(), standing, report);
    if standing == Standing::Unknown {
        report.note(
            "this shows that the file is whole, not who made it: compare the words with those that the builder showed",
        );
    }
    Ok(ExitStatus::Done)
}
