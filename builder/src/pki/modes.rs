//! Edge: whether `pki/` and all that is in it is its owner's alone. Looked at before each use: a directory that somebody else can
//! write to gives him every key, and whatever is read there is signed with.
#![expect(clippy::disallowed_methods, reason = "edge: looks at the `pki` directory")]

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use rustix::process::geteuid;

use super::error::{PkiError, reading};
use crate::text;

/// Nothing of ours lies deeper: `pki/requests/hosts/n1/etcd-peer-key.pem`.
const DEEPEST: usize = 4;

/// Refuses a directory of ours, and anything in it, that another user owns or can change; and private keys that he can read. One
/// that is not there is fine.
pub(super) fn check(dir: &Path) -> Result<(), PkiError> {
    look(dir, 0)
}

/// Refuses a `mode` with any of the `forbidden` bits.
pub(super) fn refuse_open(path: &Path, mode: u32, forbidden: u32, wanted: u32) -> Result<(), PkiError> {
    let mode = mode & 0o7777;
    if mode & forbidden == 0 { Ok(()) } else { Err(PkiError::Exposed { path: path.to_owned(), mode, wanted }) }
}

/// A single file that was named: it, or a link to it, may not be another user's.
pub(super) fn check_owner(path: &Path) -> Result<Metadata, PkiError> {
    let itself = fs::symlink_metadata(path).map_err(reading(path))?;
    owned(path, &itself)?;
    if !itself.is_symlink() {
        return Ok(itself);
    }
    let target = fs::metadata(path).map_err(reading(path))?;
    owned(path, &target)?;
    Ok(target)
}

fn look(path: &Path, depth: usize) -> Result<(), PkiError> {
    let metadata = match check_owner(path) {
        // Another builder is at work, or nobody has been yet.
        Err(PkiError::Reading { source, .. }) if source.kind() == io::ErrorKind::NotFound => return Ok(()),
        metadata => metadata?,
    };
    if metadata.is_dir() {
        refuse_open(path, metadata.mode(), 0o022, 0o700)?;
        return if depth < DEEPEST { look_into(path, &metadata, depth) } else { Ok(()) };
    }
    if !metadata.is_file() {
        return Err(reading(path)(io::Error::other(text::pki::NEITHER_FILE_NOR_DIR.text())));
    }
    let (forbidden, wanted) = if is_private(path) { (0o077, 0o600) } else { (0o022, 0o644) };
    refuse_open(path, metadata.mode(), forbidden, wanted)
}

fn look_into(dir: &Path, metadata: &Metadata, depth: usize) -> Result<(), PkiError> {
    let entries = match fs::read_dir(dir) {
        // `lost+found`: what root keeps from us, nobody else changes.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied && metadata.uid() == 0 => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(reading(dir))?,
    };
    for entry in entries {
        look(&entry.map_err(reading(dir))?.path(), depth + 1)?;
    }
    Ok(())
}

/// Of ours, and copies of them under other names: `ca-key.pem`, `.signing-key.pem.new`, `ca-key.pem.bak`, `etcd-peer-key.age`. The sums
/// of a sealed one say nothing of it.
fn is_private(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.contains("key") && !name.ends_with(".sha256") && !name.ends_with(".pub")
}

fn owned(path: &Path, metadata: &Metadata) -> Result<(), PkiError> {
    match metadata.uid() {
        0 => Ok(()),
        uid if uid == geteuid().as_raw() => Ok(()),
        uid => Err(PkiError::Foreign { path: path.to_owned(), uid }),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;
    use crate::failure::Diagnose as _;

    #[test]
    fn what_others_can_change_or_read_is_named() {
        let home = tempfile::tempdir().unwrap();
        let pki = home.path().join("pki");
        check(&pki).unwrap();
        fs::create_dir_all(pki.join("hosts/n1")).unwrap();
        let mode = |path: &str, mode| fs::set_permissions(pki.join(path), fs::Permissions::from_mode(mode)).unwrap();
        for (name, good) in [("ca.pem", 0o644), ("ca-key.pem", 0o600), ("hosts/n1/etcd-peer-key.age.sha256", 0o644)] {
            fs::write(pki.join(name), "").unwrap();
            mode(name, good);
        }
        for dir in ["", "hosts", "hosts/n1"] {
            mode(dir, 0o755);
        }
        check(&pki).unwrap();
        for (name, bad, good) in [
            ("", 0o775, 0o700),
            ("hosts", 0o777, 0o700),
            ("hosts/n1", 0o720, 0o700),
            ("ca.pem", 0o664, 0o644),
            ("ca-key.pem", 0o640, 0o600),
        ] {
            mode(name, bad);
            let error = check(&pki).unwrap_err();
            assert!(matches!(&error, PkiError::Exposed { path, mode, .. } if *path == pki.join(name) && *mode == bad));
            assert!(error.help().unwrap().starts_with(&format!("chmod {good:o} ")), "{error}");
            mode(name, good);
        }
        fs::copy(pki.join("ca-key.pem"), pki.join("ca-key.pem.bak")).unwrap();
        mode("ca-key.pem.bak", 0o644);
        assert!(matches!(check(&pki), Err(PkiError::Exposed { .. })));
        mode("ca-key.pem.bak", 0o400);
        symlink("ca-key.pem", pki.join("signing-key.pem")).unwrap();
        check(&pki).unwrap();
        let foreign = PkiError::Foreign { path: pki, uid: 1001 };
        assert_eq!(foreign.exit_status().code(), 3);
    }
}
