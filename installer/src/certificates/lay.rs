//! How the set that a bundle wants comes to be the one in use: its files first, then the links. A set that an administrator
//! has changed stays in use as a whole; half of his and half of ours would fit together nowhere.

use payload::path::{AbsPath, NotAPath};

use super::{Item, Set};
use crate::change::Change;
use crate::drift::{self, Drift};
use crate::facts::credentials::Here;
use crate::facts::paths::Paths;
use crate::finding::{Finding, PathFinding};
use crate::layout;
use crate::step::{Source, Step};

/// What is to be done about a set.
#[derive(Debug, Default)]
pub(crate) struct Laid {
    pub(crate) files: Vec<Step>,
    /// What makes it the one in use, when its files are there.
    pub(crate) links: Vec<Step>,
    /// What is to be said of the one that is in use now.
    pub(crate) findings: Vec<Finding>,
}

/// For `set`, where the one in use is `here`.
pub(crate) fn lay(set: &Set, here: Option<&Here>, paths: &Paths, ours: &[Change]) -> Result<Laid, NotAPath> {
    if let Some(here) = here {
        for item in &set.items {
            if drift::drift(&here.dir.join(&item.name)?, item.sha256, paths, ours) != Drift::None {
                return beside(set, &here.dir, paths, ours);
            }
        }
    }
    let mut files = Vec::new();
    for item in &set.items {
        files.push(file(item, set.dir.join(&item.name)?, source(item, here, paths)?));
    }
    let links = vec![
        Step::Link { path: set.home.current.clone(), target: set.name.clone() },
        Step::Link { path: set.home.link.clone(), target: set.home.target.clone() },
    ];
    Ok(Laid { files, links, findings: here.and_then(|here| left_behind(set, here)).into_iter().collect() })
}

fn file(item: &Item, path: AbsPath, source: Source) -> Step {
    let Item { mode, owner, sha256, .. } = *item;
    Step::File { path, mode, owner, sha256, source }
}

/// A key that is on the host already need not be opened again.
fn source(item: &Item, here: Option<&Here>, paths: &Paths) -> Result<Source, NotAPath> {
    if let (Source::Sealed { .. }, Some(here)) = (&item.source, here) {
        let at = here.dir.join(&item.name)?;
        if paths.digest(&at) == Some(item.sha256) {
            return Ok(Source::Carried { at });
        }
    }
    Ok(item.source.clone())
}

/// What is new in `set` goes beside what is in use.
fn beside(set: &Set, dir: &AbsPath, paths: &Paths, ours: &[Change]) -> Result<Laid, NotAPath> {
    let mut laid = Laid::default();
    for item in &set.items {
        let path = dir.join(&item.name)?;
        let new = layout::beside(&path)?;
        let found = match drift::drift(&path, item.sha256, paths, ours) {
            Drift::None if paths.digest(&path) == Some(item.sha256) => continue,
            Drift::None => PathFinding::BesideChanged { path, new: new.clone() },
            Drift::Settled => {
                laid.findings.push(PathFinding::Changed { path }.into());
                continue;
            }
            Drift::Newer => PathFinding::ChangedAndNew { path, new: new.clone() },
        };
        laid.findings.push(found.into());
        laid.files.push(file(item, new, item.source.clone()));
    }
    Ok(laid)
}

/// What somebody else has put into the directory of a set that goes out of use.
fn left_behind(set: &Set, here: &Here) -> Option<Finding> {
    if here.dir == set.dir || here.others.is_empty() {
        return None;
    }
    let home = &set.home;
    let stays = if here.dir == home.link { home.aside.clone() } else { here.dir.clone() };
    Some(PathFinding::LeftBehind { dir: home.link.clone(), names: here.others.clone(), stays }.into())
}

#[cfg(test)]
mod tests {
    use payload::digest::Digest;

    use super::*;
    use crate::change::Before;
    use crate::facts::paths::{PathFact, Seen};
    use crate::facts::tests::manifest;

    const OLD: &str = "/opt/etcd-certs/0123";

