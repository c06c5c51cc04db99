//! `[release]`: the version, whether it can be had for each host, and where from.

use toml::Spanned;

use crate::cluster::fault::Fault;
use crate::cluster::file::ReleaseSection;
use crate::cluster::findings::Findings;
use crate::cluster::{Host, Release};
use crate::etcd::{self, Arch};
use crate::{say, words};

pub(super) fn check(findings: &mut Findings, release: &ReleaseSection, hosts: &[Host]) {
    let version = release.version.get_ref();
    let mut archs: Vec<Arch> = hosts.iter().map(|host| host.arch).collect();
    archs.sort_unstable();
    archs.dedup();
    for arch in archs {
        match etcd::advise(*version, arch) {
            Ok(advice) => {
                for advice in advice {
                    let span = release.version.span();
                    findings.warnings.push(Fault::new(advice.text.clone()).at(findings.source, &span).help(say!(
                        en = "take {}",
                        zh = "改用 {}",
                        advice.take
                    )));
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
            let text = words!(
                en = "a mirror is an `https://`, `http://` or `file:///` URL without query and fragment",
                zh = "镜像站是 `https://`、`http://` 或 `file:///` 开头的 URL，不含查询参数和片段"
            );
            findings.fault(&mirror.span(), text);
        }
    }
    if release.sha256.is_some() && (release.sha256_amd64.is_some() || release.sha256_arm64.is_some()) {
        findings.fault(
            &release.version.span(),
            words!(
                en = "`sha256` and `sha256-amd64`/`sha256-arm64` exclude each other",
                zh = "`sha256` 与 `sha256-amd64`/`sha256-arm64` 不能同时使用"
            ),
        );
    }
}

pub(super) fn release(section: ReleaseSection) -> Release {
    let by_arch =
        [(section.arch, section.sha256), (Arch::Amd64, section.sha256_amd64), (Arch::Arm64, section.sha256_arm64)];
    Release {
        version: section.version.into_inner(),
        sha256: by_arch.into_iter().filter_map(|(arch, sum)| Some((arch, sum?))).collect(),
        mirrors: section.mirrors.into_iter().map(Spanned::into_inner).collect(),
        mirror: section.mirror,
    }
}
