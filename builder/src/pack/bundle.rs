//! One host's bundle on its way into the output directory: the shared beginning, the host's own part, the signature.

use std::io;
use std::path::PathBuf;

use payload::bundle::{Content, EntryName, WriteError};
use payload::cluster::Host;
use payload::digest::Digest;
use payload::manifest::Manifest;
use payload::render;

use super::common::Common;
use super::dist::{Dist, place};
use super::error::PackError;
use super::own::Packed;
use crate::pki::Signing;

/// Bundles hold private keys and are run: for their owner alone.
const MODE: u32 = 0o700;

/// One bundle, in its place.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
    pub(crate) digest: Digest,
    pub(crate) manifest: Manifest,
    /// Those of CA and host, as they are in it.
    pub(crate) certificates: Vec<(EntryName, Vec<u8>)>,
}

/// What one bundle is made of, but for its signature.
pub(super) struct HostBundle<'a> {
    pub(super) host: &'a Host,
    pub(super) common: &'a Common,
    pub(super) own: Vec<Packed>,
    pub(super) manifest: Manifest,
}

impl HostBundle<'_> {
    /// Writes and signs it.
    pub(super) fn write(&self, dist: &Dist, signing: &Signing) -> Result<Made, PackError> {
        let path = dist.path(&format!("{}.run", self.host.name));
        let fail = |error| PackError::Io { path: path.clone(), error };
        let wrong = |error| match error {
            WriteError::Io(error) => fail(error),
            error => PackError::Write { path: path.clone(), error },
        };
        let new = dist.file()?;
        // By the kernel, which shares the blocks where the file system can. Opened anew, since several copies are made at
        // a time and each has its own place in it.
        io::copy(&mut self.common.file.reopen().map_err(fail)?, &mut new.as_file()).map_err(fail)?;
        let mut writer = self.common.writer.continue_in(io::BufWriter::new(new.as_file()));
        for entry in &self.own {
            let content = Content::of(&entry.bytes);
            writer.entry(entry.name.clone(), entry.mode, content, entry.bytes.as_slice()).map_err(wrong)?;
        }
        let (_, digest) = writer.finish(|sum| signing.sign(sum).map_err(|_| WriteError::Sign)).map_err(wrong)?;
        let bytes = new.as_file().metadata().map_err(fail)?.len();
        place(new, &path, MODE).map_err(fail)?;
        let is_certificate = |name: &EntryName| [render::CA, render::CERTIFICATE].contains(&name.file_name());
        let certificates = self.own.iter().filter(|entry| is_certificate(&entry.name));
        let certificates = certificates.map(|entry| (entry.name.clone(), entry.bytes.clone())).collect();
        Ok(Made { path, bytes, digest, manifest: self.manifest.clone(), certificates })
    }
}
