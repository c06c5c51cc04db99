//! Finding out what the other members' hosts answer, all at once: a knock and a hello of TLS at both ports. Whoever serves
//! clients is asked of the cluster, where there is an `etcdctl` and a certificate to ask with.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::thread::{self, Builder, ScopedJoinHandle};
use std::time::Duration;

use payload::bundle::Bundle;
use payload::digest::Digest;
use payload::manifest::{KeyFrom, Manifest};
use payload::render;
use payload::sealed::Opened;
use payload::url::Url;
use zeroize::Zeroizing;

use super::ProbeError;
use crate::facts::cluster::answers::{Listed, Status};
use crate::facts::cluster::{Asked, Cas, Chain, Cluster, NotAsked, Other, Said, Seen, Silence, Trusted, Trusting};
use crate::facts::credentials::{Credentials, LARGEST_CERTIFICATES, LARGEST_KEY, x509};
use crate::host::etcdctl::{Etcdctl, Patience};
use crate::host::fs_error::Cause;
use crate::host::hello::{self, Hello};
use crate::host::interrupt::Interrupt;
use crate::host::{Tree, clock, names};
use crate::records::Records;
use crate::signer::Settled;

/// How long a member's port may take until the first word of TLS.
const FIRST_WORD: Duration = Duration::from_millis(500);

/// More members than this, of whom only the cluster knows, are not knocked at.
const MAX_STRANGERS: usize = 16;

/// The members in the bundle's list and in that of what is installed here, and what their hosts answer.
fn seen(manifest: &Manifest, installed: Option<&Manifest>, interrupt: &Interrupt) -> Cluster {
    let mut others = places(manifest, installed);
    others.retain(|other| other.name != manifest.member.as_str());
    let mut cluster = Cluster { me: installed.and_then(me), others, ..Cluster::default() };
    knock_all(all(&mut cluster), interrupt);
    cluster
}

/// The member that is installed here, where its etcd listens.
fn me(installed: &Manifest) -> Option<Other> {
    places(installed, None).into_iter().find(|place| place.name == installed.member.as_str())
}

/// The others, and this member after them.
fn all(cluster: &mut Cluster) -> Vec<&mut Other> {
    cluster.others.iter_mut().chain(&mut cluster.me).collect()
}

/// Everybody in the list of what is installed here, this member among them, asked with what is installed.
pub(crate) fn everybody(manifest: &Manifest, interrupt: &Interrupt) -> Cluster {
    let mut cluster = cluster(manifest, Some(manifest), Some(manifest), interrupt);
    if matches!(cluster.asked, Asked::No(_)) {
        cluster.asked = Asked::No(NotAsked::NoPair);
    }
    cluster
}

/// Where the members of these lists are, each place once.
fn places(manifest: &Manifest, installed: Option<&Manifest>) -> Vec<Other> {
    let mut others: Vec<Other> = Vec::new();
    for list in [Some(manifest), installed].into_iter().flatten() {
        for member in &list.members {
            let Some(peer_url) = list.peer_url(member) else { continue };
            if others.iter().any(|other| other.peer_url == peer_url) {
                continue;
            }
            others.push(Other {
                name: member.name.to_string(),
                host: member.host.to_string(),
                client_url: list.reach_client(member),
                knock: list.reach_peer(member).unwrap_or_else(|| peer_url.clone()),
                peer_url,
                seen: Seen::Unseen(Silence::NotAsked),
            });
        }
    }
    others
}

/// All of them at once.
fn knock_all(others: Vec<&mut Other>, interrupt: &Interrupt) {
    thread::scope(|scope| {
        let looks: Vec<_> = others
            .iter()
            .map(|other| {
                let ask = |url: Url| hello::ask(names::socket(&url)?, FIRST_WORD, interrupt);
                let at = [Some(other.knock.clone()), other.client_url.clone()];
                at.map(|url| url.map(|url| Builder::new().spawn_scoped(scope, move || ask(url))))
            })
            .collect();
        let seen: Vec<Seen> = looks
            .into_iter()
            .map(|look| {
                let [peer, client] = look.map(|thread| match thread {
                    Some(Ok(thread)) => thread.join().unwrap_or_else(|_| Err(Cause::NotAsked.into())),
                    Some(Err(error)) => Err(error),
                    None => Err(Cause::NoAddress.into()),
                });
                answered(peer, client)
            })
            .collect();
        for (other, seen) in others.into_iter().zip(seen) {
            other.seen = seen;
        }
    });
}

