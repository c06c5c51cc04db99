//! From the file as written to the cluster as meant: defaults, and what only the whole file can tell.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::NonZeroU16;
use std::ops::Range;

use toml::Spanned;

use super::fault::Fault;
use super::file::{EtcdSection, File, HostSection, PathsSection, PkiSection, ReleaseSection};
use super::pki::{Algorithm, CommonName, Hours, KeySharing, Keys, OwnCa, Pki, Subject};
use super::setting::{Carry, CompactionMode, Loopback, Manager, Setting};
use super::{Cluster, Etcd, Host, Parsed, Paths, Release, Service, peers};
use crate::etcd::{self, Arch, EtcdVersion, FlagValue};
use crate::name::{ClusterToken, MemberName, UserName};
use crate::path::AbsPath;

/// etcd's default ports, registered with IANA.
const CLIENT_PORT: NonZeroU16 = NonZeroU16::new(2379).unwrap();
const PEER_PORT: NonZeroU16 = NonZeroU16::new(2380).unwrap();

/// More members than this cost more than they give (etcd's FAQ).
const MANY_MEMBERS: usize = 7;

/// What has been found so far, and the text to show it in.
pub(super) struct Findings<'a> {
    source: &'a str,
    faults: Vec<Fault>,
    pub(super) warnings: Vec<Fault>,
}

impl Findings<'_> {
    pub(super) fn fault(&mut self, span: &Range<usize>, text: impl Into<String>) {
        self.faults.push(Fault::new(text).at(self.source, span));
    }

    pub(super) fn fault_with_help(&mut self, span: &Range<usize>, text: impl Into<String>, help: impl Into<String>) {
        self.faults.push(Fault::new(text).at(self.source, span).help(help));
    }

    fn warn(&mut self, span: &Range<usize>, text: impl Into<String>) {
        self.warnings.push(Fault::new(text).at(self.source, span));
    }

    /// Notes a second use of a value that only one host may have.
    fn once<T: Hash + Eq + Display + Clone>(
        &mut self,
        seen: &mut HashMap<T, usize>,
        what: &str,
        value: &Spanned<T>,
    ) -> Use {
        let line = super::Place::of(self.source, &value.span()).line;
        let Some(first) = seen.insert(value.get_ref().clone(), line) else { return Use::First };
        self.fault(&value.span(), format!("the {what} `{}` is used twice, first in line {first}", value.get_ref()));
        Use::Again
    }
}

/// Whether a value was seen before.
#[derive(PartialEq, Eq)]
enum Use {
    First,
    Again,
}

pub(super) fn resolve(file: File, source: &str) -> Result<Parsed, Vec<Fault>> {
    let mut findings = Findings { source, faults: Vec::new(), warnings: Vec::new() };
    let version = *file.release.version.get_ref();
    let hosts = hosts(&mut findings, file.host, file.release.arch);
    releases(&mut findings, &file.release, &hosts);
    let pki = pki(&mut findings, file.pki);
    let cluster = Cluster {
        token: file
            .cluster
            .token
            .or_else(|| file.cluster.name.as_str().parse::<ClusterToken>().ok())
            .ok_or_else(Vec::new)?,
        name: file.cluster.name,
        release: release(file.release),
        hosts,
        etcd: etcd(&mut findings, file.etcd, &pki, version)?,
        pki,
        loopback: file.client.loopback.unwrap_or_default(),
        paths: paths(&mut findings, file.paths)?,
        service: service(&mut findings, file.service, &file.supervisor)?,
    };
    if cluster.loopback == Loopback::Http {
        findings.warnings.push(Fault::new(
            "`client.loopback = \"http\"`: every local user has full access to the data without a certificate",
        ));
    }
    if findings.faults.is_empty() { Ok(Parsed { cluster, warnings: findings.warnings }) } else { Err(findings.faults) }
}

