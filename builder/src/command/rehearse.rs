//! `rehearse`: the members of bundles that exist, run here for a moment; and the same of those that `build` has drafted.
#![expect(clippy::disallowed_methods, reason = "edge: looks for bundles in a directory")]

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt::Display;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use payload::bundle::{Bundle, BundleError};
use payload::etcd::{Arch, EtcdVersion};
use payload::exit::ExitStatus;
use payload::founding::Phase;
use payload::manifest::{Manifest, Program, Purpose};
use payload::sealed::{Passphrase, Sealed, SealedError};
use tempfile::NamedTempFile;

use super::source;
use super::verify::{self, VerifyError};
use crate::cache::{DiskAction, DiskError};
use crate::cli::RehearseArgs;
use crate::failure::Failure;
use crate::pack::Parts;
use crate::passphrase_source::PassphraseSource;
use crate::rehearsal::{self, Cannot, KeyFrom, Member, Outcome, Written, written};
use crate::report::Narrator;
use crate::secret::Secret;
use crate::text::command::not_there;
use crate::text::{help, rehearsal as text};

/// Rehearses the bundles of a directory.
pub(super) fn rehearse(args: &RehearseArgs, narrator: &mut dyn Narrator) -> Result<(), Failure> {
    let paths = bundles(&args.dir)?;
    let mut opener = Opener { source: args.passphrase_fd, passphrase: None };
    let (mut members, mut releases, mut version) = (Vec::new(), BTreeMap::new(), None);
    let mut of = None;
    for path in &paths {
        let fail = |error| VerifyError::Bundle { path: path.clone(), error };
        let mut bundle = verify::copy(path)?;
        let manifest = bundle.manifest().clone();
        // Bundles of two clusters would wait for each other for ever.
        let token = (manifest.cluster.clone(), manifest.token.clone(), manifest.release.version);
        if *of.get_or_insert_with(|| token.clone()) != token {
            return Err(Failure::usage(text::of_two_clusters(path), help::list(&args.dir)));
        }
        version.get_or_insert(manifest.release.version);
        if let Entry::Vacant(new) = releases.entry(manifest.arch) {
            new.insert((tarball(&mut bundle, &manifest).map_err(fail)?, manifest.release.programs.clone()));
        }
        members.push(member(&mut bundle, &manifest, &mut opener, path)?);
    }
    let Some(version) = version else {
        return Err(Failure::usage(text::no_bundles(&args.dir), help::list(&args.dir)));
    };
    let places = releases.iter().map(|(arch, (file, programs))| (*arch, (file.path().to_owned(), programs.clone())));
    let members: Result<Vec<Member>, Cannot> = members.into_iter().collect();
    play(members, version, places.collect(), &[], narrator).and_then(|outcome| match outcome {
        Outcome::Proven { .. } => Ok(()),
        Outcome::Cannot(why) => Err(Failure::new(ExitStatus::Refused, text::not_rehearsed(why), text::WHERE_ELSE)),
    })
}

/// Rehearses what `build` is about to pack. What cannot be rehearsed is said, and in nobody's way.
pub(super) fn members(
    members: Result<Vec<Member>, Cannot>,
    parts: &Parts,
    cluster_file: &str,
    narrator: &mut dyn Narrator,
) -> Result<(), Failure> {
    let version = parts.cluster.release.version;
    let programs = |arch| parts.programs.get(arch).cloned().unwrap_or_default();
    let releases = parts.releases.iter().map(|(arch, release)| (*arch, (release.path().to_owned(), programs(arch))));
    if parts.start().phase == Phase::Running {
        narrator.detail(&text::OF_A_CLUSTER_THAT_RUNS);
    }
    match play(members, version, releases.collect(), &written(cluster_file), narrator)? {
        Outcome::Proven { .. } => {
            if parts.stand_ins.is_some() {
                let hosts: Vec<&str> = parts.cluster.hosts.iter().map(|host| host.name.as_str()).collect();
                narrator.note(&text::with_stand_ins(&hosts));
            }
        }
        Outcome::Cannot(why) => narrator.warn(&text::not_rehearsed(why)),
    }
    Ok(())
}

