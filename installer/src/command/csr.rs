//! `csr`: a key that never leaves this host, and the request that goes out for its certificate.

use std::path::Path;

use payload::digest::Digest;
use payload::manifest::{KeyFrom, Manifest};
use payload::mode::Mode;
use zeroize::Zeroizing;

use super::context::{Context, Doing, Looking};
use super::{CommandError, carried};
use crate::change::{Change, Holds, fold};
use crate::cli::CsrArgs;
use crate::execute::StepError;
use crate::facts::credentials::LARGEST_KEY;
use crate::host::interrupt::Interrupt;
use crate::host::output::{Output, OutputError};
use crate::host::probe::ProbeError;
use crate::host::write::Ids;
use crate::host::{Tree, process, random};
use crate::host_key::{HostKey, SECRET};
use crate::records::{Leftovers, Operation, Receipt, Records, StateDir};
use crate::report::Report;
use crate::transaction::Journal;
use crate::transaction::undo::{self, Contents};
use payload::exit::ExitStatus;

/// Prints the request for the key of this host, which is made where there is none yet.
pub(super) fn csr(args: &CsrArgs, report: &Report) -> Result<ExitStatus, CommandError> {
    let doing = Doing { what: "making a key", command: "./HOST.run csr" };
    let looking = Looking::begin(doing, args.root.as_deref())?;
    process::guard_secrets();
    let bundle = carried::verified(None, carried::copied(None, &looking.tree)?, report)?;
    let manifest = bundle.manifest();
    if manifest.key_from() != KeyFrom::Host {
        let text = "this bundle brings its private key: there is nothing to ask a certificate for";
        return Err(CommandError::refused(text, "./HOST.run install"));
    }
    let context = looking.work()?;
    let Context { tree, state, records: earlier, interrupt, .. } = &context;
    allows(earlier, manifest, bundle.digest(), state)?;
    let found = existing(tree, state, earlier)?;
    let output = args.output.as_deref().map(begin).transpose()?;
    context.unless_told_to_stop(Ok(()))?;
    let key = match found {
        Some(key) if earlier.unfinished.is_none() => {
            report.note("this host has its key already: the same request once more");
            key
        }
        found => match make(tree, state, manifest, bundle.digest(), earlier, found, interrupt) {
            Ok(key) => key,
            Err(Failed { error, left }) => return Ok(say_failed(&error, &left, report)),
        },
    };
    if output.is_none() {
        // Whoever reads it may take its time, and the key is on record.
        interrupt.let_go();
    }
    let request = key.request(manifest.host.as_str());
    if let Err(error) = hand_out(&request, output, report) {
        report.error(&format!("the key is there, but writing its request: {error}"), Some("./HOST.run csr > HOST.csr"));
        return Ok(ExitStatus::NotRolledBack);
    }
    say_words(&key, report);
    let host = &manifest.host;
    report.note(&format!("the key stays on this host; next, where the bundle was built: etcdpack sign {host}.csr"));
    Ok(ExitStatus::Done)
}

/// Whether the key may be made here and now.
fn allows(earlier: &Records, manifest: &Manifest, bundle: Digest, state: &StateDir) -> Result<(), CommandError> {
    let same = |cluster: &str, member: &str| cluster == manifest.cluster.as_str() && member == manifest.member.as_str();
    let of_receipt = earlier.receipt.iter().map(|receipt| &receipt.manifest);
    let others = of_receipt
        .filter(|there| !same(there.cluster.as_str(), there.member.as_str()))
        .map(|there| there.member.to_string())
        .chain(earlier.kept.iter().filter(|kept| !kept.is_for(manifest)).map(|kept| kept.member.clone()));
    if let Some(other) = others.into_iter().next() {
        let text = format!("this host is member `{other}`, the bundle is for member `{}`", manifest.member);
        return Err(CommandError::refused(text, "etcdpack-host uninstall"));
    }
    let Some(cut) = &earlier.unfinished else { return Ok(()) };
    match cut.of {
        _ if (Operation::MakeKey { bundle }).may_go_on_after(cut, state) => Ok(()),
        Operation::Install { bundle: of } if of == bundle => {
            Err(CommandError::refused("an install was cut off here", "./HOST.run install, or: ./HOST.run uninstall"))
        }
        Operation::Install { .. } | Operation::MakeKey { .. } | Operation::Uninstall => {
            Err(CommandError::refused("an earlier run was cut off here", "./HOST.run uninstall"))
        }
    }
}

/// What is on record with `changes` besides, so that an uninstall takes the key along.
fn record(
    earlier: &Records,
    manifest: &Manifest,
    journal: &Journal,
    tree: &Tree,
    state: &StateDir,
) -> Result<(), StepError> {
    let permit = journal.permit();
    if let Some(receipt) = &earlier.receipt {
        let changes = fold(&receipt.changes, journal.changes());
        return Ok(Receipt { changes, ..receipt.clone() }.write(permit, tree, &state.receipt)?);
    }
    let known = earlier.kept.as_ref().map(|kept| kept.changes.clone()).unwrap_or_default();
    let changes = fold(&known, journal.changes());
    let kept = match &earlier.kept {
        // What data it is stays as it was.
        Some(kept) => Leftovers { changes, ..kept.clone() },
        None => Leftovers::of(manifest, changes, None),
    };
    Ok(kept.write(permit, tree, &state.kept)?)
}

