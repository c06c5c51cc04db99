//! What earlier builds have left on record in `serials.toml`, as it lies in `pki/`, and whether an unrecorded cluster is that of
//! the cluster file. Must not decide what follows.

use std::collections::BTreeSet;
use std::path::Path;

use payload::cluster::{Cluster, Host, KeySharing};
use payload::name::HostName;

use super::error::PkiError;
use super::serials::Serials;
use super::spec::Holder;
use super::store::Store;
use super::{file, listing, names};
use crate::founding::{Ledger, NumberedHosts};
use crate::report::Narrator;

/// In `pki/`.
pub(super) const SERIALS: &str = "serials.toml";

/// What is on record in `dir`, and whether the hosts that have numbers there are those of `cluster`. Makes no directory.
pub(crate) fn ledger(
    dir: &Path,
    cluster: &Cluster,
    narrator: &mut dyn Narrator,
) -> Result<(Ledger, NumberedHosts), PkiError> {
    match Store::open_existing(dir, narrator)? {
        Some(store) => of_store(&store, dir, cluster),
        None => Ok((Ledger::default(), NumberedHosts::Others)),
    }
}

/// The same of a directory as it lies.
pub(crate) fn ledger_as_it_lies(dir: &Path, cluster: &Cluster) -> Result<(Ledger, NumberedHosts), PkiError> {
    of_store(&Store::look(dir)?, dir, cluster)
}

fn of_store(store: &Store, dir: &Path, cluster: &Cluster) -> Result<(Ledger, NumberedHosts), PkiError> {
    let serials = serials(store)?;
    let ledger = serials.ledger();
    let numbered = match ledger.unrecorded {
        Some(_) => compare(&serials, dir, cluster)?,
        None => NumberedHosts::Others,
    };
    Ok((ledger, numbered))
}

/// The file in a directory of ours; that before the first build where there is none.
pub(super) fn serials(store: &Store) -> Result<Serials, PkiError> {
    let path = store.path(SERIALS);
    match file::found(file::text(&path))? {
        Some(text) => Serials::parse(&text).map_err(|error| PkiError::Serials { path, error }),
        None => Ok(Serials::new()),
    }
}

/// On the disk when this returns.
pub(super) fn keep(store: &Store, serials: &Serials) -> Result<(), PkiError> {
    let text = serials.render().map_err(|error| PkiError::Serials { path: store.path(SERIALS), error })?;
    store.put_text(SERIALS, &text)
}

/// An address is what its certificate says: nothing else is kept of the list that bundles were built from. A host without one
/// cannot be compared.
fn compare(serials: &Serials, dir: &Path, cluster: &Cluster) -> Result<NumberedHosts, PkiError> {
    let hosts: BTreeSet<&HostName> = cluster.hosts.iter().map(|host| &host.name).collect();
    if !serials.numbered().eq(hosts) {
        return Ok(NumberedHosts::Others);
    }
    let certificates = listing::certificates(dir)?;
    let names_its_address = |host: &Host| {
        let holder = match cluster.pki.sharing {
            KeySharing::PerHost => Holder::Host(host.name.clone()),
            KeySharing::Shared => Holder::Everyone,
        };
        let own = certificates.iter().find(|(of, ..)| *of == holder);
        own.is_some_and(|(_, _, text)| names::names_in(text).contains(&host.address.to_string()))
    };
    Ok(if cluster.hosts.iter().all(names_its_address) { NumberedHosts::AsInTheFile } else { NumberedHosts::Others })
}
