//! `[service]` and `[supervisor]`: who keeps etcd running.

use crate::cluster::Service;
use crate::cluster::fault::{Fault, parse_default};
use crate::cluster::file::{ServiceSection, SupervisorSection};
use crate::cluster::findings::Findings;
use crate::cluster::setting::{Carry, Manager};
use crate::say;

pub(super) fn service(
    findings: &mut Findings,
    section: ServiceSection,
    supervisor: &SupervisorSection,
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
                let text = say!(
                    en = "`{}` is the unit of the supervisor that the bundle carries",
                    zh = "`{}` 是安装包自带的 supervisor 的 unit 名",
                    name.get_ref()
                );
                findings.fault_with_help(&name.span(), text, "name = \"etcd-server\"");
            }
            name.into_inner()
        }
        None => parse_default("etcd-server")?,
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