fn hosts(findings: &mut Findings, sections: Vec<Spanned<HostSection>>, arch: Arch) -> Vec<Host> {
    let (mut names, mut members, mut addresses) = (HashMap::new(), HashMap::new(), HashMap::new());
    let mut hosts = Vec::new();
    let last = sections.last().map(Spanned::span);
    for section in sections {
        let host = section.into_inner();
        let name_is = findings.once(&mut names, "host name", &host.name);
        findings.once(&mut addresses, "address", &host.address);
        usable(findings, &host.address);
        for address in &host.addresses {
            findings.once(&mut addresses, "address", address);
            usable(findings, address);
        }
        let Some(member) = member(findings, &host) else { continue };
        // A member that is named after its host shares the host's fault.
        if host.member.is_some() || name_is == Use::First {
            findings.once(&mut members, "member name", &member);
        }
        hosts.push(Host {
            name: host.name.into_inner(),
            address: host.address.into_inner(),
            member: member.into_inner(),
            arch: host.arch.map_or(arch, Spanned::into_inner),
            names: host.names,
            addresses: host.addresses.into_iter().map(Spanned::into_inner).collect(),
        });
    }
    match (hosts.len(), last) {
        (0, _) if findings.faults.is_empty() => {
            findings.faults.push(
                Fault::new("no `[[host]]` section: a cluster has at least one host")
                    .help("etcdpack init --host n1=192.0.2.1 --host n2=192.0.2.2 --host n3=192.0.2.3"),
            );
        }
        (n, Some(span)) if n > 0 && n.is_multiple_of(2) => {
            findings.warn(&span, format!("{n} members tolerate no more failures than {}: take an odd number", n - 1));
        }
        (n, Some(span)) if n > MANY_MEMBERS => {
            findings.warn(&span, format!("{n} members make every write slower: 3 or 5 are usual, 7 the most"));
        }
        _ => {}
    }
    hosts
}

/// The member's own name, or the host's where none is given and it is short enough.
fn member(findings: &mut Findings, host: &HostSection) -> Option<Spanned<MemberName>> {
    if let Some(member) = &host.member {
        return Some(member.clone());
    }
    if let Ok(member) = host.name.get_ref().as_str().parse() {
        Some(Spanned::new(host.name.span(), member))
    } else {
        findings.fault_with_help(
            &host.name.span(),
            "this host name is too long for a member name",
            "add `member = \"...\"` to this host",
        );
        None
    }
}

fn usable(findings: &mut Findings, address: &Spanned<IpAddr>) {
    let ip = *address.get_ref();
    let Some(why_not) = unusable(ip) else { return };
    let text = format!("the address `{ip}` {why_not}");
    match ip {
        IpAddr::V6(ip) if let Some(plain) = mapped(ip) => {
            findings.fault_with_help(&address.span(), text, format!("write the IPv4 address: {plain}"));
        }
        _ => findings.fault(&address.span(), text),
    }
}

/// Both `::ffff:a.b.c.d` and `::a.b.c.d`: a second way to write an address, past all that is said of the first.
fn mapped(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    ip.to_ipv4().filter(|_| !ip.is_unspecified() && !ip.is_loopback())
}

/// Why no peer can reach `ip`, if none can.
pub(crate) fn unusable(ip: IpAddr) -> Option<&'static str> {
    let why_not = match ip {
        _ if ip.is_unspecified() => "means every address",
        _ if ip.is_loopback() => "is the host itself: no peer can reach it",
        _ if ip.is_multicast() => "is a multicast group",
        IpAddr::V4(ip) if ip.is_broadcast() => "is the broadcast address",
        IpAddr::V4(ip) if ip.octets()[0] == 0 => "is in 0.0.0.0/8: no host has it",
        IpAddr::V4(ip) if ip.octets()[0] >= 240 => "is in 240.0.0.0/4, which is reserved",
        IpAddr::V6(ip) if mapped(ip).is_some() => "is an IPv4 address in IPv6's clothes",
        IpAddr::V6(ip) if ip.is_unicast_link_local() => {
            "is link-local and needs a zone, which etcd's URLs cannot carry"
        }
        _ => return None,
    };
    Some(why_not)
}

