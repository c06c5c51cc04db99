//! Findings about systemd's units, for the supervision that was chosen.

use payload::cluster::Manager;
use payload::manifest::Manifest;

use crate::facts::Managers;
use crate::facts::managers::Unit;
use crate::finding::managers::OtherName;
use crate::finding::{Finding, ManagerFinding};
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
        findings.push(ManagerFinding::Masked { unit: name.to_owned(), mask: mask.clone() });
    }
    // The rest is only ours to say of a unit that we bring.
    if own.is_some() {
        findings.extend(of_own(manifest, unit, name, supervision));
    }
    findings.into_iter().map(Finding::from).collect()
}

/// What would take the place of the unit `name`, which we bring, or change what it runs.
fn of_own(manifest: &Manifest, unit: &Unit, name: &str, supervision: &Supervision) -> Vec<ManagerFinding> {
    let mut findings = Vec::new();
    if let Some(foreign) = &unit.foreign {
        let way = match supervision {
            Supervision::Systemd { .. } => OtherName::Service,
            Supervision::Supervisor(_) if manifest.service.manager == Manager::Auto => OtherName::Systemd,
            Supervision::Supervisor(_) => OtherName::CarryNothing,
        };
        findings.push(ManagerFinding::UnitTaken { unit: foreign.clone(), way });
    } else if unit.runs {
        findings.push(ManagerFinding::UnitRuns { unit: name.to_owned() });
    }
    findings.extend(unit.overrides.iter().map(|one| ManagerFinding::Overridden {
        file: one.file.clone(),
        key: one.key,
        unit: name.to_owned(),
        bundle: manifest.host.clone(),
    }));
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::managers::Override;
    use crate::facts::tests::manifest;
    use crate::finding::Severity;
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
            let found: Vec<_> = found.iter().map(|finding| (finding.code().as_str(), finding.severity())).collect();
            assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{name} {supervision:?}");
        }
    }
}
