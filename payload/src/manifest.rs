//! The manifest: what a bundle carries, for whom, and where each thing goes.
//!
//! It is written by the builder and read by the installer of the same bundle, and later by `etcdpack-host`
//! versions to come; [`SCHEMA`] rises when its form changes. It never holds a secret.

use std::cmp::Ordering;
use std::num::NonZeroU16;

use serde::{Deserialize, Serialize};

use crate::backup::Backup;
use crate::cluster::{Carry, Manager, Paths};
use crate::digest::Digest;
use crate::entry::{EntryName, MAX_SMALL};
use crate::etcd::{Arch, EtcdVersion};
use crate::line::DisplayLine;
use crate::mode::{Mode, Owner};
use crate::name::{ClusterName, ClusterToken, HostName, MemberName, UserName};
use crate::path::{AbsPath, NotAPath};
use crate::peer_name::PeerName;
use crate::provenance::Provenance;
use crate::render;

mod check;
mod error;
mod later;
mod member;
mod slot;
#[cfg(test)]
pub(crate) mod tests;

pub use crate::founding::{Founder, Phase, State};
pub use error::ManifestError;
pub use later::Monitoring;
pub use member::{Found, Listen, Member};
pub use slot::{Own, Pair, SBOM, Shared, Slot, release_entry};

/// The form that this program writes, and the only one that it reads in a bundle. Records of a host may be older.
pub const SCHEMA: u32 = 3;

/// Everything the installer must know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Manifest {
    pub schema: u32,
    /// The version of etcdpack that built the bundle.
    pub etcdpack: DisplayLine,
    /// `None` only in records of schema 1, from before bundles were signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provenance: Option<Provenance>,
    pub cluster: ClusterName,
    pub token: ClusterToken,
    /// `None` only in records of schema 1 and 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    pub host: HostName,
    pub member: MemberName,
    pub arch: Arch,
    /// Of all members; in records of schema 1 and 2 alone, where URLs have taken their place since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_port: Option<NonZeroU16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer_port: Option<NonZeroU16>,
    /// `None` only in records of schema 1 and 2; see [`Self::listens`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listen: Option<Listen>,
    /// The common names that a peer's certificate may have; where there are none, the CA alone decides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub peer_names: Vec<PeerName>,
    /// All members, this one among them, in the order of the cluster file.
    pub members: Vec<Member>,
    pub user: UserName,
    pub release: Release,
    pub layout: Layout,
    pub service: Service,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup: Option<Backup>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monitoring: Option<Monitoring>,
    /// Every entry but the manifest itself, in the order of the bundle.
    pub entries: Vec<Entry>,
}

/// The upstream release inside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Release {
    pub version: EtcdVersion,
    /// The tarball, byte for byte as released.
    pub entry: EntryName,
    /// What vouched for it: `cluster file`, `etcdpack.lock`, `compiled in` ...
    pub origin: DisplayLine,
    /// What is taken out of it: all that a release of this version has.
    pub programs: Vec<Program>,
}

/// One executable in the tarball.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Program {
    /// `etcd`, `etcdctl` or `etcdutl`.
    pub name: String,
    pub size: u64,
    pub sha256: Digest,
}

/// Directories and links on the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Layout {
    pub release_dir: AbsPath,
    pub link: AbsPath,
    pub data: AbsPath,
    /// The directory that the write-ahead log lies in, if not with the data; etcd's own is [`render::WAL`] in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wal: Option<AbsPath>,
    pub logs: AbsPath,
    pub bin: AbsPath,
    pub sbin: AbsPath,
}

impl Layout {
    /// That of one release below `paths`, and of a host whose log lies in `wal`.
    pub fn of(paths: &Paths, wal: Option<AbsPath>, version: EtcdVersion) -> Result<Self, NotAPath> {
        let Paths { data, logs, bin, sbin, .. } = paths.clone();
        Ok(Self { release_dir: paths.release_dir(version)?, link: paths.link()?, data, wal, logs, bin, sbin })
    }

    /// What a cluster file would have to say for it; `None` where programs lie directly below `/`.
    fn paths(&self) -> Option<Paths> {
        let Self { data, logs, bin, sbin, .. } = self.clone();
        Some(Paths { opt: self.release_dir.parent()?, data, logs, bin, sbin })
    }

    /// The directories that hold what the member knows: that of its data, and that of its log where it has one of its own.
    pub fn places(&self) -> impl Iterator<Item = &AbsPath> {
        std::iter::once(&self.data).chain(&self.wal)
    }

    /// Where etcd finds the certificates and the key, in the directory of its release.
    pub fn certs(&self) -> Result<AbsPath, NotAPath> {
        self.release_dir.join("certs")
    }
}

