//! Getting a release from places that behave well and badly. Everything stays on this machine.
#![expect(clippy::disallowed_methods, reason = "a test of files")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that fails says where")]

mod answers;
mod body;
mod brought;
mod download;
mod machine;
mod offline;
mod process;
mod resume;
mod site;
mod tls;
mod vouching;
