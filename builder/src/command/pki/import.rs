//! `pki import`: a CA and cfssl's JSON files, told apart by what is in them. All are read before anything is written.
#![expect(clippy::disallowed_methods, reason = "edge: reads the files, asks the clock")]

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use payload::etcd::EtcdVersion;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::cluster_file;
use crate::cli::PkiImportArgs;
use crate::failure::Failure;
use crate::pki::cfssl::{self, Settings};
use crate::pki::form::{self, Form};
use crate::pki::{self, ImportedCa, KeyProtection, PkiError};
use crate::report::Narrator;
use crate::text::command as text;
use crate::text::{help, pki as messages};

/// No certificate, key or JSON file comes near this.
const MAX_BYTES: u64 = 1024 * 1024;

/// What the files are.
#[derive(Default)]
struct Sorted {
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
    settings: Option<Settings>,
}

/// Takes a CA into `pki/` and settings into the cluster file.
pub(super) fn import(args: &PkiImportArgs, narrator: &mut dyn Narrator) -> Result<(), Failure> {
    let sorted = sort(args)?;
    let cluster = args.cluster.path();
    let loaded = cluster_file::load_for_pki(cluster)?;
    let edited = match &sorted.settings {
        Some(settings) => {
            for left_out in &settings.left_out {
                narrator.warn(left_out);
            }
            Some(
                cfssl::put(&loaded.text, &loaded.cluster, settings)
                    .map_err(|error| Failure::usage(text::at(cluster, error.message()), help::BUILD))?,
            )
        }
        None => None,
    };
    if let Some(edited) = &edited {
        cluster_file::check(cluster, &edited.text)?;
    }
    if let Some(brought) = ca(&sorted, loaded.cluster.release.version)? {
        let dir = loaded.home.join("pki");
        if loaded.cluster.pki.own_ca.is_some() {
            return Err(PkiError::OwnCaNamed(dir).into());
        }
        let keeping = if args.lock { KeyProtection::Encrypted } else { KeyProtection::AsItIs };
        let now = OffsetDateTime::now_utc();
        pki::import(&dir, &brought, keeping, args.ca_passphrase.source(), now, narrator)?;
    }
    if let Some(edited) = edited.filter(|edited| !edited.changes.is_empty()) {
        cluster_file::replace(cluster, &edited.text)?;
        for change in edited.changes {
            narrator.note(&text::changed(cluster, &change));
        }
    }
    Ok(())
}

fn ca(sorted: &Sorted, etcd: EtcdVersion) -> Result<Option<ImportedCa>, Failure> {
    let half = |is: &Path, lacks: &str| Failure::usage(text::half_a_ca(is, lacks), text::WHOLE_CA);
    match (&sorted.certificate, &sorted.key) {
        (Some(certificate), Some(key)) => {
            Ok(Some(ImportedCa { certificate: certificate.clone(), key: key.clone(), etcd }))
        }
        (Some(certificate), None) => Err(half(certificate, &text::THE_KEY)),
        (None, Some(key)) => Err(half(key, &text::THE_CERTIFICATE)),
        (None, None) => Ok(None),
    }
}

fn sort(args: &PkiImportArgs) -> Result<Sorted, Failure> {
    let mut sorted = Sorted::default();
    for path in &args.files {
        let contents = read(path)?;
        let may_be_json = |form: &Form| *form == Form::Other && contents.trim_start().starts_with(['{', '[']);
        if let Some(form) = Form::of_text(&contents).filter(|form| !may_be_json(form)) {
            return Err(PkiError::Form { path: path.clone(), form }.into());
        }
        if !contents.contains("-----BEGIN ") {
            let settings = sorted.settings.get_or_insert_default();
            settings
                .read(&contents, args.profile.as_deref())
                .map_err(|error| Failure::usage(text::at(path, error), text::read_json(path)))?;
            continue;
        }
        let twice = |first: &Path| {
            let help = if !pki::begins_with_a_ca(&contents) {
                text::leave_out(path)
            } else if read(first).is_ok_and(|first| !pki::begins_with_a_ca(&first)) {
                text::leave_out(first)
            } else {
                text::join(first, path)
            };
            Failure::usage(text::two_of_a_kind(first, path), help)
        };
        if contents.contains("CERTIFICATE-----")
            && let Some(first) = sorted.certificate.replace(path.clone())
        {
            return Err(twice(&first));
        }
        if contents.contains("PRIVATE KEY-----")
            && let Some(first) = sorted.key.replace(path.clone())
        {
            return Err(twice(&first));
        }
    }
    Ok(sorted)
}

/// It may be a key, so it is wiped.
fn read(path: &Path) -> Result<Zeroizing<String>, Failure> {
    if form::is_in_a_token(path) {
        return Err(PkiError::Form { path: path.to_owned(), form: Form::Token }.into());
    }
    let usage = |why: String| Failure::usage(text::reading(path, why), help::list(path));
    let file = File::open(path).map_err(|error| usage(error.to_string()))?;
    let size = file.metadata().map_or(0, |metadata| metadata.len());
    if size > MAX_BYTES {
        return Err(usage(messages::NOT_A_SMALL_FILE.into()));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default() + 1);
    file.take(MAX_BYTES).read_to_end(&mut bytes).map_err(|error| usage(error.to_string()))?;
    form::text(bytes).map_err(|form| PkiError::Form { path: path.to_owned(), form }.into())
}
