//! `sign`: requests of hosts that make their own keys, answered with certificates and the bundles that carry them.
#![expect(clippy::disallowed_methods, reason = "edge: reads requests, asks the clock")]

use std::fs::OpenOptions;
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use payload::cluster::{Cluster, Host, Keys};
use payload::exit::ExitStatus;
use payload::name::HostName;
use rustix::fs::OFlags;
use time::OffsetDateTime;

use super::{build, cluster_file, founding};
use crate::cli::{SealArgs, SignArgs};
use crate::failure::Failure;
use crate::pki::{self, Request, Site};
use crate::report::Narrator;
use crate::text::command::reading;
use crate::text::{help, sign as text};
use crate::tty::Tty;

/// No request comes near this.
const MAX_BYTES: u64 = 1024 * 1024;

/// A request, and whose it is taken to be.
struct Asked<'a> {
    host: &'a Host,
    path: &'a Path,
    request: Request,
}

/// Checks all requests before it signs any.
pub(super) fn sign(args: &SignArgs, narrator: &mut dyn Narrator) -> Result<(), Failure> {
    let loaded = cluster_file::load(args.cluster.path(), narrator)?;
    if loaded.cluster.pki.keys != Keys::HostKey {
        return Err(Failure::usage(text::NOTHING_TO_SIGN.into(), text::NOTHING_TO_SIGN_HELP));
    }
    let founding = founding::settle(&args.founding, &loaded, narrator)?;
    let asked = asked(args, &loaded.cluster, narrator)?;
    each_is_meant(args, &asked)?;
    let site = Site::new(&loaded.cluster, &loaded.home, OffsetDateTime::now_utc(), args.pack.ca_passphrase.source());
    for one in &asked {
        known_until_now(one, args, &site, narrator)?;
    }
    for one in &asked {
        compare(one, args, narrator)?;
    }
    let requests: Vec<(HostName, Request)> =
        asked.into_iter().map(|one| (one.host.name.clone(), one.request)).collect();
    let seal = SealArgs::default();
    let order = build::Order { founding: &founding, source: &args.source, seal: &seal, pack: &args.pack };
    build::with_requests(order, &loaded, &requests, narrator)
}

/// The requests, each with the host that it is for: the one that was named, else the one that it names itself.
fn asked<'a>(args: &'a SignArgs, cluster: &'a Cluster, narrator: &mut dyn Narrator) -> Result<Vec<Asked<'a>>, Failure> {
    let mut all: Vec<Asked> = Vec::new();
    let said = args.requests.iter().map(|path| (None, path));
    for (named, path) in said.chain(args.hosts.iter().map(|(host, path)| (Some(host), path))) {
        let request = read(path)?;
        let says = request.name().unwrap_or_default();
        let host = known(cluster, named.map_or(says, HostName::as_str), path)?;
        match named {
            Some(named) if named.as_str() != says => {
                narrator.warn(&text::taken_for(path, says, named));
            }
            Some(_) => {}
            None => called_alike(cluster, host, path)?,
        }
        if all.iter().any(|other| other.host.name == host.name) {
            return Err(bad(path, &text::second(&host.name)));
        }
        all.push(Asked { host, path, request });
    }
    Ok(all)
}

/// `n1.csr` that says n2 is a mistake, or an attempt to be another host.
fn called_alike(cluster: &Cluster, host: &Host, path: &Path) -> Result<(), Failure> {
    let called = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    if called == host.name.as_str() || !cluster.hosts.iter().any(|host| host.name.as_str() == called) {
        return Ok(());
    }
    let (said, help) =
        (text::called_after(path, called, &host.name), text::called_after_help(path, called, &host.name));
    Err(Failure::refused(said, help))
}

/// What is said of a host without a request is a slip.
fn each_is_meant(args: &SignArgs, asked: &[Asked<'_>]) -> Result<(), Failure> {
    let named = args.words.iter().map(|(host, _)| host).chain(&args.new_keys);
    for name in named {
        if !asked.iter().any(|one| one.host.name == *name) {
            return Err(Failure::usage(text::not_among_these(name), text::sign_it(name)));
        }
    }
    Ok(())
}

/// Another key in the place of a host's own is what an attacker wants: it is never taken unasked.
fn known_until_now(
    one: &Asked<'_>,
    args: &SignArgs,
    site: &Site<'_>,
    narrator: &mut dyn Narrator,
) -> Result<(), Failure> {
    let name = &one.host.name;
    let Some(before) = pki::key_until_now(site, name, narrator)? else { return Ok(()) };
    if before == one.request.fingerprint() {
        return Ok(());
    }
    if args.new_keys.contains(name) {
        narrator.note(&text::had_another_key(name, before));
        return Ok(());
    }
    Err(Failure::refused(text::new_key(one.path, name, before), text::new_key_help(one.path, name)))
}

/// Whether the key is the host's: by its words, which were given, or are asked for here. The request cannot say it, for
/// whoever carries it can put another in its place.
fn compare(one: &Asked<'_>, args: &SignArgs, narrator: &mut dyn Narrator) -> Result<(), Failure> {
    let (name, words) = (&one.host.name, one.request.fingerprint());
    let mut given = args.words.iter().filter(|(host, _)| host == name).peekable();
    if given.peek().is_some() {
        if given.all(|(_, claim)| claim.is_of(words)) {
            narrator.note(&text::by_named_key(one.path, name));
            return Ok(());
        }
        let (said, help) = (text::other_key(one.path, name, words), text::show_words(name));
        return Err(Failure::new(ExitStatus::NotVerified, said, help));
    }
    let refused = |said: String| Failure::refused(said, text::give_words(one.path, name));
    let mut tty = Tty::open().map_err(|_| refused(text::nobody_to_ask(one.path, name)))?;
    let (shown, question) = (text::words(one.path, name, &one.host.address, words), text::are_they_the_words(name));
    let agrees = tty.show(&shown).and_then(|()| tty.agrees(&question));
    if agrees.map_err(|error| refused(text::asking(error)))? {
        return Ok(());
    }
    Err(refused(text::not_confirmed(name)))
}

fn read(path: &Path) -> Result<Request, Failure> {
    let request = contents(path).map_err(|error| Failure::usage(reading(path, error), help::list(path)))?;
    Request::parse(&request).map_err(|error| bad(path, &error.to_string()))
}

/// Never waits: what lies on a stick may be a pipe.
fn contents(path: &Path) -> io::Result<String> {
    let wait_not = OFlags::NONBLOCK.bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(wait_not).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other(text::NOT_A_FILE.text()));
    }
    let mut contents = String::new();
    file.take(MAX_BYTES).read_to_string(&mut contents)?;
    Ok(contents)
}

fn known<'a>(cluster: &'a Cluster, name: &str, path: &Path) -> Result<&'a Host, Failure> {
    let host = cluster.hosts.iter().find(|host| host.name.as_str() == name);
    host.ok_or_else(|| bad(path, &text::unknown_host(name)))
}

/// Nothing has been signed.
fn bad(path: &Path, why: &str) -> Failure {
    Failure::refused(text::bad(path, why), text::show_request(path))
}
