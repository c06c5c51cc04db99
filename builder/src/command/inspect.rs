//! `inspect`: what is inside a bundle.
#![expect(clippy::print_stdout, reason = "edge: prints data")]

use std::path::Path;

use payload::bundle::{Copied, CopyError};
use payload::line;
use payload::manifest::{Manifest, Purpose, SBOM, When};
use payload::provenance::Provenance;

use super::{Error, verify};
use crate::atomic_file::AtomicFile;
use crate::cache::DiskError;
use crate::report::Narrator;
use crate::sbom::{self, Part};

/// Shows the manifest of a bundle, after verifying it.
pub(super) fn inspect(path: &Path, json: bool, narrator: &mut dyn Narrator) -> Result<(), Error> {
    let fail = |error| Error::Bundle { path: path.to_owned(), error };
    let file = verify::open(path).map_err(fail)?;
    let temp = std::env::temp_dir();
    let copy = AtomicFile::new_in(&temp, 0o600).map_err(DiskError::new("making a private file in", &temp))?;
    let copied = Copied::make(file, copy.as_file()).map_err(|error| match error {
        CopyError::Source(error) => fail(error),
        CopyError::Write(error) => DiskError::new("copying the bundle to", &temp)(error).into(),
    })?;
    let mut bundle = copied.verify().map_err(fail)?;
    let manifest = bundle.manifest();
    if json {
        let text =
            manifest.to_bytes().map_err(|error| Error::Usage { text: error.to_string(), help: String::new() })?;
        print!("{}", String::from_utf8_lossy(&text));
        return Ok(());
    }
    show(manifest);
    show_provenance(bundle.provenance());
    match sbom::read(&bundle.read(SBOM).map_err(fail)?) {
        Ok(parts) => show_parts(&parts),
        Err(error) => narrator.warn(&format!("`{SBOM}` cannot be read: {error}")),
    }
    println!("{:<12} {}", "sha256", bundle.digest());
    narrator.note("random by nature, kept in pki/ and so the same in the next build: private keys, CSRs, certificates");
    Ok(())
}

fn show_provenance(provenance: &Provenance) {
    let Provenance { cluster_id, serial, signer, succession } = provenance;
    println!("{:<12} {}", "signed by", signer.fingerprint());
    println!("{:<12} sha256 {} of its DER", "", signer.fingerprint().sum());
    for change in succession.iter().rev() {
        println!("{:<12} {}", "  after", change.from.fingerprint());
    }
    println!("{:<12} {serial} of its host, in cluster {cluster_id}", "number");
}

fn show(manifest: &Manifest) {
    let line = |what: &str, text: &str| println!("{what:<12} {}", line::plain(text));
    line("for", &format!("{} ({})", manifest.host, manifest.arch.etcd_name()));
    line("member", &format!("{} of cluster {}", manifest.member, manifest.cluster));
    line("etcd", &format!("{} (vouched for by: {})", manifest.release.version, manifest.release.origin));
    line("made by", &format!("etcdpack {}", manifest.etcdpack));
    for member in &manifest.members {
        line("", &format!("{} {} {}", member.name, member.address, member.host));
    }
    line("entries", "");
    for entry in &manifest.entries {
        let purpose = match &entry.purpose {
            Purpose::Release => "etcd as released".to_owned(),
            Purpose::Wheel => "part of the carried supervisor".to_owned(),
            Purpose::Reading => "for reading".to_owned(),
            Purpose::Program => "supervisor section".to_owned(),
            Purpose::Sealed { path, .. } => format!("{path} 0600, sealed"),
            Purpose::Place { path, mode, when, .. } => {
                let when = match when {
                    When::Always => "",
                    When::Systemd => ", under systemd",
                    When::Carried => ", with the carried supervisor",
                };
                format!("{path} {mode}{when}")
            }
        };
        println!("  {} {:>9}  {:<48} {purpose}", entry.sha256.short(), entry.size, entry.name.as_str());
    }
}

fn show_parts(parts: &[Part]) {
    println!("{:<12} as listed in {}, which has their licences", "parts", SBOM);
    for Part { name, version, sha256, origin, libraries } in parts {
        let linked = if *libraries > 0 { format!("; {libraries} libraries in it") } else { String::new() };
        println!("  {name:<12} {version:<7} {sha256}  {origin}{linked}");
    }
}
