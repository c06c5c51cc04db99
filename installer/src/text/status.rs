//! The lines of `status`.

use std::fmt::Display;

use time::OffsetDateTime;

use crate::finding::{Code, Finding, Severity};
use crate::health::MemberHealth;
use crate::records::Leftovers;
use crate::service::StateWord;

/// A line: what it is about, and how that is.
pub(crate) fn line(what: &str, text: &str) -> String {
    format!("{what:<12} {text}")
}

pub(crate) fn member(member: &str, cluster: &str, host: &str) -> String {
    format!("{member} of cluster {cluster} on {host}")
}

/// The bundle that is installed, and the highest number that was.
pub(crate) fn bundle(serial: u64, newest: u64, signer: &str) -> String {
    let after = if newest > serial { after(newest) } else { String::new() };
    format!("number {serial}{after}, signed by {signer}")
}

fn after(newest: impl Display) -> String {
    format!(", after number {newest}")
}

pub(crate) fn service(state: &str, supervision: &str) -> String {
    format!("{state} under {supervision}")
}

/// What waits for a restart, and the command for it.
pub(crate) fn restart(parts: &str, command: &str) -> String {
    format!("pending: {parts}; {command}")
}

pub(crate) fn certificate(until: &str, days_left: i64) -> String {
    format!("until {until} ({days_left} days left)")
}

pub(crate) const UNREADABLE: &str = "not readable";
pub(crate) const NO_KEY: &str = "missing";

/// One member as seen from here.
pub(crate) fn health_of(member: &MemberHealth) -> String {
    let word = match &member.status {
        Some(status) if status.is_leader => format!("leader    etcd {}", status.version),
        Some(status) if status.has_leader => format!("follower  etcd {}", status.version),
        Some(_) => "no leader".to_owned(),
        None if member.reachable => "up, does not serve clients yet".to_owned(),
        None => "unreachable".to_owned(),
    };
    format!("{:<24} {:<16} {word}", member.name, member.address)
}

/// What its service manager calls the state of a member. supervisor says STARTING until `startsecs` are over, also of one that
/// has served for hours.
pub(crate) fn state(word: &StateWord, serves: bool) -> String {
    match word {
        StateWord::Said(word) if word == "STARTING" && serves => "RUNNING".to_owned(),
        word => word.to_string(),
    }
}

/// How many members the cluster can do without before it stops.
pub(crate) fn can_lose(members: &[MemberHealth]) -> String {
    let serve = members.iter().filter(|member| member.has_leader()).count();
    let (all, needed) = (members.len(), members.len() / 2 + 1);
    let then = match serve.checked_sub(needed) {
        None => format!("{needed} are needed: it has stopped"),
        Some(0) => "without any one of them it stops".to_owned(),
        Some(spare) => format!("it goes on without {spare} of them"),
    };
    format!("{serve} of {all} members serve; {then}")
}

/// Healthy, or the codes of what says why not.
pub(crate) fn health(whys: &[Code]) -> String {
    if whys.is_empty() {
        return "healthy".to_owned();
    }
    format!("not healthy: {}", whys.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
}

/// What is to be done next, and until when. `renewal`: from when on the certificate's end is spoken of.
pub(crate) fn next(found: &[Finding], renewal: Option<OffsetDateTime>) -> String {
    let is = |severity| found.iter().any(|finding| finding.severity() == severity);
    match renewal {
        _ if is(Severity::Refuse) => "now: what the errors say".to_owned(),
        _ if is(Severity::Warn) => "soon: what the warnings say".to_owned(),
        Some(from) => format!("nothing until {}: then a new certificate, by etcdpack build", from.date()),
        None => "nothing".to_owned(),
    }
}

/// What an uninstall has left, and whom it remembers.
pub(crate) fn still_here(kept: &Leftovers) -> String {
    let member = &kept.member;
    let what = match kept.data() {
        Some(path) => format!("; `{path}` has the data of member `{member}`, kept by an uninstall"),
        None => format!("; a key of member `{member}` waits for its certificate"),
    };
    let Some(known) = kept.signer() else { return what };
    let after = known.newest().map(|newest| after(newest.serial)).unwrap_or_default();
    format!("{what}; it takes bundles by {}{after}", known.signer.fingerprint())
}
