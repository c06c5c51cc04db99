//! Sets that are in use no more: what etcd has to be told of that, and what goes once the run is done.

use payload::digest::Digest;
use payload::etcd::{self, EtcdVersion};
use payload::path::AbsPath;
use payload::render;

use super::way_back::moved;
use super::{Home, Set};
use crate::change::{Change, fold};
use crate::drift;
use crate::restart::Part;
use crate::step::Step;

/// What a switch to `set` renews of that which etcd starts with, where the set in `old` was in use. etcd reads a pair anew at
/// each handshake, the CA only when it starts.
pub(crate) fn part(set: &Set, old: Option<&AbsPath>, ours: &[Change], version: EtcdVersion) -> Option<Part> {
    let differs = |name: &str| {
        let was = old.and_then(|old| Some(drift::recorded(&old.join(name).ok()?, ours)));
        was.and_then(|was: Vec<Digest>| was.last().copied()) != set.digest(name)
    };
    let pair = !etcd::reloads_certificates(version) && [render::CERTIFICATE, render::KEY].into_iter().any(differs);
    (pair || differs(render::CA)).then_some(Part::Files)
}

/// What a change that a run had begun has replaced: the set that was in use before.
pub(crate) fn replaced_by(change: &Change, home: &Home) -> Option<AbsPath> {
    match change {
        Change::Link { path, before: Some(before), .. } if *path == home.current => home.set(before),
        Change::MadeWay { path, .. } if *path == home.link => Some(path.clone()),
        _ => None,
    }
}

/// Whether these steps leave the links leading to a set.
pub(crate) fn leads_to<'a>(set: &Set, steps: impl Iterator<Item = &'a Step>) -> bool {
    let Home { link, target, current, .. } = &set.home;
    let mut left = vec![(current, &set.name), (link, target)];
    for step in steps {
        if let Step::Link { path, target } = step {
            left.retain(|link| *link != (path, target));
        }
    }
    left.is_empty()
}

/// All that is ours once the links lead to `set`, and those of it that go: what lies in other sets.
pub(crate) fn settled(changes: &[Change], set: &Set) -> (Vec<Change>, Vec<Change>) {
    let Home { link, target, aside, .. } = &set.home;
    let made_way = changes.iter().any(|change| matches!(change, Change::MadeWay { path, .. } if path == link));
    let mut all = Vec::new();
    for change in changes {
        all.push(match change {
            Change::MadeWay { path, .. } if path == link => {
                Change::Link { path: path.clone(), target: target.clone(), before: None }
            }
            other if made_way => moved(other, link, aside).unwrap_or_else(|| other.clone()),
            other => other.clone(),
        });
    }
    let all = fold(&all, &[]);
    let is_replaced = |change: &&Change| {
        change
            .path()
            .is_some_and(|path| path.is_within(aside) || (set.home.is_of_set(path) && !path.is_within(&set.dir)))
    };
    let replaced = all.iter().filter(is_replaced).cloned().collect();
    (all, replaced)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::{Before, Holds};
    use crate::facts::tests::manifest;

    fn path(text: &str) -> AbsPath {
        text.parse().unwrap()
    }

    fn file(at: &str) -> Change {
        Change::File { path: path(at), sha256: Digest::of(b"x"), before: Before::Nothing }
    }

    fn dir(at: &str) -> Change {
        Change::Dir { path: path(at), holds: Holds::Files }
    }

    fn link(set: &Set, at: &AbsPath) -> Change {
        let target = if *at == set.home.link { set.home.target.clone() } else { set.name.clone() };
        Change::Link { path: at.clone(), target, before: None }
    }

    #[test]
    fn what_lies_in_other_sets_goes_and_is_on_record_until_then() {
        let set = Set::of(&manifest(), None).unwrap();
        let new = format!("{}/ca.pem", set.dir);
        let kept = vec![dir("/opt/etcd-certs"), link(&set, &set.home.current), link(&set, &set.home.link), file(&new)];
        let old = vec![dir("/opt/etcd-certs/0123"), file("/opt/etcd-certs/0123/ca.pem")];
        let (all, replaced) = settled(&[kept.clone(), old.clone()].concat(), &set);
        assert_eq!((all, replaced), ([kept.clone(), old.clone()].concat(), old));
        assert_eq!(settled(&kept, &set), (kept, Vec::new()));
    }

    #[test]
    fn a_directory_that_made_way_is_on_record_where_it_is() {
        let set = Set::of(&manifest(), None).unwrap();
        let Home { link: at, target, aside, .. } = set.home.clone();
        let made_way = Change::MadeWay { path: at.clone(), target, aside };
        let old = [dir("/opt/etcd-v3.5.1/certs"), file("/opt/etcd-v3.5.1/certs/ca.pem"), file("/opt/etcd-v3.5.1/etcd")];
        let gone = "/opt/etcd-v3.5.1/.certs.etcdpack-gone";
        let aside = [dir(gone), file(&format!("{gone}/ca.pem"))];
        let expected = [&aside[..], &old[2..], &[link(&set, &at)]].concat();
        // Killed before its end, a run is gone on with: then what it had written down comes again.
        for again in [false, true] {
            let before = if again { expected.clone() } else { old.to_vec() };
            let (all, replaced) = settled(&[before, vec![made_way.clone()]].concat(), &set);
            assert_eq!((all, replaced), (expected.clone(), aside.to_vec()), "{again}");
        }
    }

    #[test]
    fn etcd_is_told_of_another_ca_and_only_an_old_one_of_another_pair() {
        let mut set = Set::of(&manifest(), None).unwrap();
        let old = path("/opt/etcd-certs/0123");
        let ours: Vec<Change> = set
            .items
            .iter()
            .map(|item| {
                let (path, sha256) = (old.join(&item.name).unwrap(), item.sha256);
                Change::File { path, sha256, before: Before::Nothing }
            })
            .collect();
        let of = |set: &Set, version: &str| part(set, Some(&old), &ours, version.parse().unwrap());
        assert_eq!((of(&set, "3.5.1"), of(&set, "3.1.20")), (None, None), "moved, and no more");
        set.items.iter_mut().find(|item| item.name == "etcd-peer.pem").unwrap().sha256 = Digest::of(b"other");
        assert_eq!((of(&set, "3.5.1"), of(&set, "3.1.20")), (None, Some(Part::Files)));
        set.items.iter_mut().find(|item| item.name == "ca.pem").unwrap().sha256 = Digest::of(b"other");
        assert_eq!(of(&set, "3.5.1"), Some(Part::Files));
    }

    #[test]
    fn what_a_switch_replaced_is_read_of_its_change() {
        let set = Set::of(&manifest(), None).unwrap();
        let Home { link: at, target, aside, current, .. } = set.home.clone();
        let of = |change: &Change| replaced_by(change, &set.home).map(String::from);
        let switched = |before: Option<&str>| Change::Link {
            path: current.clone(),
            target: set.name.clone(),
            before: before.map(str::to_owned),
        };
        assert_eq!(of(&switched(Some("0123"))).as_deref(), Some("/opt/etcd-certs/0123"));
        assert_eq!(of(&switched(Some("../mine"))), None);
        assert_eq!(of(&switched(None)), None);
        assert_eq!(of(&Change::MadeWay { path: at, target, aside }).as_deref(), Some("/opt/etcd-v3.5.1/certs"));
        assert_eq!(of(&link(&set, &set.home.link)), None);
    }
}
