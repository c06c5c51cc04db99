//! Findings about the data directory. Data of whatever etcd must never be taken over by mistake: that loses it, or the
//! cluster.

use payload::manifest::Manifest;
use payload::path::AbsPath;

use crate::although::Word;
use crate::facts::Data;
use crate::facts::data::wal::Identity;
use crate::facts::data::{DataDir, DataOwner, Half, Places};
use crate::finding::{DataFinding, Finding};
use crate::records::{Leftovers, Operation, Receipt, Records};
use crate::transaction::undo::Contents;

/// Whether what lies there is this member's, where an uninstall left it or nothing is on record.
pub(crate) fn data(manifest: &Manifest, data: &Data, records: &Records, although_gone: Word) -> Option<Finding> {
    let kept = records.kept.as_ref().filter(|kept| kept.data().is_some());
    // An uninstall that was cut off at its very end has said what it keeps.
    let settled = records.unfinished.as_ref().is_some_and(|cut| cut.of == Operation::Uninstall) && kept.is_some();
    if let Some(receipt) = &records.receipt {
        return away(manifest, receipt, data.here, although_gone);
    }
    if records.unfinished.is_some() && !settled {
        return None;
    }
    // Brought here from where it was kept, it has at least the form of an etcd's.
    let passes = |owner, kept: &Leftovers| owner != DataOwner::Unknown || kept.data() == Some(&manifest.layout.data);
    let found = match (data.here, kept) {
        // That finding is another's.
        (_, Some(kept)) if is_log_left(kept, manifest, data) => None,
        (DataDir::Used(owner), Some(kept)) if kept.is_for(manifest) && passes(owner, kept) => {
            replaced(manifest, kept, owner).or_else(|| newer(manifest, kept))
        }
        (DataDir::Half(_), Some(kept)) if kept.is_for(manifest) => {
            kept.identity.and_then(|_| apart((&manifest.layout).into(), data.here, Contents::Keep))
        }
        (DataDir::Half(Half::Log(owner)), kept) => {
            Some(foreign(manifest, kept, owner, manifest.layout.wal.as_ref().unwrap_or(&manifest.layout.data)))
        }
        (DataDir::Used(owner) | DataDir::Half(Half::Data(owner)), kept) => {
            Some(foreign(manifest, kept, owner, &manifest.layout.data))
        }
        (_, Some(kept)) if kept.is_for(manifest) => gone(kept, data.left, although_gone),
        _ => None,
    };
    found.map(Finding::from)
}

/// Whether the data of what is installed here are not there any more, or not whole.
pub(crate) fn away(manifest: &Manifest, receipt: &Receipt, here: DataDir, although_gone: Word) -> Option<Finding> {
    let left = lost_since(receipt, here)?;
    let gone = || DataFinding::Gone { path: manifest.layout.data.clone(), left, said: although_gone };
    Some(apart((&manifest.layout).into(), here, Contents::Keep).unwrap_or_else(gone).into())
}

/// Other people's files in the directory are no data: etcd begins anew beside them.
fn lost_since(receipt: &Receipt, here: DataDir) -> Option<Identity> {
    receipt.identity.filter(|_| !matches!(here, DataDir::Used(DataOwner::Etcd(_) | DataOwner::SomeEtcd)))
}

/// Whose data has been here and is not any more.
pub(super) fn lost(manifest: &Manifest, data: &Data, records: &Records) -> Option<Identity> {
    if let Some(receipt) = &records.receipt {
        return lost_since(receipt, data.here);
    }
    let kept = records.kept.as_ref().filter(|kept| kept.is_for(manifest))?;
    kept.identity.filter(|_| kept.data().is_some() && !matches!(data.left, DataDir::Used(_)))
}

/// Data that is not this member's.
fn foreign(manifest: &Manifest, kept: Option<&Leftovers>, owner: DataOwner, path: &AbsPath) -> DataFinding {
    let kept = kept.filter(|kept| kept.changes.iter().any(|change| change.is_of_data() && change.path() == Some(path)));
    DataFinding::Foreign {
        kept: kept.map(|kept| (kept.member.clone(), kept.cluster.clone())),
        path: path.clone(),
        owner,
        member: manifest.member.clone(),
        cluster: manifest.cluster.clone(),
    }
}

/// What lies there now is not what an uninstall left.
fn replaced(manifest: &Manifest, kept: &Leftovers, owner: DataOwner) -> Option<DataFinding> {
    let left = kept.identity.filter(|left| owner != DataOwner::Etcd(*left))?;
    Some(DataFinding::Replaced { path: manifest.layout.data.clone(), owner, left })
}

/// A member that has forgotten what it promised, and whom the others take for the one that promised it.
fn gone(kept: &Leftovers, left: DataDir, said: Word) -> Option<DataFinding> {
    let (places, identity) = (kept.places()?, kept.identity?);
    let gone = || DataFinding::Gone { path: places.data.clone(), left: identity, said };
    match left {
        DataDir::Used(_) => None,
        DataDir::Half(_) => apart(places, left, Contents::Keep),
        DataDir::Absent | DataDir::Empty => Some(gone()),
    }
}