/// By what its two ports answer.
fn answered(peer: io::Result<Hello>, client: io::Result<Hello>) -> Seen {
    use io::ErrorKind::{ConnectionRefused, ConnectionReset, TimedOut};
    let chain = match peer {
        Ok(Hello::Chain(chain)) => Chain::Shown {
            common_name: chain.first().and_then(|der| x509::common_name_of(der)),
            issuers: x509::issuers_of(&chain),
        },
        Ok(Hello::Other | Hello::Silence) => Chain::Unseen,
        Err(error) => {
            return match error.kind() {
                ConnectionRefused | ConnectionReset => Seen::Refused,
                TimedOut => Seen::Unseen(Silence::Nothing { seconds: hello::CONNECTS.as_secs() }),
                _ => Seen::Unseen(Silence::Failed(error.to_string())),
            };
        }
    };
    match client {
        Ok(Hello::Chain(served)) => {
            let until = served.first().and_then(|der| x509::end_of(der));
            let ended = until.is_some_and(|until| until < clock::now());
            Seen::Serves { chain, said: Said { ended, ..Said::default() } }
        }
        Ok(Hello::Other) => Seen::Serves { chain, said: Said::default() },
        Ok(Hello::Silence) | Err(_) => Seen::Listens { chain },
    }
}

/// The certificates of CAs in the bundle, and of what is installed here or was until an uninstall kept its data.
pub(super) fn cas(tree: &Tree, records: &Records, brought: Option<&[u8]>) -> Result<Cas, ProbeError> {
    let (bundle, key_ids) = brought.map(x509::cas).unwrap_or_default();
    let kept = records.kept.as_ref().filter(|kept| records.installed().is_none() && kept.data().is_some());
    let kept = kept.map(|kept| Trusted { cas: kept.cas.clone(), by: Trusting::KeptData });
    let trusted = match records.installed() {
        Some(manifest) => installed_cas(tree, manifest)?.map(|cas| Trusted { cas, by: Trusting::Installed }),
        None => kept.filter(|kept| !kept.cas.is_empty()),
    };
    Ok(Cas { bundle, key_ids, trusted })
}

/// Those that the member in `manifest` trusts, where it is installed.
pub(crate) fn installed_cas(tree: &Tree, manifest: &Manifest) -> Result<Option<BTreeSet<Digest>>, ProbeError> {
    let path = manifest.layout.certs()?.join(render::CA)?;
    Ok(tree.read_if_there(&path, LARGEST_CERTIFICATES)?.map(|pems| x509::cas(&pems).0))
}

/// What everybody's host answers, and those say that serve clients: where etcd is installed, by what is `installed`; else they are
/// not asked before the bundle is somebody's. `listed` is whose list counts beside the bundle's.
pub(super) fn cluster(
    manifest: &Manifest,
    listed: Option<&Manifest>,
    installed: Option<&Manifest>,
    interrupt: &Interrupt,
) -> Cluster {
    let mut cluster = seen(manifest, listed, interrupt);
    if cluster.is_served() {
        match installed.and_then(Etcdctl::installed) {
            Some(etcdctl) => ask_all(manifest, &mut cluster, &etcdctl, interrupt),
            None => cluster.asked = Asked::No(NotAsked::NotYet),
        }
    }
    cluster
}

/// Asks those that serve clients with what the bundle brings: its `etcdctl`, from a file without a name, and its certificate. A
/// sealed key must have been `opened` for it.
pub(crate) fn ask(
    _settled: Settled,
    tree: &Tree,
    bundle: &mut Bundle<File>,
    credentials: &Credentials,
    opened: Option<&Opened>,
    cluster: &mut Cluster,
) -> Result<(), ProbeError> {
    if !matches!(cluster.asked, Asked::No(_)) {
        return Ok(());
    }
    let key = match key(tree, bundle, credentials, opened)? {
        Ok(key) => key,
        Err(why) => {
            cluster.asked = Asked::No(why);
            return Ok(());
        }
    };
    match Etcdctl::brought(tree, bundle, &key) {
        Ok(etcdctl) => ask_all(bundle.manifest(), cluster, &etcdctl, tree.interrupt()),
        Err(why) => cluster.asked = Asked::No(NotAsked::NoProgram(why)),
    }
    Ok(())
}

/// The private key of the bundle's certificate, wherever it is; else why there is none to use.
fn key(
    tree: &Tree,
    bundle: &mut Bundle<File>,
    credentials: &Credentials,
    opened: Option<&Opened>,
) -> Result<Result<Zeroizing<Vec<u8>>, NotAsked>, ProbeError> {
    if credentials.validity.is_err() {
        return Ok(Err(NotAsked::NoPair));
    }
    let key = match bundle.manifest().key_from() {
        KeyFrom::Bundle => Some(bundle.read(&format!("certs/{}", render::KEY)).map_err(ProbeError::from)?),
        KeyFrom::Sealed => match opened {
            Some(opened) => Some(opened.expose().to_vec()),
            None => return Ok(Err(NotAsked::Sealed)),
        },
        KeyFrom::Host => match &credentials.own_key {
            Some(own) => tree.read_if_there(&own.at, LARGEST_KEY)?,
            None => None,
        },
    };
    Ok(key.map(Zeroizing::new).ok_or(NotAsked::NoPair))
}

