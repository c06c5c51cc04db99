//! `pki client` and `pki server`: certificates for others than the members.
#![expect(clippy::disallowed_methods, reason = "edge: asks the clock")]

use std::net::IpAddr;

use payload::name::HostName;
use time::OffsetDateTime;

use super::{cluster_file, external_ca};
use crate::cli::{ClientOrServerArgs, PkiClientArgs, PkiServerArgs};
use crate::failure::Failure;
use crate::pki::{self, ClientOrServer, Holder, Site};
use crate::report::Narrator;

/// A certificate to dial with.
pub(super) fn client(args: PkiClientArgs, narrator: &mut dyn Narrator) -> Result<(), Failure> {
    issue(&args.common, Holder::Client(args.name), Vec::new(), Vec::new(), narrator)
}

/// A certificate to answer with. Without a name or address, it answers by its own.
pub(super) fn server(args: PkiServerArgs, narrator: &mut dyn Narrator) -> Result<(), Failure> {
    let mut names = args.names;
    if names.is_empty() && args.addresses.is_empty() {
        names.push(args.name.clone());
    }
    issue(&args.common, Holder::Server(args.name), names, args.addresses, narrator)
}

fn issue(
    args: &ClientOrServerArgs,
    holder: Holder,
    names: Vec<HostName>,
    addresses: Vec<IpAddr>,
    narrator: &mut dyn Narrator,
) -> Result<(), Failure> {
    let client = ClientOrServer { holder, names, addresses, validity: args.validity };
    let loaded = cluster_file::load_for_pki(args.cluster.path())?;
    let passphrase = args.ca_passphrase.source();
    let site = Site::new(&loaded.cluster, &loaded.home, OffsetDateTime::now_utc(), passphrase);
    match pki::issue_client_or_server(&site, client, narrator)? {
        Some(request) => external_ca::write(&[request], &args.output, narrator),
        None => Ok(()),
    }
}
