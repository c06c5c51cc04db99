//! The receipt of an install whose own is lost, by what stands here of its bundle. Pure.
//!
//! A host is a bundle's where its key lies with its certificate and CA, beside its etcd, its startup script and what starts that, each
//! byte for byte, and etcd's data where they belong. What was here before the install is not known any more: accounts and directories
//! that others may use, too, are nobody's to remove then.

use payload::manifest::Manifest;
use payload::mode::{Mode, Owner};
use payload::path::{AbsPath, NotAPath};
use payload::render;

use super::pending::is_file;
use super::steps::{Choices, PlanInput, starts_etcd, steps};
use crate::HOST_COMMAND;
use crate::certificates::{Set, lay};
use crate::change::{Before, Change, Holds};
use crate::facts::Facts;
use crate::facts::data::{DataDir, DataOwner};
use crate::facts::machine::Target;
use crate::facts::paths::Seen;
use crate::layout;
use crate::records::{Receipt, StateDir};
use crate::signer::Newest;
use crate::step::{Source, Step};
use crate::supervision::{Origin, Supervision, Supervisor, carried};

/// What a host shows of an install that is not on record.
pub(crate) enum Recovered {
    /// This bundle's, and nothing speaks against it.
    Whole(Box<Receipt>),
    /// Something of etcdpack's, and this of it is not as the bundle has it.
    Otherwise(Vec<AbsPath>),
    /// Nothing of etcdpack's.
    Nothing { not_here: Vec<AbsPath> },
}

/// What stands here of the bundle.
pub(crate) fn recovered(input: PlanInput, facts: &Facts, choices: Choices) -> Result<Recovered, NotAPath> {
    let manifest = input.manifest;
    let set = Set::of(manifest, facts.credentials.own_key.as_ref())?;
    let mut nearest: Option<Standing> = None;
    for supervision in supervisions(manifest, facts)? {
        let standing = Standing::of(input, facts, choices, &supervision, &set)?;
        if nearest.as_ref().is_none_or(|nearest| standing.otherwise.len() < nearest.otherwise.len()) {
            nearest = Some(standing);
        }
    }
    let is_ours = matches!(facts.paths.at(&set.home.current), Seen::Link { .. })
        && matches!(facts.paths.at(&manifest.layout.sbin.join(HOST_COMMAND)?), Seen::File { .. });
    Ok(match nearest {
        Some(Standing { otherwise, changes, supervision }) if otherwise.is_empty() => {
            Recovered::Whole(Box::new(receipt(input, facts, supervision, changes)))
        }
        Some(Standing { otherwise, .. }) if is_ours => Recovered::Otherwise(otherwise),
        nearest => Recovered::Nothing { not_here: nearest.map(|standing| standing.otherwise).unwrap_or_default() },
    })
}

fn receipt(input: PlanInput, facts: &Facts, supervision: Supervision, changes: Vec<Change>) -> Receipt {
    let PlanInput { manifest, bundle, .. } = input;
    let newest = manifest.provenance.as_ref().map(|provenance| Newest::after(None, provenance.serial, bundle));
    let identity = match facts.data.here {
        DataDir::Used(DataOwner::Etcd(identity)) => Some(identity),
        _ => None,
    };
    let cas = facts.cluster.cas.bundle.clone();
    let receipt = Receipt::new(bundle, facts.machine.now, supervision, manifest.clone(), newest, changes);
    Receipt { cas, identity, ..receipt }
}

/// Who may keep etcd running here: the likeliest first. A supervisor that a bundle brought looks like the host's own.
fn supervisions(manifest: &Manifest, facts: &Facts) -> Result<Vec<Supervision>, NotAPath> {
    let own = carried(manifest, facts.managers.systemd)?;
    let is_there = own.daemon.parent().is_some_and(|dir| matches!(facts.paths.at(&dir), Seen::Dir { .. }));
    let hosts = facts.managers.supervisor.clone();
    let supervisors = is_there.then_some(own).into_iter().chain(hosts).map(Supervision::Supervisor);
    Ok(supervisors.chain([Supervision::Systemd { unit: format!("{}.service", manifest.service.name) }]).collect())
}

/// An install under one supervision, as far as it stands here.
struct Standing {
    supervision: Supervision,
    /// What is this install's alone.
    changes: Vec<Change>,
    /// What is another, or missing where it is what the bundle is known by.
    otherwise: Vec<AbsPath>,
}

