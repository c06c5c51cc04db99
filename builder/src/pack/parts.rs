//! What bundles are made of. Values alone, each verified by those who made it.

use std::collections::BTreeMap;

use payload::cluster::Cluster;
use payload::etcd::Arch;
use payload::manifest::Program;
use payload::render::Start;

use crate::carried::CarriedWheel;
use crate::pki::{Issued, KeyMaterial, Signing, StandIns};
use crate::release::Verified;

/// Everything that goes into the bundles of a cluster.
pub(crate) struct Parts<'a> {
    pub(crate) cluster: &'a Cluster,
    pub(crate) releases: &'a BTreeMap<Arch, Verified>,
    /// What is in them.
    pub(crate) programs: &'a BTreeMap<Arch, Vec<Program>>,
    pub(crate) wheels: &'a [CarriedWheel],
    pub(crate) issued: &'a Issued,
    pub(crate) keys: &'a KeyMaterial,
    /// For the rehearsal alone.
    pub(crate) stand_ins: Option<&'a StandIns>,
    pub(crate) signing: &'a mut Signing,
}

impl Parts<'_> {
    /// What a member is told that begins without data.
    pub(crate) fn start(&self) -> Start<'_> {
        self.signing.start()
    }
}
