//! `pki client` and `pki server`: certificates for those who are no members.
#![expect(clippy::disallowed_methods, reason = "edge: asks the clock")]

use std::path::Path;

use time::OffsetDateTime;

use super::{Error, cluster_file, outside};
use crate::cli::{PkiClientArgs, PkiServerArgs};
use crate::narrator::Narrator;
use crate::passphrase::Passphrase;
use crate::pki::{self, Lone, Site, Whose};

/// A certificate to dial with.
pub(super) fn client(args: PkiClientArgs, narrator: &mut dyn Narrator) -> Result<(), Error> {
    let lone =
        Lone { whose: Whose::Client(args.name), names: Vec::new(), addresses: Vec::new(), validity: args.validity };
    issue(lone, &args.cluster, &args.output, args.ca_passphrase.source(), narrator)
}

/// A certificate to answer with. Without a name or address, it answers by its own.
pub(super) fn server(args: PkiServerArgs, narrator: &mut dyn Narrator) -> Result<(), Error> {
    let mut names = args.names;
    if names.is_empty() && args.addresses.is_empty() {
        names.push(args.name.clone());
    }
    let lone = Lone { whose: Whose::Server(args.name), names, addresses: args.addresses, validity: args.validity };
    issue(lone, &args.cluster, &args.output, args.ca_passphrase.source(), narrator)
}

fn issue(
    lone: Lone,
    cluster: &Path,
    output: &Path,
    passphrase: Passphrase,
    narrator: &mut dyn Narrator,
) -> Result<(), Error> {
    let loaded = cluster_file::load_for_pki(cluster)?;
    let site = Site::new(&loaded.cluster, &loaded.home, OffsetDateTime::now_utc(), passphrase);
    match pki::issue_lone(&site, lone, narrator)? {
        Some(request) => outside::write(&[request], output, narrator),
        None => Ok(()),
    }
}
