//! The machines that etcdpack makes bundles for, by all their names.
//!
//! Only the two that both etcd and etcdpack's own installer are built for. What this machine is, is not asked
//! here: whoever runs `uname -m` parses the answer with `FromStr`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::EtcdVersion;
use crate::say;

/// A processor architecture, with Linux on it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Arch {
    /// 64-bit x86.
    Amd64,
    /// 64-bit ARM.
    Arm64,
}

impl Arch {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Amd64, Self::Arm64];

    /// As etcd writes it in the names of its archives, which is Go's name.
    #[must_use]
    pub const fn etcd_name(self) -> &'static str {
        match self {
            Self::Amd64 => "amd64",
            Self::Arm64 => "arm64",
        }
    }

    /// As `uname -m` prints it.
    #[must_use]
    pub const fn uname(self) -> &'static str {
        match self {
            Self::Amd64 => "x86_64",
            Self::Arm64 => "aarch64",
        }
    }

    /// The target that the installer in a bundle for this machine is compiled for.
    #[must_use]
    pub const fn rust_target(self) -> &'static str {
        match self {
            Self::Amd64 => "x86_64-unknown-linux-musl",
            Self::Arm64 => "aarch64-unknown-linux-musl",
        }
    }

    /// `e_machine` in the header of an ELF program for this machine.
    #[must_use]
    pub const fn elf_machine(self) -> u16 {
        match self {
            Self::Amd64 => 62,
            Self::Arm64 => 183,
        }
    }

    /// As much of a program as [`Self::runs`] looks at.
    pub const HEAD: usize = 20;

    /// Whether a program that begins with `head` is one for this machine (elf(5)): the magic, 64 bits, little-endian, and
    /// `e_machine` at offset 18.
    #[must_use]
    pub fn runs(self, head: &[u8]) -> bool {
        head.starts_with(b"\x7fELF\x02\x01") && head.get(18..Self::HEAD) == Some(&self.elf_machine().to_le_bytes())
    }

    /// The oldest supported release that was published for this machine: `scripts/build-binary` of etcd makes
    /// amd64 alone up to the last 3.1, and arm64 too from 3.2.0 on.
    #[must_use]
    pub const fn first_release(self) -> EtcdVersion {
        match self {
            Self::Amd64 => EtcdVersion::new(3, 1, 0),
            Self::Arm64 => EtcdVersion::new(3, 2, 0),
        }
    }

    /// Whether etcd and etcdctl exit at once unless `ETCD_UNSUPPORTED_ARCH` names this machine: on arm64 up to
    /// the last 3.4 (`checkSupportArch` in `etcdmain/etcd.go`).
    #[must_use]
    pub fn needs_unsupported_arch_env(self, version: EtcdVersion) -> bool {
        self == Self::Arm64 && version < EtcdVersion::new(3, 5, 0)
    }
}

impl fmt::Display for Arch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.etcd_name())
    }
}

/// A text that names neither architecture.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{}", say!(en = "`{}` is no architecture of etcdpack's: `amd64` (or `x86_64`), `arm64` (or `aarch64`)", zh = "etcdpack 不支持架构 `{}`：可用 `amd64`（或 `x86_64`）、`arm64`（或 `aarch64`）", _0.escape_debug()))]
pub struct NotAnArch(String);

impl FromStr for Arch {
    type Err = NotAnArch;

    fn from_str(text: &str) -> Result<Self, NotAnArch> {
        let named = |arch: &Self| text == arch.etcd_name() || text == arch.uname();
        Self::ALL.into_iter().find(named).ok_or_else(|| NotAnArch(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_vocabularies_parse() {
        for (text, arch) in
            [("amd64", Arch::Amd64), ("x86_64", Arch::Amd64), ("arm64", Arch::Arm64), ("aarch64", Arch::Arm64)]
        {
            assert_eq!(text.parse(), Ok(arch), "{text}");
        }
        for text in ["", "AMD64", "x86-64", "i686", "armv7l", "ppc64le", "s390x"] {
            assert_eq!(text.parse::<Arch>(), Err(NotAnArch(text.to_owned())), "{text}");
        }
    }

    #[test]
    fn files_carry_etcds_names_only() -> Result<(), serde_json::Error> {
        assert_eq!(serde_json::to_string(&Arch::ALL)?, r#"["amd64","arm64"]"#);
        assert_eq!(serde_json::from_str::<Arch>(r#""arm64""#)?, Arch::Arm64);
        assert!(serde_json::from_str::<Arch>(r#""aarch64""#).is_err());
        Ok(())
    }

    #[test]
    fn a_program_is_known_by_its_first_bytes() {
        let head = *b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0";
        assert!(Arch::Amd64.runs(&head) && !Arch::Arm64.runs(&head));
        for at in [0, 3, 4, 5, 18, 19] {
            let mut other = head;
            other[at] ^= 3;
            assert!(!Arch::Amd64.runs(&other), "{at}");
        }
        assert!(!Arch::Amd64.runs(&head[..19]) && !Arch::Amd64.runs(b"#!/bin/sh\n") && !Arch::Amd64.runs(b""));
    }

    #[test]
    fn arm64_had_to_be_asked_for_until_3_5() {
        for (arch, version, needs) in [
            (Arch::Amd64, EtcdVersion::new(3, 1, 20), false),
            (Arch::Amd64, EtcdVersion::new(3, 7, 2), false),
            (Arch::Arm64, EtcdVersion::new(3, 2, 0), true),
            (Arch::Arm64, EtcdVersion::new(3, 4, 45), true),
            (Arch::Arm64, EtcdVersion::new(3, 5, 0), false),
        ] {
            assert_eq!(arch.needs_unsupported_arch_env(version), needs, "{arch} {version}");
        }
    }
}
