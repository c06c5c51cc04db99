//! Taking one step.

use payload::mode::{Mode, Owner};
use payload::name::UserName;
use payload::path::AbsPath;

use super::{Again, Execution, Missing, Run, Stage, StepError};
use crate::change::{Access, Change, Holds, fold};
use crate::check;
use crate::facts::data::Places;
use crate::facts::logs::Keeper;
use crate::facts::paths::Seen;
use crate::facts::restore::Replaced;
use crate::health;
use crate::host::clock::Stopwatch;
use crate::host::etcdutl;
use crate::host::wheels;
use crate::host::write::Ids;
use crate::host::{Exec, probe};
use crate::layout;
use crate::step::{Action, Step};
use crate::supervision::Supervision;
use crate::text::{help, progress};
use crate::transaction::Undoing;
use crate::transaction::undo::{Contents, Undone};

impl Run<'_> {
    pub(super) fn apply(&mut self, step: &Step, undoing: &mut Undoing) -> Result<(), StepError> {
        let tree = self.on.tree;
        let earlier = self.on.records.receipt.as_ref().map_or(&[][..], |receipt| &receipt.changes);
        match step {
            Step::Group { name } => Ok(self.transaction.add_group(name)?),
            Step::User { name, shell } => self.add_user(name, shell),
            Step::Dir { path, mode, owner, holds } => self.dir(path, *mode, *owner, *holds),
            Step::Programs { .. } => self.sources.put_programs(&mut self.transaction, step),
            Step::File { owner, .. } => {
                let ids = self.ids(*owner)?;
                self.sources.put_file(&mut self.transaction, tree, step, ids)
            }
            Step::Link { path, target } => Ok(self.transaction.put_link(path, target)?),
            Step::Wheels { dir, wheels, python: _ } => {
                let bundle = self.sources.bundle()?;
                self.transaction.put_tree(dir, |permit| Ok(wheels::install(permit, tree, bundle, dir, wheels)?))
            }
            Step::Labels { places, trees } => {
                Exec::named("restorecon")?.args(places.iter().map(ToString::to_string)).run()?;
                Exec::named("restorecon")?.args(["-R"]).args(trees.iter().map(ToString::to_string)).run()?;
                trees.iter().try_for_each(|dir| Ok(self.transaction.sync(dir)?))
            }
            Step::Service { supervision, action: Action::Stop } => self.stop(supervision),
            Step::Restore { .. } => self.restore(step),
            Step::CopyData { data, wal, bytes } => self.copy_data(Places { data, wal: wal.as_ref() }, *bytes),
            Step::Service { supervision, action: Action::StartAgain } => self.start_again(supervision),
            Step::Timer { unit } => self.transaction.start_timer(unit, earlier, self.on.interrupt),
            Step::Loop { supervisor } => self.transaction.start_loop(supervisor, earlier, self.on.interrupt),
            Step::Textfile { path } => Ok(self.transaction.tell_in(path)?),
            Step::Service { supervision, action: Action::Remove } => self.remove_service(supervision, undoing),
            Step::Service { supervision, action } => self.serve(supervision, *action),
            Step::Undo { change } => {
                let undone = undoing.undo(&mut self.transaction, change)?;
                if undone == Undone::Yes && self.stage != Stage::IsTakenBack {
                    self.on.report.step(&progress::removed(change));
                }
                Ok(())
            }
        }
    }

    /// A directory that is there gets owner and mode; it counts as ours from then on where it is etcd's.
    fn dir(&mut self, path: &AbsPath, mode: Mode, owner: Owner, holds: Holds) -> Result<(), StepError> {
        let (tree, ids) = (self.on.tree, self.ids(owner)?);
        let Seen::Dir { mode: was, uid, gid } = tree.look(path)? else {
            return Ok(self.transaction.make_dir(path, mode, ids, holds)?);
        };
        let access = Access { mode: was, uid, gid };
        let is_ours = self.on.records.ours().iter().any(|change| change.path() == Some(path));
        // Of root's, others than those for logs are only in a plan where they are ours.
        if (owner != Owner::Root || holds == Holds::Logs) && !is_ours {
            self.transaction.adopt_dir(path, holds, access)?;
        }
        self.transaction.mend_dir(path, mode, ids, access, |permit| {
            if holds != Holds::Logs {
                return Ok(());
            }
            // What others than root have put into a directory for logs stays dangerous when the directory is root's. Only
            // now can nobody else put anything there any more: before, looking would prove nothing.
            if let Some(trap) = check::trap(path, &tree.logs(path)?, Keeper::of(was, uid)) {
                return Err(StepError::Planted(Box::new(trap)));
            }
            Ok(tree.take_logs(permit, path)?)
        })
    }

    fn add_user(&mut self, name: &UserName, shell: &AbsPath) -> Result<(), StepError> {
        let gid = self.on.tree.group(name)?.ok_or_else(|| StepError::NoUser(name.clone()))?;
        let ours = Change::Group { name: name.clone() };
        let is_ours = self.on.records.ours().contains(&ours) || self.transaction.changes().contains(&ours);
        Ok(self.transaction.add_user(name, gid, shell, (!is_ours).then_some(gid))?)
    }

    fn serve(&mut self, supervision: &Supervision, action: Action) -> Result<(), StepError> {
        let (tree, report, interrupt) = (self.on.tree, self.on.report, self.on.interrupt);
        let manifest = self.operation.manifest();
        self.transaction.serve(supervision, action, interrupt, || match manifest.filter(|_| action != Action::Enable) {
            Some(manifest) => {
                health::wait_until_up(tree, manifest, supervision, interrupt, report).map_err(StepError::NotUp)
            }
            None => Ok(()),
        })
    }

    /// Nothing is to run on the data that are put aside, or copied.
    fn stop(&mut self, supervision: &Supervision) -> Result<(), StepError> {
        self.stopped = Some(Stopwatch::start());
        let seconds = self.operation.policy().stop_seconds;
        self.transaction.stop::<StepError>(supervision, seconds, self.on.interrupt)?;
        self.has_stopped()
    }

    /// What it is copied into is empty again where that fails: etcd needs the room to start.
    fn copy_data(&mut self, places: Places, bytes: u64) -> Result<(), StepError> {
        self.has_stopped()?;
        let (tree, to) = (self.on.tree, self.sources.data_copy()?);
        tree.copy_data(places, to, bytes).map_err(StepError::NotCopied)
    }

    /// That it does not come up takes nothing back: it was told to, and there is nothing else to be done about it.
    fn start_again(&mut self, supervision: &Supervision) -> Result<(), StepError> {
        let Execution { tree, interrupt, report, .. } = *self.on;
        self.transaction.start_again(supervision, interrupt)?;
        let manifest = self.operation.manifest().ok_or(StepError::NoSource(Missing::Manifest))?;
        let up = health::wait_until_up(tree, manifest, supervision, interrupt, report);
        self.again = Some(Again { stopped: self.stopped.take().map(|since| since.elapsed()), up });
        Ok(())
    }

    /// By the release that was installed, as etcd's user.
    fn restore(&mut self, step: &Step) -> Result<(), StepError> {
        let Step::Restore { data, wal, aside, identity, token, sum, bump, .. } = step else { return Ok(()) };
        self.has_stopped()?;
        let manifest = self.operation.manifest().ok_or(StepError::NoSource(Missing::Manifest))?;
        let me = manifest.me().ok_or(StepError::NoSource(Missing::Manifest))?;
        let places = Places { data, wal: wal.as_ref() };
        let ids = self.ids(Owner::Service)?;
        let snapshot = self.sources.snapshot(ids)?;
        let call = etcdutl::restore(manifest, me, (token, *bump), (snapshot, *sum, places), ids, self.on.interrupt)?;
        let replaced = Replaced { places, aside, identity: *identity };
        self.transaction.restore(replaced, || call.run().map(drop).map_err(StepError::from))
    }

    /// An etcd of ours that its manager did not stop: its programs and data must not go under it.
    fn has_stopped(&self) -> Result<(), StepError> {
        let running = self.operation.manifest().map(|manifest| probe::running(self.on.tree, manifest)).transpose()?;
        match running {
            Some(pids) if !pids.is_empty() => Err(StepError::StillRuns(pids)),
            _ => Ok(()),
        }
    }

    /// Before anything of etcd goes, etcd must have stopped.
    fn remove_service(&mut self, supervision: &Supervision, undoing: &mut Undoing) -> Result<(), StepError> {
        let tree = self.on.tree;
        // As an install recorded it; of an image there is no such change.
        let was = fold(&self.on.records.ours(), &[]).into_iter().find_map(|change| match change {
            Change::Service { was, .. } => was,
            _ => None,
        });
        undoing.try_undo(&mut self.transaction, &Change::Service { supervision: supervision.clone(), was })?;
        // The link that starts the service at boot: systemd leaves it where the unit's file has gone before.
        if let Some(unit) = supervision.own_unit().filter(|_| was.is_none_or(|was| !was.enabled)) {
            let link = layout::WANTS.parse::<AbsPath>()?.join(unit)?;
            if let Seen::Link { .. } = tree.look(&link)? {
                self.transaction.remove_enabling_link(&link)?;
            }
        }
        self.has_stopped()?;
        self.name_strays()
    }

    /// What runs as a user whom we have not made is not ours to end, also where its data goes.
    fn name_strays(&self) -> Result<(), StepError> {
        let Some(manifest) = self.operation.manifest() else { return Ok(()) };
        let user = &manifest.user;
        let is_ours = |change: &Change| matches!(change, Change::User { name, .. } if name == user);
        if self.operation.policy().contents == Contents::Keep || self.on.records.ours().iter().any(is_ours) {
            return Ok(());
        }
        if let Some(pids) = self.on.tree.strays(user)? {
            let help = help::look_at_processes(&pids.replace(' ', ","));
            self.on.report.warn(&progress::strays(user, &pids), Some(&help));
        }
        Ok(())
    }

    fn ids(&self, owner: Owner) -> Result<Ids, StepError> {
        if owner == Owner::Root {
            return Ok(Ids::ROOT);
        }
        let user = &self.operation.manifest().ok_or(StepError::NoSource(Missing::Manifest))?.user;
        let account = self.on.tree.user(user)?.ok_or_else(|| StepError::NoUser(user.clone()))?;
        let uid = if owner == Owner::Service { account.uid } else { Ids::ROOT.uid };
        Ok(Ids { uid, gid: account.gid })
    }
}