/// Data without the log that belongs to them, or a log without data.
pub(crate) fn apart(places: Places, lies: DataDir, contents: Contents) -> Option<DataFinding> {
    let (DataDir::Half(half), Some(wal)) = (lies, places.wal) else { return None };
    let (there, missing) = match half {
        Half::Data(_) => (places.data, wal),
        Half::Log(_) => (wal, places.data),
    };
    Some(DataFinding::Apart { half, there: there.clone(), missing: missing.clone(), contents })
}

/// A log of what was restored here before, whose data are not there: their disk may only not be mounted.
pub(super) fn of_restored(manifest: &Manifest, data: &Data, records: &Records, restored: Identity) -> Option<Finding> {
    let is_apart = data.here == DataDir::Half(Half::Log(DataOwner::Etcd(restored))) && records.unfinished.is_none();
    apart((&manifest.layout).into(), data.here, Contents::Keep).filter(|_| is_apart).map(Finding::from)
}

/// Whether the log that an uninstall kept is not where the bundle looks for it, and was not brought there.
pub(super) fn is_log_left(kept: &Leftovers, bundle: &Manifest, data: &Data) -> bool {
    let is_elsewhere = kept.places().is_some_and(|places| places.wal != bundle.layout.wal.as_ref());
    let is_there = matches!(data.left, DataDir::Used(_)) && !matches!(data.here, DataDir::Used(DataOwner::Etcd(_)));
    is_elsewhere && is_there && kept.is_for(bundle)
}

/// etcd reads what an older minor version wrote, never the other way round.
fn newer(manifest: &Manifest, kept: &Leftovers) -> Option<DataFinding> {
    let (bundle, wrote) = (manifest.release.version, kept.etcd?);
    wrote.is_newer_minor_than(bundle).then(|| DataFinding::Newer { path: manifest.layout.data.clone(), bundle, wrote })
}

#[cfg(test)]
mod tests {
    use payload::etcd::EtcdVersion;

    use super::*;
    use crate::change::{Change, Holds};
    use crate::facts::tests::manifest;
    use crate::finding::Severity;
    use crate::text::findings::text;

    /// Bundle, records, what lies here and where an uninstall kept it, and what is said.
    type Case<'a> = (&'a Manifest, &'a dyn Fn() -> Records, DataDir, DataDir, Option<(&'a str, &'a str)>);

    /// With the log apart.
    #[test]
    fn data_and_log_are_one() {
        let at = |path: &str| Some(path.parse::<AbsPath>().unwrap());
        let with = |wal: Option<AbsPath>| {
            let mut apart = manifest();
            apart.layout.wal = wal;
            apart
        };
        let (apart, moved, together) = (with(at("/wal/e")), with(at("/new/e")), manifest());
        let ours = Identity { cluster: 7, member: 0x8e9e };
        let changes = |manifest: &Manifest| {
            let layout = manifest.layout.clone();
            let wal = layout.wal.map(|path| Change::Dir { path, holds: Holds::Wal });
            [Change::Dir { path: layout.data, holds: Holds::Data }].into_iter().chain(wal).collect::<Vec<_>>()
        };
        let kept = |manifest: &Manifest| Records::from(Leftovers::of(manifest, changes(manifest), Some(ours)));
        let installed = || {
            let receipt = crate::facts::tests::receipt();
            Records::from(Receipt { manifest: with(at("/wal/e")), identity: Some(ours), ..receipt })
        };
        let never_ran = || {
            let receipt = crate::facts::tests::receipt();
            Records::from(Receipt { manifest: with(at("/wal/e")), identity: None, ..receipt })
        };
        let whole = DataDir::Used(DataOwner::Etcd(ours));
        let (data, log) =
            (DataDir::Half(Half::Data(DataOwner::Unknown)), DataDir::Half(Half::Log(DataOwner::Etcd(ours))));
        let (no_log, no_data) =
            ("write-ahead log is not in `/wal/e`: etcd is not started", "its data is not in `/data/");
        let (of_apart, of_together) = (|| kept(&apart), || kept(&together));
        let cases: [Case; 14] = [
            (&apart, &installed, whole, DataDir::Absent, None),
            (&apart, &installed, data, DataDir::Absent, Some(("data-gone", no_log))),
            (&apart, &installed, log, DataDir::Absent, Some(("data-gone", no_data))),
            (&apart, &installed, DataDir::Empty, DataDir::Absent, None),
            (&apart, &never_ran, data, DataDir::Absent, None),
            (&apart, &of_apart, whole, whole, None),
            (&apart, &of_apart, data, data, Some(("data-gone", no_log))),
            (&apart, &of_apart, log, log, Some(("data-gone", no_data))),
            (
                &apart,
                &Records::default,
                data,
                DataDir::Absent,
                Some(("data-in-place", "`/data/etcd/etcd-server` is not empty")),
            ),
            (&apart, &Records::default, log, DataDir::Absent, Some(("data-in-place", "`/wal/e` is not empty"))),
            // That is `member-moved`, until it was brought.
            (&moved, &of_apart, data, whole, None),
            (&moved, &of_apart, whole, whole, None),
            (&together, &of_apart, DataDir::Used(DataOwner::Unknown), whole, None),
            (&apart, &of_together, DataDir::Half(Half::Data(DataOwner::Etcd(ours))), whole, None),
        ];
        for (bundle, records, here, left, expected) in cases {
            let records = records();
            let facts = Data { here, left };
            // A word takes the data that are gone, and never half of them.
            let found =
                super::data(bundle, &facts, &records, Word::Said).filter(|found| found.severity() == Severity::Refuse);
            let said = found.map(|found| (found.code().as_str(), text(&found)));
            match (&said, expected) {
                (None, None) => {}
                (Some((code, text)), Some((expected, words))) => {
                    assert!(*code == expected && text.contains(words), "{text}");
                }
                _ => panic!("{here:?} {left:?}: {said:?}, not {expected:?}"),
            }
            let moves =
                is_log_left(records.kept.as_ref().unwrap_or(&Leftovers::of(&apart, Vec::new(), None)), bundle, &facts);
            assert_eq!(
                moves,
                records.kept.is_some() && bundle.layout.wal != at("/wal/e") && here != whole
                    || here == DataDir::Half(Half::Data(DataOwner::Etcd(ours))),
                "{here:?} {left:?}"
            );
        }
    }

