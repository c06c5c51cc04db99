//! `build`: all of it. Fetch, issue, pack.
#![expect(clippy::disallowed_methods, reason = "edge: asks the clock")]

use payload::cluster::Carry;
use time::OffsetDateTime;

use super::{Error, cluster_file, source};
use crate::cli::BuildArgs;
use crate::narrator::Narrator;
use crate::pack::{self, Parts};
use crate::pki::Signing;
use crate::{pki, wheels};

/// Makes `dist/<host>.run` for each host, and `dist/SHA256SUMS`.
pub(super) fn build(args: &BuildArgs, narrator: &mut dyn Narrator) -> Result<(), Error> {
    let loaded = cluster_file::load(&args.source.cluster, narrator)?;
    pack::check_installers(&loaded.cluster)?;
    let releases = source::releases(&args.source, &loaded, narrator)?;
    let wheels = match loaded.cluster.service.carry {
        Carry::Wheels => wheels::obtain(args.wheels.as_deref(), &source::cache()?, narrator)?,
        Carry::Nothing => Vec::new(),
    };
    let pki_dir = loaded.home.join("pki");
    let issued = pki::issue_all(&loaded.cluster, &pki_dir, &loaded.home, OffsetDateTime::now_utc(), narrator)?;
    let mut signing = Signing::open(&pki_dir, args.signing_key.as_deref(), narrator)?;
    let signer = signing.signer().fingerprint();
    let mut parts = Parts {
        cluster: &loaded.cluster,
        releases: &releases,
        wheels: &wheels,
        issued: &issued,
        signing: &mut signing,
    };
    let made = pack::pack(&mut parts, &args.output, narrator)?;
    for bundle in &made {
        narrator.note(&format!("  {}  {} MB", bundle.path.display(), bundle.bytes.div_ceil(1_000_000)));
        narrator.detail(&format!("    sha256 {}", bundle.digest));
    }
    let sums = args.output.join("SHA256SUMS");
    narrator.note(&format!("{} bundles; their sums are in {}", made.len(), sums.display()));
    narrator.note(&format!("signed by {signer}"));
    narrator.note("  a host asks for these words at its first install: tell them by another way than the bundle's");
    narrator.note("the bundles hold private keys in the clear: carry them like keys, and delete the copies");
    if let Some(first) = made.first().and_then(|bundle| bundle.path.file_name()) {
        let first = first.to_string_lossy();
        narrator.note("to check one with stock tools and a signing.pub that came another way:");
        narrator.note(&format!("  tail -c 128 {first} | cut -d' ' -f3 | base64 -d > {first}.sig"));
        let verify = "openssl dgst -sha256 -verify signing.pub -signature";
        narrator.note(&format!("  head -c -128 {first} | {verify} {first}.sig"));
        narrator.note(&format!("next, as root on its host: ./{first} install"));
    }
    Ok(())
}
