//! Changing the host: what is done is in the journal before it is done, and is undone from there.

pub(crate) mod journal;
mod state_dir;
pub(crate) mod undo;

pub(crate) use journal::{Journal, Permit};
pub(crate) use state_dir::clean_up;
