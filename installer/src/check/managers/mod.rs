//! Findings about service managers: programs of supervisor with the name of ours, and systemd's units.

mod units;

pub(crate) use units::units;

use super::{Finding, refuse};
use crate::facts::Managers;
use crate::supervision::Supervision;

/// Two sections of one name are one program to supervisor: the last that it reads.
pub(crate) fn programs(managers: &Managers, supervision: &Supervision) -> Vec<Finding> {
    let Supervision::Supervisor(supervisor) = supervision else { return Vec::new() };
    let program = &supervisor.program;
    let taken = |file: &String| {
        let text = format!("`{file}` has a program `{program}` of its own; ours would take its place");
        refuse("path-taken", text, format!("mv {file} {file}.off"))
    };
    managers.namesakes.iter().map(taken).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::supervision::Origin;
    use crate::supervision::tests::supervisor;

    #[test]
    fn another_program_of_our_name_counts_under_supervisor_alone() {
        let supervisor = supervisor(Origin::Host);
        let namesakes = vec!["/etc/supervisor/conf.d/a.conf".to_owned()];
        let managers = Managers { namesakes, ..Managers::default() };
        let found = programs(&managers, &supervisor);
        assert_eq!(found.len(), 1);
        assert!(found[0].text.contains("`/etc/supervisor/conf.d/a.conf` has a program `n1`"), "{found:?}");
        assert_eq!(programs(&managers, &Supervision::Systemd { unit: "x.service".to_owned() }), []);
        assert_eq!(programs(&Managers::default(), &supervisor), []);
    }
}
