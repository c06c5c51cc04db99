//! The words of findings about how a member does, and what to type about each cause. Whatever is typed only looks, but for the
//! cure of a full quota, which etcd itself prescribes; it must be right on a host from which a failed install was taken back.

use payload::line::DisplayLine;

use crate::facts::cluster::answers::AlarmKind;
use crate::facts::cluster::api;
use crate::facts::health::{Company, Down, Log};
use crate::finding::HealthFinding;
use crate::help::Help;
use crate::text::{help, names};
use payload::etcd::last_words::{Cause, Known};

/// Where a host has no room for a new line of its cluster's list: how a member whose data are lost comes back.
const JOIN_ANEW: &str = "on a living member; a member whose data are lost comes back as a new one: member remove ID, \
                         etcdpack-host uninstall --purge here, member add; then etcdpack build --same-cluster";

pub(super) fn text(found: &HealthFinding) -> String {
    match found {
        HealthFinding::Alarm { kind: AlarmKind::NoSpace, members, .. } => {
            format!(
                "alarm NOSPACE, raised by {}: the database has reached quota-backend-bytes, and the cluster refuses every \
                 write but deletes",
                names::all(members)
            )
        }
        HealthFinding::Alarm { kind: AlarmKind::Corrupt, members, .. } => {
            format!("alarm CORRUPT of {}: its data differ from the other members'", names::all(members))
        }
        HealthFinding::Alarm { kind: AlarmKind::Other, members, .. } => {
            format!("an alarm that this etcdpack does not know, raised by {}", names::all(members))
        }
        HealthFinding::Down(down) => format!("etcd does not run ({}): {}", down.state, why(down)),
        HealthFinding::NoQuorum { up, down, cause } => no_quorum(up, down, cause.as_ref()),
        HealthFinding::NoRead => {
            "a majority is up, and a read does not come back through it: the members do not reach each other, or are too slow"
                .to_owned()
        }
    }
}

fn no_quorum(up: &[String], down: &[String], cause: Option<&Cause>) -> String {
    let all = up.len() + down.len();
    let missing = if down.is_empty() { String::new() } else { format!("; not up: {}", names::all(down)) };
    let cause = cause.map(|cause| format!("; {}", said(cause))).unwrap_or_default();
    format!("no leader: {} of {all} members are up, and {} must agree{missing}{cause}", up.len(), all / 2 + 1)
}

/// etcd's one line, and what it means.
pub(crate) fn why(down: &Down) -> String {
    down.words.cause.as_ref().map_or_else(|| "its log does not say why".to_owned(), said)
}

fn said(cause: &Cause) -> String {
    let line = DisplayLine::of(&cause.said);
    cause.known.map_or_else(|| line.to_string(), |known| format!("{line}: {}", meaning(known)))
}

fn meaning(known: Known) -> &'static str {
    match known {
        Known::AddressInUse => "another program has that port",
        Known::NoAddress => "this host does not have that address now",
        Known::AlreadyBootstrapped => "the running cluster counts on data of this member that are not here",
        Known::ClusterId => "this member's data are of another cluster than the others'",
        Known::Removed => "this member was removed from the cluster",
        Known::MemberList => "the cluster's member list and this bundle's hosts differ",
        Known::Unreachable => "none of the other members answered",
        Known::Newer => "the cluster, or these data, are of a newer etcd",
        Known::Clock => "by this host's clock a certificate is not valid",
        Known::PeerCertificate => "one member does not accept another's certificate",
        Known::Certificate => "etcd cannot use its certificate, its key or its CA",
        Known::Permission => "etcd's user may not do that",
        Known::ReadOnly => "its file system is mounted read-only",
        Known::DiskFull => "its disk is full",
        Known::Locked => "another process has these data open",
        Known::Flag => "this version of etcd does not take that flag or value",
        Known::Damaged => "this member's data are damaged",
        Known::NoProgram => "the program itself could not be started",
    }
}

