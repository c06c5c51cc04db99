//! Findings about programs of supervisor that have the name of ours.

use super::{Finding, refuse};
use crate::facts::Facts;
use crate::supervision::Supervision;

/// Two sections of one name are one program to supervisor: the last that it reads.
pub(crate) fn programs(facts: &Facts, supervision: &Supervision) -> Vec<Finding> {
    let Supervision::Supervisor(supervisor) = supervision else { return Vec::new() };
    let program = &supervisor.program;
    let taken = |file: &String| {
        let text = format!("`{file}` has a program `{program}` of its own; ours would take its place");
        refuse("path-taken", text, format!("mv {file} {file}.off"))
    };
    facts.managers.namesakes.iter().map(taken).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Managers;
    use crate::facts::tests::good;
    use crate::supervision::{Origin, Supervisor};

    #[test]
    fn another_program_of_our_name_counts_under_supervisor_alone() {
        let path = || "/x".parse().unwrap();
        let supervisor = Supervision::Supervisor(Supervisor {
            daemon: path(),
            ctl: path(),
            conf: path(),
            section: path(),
            program: "n1".to_owned(),
            unit: None,
            origin: Origin::Host,
        });
        let namesakes = vec!["/etc/supervisor/conf.d/a.conf".to_owned()];
        let facts = Facts { managers: Managers { namesakes, ..Managers::default() }, ..good() };
        let found = programs(&facts, &supervisor);
        assert_eq!(found.len(), 1);
        assert!(found[0].text.contains("`/etc/supervisor/conf.d/a.conf` has a program `n1`"), "{found:?}");
        assert_eq!(programs(&facts, &Supervision::Systemd { unit: "x.service".to_owned() }), []);
        assert_eq!(programs(&good(), &supervisor), []);
    }
}
