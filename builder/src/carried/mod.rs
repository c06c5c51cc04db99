//! What this executable carries in itself for the hosts: the installers and supervisor's wheels. Must not start a program
//! and must not read a file: a build needs neither cargo nor pip, nor trusts a directory.

mod error;
mod installer;
mod wheels;

pub use error::NotCarried;
pub(crate) use installer::installer;
pub(crate) use wheels::{CarriedWheel, wheels};