/// Everybody who serves clients; and those of whom only they know, whose votes count, too.
fn ask_all(manifest: &Manifest, cluster: &mut Cluster, etcdctl: &Etcdctl, interrupt: &Interrupt) {
    ask_at_once(all(cluster), etcdctl, interrupt);
    cluster.asked = Asked::Yes;
    let mut strangers = strangers(manifest, cluster);
    knock_all(strangers.iter_mut().collect(), interrupt);
    ask_at_once(strangers.iter_mut().collect(), etcdctl, interrupt);
    cluster.others.extend(strangers);
}

/// How each is, by one call; and the members' list, of each whose word another's does not stand for. The first one's list is
/// asked for beside the call: where all is well, nobody else is asked.
fn ask_at_once(others: Vec<&mut Other>, etcdctl: &Etcdctl, interrupt: &Interrupt) {
    let serving = others.into_iter().filter_map(|other| match (&mut other.seen, &other.client_url) {
        (Seen::Serves { said, .. }, Some(url)) => Some((said, url.clone())),
        _ => None,
    });
    let (mut said, urls): (Vec<&mut Said>, Vec<Url>) = serving.unzip();
    let Some(first) = urls.first() else { return };
    thread::scope(|scope| {
        let list = |of: Url| Builder::new().spawn_scoped(scope, move || etcdctl.list(&of, interrupt)).ok();
        let first = list(first.clone());
        for (said, answer) in said.iter_mut().zip(statuses(&urls, etcdctl, interrupt)) {
            (said.status, said.withheld) = answer;
        }
        let (one, rest) = said.split_at_mut(1);
        let Some(one) = one.first_mut() else { return };
        let is_told = |other: &Said| etcdctl.lists_by_quorum() && one.stands_for(other);
        let urls = || urls.iter().skip(1).cloned();
        let mut lists: Vec<_> =
            rest.iter().zip(urls()).map(|(other, url)| if is_told(other) { None } else { list(url) }).collect();
        one.list = first.and_then(|thread| thread.join().ok()?);
        if one.list.is_none() {
            lists = lists.into_iter().zip(urls()).map(|(asked, url)| asked.or_else(|| list(url))).collect();
        }
        for (other, list) in rest.iter_mut().zip(lists) {
            other.list = list.and_then(|thread| thread.join().ok()?);
        }
    });
}

/// By one call; whom it did not come to is asked by itself, and all of those at once.
fn statuses(urls: &[Url], etcdctl: &Etcdctl, interrupt: &Interrupt) -> Vec<(Option<Status>, bool)> {
    let answers = etcdctl.statuses(urls, interrupt);
    thread::scope(|scope| {
        let alone = |url| Builder::new().spawn_scoped(scope, move || etcdctl.status(url, Patience::Short, interrupt));
        let asked: Vec<_> =
            answers.into_iter().zip(urls).map(|(answer, url)| answer.ok_or_else(|| alone(url))).collect();
        let answer = |asked: Result<_, io::Result<ScopedJoinHandle<'_, _>>>| match asked {
            Ok(answer) => answer,
            Err(thread) => thread.ok().and_then(|thread| thread.join().ok()).unwrap_or_default(),
        };
        asked.into_iter().map(answer).collect()
    })
}

/// Members by the cluster's word of whom neither the bundle nor what is installed here knows: whether they answer decides what may
/// be said about them.
fn strangers(manifest: &Manifest, cluster: &Cluster) -> Vec<Other> {
    let own = manifest.me().and_then(|me| manifest.peer_url(me));
    let mut strangers: Vec<Other> = Vec::new();
    for listed in cluster.lists_of_all().flat_map(|list| &list.members) {
        for url in listed.peer_urls.iter().filter_map(|url| url.parse::<Url>().ok()) {
            let known = cluster.all().chain(&strangers).any(|other| other.peer_url == url);
            if known || own.as_ref() == Some(&url) || strangers.len() == MAX_STRANGERS {
                continue;
            }
            strangers.push(Other {
                name: listed.name.clone(),
                host: String::new(),
                client_url: client_url(listed, &url),
                knock: url.clone(),
                peer_url: url,
                seen: Seen::Unseen(Silence::NotAsked),
            });
        }
    }
    strangers
}

/// Where it serves clients by its own word, if that is where its peers find it: another place may be anybody's.
fn client_url(listed: &Listed, peer_url: &Url) -> Option<Url> {
    let mut urls = listed.client_urls().iter().filter_map(|url| url.parse::<Url>().ok());
    urls.find(|url| url.scheme() == peer_url.scheme() && url.host() == peer_url.host())
}