fn play(
    members: Result<Vec<Member>, Cannot>,
    version: EtcdVersion,
    releases: BTreeMap<Arch, (PathBuf, Vec<Program>)>,
    written: &[Written],
    narrator: &mut dyn Narrator,
) -> Result<Outcome, Failure> {
    let cast = match members.and_then(|members| rehearsal::cast(members, version, releases)) {
        Ok(cast) => cast,
        Err(why) => return Ok(Outcome::Cannot(why)),
    };
    narrator.note(&text::begins(cast.len()));
    let outcome = rehearsal::rehearse(&cast, &source::cache()?.join("rehearsal"), written)?;
    if let Outcome::Proven { members, took } = outcome {
        narrator.note(&text::proven(members, took));
    }
    Ok(outcome)
}

/// The bundles in `dir`, by name.
pub(super) fn bundles(dir: &Path) -> Result<Vec<PathBuf>, Failure> {
    let read = DiskError::new(DiskAction::Read, dir);
    let entries = match fs::read_dir(dir) {
        // A first build has still to make it.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(Failure::refused(not_there(dir), help::BUILD));
        }
        entries => entries.and_then(Iterator::collect::<io::Result<Vec<_>>>).map_err(read)?,
    };
    let mut paths: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "run"));
    paths.sort();
    Ok(paths)
}

/// The release, in a file that goes when the rehearsal is over.
fn tarball(bundle: &mut Bundle<File>, manifest: &Manifest) -> Result<NamedTempFile, BundleError> {
    let mut file = NamedTempFile::new().map_err(BundleError::Io)?;
    let mut from = bundle.entry(manifest.release.entry.as_str())?;
    io::copy(&mut from, file.as_file_mut()).map_err(BundleError::Io)?;
    Ok(file)
}

/// The member that a bundle makes; or why it cannot be had here.
fn member(
    bundle: &mut Bundle<File>,
    manifest: &Manifest,
    opener: &mut Opener,
    path: &Path,
) -> Result<Result<Member, Cannot>, Failure> {
    let fail = |error| VerifyError::Bundle { path: path.to_owned(), error };
    let mut contents = BTreeMap::new();
    for entry in manifest.entries.iter().filter(|entry| matches!(entry.purpose, Purpose::Place { .. })) {
        contents.insert(entry.name.clone(), bundle.read(entry.name.as_str()).map_err(fail)?);
    }
    let key = match manifest.sealed_key() {
        Some((name, _)) => Some(opener.open(&bundle.read(name.as_str()).map_err(fail)?, manifest)?),
        None => None,
    };
    let key = key.as_ref().map_or(KeyFrom::Bundle, KeyFrom::Opened);
    Ok(Member::of(manifest, &|name| contents.get(name).cloned(), key))
}

fn text_of(bytes: &[u8]) -> Option<Secret> {
    std::str::from_utf8(bytes).ok().map(|text| Secret::new(text.to_owned()))
}

/// Opens sealed keys, all with one passphrase, which is asked for once.
struct Opener {
    source: Option<u32>,
    passphrase: Option<Passphrase>,
}

impl Opener {
    fn open(&mut self, file: &[u8], manifest: &Manifest) -> Result<Secret, Failure> {
        let source = self.source.map_or(PassphraseSource::Terminal, PassphraseSource::Descriptor);
        let fail =
            |error: &dyn Display| Failure::refused(text::key_not_opened(&manifest.host, error), text::BY_DESCRIPTOR);
        if self.passphrase.is_none() {
            let typed = source
                .known(&text::KEYS_OF_THE_BUNDLES)
                .map_err(|error| Failure::refused(error.to_string(), text::BY_DESCRIPTOR))?;
            self.passphrase = Some(Passphrase::first_line(typed.expose().as_bytes()).map_err(|error| fail(&error))?);
        }
        let Some(known) = &self.passphrase else { return Err(fail(&SealedError::Passphrase)) };
        let opened = Sealed::parse(file).and_then(|sealed| sealed.open(known)).map_err(|error| fail(&error))?;
        text_of(opened.expose()).ok_or_else(|| fail(&SealedError::Damaged(text::NOT_TEXT.text())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_nothing_was_built_yet_a_build_is_what_to_type() {
        let empty = tempfile::tempdir().unwrap();
        let failure = bundles(&empty.path().join("dist")).unwrap_err();
        assert_eq!((failure.exit_status(), failure.help()), (ExitStatus::Refused, Some(help::BUILD)), "{failure:?}");
    }
}
