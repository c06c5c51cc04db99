//! Findings about the directory for etcd's log under supervisor: who can make names in it, and what was put there.

use payload::manifest::Manifest;
use payload::path::AbsPath;

use super::{Finding, refuse, warn};
use crate::change::Change;
use crate::facts::Logs;
use crate::facts::logs::{Keeper, Kind, MOST, Odd};
use crate::supervision::Supervision;

/// How many of the things that lie there are named.
const NAMED: usize = 5;

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
        let text = format!(
            "others than root can make files in `{path}` (mode {mode:04o}, owner {uid}), where supervisord opens etcd's \
             log as root: who breaks into etcd could become root by it"
        );
        let help = "./HOST.run install   (looks at what lies there, and gives the directory to root; etcd runs on)";
        findings.push(warn("unsafe-logs", text, help));
    }
    findings
}

/// What lies there that no supervisor has made.
pub(crate) fn trap(path: &AbsPath, logs: &Logs, keeper: Keeper) -> Option<Finding> {
    let planted = logs.planted(keeper);
    let help = format!("ls -lAi {path}   (then move it out of there, and look for what else was done on this host)");
    if planted.is_empty() {
        return logs.is_overfull.then(|| {
            let text =
                format!("`{path}` has more than {MOST} names: no supervisor makes so many, not all were looked at");
            refuse("unsafe-logs", text, help)
        });
    }
    let more = planted.len().saturating_sub(NAMED);
    let mut named: Vec<String> = planted.iter().take(NAMED).map(|odd| what(odd)).collect();
    if more > 0 {
        named.push(format!("{more} more"));
    }
    let text = format!(
        "in `{path}`, where supervisord opens files as root: {}. No supervisor makes that: it points to a break-in into etcd",
        named.join("; ")
    );
    Some(refuse("unsafe-logs", text, help))
}

/// Names and targets are an intruder's words.
fn what(odd: &Odd) -> String {
    let name = odd.name.escape_debug();
    match &odd.kind {
        Kind::Link { target } => format!("`{name}` is a link to `{}`", target.escape_debug()),
        Kind::Pipe => format!("`{name}` is a named pipe"),
        Kind::Socket => format!("`{name}` is a socket"),
        Kind::Device => format!("`{name}` is a device"),
        Kind::Dir => format!("`{name}` is a directory"),
        Kind::Linked { names } => format!("`{name}` is a file with {names} names (hard links)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Severity;
    use crate::facts::tests::{manifest, receipt};
    use crate::supervision::Origin;
    use crate::supervision::tests::supervisor;

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
        assert!(matches!(&warned[..], [one] if one.severity == Severity::Warn && one.text.contains("owner 995")));
        let refused = found(Logs { keeper: etcds, odd: vec![link.clone(); 7], is_overfull: false });
        assert_eq!(refused.len(), 2);
        assert_eq!((refused[0].code, refused[0].severity), ("unsafe-logs", Severity::Refuse));
        assert!(refused[0].text.contains(r"`etcd.stdout.log\n` is a link to `/etc/x`"), "{refused:?}");
        assert!(refused[0].text.contains("2 more"), "{refused:?}");
        assert_eq!(found(Logs { is_overfull: true, ..Logs::default() })[0].severity, Severity::Refuse);

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
