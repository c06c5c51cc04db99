//! The vocabulary that etcdpack's two programs share.
//!
//! Three nouns explain the product: the *manifest* says what a bundle carries, the *plan* what will
//! happen on one host, the *journal* what has happened there. The plan and the journal live in the
//! installer; everything that both sides must agree on lives here.
//!
//! This crate opens no file, starts no process, and reads neither clock nor environment: bytes come in
//! through `Read`, text through `&str`, and what comes out is a value or one clear error.

mod age;
mod amount;
pub mod backup;
pub mod bundle;
pub mod claim;
pub mod cluster;
pub mod delivery;
pub mod digest;
mod entry;
pub mod etcd;
pub mod exit;
pub mod fingerprint;
pub mod founding;
pub mod language;
pub mod line;
pub mod manifest;
pub mod mode;
pub mod name;
pub mod path;
pub mod peer_name;
pub mod provenance;
pub mod read_ahead;
pub mod recipient;
pub mod render;
pub mod sealed;
pub mod shell;
pub mod signer;
pub mod snapshot;
pub mod tarball;
pub mod url;
pub mod wheel;
