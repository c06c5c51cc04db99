//! Whose word counts on what a release's tarball must hash to.
//!
//! In this order: the user's (`release.sha256` of the cluster file), what was accepted before
//! (`etcdpack.lock`), what is compiled in, upstream's `SHA256SUMS`. Hints never vouch: they can only warn.

use std::fmt;

use payload::digest::Digest;
use payload::etcd::{self, Arch, EtcdVersion};
use payload::language::Language;
use time::Date;

use super::lock::LockedRelease;
use crate::text::release as text;

/// All that is known of a release before anything is downloaded.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    pub(super) user: Option<Digest>,
    pub(super) locked: Option<LockedRelease>,
    pub(super) compiled: Option<Digest>,
    /// Sums that one source alone published.
    pub(super) hints: Vec<Digest>,
}

impl Known {
    pub(super) fn of(version: EtcdVersion, arch: Arch, user: Option<Digest>, locked: Option<&LockedRelease>) -> Self {
        Self {
            user,
            locked: locked.cloned(),
            // The table's own tests see to it that each text is a sum; one that is not vouches for nothing.
            compiled: etcd::pinned(version, arch).and_then(|text| text.parse().ok()),
            hints: etcd::hints(version, arch).filter_map(|text| text.parse().ok()).collect(),
        }
    }
}

/// Who vouches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// `release.sha256` of the cluster file, or `--sha256`.
    ClusterFile,
    /// `etcdpack.lock`.
    LockFile {
        /// When the release was accepted.
        since: Date,
        /// Who vouched for it then.
        first: String,
    },
    /// The table compiled into etcdpack.
    Compiled,
    /// Upstream's list, and where it was found.
    Sums(String),
    /// Nobody: the first bytes seen were taken for the right ones.
    FirstUse(String),
}

impl Origin {
    /// Who vouched for the release when it was first accepted: the same in every build.
    #[must_use]
    pub fn first(&self) -> String {
        match self {
            Self::LockFile { first, .. } => first.clone(),
            other => other.recorded(),
        }
    }

    /// As it is written down: the same whatever the language of whoever builds.
    pub(super) fn recorded(&self) -> String {
        Language::English.meanwhile(|| self.to_string())
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Self::ClusterFile => text::BY_CLUSTER_FILE.into(),
            Self::LockFile { since, .. } => text::by_lock_file(*since),
            Self::Compiled => text::BY_ETCDPACK.into(),
            Self::Sums(place) => text::by_list(place),
            Self::FirstUse(place) => text::by_first_use(place),
        })
    }
}

/// A digest that somebody vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Voucher {
    pub(crate) digest: Digest,
    pub(crate) origin: Origin,
}

/// Two words on the same release; the first counts.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Contradiction {
    pub(crate) counts: Voucher,
    pub(crate) overruled: Voucher,
}

/// The word that counts, if there is any without the network, and those that it overrules.
pub(super) fn choose(known: &Known) -> (Option<Voucher>, Vec<Contradiction>) {
    let user = known.user.map(|digest| Voucher { digest, origin: Origin::ClusterFile });
    let locked = known.locked.as_ref().map(|lock| Voucher {
        digest: lock.sha256,
        origin: Origin::LockFile { since: lock.accepted, first: lock.origin.clone() },
    });
    let compiled = known.compiled.map(|digest| Voucher { digest, origin: Origin::Compiled });
    let mut words = user.into_iter().chain(locked).chain(compiled);
    let Some(counts) = words.next() else {
        return (None, Vec::new());
    };
    let contradictions = words
        .filter(|word| word.digest != counts.digest)
        .map(|overruled| Contradiction { counts: counts.clone(), overruled })
        .collect();
    (Some(counts), contradictions)
}

/// What the hints say against the digest that was accepted on weaker words than the user's.
pub(super) fn doubt(known: &Known, accepted: Digest, origin: &Origin) -> Option<String> {
    let weak = matches!(origin, Origin::Sums(_) | Origin::FirstUse(_));
    if !weak || known.hints.is_empty() || known.hints.contains(&accepted) {
        return None;
    }
    Some(text::other_sum_is_public(&known.hints))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locked(digest: Digest) -> LockedRelease {
        LockedRelease {
            version: EtcdVersion::new(3, 1, 20),
            arch: Arch::Amd64,
            sha256: digest,
            origin: "x".to_owned(),
            accepted: Date::MIN,
        }
    }

    #[test]
    fn the_order_is_user_lock_compiled() {
        let [u, l, c] = [b"u", b"l", b"c"].map(|bytes| Digest::of(bytes));
        for (known, counts, overruled) in [
            ((None, None, None), None, 0),
            ((None, None, Some(c)), Some((c, Origin::Compiled)), 0),
            ((None, Some(l), Some(c)), Some((l, Origin::LockFile { since: Date::MIN, first: "x".to_owned() })), 1),
            ((Some(u), Some(l), Some(c)), Some((u, Origin::ClusterFile)), 2),
            ((Some(u), Some(u), Some(c)), Some((u, Origin::ClusterFile)), 1),
            ((Some(u), None, Some(u)), Some((u, Origin::ClusterFile)), 0),
        ] {
            let known = Known { user: known.0, locked: known.1.map(locked), compiled: known.2, hints: Vec::new() };
            let (voucher, contradictions) = choose(&known);
            assert_eq!(voucher.map(|v| (v.digest, v.origin)), counts);
            assert_eq!(contradictions.len(), overruled);
        }
    }

    #[test]
    fn a_contradiction_names_both_sums() {
        let (u, c) = (Digest::of(b"u"), Digest::of(b"c"));
        let (_, found) = choose(&Known { user: Some(u), compiled: Some(c), ..Known::default() });
        let text = found[0].to_string();
        assert!(text.contains(&u.to_string()) && text.contains(&c.to_string()), "{text}");
    }

    #[test]
    fn a_hint_vouches_for_nothing_but_may_doubt() {
        let (h, d) = (Digest::of(b"h"), Digest::of(b"d"));
        let known = Known { hints: vec![h], ..Known::default() };
        assert_eq!(choose(&known).0, None);
        let first_use = Origin::FirstUse("x".to_owned());
        assert!(doubt(&known, d, &first_use).unwrap().contains(&h.to_string()));
        assert_eq!(doubt(&known, h, &first_use), None);
        assert_eq!(doubt(&known, d, &Origin::ClusterFile), None);
        assert_eq!(doubt(&Known::default(), d, &first_use), None);
    }
}
