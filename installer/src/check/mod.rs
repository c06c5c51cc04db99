//! Preflight: what speaks against an install, found before anything is changed. Pure, from the facts.
//!
//! The codes are stable: programs read them from `plan --json`.

mod account;
mod data;
mod logs;
mod peers;
mod place;
mod program;
mod surroundings;
mod unit;
mod way;

pub(crate) use logs::{logs, trap, unsafe_logs};
pub(crate) use program::{confinement, programs};
pub(crate) use unit::units;

use payload::manifest::Manifest;
use serde::Serialize;
use time::Duration;
use time::macros::format_description;

use crate::credentials::Misfit;
use crate::facts::{Facts, Mount, Target};

/// One thing found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    pub(crate) code: &'static str,
    pub(crate) severity: Severity,
    pub(crate) text: String,
    /// A command to type.
    pub(crate) help: String,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Severity {
    /// The install is refused.
    Refuse,
    /// The install goes on; the finding is shown.
    Warn,
}

pub(crate) fn refuse(code: &'static str, text: impl Into<String>, help: impl Into<String>) -> Finding {
    Finding { code, severity: Severity::Refuse, text: text.into(), help: help.into() }
}

pub(crate) fn warn(code: &'static str, text: impl Into<String>, help: impl Into<String>) -> Finding {
    Finding { code, severity: Severity::Warn, text: text.into(), help: help.into() }
}

/// Everything that speaks against installing `manifest`'s bundle here.
pub(crate) fn preflight(manifest: &Manifest, facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(machine(manifest, facts));
    if facts.target == Target::Live {
        findings.extend(identity(manifest, facts));
        findings.extend(ports(facts));
    }
    findings.extend(certificate(manifest, facts));
    findings.extend(way::obstacles(facts));
    findings.extend(room(facts));
    findings.extend(data::data(manifest, facts));
    findings.extend(account::user(manifest, facts));
    let elsewhere = || place::place(manifest, facts).or_else(|| place::address(manifest, facts));
    findings.extend(peers::peers(manifest, facts));
    findings.extend(earlier(manifest, facts).or_else(elsewhere));
    if let Some(around) = &facts.surroundings {
        findings.extend(surroundings::surroundings(manifest, around, &facts.room));
    }
    findings
}

fn machine(manifest: &Manifest, facts: &Facts) -> Option<Finding> {
    let wanted = manifest.arch.uname();
    (facts.machine != wanted).then(|| {
        let text = format!("the bundle is for {wanted}, this machine is {}", facts.machine);
        refuse(
            "wrong-arch",
            text,
            format!("set `arch` for host `{}` in cluster.toml and run: etcdpack build", manifest.host),
        )
    })
}

/// etcd binds to the address, so a host without it is another one (or its network is not up yet).
fn identity(manifest: &Manifest, facts: &Facts) -> Option<Finding> {
    let me = manifest.me()?;
    if facts.addresses.contains(&me.address) {
        return None;
    }
    let here: Vec<String> = facts.addresses.iter().filter(|ip| !ip.is_loopback()).map(ToString::to_string).collect();
    let here = if here.is_empty() { "no address".to_owned() } else { here.join(", ") };
    let text = format!(
        "the bundle is for host `{}` with address {}; this is `{}` with {here}",
        manifest.host, me.address, facts.hostname
    );
    let rightful = manifest.members.iter().find(|member| facts.addresses.contains(&member.address));
    let help = match rightful {
        Some(member) => format!("./{}.run install", member.host),
        None => "ip address show".to_owned(),
    };
    Some(refuse("wrong-host", text, help))
}

fn ports(facts: &Facts) -> Vec<Finding> {
    // Our own etcd holds its ports: then there is a receipt.
    if facts.records.receipt.is_some() || facts.records.unfinished.is_some() {
        return Vec::new();
    }
    let etcds = facts.etcds.iter().map(|process| {
        let text =
            format!("an etcd that etcdpack did not install runs here: process {} ({})", process.pid, process.exe);
        refuse("etcd-running", text, format!("systemctl status {}", process.pid))
    });
    let ports = facts.ports.iter().map(|busy| {
        let text = format!("port {} on {} is taken", busy.port, busy.address);
        refuse("port-taken", text, format!("ss -ltnp 'sport = :{}'", busy.port))
    });
    etcds.chain(ports).collect()
}

