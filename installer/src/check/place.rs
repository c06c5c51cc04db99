//! Findings about a member that a bundle would put elsewhere than it is. A member that begins anew without its data is
//! still the same one to the others, who count on what it has forgotten.

use payload::etcd::EtcdVersion;
use payload::manifest::Manifest;

use super::{Finding, refuse, warn};
use crate::facts::{DataDir, Facts};
use crate::records::Leftovers;

pub(super) fn place(manifest: &Manifest, facts: &Facts) -> Option<Finding> {
    match facts.records.installed() {
        Some(there) => installed(there, manifest),
        None => facts.records.kept.as_ref().and_then(|kept| left(kept, manifest, facts)),
    }
}

/// An installed member stays where it is.
fn installed(there: &Manifest, bundle: &Manifest) -> Option<Finding> {
    let (old, new) = (&there.layout, &bundle.layout);
    let texts = [
        ("etcd's data is in", old.data.as_str(), new.data.as_str()),
        ("etcd's programs are below", old.link.as_str(), new.link.as_str()),
        ("`etcdctl` is in", old.bin.as_str(), new.bin.as_str()),
        ("`etcdpack-host` is in", old.sbin.as_str(), new.sbin.as_str()),
        ("the service is called", there.service.name.as_str(), bundle.service.name.as_str()),
        ("etcd runs as user", there.user.as_str(), bundle.user.as_str()),
    ];
    let (what, is, would) = texts.into_iter().find(|(_, old, new)| old != new)?;
    let text = format!("{what} `{is}` on this host, and would be `{would}`: to move a member is not an install");
    Some(refuse("member-moved", text, "etcdpack-host uninstall   (keeps the data)"))
}

/// The others go on asking at the address in their data: a member's flags are read when its cluster begins, and no more.
pub(super) fn address(bundle: &Manifest, facts: &Facts) -> Option<Finding> {
    let at = |manifest: &Manifest| manifest.peer_url(manifest.me()?);
    let (old, new) = (at(facts.records.installed()?)?, at(bundle)?);
    (old != new).then(|| {
        let text = format!("the other members know this one at {old}; with this bundle it listens at {new}");
        // Older ones speak version 2 unless told otherwise.
        let api = if bundle.release.version < EtcdVersion::new(3, 4, 0) { "export ETCDCTL_API=3; " } else { "" };
        let help = format!("{api}etcdctl member list; etcdctl member update ID --peer-urls={new}");
        warn("member-address", text, help)
    })
}

/// What an uninstall kept is where the bundle looks for it, or has been brought there, or is lost.
fn left(kept: &Leftovers, bundle: &Manifest, facts: &Facts) -> Option<Finding> {
    let new = &bundle.layout.data;
    let old = kept.data().filter(|old| *old != new && kept.is_for(bundle))?;
    let (DataDir::Used(_), DataDir::Absent | DataDir::Empty) = (facts.left, facts.data) else { return None };
    let text = format!("the data of this member was left in `{old}`; in `{new}` it would begin without any");
    // Either may be a mount point, which cannot be renamed.
    Some(refuse("member-moved", text, format!("mkdir -p {new} && mv {old}/member {new}/")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::{Change, Holds};
    use crate::check::Severity;
    use crate::facts::Whose;
    use crate::facts::tests::{good, manifest, receipt};

    #[test]
    fn an_installed_member_stays_where_it_is() {
        type Edit = fn(&mut Manifest);
        let edits: [(Edit, Option<&str>); 6] = [
            (|_| {}, None),
            (|bundle| bundle.layout.data = "/srv/etcd".parse().unwrap(), Some("`/srv/etcd`")),
            (|bundle| bundle.layout.link = "/srv/etcd".parse().unwrap(), Some("programs are below `/opt/etcd`")),
            (|bundle| bundle.service.name = "etcd".parse().unwrap(), Some("would be `etcd`")),
            (|bundle| bundle.user = "etcd2".parse().unwrap(), Some("user `etcd`")),
            (|bundle| bundle.layout.sbin = "/sbin".parse().unwrap(), Some("`/sbin`")),
        ];
        for (edit, words) in edits {
            let mut bundle = manifest();
            edit(&mut bundle);
            let found = place(&bundle, &Facts { records: receipt().into(), ..good() });
            match (found, words) {
                (None, None) => assert_eq!(place(&bundle, &good()), None),
                (Some(found), Some(words)) => assert!(found.text.contains(words), "{found:?}"),
                (found, _) => panic!("{found:?}, not {words:?}"),
            }
        }
    }

    #[test]
    fn an_address_that_the_others_do_not_know_is_said() {
        let facts = Facts { records: receipt().into(), ..good() };
        assert_eq!(address(&manifest(), &facts), None);
        let mut bundle = manifest();
        bundle.peer_port = Some(12380.try_into().unwrap());
        let found = address(&bundle, &facts).unwrap();
        assert!(found.severity == Severity::Warn && found.help.contains(":12380"), "{found:?}");
        assert_eq!(address(&bundle, &good()), None);
    }

    #[test]
    fn what_was_kept_is_not_left_behind() {
        let mut moved = manifest();
        moved.layout.data = "/srv/etcd".parse().unwrap();
        let mut other = moved.clone();
        other.member = "n9".parse().unwrap();
        let data = Change::Dir { path: manifest().layout.data, holds: Holds::Data };
        let used = DataDir::Used(Whose::SomeEtcd);
        for (bundle, changes, left, data, refused) in [
            (&moved, vec![data.clone()], used, DataDir::Absent, true),
            (&moved, vec![data.clone()], used, DataDir::Empty, true),
            (&moved, vec![data.clone()], used, used, false),
            (&moved, vec![data.clone()], DataDir::Empty, DataDir::Absent, false),
            (&moved, Vec::new(), used, DataDir::Absent, false),
            (&manifest(), vec![data.clone()], used, DataDir::Absent, false),
            (&other, vec![data], used, DataDir::Absent, false),
        ] {
            let facts = Facts { records: Leftovers::of(&manifest(), changes, None).into(), left, data, ..good() };
            assert_eq!(place(bundle, &facts).is_some(), refused, "{left:?} {data:?}");
        }
    }
}
