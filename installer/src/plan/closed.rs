//! Where a plan would write, and cannot: what its steps need of the places that they go to. Pure.
//!
//! A step that changes nothing needs nothing: what stands already may lie on a disk that is read-only by now.

use payload::path::{AbsPath, NotAPath};

use super::Planned;
use crate::change::{Change, Holds};
use crate::facts::machine::Target;
use crate::facts::paths::{Closed, ClosedDir, Paths, Seen};
use crate::finding::{DiskFinding, Finding};
use crate::layout::{self, RUN, WANTS};
use crate::records::StateDir;
use crate::step::{Action, State, Step};
use crate::supervision::Supervision;

/// Something that a step does at a place.
enum Need {
    /// A name comes to be, or goes, in this directory.
    In { dir: AbsPath, what: AbsPath },
    /// What stands there is replaced, changed or removed.
    Thing(AbsPath),
}

/// Whether the records change, too: not where a bundle is in its place already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Records {
    AreWritten,
    Stay,
}

/// What keeps these steps from being taken: each place once, with the first thing that would go there. Of `found`, what was
/// said of a place already is not said again.
pub(crate) fn closed(
    steps: &[Planned],
    records: Records,
    paths: &Paths,
    target: Target,
    found: &[Finding],
) -> Result<Vec<Finding>, NotAPath> {
    let mut needs = Vec::new();
    if target == Target::Live {
        needs.push(within(RUN.parse()?));
    }
    if records == Records::AreWritten {
        needs.extend(of_records(&StateDir::new()?));
    }
    for planned in steps.iter().filter(|planned| planned.state == State::Pending) {
        needs.extend(of_step(&planned.step, paths)?);
    }
    let mut findings: Vec<Finding> = Vec::new();
    for need in needs {
        let Some(finding) = barred(need, &paths.closed) else { continue };
        let is_said = |other: &Finding| matches!(other, Finding::Disks(other) if finding.says_no_more_than(other));
        if !found.iter().chain(&findings).any(is_said) {
            findings.push(finding.into());
        }
    }
    Ok(findings)
}

fn barred(need: Need, closed: &Closed) -> Option<DiskFinding> {
    match need {
        Need::In { dir, what } => {
            let ClosedDir { at, barrier } = closed.dirs.get(&dir)?.clone();
            Some(DiskFinding::Barred { at, barrier, what })
        }
        Need::Thing(what) => {
            let barrier = closed.things.get(&what)?.clone();
            Some(DiskFinding::Barred { at: what.to_string(), barrier, what })
        }
    }
}

/// They come and go with their directory.
fn of_records(state: &StateDir) -> Vec<Need> {
    let files = [&state.journal, &state.receipt, &state.kept, &state.history];
    let dirs = [within(state.dir.clone()), at(&state.dir)];
    dirs.into_iter().chain(files.map(|file| Need::Thing(file.clone()))).collect()
}

fn of_step(step: &Step, paths: &Paths) -> Result<Vec<Need>, NotAPath> {
    Ok(match step {
        Step::Group { .. } | Step::User { .. } => accounts()?,
        Step::Dir { path, .. } => match paths.at(path) {
            Seen::Absent => vec![at(path)],
            _ => vec![within(path.clone())],
        },
        Step::Programs { dir, programs, .. } => {
            let programs = programs.iter().map(|program| Ok(Need::Thing(dir.join(&program.name)?)));
            [Ok(within(dir.clone()))].into_iter().chain(programs).collect::<Result<_, NotAPath>>()?
        }
        Step::Wheels { dir, .. } => vec![at(dir), within(dir.clone())],
        Step::File { path, .. } | Step::Link { path, .. } => vec![at(path), Need::Thing(path.clone())],
        Step::Restore { data, wal, .. } => {
            let there = std::iter::once(data).chain(wal).filter(|place| *paths.at(place) != Seen::Absent);
            there.map(|place| within(place.clone())).collect()
        }
        Step::Service { supervision, action } => of_service(supervision, *action, paths)?,
        Step::Undo { change } => of_undoing(change)?,
        Step::CopyData { .. }
        | Step::Labels { .. }
        | Step::Timer { .. }
        | Step::Loop { .. }
        | Step::Textfile { .. } => Vec::new(),
    })
}

/// `systemctl` makes the link that starts a unit at boot, and takes it away.
fn of_service(supervision: &Supervision, action: Action, paths: &Paths) -> Result<Vec<Need>, NotAPath> {
    let Some(unit) = supervision.own_unit() else { return Ok(Vec::new()) };
    let wants: AbsPath = WANTS.parse()?;
    let link = wants.join(unit)?;
    let is_there = *paths.at(&link) != Seen::Absent;
    Ok(match action {
        Action::Start | Action::Enable if !is_there => vec![at(&link)],
        Action::Remove => vec![at(&link)],
        Action::Start | Action::Enable | Action::Restart | Action::Reload | Action::Stop | Action::StartAgain => {
            Vec::new()
        }
    })
}

