//! The builder: what runs on the connected machine and makes one bundle per isolated host.
//!
//! `cli` says what can be typed and `command` carries it out; `founding` says whether the cluster is still to be founded,
//! `release` gets and verifies etcd, `pki` issues certificates, `sbom` lists the parts, `carried` holds what this executable
//! brings along, and `pack` puts bundles together, and `rehearsal` runs their members before anybody carries them. What a person reads stands in `text`, and a [`failure::Failure`] is how a
//! command ends other than well. The vocabulary is `payload`'s.

mod atomic_file;
pub mod cache;
pub mod carried;
mod claim_source;
pub mod cli;
pub mod command;
pub mod failure;
mod founding;
pub mod harden;
pub mod locale;
pub mod pack;
mod paper;
mod parallel;
pub mod passphrase_source;
pub mod pki;
mod rehearsal;
pub mod release;
pub mod report;
pub mod sbom;
pub mod secret;
mod stick;
mod text;
mod toml_error;
mod tty;
