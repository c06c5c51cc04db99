//! Whether a supervisord runs, and does not do as told: such a one holds etcd, and no other can be started beside it.

use std::time::Duration;

use crate::facts::managers::rpc::{Answer, Call, ENDS};
use crate::facts::managers::{Silence, Silent};
use crate::host::Tree;
use crate::host::processes::{self, Process};
use crate::host::supervisord::{self, Heard};
use crate::supervision::Supervisor;

/// How long it may take to say its own number: it does one thing after another.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long one may run before it listens.
const BEGINS: Duration = Duration::from_secs(30);

/// `etcds` are the runs of the etcd that it has.
pub(crate) fn silent(tree: &Tree, supervisor: &Supervisor, etcds: &[u32]) -> Option<Silent> {
    let ends = match supervisord::call(&supervisor.conf, Call::Pid, PATIENCE, tree.interrupt()) {
        Heard::Answer(Answer::Fault(ENDS)) => true,
        Heard::Silence => false,
        Heard::Answer(_) | Heard::Otherwise => return None,
    };
    let parents: Vec<u32> = etcds.iter().filter_map(|etcd| processes::parent(*etcd)).collect();
    let conf = supervisor.conf.as_str();
    let is_it = |process: &Process| {
        let has_conf = || process.command_line().iter().any(|word| word.ends_with(conf));
        process.is_systems_own("supervisord", tree) && (parents.contains(&process.pid) || has_conf())
    };
    let found = processes::all().into_iter().find(is_it)?;
    let why = match ends {
        true => Silence::Ends,
        false if !processes::suspended(&[found.pid]).is_empty() => Silence::Suspended,
        // A moment ago it was started.
        false if found.age().is_none_or(|age| age < BEGINS) => return None,
        false => Silence::Deaf,
    };
    Some(Silent { pid: found.pid, why })
}
