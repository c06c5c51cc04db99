//! The CA and the hosts' certificates: made once, kept in `pki/` beside the cluster file, and used again as they
//! are for as long as they fit, so that the same cluster file gives the same bundles.
//!
//! This file is the face; what others may use of the room stands here, and nothing else does.
//!
//! - what is wanted, and by which rules: `site`, `spec`, `profile`, `check`, `readable`, `constraints`, `form`, `problem`, `names`, `chain`, `key`,
//!   `peer_name`
//! - the CA, ours or the site's: `ca`; one whose key is out of reach: `external_ca`, `accept`, `not_taken`
//! - operations: `issue` for the hosts, `client` for who is no member, `host_key` and `request` for hosts that make their own
//!   keys, `stand_in` for their rehearsal, `sealing`, `show`; what of earlier builds still serves, `stored` says; what `build` will do, `outlook`
//! - the signing key and the numbers of bundles: `signing`, `serials`; who founded the cluster: `recorded`
//! - the directory on disk: `store`, `listing`, `paths`, `file`, `modes`; nobody else touches it
//! - settings taken from cfssl's files: `cfssl`
//!
//! Nothing is handed out that has not passed `check`, and no key leaves but inside a [`Secret`](crate::secret::Secret).

mod accept;
mod ca;
pub mod cfssl;
mod chain;
mod check;
mod client;
mod constraints;
mod error;
mod external_ca;
mod file;
pub(crate) mod form;
mod host_key;
mod issue;
mod key;
mod key_material;
mod listing;
mod modes;
mod names;
mod not_taken;
mod outlook;
mod pair;
mod paths;
mod peer_name;
mod pem;
mod problem;
mod profile;
mod readable;
mod recorded;
mod request;
mod sealing;
mod serials;
mod show;
mod sign;
mod signing;
mod site;
mod spec;
mod stand_in;
mod store;
mod stored;
mod uri;
mod validity;

pub use accept::accept;
pub use ca::{ImportedCa, KeyPlace, KeyProtection, encrypt_key, import};
pub(crate) use chain::begins_with_a_ca;
pub use client::{ClientOrServer, issue_client_or_server};
pub use error::{CaFault, KeyFault, PkiError};
pub use external_ca::{Requested, request};
pub use form::Form;
pub use host_key::{Certificates, Certified, SignError, certificates, key_until_now};
pub use issue::{Issued, IssuedPair, KeyState, issue_all};
pub(crate) use key::KeyAlgorithm;
pub use key_material::KeyMaterial;
pub(crate) use not_taken::{IssuerKnown, NotTaken};
pub(crate) use outlook::{Fate, Outlook, SealingOutlook, outlook};
pub(crate) use pair::PairFile;
pub(crate) use peer_name::{common_name, namesakes};
pub(crate) use problem::CertificateProblem;
pub use profile::Profile;
pub(crate) use readable::Unreadable;
pub(crate) use recorded::{ledger, ledger_as_it_lies};
pub use request::{Request, RequestError};
pub use sealing::{SealError, SealedKey, Sealing, has_sealed_keys};
pub use serials::SerialsError;
pub use show::{CertificateKind, CertificateRow, show, waiting};
pub use signing::Signing;
pub use site::{NewCa, Site};
pub use spec::Holder;
pub use stand_in::{StandIn, StandIns};
pub(crate) use validity::{Validity, validities};