fn releases(findings: &mut Findings, release: &ReleaseSection, hosts: &[Host]) {
    let version = release.version.get_ref();
    let mut archs: Vec<Arch> = hosts.iter().map(|host| host.arch).collect();
    archs.sort_unstable();
    archs.dedup();
    for arch in archs {
        match etcd::advise(*version, arch) {
            Ok(advice) => {
                for advice in advice {
                    let span = release.version.span();
                    findings.warnings.push(
                        Fault::new(advice.text.clone())
                            .at(findings.source, &span)
                            .help(format!("take {}", advice.take)),
                    );
                }
            }
            Err(unavailable) => findings.fault(&release.version.span(), unavailable.to_string()),
        }
    }
    findings.warnings.dedup();
    for mirror in &release.mirrors {
        let url = mirror.get_ref();
        let known = ["https://", "http://", "file:///"].iter().any(|scheme| url.starts_with(scheme));
        if !known || url.contains(|c: char| c.is_control() || matches!(c, ' ' | '?' | '#')) {
            let text = "a mirror is an `https://`, `http://` or `file:///` URL without query and fragment";
            findings.fault(&mirror.span(), text);
        }
    }
    if release.sha256.is_some() && (release.sha256_amd64.is_some() || release.sha256_arm64.is_some()) {
        findings.fault(&release.version.span(), "`sha256` and `sha256-amd64`/`sha256-arm64` exclude each other");
    }
}

fn release(section: ReleaseSection) -> Release {
    let by_arch =
        [(section.arch, section.sha256), (Arch::Amd64, section.sha256_amd64), (Arch::Arm64, section.sha256_arm64)];
    Release {
        version: section.version.into_inner(),
        sha256: by_arch.into_iter().filter_map(|(arch, sum)| Some((arch, sum?))).collect(),
        mirrors: section.mirrors.into_iter().map(Spanned::into_inner).collect(),
    }
}

fn pki(findings: &mut Findings, section: PkiSection) -> Pki {
    let keys = keys(findings, &section);
    let validity = section.validity.as_ref().map_or(Hours::TEN_YEARS, |hours| *hours.get_ref());
    let ca_validity = section.ca_validity.as_ref().map_or(Hours::TWENTY_YEARS, |hours| *hours.get_ref());
    if let Some(hours) = section.validity.filter(|hours| *hours.get_ref() >= Hours::TWENTY_YEARS) {
        findings.warn(
            &hours.span(),
            "certificates of twenty years and more outlive the machines and people that know of them",
        );
    }
    if let Some(hours) = section.ca_validity.filter(|ca| *ca.get_ref() < validity) {
        findings.fault(
            &hours.span(),
            format!("the CA ends after {}, before the certificates that it signs ({validity})", hours.get_ref()),
        );
    }
    let own_ca = match (section.ca, section.ca_key) {
        (Some(certificate), key) => {
            Some(OwnCa { certificate: certificate.into_inner(), key: key.map(Spanned::into_inner) })
        }
        (None, None) => None,
        (None, Some(lonely)) => {
            findings.fault(&lonely.span(), "`ca-key` goes with `ca`, the certificate");
            None
        }
    };
    for address in &section.spare_addresses {
        usable(findings, address);
    }
    Pki {
        sharing: section.mode.unwrap_or_default(),
        keys,
        algorithm: section.algorithm.unwrap_or_default(),
        validity,
        ca_validity,
        common_name: section.common_name.unwrap_or_else(CommonName::etcd_peer),
        subject: Subject {
            country: section.country,
            state: section.state,
            locality: section.locality,
            organization: section.organization,
            organizational_unit: section.organizational_unit,
        },
        spare_addresses: section.spare_addresses.into_iter().map(Spanned::into_inner).collect(),
        spare_names: section.spare_names,
        own_ca,
    }
}

