//! A stick on which bundles are carried: what its file system can hold, what goes onto it, and whether it is there afterwards. The
//! stick is whoever's: what is there and not ours is let alone. Must not know which bundles belong together; must never be handed
//! anything from `pki/`, nor the signer's words.

mod error;
mod goods;
mod place;
mod write;

pub(crate) use error::StickError;
pub(crate) use goods::{Goods, Item, Source, listed};
pub(crate) use place::Place;
pub(crate) use write::carry;
