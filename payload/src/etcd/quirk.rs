//! Where etcd's releases differ in behaviour, one question a function.
//!
//! Only questions that a renderer, the builder or the installer asks; each answer names its source in etcd.
//! Which flags a release accepts is no quirk but a table: see [`accepts`](super::accepts).

use super::EtcdVersion;

/// The API that etcdctl speaks unless `ETCDCTL_API` says otherwise: 2 up to 3.3, 3 from 3.4 on
/// (`etcdctl/main.go`; it is the first change in the changelog of 3.4).
#[must_use]
pub fn default_api(version: EtcdVersion) -> u8 {
    if version < EtcdVersion::new(3, 4, 0) { 2 } else { 3 }
}

/// Whether etcdctl still has the commands of API 2, such as `cluster-health`: up to 3.5. From 3.6 on it does not
/// read `ETCDCTL_API` and warns of it (`etcdctl/ctlv2` ends with 3.5).
#[must_use]
pub fn has_v2_api(version: EtcdVersion) -> bool {
    version < EtcdVersion::new(3, 6, 0)
}

/// Whether the archive has `etcdutl`, which restores snapshots in etcdctl's stead: from 3.5 on (`etcdutl/`).
#[must_use]
pub fn ships_etcdutl(version: EtcdVersion) -> bool {
    version >= EtcdVersion::new(3, 5, 0)
}

/// Whether what restores a snapshot can raise its revision (`--bump-revision`): from 3.4.27, 3.5.10 and 3.6 on
/// (etcd's changelogs of these).
#[must_use]
pub fn raises_revision(version: EtcdVersion) -> bool {
    match version.minor() {
        ..4 => false,
        4 => version >= EtcdVersion::new(3, 4, 27),
        5 => version >= EtcdVersion::new(3, 5, 10),
        6.. => true,
    }
}

/// Whether what restores a snapshot lays the log apart from the data (`--wal-dir`): from 3.3 on (etcd's changelog).
#[must_use]
pub fn restores_log_apart(version: EtcdVersion) -> bool {
    version >= EtcdVersion::new(3, 3, 0)
}

/// The programs in the archive that a host gets.
#[must_use]
pub fn programs(version: EtcdVersion) -> &'static [&'static str] {
    if ships_etcdutl(version) { &["etcd", "etcdctl", "etcdutl"] } else { &["etcd", "etcdctl"] }
}

/// The flag that says where the log goes. 3.4 takes both but ignores the value of the old one
/// (`etcdmain/config.go`).
#[must_use]
pub fn log_flag(version: EtcdVersion) -> &'static str {
    if version < EtcdVersion::new(3, 4, 0) { "log-output" } else { "log-outputs" }
}

/// Whether `--logger=zap` is needed for `--log-outputs` and `--log-level` to be obeyed: in 3.4, which starts with
/// its old logger. Before there is no such flag, after there is no other logger (`embed/config_logging.go`).
#[must_use]
pub fn logger_must_be_named(version: EtcdVersion) -> bool {
    version >= EtcdVersion::new(3, 4, 0) && version < EtcdVersion::new(3, 5, 0)
}

/// What the server does with requests of API 2.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum V2Server {
    /// It serves them, and there is no `--enable-v2` to stop it.
    Always,
    /// It serves them unless `--enable-v2=false` is given.
    ByDefault,
    /// It serves them if `--enable-v2` is given.
    OnRequest,
    /// It cannot serve them, and `--enable-v2` stops it from starting.
    Gone,
}

/// Whether the server serves API 2 (`DefaultEnableV2` in `embed/config.go`; the flag came with 3.2 and went with
/// 3.6).
#[must_use]
pub fn v2_server(version: EtcdVersion) -> V2Server {
    if version < EtcdVersion::new(3, 2, 0) {
        V2Server::Always
    } else if version < EtcdVersion::new(3, 4, 0) {
        V2Server::ByDefault
    } else if version < EtcdVersion::new(3, 6, 0) {
        V2Server::OnRequest
    } else {
        V2Server::Gone
    }
}

/// Whether a listen URL may have a host name: in 3.1, with a warning. From 3.2 on etcd exits unless it is an IP
/// address or `localhost` (`checkBindURLs` in `embed/config.go`).
#[must_use]
pub fn takes_host_names_in_listen_urls(version: EtcdVersion) -> bool {
    version < EtcdVersion::new(3, 2, 0)
}

