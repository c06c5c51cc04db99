//! CAs that a site has: brought in, above one another, out of reach; and what comes of them, as openssl, cfssl, pkilint
//! and etcd see it.
#![expect(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test: runs programs, and a panic is its report"
)]

mod chain;
mod clients;
mod field;
mod forms;
mod import;
mod lint;
mod oracle;
mod outside;
mod refusals;
mod site;
