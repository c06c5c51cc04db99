//! Whole runs of the product, in one executable: its tests take turns on all processors, and it is linked once.
//!
//! Must not hold a test: each module is about one thing that is tried.

mod attack;
mod builder;
mod bundle;
mod cluster;
mod crash;
mod damage;
mod dist;
mod drift;
mod full;
mod hostile;
mod hostkey;
mod image;
mod listing;
mod outside;
mod paths;
mod power;
mod refusals;
mod restart;
mod sbom;
mod sealed;
mod signer;
mod stubborn;
mod supervision;
mod surroundings;
mod sweep;
