//! Restarts that wait: what was renewed while etcd ran, and takes effect when it starts anew. Pure.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

use crate::help::Help;
use crate::supervision::{Supervision, Supervisor};
use crate::text::help;

/// Something that etcd or its manager reads only when etcd starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Part {
    /// systemd's unit.
    Unit,
    /// The startup script, where only what etcd is kept from is new in it.
    StartupScript,
    /// The program section of a supervisor. Its file is renewed together with a restart, not before: a
    /// `supervisorctl update` for the sake of another program would restart etcd.
    Section,
    /// The startup script, where it calls etcd otherwise than it runs.
    Flags,
    /// What etcd reads only when it starts: its programs and the CA, and before 3.2.19 its certificate and key. In older
    /// records the flags, too.
    Files,
}

impl Part {
    /// Whether etcd itself runs with it: an install restarts etcd for that, and lets the others wait.
    pub(crate) fn is_etcds_own(self) -> bool {
        matches!(self, Self::Flags | Self::Files)
    }
}

/// A run of etcd, told from all others without asking a clock that may be set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Instance {
    /// The kernel's name for the time since it was booted.
    pub(crate) boot: String,
    pub(crate) pid: u32,
    /// In ticks since then (proc(5), `starttime`).
    pub(crate) started: u64,
}

/// What an install left for the next restart, and the runs of etcd that have to end first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Waiting {
    pub(crate) parts: BTreeSet<Part>,
    pub(crate) instances: Vec<Instance>,
}

impl Waiting {
    /// The parts that still wait while `running` are etcd's runs.
    pub(crate) fn parts_while(&self, running: &[Instance]) -> BTreeSet<Part> {
        let lives = self.instances.iter().any(|instance| running.contains(instance));
        if lives { self.parts.clone() } else { BTreeSet::new() }
    }
}

/// Whether the operator asked for a restart that only waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Restart {
    /// Only if something that etcd itself runs with has changed.
    IfNeeded,
    /// `--restart`: also for what would otherwise wait.
    ForAll,
}

/// What to type for the restart that `parts` wait for.
pub(crate) fn command(supervision: &Supervision, parts: &BTreeSet<Part>) -> Help {
    match supervision {
        _ if parts.contains(&Part::Section) => Help::run_with("install", "--restart"),
        Supervision::Systemd { unit } => help::restart_unit(unit),
        Supervision::Supervisor(Supervisor { ctl, conf, program, .. }) => {
            help::tell_supervisor(ctl, conf, &["restart", program])
        }
    }
}

/// What starts an etcd that its service manager leaves as it is.
pub(crate) fn starting(supervision: &Supervision) -> Help {
    match supervision {
        Supervision::Systemd { unit } => help::start_unit(unit),
        Supervision::Supervisor(Supervisor { ctl, conf, program, .. }) => {
            help::tell_supervisor(ctl, conf, &["start", program])
        }
    }
}

/// What has a supervisord read its configuration again, and start what is new in it.
pub(crate) fn rereading(Supervisor { ctl, conf, .. }: &Supervisor) -> Help {
    help::tell_supervisor(ctl, conf, &["update"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_over_when_the_run_of_etcd_that_it_waits_for_has_ended() {
        let run = |boot: &str, pid, started| Instance { boot: boot.to_owned(), pid, started };
        let waiting = Waiting { parts: [Part::Unit].into(), instances: vec![run("a", 7, 100)] };
        assert_eq!(waiting.parts_while(&[run("a", 9, 5), run("a", 7, 100)]), [Part::Unit].into());
        for other in [run("a", 7, 101), run("b", 7, 100), run("a", 8, 100)] {
            assert_eq!(waiting.parts_while(&[other]), BTreeSet::new());
        }
        assert_eq!(waiting.parts_while(&[]), BTreeSet::new());
    }

    #[test]
    fn only_an_install_renews_a_section() {
        let systemd = Supervision::Systemd { unit: "etcd-server.service".to_owned() };
        assert_eq!(command(&systemd, &[Part::Unit].into()).to_string(), "systemctl restart etcd-server.service");
        assert_eq!(command(&systemd, &[Part::Section].into()).to_string(), "./HOST.run install --restart");
    }
}
