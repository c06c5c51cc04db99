//! What a file is, whose it is, and what can be done with it.

use std::fmt::Display;

use payload::manifest::{KeyFrom, Manifest};
use payload::provenance::Provenance;

use crate::signer::SignerStatus;

/// This program where it carries no bundle.
pub(crate) fn program(version: &str) -> String {
    format!(
        "etcdpack-host {version}: looks after the etcd member on this host
  etcdpack-host status      how the member does
  etcdpack-host install HOST.run   verify a new bundle of this member and install it
  etcdpack-host uninstall   take it off this host; data stays unless --purge"
    )
}

/// A bundle, from what it says of itself.
pub(crate) fn bundle(manifest: &Manifest) -> Vec<String> {
    let address = manifest.me().map(|me| me.address.to_string()).unwrap_or_default();
    let file = format!("./{}.run", manifest.host);
    let mut lines = vec![
        format!(
            "etcd {} for host {} ({address}), member {} of cluster {}",
            manifest.release.version, manifest.host, manifest.member, manifest.cluster
        ),
        format!("made by etcdpack {}; nothing has been changed. How to go on, as root:", manifest.etcdpack),
    ];
    if manifest.key_from() == KeyFrom::Host && !manifest.has_certificate() {
        lines.push(format!("  {file} {:<10} first of all: make this host's key, print its request", "csr"));
    }
    let commands = [
        ("verify", "check this file, byte by byte"),
        ("plan", "what an install would do here"),
        ("install", "do it"),
        ("status", "how the member does"),
        ("uninstall", "undo it; data stays unless --purge"),
    ];
    lines.extend(commands.map(|(command, says)| format!("  {file} {command:<10} {says}")));
    lines
}

/// What is to be installed.
pub(crate) fn headline(manifest: &Manifest) -> String {
    format!(
        "etcd {} for host {}, member {} of cluster {}",
        manifest.release.version, manifest.host, manifest.member, manifest.cluster
    )
}

/// A bundle of this size that is whole; its file has this sum.
pub(crate) fn whole(manifest: &Manifest, size: u64, sum: impl Display) -> String {
    format!(
        "ok: {size} bytes, {} entries, etcd {} for {}; sha256 {sum}",
        manifest.entries.len() + 1,
        manifest.release.version,
        manifest.host
    )
}

pub(crate) const WHOLE_IS_NOT_WHOSE: &str =
    "this shows that the file is whole, not who made it: compare the words with those that the builder showed";

/// Who signed, and what that one is to this host.
pub(crate) fn signer(provenance: &Provenance, status: SignerStatus) -> String {
    let signer = provenance.signer.fingerprint();
    let to_us = match status {
        SignerStatus::Known => "whose bundles this host takes",
        SignerStatus::Successor => "the successor of whose bundles this host takes, by that one's word",
        SignerStatus::Named => "as you named it",
        SignerStatus::Changed => "and not by whose bundles this host took before its uninstall",
        SignerStatus::Unknown => "whom this host does not know yet",
    };
    format!("signed by {signer}, {to_us}")
}

/// Likewise before an install: of a signer whom this host does not know no word, for they are asked for.
pub(crate) fn signer_before_the_words(provenance: &Provenance, status: SignerStatus) -> String {
    match status {
        SignerStatus::Unknown => "signed by a key that this host does not know yet".to_owned(),
        SignerStatus::Changed => "signed by another key than the one that this host knows".to_owned(),
        SignerStatus::Known | SignerStatus::Successor | SignerStatus::Named => signer(provenance, status),
    }
}
