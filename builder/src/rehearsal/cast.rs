//! What is rehearsed: all members with everything that their bundles bring them. Values alone.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;

use payload::bundle::EntryName;
use payload::etcd::{Arch, EtcdVersion};
use payload::manifest::{Found, Layout, Listen, Manifest, Program, Purpose, When};
use payload::mode::Mode;
use payload::name::HostName;
use payload::path::AbsPath;
use payload::render;
use payload::url::{DnsName, Url, UrlHost};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Cannot, MOST};
use crate::secret::Secret;
use crate::text::rehearsal as text;

/// All that is rehearsed at once.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Cast {
    pub(super) members: Vec<Member>,
    /// What the names that members are reached by mean here, as in a hosts file.
    pub(super) names: Vec<(DnsName, IpAddr)>,
    pub(super) version: EtcdVersion,
    pub(super) arch: Arch,
    /// A release that was verified, and what is taken out of it.
    pub(super) tarball: PathBuf,
    pub(super) programs: Vec<Program>,
}

/// One member.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Member {
    pub(super) host: HostName,
    arch: Arch,
    /// All that its host has.
    pub(super) addresses: Vec<IpAddr>,
    /// By which names it is reached, and what each means where it listens at that.
    called: Called,
    /// What it listens on, where that is by names.
    listen: Listen,
    pub(super) client_url: Url,
    pub(super) layout: Layout,
    pub(super) files: Vec<Placed>,
}

/// Names, and what each means.
type Called = Vec<(DnsName, Option<IpAddr>)>;

/// Where a member's private key comes from.
#[derive(Clone, Copy)]
pub(crate) enum KeyFrom<'a> {
    /// Its bundle, if it is there.
    Bundle,
    /// Its bundle, where it is sealed; this is what it opens to.
    Opened(&'a Secret),
    /// Nowhere: this pair stands in for that of the host.
    StandIn { certificate: &'a str, key: &'a Secret },
}

/// A file for its place on the host.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Placed {
    pub(super) path: AbsPath,
    pub(super) mode: Mode,
    /// Of the key, too: it goes from process to process by a pipe, and is in no file that stays.
    #[serde(serialize_with = "expose", deserialize_with = "hide")]
    pub(super) text: Secret,
}

fn expose<S: Serializer>(text: &Secret, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(text.expose())
}

fn hide<'de, D: Deserializer<'de>>(from: D) -> Result<Secret, D::Error> {
    String::deserialize(from).map(Secret::new)
}

/// These members of one release, if this machine can be asked to run them.
pub(crate) fn cast(
    mut members: Vec<Member>,
    version: EtcdVersion,
    releases: BTreeMap<Arch, (PathBuf, Vec<Program>)>,
) -> Result<Cast, Cannot> {
    suits(members.iter().map(|member| (&member.host, member.arch)))?;
    let release = releases.into_iter().find(|(arch, _)| is_own(*arch));
    let (arch, (tarball, programs)) = release.ok_or_else(|| Cannot::Machine(text::NO_RELEASE_FOR_IT.into()))?;
    let names = named(&mut members);
    Ok(Cast { members, names, version, arch, tarball, programs })
}

/// What their names are to mean. Who listens at all addresses, and is known by a name alone, gets an address of its own here
/// (RFC 2544: in no network that others have).
fn named(members: &mut [Member]) -> Vec<(DnsName, IpAddr)> {
    let mut names = Vec::new();
    for (at, member) in (1..).zip(members) {
        let mut found = Vec::new();
        for (name, means) in std::mem::take(&mut member.called) {
            let means = means.or(member.addresses.first().copied()).unwrap_or_else(|| [198, 18, 0, at].into());
            if !member.addresses.contains(&means) {
                member.addresses.push(means);
            }
            found.push(Found { name: name.clone(), address: means });
            names.push((name, means));
        }
        for script in member.files.iter_mut().filter(|file| file.path.name() == render::STARTUP) {
            let (_, settled) = member.listen.settled(&found, script.text.expose());
            script.text = Secret::new(settled);
        }
    }
    names
}

