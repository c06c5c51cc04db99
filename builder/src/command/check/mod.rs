//! `check`: what `build` would find, make, ask and need, without a network, and without a write. It asks the rooms that `build` asks,
//! so that the two cannot differ; what it comes to, `report` holds and `lines` prints.
#![expect(clippy::disallowed_methods, reason = "edge: asks the clock and the disk")]

mod lines;
mod report;
mod rows;

use std::fs;
use std::path::{Path, PathBuf};

use payload::cluster::{Cluster, Keys};
use payload::etcd::Arch;
use payload::founding::Phase;
use time::OffsetDateTime;

use super::cluster_file::{self, Loaded};
use super::founding::{self, Foreseen};
use super::source;
use crate::carried;
use crate::cli::{CLUSTER_FILE, CheckArgs};
use crate::failure::Failure;
use crate::pack;
use crate::passphrase_source::PassphraseSource;
use crate::pki::{self, KeyPlace, Outlook, SealingOutlook, Site};
use crate::rehearsal::{self, Cannot};
use crate::release;
use crate::report::{Narrator, Progress, Terminal, print};
use crate::text::check as text;
use report::{ClusterReport, FoundingRow, RehearsalRow, ReleaseRow, Report, Said, SigningKeyRow, State};

/// Says what `build` would do. Ends with 3 where it would be refused.
pub(super) fn check(args: &CheckArgs, terminal: &mut Terminal) -> Result<(), Failure> {
    let path = cluster_file_of(args.cluster.path());
    let mut found = Found::default();
    let cluster = match cluster_file::parse(&path) {
        Ok((loaded, doubts)) => {
            for doubt in &doubts {
                if !args.json {
                    terminal.doubt(doubt);
                }
                found.said.push(Said::of_file(doubt));
            }
            Some(cluster(args, &loaded, &mut found))
        }
        // It is not there, or cannot be read.
        Err(failure) if failure.faults().is_empty() => return Err(failure),
        Err(failure) => {
            found.faults.push(failure);
            None
        }
    };
    let Found { faults, said, warnings } = found;
    let in_all = faults.iter().map(|fault| fault.faults().len().max(1)).sum();
    let plain = warnings.iter().cloned().map(Said::plain);
    let report = Report {
        schema: 1,
        file: path.display().to_string(),
        cluster,
        faults: faults.iter().flat_map(Said::of_failure).collect(),
        warnings: said.into_iter().chain(plain).collect(),
    };
    if args.json {
        let json = serde_json::to_string_pretty(&report);
        print(json.map_err(|error| Failure::usage(error.to_string(), ""))?);
    } else {
        for line in lines::of(&report) {
            print(line);
        }
        for warning in &warnings {
            terminal.warn(warning);
        }
        for fault in &faults {
            terminal.failure(fault);
        }
    }
    match in_all {
        0 => Ok(()),
        faults => Err(Failure::refused(text::would_be_refused(faults), text::AGAIN)),
    }
}

/// A directory stands for the cluster file in it.
fn cluster_file_of(path: &Path) -> PathBuf {
    let is_dir = fs::metadata(path).is_ok_and(|metadata| metadata.is_dir());
    if is_dir { path.join(CLUSTER_FILE) } else { path.to_owned() }
}

/// What would stop `build`, and what it would warn of.
#[derive(Default)]
struct Found {
    faults: Vec<Failure>,
    /// Of the cluster file.
    said: Vec<Said>,
    warnings: Vec<String>,
}

impl Found {
    /// What is known; what would stop `build` is kept.
    fn take<T>(&mut self, known: Result<T, impl Into<Failure>>) -> Option<T> {
        known.map_err(|error| self.faults.push(error.into())).ok()
    }
}

impl Narrator for Found {
    fn note(&mut self, _: &str) {}

    fn warn(&mut self, text: &str) {
        self.warnings.push(text.to_owned());
    }