fn of_undoing(change: &Change) -> Result<Vec<Need>, NotAPath> {
    Ok(match change {
        Change::Group { .. } | Change::User { .. } => accounts()?,
        Change::File { path, .. }
        | Change::Link { path, .. }
        | Change::MadeWay { path, .. }
        | Change::Dir { path, holds: Holds::Files } => {
            vec![at(path), Need::Thing(path.clone())]
        }
        // What lies in them goes first.
        Change::Dir { path, .. } | Change::Tree { path } => {
            vec![at(path), Need::Thing(path.clone()), within(path.clone())]
        }
        Change::Adopted { path, .. } | Change::Access { path, .. } => vec![within(path.clone())],
        Change::Restored { path, wal, .. } => std::iter::once(path).chain(wal).cloned().map(within).collect(),
        Change::Textfile { .. } | Change::Timer { .. } | Change::Loop { .. } | Change::Service { .. } => Vec::new(),
    })
}

/// The tools write a new file beside the old one, whose name it takes.
fn accounts() -> Result<Vec<Need>, NotAPath> {
    let files = layout::ACCOUNTS.map(|path| path.parse::<AbsPath>().map(|path| [at(&path), Need::Thing(path)]));
    Ok(files.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// For something with this path, in the directory that it is in.
fn at(path: &AbsPath) -> Need {
    // What lies in the root itself has no directory of our grammar: the path's own way says the same.
    Need::In { dir: path.parent().unwrap_or_else(|| path.clone()), what: path.clone() }
}

fn within(dir: AbsPath) -> Need {
    Need::In { what: dir.clone(), dir }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::paths::{Barrier, PathFact};
    use crate::facts::tests::{good, receipt};
    use crate::plan::tests::plan_of;
    use crate::text::findings::{help, text};

    const FULL: Barrier = Barrier::Full { free: 0 };

    fn path(path: &str) -> AbsPath {
        path.parse().unwrap()
    }

    #[test]
    fn each_place_that_is_closed_is_named_once_with_its_code() {
        let closed = |at: &str, barrier: Barrier| (path(at), ClosedDir { at: at.to_owned(), barrier });
        for (at, barrier, code, words, typed) in [
            ("/etc", Barrier::ReadOnly, "read-only", "mounted read-only", "remount,rw"),
            ("/etc/systemd/system", Barrier::Immutable, "not-writable", "immutable", "chattr -i /etc/systemd/system"),
            ("/usr/local/bin", Barrier::AppendOnly, "not-writable", "append-only", "chattr -a /usr/local/bin"),
            ("/run", FULL, "no-space", "0 KiB are free", "df -h /run"),
            ("/var/lib/etcdpack", Barrier::Forbidden { said: "EIO".to_owned() }, "not-writable", "EIO", "findmnt"),
        ] {
            let mut facts = good();
            facts.paths.closed.dirs = [closed(at, barrier)].into();
            let found = plan_of(&facts).findings;
            assert_eq!(found.len(), 1, "{at}: {found:?}");
            assert_eq!(found[0].code().as_str(), code);
            assert!(text(&found[0]).contains(&format!("`{at}`")) && text(&found[0]).contains(words), "{found:?}");
            assert!(help(&found[0]).to_string().contains(typed), "{found:?}");
        }
    }

    #[test]
    fn what_cannot_be_replaced_is_named_and_a_place_that_nothing_goes_to_is_not() {
        let mut facts = good();
        facts.paths.closed.things =
            [(path("/etc/shadow"), Barrier::MountPoint), (path("/home"), Barrier::Immutable)].into();
        facts.paths.closed.dirs = [(path("/home"), ClosedDir { at: "/home".to_owned(), barrier: FULL })].into();
        let found = plan_of(&facts).findings;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(text(&found[0]), "something is mounted on `/etc/shadow`, so that no other file can take its place");
    }

    #[test]
    fn what_stands_already_needs_no_place() {
        let link = path("/opt/etcd");
        let step = Step::Link { path: link.clone(), target: "x".to_owned() };
        let dir = ClosedDir { at: "/opt".to_owned(), barrier: Barrier::ReadOnly };
        let seen = PathFact { seen: Seen::Link { target: "x".to_owned() }, digest: None };
        let closed_dirs = Closed { dirs: [(path("/opt"), dir)].into(), ..Closed::default() };
        let paths = Paths { found: [(link, seen)].into(), closed: closed_dirs, ..Paths::default() };
        for (state, expected) in [(State::Pending, 1), (State::Done, 0), (State::Waits, 0), (State::Stays, 0)] {
            let steps = [Planned { step: step.clone(), state }];
            let found = closed(&steps, Records::Stay, &paths, Target::Live, &[]).unwrap();
            assert_eq!(found.len(), expected, "{state:?}");
            assert!(closed(&steps, Records::Stay, &paths, Target::Live, &found).unwrap().is_empty(), "said once");
        }
    }

    #[test]
    fn what_an_uninstall_removes_needs_its_place_too() {
        let dir = |at: &str| (path(at), ClosedDir { at: at.to_owned(), barrier: Barrier::ReadOnly });
        let paths = Paths {
            closed: Closed { dirs: [dir("/opt"), dir("/var/lib")].into(), ..Closed::default() },
            ..Paths::default()
        };
        let changes = receipt().changes;
        let steps: Vec<Planned> =
            changes.into_iter().map(|change| Planned { step: Step::Undo { change }, state: State::Pending }).collect();
        let found = closed(&steps, Records::AreWritten, &paths, Target::Live, &[]).unwrap();
        let found: Vec<String> = found.iter().map(text).collect();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("`/var/lib/etcdpack` belongs there") && found[1].contains("`/opt`"), "{found:?}");
    }
}