    #[test]
    fn data_that_is_not_this_members_stays_and_is_named() {
        let mut other = manifest();
        other.cluster = "other".parse().unwrap();
        let ours = Identity { cluster: 0xcdf8_1819_4e3a_8c32, member: 0x8e9e };
        let theirs = Identity { cluster: 0xabc, ..ours };
        let data = || Change::Dir { path: manifest().layout.data, holds: Holds::Data };
        let kept = |manifest: &Manifest| Leftovers::of(manifest, vec![data()], Some(ours));
        let unnamed = || Leftovers { identity: None, etcd: None, ..kept(&manifest()) };
        let key_alone = || Leftovers::of(&manifest(), Vec::new(), None);
        let newer = |etcd| Leftovers { etcd: Some(etcd), ..kept(&manifest()) };
        let used = DataDir::Used;
        for (data, kept, expected) in [
            (DataDir::Absent, None, None),
            (DataDir::Empty, None, None),
            (DataDir::Empty, Some(unnamed()), None),
            (DataDir::Absent, Some(kept(&other)), None),
            (
                DataDir::Empty,
                Some(kept(&manifest())),
                Some(("data-gone", "held the data of member 8e9e of cluster cdf818194e3a8c32")),
            ),
            (used(DataOwner::Etcd(ours)), Some(kept(&manifest())), None),
            (used(DataOwner::Etcd(theirs)), Some(unnamed()), None),
            (used(DataOwner::Unknown), Some(unnamed()), None),
            (
                used(DataOwner::Etcd(ours)),
                None,
                Some((
                    "data-in-place",
                    "etcd calls it member 8e9e of cluster cdf818194e3a8c32; the bundle is for member `n1`",
                )),
            ),
            (
                used(DataOwner::Etcd(ours)),
                Some(kept(&other)),
                Some(("data-in-place", "of cluster `other`; etcd calls it member 8e9e")),
            ),
            (used(DataOwner::SomeEtcd), None, Some(("data-in-place", "cannot be read"))),
            (used(DataOwner::Unknown), None, Some(("data-in-place", "did not make it; the bundle"))),
            (used(DataOwner::Unknown), Some(key_alone()), Some(("data-in-place", "did not make it; the bundle"))),
            (
                used(DataOwner::Etcd(theirs)),
                Some(kept(&manifest())),
                Some((
                    "data-in-place",
                    "calls member 8e9e of cluster abc; what the uninstall left there was member 8e9e of cluster cdf818194e3a8c32",
                )),
            ),
            (
                used(DataOwner::SomeEtcd),
                Some(kept(&manifest())),
                Some(("data-in-place", "log cannot be read; what the uninstall")),
            ),
            (
                used(DataOwner::Unknown),
                Some(kept(&manifest())),
                Some(("data-in-place", "no etcd's data; what the uninstall")),
            ),
            (used(DataOwner::Etcd(ours)), Some(newer(EtcdVersion::new(3, 4, 23))), None),
            (used(DataOwner::Etcd(ours)), Some(newer(EtcdVersion::new(3, 5, 99))), None),
            (
                used(DataOwner::Etcd(ours)),
                Some(newer(EtcdVersion::new(3, 6, 0))),
                Some(("data-newer", "data of etcd 3.6.0; the bundle has 3.5.1")),
            ),
        ] {
            let records = kept.map(Records::from).unwrap_or_default();
            let data = Data { here: data, left: DataDir::Absent };
            match (super::data(&manifest(), &data, &records, Word::NotSaid), expected) {
                (None, None) => {}
                (Some(found), Some((code, words))) => {
                    assert_eq!(found.code().as_str(), code);
                    assert!(text(&found).contains(words), "{found:?}");
                }
                (found, _) => panic!("{found:?}, not {expected:?}"),
            }
        }
    }
}
