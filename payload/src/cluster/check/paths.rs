//! `[paths]`: where things go on a host.

use toml::Spanned;

use crate::cluster::Paths;
use crate::cluster::fault::{Fault, parse_default};
use crate::cluster::file::PathsSection;
use crate::cluster::findings::Findings;
use crate::path::AbsPath;

pub(super) fn paths(findings: &mut Findings, section: PathsSection) -> Result<Paths, Vec<Fault>> {
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
        if let Some((path, _)) = all.iter().find(|(_, key)| *key == fault.key()) {
            findings.fault(&path.span(), fault.to_string());
        }
    }
    Ok(paths)
}
