//! The installers that this builder carries in its own executable.

use payload::etcd::Arch;

use super::PackError;

const AMD64: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/installer-amd64"));
const ARM64: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/installer-arm64"));

/// The static installer for hosts of `arch`.
pub(super) fn of(arch: Arch) -> Result<&'static [u8], PackError> {
    let bytes = match arch {
        Arch::Amd64 => AMD64,
        Arch::Arm64 => ARM64,
    };
    if bytes.is_empty() { Err(PackError::NoInstaller(arch)) } else { Ok(bytes) }
}
