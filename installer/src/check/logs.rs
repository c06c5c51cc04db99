//! Findings about the directory for etcd's log under supervisor: who can make names in it, and what was put there.

use payload::manifest::Manifest;
use payload::path::AbsPath;

use crate::change::Change;
use crate::facts::Logs;
use crate::facts::logs::Keeper;
use crate::finding::{Finding, LogFinding};
use crate::supervision::Supervision;

/// What speaks against the directory where this host's supervisord opens etcd's log, of those that are on record. One that
/// is not ours has findings of its own.
pub(crate) fn logs(manifest: &Manifest, logs: &Logs, ours: &[Change], supervision: &Supervision) -> Vec<Finding> {
    let path = &manifest.layout.logs;
    if !matches!(supervision, Supervision::Supervisor(_)) || !ours.iter().any(|change| change.path() == Some(path)) {
        return Vec::new();
    }
    // A run that was cut off may have given it to root, and not have come to look.
    let before = ours.iter().find_map(|change| match change {
        Change::Access { path: of, mode, uid, .. } if of == path => Some(Keeper::of(*mode, *uid)),
        _ => None,
    });
    let keeper = before.filter(|before| *before != Keeper::RootAlone).unwrap_or(logs.keeper);
    unsafe_logs(path, logs, keeper)
}

/// What is wrong with the directory `path`, where `keeper` could make names.
pub(crate) fn unsafe_logs(path: &AbsPath, logs: &Logs, keeper: Keeper) -> Vec<Finding> {
    let mut findings: Vec<Finding> = trap(path, logs, keeper).into_iter().collect();
    if let Keeper::Others { mode, uid } = logs.keeper {
        findings.push(LogFinding::OthersWrite { path: path.clone(), mode, uid }.into());
    }
    findings
}

/// What lies there that no supervisor has made.
pub(crate) fn trap(path: &AbsPath, logs: &Logs, keeper: Keeper) -> Option<Finding> {
    let path = path.clone();
    let odd: Vec<_> = logs.planted(keeper).into_iter().cloned().collect();
    if odd.is_empty() {
        return logs.is_overfull.then(|| LogFinding::Overfull { path }.into());
    }
    Some(LogFinding::Planted { path, odd }.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::logs::{Kind, Odd};
    use crate::facts::tests::{manifest, receipt};
    use crate::finding::{Code, Severity};
    use crate::supervision::Origin;
    use crate::supervision::tests::supervisor;
    use crate::text::findings::text;

    #[test]
    fn a_directory_of_etcds_is_said_and_what_was_planted_is_refused_by_name() {
        let path = manifest().layout.logs;
        let mut there = receipt();
        there.changes.push(Change::Dir { path: path.clone(), holds: crate::change::Holds::Logs });
        let link =
            Odd { name: "etcd.stdout.log\n".to_owned(), kind: Kind::Link { target: "/etc/x".to_owned() }, uid: 995 };
        let etcds = Keeper::Others { mode: 0o750, uid: 995 };
        let found = |logs: Logs| super::logs(&manifest(), &logs, &there.changes, &supervisor(Origin::Host));
        assert_eq!(found(Logs::default()), []);
        let warned = found(Logs { keeper: etcds, ..Logs::default() });
        assert!(matches!(&warned[..], [one] if one.severity() == Severity::Warn && text(one).contains("owner 995")));
        let refused = found(Logs { keeper: etcds, odd: vec![link.clone(); 7], is_overfull: false });
        assert_eq!(refused.len(), 2);
        assert_eq!((refused[0].code(), refused[0].severity()), (Code::UnsafeLogs, Severity::Refuse));
        assert!(text(&refused[0]).contains(r"`etcd.stdout.log\n` is a link to `/etc/x`"), "{refused:?}");
        assert!(text(&refused[0]).contains("2 more"), "{refused:?}");
        assert_eq!(found(Logs { is_overfull: true, ..Logs::default() })[0].severity(), Severity::Refuse);

        // Not ours, or not supervisor's: other findings, or none.
        let odd = Logs { keeper: etcds, odd: vec![link], is_overfull: false };
        assert_eq!(logs(&manifest(), &odd, &[], &supervisor(Origin::Host)), []);
        let systemd = Supervision::Systemd { unit: "x".to_owned() };
        assert_eq!(logs(&manifest(), &odd, &there.changes, &systemd), []);
    }

    #[test]
    fn what_a_run_that_was_cut_off_has_given_to_root_is_looked_at_as_etcds() {
        let path = manifest().layout.logs;
        let mut there = receipt();
        there.changes.push(Change::Dir { path: path.clone(), holds: crate::change::Holds::Logs });
        there.changes.push(Change::Access { path, mode: 0o750, uid: 995, gid: 995 });
        let odd = vec![Odd { name: "etcd.stdout.log".to_owned(), kind: Kind::Link { target: "x".to_owned() }, uid: 0 }];
        let found = Logs { odd, ..Logs::default() };
        assert_eq!(logs(&manifest(), &found, &there.changes, &supervisor(Origin::Host)).len(), 1);
    }
}
