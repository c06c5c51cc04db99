//! `paper`: sheets to print, of bundles that exist; and the same of those that `build` has packed.

use std::path::Path;

use payload::render;

use super::rehearse::bundles;
use super::verify::{self, VerifyError};
use crate::cli::{PaperArg, PaperArgs};
use crate::failure::Failure;
use crate::pack::Made;
use crate::paper::{self, Sheet, Sheets, Tongues};
use crate::pki::{self, CaFault, PkiError, Validity};
use crate::report::Narrator;
use crate::text::{help, paper as text, rehearsal};

/// Writes the sheets about the bundles of a directory.
pub(super) fn paper(args: &PaperArgs, narrator: &mut dyn Narrator) -> Result<(), Failure> {
    paper::check(&args.output, &args.dir)?;
    let (mut sheets, mut first) = (Vec::new(), None);
    for path in bundles(&args.dir)? {
        let fail = |error| VerifyError::Bundle { path: path.clone(), error };
        let mut bundle = verify::copy(&path)?;
        let manifest = bundle.manifest().clone();
        let provenance = bundle.provenance().clone();
        let of = (manifest.cluster.clone(), provenance.site_id, manifest.release.version);
        let (known, signer) = first.get_or_insert_with(|| (of.clone(), provenance.signer.clone()));
        if *known != of {
            return Err(Failure::usage(rehearsal::of_two_clusters(&path), help::list(&args.dir)));
        }
        if *signer != provenance.signer {
            return Err(Failure::usage(text::two_signers(&path), help::list(&args.dir)));
        }
        let mut certificates = Vec::new();
        for entry in &manifest.entries {
            if is_certificate(entry.name.file_name()) {
                certificates.push((entry.name.clone(), bundle.read(entry.name.as_str()).map_err(fail)?));
            }
        }
        sheets.push(sheet(&Made { bytes: bundle.size(), digest: bundle.sum(), manifest, certificates, path })?);
    }
    let sheets = first.and_then(|(_, signer)| Sheets::new(sheets, signer));
    let Some(sheets) = sheets else {
        return Err(Failure::usage(rehearsal::no_bundles(&args.dir), help::list(&args.dir)));
    };
    print(&sheets, args.paper, &args.output, narrator)
}

/// Writes the sheets about bundles that were packed into `dir`, beside the cluster file in `home`.
pub(super) fn of_packed(
    made: &[Made],
    args: PaperArg,
    home: &Path,
    narrator: &mut dyn Narrator,
) -> Result<(), Failure> {
    let signer = made.first().and_then(|made| made.manifest.provenance.as_ref()).map(|known| known.signer.clone());
    let sheets = made.iter().map(sheet).collect::<Result<_, _>>()?;
    match signer.and_then(|signer| Sheets::new(sheets, signer)) {
        Some(sheets) => print(&sheets, args, &home.join(paper::FOLDER), narrator),
        None => Ok(()),
    }
}

fn print(sheets: &Sheets, args: PaperArg, dir: &Path, narrator: &mut dyn Narrator) -> Result<(), Failure> {
    paper::write(sheets, Tongues(args.paper.languages()), dir)?;
    narrator.note(&text::wrote(dir));
    Ok(())
}

fn is_certificate(name: &str) -> bool {
    [render::CA, render::CERTIFICATE].contains(&name)
}

fn sheet(made: &Made) -> Result<Sheet, PkiError> {
    let fail = |fault| PkiError::Ca { path: made.path.clone(), fault };
    let named = |name: &str| {
        let found = made.certificates.iter().find(|(entry, _)| entry.file_name() == name);
        found.map_or(Ok(Vec::new()), |(_, bytes)| pki::validities(bytes))
    };
    let certificate: Result<Vec<Validity>, CaFault> = named(render::CERTIFICATE);
    Ok(Sheet {
        manifest: made.manifest.clone(),
        bytes: made.bytes,
        sum: made.digest,
        // Behind it stand the CAs above it.
        certificate: certificate.map_err(fail)?.first().copied(),
        authorities: named(render::CA).map_err(fail)?,
    })
}