impl Standing {
    fn of(
        input: PlanInput,
        facts: &Facts,
        choices: Choices,
        supervision: &Supervision,
        set: &Set,
    ) -> Result<Self, NotAPath> {
        let manifest = input.manifest;
        let layout = &manifest.layout;
        let mut standing = Self { supervision: supervision.clone(), changes: Vec::new(), otherwise: Vec::new() };
        let state = StateDir::new()?.dir;
        for dir in [&state, &layout.release_dir, &set.home.sets, &set.dir] {
            standing.changes.push(Change::Dir { path: dir.clone(), holds: Holds::Files });
        }
        standing.data(manifest, facts);
        let certificates = lay(set, None, &facts.paths, &[])?;
        for step in steps(input, facts, choices, supervision, set, certificates)? {
            let is_proof = starts_etcd(&step, supervision)
                || matches!(&step, Step::File { path, .. } if path.is_within(&set.dir) || path.name() == render::STARTUP);
            standing.step(&step, is_proof, facts)?;
        }
        if let Supervision::Supervisor(supervisor @ Supervisor { origin: Origin::Bundle, .. }) = supervision {
            standing.carried(supervisor, manifest, facts)?;
        }
        standing.changes.push(Change::Service { supervision: supervision.clone(), was: None });
        Ok(standing)
    }

    /// A member whose data are not there is none to take up: they may only not be mounted. In an image no etcd has run.
    fn data(&mut self, manifest: &Manifest, facts: &Facts) {
        if facts.machine.target == Target::Live && !matches!(facts.data.here, DataDir::Used(_)) {
            self.otherwise.push(manifest.layout.data.clone());
        }
    }

    /// `is_proof`: it is of that which a bundle is known by.
    fn step(&mut self, step: &Step, is_proof: bool, facts: &Facts) -> Result<(), NotAPath> {
        let is_missing = |path: &AbsPath| *facts.paths.at(path) == Seen::Absent;
        let is_dir = |path: &AbsPath| matches!(facts.paths.at(path), Seen::Dir { .. });
        match step {
            Step::Dir { path, owner, holds, .. } if *owner != Owner::Root && is_dir(path) => {
                self.changes.push(Change::Adopted { path: path.clone(), holds: *holds, was: None });
            }
            Step::Programs { dir, programs, .. } => {
                for program in programs {
                    let path = dir.join(&program.name)?;
                    let stands = is_file(facts, &path, program.sha256, Mode::PROGRAM, Owner::Root);
                    let change = Change::File { path: path.clone(), sha256: program.sha256, before: Before::Nothing };
                    self.take(change, &path, stands, !is_missing(&path) || program.name == "etcd");
                }
            }
            // They lie in a tree that is the install's. And what is to be emptied stands as it was left.
            Step::File { source: Source::Launcher { .. } | Source::MayBegin, .. } => {}
            Step::File { path, mode, owner, sha256, .. } => {
                let stands = is_file(facts, path, *sha256, *mode, *owner);
                let change = Change::File { path: path.clone(), sha256: *sha256, before: Before::Nothing };
                self.take(change, path, stands, is_proof || !is_missing(path));
            }
            Step::Link { path, target } => {
                let stands = *facts.paths.at(path) == Seen::Link { target: target.clone() };
                let change = Change::Link { path: path.clone(), target: target.clone(), before: None };
                self.take(change, path, stands, !is_missing(path));
            }
            _ => {}
        }
        Ok(())
    }

    /// What stands as the bundle has it is this install's; what does not may count against it.
    fn take(&mut self, change: Change, path: &AbsPath, stands: bool, counts: bool) {
        if stands {
            self.changes.push(change);
        } else if counts {
            self.otherwise.push(path.clone());
        }
    }