fn keys(findings: &mut Findings, section: &PkiSection) -> Keys {
    let Some(keys) = &section.keys else { return Keys::default() };
    let span = keys.span();
    match keys.get_ref() {
        Keys::Passphrase => {}
        Keys::Plaintext => findings.warn(
            &span,
            "the bundles hold private keys in the clear: whoever finds one has its host's place in the cluster",
        ),
        Keys::HostKey => {
            if section.mode == Some(KeySharing::Shared) {
                let text = "a key that a host makes is its own, and `mode = \"shared\"` wants one for all";
                findings.fault_with_help(&span, text, "mode = \"per-host\"");
            }
            if section.algorithm.unwrap_or_default() != Algorithm::EcdsaP256 {
                let text = "hosts make ECDSA keys on P-256, and `algorithm` wants others";
                findings.fault_with_help(&span, text, "algorithm = \"ecdsa-p256\"");
            }
        }
    }
    *keys.get_ref()
}

fn etcd(findings: &mut Findings, section: EtcdSection, pki: &Pki, version: EtcdVersion) -> Result<Etcd, Vec<Fault>> {
    timings(findings, &section);
    match &section.quota_backend_bytes {
        Some(quota) if i64::try_from(*quota.get_ref()).is_err() => {
            findings.fault(&quota.span(), format!("etcd reads numbers up to {}", i64::MAX));
        }
        Some(quota) if *quota.get_ref() > 8 << 30 => {
            findings.warn(&quota.span(), "etcd is tried with at most 8 GiB (8589934592); 3.1 takes no more");
        }
        _ => {}
    }
    known(findings, "auto-compaction-mode", section.auto_compaction_mode.as_ref().map(Spanned::span), version);
    known(findings, "max-request-bytes", section.max_request_bytes.as_ref().map(Spanned::span), version);
    known(findings, "log-level", section.log_level.as_ref().map(Spanned::span), version);
    retention(findings, &section, version);
    let (client_port, peer_port) = ports(findings, &section);
    let mut flags = user_flags(findings, section.flags, version);
    let peer_names = peers::names(findings, section.peers.as_ref(), &mut flags, pki, version);
    in_the_clear(findings, &flags);
    let user = match section.user {
        Some(user) => user,
        None => default_name::<UserName>("etcd")?,
    };
    Ok(Etcd {
        user,
        client_port,
        peer_port,
        quota_backend_bytes: section.quota_backend_bytes.map(Spanned::into_inner),
        heartbeat_interval: section.heartbeat_interval.map(Spanned::into_inner),
        election_timeout: section.election_timeout.map(Spanned::into_inner),
        snapshot_count: section.snapshot_count.map(Spanned::into_inner),
        max_request_bytes: section.max_request_bytes.map(Spanned::into_inner),
        auto_compaction_mode: section.auto_compaction_mode.map(Spanned::into_inner),
        auto_compaction_retention: section.auto_compaction_retention.map(Spanned::into_inner),
        log_level: section.log_level.map(Spanned::into_inner),
        peer_names,
        flags: flags.into_iter().map(|(name, (value, _))| (name, value)).collect(),
    })
}

/// A default is text of ours; should the grammar ever refuse it, that is said like any other fault.
fn default_name<T: std::str::FromStr<Err: Display>>(text: &str) -> Result<T, Vec<Fault>> {
    text.parse().map_err(|error: T::Err| vec![Fault::new(error.to_string())])
}

fn ports(findings: &mut Findings, section: &EtcdSection) -> (NonZeroU16, NonZeroU16) {
    let client = section.client_port.as_ref().map_or(CLIENT_PORT, |port| *port.get_ref());
    let peer = section.peer_port.as_ref().map_or(PEER_PORT, |port| *port.get_ref());
    if let Some(port) = section.peer_port.as_ref().or(section.client_port.as_ref()).filter(|_| client == peer) {
        findings.fault(&port.span(), format!("clients and peers cannot share port {client}"));
    }
    (client, peer)
}

