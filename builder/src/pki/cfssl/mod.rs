//! cfssl's own JSON files: what in them says how certificates are to be, and the cluster file with that put into it.

mod document;
mod section;
mod settings;

pub use section::{Edited, put};
pub use settings::{CfsslError, Settings};
