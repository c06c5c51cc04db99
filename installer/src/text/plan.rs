//! The lines of a plan.

use std::fmt;

use payload::mode::Owner;

use crate::change::{Before, Change};
use crate::plan::{Plan, Planned};
use crate::step::{Action, Source, State, Step};

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Group { name } => write!(f, "group      {name}"),
            Self::User { name, shell } => write!(f, "user       {name} ({shell})"),
            Self::Dir { path, mode, owner, .. } => write!(f, "directory  {path}  {mode} {}", by(*owner)),
            Self::Programs { dir, programs, .. } => {
                let names = programs.iter().map(|program| program.name.as_str()).collect::<Vec<_>>();
                write!(f, "programs   {dir}/{{{}}}", names.join(","))
            }
            Self::File { path, mode, owner, source, .. } => {
                let more = match source {
                    Source::Sealed { .. } => ", sealed: asks for the passphrase",
                    Source::HostKey { .. } | Source::NewKey => ", made on this host",
                    Source::Carried { .. } => ", from this host",
                    Source::Entry { .. } | Source::Installer | Source::Launcher { .. } | Source::LogDir { .. } => "",
                };
                write!(f, "file       {path}  {mode} {}{more}", by(*owner))
            }
            Self::Link { path, target } => write!(f, "link       {path} -> {target}"),
            Self::Wheels { dir, python, .. } => write!(f, "supervisor {dir}  on {python}"),
            Self::Labels { places, trees } => {
                write!(f, "labels     restorecon on {} places and {} trees", places.len(), trees.len())
            }
            Self::Service { supervision, action } => {
                let verb = match action {
                    Action::Start => "enable and start",
                    Action::Restart => "restart",
                    Action::Reload => "reload (no restart)",
                    Action::Enable => "enable",
                    Action::Remove => "stop and disable",
                };
                write!(f, "service    {verb} under {supervision}")
            }
            Self::Undo { change: Change::File { path, before: Before::Theirs { .. }, .. } } => {
                write!(f, "give back  `{path}`, with the owner and mode that it had")
            }
            Self::Undo { change } => write!(f, "remove     {change}"),
        }
    }
}

fn by(owner: Owner) -> &'static str {
    match owner {
        Owner::Root => "root",
        Owner::Service => "etcd's user",
        Owner::RootForService => "root, etcd's group",
    }
}

impl fmt::Display for Planned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.step, self.state) {
            (Step::Undo { change }, State::Stays) => write!(f, "keep       {change}"),
            (step, _) => step.fmt(f),
        }
    }
}

/// Above what an uninstall takes away, and above what it leaves.
pub(crate) const GOES: &str = "goes:";
pub(crate) const STAYS: &str = "stays:";

/// Two who restart members at the same moment do not see each other.
const ONE_AT_A_TIME: &str =
    "etcd restarts: one host at a time, and the next when `etcdpack-host status` here says healthy";

/// How many steps there are of each kind.
pub(crate) fn summary(plan: &Plan) -> String {
    let count = |state| plan.steps.iter().filter(|planned| planned.state == state).count();
    let more = [(State::Waits, "for the next restart"), (State::Stays, "to stay as they are")];
    let more = more.map(|(state, words)| match count(state) {
        0 => String::new(),
        steps => format!(", {steps} {words}"),
    });
    let steps =
        format!("{} steps to take, {} done already{}", count(State::Pending), count(State::Done), more.concat());
    let restarts = plan.steps.iter().any(Planned::restarts);
    if restarts { format!("{steps}\n{ONE_AT_A_TIME}") } else { steps }
}
