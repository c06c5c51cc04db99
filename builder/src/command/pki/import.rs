//! `pki import`: a CA and cfssl's JSON files, told apart by what is in them. All are read before anything is written.
#![expect(clippy::disallowed_methods, reason = "edge: reads the files, asks the clock")]

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use payload::shell::word;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{Error, cluster_file};
use crate::cli::PkiImportArgs;
use crate::pki::cfssl::{self, Settings};
use crate::pki::{self, ImportedCa, KeyProtection, PkiError};
use crate::report::Narrator;

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
pub(super) fn import(args: &PkiImportArgs, narrator: &mut dyn Narrator) -> Result<(), Error> {
    let sorted = sort(args)?;
    let loaded = cluster_file::load_for_pki(&args.cluster)?;
    let edited = match &sorted.settings {
        Some(settings) => {
            for left_out in &settings.left_out {
                narrator.warn(left_out);
            }
            Some(cfssl::put(&loaded.text, &loaded.cluster, settings).map_err(|error| Error::Usage {
                text: format!("`{}`: {}", args.cluster.display(), error.message()),
                help: "etcdpack build".to_owned(),
            })?)
        }
        None => None,
    };
    if let Some(edited) = &edited {
        cluster_file::check(&args.cluster, &edited.text)?;
    }
    if let Some(brought) = ca(&sorted)? {
        let dir = loaded.home.join("pki");
        if loaded.cluster.pki.own_ca.is_some() {
            return Err(PkiError::OwnCaNamed(dir).into());
        }
        let keeping = if args.lock { KeyProtection::Encrypted } else { KeyProtection::AsItIs };
        let now = OffsetDateTime::now_utc();
        pki::import(&dir, &brought, keeping, args.ca_passphrase.source(), now, narrator)?;
    }
    if let Some(edited) = edited.filter(|edited| !edited.changes.is_empty()) {
        cluster_file::replace(&args.cluster, &edited.text)?;
        for change in edited.changes {
            narrator.note(&format!("{}: {change}", args.cluster.display()));
        }
    }
    Ok(())
}

fn ca(sorted: &Sorted) -> Result<Option<ImportedCa>, Error> {
    let lonely = |is: &Path, what: &str| Error::Usage {
        text: format!("`{}` came without {what}", is.display()),
        help: "etcdpack pki import ca.pem ca-key.pem; or, if the CA's key is out of reach, write `ca = \"ca.pem\"` \
               into `[pki]` and: etcdpack pki csr"
            .to_owned(),
    };
    match (&sorted.certificate, &sorted.key) {
        (Some(certificate), Some(key)) => Ok(Some(ImportedCa { certificate: certificate.clone(), key: key.clone() })),
        (Some(certificate), None) => Err(lonely(certificate, "the CA's key")),
        (None, Some(key)) => Err(lonely(key, "the CA's certificate")),
        (None, None) => Ok(None),
    }
}

fn sort(args: &PkiImportArgs) -> Result<Sorted, Error> {
    let mut sorted = Sorted::default();
    for path in &args.files {
        let text = read(path)?;
        if !text.contains("-----BEGIN ") {
            let settings = sorted.settings.get_or_insert_default();
            settings.read(&text, args.profile.as_deref()).map_err(|error| Error::Usage {
                text: format!("`{}`: {error}", path.display()),
                help: format!("python3 -m json.tool {}", word(path)),
            })?;
            continue;
        }
        let twice = |first: &PathBuf| Error::Usage {
            text: format!("`{}` and `{}` are two of a kind: one CA is taken", first.display(), path.display()),
            help: "cat intermediate.pem root.pem > ca.pem, where one is above the other".to_owned(),
        };
        if text.contains("CERTIFICATE-----")
            && let Some(first) = sorted.certificate.replace(path.clone())
        {
            return Err(twice(&first));
        }
        if text.contains("PRIVATE KEY-----")
            && let Some(first) = sorted.key.replace(path.clone())
        {
            return Err(twice(&first));
        }
    }
    Ok(sorted)
}

/// It may be a key, so it is wiped.
fn read(path: &Path) -> Result<Zeroizing<String>, Error> {
    let usage = |why: String| Error::Usage {
        text: format!("reading `{}`: {why}", path.display()),
        help: format!("ls -l {}", word(path)),
    };
    let file = File::open(path).map_err(|error| usage(error.to_string()))?;
    let size = file.metadata().map_or(0, |metadata| metadata.len());
    if size > MAX_BYTES {
        return Err(usage("not a file of at most 1 MiB".to_owned()));
    }
    let mut text = Zeroizing::new(String::with_capacity(usize::try_from(size).unwrap_or_default() + 1));
    file.take(MAX_BYTES).read_to_string(&mut text).map_err(|error| usage(error.to_string()))?;
    Ok(text)
}
