//! Findings about a member that a bundle would put elsewhere than it is. A member that begins anew without its data is
//! still the same one to the others, who count on what it has forgotten.

use payload::manifest::Manifest;
use payload::path::AbsPath;
use payload::url::{Url, UrlHost};

use crate::check;
use crate::facts::Data;
use crate::facts::data::Places;
use crate::finding::records::{Left, Moved};
use crate::finding::{Finding, RecordFinding};
use crate::records::{Leftovers, Records};

pub(in crate::check) fn place(manifest: &Manifest, records: &Records, data: &Data) -> Option<Finding> {
    match records.installed() {
        Some(there) => installed(there, manifest),
        None => records.kept.as_ref().and_then(|kept| left(kept, manifest, data)),
    }
}

/// An installed member stays where it is.
fn installed(there: &Manifest, bundle: &Manifest) -> Option<Finding> {
    let (old, new) = (&there.layout, &bundle.layout);
    let things = [
        (Moved::Data, old.data.as_str(), new.data.as_str()),
        (Moved::Programs, old.link.as_str(), new.link.as_str()),
        (Moved::Etcdctl, old.bin.as_str(), new.bin.as_str()),
        (Moved::HostCommand, old.sbin.as_str(), new.sbin.as_str()),
        (Moved::Service, there.service.name.as_str(), bundle.service.name.as_str()),
        (Moved::User, there.user.as_str(), bundle.user.as_str()),
    ];
    let moved = |what, here: &str, bundle: &str| {
        Some(RecordFinding::Moved { what, here: here.to_owned(), bundle: bundle.to_owned() }.into())
    };
    if let Some((what, here, bundle)) = things.into_iter().find(|(_, old, new)| old != new) {
        return moved(what, here, bundle);
    }
    let log = |manifest: &Manifest| Places::from(&manifest.layout).log().map(|log| log.to_string()).unwrap_or_default();
    if log(there) != log(bundle) {
        return moved(Moved::Wal, &log(there), &log(bundle));
    }
    // That it would be another address to its peers is a finding of its own.
    let ends = [(Moved::Clients, clients as fn(&Manifest) -> String), (Moved::Listens, listens)];
    // What is found by one name is one listener, whatever the name means today.
    let is_found = !there.found().is_empty() && meant(there) == meant(bundle);
    let differ = |(what, of): &(Moved, fn(&Manifest) -> String)| {
        of(there) != of(bundle) && !(is_found && *what == Moved::Listens)
    };
    let (what, of) = ends.into_iter().filter(|_| peers(there) == peers(bundle)).find(differ)?;
    moved(what, &of(there), &of(bundle))
}

/// Where the other members reach the one of `manifest`.
fn peers(manifest: &Manifest) -> Option<Url> {
    manifest.peer_url(manifest.me()?)
}

fn clients(manifest: &Manifest) -> String {
    manifest.me().and_then(|me| manifest.client_url(me)).map(|url| url.to_string()).unwrap_or_default()
}

/// Loopback is nobody's way to the member but this host's own.
fn listens(manifest: &Manifest) -> String {
    let is_loopback = |url: &Url| url.address().is_some_and(|address| address.is_loopback());
    let urls = manifest.listens().into_iter().filter(|url| !is_loopback(url)).map(|url| url.to_string());
    urls.collect::<Vec<_>>().join(",")
}

/// The same, with names where addresses were found by them.
fn meant(manifest: &Manifest) -> Vec<Url> {
    let name = |url: &Url| manifest.found().iter().find(|found| url.address() == Some(found.address));
    let by_name = |url: Url| match name(&url) {
        Some(found) => Url::of(url.scheme(), UrlHost::Name(found.name.clone()), url.port()),
        None => url,
    };
    manifest.listens().into_iter().map(by_name).collect()
}

/// The others go on asking at the address in their data: a member's flags are read when its cluster begins, and no more.
pub(in crate::check) fn address(bundle: &Manifest, records: &Records) -> Option<Finding> {
    let old = match (records.installed(), &records.kept) {
        (Some(there), _) => peers(there)?,
        (None, Some(kept)) if kept.data().is_some() && kept.is_for(bundle) => kept.peer_url.clone()?,
        (None, _) => return None,
    };
    let new = peers(bundle)?;
    let etcd = bundle.release.version;
    (old != new).then(|| RecordFinding::OtherAddress { old, new, etcd }.into())
}

