//! From the file as written to the cluster as meant: defaults, and what only the whole file can tell. A file a section.

mod address;
mod backup;
mod etcd;
mod flags;
mod hosts;
mod listen;
mod listeners;
mod monitoring;
mod paths;
mod pki;
mod ports;
mod release;
mod service;
mod tls;
mod together;

use super::fault::Fault;
use super::file::File;
use super::findings::Findings;
use super::setting::Loopback;
use super::{Cluster, Parsed};
use crate::words;

pub(crate) use address::{unheard, unusable_host};

pub(super) fn resolve(file: File, source: &str) -> Result<Parsed, Vec<Fault>> {
    let mut findings = Findings::new(source);
    let version = *file.release.version.get_ref();
    let ports = ports::Ports::of_cluster(&mut findings, &file.etcd);
    let loopback = file.client.loopback.unwrap_or_default();
    let paths = paths::paths(&mut findings, file.paths)?;
    let defaults = hosts::Defaults { arch: file.release.arch, ports, loopback, paths };
    let hosts = hosts::hosts(&mut findings, file.host, &defaults);
    release::check(&mut findings, &file.release, &hosts);
    let pki = pki::pki(&mut findings, file.pki);
    let etcd = etcd::etcd(&mut findings, file.etcd, &etcd::Around { pki: &pki, hosts: &hosts, loopback, version })?;
    let backup = backup::backup(&mut findings, file.backup, defaults.paths.paths(), &hosts)?;
    let around = (defaults.paths.paths(), hosts.as_slice());
    let textfile = monitoring::textfile(&mut findings, file.monitoring, backup.as_ref(), around);
    let service = service::service(&mut findings, file.service, &file.supervisor)?;
    if backup.is_some() {
        backup::program(&mut findings, &service, &hosts);
    }
    let cluster = Cluster {
        backup,
        textfile,
        token: file.cluster.token,
        name: file.cluster.name,
        release: release::release(file.release),
        hosts,
        etcd,
        pki,
        loopback,
        paths: defaults.paths.into_paths(),
        service,
    };
    if cluster.loopback == Loopback::Http {
        findings.warnings.push(Fault::new(words!(
            en = "`client.loopback = \"http\"`: every local user has full access to the data without a certificate",
            zh = "`client.loopback = \"http\"`：任何本地用户无需证书即可读写全部数据"
        )));
    }
    if findings.faults.is_empty() { Ok(Parsed { cluster, warnings: findings.warnings }) } else { Err(findings.faults) }
}
