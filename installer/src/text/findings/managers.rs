//! The words of findings about service managers, their units and their programs.

use std::path::Path;

use payload::cluster::Manager;
use payload::line::DisplayLine;
use payload::path::AbsPath;
use payload::shell::word;

use crate::facts::managers::boot::Starter;
use crate::facts::managers::{PythonTrouble, Unfit, UnfitSupervisor};
use crate::finding::ManagerFinding;
use crate::finding::managers::{Choice, NoPython, OtherName, Packed, Systemd};
use crate::help::Help;
use crate::supervision::Origin;

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
            format!("`{file}` sets `{key}=` for `{unit}`: systemd would not run what bundle `{bundle}` says")
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
        ManagerFinding::None { python, unsafe_supervisor, systemd } => {
            none(python, unsafe_supervisor.as_ref(), *systemd)
        }
        ManagerFinding::Unfit { supervisor } => unfit(supervisor),
        ManagerFinding::UnfitPassedOver { supervisor } => {
            format!("{}; systemd takes its place for etcd", unfit(supervisor))
        }
        ManagerFinding::EtcdAtBoot { starter, .. } => {
            format!("{} starts another etcd when this host boots: it would take this member's ports", starts(starter))
        }
        ManagerFinding::UnsafeInUse { program } => {
            format!("etcd runs under this host's supervisor, and users other than root can change `{program}`")
        }
        ManagerFinding::UnsafePassedOver { program } => {
            format!("this host's own supervisor is passed over: users other than root can change `{program}`")
        }
        ManagerFinding::NoStartAtBoot { supervisor } if supervisor.origin == Origin::Host => {
            "nothing starts this host's supervisord when it boots: no enabled unit, no line of cron or rc.local".to_owned()
        }
        ManagerFinding::NoStartAtBoot { .. } => {
            "nothing starts supervisord when this host boots: it has no systemd".to_owned()
        }
        ManagerFinding::Untried => {
            "etcdpack has not tried yet whether a Python here runs the supervisor in the bundle: nobody has said yet whose bundle this is"
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

/// Names in these may be anybody's text.
fn starts(starter: &Starter) -> String {
    match starter {
        Starter::Unit { name } => format!("the unit `{}`, which is enabled,", DisplayLine::of(name)),
        Starter::Section { file, program } => {
            format!("the program `{}` in `{}`", DisplayLine::of(program), DisplayLine::of(file))
        }
        Starter::Line { file } => format!("a line in `{}`", DisplayLine::of(file)),
        Starter::Container { name } => {
            format!("the container `{}`, which Docker starts by itself,", DisplayLine::of(name))
        }
    }
}

fn unfit(supervisor: &UnfitSupervisor) -> String {
    let UnfitSupervisor { conf, why } = supervisor;
    let why = match why {
        Unfit::NoInclude => format!("`{conf}` has no [include] for files of other programs"),
        Unfit::NarrowInclude => {
            format!("[include] in `{conf}` names no directory of which all files with one ending are read")
        }
        Unfit::NoCtl => format!("`{conf}` does not tell supervisorctl where supervisord listens"),
        Unfit::User(user) => {
            let user = DisplayLine::of(user);
            format!("`{conf}` has `user={user}`: a supervisord that is not root's cannot start etcd as its own user")
        }
        Unfit::NotText(file) => {
            format!("`{}` is not UTF-8: supervisorctl cannot read it here", DisplayLine::of(file))
        }
        Unfit::NoProgram => {
            format!("there is `{conf}`, and no supervisord in /usr/bin, /usr/local/bin or /usr/sbin that reads it")
        }
        Unfit::NoConf { unit } => format!("its configuration `{conf}` is missing (`{unit}`)"),
    };
    format!("this host's own supervisor cannot take etcd as a program: {why}")
}

fn none(python: &NoPython, unsafe_supervisor: Option<&AbsPath>, systemd: Systemd) -> String {
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
    match systemd {
        Systemd::Could => format!("no supervisor can keep etcd running here: {own}, {python}; systemd runs, and could"),
        Systemd::NotPacked => {
            format!("nothing here can keep etcd running: {own}, {python}, and the bundle has no unit for systemd")
        }
        Systemd::DoesNotRun => {
            format!("nothing here can keep etcd running: {own}, {python}, and systemd does not run")
        }
    }
}

/// What makes room, and takes nothing from the programs that are there: they go on as they are.
fn mend(supervisor: &UnfitSupervisor) -> Help {
    let UnfitSupervisor { conf, why } = supervisor;
    let debians = conf.as_str().starts_with("/etc/supervisor/");
    let pattern = if debians { "/etc/supervisor/conf.d/*.conf" } else { "/etc/supervisord.d/*.ini" };
    let dir = pattern.rsplit_once('/').map_or(pattern, |(dir, _)| dir);
    match why {
        Unfit::NoInclude => Help::in_tree(format!(
            "mkdir -p {dir} && cp -p {conf} {conf}.before && (echo; echo '[include]'; echo 'files = {pattern}') >> {conf}"
        ))
        .remark("adds two lines at its end; then this again"),
        Unfit::NarrowInclude => Help::in_tree(format!("grep -n -A 3 include {conf}"))
            .remark(&format!("add {pattern} behind `files =`, with a blank before it; then this again")),
        Unfit::NoCtl => Help::in_tree(format!("grep -n -A 3 http_server {conf}"))
            .remark("add a section [supervisorctl] with that address as serverurl=; then this again"),
        Unfit::User(_) | Unfit::NoProgram | Unfit::NoConf { .. } => {
            Help::run_with("install", "--service systemd").remark("or `service.manager = \"systemd\"` in cluster.toml")
        }
        Unfit::NotText(file) => {
            let file = word(Path::new(file));
            Help::in_tree(format!("iconv -f GB18030 -t UTF-8 {file}"))
                .remark("shows it converted; put that in its place")
        }
    }
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
        ManagerFinding::None { systemd: Systemd::Could, .. } => Help::run_with("install", "--service systemd"),
        ManagerFinding::Unfit { supervisor } | ManagerFinding::UnfitPassedOver { supervisor } => mend(supervisor),
        ManagerFinding::EtcdAtBoot { starter, .. } => match starter {
            Starter::Unit { name } => Help::in_tree(format!("systemctl disable {}", word(Path::new(name))))
                .remark("if that etcd is not needed any more"),
            Starter::Section { file, program } => {
                Help::in_tree(format!("grep -n -A 9 {} {}", word(Path::new(program)), word(Path::new(file))))
                    .remark("set autostart=false there, if that etcd is not needed any more")
            }
            Starter::Container { name } => {
                Help::in_tree(format!("docker update --restart=no {}", word(Path::new(name))))
                    .remark("if that etcd is not needed any more")
            }
            Starter::Line { file } => Help::in_tree(format!("grep -n etcd {}", word(Path::new(file))))
                .remark("take that line out, if that etcd is not needed any more"),
        },
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