/// What an uninstall kept is where the bundle looks for it, or has been brought there, or is lost.
fn left(kept: &Leftovers, bundle: &Manifest, data: &Data) -> Option<Finding> {
    let new = Places::from(&bundle.layout);
    let old = kept.places().filter(|_| kept.is_for(bundle))?;
    let elsewhere = |what, old: AbsPath, new: AbsPath| Some(RecordFinding::LeftElsewhere { what, old, new }.into());
    if old.data != new.data && data.left.is_filled() && !data.here.is_filled() {
        return elsewhere(Left::Data, old.data.clone(), new.data.clone());
    }
    if check::data::is_log_left(kept, bundle, data) {
        return elsewhere(Left::Wal, old.log().ok()?, new.log().ok()?);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::{Change, Holds};
    use crate::facts::data::{DataDir, DataOwner};
    use crate::facts::tests::{good, manifest, receipt};
    use crate::finding::Severity;
    use crate::text;

    #[test]
    fn an_installed_member_stays_where_it_is() {
        type Edit = fn(&mut Manifest);
        let edits: [(Edit, Option<&str>); 9] = [
            (|_| {}, None),
            (
                |bundle| bundle.layout.wal = Some("/wal/etcd".parse().unwrap()),
                Some("and `/wal/etcd/wal` in the bundle"),
            ),
            (|bundle| bundle.layout.data = "/srv/etcd".parse().unwrap(), Some("`/srv/etcd`")),
            (|bundle| bundle.layout.link = "/srv/etcd".parse().unwrap(), Some("programs are below `/opt/etcd`")),
            (|bundle| bundle.service.name = "etcd".parse().unwrap(), Some("and `etcd` in the bundle")),
            (|bundle| bundle.user = "etcd2".parse().unwrap(), Some("user `etcd`")),
            (
                |bundle| bundle.client_port = Some(7379.try_into().unwrap()),
                Some("and `https://10.90.0.11:7379` in the bundle"),
            ),
            // For its peers, it is `member-address`.
            (|bundle| bundle.peer_port = Some(7380.try_into().unwrap()), None),
            (|bundle| bundle.layout.sbin = "/sbin".parse().unwrap(), Some("`/sbin`")),
        ];
        for (edit, words) in edits {
            let mut bundle = manifest();
            edit(&mut bundle);
            let found = place(&bundle, &receipt().into(), &good().data);
            match (found, words) {
                (None, None) => assert_eq!(place(&bundle, &Records::default(), &good().data), None),
                (Some(found), Some(words)) => assert!(text::findings::text(&found).contains(words), "{found:?}"),
                (found, _) => panic!("{found:?}, not {words:?}"),
            }
        }
    }

    #[test]
    fn an_address_that_the_others_do_not_know_is_said() {
        let records = receipt().into();
        assert_eq!(address(&manifest(), &records), None);
        let mut bundle = manifest();
        bundle.peer_port = Some(12380.try_into().unwrap());
        let found = address(&bundle, &records).unwrap();
        assert!(
            found.severity() == Severity::Warn && text::findings::help(&found).to_string().contains(":12380"),
            "{found:?}"
        );
        assert_eq!(address(&bundle, &Records::default()), None);
        // Data that were kept are the same member's, and its place is where it was.
        let kept = |changes| -> Records { Leftovers::of(&manifest(), changes, None).into() };
        let data = Change::Dir { path: manifest().layout.data, holds: Holds::Data };
        assert_eq!(address(&bundle, &kept(vec![data.clone()])), Some(found));
        assert_eq!(address(&manifest(), &kept(vec![data])), None);
        assert_eq!(address(&bundle, &kept(Vec::new())), None);
    }

    #[test]
    fn what_was_kept_is_not_left_behind() {
        let mut moved = manifest();
        moved.layout.data = "/srv/etcd".parse().unwrap();
        let mut other = moved.clone();
        other.member = "n9".parse().unwrap();
        let data = Change::Dir { path: manifest().layout.data, holds: Holds::Data };
        let used = DataDir::Used(DataOwner::SomeEtcd);
        for (bundle, changes, left, here, refused) in [
            (&moved, vec![data.clone()], used, DataDir::Absent, true),
            (&moved, vec![data.clone()], used, DataDir::Empty, true),
            (&moved, vec![data.clone()], used, used, false),
            (&moved, vec![data.clone()], DataDir::Empty, DataDir::Absent, false),
            (&moved, Vec::new(), used, DataDir::Absent, false),
            (&manifest(), vec![data.clone()], used, DataDir::Absent, false),
            (&other, vec![data], used, DataDir::Absent, false),
        ] {
            let records = Leftovers::of(&manifest(), changes, None).into();
            assert_eq!(place(bundle, &records, &Data { here, left }).is_some(), refused, "{left:?} {here:?}");
        }
    }
}
