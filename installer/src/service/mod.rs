//! Keeping etcd running: finding out who can, and telling them to.

pub(crate) mod beside;
mod calls;
pub(crate) mod control;
mod program;
mod standing;
pub(crate) mod timer;
mod words;

pub(crate) use calls::ServiceError;
pub(crate) use control::{StateWord, has_ended, is_running, remove, start};
pub(crate) use standing::{Others, not_at_boot, standing};
pub(crate) use words::of_start as complaint;
