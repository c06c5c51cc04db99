//! What stands where a plan would put something, and is not ours. Pure.

use payload::digest::Digest;
use payload::manifest::Program;
use payload::path::{AbsPath, NotAPath};

use crate::change::{Change, Holds};
use crate::drift;
use crate::facts::Facts;
use crate::facts::paths::Seen;
use crate::finding::{Finding, PathFinding};
use crate::step::{Source, Step};

/// What is at a step's places and is not ours.
pub(crate) fn conflicts(step: &Step, facts: &Facts, ours: &[Change]) -> Result<Vec<Finding>, NotAPath> {
    let on_record = |path: &AbsPath| ours.iter().any(|change| change.path() == Some(path));
    let is_our_file = |path: &AbsPath, sha256: Digest| {
        let here = facts.paths.digest(path);
        let written = || if drift::is_theirs(path, ours) { Vec::new() } else { drift::recorded(path, ours) };
        here.is_some_and(|here| here == sha256 || written().contains(&here))
    };
    let places = match step {
        Step::File { path, sha256, source, .. } => {
            // Installs before 0.2.0 recorded the launchers as part of the tree that they lie in.
            let in_our_tree = |change: &Change| matches!(change, Change::Tree { path: tree } if path.is_within(tree));
            let launcher = matches!(source, Source::Launcher { .. }) && ours.iter().any(in_our_tree);
            vec![(path.clone(), launcher || is_our_file(path, *sha256))]
        }
        Step::Programs { dir, programs, .. } => {
            let place = |program: &Program| {
                let path = dir.join(&program.name)?;
                Ok((path.clone(), is_our_file(&path, program.sha256)))
            };
            programs.iter().map(place).collect::<Result<_, NotAPath>>()?
        }
        Step::Link { path, target } => {
            // A directory of ours may make way for it.
            let was_dir = ours.iter().any(|change| matches!(change, Change::Dir { path: at, .. } if at == path));
            let is_ours = match facts.paths.at(path) {
                Seen::Link { target: here } => on_record(path) || here == target,
                Seen::Dir { .. } => was_dir,
                _ => false,
            };
            vec![(path.clone(), is_ours)]
        }
        Step::Wheels { dir, .. } => {
            let known = ours.iter().any(|change| matches!(change, Change::Tree { path } if path == dir));
            vec![(dir.clone(), known)]
        }
        Step::Dir { path, holds, .. } => {
            // Logs of others would change hands with their directory.
            let is_others = *holds == Holds::Logs && facts.paths.filled.contains(path) && !on_record(path);
            vec![(path.clone(), matches!(facts.paths.at(path), Seen::Dir { .. }) && !is_others)]
        }
        Step::Group { .. }
        | Step::User { .. }
        | Step::Labels { .. }
        | Step::Restore { .. }
        | Step::CopyData { .. }
        | Step::Timer { .. }
        | Step::Loop { .. }
        | Step::Textfile { .. }
        | Step::Service { .. }
        | Step::Undo { .. } => Vec::new(),
    };
    let is_taken = |path: &AbsPath| {
        // A mask and an obstacle are said by their own findings.
        let masked = facts.managers.units.get(path.name()).is_some_and(|unit| unit.masked.as_ref() == Some(path));
        let obstacle = facts.paths.obstacles.iter().any(|obstacle| obstacle.path == path.as_str());
        *facts.paths.at(path) != Seen::Absent && !masked && !obstacle
    };
    let taken = places.into_iter().filter(|(path, is_ours)| !is_ours && is_taken(path));
    Ok(taken.map(|(path, _)| linked(step, facts, ours).unwrap_or(PathFinding::Taken { path }).into()).collect())
}

