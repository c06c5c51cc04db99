//! Certificates for those who are no members: clients, and servers in front of the members.

use std::net::IpAddr;

use payload::cluster::Hours;
use payload::name::HostName;

use super::authority::Issuing;
use super::error::PkiError;
use super::store::Store;
use super::wanted::{self, Whose};
use super::{Found, Site, hours, kept, make, obtain, outside, peer_name};
use crate::narrator::Narrator;

/// Whom a certificate is for, and what it has to say besides its name.
#[derive(Debug)]
pub struct Lone {
    pub whose: Whose,
    pub names: Vec<HostName>,
    pub addresses: Vec<IpAddr>,
    /// `None`: as long as the hosts'.
    pub validity: Option<Hours>,
}

/// Issues one certificate, or keeps the one that is there while it fits; where others sign, a request is left for them,
/// and returned.
pub fn issue_lone(
    site: &Site<'_>,
    lone: Lone,
    narrator: &mut dyn Narrator,
) -> Result<Option<outside::Requested>, PkiError> {
    let Lone { whose, names, addresses, validity } = lone;
    if let Whose::Client(name) | Whose::Server(name) = &whose
        && peer_name::is_a_members(site.cluster, name.as_str())
    {
        return Err(PkiError::NameOfMembers(name.clone()));
    }
    let site = &Site { validity: validity.map_or(site.validity, hours), ..*site };
    let wanted = wanted::lone(&site.cluster.pki, whose, &names, &addresses);
    let store = Store::open(&site.dir(), narrator)?;
    let authority = obtain::authority(site, &store, narrator)?;
    let whose = &wanted.whose;
    match kept(site, &store, &wanted, &authority)? {
        Found::Fits(..) => {
            narrator.note(&format!("the certificate for {whose} still fits and was kept"));
            return Ok(None);
        }
        Found::Unfit(why) => narrator.note(&format!("a new key and certificate for {whose}: in the kept one, {why}")),
        Found::Nothing => {}
    }
    if authority.issuing() == Issuing::Elsewhere {
        return outside::one(&store, &wanted).map(Some);
    }
    let authority = obtain::unlocked(site, authority, narrator)?;
    make(site, &store, &wanted, &authority)?;
    store.settle(&[whose])?;
    narrator.note(&format!("{}: certificate made in `{}`", whose, store.dir_of(whose).display()));
    Ok(None)
}
