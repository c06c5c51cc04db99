//! `pki csr` and `pki accept`: a CA whose key is out of reach.
#![expect(clippy::disallowed_methods, reason = "edge: writes requests, asks the clock")]

use std::fs;
use std::io;
use std::path::Path;

use time::OffsetDateTime;

use super::cluster_file;
use crate::atomic_file::{self, FileMode};
use crate::cli::{PkiAcceptArgs, PkiCsrArgs};
use crate::failure::Failure;
use crate::passphrase_source::PassphraseSource;
use crate::pki::{self, Requested, Site};
use crate::report::Narrator;
use crate::text::command as text;
use crate::text::help;

/// Writes a request for each host that needs a certificate.
pub(super) fn csr(args: &PkiCsrArgs, narrator: &mut dyn Narrator) -> Result<(), Failure> {
    let loaded = cluster_file::load_for_pki(args.cluster.path())?;
    let site = Site::new(&loaded.cluster, &loaded.home, OffsetDateTime::now_utc(), PassphraseSource::Terminal);
    let requests = pki::request(&site, narrator)?;
    if requests.is_empty() {
        narrator.note(&text::ALL_HAVE_CERTIFICATES);
        return Ok(());
    }
    write(&requests, &args.output, narrator)
}

/// Puts requests where they can be carried from. The keys are in `pki/`.
pub(super) fn write(requests: &[Requested], dir: &Path, narrator: &mut dyn Narrator) -> Result<(), Failure> {
    let fail = |path: &Path, error: &io::Error| Failure::refused(text::writing(path, error), help::list_itself(dir));
    fs::create_dir_all(dir).map_err(|error| fail(dir, &error))?;
    for Requested { holder, csr_pem } in requests {
        let path = dir.join(format!("{}.csr", holder.request_name()));
        atomic_file::replace(&path, csr_pem.as_bytes(), FileMode::Exactly(0o644))
            .map_err(|error| fail(&path, &error))?;
        narrator.note(&text::file(&path));
    }
    for line in text::HAVE_THEM_SIGNED {
        narrator.note(&line);
    }
    Ok(())
}

/// Takes in what came back.
pub(super) fn accept(args: &PkiAcceptArgs, narrator: &mut dyn Narrator) -> Result<(), Failure> {
    let loaded = cluster_file::load_for_pki(args.cluster.path())?;
    let site = Site::new(&loaded.cluster, &loaded.home, OffsetDateTime::now_utc(), PassphraseSource::Terminal);
    pki::accept(&site, &args.files, narrator)?;
    Ok(())
}
