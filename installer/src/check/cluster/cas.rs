//! Whether the bundle's CAs are those of the cluster: by what is installed here or was until an uninstall, which takes no
//! network, else by what the members serve. A CA made anew has the name of the one before, so names say nothing; keys do.

use super::View;
use crate::facts::cluster::{Chain, Trusted};
use crate::facts::etcd::Running;
use crate::finding::ClusterFinding;

pub(super) fn cas(view: &View) -> Vec<ClusterFinding> {
    let (cas, said) = (&view.cluster.cas, view.although.ca_differs);
    // A bundle without a certificate yet brings no CA either.
    if cas.bundle.is_empty() {
        return Vec::new();
    }
    if let Some(Trusted { cas: trusted, by }) = &cas.trusted {
        let runs = view.running == Running::Yes;
        let differ = *trusted != cas.bundle;
        return differ.then_some(ClusterFinding::OtherCas { by: *by, runs, said }).into_iter().collect();
    }
    let of = view.cluster.others.iter().filter_map(|other| Some((other, other.chain()?)));
    of.filter_map(|(other, chain)| {
        let (member, at) = (other.name.clone(), other.at());
        match chain {
            Chain::Shown { issuers, .. } if !issuers.is_disjoint(&cas.key_ids) => None,
            Chain::Shown { issuers, .. } if !issuers.is_empty() && !cas.key_ids.is_empty() => {
                Some(ClusterFinding::OtherCa { member, at, said })
            }
            _ => Some(ClusterFinding::CaUnseen { member, at }),
        }
    })
    .collect()
}
