//! Findings about programs of supervisor: those that have the name of ours, and what ours is kept from.

use super::{Finding, refuse, warn};
use crate::facts::{Facts, SetPriv};
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

/// Whether the startup script can keep etcd from gaining rights; systemd does so by itself.
pub(crate) fn confinement(setpriv: SetPriv, supervision: &Supervision) -> Option<Finding> {
    let lacks = matches!(supervision, Supervision::Supervisor(_)) && setpriv == SetPriv::Missing;
    lacks.then(|| {
        let text = "this host has no `setpriv`: under supervisor, a set-uid program that etcd's user starts gives it more rights";
        warn("no-setpriv", text, "install util-linux from the site's own media; etcd takes it into use at its next restart")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Managers;
    use crate::facts::tests::good;
    use crate::supervision::Origin;
    use crate::supervision::tests::supervisor;

    #[test]
    fn another_program_of_our_name_counts_under_supervisor_alone() {
        let supervisor = supervisor(Origin::Host);
        let namesakes = vec!["/etc/supervisor/conf.d/a.conf".to_owned()];
        let facts = Facts { managers: Managers { namesakes, ..Managers::default() }, ..good() };
        let found = programs(&facts, &supervisor);
        assert_eq!(found.len(), 1);
        assert!(found[0].text.contains("`/etc/supervisor/conf.d/a.conf` has a program `n1`"), "{found:?}");
        assert_eq!(programs(&facts, &Supervision::Systemd { unit: "x.service".to_owned() }), []);
        assert_eq!(programs(&good(), &supervisor), []);

        let systemd = Supervision::Systemd { unit: "x.service".to_owned() };
        assert_eq!(confinement(SetPriv::Missing, &systemd), None);
        assert_eq!(confinement(SetPriv::There, &supervisor), None);
        assert_eq!(confinement(SetPriv::Missing, &supervisor).map(|found| found.code), Some("no-setpriv"));
    }
}
