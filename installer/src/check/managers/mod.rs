//! Findings about service managers: programs of supervisor with the name of ours, and systemd's units.

mod units;

pub(crate) use units::units;

use payload::backup::Backup;

use crate::facts::Managers;
use crate::facts::machine::Target;
use crate::facts::managers::boot::Starter;
use crate::facts::managers::{Init, Silent};
use crate::finding::{Finding, ManagerFinding};
use crate::plan::Planned;
use crate::records::Records;
use crate::step::{Action, State, Step};
use crate::supervision::Supervision;

/// A supervisord that takes no order, where one of these steps would give it one.
pub(crate) fn silent(silent: Option<Silent>, steps: &[Planned]) -> Option<Finding> {
    let silent = silent?;
    let told = |planned: &Planned| match &planned.step {
        Step::Service { supervision: Supervision::Supervisor(supervisor), action }
            if planned.state == State::Pending && *action != Action::Enable =>
        {
            Some(supervisor.clone())
        }
        _ => None,
    };
    let supervisor = steps.iter().find_map(told)?;
    Some(ManagerFinding::Silent { silent, supervisor }.into())
}

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
    use crate::facts::managers::Silence;
    use crate::finding::{Code, Severity};
    use crate::supervision::tests::supervisor;
    use crate::supervision::{Origin, Supervisor};
    use crate::text::findings::{help, text};

    #[test]
    fn a_supervisord_that_takes_no_order_is_in_the_way_of_what_it_would_be_told() {
        let step = |supervision, action, state| Planned { step: Step::Service { supervision, action }, state };
        let silent_one = |why| Some(Silent { pid: 7, why });
        let (host, systemd) = (supervisor(Origin::Host), Supervision::Systemd { unit: "x.service".to_owned() });
        let told = [step(host.clone(), Action::Restart, State::Pending)];
        for (why, typed) in [
            (Silence::Ends, "systemctl restart supervisord.service"),
            (Silence::Deaf, "systemctl restart supervisord.service"),
            (Silence::Suspended, "kill -CONT 7"),
        ] {
            let found = silent(silent_one(why), &told).unwrap();
            assert_eq!((found.code(), found.severity()), (Code::SupervisorSilent, Severity::Refuse));
            assert!(text(&found).contains("supervisord (process 7)"), "{found:?}");
            assert!(help(&found).to_string().starts_with(typed), "{found:?}");
        }
        for steps in [
            step(host.clone(), Action::Restart, State::Done),
            step(host, Action::Enable, State::Pending),
            step(systemd, Action::Start, State::Pending),
        ] {
            assert_eq!(silent(silent_one(Silence::Deaf), &[steps]), None);
        }
        assert_eq!(silent(None, &told), None);
    }

    #[test]
    fn one_that_no_unit_starts_is_waited_for_and_started_as_it_was() {
        let Supervision::Supervisor(own) = supervisor(Origin::Host) else { unreachable!() };
        let own = Supervisor { unit: None, ..own };
        for (why, typed) in [
            (Silence::Ends, "while kill -0 7 2>/dev/null; do sleep 1; done; /x -c /x   ("),
            (Silence::Deaf, "kill 7; while kill -0 7 2>/dev/null; do sleep 1; done; /x -c /x   ("),
        ] {
            let found = ManagerFinding::Silent { silent: Silent { pid: 7, why }, supervisor: own.clone() }.into();
            assert!(help(&found).to_string().starts_with(typed), "{found:?}");
        }
    }

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
