//! What people read, in English: values come in with their arguments, words go out. Another language is another room with the
//! same functions. Decides nothing.

mod errors;
mod findings;
pub(crate) mod pages;
pub(crate) mod pids;

pub(crate) use findings::{help, text, with_code};
