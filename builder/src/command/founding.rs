//! Whether the cluster of a cluster file is still to be founded: what is on record and the operator's word are gathered here, and
//! the operator is asked where only he can know. What follows from them, [`crate::founding`] decides.

use crate::cli::FoundingArgs;
use crate::failure::Failure;
use crate::founding::{BuiltHost, Change, Decision, Fresh, Ledger, Outcome, Refusal, Settled, Wanted, Word};
use crate::pki;
use crate::report::Narrator;
use crate::text::founding as text;
use crate::tty::Tty;
use payload::founding::Phase;
use payload::name::ClusterToken;
use payload::provenance::SiteId;

use super::cluster_file::Loaded;

/// How often an answer that is neither yes nor no is asked for again.
const TRIES: usize = 3;

/// What bundles are built for, and what was on record when that was settled.
pub(super) struct Resolved {
    pub(super) before: Ledger,
    pub(super) settled: Settled,
}

/// Settles what bundles are built for. Nothing is written down before bundles get their numbers.
pub(super) fn settle(args: &FoundingArgs, loaded: &Loaded, narrator: &mut dyn Narrator) -> Result<Resolved, Failure> {
    let (before, numbered) = pki::ledger(&loaded.home.join("pki"), &loaded.cluster, narrator)?;
    let wanted = wanted(loaded);
    let fresh = draw(&wanted)?;
    let mut word = args.word();
    // Each question has one answer, so there are at most two of them.
    loop {
        word = match crate::founding::decide(&before, numbered, &wanted, &word, &fresh) {
            Decision::Settled(settled) => return Ok(Resolved { before, settled }),
            Decision::AskForData(changes) => ask_for_data(&wanted, &before, &changes)?,
            Decision::AskForName => Word::NewCluster(Some(ask_for_name(&wanted)?)),
            Decision::Refused(refusal) => return Err(refused(refusal, &wanted)),
        };
    }
}

/// What the first look at the record comes to, before anybody is asked.
pub(super) fn foresee(args: &FoundingArgs, loaded: &Loaded) -> Result<Foreseen, Failure> {
    let (before, numbered) = pki::ledger_as_it_lies(&loaded.home.join("pki"), &loaded.cluster)?;
    let wanted = wanted(loaded);
    let fresh = draw(&wanted)?;
    match crate::founding::decide(&before, numbered, &wanted, &args.word(), &fresh) {
        Decision::Settled(settled) => Ok(Foreseen::Settled(settled)),
        Decision::AskForData(changes) => Ok(Foreseen::AsksForData(changes.iter().map(change).collect())),
        Decision::AskForName => Ok(Foreseen::AsksForName),
        Decision::Refused(refusal) => Err(refused(refusal, &wanted)),
    }
}

/// What `build` will do about the cluster.
pub(super) enum Foreseen {
    Settled(Settled),
    /// Whether any host holds data of the cluster that was built for; the file has this otherwise.
    AsksForData(Vec<String>),
    /// Another cluster is to take the place of one that runs.
    AsksForName,
}

fn wanted(loaded: &Loaded) -> Wanted {
    let cluster = &loaded.cluster;
    Wanted { name: cluster.name.clone(), token: cluster.token.clone(), hosts: BuiltHost::all(cluster) }
}

/// Says which cluster the bundles are of.
pub(super) fn say(settled: &Settled, loaded: &Loaded, narrator: &mut dyn Narrator) {
    if let Some(note) = note(settled) {
        narrator.note(&note);
    }
    for doubt in doubts(settled, loaded) {
        narrator.warn(&doubt);
    }
}

/// What becomes of the cluster, in a sentence where there is something to say.
pub(super) fn note(Settled { cluster, outcome, .. }: &Settled) -> Option<String> {
    match outcome {
        Outcome::First | Outcome::TakenOver | Outcome::Kept { .. } => {
            (cluster.phase == Phase::Founding).then(|| text::FOUNDS.into())
        }
        Outcome::Runs => Some(text::RUNS_FROM_NOW_ON.into()),
        Outcome::Replaced(token) => Some(text::replaced(token)),
        Outcome::TakenBack(token) => Some(text::taken_back(&cluster.token, token)),
    }
}

/// What the operator should know of it.
pub(super) fn doubts(Settled { cluster, outcome, .. }: &Settled, loaded: &Loaded) -> Vec<String> {
    let mut doubts = Vec::new();
    if let Outcome::Kept { left } = outcome
        && cluster.phase == Phase::Running
    {
        doubts.extend(left.iter().map(text::still_a_member));
    }
    if let Some(token) = loaded.cluster.token.as_ref().filter(|token| **token != cluster.token) {
        doubts.push(text::token_stays(token, &cluster.token));
    }
    doubts
}

fn draw(wanted: &Wanted) -> Result<Fresh, Failure> {
    let (mut id, mut bits) = ([0; 16], [0; 8]);
    let drawn = getrandom::fill(&mut id).and_then(|()| getrandom::fill(&mut bits));
    drawn.map_err(pki::PkiError::Random)?;
    let token = ClusterToken::drawn(&wanted.name, u64::from_be_bytes(bits));
    Ok(Fresh { site_id: SiteId::new(id), token })
}

/// Yes or no, in full: by nodding, a cluster would be cut in two.
fn ask_for_data(wanted: &Wanted, before: &Ledger, changes: &[Change]) -> Result<Word, Failure> {
    let changed: Vec<String> = changes.iter().map(change).collect();
    let refused = |said: String| Failure::refused(said, text::SAY_WHICH);
    let nobody = |_| refused(text::nobody_to_ask(&wanted.name, &changed));
    let mut tty = Tty::open().map_err(nobody)?;
    tty.show(&text::before_asking(&wanted.name, &changed)).map_err(nobody)?;
    for _ in 0..TRIES {
        match tty.ask(&text::HOLDS_ANY_HOST_DATA).map_err(|error| refused(text::asking(error)))?.as_str() {
            "yes" => return Ok(Word::SameCluster(before.cluster.as_ref().map(|cluster| cluster.token.clone()))),
            "no" => return Ok(Word::NewCluster(None)),
            _ => {}
        }
    }
    Err(refused(text::NEITHER_YES_NOR_NO.into()))
}

fn ask_for_name(wanted: &Wanted) -> Result<String, Failure> {
    let refused = |said: String| Failure::refused(said, text::new_cluster(&wanted.name));
    let mut tty = Tty::open().map_err(|_| refused(text::runs(&wanted.name)))?;
    tty.ask(&text::type_the_name(&wanted.name)).map_err(|error| refused(text::asking(error)))
}

fn change(change: &Change) -> String {
    match change {
        Change::Unrecorded => text::UNRECORDED.into(),
        Change::Added(one) => text::added(&one.name, &one.peer_url),
        Change::Removed(one) => text::removed(&one.name, &one.peer_url),
        Change::Moved { member, from, to } => text::moved(member, from, to),
        Change::Token { from, to } => text::other_token(from, to),
    }
}

fn refused(refusal: Refusal, wanted: &Wanted) -> Failure {
    match refusal {
        Refusal::OtherName(typed) => {
            Failure::refused(text::other_name(&typed, &wanted.name), text::new_cluster(&wanted.name))
        }
        Refusal::TokenUsed { token, next } => Failure::refused(text::token_used(&token), text::write_token(&next)),
        Refusal::UnknownToken(token) => Failure::refused(text::unknown_token(&token), text::SAME_CLUSTER),
    }
}
