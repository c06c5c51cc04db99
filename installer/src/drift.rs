//! What an administrator changed of ours since we wrote it: it is kept, and what a newer bundle brings for the same
//! place is put beside it. Pure.

use payload::digest::Digest;
use payload::path::{AbsPath, NotAPath};

use crate::change::{Before, Change};
use crate::facts::Paths;
use crate::facts::paths::{PathFact, Seen};
use crate::finding::{Finding, PathFinding};
use crate::layout::beside;
use crate::step::Step;

/// `steps` without those that would overwrite an administrator's change, and what to say about each.
pub(crate) fn keep_changes(
    steps: Vec<Step>,
    here: &Paths,
    ours: &[Change],
) -> Result<(Vec<Step>, Vec<Finding>), NotAPath> {
    let (mut kept, mut findings) = (Vec::new(), Vec::new());
    for step in steps {
        match step {
            Step::File { path, mode, owner, sha256, source } => match drift(&path, sha256, here, ours) {
                Drift::None => kept.push(Step::File { path, mode, owner, sha256, source }),
                Drift::Settled => findings.push(PathFinding::Changed { path }.into()),
                Drift::Newer => {
                    let new = beside(&path)?;
                    findings.push(PathFinding::ChangedAndNew { path, new: new.clone() }.into());
                    kept.push(Step::File { path: new, mode, owner, sha256, source });
                }
            },
            Step::Programs { dir, entry, programs } => {
                let mut ours_still = Vec::new();
                for program in programs {
                    let path = dir.join(&program.name)?;
                    if drift(&path, program.sha256, here, ours) == Drift::None {
                        ours_still.push(program);
                    } else {
                        findings.push(PathFinding::Changed { path }.into());
                    }
                }
                kept.push(Step::Programs { dir, entry, programs: ours_still });
            }
            Step::Link { path, target } => {
                // A directory of ours that makes way for a link counts, too: a link in its place is an administrator's.
                let known = ours.iter().any(|change| change.path() == Some(&path));
                match here.at(&path) {
                    Seen::Link { target: to } if known && !is_recorded_link(&path, to, ours) => {
                        findings.push(PathFinding::Changed { path }.into());
                    }
                    _ => kept.push(Step::Link { path, target }),
                }
            }
            other => kept.push(other),
        }
    }
    Ok((kept, findings))
}

/// How a file of ours differs from what we know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Drift {
    /// Not at all, or it is not there, or it never was ours.
    None,
    /// Changed; the bundle brings what we wrote before.
    Settled,
    /// Changed; the bundle brings something new.
    Newer,
}

/// Of the file at `path`, for which a bundle brings `wanted`.
pub(crate) fn drift(path: &AbsPath, wanted: Digest, here: &Paths, ours: &[Change]) -> Drift {
    let recorded = recorded(path, ours);
    let is_as_written = match here.found.get(path) {
        Some(PathFact { digest: Some(is), .. }) => *is == wanted || recorded.contains(is),
        // One that is larger than anything that we write is unread. A link in a file's place leads to what an
        // administrator chose.
        Some(PathFact { seen: Seen::File { .. } | Seen::Link { .. }, .. }) => false,
        _ => true,
    };
    if recorded.is_empty() || is_as_written {
        Drift::None
    } else if recorded.contains(&wanted) {
        Drift::Settled
    } else {
        Drift::Newer
    }
}

/// What we have written to `path`, in this and earlier runs.
pub(crate) fn recorded(path: &AbsPath, ours: &[Change]) -> Vec<Digest> {
    let written = |change: &Change| match change {
        Change::File { path: at, sha256, .. } if at == path => Some(*sha256),
        _ => None,
    };
    ours.iter().filter_map(written).collect()
}

/// Whether what we have written to `path` took the place of the same bytes, which were there before us and are to come back.
pub(crate) fn is_theirs(path: &AbsPath, ours: &[Change]) -> bool {
    let is_it =
        |change: &Change| matches!(change, Change::File { path: at, before: Before::Theirs { .. }, .. } if at == path);
    ours.iter().any(is_it)
}

/// Whether we have made `path` a link to `target`, in this and earlier runs.
pub(crate) fn is_recorded_link(path: &AbsPath, target: &str, ours: &[Change]) -> bool {
    ours.iter().any(|change| match change {
        Change::Link { path: at, target: to, .. } | Change::MadeWay { path: at, target: to, .. } => {
            at == path && to == target
        }
        _ => false,
    })
}
