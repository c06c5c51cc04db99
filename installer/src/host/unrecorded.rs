//! Whether something of etcdpack's stands here that is not on record: looked for without a bundle, beside the etcds that run and
//! where a bundle has it unless its cluster file says otherwise.

use payload::path::{AbsPath, NotAPath};

use super::Tree;
use super::processes::{self, Runner};
use crate::certificates::Home;
use crate::facts::paths::Seen;
use crate::records::{Loss, Records, Why};

/// The usual place of all releases.
const OPT: &str = "/opt";

/// That what was installed is not on record, if it was, and the process of its etcd.
pub(crate) fn lost(tree: &Tree, records: &Records) -> Result<Option<(Loss, Option<u32>)>, NotAPath> {
    let etcds = if tree.is_live() { etcds() } else { Vec::new() };
    let (mut stands, mut running) = (has_set(tree, &OPT.parse()?)?, None);
    for (pid, opt) in etcds {
        if has_set(tree, &opt)? {
            (stands, running) = (true, running.or(Some(pid)));
        }
    }
    let missing = || Loss { why: Why::Missing, number: None, others: Vec::new() };
    let loss = records.loss.clone().or_else(|| stands.then(missing));
    Ok(loss.map(|loss| (loss, running)))
}

/// The link to a set of certificates, which no other program makes.
fn has_set(tree: &Tree, opt: &AbsPath) -> Result<bool, NotAPath> {
    let current = Home::current_below(opt)?;
    // On a way that others can change it is nobody's.
    Ok(tree.look(&current).is_ok_and(|seen| matches!(seen, Seen::Link { .. })))
}

/// Etcds of root's or of the system's own users, and the directory of their releases.
fn etcds() -> Vec<(u32, AbsPath)> {
    let is_etcd = |process: &processes::Process| {
        process.is_called("etcd") && matches!(process.runner(), Some(Runner::Root | Runner::System))
    };
    let place = |process: processes::Process| {
        let exe: AbsPath = process.exe()?.parse().ok()?;
        Some((process.pid, exe.parent()?.parent()?))
    };
    processes::all().into_iter().filter(is_etcd).filter_map(place).collect()
}