/// etcd exits unless the election timeout is at least five heartbeats and at most 50 s.
fn timings(findings: &mut Findings, section: &EtcdSection) {
    let heartbeat = section.heartbeat_interval.as_ref().map_or(100, |ms| *ms.get_ref());
    let election = section.election_timeout.as_ref().map_or(1000, |ms| *ms.get_ref());
    let Some(span) = section.election_timeout.as_ref().or(section.heartbeat_interval.as_ref()).map(Spanned::span)
    else {
        return;
    };
    if heartbeat == 0 || u64::from(election) < 5 * u64::from(heartbeat) || election > 50_000 {
        findings.fault(
            &span,
            format!("etcd wants an election timeout of 5 heartbeats to 50000 ms; this is {election} ms at {heartbeat} ms a heartbeat"),
        );
    }
}

/// Up to 3.2 the retention is whole hours; from 3.3 on also a duration, or a revision count.
fn retention(findings: &mut Findings, section: &EtcdSection, version: EtcdVersion) {
    let Some(retention) = &section.auto_compaction_retention else { return };
    let text = retention.get_ref().as_str();
    let by_revision =
        section.auto_compaction_mode.as_ref().is_some_and(|mode| *mode.get_ref() == CompactionMode::Revision);
    let old = version < EtcdVersion::new(3, 3, 0);
    // Without a unit it is hours, unless it counts revisions.
    let (number, too_long) = match text.bytes().all(|b| b.is_ascii_digit()) {
        true if by_revision => (true, !FlagValue::Integer.takes(text)),
        true => (true, !FlagValue::Duration.takes(&format!("{text}h"))),
        false => (false, !FlagValue::Duration.takes(text)),
    };
    let simple = text.strip_suffix(['h', 'm', 's']).is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()));
    let duration = simple && text.len() > 1 && !by_revision;
    if old && !(number && (text == "0" || !text.starts_with('0'))) {
        findings.fault(&retention.span(), format!("etcd {version} takes whole hours here; durations came with 3.3"));
    } else if !number && !duration {
        findings.fault(&retention.span(), "a retention is a number, or a duration such as `12h` or `30m`");
    } else if too_long {
        findings.fault(&retention.span(), "etcd reads durations up to 292 years, and numbers of 63 bits");
    }
}

/// Refuses an option of ours whose flag this version does not have.
fn known(findings: &mut Findings, flag: &str, span: Option<Range<usize>>, version: EtcdVersion) {
    let Some(span) = span else { return };
    if let etcd::Verdict::NotInVersion { flag, .. } = etcd::accepts(flag, version) {
        findings.fault(&span, format!("etcd {version} has no `--{}`; these have it: {}", flag.name, flag.known_to()));
    }
}

fn user_flags(
    findings: &mut Findings,
    flags: BTreeMap<Spanned<String>, Setting>,
    version: EtcdVersion,
) -> BTreeMap<&'static str, (Setting, Range<usize>)> {
    let mut taken = BTreeMap::new();
    for (key, value) in flags {
        let span = key.span();
        match etcd::accepts(key.get_ref(), version) {
            etcd::Verdict::Accepted(flag) => match flag.owner {
                etcd::Owner::User if !flag.value.takes(value.as_str()) => {
                    findings.fault(&span, format!("`--{}` takes {}, not `{}`", flag.name, flag.value, value.as_str()));
                }
                etcd::Owner::User => {
                    taken.insert(flag.name, (value, span));
                }
                etcd::Owner::Etcdpack(instead) => {
                    findings.fault_with_help(&span, format!("etcdpack sets `--{}` itself", flag.name), instead);
                }
                etcd::Owner::Refused(why) => findings.fault(&span, format!("`--{}` is not taken: {why}", flag.name)),
            },
            etcd::Verdict::NotInVersion { flag, instead } => {
                let text = format!("etcd {version} has no `--{}`; these have it: {}", flag.name, flag.known_to());
                match instead {
                    Some(instead) => findings.fault_with_help(&span, text, format!("instead: {instead}")),
                    None => findings.fault(&span, text),
                }
            }
            etcd::Verdict::Unknown { suggestion } => {
                let text = format!("no etcd has a flag `--{}`", key.get_ref().escape_debug());
                match suggestion {
                    Some(word) => findings.fault_with_help(&span, text, format!("did you mean `{word}`?")),
                    None => findings.fault(&span, text),
                }
            }
        }
    }
    taken
}