    /// A host where the set in use has these contents: as written, and as they are.
    fn laid(set: &Set, wrote: &[(&str, &str, &str)]) -> Laid {
        let (mut paths, mut ours) = (Paths::default(), Vec::new());
        let dir: AbsPath = OLD.parse().unwrap();
        for (name, written, is) in wrote {
            let path = dir.join(name).unwrap();
            let seen = Seen::File { mode: 0o644, uid: 0, gid: 0, size: 1 };
            let digest = Some(Digest::of(is.as_bytes()));
            paths.found.insert(path.clone(), PathFact { seen, digest });
            ours.push(Change::File { path, sha256: Digest::of(written.as_bytes()), before: Before::Nothing });
        }
        lay(set, Some(&Here { dir, others: Vec::new() }), &paths, &ours).unwrap()
    }

    fn set() -> Set {
        let mut set = Set::of(&manifest(), None).unwrap();
        for item in &mut set.items {
            item.sha256 = Digest::of(format!("new {}", item.name).as_bytes());
        }
        set
    }

    fn places(laid: &Laid) -> Vec<&str> {
        let place = |step: &'_ Step| match step {
            Step::File { path, .. } | Step::Link { path, .. } => path.clone(),
            _ => unreachable!(),
        };
        let all: Vec<AbsPath> = laid.files.iter().chain(&laid.links).map(place).collect();
        all.iter().map(|path| if path.as_str().ends_with("etcdpack-dist") { "beside" } else { "set" }).collect()
    }

    #[test]
    fn a_set_is_followed_by_another_unless_somebody_has_changed_it() {
        let set = set();
        let as_written =
            [("ca.pem", "old", "old"), ("etcd-peer.pem", "old", "old"), ("etcd-peer-key.pem", "old", "old")];
        let all = laid(&set, &as_written);
        assert!(all.findings.is_empty() && places(&all) == ["set"; 6], "{all:?}");
        // The new ones, brought by hand before: nothing of them is lost.
        let ahead = [("ca.pem", "old", "new ca.pem"), ("etcd-peer.pem", "old", "new etcd-peer.pem")];
        assert_eq!(places(&laid(&set, &ahead)), ["set"; 6]);
        for changed in 0..as_written.len() {
            let mut here = as_written;
            here[changed].2 = "mine";
            let laid = laid(&set, &here);
            assert_eq!((laid.findings.len(), places(&laid)), (4, vec!["beside"; 4]), "{changed}");
            assert!(laid.links.is_empty());
        }
        let same = [("ca.pem", "new ca.pem", "mine"), ("etcd-peer.pem", "old", "old")];
        let laid = laid(&set, &same);
        assert!(matches!(laid.findings[0], Finding::Paths(PathFinding::Changed { .. })), "{laid:?}");
        assert_eq!(laid.files.len(), 3, "of the changed one nothing is new");
    }

    #[test]
    fn a_key_that_is_here_is_not_opened_again() {
        let mut set = set();
        let key = set.items.iter_mut().find(|item| item.name == "etcd-peer-key.pem").unwrap();
        let Source::Entry { name } = key.source.clone() else { unreachable!() };
        key.source = Source::Sealed { name };
        key.sha256 = Digest::of(b"key");
        let source = |laid: Laid| match laid.files.last().unwrap() {
            Step::File { source, .. } => source.clone(),
            _ => unreachable!(),
        };
        let at = format!("{OLD}/etcd-peer-key.pem").parse().unwrap();
        assert_eq!(source(laid(&set, &[("etcd-peer-key.pem", "key", "key")])), Source::Carried { at });
        let other = source(laid(&set, &[("etcd-peer-key.pem", "other", "other")]));
        assert!(matches!(other, Source::Sealed { .. }));
    }

    #[test]
    fn others_files_in_a_set_that_goes_are_named() {
        let set = set();
        let here = |dir: &AbsPath| Here { dir: dir.clone(), others: vec!["monitor.pem".to_owned()] };
        let said = |dir: &AbsPath| lay(&set, Some(&here(dir)), &Paths::default(), &[]).unwrap().findings;
        let old: AbsPath = OLD.parse().unwrap();
        for (dir, expected) in [(&set.dir, None), (&old, Some(&old)), (&set.home.link, Some(&set.home.aside))] {
            let found = said(dir);
            let stays = found.iter().map(|found| match found {
                Finding::Paths(PathFinding::LeftBehind { stays, .. }) => stays,
                other => panic!("{other:?}"),
            });
            assert_eq!(stays.collect::<Vec<_>>(), expected.into_iter().collect::<Vec<_>>(), "{dir}");
        }
    }
}
