//! What an uninstall, or a roll-back, has left on the host for the same member to come back to.

use std::collections::BTreeSet;

use payload::digest::Digest;
use payload::etcd::EtcdVersion;
use payload::manifest::{Manifest, Phase};
use payload::path::AbsPath;
use payload::provenance::SiteId;
use payload::url::Url;
use serde::{Deserialize, Serialize};

use super::form::{self, ReceiptError, SCHEMA};
use crate::change::{Change, Holds};
use crate::facts::cluster::{self, ids};
use crate::facts::data::Places;
use crate::facts::data::wal::Identity;
use crate::host::{FsError, Tree};
use crate::signer::{Known, Memory};
use crate::transaction::Permit;

/// What an uninstall without `--purge` leaves behind, so that the same member can come back to its data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Leftovers {
    pub(crate) schema: u32,
    pub(crate) cluster: String,
    pub(crate) token: String,
    pub(crate) member: String,
    /// `None` of a member that was installed before clusters had an id.
    #[serde(default, rename = "cluster-id", skip_serializing_if = "Option::is_none")]
    pub(crate) site_id: Option<SiteId>,
    /// The etcd that wrote the data last, and whose data it calls it; neither is known of what was kept before they were
    /// recorded, and the latter not where there is no log that can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) etcd: Option<EtcdVersion>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) identity: Option<Identity>,
    /// Where the other members ask for this one, whether the cluster was founded already, and the certificates of CAs that it
    /// trusted; not known of what was kept before these were remembered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) peer_url: Option<Url>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) phase: Option<Phase>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) cas: BTreeSet<Digest>,
    /// Whose bundles this host takes; not known of what was kept before that was remembered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) known: Option<Memory>,
    /// The directories and accounts that are still ours.
    pub(crate) changes: Vec<Change>,
}

impl Leftovers {
    /// Who signed what was installed, unless it is from before bundles were signed.
    pub(crate) fn signer(&self) -> Option<Known<'_>> {
        self.known.as_ref().map(Known::by_memory)
    }

    /// What remains of the member in `manifest` when only `changes` are left, and data of this `identity`. Data elsewhere than
    /// it had its own is another's, or was moved away from: nobody's to take or to purge any more.
    pub(crate) fn of(manifest: &Manifest, mut changes: Vec<Change>, identity: Option<Identity>) -> Self {
        let Manifest { cluster, token, member, .. } = manifest;
        changes.retain(|change| {
            !change.is_of_data() || manifest.layout.places().any(|place| change.path() == Some(place))
        });
        Self {
            schema: SCHEMA,
            site_id: manifest.provenance.as_ref().map(|provenance| provenance.site_id),
            cluster: cluster.to_string(),
            token: token.to_string(),
            member: member.to_string(),
            etcd: Some(manifest.release.version),
            identity,
            peer_url: manifest.me().and_then(|me| manifest.peer_url(me)),
            phase: manifest.state.as_ref().map(|state| state.phase),
            cas: BTreeSet::new(),
            known: None,
            changes,
        }
    }

    /// With whom this host knows.
    pub(crate) fn knowing(self, known: Option<Memory>) -> Self {
        Self { known, ..self }
    }

    /// Which CAs it trusted.
    pub(crate) fn trusting(self, cas: BTreeSet<Digest>) -> Self {
        Self { cas, ..self }
    }

    /// Where data was kept: before a first install, only a key was.
    pub(crate) fn data(&self) -> Option<&AbsPath> {
        self.at(Holds::Data)
    }

    /// Where it was kept, with its log.
    pub(crate) fn places(&self) -> Option<Places<'_>> {
        Some(Places { data: self.data()?, wal: self.at(Holds::Wal) })
    }

    fn at(&self, holds: Holds) -> Option<&AbsPath> {
        self.changes.iter().find(|change| change.holds() == Some(holds)).and_then(Change::path)
    }

    /// Whether `manifest` is for the member whose data was kept: the one that our own records say; or, whatever they say of site
    /// and token, the one of its name and its peer URL, which is what remains of a member whose builder has lost `pki/`. Whether
    /// what lies there now is that data, etcd's numbers say.
    pub(crate) fn is_for(&self, manifest: &Manifest) -> bool {
        self.is_on_record(manifest) || self.is_member(manifest)
    }

    fn is_on_record(&self, manifest: &Manifest) -> bool {
        self.cluster == manifest.cluster.as_str()
            && self.token == manifest.token.as_str()
            && self.member == manifest.member.as_str()
            && self.site_id.is_none_or(|id| manifest.provenance.as_ref().is_some_and(|of| of.site_id == id))
    }

    fn is_member(&self, manifest: &Manifest) -> bool {
        let url = manifest.me().and_then(|me| manifest.peer_url(me));
        let (Some(identity), Some(url)) = (self.identity, url) else { return false };
        let is_there = match &self.peer_url {
            Some(there) => *there == url,
            // It follows from a founder's number.
            None => ids::member(&[&url.to_string()], &self.token) == identity.member,
        };
        let is_founding = manifest.state.as_ref().is_none_or(|state| state.phase == Phase::Founding);
        let founds_another =
            is_founding && cluster::founded(manifest, &url) != Some((identity.cluster, identity.member));
        self.member == manifest.member.as_str() && is_there && !founds_another
    }

    pub(crate) fn read(tree: &Tree, path: &AbsPath) -> Result<Option<Self>, ReceiptError> {
        form::read(tree, path)
    }

    pub(crate) fn write(&self, permit: &Permit, tree: &Tree, path: &AbsPath) -> Result<(), FsError> {
        form::write(permit, self, tree, path)
    }
}

