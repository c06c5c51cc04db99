//! Changing the host. Recording a change and making it are one call here, and both take what they do from one value: a
//! digest on record is that of the bytes that were written.
//!
//! Whatever changes the host asks for a [`Permit`]. Only this room has one, and lends it to a change of which the record is
//! on disk. It must not know what the changes are for: that is `operation`'s.

mod closing;
mod content;
mod journal;
mod permit;
mod state_dir;
pub(crate) mod undo;
mod undoing;

use payload::digest::Digest;
use payload::manifest::Manifest;
use payload::mode::Mode;
use payload::name::UserName;
use payload::path::AbsPath;

use crate::change::{Access, Before, Change, Holds};
use crate::facts::paths::Seen;
use crate::facts::restore::Replaced;
use crate::host::accounts::AccountError;
use crate::host::fs_error::FileOp;
use crate::host::interrupt::Interrupt;
use crate::host::restored::Brought;
use crate::host::write::Ids;
use crate::host::{FsError, Tree};
use crate::layout;
use crate::records::{JournalError, Operation, StateDir};
use crate::service::{self, ServiceError};
use crate::step::Action;
use crate::supervision::{Standing, Supervision, Supervisor};

use journal::Journal;
use undo::UndoError;

pub(crate) use closing::{Remains, WaitingKey};
pub(crate) use content::{Content, WholeFile};
pub(crate) use permit::Permit;
pub(crate) use state_dir::clean_up;
pub(crate) use undoing::{AdoptedData, Policy, ServiceFate, Undoing, in_order};

/// The changes of one run, from the first record to the last.
pub(crate) struct Transaction<'a> {
    tree: &'a Tree,
    state: &'a StateDir,
    journal: Journal<'a>,
    /// What was on record before this run.
    ours: Vec<Change>,
}

impl<'a> Transaction<'a> {
    /// Begins `operation`, or goes on with what was cut off. The manifest is the bundle's, where there is one; `changes` are
    /// those on record that an uninstall is about; `entry` is the number that a new operation gets in the history.
    pub(crate) fn begin(
        tree: &'a Tree,
        state: &'a StateDir,
        operation: Operation,
        manifest: Option<&Manifest>,
        changes: &[Change],
        entry: u32,
    ) -> Result<Self, JournalError> {
        let journal = Journal::begin(tree, state, operation, manifest, changes, entry)?;
        Ok(Self { tree, state, journal, ours: Vec::new() })
    }

    /// With what was on record before this run: whatever else it replaces was there before us.
    pub(crate) fn knowing(self, ours: Vec<Change>) -> Self {
        Self { ours, ..self }
    }

    /// The number of the operation in the history.
    pub(crate) fn entry(&self) -> u32 {
        self.journal.entry()
    }

    /// Every change that began, in this run and in those that were cut off before it; oldest first.
    pub(crate) fn changes(&self) -> &[Change] {
        self.journal.changes()
    }

    /// Removes what killed runs may have left beside the things that they were changing.
    pub(crate) fn clear_leftovers(&self) -> Result<(), UndoError> {
        self.changes().iter().try_for_each(|change| undo::clear_leftovers(self.journal.permit(), self.tree, change))
    }

    /// Writes a file. One that it replaces is put aside first, and comes back when the change is undone.
    pub(crate) fn put_file(
        &mut self,
        path: &AbsPath,
        mode: Mode,
        ids: Ids,
        mut content: Content,
    ) -> Result<(), FsError> {
        let sha256 = content.sha256();
        let change = Change::File { path: path.clone(), sha256, before: self.before(path, sha256)? };
        let tree = self.tree;
        self.journal.act(change, |permit| tree.put_file(permit, path, mode, ids, &mut content))
    }

    /// Gives a file its name that was written without one.
    pub(crate) fn name_file(&mut self, file: WholeFile) -> Result<(), FsError> {
        let WholeFile { path, sha256, file } = file;
        let change = Change::File { path: path.clone(), sha256, before: self.before(&path, sha256)? };
        let tree = self.tree;
        // The handle goes with this call: the kernel starts no program that is open for writing.
        self.journal.act(change, |permit| tree.name_file(permit, &path, &file))
    }

    /// Makes a directory that is not there.
    pub(crate) fn make_dir(&mut self, path: &AbsPath, mode: Mode, ids: Ids, holds: Holds) -> Result<(), FsError> {
        let tree = self.tree;
        let change = Change::Dir { path: path.clone(), holds };
        self.journal.act(change, |permit| tree.make_dir(permit, path, mode, ids))
    }

    /// From now on what comes into this directory, which was there before, is ours.
    pub(crate) fn adopt_dir(&mut self, path: &AbsPath, holds: Holds, was: Access) -> Result<(), FsError> {
        let change = Change::Adopted { path: path.clone(), holds, was: Some(was) };
        self.journal.act(change, |_| Ok(()))
    }

