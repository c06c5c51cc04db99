//! The builder: what runs on the connected machine and makes one bundle per isolated host.
//!
//! `release` gets and verifies etcd, `pki` issues certificates, `sbom` lists the parts, `pack` puts bundles together,
//! `command` is what the user types. The vocabulary is `payload`'s.

pub mod cache;
pub mod cli;
pub mod command;
pub mod memory;
pub mod narrator;
pub mod pack;
pub mod passphrase;
pub mod pki;
pub mod release;
pub mod report;
pub mod sbom;
mod threads;
mod tty;
mod unnamed;
mod unreadable;