/// A key that was made before: waiting for its certificate, or at work.
fn existing(tree: &Tree, state: &StateDir, earlier: &Records) -> Result<Option<HostKey>, CommandError> {
    let mut places = vec![state.host_key_file().map_err(ProbeError::from)?];
    let installed = earlier.receipt.iter().map(|receipt| &receipt.manifest);
    for manifest in installed.filter(|manifest| manifest.key_from() == KeyFrom::Host) {
        places.push(manifest.key_path().map_err(ProbeError::from)?);
    }
    for place in places {
        let text = tree.read_if_there(&place, LARGEST_KEY).map_err(ProbeError::from)?.map(Zeroizing::new);
        if let Some(key) = text.and_then(|text| HostKey::from_pem(&text)) {
            return Ok(Some(key));
        }
    }
    Ok(None)
}

/// Why no key was made, and what of it could not be undone.
struct Failed {
    error: StepError,
    left: Vec<String>,
}

/// Makes the key, or goes on where a run was cut off that did.
fn make(
    tree: &Tree,
    state: &StateDir,
    manifest: &Manifest,
    bundle: Digest,
    earlier: &Records,
    found: Option<HostKey>,
    interrupt: &Interrupt,
) -> Result<HostKey, Failed> {
    let begun = Journal::begin(tree, state, Operation::MakeKey { bundle }, Some(manifest), &[]);
    let mut journal = begun.map_err(|error| Failed { error: error.into(), left: Vec::new() })?;
    let work = || -> Result<HostKey, StepError> {
        let key = match found {
            Some(key) => key,
            None => place(tree, state, &mut journal)?,
        };
        if interrupt.is_raised() {
            return Err(StepError::Interrupted);
        }
        record(earlier, manifest, &journal, tree, state)?;
        Ok(key)
    };
    match work() {
        Ok(key) => {
            // The next run does it, where it fails.
            let _ = journal.close();
            Ok(key)
        }
        Err(error) => Err(Failed { error, left: undo_all(&tree.undisturbed(), state, earlier, journal) }),
    }
}

fn place(tree: &Tree, state: &StateDir, journal: &mut Journal) -> Result<HostKey, StepError> {
    let key = random_key()?;
    let text = key.to_pem();
    let dir = Change::Dir { path: state.host_key.clone(), holds: Holds::Files };
    journal.act(dir, |permit| tree.make_dir(permit, &state.host_key, Mode::PRIVATE_DIR, Ids::ROOT))?;
    let path = state.host_key_file()?;
    let file = Change::File {
        path: path.clone(),
        sha256: Digest::of(text.as_bytes()),
        before: crate::change::Before::Nothing,
    };
    journal.act(file, |permit| tree.put_file(permit, &path, Mode::SECRET, Ids::ROOT, &mut text.as_bytes()))?;
    Ok(key)
}

fn random_key() -> Result<HostKey, StepError> {
    let mut secret = Zeroizing::new([0; SECRET]);
    loop {
        random::fill(&mut *secret).map_err(|error| StepError::Random(error.to_string()))?;
        // One of four billion is none.
        if let Some(key) = HostKey::of(&secret) {
            return Ok(key);
        }
    }
}

fn undo_all(tree: &Tree, state: &StateDir, earlier: &Records, mut journal: Journal) -> Vec<String> {
    let changes = journal.changes().to_vec();
    let mut left = Vec::new();
    for change in changes.iter().rev().filter(|change| !state.holds(change)) {
        let undone = journal.undo(change, |permit| undo::undo(permit, tree, change, &changes, Contents::Keep, 0));
        left.extend(undone.err().map(|error| format!("{}: {error}", undo::name(change))));
    }
    if !left.is_empty() {
        return left;
    }
    let closed = if earlier.receipt.is_some() || earlier.kept.is_some() {
        journal.close().map_err(|error| error.to_string())
    } else {
        let made = state.made_by(&changes);
        journal.close_with_directories(&made).map_err(|error| error.to_string())
    };
    closed.err().into_iter().collect()
}

fn say_failed(error: &StepError, left: &[String], report: &Report) -> ExitStatus {
    report.error(&format!("making the key: {error}"), Some("the same command again, when the cause is gone"));
    for left in left {
        report.error(&format!("could not be undone: {left}"), None);
    }
    if left.is_empty() { ExitStatus::RolledBack } else { ExitStatus::NotRolledBack }
}

/// Begun before the first change, so that a place that cannot be written to is refused with nothing changed.
fn begin(path: &Path) -> Result<Output, CommandError> {
    Output::open(path).map_err(|error| {
        CommandError::refused(format!("writing `{}`: {error}", path.display()), "./HOST.run csr > HOST.csr")
    })
}

fn hand_out(request: &str, output: Option<Output>, report: &Report) -> Result<(), OutputError> {
    match output {
        Some(output) => output.put(request.as_bytes()),
        None => Ok(report.deliver(request.trim_end())?),
    }
}

/// What makes sure that the request which arrives is the one that went out.
fn say_words(key: &HostKey, report: &Report) {
    report.note("words of this host's key, which is in the request:");
    report.note(&format!("  {}", key.fingerprint()));
    report.note("  `etcdpack sign` shows words of what it is given, and asks to compare: tell these by another way than the request's");
}