    /// Sets owner and mode of a directory right, which `was` otherwise; `then` is part of the same change.
    pub(crate) fn mend_dir<E: From<FsError>>(
        &mut self,
        path: &AbsPath,
        mode: Mode,
        ids: Ids,
        was: Access,
        then: impl FnOnce(&Permit) -> Result<(), E>,
    ) -> Result<(), E> {
        let tree = self.tree;
        let change = Change::Access { path: path.clone(), mode: was.mode, uid: was.uid, gid: was.gid };
        self.journal.act(change, |permit| {
            tree.mend_dir(permit, path, mode.bits(), ids)?;
            then(permit)
        })
    }

    /// Makes a link, or switches one. A directory of ours makes way for it.
    pub(crate) fn put_link(&mut self, path: &AbsPath, target: &str) -> Result<(), UndoError> {
        let tree = self.tree;
        let before = match tree.look(path)? {
            Seen::Link { target } => Some(target),
            Seen::Dir { .. } => {
                let (path, target, aside) = (path.clone(), target.to_owned(), layout::aside(path)?);
                let change = Change::MadeWay { path: path.clone(), target: target.clone(), aside: aside.clone() };
                return Ok(self.journal.act(change, |permit| tree.make_way(permit, &path, &target, &aside))?);
            }
            _ => None,
        };
        let change = Change::Link { path: path.clone(), target: target.to_owned(), before };
        Ok(self.journal.act(change, |permit| tree.put_link(permit, path, target))?)
    }

    /// Makes a directory that is ours with all that is in it; `fill` makes it appear whole.
    pub(crate) fn put_tree<E: From<FsError>>(
        &mut self,
        path: &AbsPath,
        fill: impl FnOnce(&Permit) -> Result<(), E>,
    ) -> Result<(), E> {
        self.journal.act(Change::Tree { path: path.clone() }, fill)
    }

    /// Makes a group. One that a killed run has half made goes first: nobody knows which half is there.
    pub(crate) fn add_group(&mut self, name: &UserName) -> Result<(), AccountError> {
        let tree = self.tree;
        self.journal.act(Change::Group { name: name.clone() }, |permit| {
            tree.remove_group(permit, name)?;
            tree.add_group(permit, name)
        })
    }

    /// Makes a user in the group `gid`, of its name. `keep` is that group where it is not ours: userdel may take it along.
    pub(crate) fn add_user(
        &mut self,
        name: &UserName,
        gid: u32,
        shell: &AbsPath,
        keep: Option<u32>,
    ) -> Result<(), AccountError> {
        let tree = self.tree;
        self.journal.act(Change::User { name: name.clone(), group: keep }, |permit| {
            tree.remove_user(permit, name)?;
            tree.keep_group(permit, name, gid)?;
            tree.add_user(permit, name, gid, shell)
        })
    }

    /// Puts etcd under a supervision; `then` is part of the same change, and decides whether it was made.
    pub(crate) fn serve<E: From<FsError> + From<ServiceError>>(
        &mut self,
        supervision: &Supervision,
        action: Action,
        interrupt: &Interrupt,
        then: impl FnOnce() -> Result<(), E>,
    ) -> Result<(), E> {
        if action == Action::Reload {
            // No change of its own: taken back, it must not look like a restart.
            return Ok(service::start(self.journal.permit(), supervision, action, interrupt)?);
        }
        let was = self.standing(supervision, interrupt)?;
        self.journal.act(Change::Service { supervision: supervision.clone(), was }, |permit| {
            service::start(permit, supervision, action, interrupt)?;
            then()
        })
    }

    /// How its manager stood before us. What a run that was cut off has enabled or started was not so before.
    fn standing(&self, supervision: &Supervision, interrupt: &Interrupt) -> Result<Option<Standing>, ServiceError> {
        let earlier = self.changes().iter().find_map(|change| match change {
            Change::Service { supervision: of, was } if of == supervision => Some(*was),
            _ => None,
        });
        match earlier {
            Some(was) => Ok(was),
            None => Ok(Some(service::standing(supervision, interrupt)?)),
        }
    }

    /// Has systemd read its units again, and start this one, or have it begin anew.
    pub(crate) fn start_timer<E: From<FsError> + From<ServiceError>>(
        &mut self,
        unit: &str,
        earlier: &[Change],
        interrupt: &Interrupt,
    ) -> Result<(), E> {
        let change = Change::Timer { unit: unit.to_owned() };
        self.start(change, earlier, |permit| Ok(service::timer::start(permit, unit, interrupt)?))
    }

    /// From now on this file is one of ours, whenever it comes.
    pub(crate) fn tell_in(&mut self, path: &AbsPath) -> Result<(), FsError> {
        self.journal.act(Change::Textfile { path: path.clone() }, |_| Ok(()))
    }

