//! Bundles on hosts of a cluster that runs: none of them may harm it. Real etcds, and a host set for several cases.
//!
//! Must not hold a test that passes where a second cluster was begun.

/// A member that no etcdpack has installed.
mod by_hand;
/// All certificates have ended.
mod expired;
/// Five members, of whom one or two are missing.
mod five;
/// Keys and certificates that come from elsewhere than a build; one CA for two clusters.
mod keys;
/// A member's data are gone.
mod lost_data;
/// The builder's `pki/` is lost, or all hosts are purged.
mod lost_pki;
/// A host without data: wiped, replaced, or never seen before.
mod newcomers;
/// etcd is to stop where the others may be too few.
mod quorum;
/// A cluster file that was wrong, before and after its cluster has a quorum.
mod rows;
