//! Whether the file systems have as many inodes free as the steps make names on each. Pure.

use std::collections::BTreeMap;

use payload::path::{AbsPath, NotAPath};
use payload::wheel;

use super::Planned;
use super::closed::Records;
use crate::change::Change;
use crate::facts::machine::Target;
use crate::facts::paths::{Inodes, Paths, Seen};
use crate::finding::{DiskFinding, Finding};
use crate::layout::{ACCOUNTS, RUN, WANTS};
use crate::records::StateDir;
use crate::step::{Action, State, Step};
use crate::supervision::Supervision;

/// What nobody counts: what others make meanwhile, and what is written beside its place first.
const MARGIN: u64 = 8;

/// The state directory, the journal, the history, and the receipt beside the old one.
const OF_RECORDS: u64 = 5;

/// A first etcd's directories, database, log, the next log and what it writes those in.
const OF_DATA: u64 = 8;

/// What `useradd` or `groupadd` leaves beside the files of accounts, and what it writes them in.
const OF_ACCOUNTS: u64 = 6;

/// Each file system once that has fewer inodes free than these steps and a few more take.
pub(crate) fn too_few(
    steps: &[Planned],
    records: Records,
    paths: &Paths,
    target: Target,
    data: Option<&AbsPath>,
) -> Result<Vec<Finding>, NotAPath> {
    let mut all = Vec::new();
    if target == Target::Live {
        all.push((RUN.parse()?, 1));
    }
    let state = StateDir::new()?;
    if records == Records::AreWritten {
        all.push((state.dir.clone(), OF_RECORDS));
    }
    for planned in steps.iter().filter(|planned| planned.state == State::Pending) {
        all.extend(of_step(&planned.step, paths, &state, data)?);
    }
    let mut needed: BTreeMap<u64, (&Inodes, u64)> = BTreeMap::new();
    for (dir, count) in &all {
        let Some(inodes) = paths.closed.inodes.get(dir) else { continue };
        needed.entry(inodes.file_system).or_insert((inodes, MARGIN)).1 += count;
    }
    let few = needed.into_values().filter(|(inodes, needed)| inodes.free < *needed);
    let found = few.map(|(inodes, needed)| DiskFinding::NoInodes { at: inodes.at.clone(), free: inodes.free, needed });
    Ok(found.map(Finding::from).collect())
}

/// How many names come to be in which directory.
fn of_step(
    step: &Step,
    paths: &Paths,
    state: &StateDir,
    data: Option<&AbsPath>,
) -> Result<Vec<(AbsPath, u64)>, NotAPath> {
    let is_new = |path: &AbsPath| *paths.at(path) == Seen::Absent;
    // Of what is replaced a copy waits until the install is done.
    let file = |path: &AbsPath| {
        let copy = (!is_new(path)).then(|| (state.undo.clone(), 1));
        [Some((dir_of(path), 1)), copy].into_iter().flatten().collect()
    };
    Ok(match step {
        Step::Group { .. } | Step::User { .. } => of_accounts()?,
        Step::Dir { path, .. } if is_new(path) => vec![(dir_of(path), 1)],
        Step::Programs { dir, programs, .. } => vec![(dir.clone(), programs.len() as u64)],
        Step::Wheels { dir, .. } => vec![(dir_of(dir), wheel::MOST_NAMES)],
        Step::File { path, .. } => file(path),
        Step::Link { path, .. } => vec![(dir_of(path), 1)],
        Step::Service { supervision, action: Action::Start | Action::Restart } => {
            let etcds = data.map(|data| (data.clone(), OF_DATA));
            etcds.into_iter().chain(of_enabling(supervision)?).collect()
        }
        Step::Service { supervision, action: Action::Enable } => of_enabling(supervision)?.into_iter().collect(),
        Step::Dir { .. }
        | Step::CopyData { .. }
        | Step::Labels { .. }
        | Step::Timer { .. }
        | Step::Loop { .. }
        | Step::Textfile { .. }
        | Step::Service { .. } => Vec::new(),
        Step::Restore { data, wal, .. } => {
            std::iter::once(data).chain(wal).map(|place| (place.clone(), OF_DATA)).collect()
        }
        Step::Undo { change } => of_undoing(change)?,
    })
}

