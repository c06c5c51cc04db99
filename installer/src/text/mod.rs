//! What people read, in English and Chinese side by side: values come in with their arguments, words go out. Decides nothing.

pub(crate) mod about;
pub(crate) mod bug;
pub(crate) mod drill;
mod errors;
pub(crate) mod evidence;
pub(crate) mod findings;
pub(crate) mod help;
pub(crate) mod members;
pub(crate) mod names;
pub(crate) mod outcomes;
pub(crate) mod pages;
pub(crate) mod pids;
pub(crate) mod plan;
pub(crate) mod progress;
pub(crate) mod questions;
pub(crate) mod refusals;
pub(crate) mod restore;
pub(crate) mod snapshot;
pub(crate) mod status;
mod supervisord;