    /// Has supervisord start this program of ours beside etcd, or have it begin anew.
    pub(crate) fn start_loop<E: From<FsError> + From<ServiceError>>(
        &mut self,
        supervisor: &Supervisor,
        earlier: &[Change],
        interrupt: &Interrupt,
    ) -> Result<(), E> {
        let change = Change::Loop { supervisor: supervisor.clone() };
        self.start(change, earlier, |permit| Ok(service::beside::start(permit, supervisor, interrupt)?))
    }

    /// What is among the changes of an `earlier` install is no change of this one: taken back, it must not stop that.
    fn start<E: From<FsError>>(
        &mut self,
        change: Change,
        earlier: &[Change],
        act: impl FnOnce(&Permit) -> Result<(), E>,
    ) -> Result<(), E> {
        if earlier.contains(&change) { act(self.journal.permit()) } else { self.journal.act(change, act) }
    }

    /// Removes the link that starts a service at boot, after the service has been taken from its manager.
    pub(crate) fn remove_enabling_link(&self, link: &AbsPath) -> Result<(), FsError> {
        self.tree.remove_file(self.journal.permit(), link)
    }

    /// Stops etcd, which somebody else's change starts again; undoing this one is undoing that.
    pub(crate) fn stop<E: From<FsError> + From<ServiceError>>(
        &mut self,
        supervision: &Supervision,
        seconds: u32,
        interrupt: &Interrupt,
    ) -> Result<(), E> {
        let was = self.standing(supervision, interrupt)?;
        self.journal.act(Change::Service { supervision: supervision.clone(), was }, |permit| {
            Ok(service::control::stop(permit, supervision, seconds, interrupt)?)
        })
    }

    /// Starts etcd again after [`Self::stop`]. No change of its own: with this, that one is over.
    pub(crate) fn start_again(&self, supervision: &Supervision, interrupt: &Interrupt) -> Result<(), ServiceError> {
        service::start(self.journal.permit(), supervision, Action::StartAgain, interrupt)
    }

    /// A snapshot comes into the directory for data: `restore` makes it, beside what is there.
    pub(crate) fn restore<E: From<FsError>>(
        &mut self,
        replaced: Replaced,
        restore: impl FnOnce() -> Result<(), E>,
    ) -> Result<(), E> {
        let (tree, Replaced { places, aside, identity }) = (self.tree, replaced);
        let (path, wal) = (places.data.clone(), places.wal.cloned());
        let change = Change::Restored { path, wal, aside: aside.to_owned(), identity };
        let was_cut_off = self.changes().contains(&change);
        self.journal.act(change, |permit| {
            if was_cut_off {
                tree.put_back(permit, replaced, Brought::Goes)?;
            } else {
                tree.clear_restoring(permit, replaced)?;
            }
            restore()?;
            // Before it has its name.
            for place in std::iter::once(places.data).chain(places.wal) {
                tree.sync_filesystem(permit, place)?;
            }
            Ok(tree.put_restored(permit, replaced)?)
        })
    }

    /// Makes everything durable on the file system of the directory `path`.
    pub(crate) fn sync(&self, path: &AbsPath) -> Result<(), FsError> {
        self.tree.sync_filesystem(self.journal.permit(), path)
    }

    /// What stands where a file with this sum is to be put, which comes back when the change is undone.
    fn before(&mut self, path: &AbsPath, sha256: Digest) -> Result<Before, FsError> {
        let Seen::File { mode, uid, gid, size } = self.tree.look(path)? else { return self.put_aside(path) };
        let at_path = |change: &&Change| change.path() == Some(path);
        // A run that was cut off may have come as far as here.
        let theirs = self.changes().iter().filter(at_path).find_map(|change| match change {
            Change::File { before: before @ Before::Theirs { .. }, .. } => Some(before.clone()),
            _ => None,
        });
        if let Some(theirs) = theirs {
            return Ok(theirs);
        }
        let is_ours = self.ours.iter().chain(self.changes()).any(|change| at_path(&change));
        let is_same = || Ok(self.tree.measure_sized(path, size)?.is_some_and(|here| here.digest == sha256));
        if !is_ours && is_same()? {
            return Ok(Before::Theirs { was: Access { mode, uid, gid } });
        }
        self.put_aside(path)
    }

    /// Puts a file that is to be replaced aside; nothing to do where there is none.
    fn put_aside(&mut self, path: &AbsPath) -> Result<Before, FsError> {
        if self.tree.look(path)? == Seen::Absent {
            return Ok(Before::Nothing);
        }
        let name = format!("{}-{}", self.journal.number(), path.name());
        let backup = self.state.undo.join(&name);
        let backup =
            backup.map_err(|error| FsError::of_path(FileOp::Copy, path.as_str(), std::io::Error::other(error)))?;
        let permit = self.journal.permit();
        self.tree.make_dir(permit, &self.state.undo, Mode::PRIVATE_DIR, Ids::ROOT)?;
        self.tree.copy_with_owner(permit, path, &backup)?;
        Ok(Before::Ours { backup })
    }
}
