//! Findings about service managers: programs of supervisor with the name of ours, and systemd's units.

mod units;

pub(crate) use units::units;

use payload::backup::Backup;

use crate::facts::Managers;
use crate::facts::machine::Target;
use crate::facts::managers::Init;
use crate::facts::managers::boot::Starter;
use crate::finding::{Finding, ManagerFinding};
use crate::records::Records;
use crate::supervision::Supervision;

/// Two sections of one name are one program to supervisor: the last that it reads.
pub(crate) fn programs(managers: &Managers, supervision: &Supervision) -> Vec<Finding> {
    let Supervision::Supervisor(supervisor) = supervision else { return Vec::new() };
    let taken =
        |file: &String| ManagerFinding::ProgramTaken { file: file.clone(), program: supervisor.program.clone() };
    managers.namesakes.iter().map(taken).map(Finding::from).collect()
}

/// Other etcds that start when this host boots would have the ports before ours, and with another list of members.
pub(crate) fn at_boot(managers: &Managers, records: &Records) -> Vec<Finding> {
    let installed = records.receipt.is_some() || records.unfinished.is_some();
    let starts = |starter: &Starter| ManagerFinding::EtcdAtBoot { starter: starter.clone(), installed }.into();
    managers.etcds_at_boot.iter().map(starts).collect()
}

/// Snapshots that the host is to take by itself are taken by systemd's timer, or by a loop under supervisor.
pub(crate) fn no_timer(
    managers: &Managers,
    target: Target,
    backup: Option<&Backup>,
    supervision: &Supervision,
) -> Option<Finding> {
    let is_systemds = matches!(supervision, Supervision::Systemd { .. });
    let nobody_looks = target == Target::Live && managers.systemd != Init::Running && is_systemds;
    backup.filter(|_| nobody_looks).map(|_| ManagerFinding::NoTimer.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Code;
    use crate::supervision::Origin;
    use crate::supervision::tests::supervisor;
    use crate::text::findings::text;

    #[test]
    fn snapshots_that_nobody_would_take_are_said() {
        let backup = crate::backup::tests::backup(6, 28, None);
        let by_systemd = Supervision::Systemd { unit: "x.service".to_owned() };
        let under = |supervision: &Supervision, systemd, target, backup: Option<&Backup>| {
            let managers = Managers { systemd, ..Managers::default() };
            no_timer(&managers, target, backup, supervision).map(|found| found.code())
        };
        let found = |systemd, target, backup: Option<&Backup>| under(&by_systemd, systemd, target, backup);
        assert_eq!(under(&supervisor(Origin::Host), Init::None, Target::Live, Some(&backup)), None, "a loop looks");
        assert_eq!(found(Init::None, Target::Live, Some(&backup)), Some(Code::NoTimer));
        assert_eq!(found(Init::Installed, Target::Live, Some(&backup)), Some(Code::NoTimer));
        assert_eq!(found(Init::Running, Target::Live, Some(&backup)), None);
        assert_eq!(found(Init::Installed, Target::Image, Some(&backup)), None);
        assert_eq!(found(Init::None, Target::Live, None), None);
    }

    #[test]
    fn another_program_of_our_name_counts_under_supervisor_alone() {
        let supervisor = supervisor(Origin::Host);
        let namesakes = vec!["/etc/supervisor/conf.d/a.conf".to_owned()];
        let managers = Managers { namesakes, ..Managers::default() };
        let found = programs(&managers, &supervisor);
        assert_eq!(found.len(), 1);
        assert!(text(&found[0]).contains("`/etc/supervisor/conf.d/a.conf` has a program `n1`"), "{found:?}");
        assert_eq!(programs(&managers, &Supervision::Systemd { unit: "x.service".to_owned() }), []);
        assert_eq!(programs(&Managers::default(), &supervisor), []);
    }
}
