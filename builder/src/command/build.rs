//! `build`: all of it. Fetch, issue, pack.
#![expect(clippy::disallowed_methods, reason = "edge: asks the clock")]

use payload::cluster::Carry;
use time::OffsetDateTime;

use super::{Error, cluster_file, source};
use crate::cli::BuildArgs;
use crate::narrator::Narrator;
use crate::pack::{self, Parts};
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
    let passphrase = args.ca_passphrase.source();
    let site = pki::Site::new(&loaded.cluster, &loaded.home, OffsetDateTime::now_utc(), passphrase);
    let issued = pki::issue_all(&site, narrator)?;
    let parts = Parts { cluster: &loaded.cluster, releases: &releases, wheels: &wheels, issued: &issued };
    let made = pack::pack(&parts, &args.output, narrator)?;
    for bundle in &made {
        narrator.note(&format!("  {}  {} MB", bundle.path.display(), bundle.bytes.div_ceil(1_000_000)));
        narrator.detail(&format!("    sha256 {}", bundle.digest));
    }
    let sums = args.output.join("SHA256SUMS");
    narrator.note(&format!("{} bundles; their sums are in {}", made.len(), sums.display()));
    narrator.note("the bundles hold private keys in the clear: carry them like keys, and delete the copies");
    if let Some(first) = made.first().and_then(|bundle| bundle.path.file_name()) {
        narrator.note(&format!("next, as root on its host: ./{} install", first.to_string_lossy()));
    }
    Ok(())
}
