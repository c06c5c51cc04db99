//! What etcd and `etcdctl` show and trust: a set of CA, certificate and key, in a directory of its own that is not changed
//! once something leads to it.
//!
//! All releases share one link to the set in use, so that one rename switches all of a set, for all of them. Here is where
//! sets lie, which one a bundle wants, how that comes to be the one in use, and which ones have been replaced. Pure; must
//! not touch the host, nor know whom certificates are for.

mod home;
mod lay;
mod replaced;
mod set;
mod way_back;

pub(crate) use home::Home;
pub(crate) use lay::{Laid, lay};
pub(crate) use replaced::{leads_to, part, replaced_by, settled};
pub(crate) use set::{Item, Set};
pub(crate) use way_back::with_the_way_back;
