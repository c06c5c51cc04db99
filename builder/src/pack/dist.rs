//! The output directory. A bundle appears under its name only when it is whole and on disk.
#![expect(clippy::disallowed_methods, reason = "edge: writes bundles")]

use std::fs::{self, File, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use payload::bundle::{Content, WriteError};
use payload::cluster::Host;
use payload::etcd::Arch;
use tempfile::NamedTempFile;

use super::common::Common;
use super::own::Packed;
use super::{Made, PackError};
use crate::pki::Signing;

/// Bundles hold private keys and are run: for their owner alone.
const BUNDLE_MODE: u32 = 0o700;

/// The public half of the key that signs, in PEM, and its fingerprint.
pub(super) const SIGNING_KEY: &str = "signing.pub";
pub(super) const SIGNING_WORDS: &str = "signing.words";

/// A directory that bundles go to.
pub(super) struct Dist {
    dir: PathBuf,
}

impl Dist {
    /// Makes the directory where it is not there.
    pub(super) fn open(dir: &Path) -> Result<Self, PackError> {
        fs::create_dir_all(dir).map_err(|error| PackError::Io { path: dir.to_owned(), error })?;
        Ok(Self { dir: dir.to_owned() })
    }

    /// A file beside the bundles, readable by its owner alone, that goes if nobody gives it a name.
    pub(super) fn temp(&self) -> Result<NamedTempFile, PackError> {
        let made = tempfile::Builder::new().prefix(".etcdpack-").suffix(".part").tempfile_in(&self.dir);
        made.map_err(|error| PackError::Io { path: self.dir.clone(), error })
    }

    /// Writes one bundle.
    pub(super) fn bundle(
        &self,
        host: &Host,
        common: &Common,
        own: &[Packed],
        signing: &Signing,
    ) -> Result<Made, PackError> {
        let path = self.dir.join(format!("{}.run", host.name));
        let fail = |error| PackError::Io { path: path.clone(), error };
        let wrong = |error| PackError::Write { path: path.clone(), error };
        let mut temp = self.temp()?;
        copy(&common.file, temp.as_file_mut()).map_err(fail)?;
        let mut writer = common.writer.continue_in(io::BufWriter::new(temp.as_file_mut()));
        for entry in own {
            let content = Content::of(&entry.bytes);
            writer.entry(entry.name.clone(), entry.mode, content, entry.bytes.as_slice()).map_err(wrong)?;
        }
        let (_, digest) = writer.finish(|sum| signing.sign(sum).map_err(|_| WriteError::Sign)).map_err(wrong)?;
        let bytes = temp.as_file().metadata().map_err(fail)?.len();
        self.place(temp, &path, BUNDLE_MODE)?;
        Ok(Made { path, bytes, digest })
    }

    /// Writes the list of parts of all bundles for `arch`, as it is in them.
    pub(super) fn sbom(&self, arch: Arch, bytes: &[u8]) -> Result<(), PackError> {
        let path = self.dir.join(format!("sbom-{arch}.cdx.json"));
        let mut temp = self.temp()?;
        temp.write_all(bytes).map_err(|error| PackError::Io { path: path.clone(), error })?;
        self.place(temp, &path, 0o644)
    }

    /// Writes `SHA256SUMS` for `sha256sum -c`.
    pub(super) fn sums(&self, made: &[Made]) -> Result<(), PackError> {
        let path = self.dir.join("SHA256SUMS");
        let mut temp = self.temp()?;
        for bundle in made {
            let name = bundle.path.file_name().unwrap_or_default().to_string_lossy();
            writeln!(temp, "{}  {name}", bundle.digest).map_err(|error| PackError::Io { path: path.clone(), error })?;
        }
        self.place(temp, &path, 0o644)
    }

    /// Writes what a bundle is checked by: the public key, and its fingerprint in words.
    pub(super) fn signer(&self, signing: &Signing) -> Result<(), PackError> {
        let words = format!("{}\n", signing.signer().fingerprint());
        for (name, text) in [(SIGNING_KEY, signing.public_pem()?), (SIGNING_WORDS, words)] {
            let path = self.dir.join(name);
            let mut temp = self.temp()?;
            temp.write_all(text.as_bytes()).map_err(|error| PackError::Io { path: path.clone(), error })?;
            self.place(temp, &path, 0o644)?;
        }
        Ok(())
    }

    /// Makes the names in the directory last.
    pub(super) fn sync(&self) -> Result<(), PackError> {
        let sync = || File::open(&self.dir)?.sync_all();
        sync().map_err(|error| PackError::Io { path: self.dir.clone(), error })
    }

    fn place(&self, temp: NamedTempFile, path: &Path, mode: u32) -> Result<(), PackError> {
        let fail = |error| PackError::Io { path: path.to_owned(), error };
        temp.as_file().set_permissions(Permissions::from_mode(mode)).map_err(fail)?;
        temp.as_file().sync_all().map_err(fail)?;
        temp.persist(path).map_err(|error| fail(error.error))?;
        Ok(())
    }
}

/// The whole of `from` into the empty `to`; the kernel copies, or shares the blocks where the file system can. Opened
/// anew, since several copies are made at a time and each has its own place in it.
fn copy(from: &NamedTempFile, to: &mut File) -> io::Result<()> {
    io::copy(&mut from.reopen()?, to)?;
    Ok(())
}
