//! `inspect`: what is inside a bundle.

use std::path::Path;

use payload::line;
use payload::manifest::{Manifest, SBOM};
use payload::provenance::Provenance;

use super::verify::{self, VerifyError};
use crate::failure::Failure;
use crate::report::{Narrator, print};
use crate::sbom::{self, Part};
use crate::text::inspect as text;

/// Shows the manifest of a bundle, after verifying it.
pub(super) fn inspect(path: &Path, json: bool, narrator: &mut dyn Narrator) -> Result<(), Failure> {
    let mut bundle = verify::copy(path)?;
    let manifest = bundle.manifest();
    if json {
        let text = manifest.to_bytes().map_err(|error| Failure::usage(error.to_string(), ""))?;
        print(String::from_utf8_lossy(&text).trim_end());
        return Ok(());
    }
    show(manifest);
    show_provenance(bundle.provenance());
    let fail = |error| VerifyError::Bundle { path: path.to_owned(), error };
    match sbom::read(&bundle.read(SBOM).map_err(fail)?) {
        Ok(parts) => show_parts(&parts),
        Err(error) => narrator.warn(&text::unreadable_list(error)),
    }
    print(text::row(text::SUM, bundle.sum()));
    print(text::row(text::ID, text::id(bundle.digest())));
    narrator.note(&text::RANDOM_BY_NATURE);
    Ok(())
}

fn show_provenance(provenance: &Provenance) {
    let Provenance { site_id, serial, signer, succession } = provenance;
    print(text::row(&text::SIGNED_BY, signer.fingerprint()));
    print(text::row("", text::sum_of_key(signer.file_sum())));
    for change in succession.iter().rev() {
        print(text::row(&text::AFTER, change.from.fingerprint()));
    }
    print(text::row(&text::NUMBER, text::number(serial, site_id)));
}

fn show(manifest: &Manifest) {
    let line = |what: &str, said: &str| print(text::row(what, line::plain(said)));
    line(&text::FOR, &text::host(&manifest.host, manifest.arch.etcd_name()));
    line(&text::MEMBER, &text::member(&manifest.member, &manifest.cluster));
    line(text::ETCD, &text::etcd(manifest.release.version, &manifest.release.origin));
    line(&text::MADE_BY, &text::made_by(&manifest.etcdpack));
    for member in &manifest.members {
        line("", &format!("{} {} {}", member.name, member.address, member.host));
    }
    if let Some(listen) = &manifest.listen
        && manifest.listens_elsewhere()
    {
        line(&text::LISTENS, &text::listens(&listen.peers, &listen.clients));
    }
    if let Some(wal) = &manifest.layout.wal {
        line(&text::LOG, &text::log(wal));
    }
    if let Some(backup) = &manifest.backup {
        line(&text::SNAPSHOTS, &text::snapshots(backup));
        backup.recipients.iter().for_each(|recipient| line(&text::SEALED_FOR, &recipient.to_string()));
    }
    line(&text::ENTRIES, "");
    for entry in &manifest.entries {
        let purpose = text::purpose(&entry.purpose);
        print(format_args!("  {} {:>9}  {:<48} {purpose}", entry.sha256.short(), entry.size, entry.name.as_str()));
    }
}

fn show_parts(parts: &[Part]) {
    print(text::row(&text::PARTS, text::listed_in()));
    for Part { name, version, sha256, origin, libraries } in parts {
        print(format_args!("  {name:<12} {version:<7} {sha256}  {origin}{}", text::libraries(*libraries)));
    }
}