/// How the member is kept running.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Service {
    pub manager: Manager,
    /// Name of the unit, of the supervisor section's file.
    pub name: MemberName,
    /// Seconds that a graceful stop may take.
    pub stop_seconds: u32,
    /// Wheels to unzip together for a supervisor of our own; empty where the bundle carries none.
    pub wheels: Vec<EntryName>,
}

impl Service {
    /// Whether the bundle brings supervisor.
    #[must_use]
    pub fn carry(&self) -> Carry {
        if self.wheels.is_empty() { Carry::Nothing } else { Carry::Wheels }
    }
}

/// One entry of the bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Entry {
    pub name: EntryName,
    pub size: u64,
    pub sha256: Digest,
    pub purpose: Purpose,
}

/// What an entry is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Purpose {
    /// The upstream tarball.
    Release,
    /// A part of the carried supervisor.
    Wheel,
    /// For people who look inside.
    Reading,
    /// A file for a fixed place, needed `when` etcd is kept running so.
    Place { path: AbsPath, mode: Mode, owner: Owner, when: When },
    /// The supervisor section; the host's layout says where it goes.
    Program,
    /// The host's private key under a passphrase, for a fixed place with mode 0600. `sha256` is that of the key itself:
    /// it tells whether the key is there already, and to find a key by it is no easier than by the certificate.
    Sealed { path: AbsPath, owner: Owner, sha256: Digest },
}

impl Purpose {
    /// The mode that the entry has inside the bundle.
    #[must_use]
    pub fn mode_inside(&self) -> Mode {
        match self {
            Self::Place { mode, .. } => *mode,
            Self::Release | Self::Wheel | Self::Reading | Self::Program | Self::Sealed { .. } => Mode::PLAIN,
        }
    }

    /// The most bytes that the entry has: all but the release are read whole.
    fn max(&self) -> u64 {
        if *self == Self::Release { u64::MAX } else { MAX_SMALL }
    }
}

/// How a host comes by its private key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyFrom {
    /// It lies in the bundle.
    Bundle,
    /// It lies in the bundle under a passphrase.
    Sealed,
    /// The host makes it.
    Host,
}

/// When a file is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    Always,
    /// etcd runs under systemd.
    Systemd,
    /// etcd runs under the carried supervisor.
    Carried,
}

impl Manifest {
    /// Reads a bundle's manifest; its schema is looked at before anything else, so that a newer one is named as such.
    pub fn parse(bytes: &[u8]) -> Result<Self, ManifestError> {
        #[derive(Deserialize)]
        struct SchemaOnly {
            schema: u32,
        }
        let SchemaOnly { schema } = serde_json::from_slice(bytes)?;
        match schema.cmp(&SCHEMA) {
            Ordering::Less => return Err(ManifestError::Older(schema)),
            Ordering::Equal => {}
            Ordering::Greater => return Err(ManifestError::Newer(schema)),
        }
        let manifest: Self = serde_json::from_slice(bytes)?;
        manifest.check()?;
        Ok(manifest)
    }

    /// The manifest as it stands in the bundle: JSON that people can read, ending in a newline.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// This host's line among the members; a parsed manifest has it.
    #[must_use]
    pub fn me(&self) -> Option<&Member> {
        self.members.iter().find(|member| member.name == self.member && member.host == self.host)
    }

    /// The entry with the host's private key under a passphrase, and the digest of the key itself.
    #[must_use]
    pub fn sealed_key(&self) -> Option<(&EntryName, Digest)> {
        self.entries.iter().find_map(|entry| match entry.purpose {
            Purpose::Sealed { sha256, .. } => Some((&entry.name, sha256)),
            _ => None,
        })
    }

    /// How this host comes by its private key.
    #[must_use]
    pub fn key_from(&self) -> KeyFrom {
        let from = |entry: &Entry| match &entry.purpose {
            Purpose::Sealed { .. } => Some(KeyFrom::Sealed),
            Purpose::Place { path, .. } if path.name() == render::KEY => Some(KeyFrom::Bundle),
            _ => None,
        };
        self.entries.iter().find_map(from).unwrap_or(KeyFrom::Host)
    }

    /// Whether this host's certificate is in the bundle; not before a key that the host makes has one.
    #[must_use]
    pub fn has_certificate(&self) -> bool {
        self.entries.iter().any(|entry| match &entry.purpose {
            Purpose::Place { path, .. } => path.name() == render::CERTIFICATE,
            _ => false,
        })
    }

    /// Where the private key lies on the host, wherever it comes from.
    pub fn key_path(&self) -> Result<AbsPath, NotAPath> {
        self.layout.certs()?.join(render::KEY)
    }

    /// Digest and size of an entry, or `None` for the manifest itself.
    #[must_use]
    pub fn content_of(&self, name: &EntryName) -> Option<(Digest, u64)> {
        self.entry(name).map(|entry| (entry.sha256, entry.size))
    }

    /// What the manifest says of an entry.
    #[must_use]
    pub fn entry(&self, name: &EntryName) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == *name)
    }
}