pub(super) fn help(found: &HealthFinding) -> Help {
    match found {
        HealthFinding::Alarm { kind: AlarmKind::NoSpace, etcd, .. } => {
            let api = api(*etcd);
            Help::plain(format!(
                "{api}etcdctl compact \"$({api}etcdctl endpoint status -w json | grep -o '\"revision\":[0-9]*' | head -n 1 | cut -d: -f2)\"; \
                 {api}etcdctl defrag; {api}etcdctl alarm disarm"
            ))
            .remark(
                "drops old revisions of keys; etcdctl defrag on every member, one after the other, before the alarm is disarmed; \
                 where that frees too little: a larger quota-backend-bytes in cluster.toml",
            )
        }
        HealthFinding::Alarm { etcd, .. } => Help::plain(format!("{}etcdctl alarm list", api(*etcd))).remark(
            "leave the alarm in place; a member whose data differ is removed and joins anew: docs/checks.md, `alarm`",
        ),
        HealthFinding::Down(down) => what_to_do(down),
        HealthFinding::NoQuorum { cause: Some(Cause { known: Some(Known::Clock | Known::PeerCertificate), .. }), .. } => {
            Help::host("doctor").remark(
                "on every member: it looks at the certificate, the CA and the clock; for a host where one is wrong: etcdpack build, \
                 and carry its new file there",
            )
        }
        HealthFinding::NoQuorum { cause: Some(_), .. } => {
            Help::plain("etcdctl member list").remark("on each of the others: whether this one is among them")
        }
        HealthFinding::NoQuorum { down, .. } if !down.is_empty() => {
            Help::host("status").remark(&format!("on {}: what keeps etcd down there", names::all(down)))
        }
        HealthFinding::NoQuorum { .. } | HealthFinding::NoRead => {
            Help::host("status").remark("on each of the others; network between them, disks, clocks")
        }
    }
}

/// Likewise after an install, which is taken back or not on record.
pub(crate) fn help_after_start(down: &Down) -> Help {
    match down.words.cause {
        Some(Cause { known: Some(_), .. }) => what_to_do(down).and(Help::plain("; then the same command again")),
        _ => help::when_the_cause_is_gone(),
    }
}

/// What to type about the cause.
fn what_to_do(down: &Down) -> Help {
    let Some(Cause { said, known: Some(known) }) = &down.words.cause else { return log(down) };
    let data = &down.data;
    match known {
        Known::AddressInUse => match port(said) {
            Some(port) => Help::plain(format!("ss -ltnp 'sport = :{port}'")).remark("shows whose it is: stop that"),
            None => Help::plain("ss -ltnp").remark("shows who listens: stop that program"),
        },
        Known::NoAddress => Help::plain("ip address show"),
        Known::AlreadyBootstrapped | Known::Removed => members(down).remark(JOIN_ANEW),
        Known::ClusterId => members(down).remark("here and on each of the others: the ids show which is which"),
        Known::MemberList => members(down).remark("on a living member: the hosts of cluster.toml must be these"),
        Known::Unreachable => Help::host("status").remark("on the others: a majority must be up first"),
        Known::Newer => members(down).remark("on a living member; build with the version that runs there"),
        Known::Clock => {
            Help::plain("date -u").remark("set the clock; the certificates' dates: etcdpack pki show, where they were made")
        }
        Known::PeerCertificate | Known::Certificate => {
            Help::plain("etcdpack pki show").remark("on the connected machine; then etcdpack build, and carry the new file here")
        }
        Known::Permission => Help::in_tree(format!("namei -l {data}")),
        Known::ReadOnly => Help::in_tree(format!("findmnt -T {data}")),
        Known::DiskFull => Help::in_tree(format!("df -h {data}; df -i {data}")),
        Known::Locked => Help::plain("ps -C etcd -o pid,user,lstart,args"),
        Known::Flag => {
            Help::plain("etcdpack build").remark("on the connected machine, once the flag is mended in cluster.toml")
        }
        Known::Damaged if down.company == Company::Others => members(down).remark(JOIN_ANEW),
        Known::Damaged => Help::plain(format!("cp -a {data} {data}.damaged"))
            .remark("it is the only member: keep that copy, then restore the last snapshot: etcdutl snapshot restore, before 3.6 etcdctl"),
        Known::NoProgram => log(down),
    }
}

fn members(down: &Down) -> Help {
    Help::plain(format!("{}etcdctl member list", api(down.etcd)))
}

/// Where all of the log is.
fn log(down: &Down) -> Help {
    match &down.log {
        Log::Journal { unit } => Help::in_tree(format!("journalctl -u {unit} -n 200 --no-pager")),
        Log::File(path) => Help::in_tree(format!("tail -n 200 {path}")),
    }
}

/// The port in `listen tcp 10.0.0.1:2380: bind: ...`.
fn port(said: &str) -> Option<u16> {
    let (before, _) = said.split_once(": bind:")?;
    before.rsplit_once(':')?.1.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_read_from_what_the_kernel_said() {
        assert_eq!(port("listen tcp 10.0.0.1:2380: bind: address already in use"), Some(2380));
        assert_eq!(port("listen tcp [fd00::1]:2379: bind: address already in use"), Some(2379));
        assert_eq!(port("bind: address already in use"), None);
    }
}