#[cfg(test)]
mod tests {
    use super::super::form::parse;
    use super::*;

    #[test]
    fn what_was_kept_is_readable_with_and_without_what_its_data_is() {
        let path: AbsPath = "/var/lib/etcdpack/kept.json".parse().unwrap();
        let (first, second) = (include_str!("../../fixtures/kept-1.json"), include_str!("../../fixtures/kept-2.json"));
        let [first, second]: [Leftovers; 2] = [first, second].map(|text| parse(text.as_bytes(), &path).unwrap());
        assert_eq!((first.etcd, first.identity), (None, None));
        assert_eq!(second.etcd, Some(EtcdVersion::new(3, 5, 1)));
        let said = include_str!("../../fixtures/wal-3.5.1.txt").trim().split_once(' ').unwrap();
        let of = second.identity.unwrap().to_string();
        assert_eq!(of, format!("member {} of cluster {}", said.1, said.0));
        assert!(first.data().is_some() && second.data().is_some());
        assert!(second.signer().is_none());
        let third: Leftovers = parse(include_str!("../../fixtures/kept-3.json").as_bytes(), &path).unwrap();
        let known = third.signer().unwrap();
        assert_eq!(known.newest().map(|newest| newest.serial.get()), Some(1));
        let again: Leftovers = serde_json::from_str(&serde_json::to_string(&third).unwrap()).unwrap();
        assert_eq!(again, third);
    }

    #[test]
    fn data_of_a_member_whose_builder_lost_all_is_still_its() {
        use crate::facts::tests::manifest;
        use payload::manifest::State;
        type Edit = fn(&mut Manifest);
        // Another site and another token, and who founded is not known.
        let made_anew = || {
            let state = State { phase: Phase::Running, founders: Vec::new() };
            let token = "t-00000000000000aa".parse().unwrap();
            Manifest { provenance: Some(crate::facts::tests::provenance(1)), token, state: Some(state), ..manifest() }
        };
        let url = manifest().me().and_then(|me| manifest().peer_url(me)).unwrap();
        let own = ids::member(&[&url.to_string()], manifest().token.as_str());
        let identity = Some(Identity { cluster: 5, member: own });
        let kept =
            Leftovers { site_id: Some(SiteId::new([9; 16])), ..Leftovers::of(&manifest(), Vec::new(), identity) };
        let edits: [(&str, Edit, bool); 5] = [
            ("made anew", |_| {}, true),
            ("under another name", |bundle| bundle.cluster = "other".parse().unwrap(), true),
            ("another member", |bundle| bundle.member = "n2".parse().unwrap(), false),
            ("another address", |bundle| bundle.peer_port = Some(12380.try_into().unwrap()), false),
            ("it founds another cluster", |bundle| bundle.state = None, false),
        ];
        for (what, edit, is_for) in edits {
            let mut bundle = made_anew();
            edit(&mut bundle);
            assert_eq!(kept.is_for(&bundle), is_for, "{what}");
            let older = Leftovers { peer_url: None, phase: None, ..kept.clone() };
            assert_eq!(older.is_for(&bundle), is_for, "{what}, of an older etcdpack");
        }
        // Whose numbers cannot be read is nobody's but who is on record.
        let unread = Leftovers { identity: None, ..kept.clone() };
        assert!(!unread.is_for(&made_anew()));
        // A founder that joined later has a number that says nothing of where it is.
        let joined = Leftovers { peer_url: None, identity: Some(Identity { cluster: 5, member: 6 }), ..kept };
        assert!(!joined.is_for(&made_anew()));
    }
}
