//! `sign`: requests of hosts that make their own keys, answered with certificates and the bundles that carry them.
#![expect(clippy::disallowed_methods, reason = "edge: reads requests")]

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use payload::cluster::{Cluster, Keys};
use payload::name::HostName;
use payload::shell::word;

use super::{Error, build, cluster_file};
use crate::cli::{BuildArgs, SignArgs, SourceArgs};
use crate::narrator::Narrator;
use crate::pki::Request;

/// No request comes near this.
const MAX_BYTES: u64 = 1024 * 1024;

/// Checks all requests before it signs any.
pub(super) fn sign(args: &SignArgs, narrator: &mut dyn Narrator) -> Result<(), Error> {
    let loaded = cluster_file::load(&args.cluster, narrator)?;
    if loaded.cluster.pki.keys != Keys::HostKey {
        return Err(Error::Usage {
            text: "the hosts of this cluster get their keys: there is nothing to sign".to_owned(),
            help: "keys = \"host-key\"   (in `[pki]`)".to_owned(),
        });
    }
    let mut requests: Vec<(HostName, Request)> = Vec::new();
    let said = args.requests.iter().map(|path| (None, path));
    for (host, path) in said.chain(args.hosts.iter().map(|(host, path)| (Some(host), path))) {
        let request = read(path)?;
        let host = match host {
            Some(host) => known(&loaded.cluster, host.as_str(), path)?,
            None => known(&loaded.cluster, request.name().unwrap_or_default(), path)?,
        };
        if requests.iter().any(|(other, _)| other == host) {
            return Err(bad(path, &format!("is a second one for `{host}`")));
        }
        requests.push((host.clone(), request));
    }
    let source = SourceArgs {
        cluster: args.cluster.clone(),
        mirrors: Vec::new(),
        release: args.release.clone(),
        ca_cert: None,
        trust_on_first_use: false,
    };
    let args = BuildArgs { source, pack: args.pack.clone(), passphrase_fd: None, new_passphrase: false };
    build::with_requests(&args, &loaded, &requests, narrator)
}

fn read(path: &Path) -> Result<Request, Error> {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(MAX_BYTES).read_to_string(&mut text));
    read.map_err(|error| Error::Usage {
        text: format!("reading `{}`: {error}", path.display()),
        help: format!("ls -l {}", word(path)),
    })?;
    Request::parse(&text).map_err(|error| bad(path, &error.to_string()))
}

fn known<'a>(cluster: &'a Cluster, name: &str, path: &Path) -> Result<&'a HostName, Error> {
    let host = cluster.hosts.iter().find(|host| host.name.as_str() == name).map(|host| &host.name);
    host.ok_or_else(|| bad(path, &format!("is for `{}`, which the cluster file does not have", name.escape_debug())))
}

/// Nothing has been signed.
fn bad(path: &Path, why: &str) -> Error {
    Error::Refused {
        text: format!("the request `{}` {why}", path.display()),
        help: format!("openssl req -in {} -noout -text -verify", word(path)),
    }
}