/// A directory of etcd's that is a link itself, or any that an install made and that is one since: etcd may be at work behind it,
/// so nobody is sent to move it away. systemd waits for no disk behind a link, and what is adopted and purged is what has the name.
fn linked(step: &Step, facts: &Facts, ours: &[Change]) -> Option<PathFinding> {
    let Step::Dir { path, holds, .. } = step else { return None };
    let Seen::Link { target } = facts.paths.at(path) else { return None };
    let (path, target, holds) = (path.clone(), target.clone(), *holds);
    let is_on_record = ours.iter().any(|change| change.path() == Some(&path));
    match holds {
        _ if is_on_record => Some(PathFinding::LinkedSince { path, target, holds }),
        Holds::Data | Holds::Wal | Holds::Logs => Some(PathFinding::Linked { path, target, holds }),
        Holds::Files | Holds::Snapshots => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::paths::{PathFact, Paths};
    use crate::facts::tests::{good, manifest, receipt};
    use crate::plan::tests::plan_of;
    use crate::supervision::{Origin, Supervisor};
    use crate::text::findings::{help, text};

    #[test]
    fn what_is_not_ours_is_neither_replaced_nor_taken_over() {
        let program = manifest().release.programs[0].sha256;
        let file = Seen::File { mode: 0o755, uid: 0, gid: 0, size: 1 };
        let link = || Seen::Link { target: "mine".to_owned() };
        let dir = || Seen::Dir { mode: 0o755, uid: 7, gid: 7 };
        let (etcd, opt, logs) = ("/opt/etcd-v3.5.1/etcd", "/opt/etcd", "/data/logs/etcd-server");
        let data = "/data/etcd/etcd-server";
        let other = Some(Digest::of(b"other"));
        for (path, seen, digest, on_record, expected) in [
            (etcd, file.clone(), other, false, Some("path-taken")),
            (etcd, file.clone(), Some(program), false, None),
            (etcd, dir(), None, false, Some("path-taken")),
            (etcd, Seen::Other, None, false, Some("path-taken")),
            (etcd, link(), None, false, Some("path-taken")),
            (etcd, file.clone(), other, true, Some("changed-file")),
            (etcd, link(), None, true, Some("changed-file")),
            (etcd, dir(), None, true, Some("path-taken")),
            (opt, link(), None, false, Some("path-taken")),
            (opt, link(), None, true, Some("changed-file")),
            (opt, file, other, true, Some("path-taken")),
            (logs, dir(), None, false, Some("path-taken")),
            (data, link(), None, false, Some("path-taken")),
            (logs, link(), None, false, Some("path-taken")),
        ] {
            let path: AbsPath = path.parse().unwrap();
            let mut facts = good();
            facts.paths.filled = [path.clone()].into();
            facts.paths.found = [(path.clone(), PathFact { seen, digest })].into();
            facts.records.receipt = on_record.then(receipt);
            if path.as_str() == logs {
                facts.managers.supervisor = Some(supervisor());
                facts.managers.has_supervisord_at_boot = true;
            }
            let plan = plan_of(&facts);
            let found: Vec<_> = plan.findings.iter().map(|finding| finding.code().as_str()).collect();
            assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{path} {on_record}");
            assert_eq!(plan.is_refused(), expected == Some("path-taken"));
        }
        // An empty directory for logs harms nobody.
        let (supervisor, has_supervisord_at_boot) = (Some(supervisor()), true);
        let managers = crate::facts::Managers { supervisor, has_supervisord_at_boot, ..good().managers };
        let found = [(logs.parse().unwrap(), PathFact { seen: dir(), digest: None })].into();
        assert_eq!(plan_of(&Facts { paths: Paths { found, ..Paths::default() }, managers, ..good() }).findings, []);
    }

    #[test]
    fn a_directory_that_is_a_link_is_told_what_to_do_about_it() {
        let data = "/data/etcd/etcd-server";
        let at = |path: &str, target: &str, receipt| {
            let mut facts = good();
            let seen = Seen::Link { target: target.to_owned() };
            facts.paths.found = [(path.parse().unwrap(), PathFact { seen, digest: None })].into();
            facts.records.receipt = receipt;
            let found =
                plan_of(&facts).findings.into_iter().find(|found| found.code().as_str() == "path-taken").unwrap();
            (text(&found), help(&found).to_string())
        };
        let (said, typed) = at(data, "/mnt/big/etcd", None);
        assert!(said.contains("is a link, to `/mnt/big/etcd`"), "{said}");
        assert!(typed.contains("`data = \"/mnt/big/etcd\"`"), "{typed}");
        assert!(typed.contains("mount --bind /mnt/big/etcd /data/etcd/etcd-server"), "{typed}");
        // Where it leads cannot be said without the host, or is no path of ours: nothing is written that could be another's.
        for target in ["../big", "/mnt/my disk", "/mnt/$(reboot)"] {
            let (_, typed) = at(data, target, None);
            assert!(typed.contains("`data = \"DIR\"`") && typed.contains("realpath /data/etcd/etcd-server"), "{typed}");
        }
        let (_, typed) = at(data, "/mnt/big/etcd", Some(receipt()));
        assert!(!typed.contains("data =") && typed.contains("with etcd stopped"), "{typed}");
        // One that the install made above it: nobody is sent to move away what etcd may have open.
        let mut receipt = receipt();
        receipt.changes.push(Change::Dir { path: "/data/etcd".parse().unwrap(), holds: Holds::Files });
        let (said, typed) = at("/data/etcd", "/mnt/big/etcd", Some(receipt));
        assert!(said.contains("was a directory when it was installed"), "{said}");
        assert!(typed.contains("mount --bind /mnt/big/etcd /data/etcd") && !typed.contains("mv "), "{typed}");
    }

    fn supervisor() -> Supervisor {
        let path = |path: &str| path.parse().unwrap();
        Supervisor {
            daemon: path("/usr/bin/supervisord"),
            ctl: path("/usr/bin/supervisorctl"),
            conf: path("/etc/supervisor/supervisord.conf"),
            section: path("/etc/supervisor/conf.d/etcd-server.conf"),
            program: "n1".to_owned(),
            unit: None,
            origin: Origin::Host,
        }
    }
}
