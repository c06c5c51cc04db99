//! `build`: all of it. Fetch, issue, pack.
#![expect(clippy::disallowed_methods, reason = "edge: asks the clock")]

use std::panic::resume_unwind;
use std::thread;

use payload::name::HostName;
use time::OffsetDateTime;

use super::cluster_file::Loaded;
use super::founding::{self, Resolved};
use super::keys::Made;
use super::paper::of_packed;
use super::{cluster_file, keys, passphrase, rehearse, source};
use crate::carried;
use crate::cli::{BuildArgs, PackArgs, SealArgs, SourceArgs};
use crate::failure::Failure;
use crate::pack::{self, Parts, SUMS};
use crate::paper;
use crate::pki::{self, NewCa, Request, Signing, Site};
use crate::report::Narrator;
use crate::text::command as text;

/// What is built from a cluster file, but for its requests.
#[derive(Clone, Copy)]
pub(super) struct Order<'a> {
    pub(super) founding: &'a Resolved,
    pub(super) source: &'a SourceArgs,
    pub(super) seal: &'a SealArgs,
    pub(super) pack: &'a PackArgs,
}

/// Makes `dist/<host>.run` for each host, and `dist/SHA256SUMS`.
pub(super) fn build(args: &BuildArgs, narrator: &mut dyn Narrator) -> Result<(), Failure> {
    let loaded = cluster_file::load(args.cluster.path(), narrator)?;
    let founding = founding::settle(&args.founding, &loaded, narrator)?;
    let order = Order { founding: &founding, source: &args.source, seal: &args.seal, pack: &args.pack };
    with_requests(order, &loaded, &[], narrator)
}

/// The same, after signing `requests` of hosts that make their own keys.
pub(super) fn with_requests(
    order: Order<'_>,
    loaded: &Loaded,
    requests: &[(HostName, Request)],
    narrator: &mut dyn Narrator,
) -> Result<(), Failure> {
    pack::check_installers(&loaded.cluster)?;
    paper::check(&loaded.home.join(paper::FOLDER), &order.pack.output)?;
    let wheels = carried::wheels(loaded.cluster.service.carry).map_err(pack::PackError::from)?;
    let releases = source::releases(order.source, loaded, narrator)?;
    let now = OffsetDateTime::now_utc();
    let site = Site::new(&loaded.cluster, &loaded.home, now, order.pack.ca_passphrase.source());
    let site = site.with_new_ca(if order.pack.new_ca { NewCa::Allowed } else { NewCa::Refused });
    // Neither needs the other, and each takes about as long.
    let (issued, programs) = thread::scope(|scope| {
        let programs = scope.spawn(|| pack::survey(&releases, loaded.cluster.release.version));
        let issued = keys::issue(order.seal, &site, requests, narrator);
        (issued, programs.join().unwrap_or_else(|panic| resume_unwind(panic)))
    });
    let (Made { issued, keys, stand_ins, generated }, programs) = (issued?, programs?);
    for path in pki::namesakes(&site.dir(), &loaded.cluster)? {
        narrator.warn(&text::namesake(&path));
    }
    let Resolved { before, settled } = order.founding;
    let mut signing = Signing::open(&site.dir(), order.pack.signing_key.as_deref(), (before, settled), narrator)?;
    let signer = signing.signer().fingerprint();
    let mut parts = Parts {
        cluster: &loaded.cluster,
        releases: &releases,
        programs: &programs,
        wheels: &wheels,
        issued: &issued,
        keys: &keys,
        stand_ins: stand_ins.as_ref(),
        signing: &mut signing,
    };
    let drafts = pack::draft(&parts, &order.pack.output)?;
    if !order.pack.no_rehearsal {
        rehearse::members(drafts.members(&parts), &parts, &loaded.text, narrator)?;
    }
    let made = pack::pack(drafts, &mut parts, &order.pack.output, narrator)?;
    for bundle in &made {
        narrator.note(&text::bundle(&bundle.path, bundle.bytes));
        narrator.detail(&text::bundle_sum(bundle.digest));
    }
    let sums = order.pack.output.join(SUMS);
    narrator.note(&text::bundles(made.len(), &sums));
    founding::say(settled, loaded, narrator);
    narrator.note(&text::signed_by(signer));
    narrator.note(&text::TELL_THE_WORDS);
    // Whatever becomes of the paper, the bundles are there, and their passphrase is still to be shown.
    let printed = of_packed(&made, order.pack.paper, &loaded.home, narrator);
    keys::say_what_travels(&keys, &loaded.cluster, narrator);
    if let Some(first) = made.first().and_then(|bundle| bundle.path.file_name()) {
        let first = first.to_string_lossy();
        for line in text::check_and_next(&first, &keys::next(&keys, loaded)) {
            narrator.note(&line);
        }
        if signing.has_updates() {
            narrator.note(&text::FROM_0_1);
        }
    }
    generated.as_ref().map_or(Ok(()), passphrase::show_once_more)?;
    printed
}
