//! Certificates for others than the members: clients, and servers in front of the members.

use std::net::IpAddr;

use payload::cluster::Hours;
use payload::name::HostName;

use super::ca::{self, Issuing};
use super::error::PkiError;
use super::issue::make;
use super::site::{Site, hours};
use super::spec::{self, Holder};
use super::store::Store;
use super::stored::{StoredCertificate, kept};
use super::{external_ca, peer_name};
use crate::report::Narrator;
use crate::text::pki as text;

/// Whom a certificate is for, and what it has to say besides its name.
#[derive(Debug)]
pub struct ClientOrServer {
    pub holder: Holder,
    pub names: Vec<HostName>,
    pub addresses: Vec<IpAddr>,
    /// `None`: as long as the hosts'.
    pub validity: Option<Hours>,
}

/// Issues one certificate, or keeps the one that is there while it fits; where others sign, a request is left for them,
/// and returned.
pub fn issue_client_or_server(
    site: &Site<'_>,
    client: ClientOrServer,
    narrator: &mut dyn Narrator,
) -> Result<Option<external_ca::Requested>, PkiError> {
    let ClientOrServer { holder, names, addresses, validity } = client;
    if let Holder::Client(name) | Holder::Server(name) = &holder
        && peer_name::is_a_members(site.cluster, name.as_str())
    {
        return Err(PkiError::NameOfMembers(name.clone()));
    }
    let site = &Site { validity: validity.map_or(site.validity, hours), ..*site };
    let spec = spec::client_or_server(&site.cluster.pki, holder, &names, &addresses);
    let store = Store::open(&site.dir(), narrator)?;
    let authority = ca::load(site, &store, narrator)?;
    let holder = &spec.holder;
    match kept(site, &store, &spec, &authority)? {
        StoredCertificate::Fits(..) => {
            narrator.note(&text::still_fits(holder));
            return Ok(None);
        }
        StoredCertificate::Unfit(problem) => {
            narrator.note(&text::replaced(holder, &problem));
        }
        StoredCertificate::Nothing => {}
    }
    if authority.issuing() == Issuing::Elsewhere {
        return external_ca::one(&store, &spec).map(Some);
    }
    let authority = ca::unlock(site, authority, narrator)?;
    if let Some(end) = authority.ends_before(site.validity, site.now) {
        narrator.warn(&text::ends_with_ca(authority.file(), end));
    }
    make(site, &store, &spec, &authority)?;
    store.settle(&[holder])?;
    narrator.note(&text::made(holder, &store.dir_of(holder)));
    Ok(None)
}