    /// The supervisor that the bundle brought, whatever Python its launchers are for.
    fn carried(&mut self, supervisor: &Supervisor, manifest: &Manifest, facts: &Facts) -> Result<(), NotAPath> {
        self.changes.push(Change::Tree { path: layout::carried_dir(manifest)? });
        for command in [&supervisor.daemon, &supervisor.ctl] {
            let (path, target) = (manifest.layout.bin.join(command.name())?, command.to_string());
            if *facts.paths.at(&path) == (Seen::Link { target: target.clone() }) {
                self.changes.push(Change::Link { path, target, before: None });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use payload::cluster::Manager;
    use payload::digest::Digest;

    use super::*;
    use crate::although::Although;
    use crate::facts::accounts::Account;
    use crate::facts::data::wal::Identity;
    use crate::facts::paths::PathFact;
    use crate::facts::tests::{good, manifest};
    use crate::plan::tests::plan_of;
    use crate::restart::Restart;
    use crate::signer::{Downgrade, SignerStatus};
    use crate::supervision::Start;

    const IDENTITY: Identity = Identity { cluster: 5, member: 6 };

    /// A host on which all stands that the bundle of `plan_of` brings, and whose etcd has data.
    fn standing() -> Facts {
        let mut facts = good();
        let (uid, gid) = (998, 997);
        for planned in plan_of(&facts).steps {
            let ids = |owner| match owner {
                Owner::Root => (0, 0),
                Owner::Service => (uid, gid),
                Owner::RootForService => (0, gid),
            };
            let mut file = |path: AbsPath, mode: Mode, owner, sum: Digest| {
                let (uid, gid) = ids(owner);
                let seen = Seen::File { mode: mode.bits(), uid, gid, size: 9 };
                facts.paths.found.insert(path, PathFact { seen, digest: Some(sum) });
            };
            match planned.step {
                Step::File { path, mode, owner, sha256, .. } => file(path, mode, owner, sha256),
                Step::Programs { dir, programs, .. } => {
                    for program in programs {
                        file(dir.join(&program.name).unwrap(), Mode::PROGRAM, Owner::Root, program.sha256);
                    }
                }
                Step::Link { path, target } => {
                    facts.paths.found.insert(path, PathFact { seen: Seen::Link { target }, digest: None });
                }
                Step::Dir { path, mode, owner, .. } => {
                    let (uid, gid) = ids(owner);
                    let seen = Seen::Dir { mode: mode.bits(), uid, gid };
                    facts.paths.found.insert(path, PathFact { seen, digest: None });
                }
                _ => {}
            }
        }
        facts.accounts.group = Some(gid);
        facts.accounts.user = Some(Account { uid, gid, shell: "/usr/sbin/nologin".to_owned() });
        facts.data.here = DataDir::Used(DataOwner::Etcd(IDENTITY));
        facts
    }

    fn of(facts: &Facts) -> Recovered {
        let manifest = manifest();
        let [bundle, installer] = [b"bundle".as_slice(), b"elf"].map(Digest::of);
        let input = PlanInput { manifest: &manifest, bundle, installer, signer: SignerStatus::Named };
        let choices = Choices {
            manager: Manager::Auto,
            start: Start::Now,
            restart: Restart::IfNeeded,
            downgrade: Downgrade::Refuse,
            although: Although::default(),
        };
        recovered(input, facts, choices).unwrap()
    }

    /// What counts against it; nothing where the receipt is written anew.
    fn otherwise(facts: &Facts) -> Option<Vec<String>> {
        match of(facts) {
            Recovered::Whole(_) => Some(Vec::new()),
            Recovered::Otherwise(all) => Some(all.iter().map(ToString::to_string).collect()),
            Recovered::Nothing { .. } => None,
        }
    }

    #[test]
    fn what_stands_byte_for_byte_is_on_record_again_and_nothing_else_is() {
        let facts = standing();
        let Recovered::Whole(receipt) = of(&facts) else { panic!("{:?}", otherwise(&facts)) };
        assert_eq!(receipt.identity, Some(IDENTITY));
        assert_eq!(receipt.supervision, Supervision::Systemd { unit: "etcd-server.service".to_owned() });
        let has = |path: &str| receipt.changes.iter().any(|change| change.path().is_some_and(|at| at.as_str() == path));
        for path in ["/opt/etcd-v3.5.1/etcd", "/opt/etcd", "/usr/local/bin/etcdctl", "/data/etcd/etcd-server"] {
            assert!(has(path), "{path}: {:?}", receipt.changes);
        }
        // Whose these were is not known any more.
        let is_shared = |change: &Change| matches!(change, Change::User { .. } | Change::Group { .. });
        assert!(!has("/opt") && !has("/data") && !has("/data/etcd") && !receipt.changes.iter().any(is_shared));
        // The next plan finds all in its place, and the service alone to be started.
        let records = crate::records::Records { receipt: Some(*receipt), ..Default::default() };
        let plan = plan_of(&Facts { records, ..standing() });
        assert!(!plan.is_refused(), "{:?}", plan.findings);
    }

    #[test]
    fn what_a_bundle_is_known_by_must_be_there_and_nothing_may_be_another() {
        let all: Vec<(AbsPath, PathFact)> =
            standing().paths.found.into_iter().filter(|(_, fact)| fact.digest.is_some()).collect();
        assert!(all.len() > 8, "{all:?}");
        for (path, fact) in all {
            let mut other = standing();
            let digest = Some(Digest::of(b"another"));
            other.paths.found.insert(path.clone(), PathFact { digest, ..fact });
            assert_eq!(otherwise(&other), Some(vec![path.to_string()]), "another `{path}`");
            let mut missing = standing();
            missing.paths.found.remove(&path);
            let is_proof =
                ["/etcd-certs/", "-startup.sh", "etcd-server.service"].iter().any(|part| path.as_str().contains(part));
            let expected = if is_proof || path.name() == "etcd" { vec![path.to_string()] } else { Vec::new() };
            assert_eq!(otherwise(&missing), Some(expected), "without `{path}`");
        }
        let mut no_data = standing();
        no_data.data.here = DataDir::Empty;
        assert_eq!(otherwise(&no_data), Some(vec!["/data/etcd/etcd-server".to_owned()]));
        assert_eq!(otherwise(&good()), None);
    }
}
