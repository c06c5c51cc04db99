//! The certificates as real `openssl` sees them.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test: runs openssl, and a panic is its report")]

mod made;
mod own_ca;
mod site;
