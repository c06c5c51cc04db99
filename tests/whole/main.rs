//! Whole runs of the product, in one executable: its tests take turns on all processors, and it is linked once.
//!
//! Must not hold a test: each module is about one thing that is tried. Which test goes where: `tests/README.md`.

/// The write-ahead log on a disk of its own.
mod apart;
/// What an attacker does, and what must come of it: a file for each kind of attack.
mod attack;
/// `etcdpack` as its users type it. What the builder does inside is tried in `builder/tests/`.
mod builder;
/// One real bundle under stock tools. What one byte more or less does goes to `damage` or `hostile`.
mod bundle;
/// CA, certificate and key, and how one set of them follows another.
mod certificates;
/// Places where root cannot write: what a plan says of them, and what becomes of the install.
mod closed;
/// The guide's own cluster of three, from nothing to purged: the long way through the product. Try not to add to it.
mod cluster;
/// The installer dies on a running host. On a tree, where it costs a tenth: `sweep`.
mod crash;
/// Random harm to a bundle on its way. Harm with a purpose: `hostile`.
mod damage;
/// The builder is killed, or its disk is full.
mod dist;
/// Others change the host before, between or after.
mod drift;
/// Drills: a snapshot is restored beside the member, and nothing of it stays.
mod drill;
/// Bundles onto a stick, and what is there afterwards.
mod export;
/// What `check` foretells of a build.
mod foresight;
/// Who founds a cluster, and whether it runs: what the builder asks and refuses.
mod founding;
/// The host's disk is full while the installer works.
mod full;
/// How an installed member does, and what `status` says of one that is not well.
mod health;
/// What was done to a host, as it is remembered there.
mod history;
/// Bundles and releases that nobody may take; `tests/hostile/` makes them.
mod hostile;
/// Keys that hosts make, their requests and certificates.
mod hostkey;
/// `install --root`: the tree of an image, for either architecture.
mod image;
/// In which language people are spoken to, and what programs read in whichever.
mod language;
/// Where members listen and are reached.
mod listens;
/// Our reader of ZIP beside others.
mod listing;
/// What is installed is not on record any more.
mod lost_record;
/// Service managers as sites have them, and what else would start an etcd at boot.
mod managers;
/// A cluster comes back elsewhere than it was.
mod moved;
/// Data on standard output that nobody takes.
mod output;
/// CAs whose keys are out of reach.
mod outside;
/// What is printed.
mod paper;
/// What root opens and starts, held against `docs/trust.md`.
mod paths;
/// The power goes at a chosen call.
mod power;
/// What refuses an install on a real host, and a roll-back there. A refusal by values alone is a unit test of `check`.
mod refusals;
/// What `build` proves before it packs.
mod rehearsal;
/// What a release page has, as `scripts/release` makes it.
mod release_page;
/// The page for an auditor.
mod report;
/// When etcd is restarted, and when it is not.
mod restart;
/// A cluster comes back from a snapshot, on hosts as they are left.
mod restore;
/// A restore where the log has a disk of its own.
mod restore_apart;
/// The power goes while a snapshot is restored.
mod restore_cut;
/// Bundles on hosts of a cluster that runs: a file for each way to harm it.
mod running;
/// The list of parts.
mod sbom;
/// Keys that travel under a passphrase.
mod sealed;
/// Whose bundles a host takes.
mod signer;
/// Snapshots of a member that serves: whole, or not there; and what a harmed one is called.
mod snapshot;
/// A host loses its power while it takes a snapshot by itself and holds a drill.
mod snapshot_cut;
/// The person with the stick: output that goes elsewhere, a file that was cut off, the wrong shell.
mod stick;
/// Service managers, programs and streams that do not do as they are told.
mod stubborn;
/// Every service manager on every kind of host, once through a member's life. Each test here boots a host or three.
mod supervision;
/// What is warned of on a real host.
mod surroundings;
/// The installer dies, or a call fails, at each of its calls on a tree.
mod sweep;
/// What was on the host before us, and comes back.
mod there_before;
/// A copy of a stopped member, for the keys of the v2 API.
mod with_v2;
/// `etcdctl` as people type it on a host.
mod wrapper;