/// Whether etcd exits when its data directory is there with another mode than 0700: 3.3.23, 3.3.24 and 3.4.10 to
/// 3.4.12. Later releases warn, earlier ones do not look (`CheckDirPermission` in `pkg/fileutil`).
#[must_use]
pub fn demands_private_data_dir(version: EtcdVersion) -> bool {
    let within = |from, to| (from..to).contains(&version);
    within(EtcdVersion::new(3, 3, 23), EtcdVersion::new(3, 3, 25))
        || within(EtcdVersion::new(3, 4, 10), EtcdVersion::new(3, 4, 13))
}

/// Whether a new certificate and key are served without a restart, at the next handshake: from 3.2 on. Before 3.2.19 and
/// 3.3.4 only to those who name the host; members speak to an address, and get the old one. No release reads a new CA
/// without one (`pkg/transport/listener.go`, and etcd's change logs).
#[must_use]
pub fn reloads_certificates(version: EtcdVersion) -> bool {
    version >= EtcdVersion::new(3, 2, 19) && !(EtcdVersion::new(3, 3, 0)..EtcdVersion::new(3, 3, 4)).contains(&version)
}

/// Whether the release has a `SHA256SUMS` beside its archives: from 3.4.0 on (`scripts/release` of etcd, and a
/// record made of the release page of 3.4.0).
#[must_use]
pub fn publishes_checksums(version: EtcdVersion) -> bool {
    version >= EtcdVersion::new(3, 4, 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::etcd::{NEWEST, Verdict, accepts};

    const fn v(minor: u16, patch: u16) -> EtcdVersion {
        EtcdVersion::new(3, minor, patch)
    }

    #[test]
    fn each_answer_changes_where_etcd_did() {
        type Quirk = fn(EtcdVersion) -> bool;
        // The first version says no, the second yes.
        let cases: [(&str, Quirk, EtcdVersion, EtcdVersion); 18] = [
            ("default_api", |version| default_api(version) == 3, v(3, 27), v(4, 0)),
            ("has_v2_api", has_v2_api, v(6, 0), v(5, 33)),
            ("ships_etcdutl", ships_etcdutl, v(4, 45), v(5, 0)),
            ("restores_log_apart", restores_log_apart, v(2, 99), v(3, 0)),
            ("raises_revision", raises_revision, v(3, 99), v(4, 27)),
            ("raises_revision", raises_revision, v(4, 26), v(6, 0)),
            ("raises_revision", raises_revision, v(5, 9), v(5, 10)),
            ("log_flag", |version| log_flag(version) == "log-outputs", v(3, 27), v(4, 0)),
            ("logger_must_be_named", logger_must_be_named, v(3, 27), v(4, 0)),
            ("logger_must_be_named", logger_must_be_named, v(5, 0), v(4, 45)),
            ("takes_host_names_in_listen_urls", takes_host_names_in_listen_urls, v(2, 0), v(1, 20)),
            ("demands_private_data_dir", demands_private_data_dir, v(3, 22), v(3, 23)),
            ("demands_private_data_dir", demands_private_data_dir, v(3, 25), v(3, 24)),
            ("demands_private_data_dir", demands_private_data_dir, v(4, 13), v(4, 12)),
            ("reloads_certificates", reloads_certificates, v(1, 20), v(2, 32)),
            ("reloads_certificates", reloads_certificates, v(2, 18), v(2, 19)),
            ("reloads_certificates", reloads_certificates, v(3, 3), v(3, 4)),
            ("publishes_checksums", publishes_checksums, v(3, 27), v(4, 0)),
        ];
        for (name, quirk, no, yes) in cases {
            assert!(!quirk(no), "{name} {no}");
            assert!(quirk(yes), "{name} {yes}");
        }
    }

    #[test]
    fn flags_named_here_exist_where_they_are_named() {
        for version in NEWEST {
            assert!(matches!(accepts(log_flag(version), version), Verdict::Accepted(_)), "{version}");
            let has_switch = matches!(accepts("enable-v2", version), Verdict::Accepted(_));
            let should = matches!(v2_server(version), V2Server::ByDefault | V2Server::OnRequest);
            assert_eq!(has_switch, should, "{version}");
            if logger_must_be_named(version) {
                assert!(matches!(accepts("logger", version), Verdict::Accepted(_)), "{version}");
            }
        }
    }
}
