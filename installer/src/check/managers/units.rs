//! Findings about systemd's units, for the supervision that was chosen.

use payload::cluster::Manager;
use payload::manifest::Manifest;

use super::super::{Finding, refuse, warn};
use crate::facts::Managers;
use crate::supervision::Supervision;

/// What stands in the way of the units that this supervision needs.
pub(crate) fn units(manifest: &Manifest, managers: &Managers, supervision: &Supervision) -> Vec<Finding> {
    let own = supervision.own_unit();
    let hosts = match supervision {
        Supervision::Supervisor(supervisor) => supervisor.unit.as_deref(),
        Supervision::Systemd { .. } => None,
    };
    let Some(name) = own.or(hosts) else { return Vec::new() };
    let Some(unit) = managers.units.get(name) else { return Vec::new() };
    let mut findings = Vec::new();
    if let Some(mask) = &unit.masked {
        let text = format!("`{name}` is masked (`{mask}` leads to /dev/null): systemd would not start it");
        findings.push(refuse("unit-masked", text, format!("systemctl unmask {name}")));
    }
    // The rest is only ours to say of a unit that we bring.
    if own.is_none() {
        return findings;
    }
    if let Some(foreign) = &unit.foreign {
        let text = format!("`{foreign}` is a service of the same name; ours would take its place");
        let help = match supervision {
            Supervision::Systemd { .. } => "set another `service.name` in cluster.toml and run: etcdpack build",
            Supervision::Supervisor(_) if manifest.service.manager == Manager::Auto => {
                "./HOST.run install --service systemd"
            }
            Supervision::Supervisor(_) => {
                "set `carry = \"nothing\"` under [supervisor] in cluster.toml and run: etcdpack build"
            }
        };
        findings.push(refuse("path-taken", text, help));
    } else if unit.runs {
        let text = format!("a service `{name}` runs here that etcdpack did not start; ours would take its place");
        findings.push(refuse("path-taken", text, format!("systemctl status {name}")));
    }
    findings.extend(unit.overrides.iter().map(|one| {
        let text = format!(
            "`{}` sets `{}=` for `{name}`: not what bundle `{}` says will run",
            one.file, one.key, manifest.host
        );
        warn("unit-overridden", text, format!("systemctl cat {name}"))
    }));
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Severity;
    use crate::facts::managers::{Override, Unit};
    use crate::facts::tests::manifest;
    use crate::supervision::Origin;
    use crate::supervision::tests::supervisor;

    #[test]
    fn only_the_units_that_are_needed_count() {
        let file = || "/etc/systemd/system/x".parse().unwrap();
        let masked = || Unit { masked: Some(file()), ..Unit::default() };
        let foreign = || Unit { foreign: Some(file()), runs: true, ..Unit::default() };
        let runs = || Unit { runs: true, ..Unit::default() };
        let drop_in = || Override { file: "/etc/systemd/system/x.d/y.conf".to_owned(), key: "ExecStart" };
        let changed = || Unit { overrides: vec![drop_in()], ..Unit::default() };
        let systemd = || Supervision::Systemd { unit: "etcd-server.service".to_owned() };
        for (name, unit, supervision, expected) in [
            ("etcd-server.service", Unit::default(), systemd(), None),
            ("etcd-server.service", masked(), systemd(), Some(("unit-masked", Severity::Refuse))),
            ("etcd-server.service", foreign(), systemd(), Some(("path-taken", Severity::Refuse))),
            ("etcd-server.service", runs(), systemd(), Some(("path-taken", Severity::Refuse))),
            ("supervisord.service", runs(), supervisor(Origin::Host), None),
            ("etcd-server.service", changed(), systemd(), Some(("unit-overridden", Severity::Warn))),
            ("etcd-server.service", masked(), supervisor(Origin::Bundle), None),
            ("supervisord.service", masked(), systemd(), None),
            ("supervisord.service", masked(), supervisor(Origin::Bundle), Some(("unit-masked", Severity::Refuse))),
            ("supervisord.service", masked(), supervisor(Origin::Host), Some(("unit-masked", Severity::Refuse))),
            ("supervisord.service", foreign(), supervisor(Origin::Host), None),
            ("supervisord.service", changed(), supervisor(Origin::Host), None),
        ] {
            let managers = Managers { units: [(name.to_owned(), unit)].into(), ..Managers::default() };
            let found = units(&manifest(), &managers, &supervision);
            let found: Vec<_> = found.iter().map(|finding| (finding.code, finding.severity)).collect();
            assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{name} {supervision:?}");
        }
    }
}
