//! The CA of a site: made here, brought in, or named in the cluster file. Must not know whom certificates are for.

mod authority;
mod encrypted;
mod fitness;
mod import;
mod key;
mod load;

pub use authority::KeyPlace;
pub(super) use authority::{Authority, Issuing, end_of_new};
pub(super) use fitness::{is_short_enough, is_signature_trusted, times};
pub use import::{ImportedCa, KeyProtection, encrypt_key, import};
pub(super) use load::{FoundCa, find, load, unlock};
