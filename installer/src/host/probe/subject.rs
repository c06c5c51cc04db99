//! What facts are found out for: what a bundle brings, or what is installed here.

use std::fs::File;

use payload::bundle::Bundle;
use payload::manifest::Manifest;
use payload::render;

use super::{ProbeError, credentials};
use crate::host::Tree;

/// Where it is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    Bundle,
    Installed,
}

/// A member as a manifest has it, with the bytes that its checks look into.
pub(crate) struct Subject<'a> {
    pub(super) of: Of,
    pub(super) manifest: &'a Manifest,
    /// `None` of a bundle without a certificate.
    pub(super) credentials: Option<credentials::Brought>,
    pub(super) script: Vec<u8>,
}

impl<'a> Subject<'a> {
    /// What this bundle brings.
    pub(crate) fn bundle(bundle: &'a mut Bundle<File>) -> Result<Self, ProbeError> {
        let credentials = credentials::Brought::read(bundle)?;
        let script = bundle.read(&format!("files/{}", render::STARTUP))?;
        Ok(Self { of: Of::Bundle, manifest: bundle.manifest(), credentials, script })
    }

    /// What is installed here by `manifest`, as it lies here now.
    pub(crate) fn installed(tree: &Tree, manifest: &'a Manifest) -> Result<Self, ProbeError> {
        let credentials = Some(credentials::Brought::in_use(tree, manifest)?);
        let path = manifest.layout.release_dir.join(render::STARTUP)?;
        let script = tree.read_if_there(&path, render::MAX_STARTUP).ok().flatten().unwrap_or_default();
        Ok(Self { of: Of::Installed, manifest, credentials, script })
    }
}
