//! What the whole-run tests stand on: the built product, real releases, and the lab's hosts.
//!
//! Nothing is skipped: without root, the lab or the built product a test fails and says what is missing.

pub mod authority;
pub mod bundles;
mod call;
mod corpus;
pub mod disk;
pub mod form;
pub mod ground;
mod host;
pub mod host_disk;
mod image_host;
pub mod old_layout;
pub mod outage;
pub mod rule;
mod signing;
mod site;
pub mod snapshot;
pub mod strace;
pub mod survey;
pub mod table;
mod terminal;
pub mod trace;
pub mod tree_run;
pub mod ways;

/// Names the signer of every bundle that the tests build: the fingerprint of `signing-key.pem` here.
#[macro_export]
macro_rules! signer {
    () => {
        "--signer=liar-cram-grunt-shift-genuine-caution-slender-proof-pupil-hen-matrix-damage"
    };
}

pub const SIGNER: &str = signer!();

pub use corpus::{Corpus, small_cluster, small_site};
pub use host::{Lab, Said};
pub use image_host::ImageHost;
pub use signing::signed;
pub use site::{Site, cluster, etcdpack, guide, plain_keys, release, run, sha256, workspace};
pub use terminal::{answered, at_terminal};
