//! The words of findings about service managers, their units and their programs.

use payload::cluster::Manager;
use payload::path::AbsPath;

use crate::facts::managers::PythonTrouble;
use crate::finding::ManagerFinding;
use crate::finding::managers::{Choice, NoPython, OtherName, Packed};
use crate::help::Help;

const BUILD_FOR_BOTH: &str = "etcdpack build   (on the connected machine, with `manager = \"auto\"` under [service])";

pub(super) fn text(found: &ManagerFinding) -> String {
    match found {
        ManagerFinding::ProgramTaken { file, program } => {
            format!("`{file}` has a program `{program}` of its own; ours would take its place")
        }
        ManagerFinding::Masked { unit, mask } => {
            format!("`{unit}` is masked (`{mask}` leads to /dev/null): systemd would not start it")
        }
        ManagerFinding::UnitTaken { unit, .. } => {
            format!("`{unit}` is a service of the same name; ours would take its place")
        }
        ManagerFinding::UnitRuns { unit } => {
            format!("a service `{unit}` runs here that etcdpack did not start; ours would take its place")
        }
        ManagerFinding::Overridden { file, key, unit, bundle } => {
            format!("`{file}` sets `{key}=` for `{unit}`: not what bundle `{bundle}` says will run")
        }
        ManagerFinding::OtherManager { chosen } => {
            format!("etcd runs under {chosen} here; another manager would start a second one")
        }
        ManagerFinding::NotPacked { wanted, .. } => {
            let (has, lacks) = packed(*wanted);
            format!("this bundle was built for {has} alone: it has no {lacks}")
        }
        ManagerFinding::NoSystemd { .. } => "this host does not run systemd".to_owned(),
        ManagerFinding::NoneInImage => {
            "this image has neither supervisor nor systemd; it gets a systemd unit".to_owned()
        }
        ManagerFinding::None { python, unsafe_supervisor } => none(python, unsafe_supervisor.as_ref()),
        ManagerFinding::UnsafeInUse { program } => {
            format!("etcd runs under this host's supervisor, and users other than root can change `{program}`")
        }
        ManagerFinding::UnsafePassedOver { program } => {
            format!("this host's own supervisor is passed over: users other than root can change `{program}`")
        }
        ManagerFinding::NoStartAtBoot { .. } => {
            "nothing starts supervisord when this host boots: it has no systemd".to_owned()
        }
        ManagerFinding::Untried => {
            "whether a Python here can run the supervisor in the bundle was not tried: nobody has said yet whose bundle this is"
                .to_owned()
        }
    }
}

/// What a bundle without anything for `wanted` has, and what it lacks.
fn packed(wanted: Manager) -> (&'static str, &'static str) {
    match wanted {
        Manager::Systemd => ("supervisor", "unit for systemd"),
        Manager::Supervisor | Manager::Auto => ("systemd", "program section for supervisor"),
    }
}

fn others_can_change(path: &AbsPath) -> String {
    format!("users other than root can change `{path}`")
}

fn none(python: &NoPython, unsafe_supervisor: Option<&AbsPath>) -> String {
    let python = match python {
        NoPython::NotCarried => "the bundle carries no supervisor".to_owned(),
        NoPython::Unfit(trouble) => {
            let trouble = match trouble {
                PythonTrouble::Unsafe(path) => others_can_change(path),
                PythonTrouble::Failed(said) => said.clone(),
            };
            format!("no Python can run the carried one ({trouble})")
        }
        NoPython::NotThere => "there is no Python for the carried one".to_owned(),
    };
    let own = match unsafe_supervisor {
        Some(path) => others_can_change(path),
        None => "no supervisord is installed".to_owned(),
    };
    format!("nothing here can keep etcd running: {own}, {python}, and systemd does not run")
}

pub(super) fn help(found: &ManagerFinding) -> Help {
    match found {
        ManagerFinding::ProgramTaken { file, .. } => Help::in_tree(format!("mv {file} {file}.off")),
        ManagerFinding::Masked { unit, .. } => Help::in_tree(format!("systemctl unmask {unit}")),
        ManagerFinding::UnitTaken { way, .. } => match way {
            OtherName::Service => {
                Help::plain(format!("set another `service.name` in cluster.toml and run: {}", super::BUILD))
            }
            OtherName::Systemd => Help::run_with("install", "--service systemd"),
            OtherName::CarryNothing => Help::plain(format!(
                "set `carry = \"nothing\"` under [supervisor] in cluster.toml and run: {}",
                super::BUILD
            )),
        },
        ManagerFinding::UnitRuns { unit } => Help::in_tree(format!("systemctl status {unit}")),
        ManagerFinding::Overridden { unit, .. } => Help::in_tree(format!("systemctl cat {unit}")),
        ManagerFinding::OtherManager { .. } => Help::run_with("install", "--service auto"),
        // On a host that has chosen, only another bundle helps.
        ManagerFinding::NotPacked { chosen: Choice::Made, .. }
        | ManagerFinding::NoSystemd { supervisor: Packed::No } => Help::plain(BUILD_FOR_BOTH),
        ManagerFinding::NotPacked { wanted, chosen: Choice::Open } => {
            Help::run_with("install", format!("--service {}", packed(*wanted).0))
        }
        ManagerFinding::NoSystemd { supervisor: Packed::Yes } | ManagerFinding::NoneInImage => {
            Help::run_with("install", "--service supervisor")
        }
        ManagerFinding::None { .. } => {
            Help::plain("yum install python3   (from this site's own media; or: apt-get install supervisor)")
        }
        ManagerFinding::UnsafeInUse { program } | ManagerFinding::UnsafePassedOver { program } => {
            Help::in_tree(format!("namei -l {program}"))
        }
        ManagerFinding::NoStartAtBoot { supervisor } => {
            Help::plain(format!("add to the host's start-up: {} -c {}", supervisor.daemon, supervisor.conf))
        }
        ManagerFinding::Untried => Help::run_with("plan", "--signer WORDS"),
    }
}
