//! `[paths]`: where things go on a host.

use toml::Spanned;

use crate::cluster::Paths;
use crate::cluster::fault::{Fault, parse_default};
use crate::cluster::file::PathsSection;
use crate::cluster::findings::Findings;
use crate::path::AbsPath;

/// Where things go, and where the write-ahead log lies on hosts that do not say it themselves.
pub(super) struct Chosen {
    paths: Paths,
    wal: Option<AbsPath>,
}

impl Chosen {
    /// That of a host, which may say it itself.
    pub(super) fn wal(&self, findings: &mut Findings, own: Option<Spanned<AbsPath>>) -> Option<AbsPath> {
        let Some(own) = own else { return self.wal.clone() };
        check_wal(findings, &self.paths, &own);
        Some(own.into_inner())
    }

    pub(super) fn paths(&self) -> &Paths {
        &self.paths
    }

    pub(super) fn into_paths(self) -> Paths {
        self.paths
    }
}

fn check_wal(findings: &mut Findings, paths: &Paths, wal: &Spanned<AbsPath>) {
    for fault in paths.wal_faults(wal.get_ref()) {
        findings.fault(&wal.span(), fault.to_string());
    }
}

pub(super) fn paths(findings: &mut Findings, section: PathsSection) -> Result<Chosen, Vec<Fault>> {
    let mut all: Vec<(Spanned<AbsPath>, &str)> = Vec::new();
    let mut choose = |given: Option<Spanned<AbsPath>>, key: &'static str, default: &str| {
        let path = match given {
            Some(path) => path,
            None => Spanned::new(0..0, parse_default::<AbsPath>(default)?),
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
        let written = |key: &str| all.iter().find(|(_, own)| *own == key).map(|(path, _)| path.span());
        // A default is nowhere in the file: the one that was written is in its way.
        let span = written(fault.key()).filter(|span| !span.is_empty()).or_else(|| written(fault.other()));
        findings.fault(&span.unwrap_or_default(), fault.to_string());
    }
    if let Some(wal) = &section.wal_dir {
        check_wal(findings, &paths, wal);
    }
    Ok(Chosen { paths, wal: section.wal_dir.map(Spanned::into_inner) })
}
