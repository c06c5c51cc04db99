//! `sign`: requests of hosts that make their own keys, answered with certificates and the bundles that carry them.
#![expect(clippy::disallowed_methods, reason = "edge: reads requests, asks the clock")]

use std::fs::OpenOptions;
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use payload::cluster::{Cluster, Host, Keys};
use payload::line;
use payload::name::HostName;
use payload::shell::word;
use rustix::fs::OFlags;
use time::OffsetDateTime;

use super::{Error, build, cluster_file};
use crate::cli::{BuildArgs, SignArgs, SourceArgs};
use crate::pki::{self, Request, Site};
use crate::report::Narrator;
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
pub(super) fn sign(args: &SignArgs, narrator: &mut dyn Narrator) -> Result<(), Error> {
    let loaded = cluster_file::load(&args.cluster, narrator)?;
    if loaded.cluster.pki.keys != Keys::HostKey {
        return Err(Error::Usage {
            text: "the hosts of this cluster get their keys: there is nothing to sign".to_owned(),
            help: "keys = \"host-key\"   (in `[pki]`)".to_owned(),
        });
    }
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

/// The requests, each with the host that it is for: the one that was named, else the one that it names itself.
fn asked<'a>(args: &'a SignArgs, cluster: &'a Cluster, narrator: &mut dyn Narrator) -> Result<Vec<Asked<'a>>, Error> {
    let mut all: Vec<Asked> = Vec::new();
    let said = args.requests.iter().map(|path| (None, path));
    for (named, path) in said.chain(args.hosts.iter().map(|(host, path)| (Some(host), path))) {
        let request = read(path)?;
        let says = request.name().unwrap_or_default();
        let host = known(cluster, named.map_or(says, HostName::as_str), path)?;
        let shown = path.display();
        match named {
            Some(named) if named.as_str() != says => {
                let says = says.escape_debug();
                narrator.warn(&format!(
                    "the request `{shown}` says that it is for `{says}`: taken for {named}, as you say"
                ));
            }
            Some(_) => {}
            None => called_alike(cluster, host, path)?,
        }
        if all.iter().any(|other| other.host.name == host.name) {
            return Err(bad(path, &format!("is a second one for `{}`", host.name)));
        }
        all.push(Asked { host, path, request });
    }
    Ok(all)
}

/// `n1.csr` that says n2 is a mistake, or an attempt to be another host.
fn called_alike(cluster: &Cluster, host: &Host, path: &Path) -> Result<(), Error> {
    let called = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    if called == host.name.as_str() || !cluster.hosts.iter().any(|host| host.name.as_str() == called) {
        return Ok(());
    }
    Err(Error::Refused {
        text: format!(
            "the request `{}` is called after {called}, and says that it is for {}",
            path.display(),
            host.name
        ),
        help: format!(
            "./{called}.run csr -o {called}.csr   (on {called}); if it is of {0}: etcdpack sign --host {0}={1}",
            host.name,
            word(path)
        ),
    })
}

/// What is said of a host without a request is a slip.
fn each_is_meant(args: &SignArgs, asked: &[Asked<'_>]) -> Result<(), Error> {
    let named = args.words.iter().map(|(host, _)| host).chain(&args.new_keys);
    for name in named {
        if !asked.iter().any(|one| one.host.name == *name) {
            return Err(Error::Usage {
                text: format!("there is no request of `{name}` among these"),
                help: format!("etcdpack sign {name}.csr"),
            });
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
) -> Result<(), Error> {
    let name = &one.host.name;
    let Some(before) = pki::key_until_now(site, name, narrator)? else { return Ok(()) };
    if before == one.request.fingerprint() {
        return Ok(());
    }
    if args.new_keys.contains(name) {
        narrator.note(&format!("{name} had another key until now: {before}"));
        return Ok(());
    }
    Err(Error::Refused {
        text: format!(
            "{name} had another key until now ({before}), and the request `{}` is by a new one",
            one.path.display()
        ),
        help: format!("if {name} has made a new key: etcdpack sign --new-key {name} {}", word(one.path)),
    })
}

/// Whether the key is the host's: by its words, which were given, or are asked for here. The request cannot say it, for
/// whoever carries it can put another in its place.
fn compare(one: &Asked<'_>, args: &SignArgs, narrator: &mut dyn Narrator) -> Result<(), Error> {
    let (name, words) = (&one.host.name, one.request.fingerprint());
    let mut given = args.words.iter().filter(|(host, _)| host == name).peekable();
    if given.peek().is_some() {
        if given.all(|(_, claim)| claim.is_of(words)) {
            narrator.note(&format!("{}: for {name}, by the key that you named", one.path.display()));
            return Ok(());
        }
        return Err(Error::OtherKey { path: one.path.to_owned(), host: name.clone(), words });
    }
    let give =
        format!("etcdpack sign --words {name}=WORDS {}   (those that `./{name}.run csr` showed)", word(one.path));
    let refused = |text: String| Error::Refused { text, help: give.clone() };
    let mut tty = Tty::open().map_err(|_| {
        refused(format!(
            "nobody has said that the key of the request `{}` is that of {name}, and there is no terminal to ask at",
            one.path.display()
        ))
    })?;
    let lines: Vec<String> = words
        .to_string()
        .split('-')
        .collect::<Vec<_>>()
        .chunks(4)
        .map(|four| format!("    {}\n", four.join("  ")))
        .collect();
    let text = format!(
        "\n{} asks for a certificate for {name} ({}). Words of the key in it:\n\n{}\n",
        line::plain(&one.path.display().to_string()),
        one.host.address,
        lines.concat()
    );
    let question = format!("Are they the words that `./{name}.run csr` showed on {name}?");
    let agrees = tty.show(&text).and_then(|()| tty.agrees(&question));
    if agrees.map_err(|error| refused(format!("asking at the terminal: {error}")))? {
        return Ok(());
    }
    Err(refused(format!("the key of {name} was not confirmed; nothing was signed")))
}

fn read(path: &Path) -> Result<Request, Error> {
    let text = text(path).map_err(|error| Error::Usage {
        text: format!("reading `{}`: {error}", path.display()),
        help: format!("ls -l {}", word(path)),
    })?;
    Request::parse(&text).map_err(|error| bad(path, &error.to_string()))
}

/// Never waits: what lies on a stick may be a pipe.
fn text(path: &Path) -> io::Result<String> {
    let wait_not = OFlags::NONBLOCK.bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(wait_not).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    let mut text = String::new();
    file.take(MAX_BYTES).read_to_string(&mut text)?;
    Ok(text)
}

fn known<'a>(cluster: &'a Cluster, name: &str, path: &Path) -> Result<&'a Host, Error> {
    let host = cluster.hosts.iter().find(|host| host.name.as_str() == name);
    host.ok_or_else(|| bad(path, &format!("is for `{}`, which the cluster file does not have", name.escape_debug())))
}

/// Nothing has been signed.
fn bad(path: &Path, why: &str) -> Error {
    Error::Refused {
        text: format!("the request `{}` {why}", path.display()),
        help: format!("openssl req -in {} -noout -text -verify", word(path)),
    }
}
