//! The groups of options on a help page, in the order in which a page has them.

pub(super) const INPUT: &str = "Cluster file";
pub(super) const SOURCE: &str = "Release source";
pub(super) const BY_HAND: &str = "Without a network";
pub(super) const FOUNDING: &str = "Founding and running";
pub(super) const KEYS: &str = "Keys and signing";
pub(super) const CERTIFICATE: &str = "Certificate";
pub(super) const OUTPUT: &str = "Output";
pub(super) const GLOBAL: &str = "Global options";
