//! Where the bytes come from that steps put in their places.
//!
//! What is installed comes from the copy of the bundle that nobody else can open. All that can go wrong with it goes wrong
//! before the first change.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;

use payload::bundle::Bundle;
use payload::digest::Digest;
use payload::manifest::Program;
use payload::mode::Mode;
use payload::path::AbsPath;
use payload::render;
use payload::sealed::Opened;
use payload::tarball;
use zeroize::Zeroizing;

use super::{Missing, StepError};
use crate::backup::{self, Units};
use crate::facts::credentials::LARGEST_KEY;
use crate::host::fs_error::FileOp;
use crate::host::write::Ids;
use crate::host::{FsError, Tree, harden, snapshot_copy};
use crate::plan::Plan;
use crate::step::{Source, State, Step};
use crate::supervision::launcher;
use crate::transaction::{Content, Transaction, WholeFile};

/// What a plan's steps may need beside the plan.
#[derive(Default)]
pub(crate) struct Sources<'a> {
    bundle: Option<Bundle<File>>,
    /// The private key of the bundle, where it was sealed and is needed.
    opened: Option<&'a Opened>,
    /// The private key that is made now, as PEM.
    new_key: Option<Zeroizing<String>>,
    /// The snapshot that etcd is to begin with: a copy that has been judged.
    snapshot: Option<File>,
    /// What the member's data are to be copied into.
    data_copy: Option<File>,
    /// The programs of the release that are in their places already.
    standing: BTreeSet<AbsPath>,
    /// The others, but for their names; not all where a file system needs every file to have one.
    programs: Vec<WholeFile>,
}

/// Takes a program: where it goes, its sum, its bytes.
type PlaceProgram<'a> = dyn FnMut(&AbsPath, Digest, &mut dyn Read) -> Result<(), StepError> + 'a;

impl<'a> Sources<'a> {
    /// What a bundle brings, but for the programs that are `standing` already.
    pub(crate) fn of_bundle(bundle: Bundle<File>, opened: Option<&'a Opened>, standing: BTreeSet<AbsPath>) -> Self {
        Self { bundle: Some(bundle), opened, standing, ..Self::default() }
    }

    /// Likewise, with a snapshot.
    pub(crate) fn with_snapshot(self, snapshot: Option<File>) -> Self {
        Self { snapshot, ..self }
    }

    /// A key that was made for this host.
    pub(crate) fn of_new_key(pem: Zeroizing<String>) -> Self {
        Self { new_key: Some(pem), ..Self::default() }
    }

    /// A file for the member's data.
    pub(crate) fn of_data_copy(to: File) -> Self {
        Self { data_copy: Some(to), ..Self::default() }
    }

    /// Reads all of the release, into files without names.
    pub(super) fn make_ready(&mut self, tree: &Tree, plan: &Plan) -> Result<(), StepError> {
        harden::stay_in_memory();
        for planned in plan.steps.iter().filter(|planned| planned.state == State::Pending) {
            if let Step::Programs { dir, entry, programs } = &planned.step {
                let mut ready = Vec::new();
                self.each_program(dir, entry.as_str(), programs, &mut |path, sha256, from| {
                    let content = Content::of_reader(sha256, from);
                    ready.extend(WholeFile::write(tree, path, Mode::PROGRAM, Ids::ROOT, content)?);
                    Ok(())
                })?;
                self.programs.extend(ready);
            }
        }
        Ok(())
    }

