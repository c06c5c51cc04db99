//! Findings about the data directory. Data of whatever etcd must never be taken over by mistake: that loses it, or the
//! cluster.

use payload::manifest::Manifest;

use crate::although::Word;
use crate::facts::Data;
use crate::facts::data::wal::Identity;
use crate::facts::data::{DataDir, DataOwner};
use crate::finding::{DataFinding, Finding};
use crate::records::{Leftovers, Operation, Records};

/// Whether what lies there is this member's, where an uninstall left it or nothing is on record.
pub(crate) fn data(manifest: &Manifest, data: &Data, records: &Records, although_gone: Word) -> Option<Finding> {
    let kept = records.kept.as_ref().filter(|kept| kept.data().is_some());
    // An uninstall that was cut off at its very end has said what it keeps.
    let settled = records.unfinished.as_ref().is_some_and(|cut| cut.of == Operation::Uninstall) && kept.is_some();
    if records.receipt.is_some() {
        let path = manifest.layout.data.clone();
        return lost(manifest, data, records).map(|left| DataFinding::Gone { path, left, said: although_gone }.into());
    }
    if records.unfinished.is_some() && !settled {
        return None;
    }
    // Brought here from where it was kept, it has at least the form of an etcd's.
    let passes = |owner, kept: &Leftovers| owner != DataOwner::Unknown || kept.data() == Some(&manifest.layout.data);
    let found = match (data.here, kept) {
        (DataDir::Used(owner), Some(kept)) if kept.is_for(manifest) && passes(owner, kept) => {
            replaced(manifest, kept, owner).or_else(|| newer(manifest, kept))
        }
        (DataDir::Used(owner), kept) => Some(foreign(manifest, kept, owner)),
        (_, Some(kept)) if kept.is_for(manifest) => gone(kept, data.left, although_gone),
        _ => None,
    };
    found.map(Finding::from)
}

/// Whose data has been here and is not any more.
pub(super) fn lost(manifest: &Manifest, data: &Data, records: &Records) -> Option<Identity> {
    if let Some(receipt) = &records.receipt {
        return receipt.identity.filter(|_| !matches!(data.here, DataDir::Used(_)));
    }
    let kept = records.kept.as_ref().filter(|kept| kept.is_for(manifest))?;
    kept.identity.filter(|_| kept.data().is_some() && !matches!(data.left, DataDir::Used(_)))
}

/// Data that is not this member's.
fn foreign(manifest: &Manifest, kept: Option<&Leftovers>, owner: DataOwner) -> DataFinding {
    let path = manifest.layout.data.clone();
    let kept = kept.filter(|kept| kept.data() == Some(&path));
    DataFinding::Foreign {
        kept: kept.map(|kept| (kept.member.clone(), kept.cluster.clone())),
        path,
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
    let (path, identity) = (kept.data()?, kept.identity?);
    (!matches!(left, DataDir::Used(_))).then(|| DataFinding::Gone { path: path.clone(), left: identity, said })
}

/// etcd reads what an older minor version wrote, never the other way round.
fn newer(manifest: &Manifest, kept: &Leftovers) -> Option<DataFinding> {
    let (bundle, wrote) = (manifest.release.version, kept.etcd?);
    ((bundle.major(), bundle.minor()) < (wrote.major(), wrote.minor())).then(|| DataFinding::Newer {
        path: manifest.layout.data.clone(),
        bundle,
        wrote,
    })
}

#[cfg(test)]
mod tests {
    use payload::etcd::EtcdVersion;

    use super::*;
    use crate::change::{Change, Holds};
    use crate::facts::tests::manifest;
    use crate::text::findings::text;

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
