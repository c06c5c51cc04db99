//! `cluster.toml` as it is written: one struct a section, every key typed, unknown keys refused.
//!
//! Nothing is looked up or cross-checked here; [`super::check`] turns this into a [`super::Cluster`].

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::num::{NonZeroU16, NonZeroU32};

use serde::Deserialize;
use toml::Spanned;

use super::listen::Addresses;
use super::peers::Peers;
use super::pki::{Algorithm, CommonName, Country, Hours, KeySharing, Keys, SubjectText};
use super::quantity::{Milliseconds, Often, Period, Size};
use super::setting::{Carry, CompactionMode, LogLevel, Loopback, Manager, Setting};
use crate::digest::Digest;
use crate::etcd::{Arch, EtcdVersion, KnownMirror};
use crate::name::{ClusterName, ClusterToken, HostName, MemberName, UserName};
use crate::path::AbsPath;
use crate::url::UrlHost;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct File {
    pub(super) cluster: ClusterSection,
    pub(super) release: ReleaseSection,
    #[serde(default)]
    pub(super) host: Vec<Spanned<HostSection>>,
    #[serde(default)]
    pub(super) pki: PkiSection,
    #[serde(default)]
    pub(super) etcd: EtcdSection,
    #[serde(default)]
    pub(super) client: ClientSection,
    #[serde(default)]
    pub(super) paths: PathsSection,
    #[serde(default)]
    pub(super) service: ServiceSection,
    #[serde(default)]
    pub(super) supervisor: SupervisorSection,
    pub(super) backup: Option<BackupSection>,
    pub(super) monitoring: Option<MonitoringSection>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ClusterSection {
    pub(super) name: ClusterName,
    pub(super) token: Option<ClusterToken>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ReleaseSection {
    pub(super) version: Spanned<EtcdVersion>,
    #[serde(default = "amd64")]
    pub(super) arch: Arch,
    pub(super) sha256: Option<Digest>,
    pub(super) sha256_amd64: Option<Digest>,
    pub(super) sha256_arm64: Option<Digest>,
    #[serde(default)]
    pub(super) mirrors: Vec<Spanned<String>>,
    pub(super) mirror: Option<KnownMirror>,
}

fn amd64() -> Arch {
    Arch::Amd64
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct HostSection {
    pub(super) name: Spanned<HostName>,
    pub(super) address: Spanned<UrlHost>,
    pub(super) member: Option<Spanned<MemberName>>,
    pub(super) arch: Option<Spanned<Arch>>,
    #[serde(default)]
    pub(super) names: Vec<HostName>,
    #[serde(default)]
    pub(super) addresses: Vec<Spanned<IpAddr>>,
    pub(super) client_port: Option<Spanned<NonZeroU16>>,
    pub(super) peer_port: Option<Spanned<NonZeroU16>>,
    pub(super) client_address: Option<Spanned<UrlHost>>,
    pub(super) listen: Option<Spanned<Addresses>>,
    pub(super) listen_clients: Option<Spanned<Addresses>>,
    pub(super) listen_peers: Option<Spanned<Addresses>>,
    pub(super) wal_dir: Option<Spanned<AbsPath>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct PkiSection {
    pub(super) mode: Option<KeySharing>,
    pub(super) keys: Option<Spanned<Keys>>,
    pub(super) algorithm: Option<Algorithm>,
    pub(super) validity: Option<Spanned<Hours>>,
    pub(super) ca_validity: Option<Spanned<Hours>>,
    pub(super) common_name: Option<CommonName>,
    pub(super) country: Option<Country>,
    pub(super) state: Option<SubjectText>,
    pub(super) locality: Option<SubjectText>,
    pub(super) organization: Option<SubjectText>,
    pub(super) organizational_unit: Option<SubjectText>,
    #[serde(default)]
    pub(super) spare_addresses: Vec<Spanned<IpAddr>>,
    #[serde(default)]
    pub(super) spare_names: Vec<HostName>,
    pub(super) ca: Option<Spanned<String>>,
    pub(super) ca_key: Option<Spanned<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct EtcdSection {
    pub(super) user: Option<Spanned<UserName>>,
    pub(super) client_port: Option<Spanned<NonZeroU16>>,
    pub(super) peer_port: Option<Spanned<NonZeroU16>>,
    pub(super) quota_backend_bytes: Option<Spanned<Size>>,
    pub(super) heartbeat_interval: Option<Spanned<Milliseconds>>,
    pub(super) election_timeout: Option<Spanned<Milliseconds>>,
    pub(super) snapshot_count: Option<Spanned<u64>>,
    pub(super) max_request_bytes: Option<Spanned<Size>>,
    pub(super) auto_compaction_mode: Option<Spanned<CompactionMode>>,
    pub(super) auto_compaction_retention: Option<Spanned<Setting>>,
    pub(super) log_level: Option<Spanned<LogLevel>>,
    pub(super) peers: Option<Spanned<Peers>>,
    #[serde(default)]
    pub(super) flags: BTreeMap<Spanned<String>, Setting>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ClientSection {
    pub(super) loopback: Option<Loopback>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct PathsSection {
    pub(super) opt: Option<Spanned<AbsPath>>,
    pub(super) data: Option<Spanned<AbsPath>>,
    pub(super) wal_dir: Option<Spanned<AbsPath>>,
    pub(super) logs: Option<Spanned<AbsPath>>,
    pub(super) bin: Option<Spanned<AbsPath>>,
    pub(super) sbin: Option<Spanned<AbsPath>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ServiceSection {
    pub(super) manager: Option<Manager>,
    pub(super) name: Option<Spanned<MemberName>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct SupervisorSection {
    pub(super) carry: Option<Carry>,
    pub(super) startsecs: Option<u32>,
    pub(super) startretries: Option<u32>,
    pub(super) log_megabytes: Option<u32>,
    pub(super) log_backups: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct BackupSection {
    pub(super) every: Spanned<Period>,
    pub(super) keep: Option<NonZeroU32>,
    pub(super) keep_bytes: Option<Spanned<Size>>,
    pub(super) dir: Option<Spanned<AbsPath>>,
    pub(super) recipients: Option<Spanned<Vec<Spanned<String>>>>,
    pub(super) drill: Option<Spanned<Often>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct MonitoringSection {
    pub(super) textfile: Spanned<AbsPath>,
}
