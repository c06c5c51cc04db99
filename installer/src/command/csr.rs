//! `csr`: a key that never leaves this host, and the request that goes out for its certificate.

use std::path::Path;

use payload::digest::Digest;
use payload::manifest::{KeyFrom, Manifest};
use zeroize::Zeroizing;

use super::carried;
use super::context::{Context, Looking};
use super::failed::say_failed;
use crate::although::Word;
use crate::cli::CsrArgs;
use crate::execute::{Execution, Failed, Sources};
use crate::facts::credentials::LARGEST_KEY;
use crate::failure::Failure;
use crate::help::Help;
use crate::host::output::{Output, OutputError};
use crate::host::probe::ProbeError;
use crate::host::{Tree, harden, random};
use crate::host_key::{HostKey, SECRET};
use crate::operation::make_key::{self, MakeKey};
use crate::records::{Leftovers, Operation, Records, StateDir};
use crate::report::Report;
use crate::text::refusals::Doing;
use crate::text::{help, outcomes, refusals};
use payload::exit::ExitStatus;

/// Prints the request for the key of this host, which is made where there is none yet.
pub(super) fn csr(args: &CsrArgs, report: &Report) -> Result<ExitStatus, Failure> {
    let looking = Looking::begin(Doing::MakingAKey, args.root.as_deref())?;
    harden::guard_secrets();
    let bundle = carried::verified(None, carried::copied(None, &looking.tree)?, report)?;
    let manifest = bundle.manifest();
    if manifest.key_from() != KeyFrom::Host {
        return Err(Failure::refused(refusals::brings_its_key(), Help::run("install")));
    }
    let context = looking.work(report)?;
    let Context { tree, state, records: earlier, interrupt, .. } = &context;
    allows(earlier, manifest, bundle.digest(), state)?;
    let found = existing(tree, state, earlier)?;
    let output = args.output.as_deref().map(begin).transpose()?;
    context.unless_told_to_stop(Ok(()))?;
    let key = match found {
        Some(key) if earlier.unfinished.is_none() => {
            report.note(&outcomes::KEY_IS_THERE);
            key
        }
        found => {
            let make = MakeKey { bundle: bundle.digest(), manifest, records: earlier };
            // It stops nothing.
            let (at_risk, unasked) = (Word::NotSaid, Word::NotSaid);
            let execution = Execution { tree, state, records: earlier, interrupt, report, at_risk, unasked };
            match make_key(&execution, &make, found)? {
                Ok(key) => key,
                Err(failed) => return Ok(say_failed(&outcomes::key_not_made(&failed.error), &failed, report)),
            }
        }
    };
    if output.is_none() {
        // Whoever reads it may take its time, and the key is on record.
        interrupt.let_go();
    }
    let request = key.request(manifest.host.as_str());
    if let Err(error) = hand_out(&request, output, report) {
        report.error(&outcomes::request_not_written(error), Some(&to_standard_output()));
        return Ok(ExitStatus::NotRolledBack);
    }
    for line in outcomes::words_of_the_key(key.fingerprint()) {
        report.note(&line);
    }
    report.note(&outcomes::key_stays(&manifest.host));
    Ok(ExitStatus::Done)
}

/// Whether the key may be made here and now.
fn allows(earlier: &Records, manifest: &Manifest, bundle: Digest, state: &StateDir) -> Result<(), Failure> {
    let same = |cluster: &str, member: &str| cluster == manifest.cluster.as_str() && member == manifest.member.as_str();
    // A key alone is the member's whichever cluster of that name its builder founds; data are one cluster's.
    let is_others = |kept: &&Leftovers| match kept.data() {
        Some(_) => !kept.is_for(manifest),
        None => !same(&kept.cluster, &kept.member),
    };
    let of_receipt = earlier.receipt.iter().map(|receipt| &receipt.manifest);
    let others = of_receipt
        .filter(|there| !same(there.cluster.as_str(), there.member.as_str()))
        .map(|there| there.member.to_string())
        .chain(earlier.kept.iter().filter(is_others).map(|kept| kept.member.clone()));
    if let Some(other) = others.into_iter().next() {
        return Err(Failure::refused(refusals::other_member(&other, &manifest.member), Help::host("uninstall")));
    }
    let Some(cut) = &earlier.unfinished else { return Ok(()) };
    match cut.of {
        _ if (Operation::MakeKey { bundle }).may_go_on_after(cut, state) => Ok(()),
        Operation::Install { bundle: of } if of == bundle => {
            Err(Failure::refused(refusals::install_cut_off(), help::go_on_or_take_back()))
        }
        Operation::Install { .. }
        | Operation::Restore { .. }
        | Operation::MakeKey { .. }
        | Operation::Uninstall
        | Operation::CopyData => Err(Failure::refused(refusals::run_cut_off(), Help::run("uninstall"))),
    }
}

/// A key that was made before: waiting for its certificate, or at work.
fn existing(tree: &Tree, state: &StateDir, earlier: &Records) -> Result<Option<HostKey>, Failure> {
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

/// Makes the key, or goes on where a run was cut off that did.
fn make_key(
    execution: &Execution,
    make: &MakeKey,
    found: Option<HostKey>,
) -> Result<Result<HostKey, Box<Failed>>, Failure> {
    let is_new = found.is_none();
    let key = found.map_or_else(random_key, Ok)?;
    let new = is_new.then(|| key.to_pem());
    let sum = new.as_ref().map(|pem| Digest::of(pem.as_bytes()));
    let plan = make_key::plan(sum, execution.state).map_err(ProbeError::from)?;
    let sources = new.map(Sources::of_new_key).unwrap_or_default();
    // What could not be closed is on record all the same, and the next run closes it.
    Ok(execution.run(make, &plan, sources).map(|_| key))
}

fn random_key() -> Result<HostKey, Failure> {
    let mut secret = Zeroizing::new([0; SECRET]);
    loop {
        random::fill(&mut *secret)
            .map_err(|error| Failure::refused(refusals::no_random_bytes(error), Help::run("csr")))?;
        // One of four billion is none.
        if let Some(key) = HostKey::of(&secret) {
            return Ok(key);
        }
    }
}

fn to_standard_output() -> Help {
    Help::run_with("csr", "> HOST.csr")
}

/// Begun before the first change, so that a place that cannot be written to is refused with nothing changed.
fn begin(path: &Path) -> Result<Output, Failure> {
    Output::open(path).map_err(|error| Failure::refused(refusals::no_output(path, error), to_standard_output()))
}

fn hand_out(request: &str, output: Option<Output>, report: &Report) -> Result<(), OutputError> {
    match output {
        Some(output) => output.put(request.as_bytes()),
        None => Ok(report.deliver(request.trim_end())?),
    }
}
