//! The common name by which members know each other. Certificates of clients and servers must not have it.

use std::path::{Path, PathBuf};

use payload::cluster::Cluster;
use x509_parser::certificate::X509Certificate;

use super::error::PkiError;
use super::spec::Holder;
use super::{chain, listing};

/// The common name in the first certificate of a text: the last one, as etcd's Go reads it.
pub(crate) fn common_name(text: &str) -> Option<String> {
    let own = chain::links(text).ok()?.into_iter().next()?;
    let certificate: X509Certificate<'_> = chain::x509(&own.der).ok()?;
    certificate.subject().iter_common_name().last().and_then(|name| name.as_str().ok()).map(str::to_owned)
}

/// Whether members have this common name, or would once they know each other by it.
pub(super) fn is_a_members(cluster: &Cluster, name: &str) -> bool {
    let peers = cluster.etcd.peer_names.iter().any(|peer| peer.as_str().eq_ignore_ascii_case(name));
    peers || cluster.pki.common_name.as_str().eq_ignore_ascii_case(name)
}

/// Certificates of clients and servers in `dir` that members would take for a member's.
pub(crate) fn namesakes(dir: &Path, cluster: &Cluster) -> Result<Vec<PathBuf>, PkiError> {
    let client = |holder: &Holder| matches!(holder, Holder::Client(_) | Holder::Server(_));
    let certificates = listing::certificates(dir)?.into_iter().filter(|(holder, ..)| client(holder));
    let namesakes = certificates.filter(|(_, _, text)| {
        let name = common_name(text);
        name.is_some_and(|name| cluster.etcd.peer_names.iter().any(|peer| peer.as_str() == name))
    });
    Ok(namesakes.map(|(_, path, _)| path).collect())
}
