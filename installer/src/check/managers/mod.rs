//! Findings about service managers: programs of supervisor with the name of ours, and systemd's units.

mod units;

pub(crate) use units::units;

use crate::facts::Managers;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::supervision::Origin;
    use crate::supervision::tests::supervisor;
    use crate::text::findings::text;

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
