//! Findings about the data directory. Data of whatever etcd must never be taken over by mistake: that loses it, or the
//! cluster.

use payload::manifest::Manifest;

use super::{Finding, refuse};
use crate::facts::{DataDir, Facts, Whose};

pub(super) fn data(manifest: &Manifest, facts: &Facts) -> Option<Finding> {
    let DataDir::Used(whose) = facts.data else { return None };
    let ours = facts.receipt.is_some() || facts.unfinished.is_some();
    let kept = facts.kept.as_ref().is_some_and(|kept| kept.is_for(manifest));
    if ours || kept {
        return None;
    }
    let path = &manifest.layout.data;
    let ids = match whose {
        Whose::Etcd(identity) => format!("; etcd calls it {identity}"),
        Whose::SomeEtcd => "; it is an etcd's, but its log cannot be read".to_owned(),
        Whose::Unknown => String::new(),
    };
    let there = match &facts.kept {
        Some(kept) => format!("holds the data of member `{}` of cluster `{}`", kept.member, kept.cluster),
        None => "is not empty and etcdpack did not make it".to_owned(),
    };
    let text = format!(
        "`{path}` {there}{ids}; the bundle is for member `{}` of cluster `{}`",
        manifest.member, manifest.cluster
    );
    Some(refuse("data-in-place", text, format!("mv {path} {path}.old")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tests::{good, manifest};
    use crate::receipt::Kept;
    use crate::wal::Identity;

    #[test]
    fn data_that_is_not_this_members_stays_and_is_named() {
        let mut other = manifest();
        other.cluster = "other".parse().unwrap();
        let identity = Whose::Etcd(Identity { cluster: 0xcdf8_1819_4e3a_8c32, member: 0x8e9e });
        let said = |data, kept| {
            let facts = Facts { data, kept, ..good() };
            data_text(&facts)
        };
        let kept = |manifest: &Manifest| Some(Kept::of(manifest, Vec::new()));
        assert_eq!(said(DataDir::Absent, None), None);
        assert_eq!(said(DataDir::Empty, None), None);
        assert_eq!(said(DataDir::Used(identity), kept(&manifest())), None);
        for (data, kept, words) in [
            (identity, None, "etcd calls it member 8e9e of cluster cdf818194e3a8c32; the bundle is for member `n1`"),
            (identity, kept(&other), "of cluster `other`; etcd calls it member 8e9e"),
            (Whose::SomeEtcd, None, "cannot be read"),
            (Whose::Unknown, None, "did not make it; the bundle"),
        ] {
            let text = said(DataDir::Used(data), kept).unwrap();
            assert!(text.contains(words), "{text}");
        }
    }

    fn data_text(facts: &Facts) -> Option<String> {
        data(&manifest(), facts).map(|finding| finding.text)
    }
}