/// Listeners that anyone who reaches this host can ask, without a certificate and in the clear.
fn in_the_clear(findings: &mut Findings, flags: &BTreeMap<&'static str, (Setting, Range<usize>)>) {
    for (flag, given) in [("listen-metrics-urls", "metrics and health"), ("listen-client-http-urls", "all data")] {
        let Some((value, span)) = flags.get(flag) else { continue };
        let is_open = |url: &&str| {
            let host = url.strip_prefix("http://").and_then(|rest| rest.rsplit_once(':')).map(|(host, _)| host);
            let ip = host.map(|host| host.trim_matches(['[', ']']).parse::<IpAddr>());
            host.is_some_and(|host| host != "localhost") && !ip.is_some_and(|ip| ip.is_ok_and(|ip| ip.is_loopback()))
        };
        if let Some(url) = value.as_str().split(',').find(is_open) {
            let text =
                format!("`{url}` serves {given} in the clear, to everyone who reaches it, without a certificate");
            findings.warnings.push(
                Fault::new(text).at(findings.source, span).help("write `https://`, or an address such as 127.0.0.1"),
            );
        }
    }
}

fn paths(findings: &mut Findings, section: PathsSection) -> Result<Paths, Vec<Fault>> {
    let mut all: Vec<(Spanned<AbsPath>, &str)> = Vec::new();
    let mut choose = |given: Option<Spanned<AbsPath>>, key: &'static str, default: &str| {
        let path = match given {
            Some(path) => path,
            None => Spanned::new(0..0, default_name::<AbsPath>(default)?),
        };
        all.push((path.clone(), key));
        Ok::<_, Vec<Fault>>(path.into_inner())
    };
    let paths = Paths {
        opt: choose(section.opt, "opt", "/opt")?,
        data: choose(section.data, "data", "/data/etcd/etcd-server")?,
        logs: choose(section.logs, "logs", "/data/logs/etcd-server")?,
        bin: choose(section.bin, "bin", "/usr/local/bin")?,
        sbin: choose(section.sbin, "sbin", "/usr/local/sbin")?,
    };
    for fault in paths.faults() {
        if let Some((path, _)) = all.iter().find(|(_, key)| *key == fault.key()) {
            findings.fault(&path.span(), fault.to_string());
        }
    }
    Ok(paths)
}

fn service(
    findings: &mut Findings,
    section: super::file::ServiceSection,
    supervisor: &super::file::SupervisorSection,
) -> Result<Service, Vec<Fault>> {
    let manager = section.manager.unwrap_or_default();
    let carry = match manager {
        Manager::Systemd => Carry::Nothing,
        Manager::Auto | Manager::Supervisor => Carry::Wheels,
    };
    let carry = supervisor.carry.unwrap_or(carry);
    let name = match section.name {
        Some(name) => {
            if carry.has_taken(name.get_ref()) {
                let text = format!("`{}` is the unit of the supervisor that the bundle carries", name.get_ref());
                findings.fault_with_help(&name.span(), text, "name = \"etcd-server\"");
            }
            name.into_inner()
        }
        None => default_name("etcd-server")?,
    };
    Ok(Service {
        manager,
        name,
        carry,
        // The guide's values, but for the retries: after three failures supervisor gives up for good, and a
        // network that comes up a minute late would leave the member down until somebody looks.
        startsecs: supervisor.startsecs.unwrap_or(30),
        startretries: supervisor.startretries.unwrap_or(100),
        log_megabytes: supervisor.log_megabytes.unwrap_or(64),
        log_backups: supervisor.log_backups.unwrap_or(4),
    })
}
