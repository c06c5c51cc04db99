//! `pki csr` and `pki accept`: a CA whose key is out of reach.
#![expect(clippy::disallowed_methods, reason = "edge: writes requests, asks the clock")]

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use payload::shell::word;
use time::OffsetDateTime;

use super::{Error, cluster_file};
use crate::cli::{PkiAcceptArgs, PkiCsrArgs};
use crate::narrator::Narrator;
use crate::passphrase::Passphrase;
use crate::pki::{self, Requested, Site, Whose};
use crate::unnamed::{Unnamed, dir_of};

/// Writes a request for each host that needs a certificate.
pub(super) fn csr(args: &PkiCsrArgs, narrator: &mut dyn Narrator) -> Result<(), Error> {
    let loaded = cluster_file::load_for_pki(&args.cluster)?;
    let site = Site::new(&loaded.cluster, &loaded.home, OffsetDateTime::now_utc(), Passphrase::Terminal);
    let requests = pki::request(&site, narrator)?;
    if requests.is_empty() {
        narrator.note("every host has a certificate that can be used; next: etcdpack build");
        return Ok(());
    }
    write(&requests, &args.output, narrator)
}

/// Puts requests where they can be carried from. The keys are in `pki/`.
pub(super) fn write(requests: &[Requested], dir: &Path, narrator: &mut dyn Narrator) -> Result<(), Error> {
    let fail = |path: &Path, error: &io::Error| Error::Refused {
        text: format!("writing `{}`: {error}", path.display()),
        help: format!("ls -ld {}", word(dir)),
    };
    fs::create_dir_all(dir).map_err(|error| fail(dir, &error))?;
    for Requested { whose, csr_pem } in requests {
        let name = match whose {
            Whose::Host(name) => name.to_string(),
            Whose::Everyone => "all-hosts".to_owned(),
            Whose::Client(name) => format!("client-{name}"),
            Whose::Server(name) => format!("server-{name}"),
        };
        let path = dir.join(format!("{name}.csr"));
        put(&path, csr_pem).map_err(|error| fail(&path, &error))?;
        narrator.note(&format!("  {}", path.display()));
    }
    narrator
        .note("have these signed, each for server and client use and with all its names and addresses (clients: for");
    narrator.note("client use; servers: for server use); next: etcdpack pki accept CERT.pem...");
    Ok(())
}

/// Through a file beside it: nothing that stands at the name is written to.
fn put(path: &Path, text: &str) -> io::Result<()> {
    let mut new = Unnamed::beside(path, 0o600)?;
    new.write_all(text.as_bytes())?;
    new.set_mode(0o644)?;
    new.replace(path)?;
    File::open(dir_of(path))?.sync_all()
}

/// Takes in what came back.
pub(super) fn accept(args: &PkiAcceptArgs, narrator: &mut dyn Narrator) -> Result<(), Error> {
    let loaded = cluster_file::load_for_pki(&args.cluster)?;
    let site = Site::new(&loaded.cluster, &loaded.home, OffsetDateTime::now_utc(), Passphrase::Terminal);
    pki::accept(&site, &args.files, narrator)?;
    Ok(())
}
