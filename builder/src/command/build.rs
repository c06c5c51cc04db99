//! `build`: all of it. Fetch, issue, pack.
#![expect(clippy::disallowed_methods, reason = "edge: asks the clock")]

use std::panic::resume_unwind;
use std::thread;

use payload::name::HostName;
use time::OffsetDateTime;

use super::cluster_file::Loaded;
use super::{Error, cluster_file, keys, source};
use crate::carried;
use crate::cli::BuildArgs;
use crate::pack::{self, Parts};
use crate::pki::{self, Request, Signing, Site};
use crate::report::Narrator;

/// Makes `dist/<host>.run` for each host, and `dist/SHA256SUMS`.
pub(super) fn build(args: &BuildArgs, narrator: &mut dyn Narrator) -> Result<(), Error> {
    let loaded = cluster_file::load(&args.source.cluster, narrator)?;
    with_requests(args, &loaded, &[], narrator)
}

/// The same, after signing `requests` of hosts that make their own keys.
pub(super) fn with_requests(
    args: &BuildArgs,
    loaded: &Loaded,
    requests: &[(HostName, Request)],
    narrator: &mut dyn Narrator,
) -> Result<(), Error> {
    pack::check_installers(&loaded.cluster)?;
    let wheels = carried::wheels(loaded.cluster.service.carry).map_err(pack::PackError::from)?;
    let releases = source::releases(&args.source, loaded, narrator)?;
    let now = OffsetDateTime::now_utc();
    let site = Site::new(&loaded.cluster, &loaded.home, now, args.pack.ca_passphrase.source());
    // Neither needs the other, and each takes about as long.
    let (issued, programs) = thread::scope(|scope| {
        let programs = scope.spawn(|| pack::survey(&releases, loaded.cluster.release.version));
        let issued = keys::issue(args, &site, requests, narrator);
        (issued, programs.join().unwrap_or_else(|panic| resume_unwind(panic)))
    });
    let ((issued, keys), programs) = (issued?, programs?);
    for path in pki::namesakes(&site.dir(), &loaded.cluster)? {
        narrator.warn(&format!(
            "`{}` has the common name of the members: whoever has its key can write as a member, until all members have \
             another `common-name`",
            path.display()
        ));
    }
    let mut signing = Signing::open(&loaded.home.join("pki"), args.pack.signing_key.as_deref(), narrator)?;
    let signer = signing.signer().fingerprint();
    let mut parts = Parts {
        cluster: &loaded.cluster,
        releases: &releases,
        programs: &programs,
        wheels: &wheels,
        issued: &issued,
        keys: &keys,
        signing: &mut signing,
    };
    let made = pack::pack(&mut parts, &args.pack.output, narrator)?;
    for bundle in &made {
        narrator.note(&format!("  {}  {} MB", bundle.path.display(), bundle.bytes.div_ceil(1_000_000)));
        narrator.detail(&format!("    sha256 {}", bundle.digest));
    }
    let sums = args.pack.output.join("SHA256SUMS");
    narrator.note(&format!("{} bundles; their sums are in {}", made.len(), sums.display()));
    narrator.note(&format!("signed by {signer}"));
    narrator.note("  a host asks for these words at its first install: tell them by another way than the bundle's");
    keys::say_what_travels(&keys, &loaded.cluster, narrator);
    if let Some(first) = made.first().and_then(|bundle| bundle.path.file_name()) {
        let first = first.to_string_lossy();
        narrator.note("to check one with stock tools and a signing.pub that came another way:");
        narrator.note(&format!("  tail -c 128 {first} | cut -d' ' -f3 | base64 -d > {first}.sig"));
        let verify = "openssl dgst -sha256 -verify signing.pub -signature";
        narrator.note(&format!("  head -c -128 {first} | {verify} {first}.sig"));
        narrator.note(&format!("next, as root on its host: ./{first} {}", keys::next(&keys, loaded)));
        if signing.has_updates() {
            narrator.note(
                "a host that etcdpack 0.1 installed: copy its bundle to a directory that root alone can write, check it \
                 there with these two lines, and run ./HOST.run install; its old etcdpack-host cannot read the bundle \
                 (exit 4)",
            );
        }
    }
    Ok(())
}
