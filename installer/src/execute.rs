//! Carrying out a plan: every change is in the journal before it is made, and undone from there if a later one
//! fails.

use std::io::{Read, Seek};

use payload::bundle::{Bundle, BundleError};
use payload::manifest::Program;
use payload::mode::{Mode, Owner};
use payload::name::UserName;
use payload::path::{AbsPath, NotAPath};
use payload::tarball::{self, TarballError};

use crate::change::{Before, Change, Holds, fold};
use crate::facts::Facts;
use crate::host::accounts::AccountError;
use crate::host::write::Ids;
use crate::host::{FsError, Seen, Tree, clock};
use crate::journal::Journal;
use crate::plan::Plan;
use crate::receipt::{Receipt, State};
use crate::report::Report;
use crate::service::{self, ServiceError, wheels};
use crate::step::{self, Action, Source, Step};
use crate::supervision::Supervision;
use crate::undo;

/// Why a step failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StepError {
    #[error(transparent)]
    Fs(#[from] FsError),
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Bundle(#[from] BundleError),
    #[error(transparent)]
    Tarball(#[from] TarballError),
    #[error(transparent)]
    Wheel(#[from] wheels::WheelError),
    #[error(transparent)]
    Service(#[from] ServiceError),
    #[error(transparent)]
    Path(#[from] NotAPath),
    #[error("the user `{0}` is not there although it was just made")]
    NoUser(UserName),
    /// etcd was started and did not come up.
    #[error("{0}")]
    NotUp(String),
}

/// How an install that failed ended.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) step: String,
    pub(crate) error: StepError,
    /// What could not be undone; empty after a complete roll-back.
    pub(crate) left: Vec<String>,
}

/// One install under way.
pub(crate) struct Install<'a, R> {
    pub(crate) tree: &'a Tree,
    pub(crate) bundle: &'a mut Bundle<R>,
    pub(crate) facts: &'a Facts,
    pub(crate) state: &'a State,
    pub(crate) report: &'a Report,
}

/// What acting takes: the journal, and what has been done so far.
struct Acting<'j> {
    journal: Journal<'j>,
    made: Vec<Change>,
}

impl Acting<'_> {
    /// Makes one change: record, act, record.
    fn act<T, E: From<FsError>>(&mut self, change: Change, act: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let open = self.journal.begin(&change)?;
        self.made.push(change);
        let done = act()?;
        self.journal.end(open)?;
        Ok(done)
    }
}

impl<R: Read + Seek> Install<'_, R> {
    /// Takes every pending step; rolls all of them back if one fails.
    pub(crate) fn run(mut self, plan: &Plan) -> Result<Receipt, Box<Failed>> {
        let Some(supervision) = plan.supervision.clone() else {
            let error = StepError::NotUp("the plan names no service manager".to_owned());
            return Err(Box::new(Failed { step: "plan".to_owned(), error, left: Vec::new() }));
        };
        let fail = |step: &str, error: StepError, left| Box::new(Failed { step: step.to_owned(), error, left });
        let state_dirs = match self.prepare() {
            Ok(made) => made,
            Err(error) => return Err(fail("state directory", error, Vec::new())),
        };
        let (digest, host) = (self.bundle.digest(), self.bundle.manifest().host.to_string());
        let journal = match Journal::open(self.tree, self.state.journal.clone(), digest, &host) {
            Ok(journal) => journal,
            Err(error) => return Err(fail("journal", error.into(), Vec::new())),
        };
        let mut acting = Acting { journal, made: Vec::new() };
        for planned in &plan.steps {
            if planned.state == step::State::Done {
                continue;
            }
            self.report.step(&planned.step.to_string());
            if let Err(error) = self.apply(&planned.step, &mut acting) {
                self.report.warn(&format!("{error}: undoing what was done"), None);
                let left = undo::roll_back(self.tree, acting.made.iter().rev(), self.stop_seconds(), self.report);
                let step = planned.step.to_string();
                let closed = if left.is_empty() { self.close_rolled_back(acting.journal, &state_dirs) } else { Ok(()) };
                let left = left.into_iter().chain(closed.err().map(|error| error.to_string())).collect();
                return Err(Box::new(Failed { step, error, left }));
            }
        }
        let state_dirs = state_dirs.into_iter().map(|path| Change::Dir { path, holds: Holds::Files });
        let made: Vec<Change> = state_dirs.chain(acting.made).collect();
        let receipt = self.receipt(&made, supervision);
        let finish = || -> Result<(), FsError> {
            receipt.write(self.tree, &self.state.receipt)?;
            self.tree.remove_file(&self.state.kept)?;
            acting.journal.close()?;
            // Backups of replaced files: the new ones have proved themselves.
            self.tree.remove_tree(
                &undo_dir(self.state)
                    .map_err(|_| FsError::of_path("removing", "undo", std::io::ErrorKind::InvalidInput.into()))?,
            )?;
            Ok(())
        };
        match finish() {
            Ok(()) => Ok(receipt),
            Err(error) => Err(fail("receipt", error.into(), vec!["the receipt; run the install again".to_owned()])),
        }
    }

    fn stop_seconds(&self) -> u32 {
        self.bundle.manifest().service.stop_seconds
    }

    fn receipt(&self, made: &[Change], supervision: Supervision) -> Receipt {
        let changes = fold(&self.facts.ours(), made);
        Receipt::new(self.bundle.digest(), clock::now(), supervision, self.bundle.manifest().clone(), changes)
    }

    /// The state directory: made before there is a journal to say so. Returns what was not there.
    fn prepare(&self) -> Result<Vec<AbsPath>, StepError> {
        let mut made = Vec::new();
        for dir in self.state.dir.lineage() {
            if self.tree.look(&dir)? == Seen::Absent {
                let mode = if dir == self.state.dir { Mode::PRIVATE_DIR } else { Mode::PROGRAM };
                self.tree.make_dir(&dir, mode, Ids::ROOT)?;
                made.push(dir);
            }
        }
        Ok(made)
    }

    /// After a roll-back nothing of this run is left, so its journal goes too, and its directory if it was new.
    fn close_rolled_back(&self, journal: Journal, made: &[AbsPath]) -> Result<(), StepError> {
        self.tree.remove_tree(&undo_dir(self.state)?)?;
        journal.close()?;
        for dir in made.iter().rev() {
            self.tree.remove_empty_dir(dir)?;
        }
        Ok(())
    }

    fn apply(&mut self, step: &Step, acting: &mut Acting) -> Result<(), StepError> {
        let tree = self.tree;
        match step {
            Step::Group { name } => acting.act(Change::Group { name: name.clone() }, || Ok(tree.add_group(name)?)),
            Step::User { name, shell } => {
                let gid = tree.group(name)?.ok_or_else(|| StepError::NoUser(name.clone()))?;
                acting.act(Change::User { name: name.clone() }, || Ok(tree.add_user(name, gid, shell)?))
            }
            Step::Dir { path, mode, owner, holds } => {
                let ids = self.ids(*owner)?;
                if tree.look(path)? != Seen::Absent {
                    return Ok(tree.mend_dir(path, *mode, ids)?);
                }
                acting.act(Change::Dir { path: path.clone(), holds: *holds }, || Ok(tree.make_dir(path, *mode, ids)?))
            }
            Step::Programs { dir, entry, programs } => self.unpack(dir, entry.as_str(), programs, acting),
            Step::File { path, mode, owner, sha256, source } => {
                let ids = self.ids(*owner)?;
                let before = self.keep(path, acting)?;
                let change = Change::File { path: path.clone(), sha256: *sha256, before };
                let bundle = &mut *self.bundle;
                acting.act(change, || match source {
                    Source::Entry { name } => Ok(tree.put_file(path, *mode, ids, &mut bundle.entry(name.as_str())?)?),
                    Source::Installer => Ok(tree.put_file(path, *mode, ids, &mut bundle.installer()?)?),
                })
            }
            Step::Link { path, target } => {
                let before = match tree.look(path)? {
                    Seen::Link { target } => Some(target),
                    _ => None,
                };
                let change = Change::Link { path: path.clone(), target: target.clone(), before };
                acting.act(change, || Ok(tree.put_link(path, target)?))
            }
            Step::Wheels { dir, wheels, python } => {
                let bundle = &mut *self.bundle;
                let change = Change::Tree { path: dir.clone() };
                acting.act(change, || Ok(wheels::install(tree, bundle, dir, wheels, python)?))
            }
            Step::Service { supervision, action } => self.serve(supervision, *action, acting),
        }
    }

    fn serve(&self, supervision: &Supervision, action: Action, acting: &mut Acting) -> Result<(), StepError> {
        let change = Change::Service { supervision: supervision.clone() };
        let (manifest, report) = (self.bundle.manifest(), self.report);
        acting.act(change, || {
            service::start(supervision, action)?;
            if action == Action::Enable {
                return Ok(());
            }
            crate::health::wait_until_up(manifest, supervision, report).map_err(StepError::NotUp)
        })
    }

    /// The programs, in one pass over the tarball; those that are there already are passed over.
    fn unpack(
        &mut self,
        dir: &AbsPath,
        entry: &str,
        programs: &[Program],
        acting: &mut Acting,
    ) -> Result<(), StepError> {
        let tree = self.tree;
        let mut plans = Vec::new();
        for program in programs {
            let path = dir.join(&program.name)?;
            plans.push((program.name.clone(), self.keep(&path, acting)?, path));
        }
        let mut place = |program: &Program, from: &mut dyn Read| -> Result<(), String> {
            let (_, before, path) = plans
                .iter()
                .find(|(name, ..)| *name == program.name)
                .ok_or_else(|| format!("`{}` was not planned", program.name))?;
            let change = Change::File { path: path.clone(), sha256: program.sha256, before: before.clone() };
            let put = || tree.put_file(path, Mode::PROGRAM, Ids::ROOT, from);
            acting.act(change, put).map_err(|error: FsError| error.to_string())
        };
        let top = tarball::top(self.bundle.manifest().release.version, self.bundle.manifest().arch);
        Ok(tarball::programs(self.bundle.entry(entry)?, &top, programs, &mut place)?)
    }

    /// Puts a file that is to be replaced aside; nothing to do where there is none.
    fn keep(&self, path: &AbsPath, acting: &Acting) -> Result<Before, StepError> {
        if self.tree.look(path)? == Seen::Absent {
            return Ok(Before::Nothing);
        }
        let dir = undo_dir(self.state)?;
        self.tree.make_dir(&dir, Mode::PRIVATE_DIR, Ids::ROOT)?;
        let backup = dir.join(&format!("{}-{}", acting.made.len(), path.name()))?;
        self.tree.copy_with_owner(path, &backup)?;
        Ok(Before::Ours { backup })
    }

    fn ids(&self, owner: Owner) -> Result<Ids, StepError> {
        let user = &self.bundle.manifest().user;
        match owner {
            Owner::Root => Ok(Ids::ROOT),
            Owner::Service => {
                let account = self.tree.user(user)?.ok_or_else(|| StepError::NoUser(user.clone()))?;
                Ok(Ids { uid: account.uid, gid: account.gid })
            }
        }
    }
}

/// Where replaced files wait until the install is done.
fn undo_dir(state: &State) -> Result<AbsPath, NotAPath> {
    state.dir.join("undo")
}