fn certificate(manifest: &Manifest, facts: &Facts) -> Option<Finding> {
    let day = |at: time::OffsetDateTime| {
        at.format(format_description!("[year]-[month]-[day] [hour]:[minute] UTC")).unwrap_or_else(|_| at.to_string())
    };
    let rebuild = "etcdpack build";
    match facts.credentials {
        Err(ref misfit @ Misfit::Awaited) => {
            let host = &manifest.host;
            let help = format!("./HOST.run csr -o {host}.csr; then, where it was built: etcdpack sign {host}.csr");
            Some(refuse("no-certificate", misfit.to_string(), help))
        }
        Err(ref misfit @ Misfit::NotHere) => {
            let host = &manifest.host;
            Some(refuse("no-host-key", misfit.to_string(), format!("./HOST.run csr -o {host}.csr")))
        }
        Err(ref misfit) => Some(refuse("bad-certificate", misfit.to_string(), rebuild)),
        // An image is started at another time than it is made.
        Ok(_) if facts.target == Target::Image => None,
        Ok(validity) if facts.now < validity.from => {
            let text =
                format!("the clock says {}, before the certificate begins ({})", day(facts.now), day(validity.from));
            Some(refuse("clock-early", text, "date -u; chronyc makestep"))
        }
        Ok(validity) if facts.now > validity.until => {
            let text =
                format!("the clock says {}, after the certificate's end ({})", day(facts.now), day(validity.until));
            Some(refuse("certificate-expired", text, format!("date -u; if the clock is right: {rebuild}")))
        }
        Ok(validity) if facts.now > validity.until - Duration::days(30) => {
            let text = format!("the certificate of `{}` ends on {}", manifest.member, day(validity.until));
            Some(warn("certificate-ends-soon", text, rebuild))
        }
        Ok(_) => None,
    }
}

fn room(facts: &Facts) -> Vec<Finding> {
    let mib = |bytes: u64| bytes.div_ceil(1 << 20);
    let mut findings = Vec::new();
    for room in &facts.room {
        let (path, what) = (&room.path, room.what);
        match room.mount {
            Mount::ReadOnly => findings.push(refuse(
                "read-only",
                format!("the file system for {what} (`{path}`) is mounted read-only"),
                format!("mount -o remount,rw $(findmnt -n -o TARGET -T {path})"),
            )),
            Mount::NoExec => findings.push(refuse(
                "no-exec",
                format!("the file system for {what} (`{path}`) is mounted noexec: etcd could not be started from it"),
                format!("mount -o remount,exec $(findmnt -n -o TARGET -T {path})"),
            )),
            Mount::Fit => {}
        }
        if room.free < room.needed {
            let text = format!("`{path}` has {} MiB free, {what} needs {} MiB", mib(room.free), mib(room.needed));
            findings.push(refuse("no-space", text, format!("df -h {path}")));
        }
    }
    findings
}

/// What earlier runs left.
fn earlier(manifest: &Manifest, facts: &Facts) -> Option<Finding> {
    let there = facts.records.installed()?;
    let id = |manifest: &Manifest| manifest.provenance.as_ref().map(|provenance| provenance.cluster_id);
    // Records from before bundles were signed have no id.
    let other_id = id(there).is_some_and(|there| id(manifest) != Some(there));
    let other_name = there.cluster != manifest.cluster || there.token != manifest.token;
    if other_id && !other_name {
        let text = format!(
            "this host is a member of another cluster of the name `{}`: its id is {}, the bundle's is {}",
            there.cluster,
            id(there).map(|id| id.to_string()).unwrap_or_default(),
            id(manifest).map(|id| id.to_string()).unwrap_or_default()
        );
        return Some(refuse("other-cluster", text, "etcdpack-host status"));
    }
    if other_name || there.member != manifest.member {
        let text = format!(
            "this host is member `{}` of cluster `{}`; the bundle is for member `{}` of `{}`",
            there.member, there.cluster, manifest.member, manifest.cluster
        );
        return Some(refuse("other-member", text, "etcdpack-host status   (says which member's bundle belongs here)"));
    }
    if there.release.version != manifest.release.version {
        let text = format!(
            "etcd {} is installed, the bundle has {}: changing the version of a running member is not an install",
            there.release.version, manifest.release.version
        );
        return Some(refuse("other-version", text, "etcdpack-host status"));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tests::{good, manifest};

    #[test]
    fn nothing_speaks_against_a_good_host() {
        assert_eq!(preflight(&manifest(), &good()), []);
    }

    #[test]
    fn an_image_is_not_judged_by_this_host() {
        let facts = Facts { target: Target::Image, addresses: Vec::new(), surroundings: None, ..good() };
        assert_eq!(preflight(&manifest(), &facts), []);
    }
}