/// What was there before comes back beside ours.
fn of_undoing(change: &Change) -> Result<Vec<(AbsPath, u64)>, NotAPath> {
    Ok(match change {
        Change::Group { .. } | Change::User { .. } => of_accounts()?,
        Change::File { path, .. } | Change::Link { path, .. } => vec![(dir_of(path), 1)],
        _ => Vec::new(),
    })
}

fn of_enabling(supervision: &Supervision) -> Result<Option<(AbsPath, u64)>, NotAPath> {
    Ok(if supervision.own_unit().is_some() { Some((WANTS.parse()?, 1)) } else { None })
}

fn of_accounts() -> Result<Vec<(AbsPath, u64)>, NotAPath> {
    ACCOUNTS.first().map(|path| Ok((dir_of(&path.parse()?), OF_ACCOUNTS))).into_iter().collect()
}

fn dir_of(path: &AbsPath) -> AbsPath {
    path.parent().unwrap_or_else(|| path.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Facts;
    use crate::facts::tests::{good, receipt};
    use crate::plan::tests::plan_of;
    use crate::text::findings::{help, text};

    /// All places on one file system, or those below `/opt` on one of their own.
    fn with(mut facts: Facts, free: u64, is_one: bool) -> Facts {
        let steps = plan_of(&facts).steps;
        let of_steps = steps.iter().filter_map(|planned| match &planned.step {
            Step::Dir { path, .. } | Step::File { path, .. } | Step::Link { path, .. } => Some(path.lineage()),
            _ => None,
        });
        let beside =
            [RUN, WANTS, "/etc", "/var/lib/etcdpack/undo"].map(|path| path.parse::<AbsPath>().unwrap().lineage());
        for path in of_steps.chain(beside).flatten() {
            let is_apart = !is_one && !path.as_str().starts_with("/opt");
            let (file_system, free) = if is_apart { (2, 1000) } else { (1, free) };
            let inodes = Inodes { file_system, at: path.to_string(), free };
            facts.paths.closed.inodes.insert(path, inodes);
        }
        facts
    }

    fn found(facts: &Facts) -> Vec<Finding> {
        plan_of(facts).findings
    }

    /// The fewest with which nothing speaks against it.
    fn fewest(is_one: bool) -> u64 {
        (0..1000).find(|free| found(&with(good(), *free, is_one)).is_empty()).unwrap()
    }

    #[test]
    fn what_all_steps_make_is_counted_for_each_file_system() {
        let (all, opt) = (fewest(true), fewest(false));
        // Programs, startup script, the certificates and what leads to them; 8 are to spare.
        assert!((18..26).contains(&opt), "{opt}");
        assert!((50..70).contains(&all), "{all}");
        let found = found(&with(good(), opt - 1, false));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].code().as_str(), "no-space");
        assert!(text(&found[0]).contains(&format!("can hold {} more files", opt - 1)), "{found:?}");
        assert!(help(&found[0]).to_string().contains("df -i /opt; du --inodes -x /opt"), "{found:?}");
    }

    #[test]
    fn what_stands_and_what_nobody_counts_needs_none() {
        let facts = with(good(), 0, true);
        let done = |state| plan_of(&facts).steps.into_iter().map(|planned| Planned { state, ..planned }).collect();
        let steps: Vec<Planned> = done(State::Done);
        assert!(too_few(&steps, Records::Stay, &facts.paths, Target::Image, None).unwrap().is_empty());
        let steps: Vec<Planned> = done(State::Pending);
        assert_eq!(too_few(&steps, Records::Stay, &facts.paths, Target::Image, None).unwrap().len(), 1);
        assert!(too_few(&steps, Records::AreWritten, &Paths::default(), Target::Live, None).unwrap().is_empty());
    }

    #[test]
    fn what_an_uninstall_removes_makes_room_and_needs_little() {
        let facts = with(good(), 40, true);
        let steps: Vec<Planned> = receipt()
            .changes
            .into_iter()
            .map(|change| Planned { step: Step::Undo { change }, state: State::Pending })
            .collect();
        let found = too_few(&steps, Records::AreWritten, &facts.paths, Target::Live, None).unwrap();
        assert!(found.is_empty(), "{found:?}");
    }
}
