//! The installers that this builder carries in its own executable, each with the list of what is linked into it.

use payload::etcd::Arch;

use super::error::NotCarried;

/// The static installer for hosts of one architecture.
#[derive(Clone, Copy)]
pub(crate) struct Installer {
    pub(crate) bytes: &'static [u8],
    /// As `scripts/build` writes it.
    pub(crate) crates: &'static str,
}

const AMD64: Installer = Installer {
    bytes: include_bytes!(concat!(env!("OUT_DIR"), "/installer-amd64")),
    crates: include_str!(concat!(env!("OUT_DIR"), "/crates-amd64.tsv")),
};
const ARM64: Installer = Installer {
    bytes: include_bytes!(concat!(env!("OUT_DIR"), "/installer-arm64")),
    crates: include_str!(concat!(env!("OUT_DIR"), "/crates-arm64.tsv")),
};

/// The static installer for hosts of `arch`.
pub(crate) fn installer(arch: Arch) -> Result<Installer, NotCarried> {
    let installer = match arch {
        Arch::Amd64 => AMD64,
        Arch::Arm64 => ARM64,
    };
    let whole = !installer.bytes.is_empty() && !installer.crates.is_empty();
    if whole { Ok(installer) } else { Err(NotCarried::Installer(arch)) }
}
