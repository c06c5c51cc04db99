//! Keeping etcd running: finding out who can, and telling them to.

pub(crate) mod control;

pub(crate) use control::{ServiceError, StateWord, has_ended, is_running, remove, start};