    fn progress(&mut self, _: Progress<'_>) {}
}

fn cluster(args: &CheckArgs, loaded: &Loaded, found: &mut Found) -> ClusterReport {
    let Loaded { cluster, home, .. } = loaded;
    let foreseen = founding::foresee(&args.founding, loaded);
    let foreseen = found.take(foreseen);
    found.take(pack::check_installers(cluster));
    found.take(carried::wheels(cluster.service.carry).map_err(pack::PackError::from));
    let releases = releases(args, loaded, found);
    let site = Site::new(cluster, home, OffsetDateTime::now_utc(), PassphraseSource::Terminal);
    let outlook = pki::outlook(&site);
    let mut outlook = found.take(outlook);
    if let Some(outlook) = &mut outlook {
        found.warnings.append(&mut outlook.warnings);
        found.faults.extend(outlook.fault.take().map(Failure::from));
        for host in &cluster.hosts {
            if let Some(certificate) = outlook.kept(&host.name) {
                found.take(pack::check_peer(cluster, host, certificate));
            }
        }
    }
    let founding = foreseen.as_ref().map(|foreseen| founding_row(foreseen, loaded, found));
    ClusterReport {
        name: cluster.name.to_string(),
        etcd: cluster.release.version.to_string(),
        hosts: rows::hosts(cluster, outlook.as_ref()),
        ca: outlook.as_ref().map(rows::ca),
        signing_key: outlook.as_ref().map(|outlook| SigningKeyRow {
            state: if outlook.signer.is_some() { State::Kept } else { State::Made },
            words: outlook.signer.as_ref().map(|signer| signer.fingerprint().to_string()),
        }),
        passphrase: outlook.as_ref().and_then(|outlook| outlook.sealing.as_ref()).map(|sealing| match sealing {
            SealingOutlook::Stays => State::Kept,
            SealingOutlook::New(_) => State::Made,
        }),
        releases,
        founding,
        asks: asks(foreseen.as_ref(), outlook.as_ref(), loaded),
        rehearsal: rehearsal(cluster, outlook.as_ref()),
        travels: rows::travels(cluster, outlook.as_ref()),
    }
}

fn releases(args: &CheckArgs, loaded: &Loaded, found: &mut Found) -> Vec<ReleaseRow> {
    let requests = source::requests(&args.source, loaded);
    let mut rows = Vec::new();
    for request in found.take(requests).unwrap_or_default() {
        let known = release::outlook(&request, found);
        rows.extend(found.take(known).map(rows::release_row));
    }
    rows
}

fn founding_row(foreseen: &Foreseen, loaded: &Loaded, found: &mut Found) -> FoundingRow {
    match foreseen {
        Foreseen::Settled(settled) => {
            found.warnings.extend(founding::doubts(settled, loaded));
            FoundingRow { phase: settled.cluster.phase, text: founding::note(settled) }
        }
        Foreseen::AsksForData(_) => FoundingRow { phase: Phase::Founding, text: None },
        Foreseen::AsksForName => FoundingRow { phase: Phase::Running, text: None },
    }
}

fn asks(foreseen: Option<&Foreseen>, outlook: Option<&Outlook>, loaded: &Loaded) -> Vec<String> {
    let mut asks = Vec::new();
    match foreseen {
        Some(Foreseen::AsksForData(changes)) => asks.push(text::asks_for_data(changes)),
        Some(Foreseen::AsksForName) => asks.push(text::asks_for_name(&loaded.cluster.name)),
        Some(Foreseen::Settled(_)) | None => {}
    }
    if outlook.is_some_and(|outlook| outlook.opens_ca_key) {
        asks.push(text::ASKS_FOR_CA_KEY.into());
    }
    asks
}

fn rehearsal(cluster: &Cluster, outlook: Option<&Outlook>) -> RehearsalRow {
    let hosts: Vec<(_, Arch)> = cluster.hosts.iter().map(|host| (&host.name, host.arch)).collect();
    // Nobody opens the CA's key for a rehearsal.
    let lends = outlook.is_some_and(|outlook| match outlook.ca.key {
        None => !outlook.opens_ca_key,
        Some(place) => place == KeyPlace::Here,
    });
    let can = rehearsal::suits(hosts.into_iter()).and_then(|()| match cluster.hosts.first() {
        Some(host) if cluster.pki.keys == Keys::HostKey && !lends => Err(Cannot::KeyOnHost(host.name.clone())),
        _ => rehearsal::try_out(),
    });
    RehearsalRow { held: can.is_ok(), why: can.err().map(|why| why.to_string()) }
}