    /// Puts a file in its place. `sha256` is what the plan says of it.
    pub(super) fn put_file(
        &mut self,
        transaction: &mut Transaction,
        tree: &Tree,
        step: &Step,
        ids: Ids,
    ) -> Result<(), StepError> {
        let Step::File { path, mode, sha256, source, .. } = step else { return Ok(()) };
        let mut put = |content: Content| Ok(transaction.put_file(path, *mode, ids, content)?);
        match source {
            Source::Entry { name } | Source::Settled { name, .. } => {
                put(Content::of_reader(*sha256, self.bundle()?.read(name.as_str())?.as_slice()))
            }
            Source::Installer => put(Content::of_reader(*sha256, self.bundle()?.installer()?)),
            Source::Sealed { .. } => {
                put(Content::of_bytes(self.opened.ok_or(StepError::NoSource(Missing::PrivateKey))?.expose()))
            }
            Source::NewKey => {
                put(Content::of_bytes(self.new_key.as_ref().ok_or(StepError::NoSource(Missing::NewKey))?.as_bytes()))
            }
            Source::HostKey { at } | Source::Carried { at } => {
                let mut key = Zeroizing::new(Vec::new());
                let read = tree.open_bounded(at, LARGEST_KEY)?.read_to_end(&mut key);
                read.map_err(|error| FsError::of_path(FileOp::Read, at.as_str(), error))?;
                put(Content::of_reader(*sha256, key.as_slice()))
            }
            Source::Launcher { python } => put(Content::of_bytes(launcher(path, python)?.as_bytes())),
            Source::SnapshotUnit => {
                let units = Units::of(self.bundle()?.manifest())?;
                let unit = units.iter().flat_map(Units::files).find(|(at, _)| *at == path).map(|(_, text)| text);
                put(Content::of_bytes(unit.ok_or(StepError::NoSource(Missing::Manifest))?.as_bytes()))
            }
            Source::SnapshotLoop => {
                let section = backup::section(self.bundle()?.manifest())?;
                put(Content::of_bytes(section.ok_or(StepError::NoSource(Missing::Manifest))?.as_bytes()))
            }
            Source::HasData { data } => put(Content::of_bytes(render::has_data(data).as_bytes())),
            Source::MayBegin => put(Content::of_bytes(b"")),
            Source::LogDir { logs, user } => put(Content::of_bytes(render::log_dir_drop_in(logs, user).as_bytes())),
        }
    }

    /// The programs get their names; those that had to wait for one are written first.
    pub(super) fn put_programs(&mut self, transaction: &mut Transaction, step: &Step) -> Result<(), StepError> {
        let Step::Programs { dir, entry, programs } = step else { return Ok(()) };
        let is_of_this = |file: &mut WholeFile| file.path().parent().as_ref() == Some(dir);
        let ready: Vec<WholeFile> = self.programs.extract_if(.., is_of_this).collect();
        if !ready.is_empty() {
            return Ok(ready.into_iter().try_for_each(|file| transaction.name_file(file))?);
        }
        self.each_program(dir, entry.as_str(), programs, &mut |path, sha256, from| {
            Ok(transaction.put_file(path, Mode::PROGRAM, Ids::ROOT, Content::of_reader(sha256, from))?)
        })
    }

    /// The snapshot, for a program of this user. With the program's handle it is gone, before anything is synced: what the kernel
    /// has of it in memory needs no disk then.
    pub(super) fn snapshot(&mut self, ids: Ids) -> Result<File, StepError> {
        let snapshot = self.snapshot.take().ok_or(StepError::NoSource(Missing::Snapshot))?;
        Ok(snapshot_copy::for_a_program_of(snapshot, ids)?)
    }

    pub(super) fn data_copy(&mut self) -> Result<&mut File, StepError> {
        self.data_copy.as_mut().ok_or(StepError::NoSource(Missing::DataCopy))
    }

    pub(super) fn bundle(&mut self) -> Result<&mut Bundle<File>, StepError> {
        self.bundle.as_mut().ok_or(StepError::NoSource(Missing::Bundle))
    }

    /// One pass over the tarball; the programs that are there already are passed over.
    fn each_program(
        &mut self,
        dir: &AbsPath,
        entry: &str,
        programs: &[Program],
        place: &mut PlaceProgram<'_>,
    ) -> Result<(), StepError> {
        let standing = std::mem::take(&mut self.standing);
        let mut pending = |program: &Program, from: &mut dyn Read| -> Result<(), StepError> {
            let path = dir.join(&program.name)?;
            if standing.contains(&path) { Ok(()) } else { place(&path, program.sha256, from) }
        };
        let bundle = self.bundle()?;
        let top = tarball::top(bundle.manifest().release.version, bundle.manifest().arch);
        let placed = tarball::programs(bundle.entry(entry)?, &top, programs, &mut pending);
        self.standing = standing;
        placed
    }
}