/// Whether hosts are so many, and of such an architecture, that one machine like this can be asked to run their members.
pub(crate) fn suits<'a>(hosts: impl ExactSizeIterator<Item = (&'a HostName, Arch)>) -> Result<(), Cannot> {
    if hosts.len() > MOST {
        return Err(Cannot::TooMany(hosts.len()));
    }
    match { hosts }.find(|(_, arch)| !is_own(*arch)) {
        Some((host, arch)) => Err(Cannot::OtherArch { host: host.clone(), arch }),
        None => Ok(()),
    }
}

fn is_own(arch: Arch) -> bool {
    arch.uname() == std::env::consts::ARCH
}

/// What the process inside is asked for.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Play<T> {
    /// To run these.
    Members(T),
    /// To do what it takes, with nobody to run.
    Trial,
}

impl Cast {
    /// Of members.
    pub(crate) fn len(&self) -> usize {
        self.members.len()
    }
}

impl Member {
    /// What the bundle with this manifest brings; `bytes` has its entries.
    pub(crate) fn of(
        manifest: &Manifest,
        bytes: &dyn Fn(&EntryName) -> Option<Vec<u8>>,
        key: KeyFrom<'_>,
    ) -> Result<Self, Cannot> {
        let host = manifest.host.clone();
        let on_host = || Cannot::KeyOnHost(host.clone());
        let is_lent = matches!(key, KeyFrom::StandIn { .. });
        if !manifest.has_certificate() && !is_lent {
            return Err(on_host());
        }
        let mut files = Vec::new();
        let key_path = manifest.key_path().map_err(|_| on_host())?;
        for entry in &manifest.entries {
            let Purpose::Place { path, mode, when: When::Always, .. } = &entry.purpose else { continue };
            if path.is_within(&manifest.layout.bin) || path.is_within(&manifest.layout.sbin) {
                continue;
            }
            // Of the key that is on the host.
            if is_lent && path.name() == render::CERTIFICATE {
                continue;
            }
            let text = bytes(&entry.name).and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(on_host)?;
            let text = if path.name() == render::STARTUP { founding(&text) } else { text };
            files.push(Placed { path: path.clone(), mode: *mode, text: Secret::new(text) });
        }
        match key {
            KeyFrom::Opened(key) if manifest.sealed_key().is_some() => {
                files.push(Placed { path: key_path.clone(), mode: Mode::SECRET, text: key.clone() });
            }
            KeyFrom::Bundle | KeyFrom::Opened(_) => {}
            KeyFrom::StandIn { certificate, key } => {
                let path =
                    key_path.parent().and_then(|certs| certs.join(render::CERTIFICATE).ok()).ok_or_else(on_host)?;
                files.push(Placed { path, mode: Mode::PLAIN, text: Secret::new(certificate.to_owned()) });
                files.push(Placed { path: key_path.clone(), mode: Mode::SECRET, text: key.clone() });
            }
        }
        if !files.iter().any(|file| file.path == key_path) {
            return Err(on_host());
        }
        let me = manifest.me().ok_or_else(on_host)?;
        let (addresses, called) = at_home(manifest).ok_or_else(|| Cannot::BehindNat(host.clone()))?;
        Ok(Self {
            arch: manifest.arch,
            addresses,
            called,
            listen: manifest.listen.clone().ok_or_else(on_host)?,
            client_url: me.client_url.clone().ok_or_else(on_host)?,
            layout: manifest.layout.clone(),
            host,
            files,
        })
    }

    /// Where the file of this name lies.
    pub(super) fn path_of(&self, name: &str) -> Option<&AbsPath> {
        self.files.iter().map(|file| &file.path).find(|path| path.name() == name)
    }
}

/// The addresses of this manifest's host, and its names, which mean here what it listens at; `None` where it is reached at an address
/// that it does not listen at: nobody here leads from one to the other.
fn at_home(manifest: &Manifest) -> Option<(Vec<IpAddr>, Called)> {
    let mut called = Vec::new();
    for (told, urls) in manifest.ends()? {
        match told {
            UrlHost::Ip(told) if !urls.iter().any(|url| url.hears(told)) => return None,
            UrlHost::Ip(_) => {}
            UrlHost::Name(name) => {
                let own = urls.iter().filter_map(Url::address).find(|address| !address.is_unspecified());
                called.push((name, own));
            }
        }
    }
    Some((manifest.addresses(), called))
}

/// Here everybody is without data. Members of a cluster that runs would wait for those who have some.
fn founding(startup: &str) -> String {
    startup.replace("--initial-cluster-state existing", "--initial-cluster-state new")
}
