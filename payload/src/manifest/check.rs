//! What must be right with a manifest beyond its form. A builder that wrote another one would have a fault.

use super::{Layout, Listen, Manifest, ManifestError, Pair, Phase, Purpose, Shared, Slot, State, release_entry};
use crate::backup::Backup;
use crate::cluster::{Etcd, unheard, unusable_host};
use crate::etcd;
use crate::render;
use crate::url::{Scheme, Url, UrlHost};

use ManifestError::{Entry, Field};

/// What a member of a release may have at most (`docs/bundle-format.md`).
const MAX_PROGRAM: u64 = 512 << 20;

const STRANGE: &str = "is none that is built for this host, or not in its place";

impl Manifest {
    /// Whether it is one that the builder writes, for some cluster file: its fields are such as a cluster file can have, and
    /// its entries those that follow from them.
    pub fn check(&self) -> Result<(), ManifestError> {
        self.provenance.as_ref().ok_or(ManifestError::NoProvenance)?.check()?;
        self.check_members()?;
        self.check_known()?;
        self.check_state()?;
        self.check_listen()?;
        etcd::newest_of(self.release.version, self.arch)?;
        self.check_layout()?;
        if !Etcd::STOP_SECONDS.contains(&self.service.stop_seconds) {
            return Err(Field("stop-seconds", "do not come from any election timeout"));
        }
        self.check_programs()?;
        self.check_backup()?;
        self.check_textfile()?;
        self.check_entries()
    }

    fn check_members(&self) -> Result<(), ManifestError> {
        if self.me().is_none() {
            return Err(ManifestError::NoSelf(self.member.clone()));
        }
        for (at, one) in self.members.iter().enumerate() {
            let (Some(peers), Some(clients)) = (&one.peer_url, &one.client_url) else {
                return Err(Field("members", "have no URL for peers or for clients"));
            };
            if peers.port() == clients.port() {
                return Err(Field("members", "have one port for peers and clients"));
            }
            if [&one.address, clients.host()].into_iter().any(|host| unusable_host(host).is_some()) {
                return Err(Field("members", "have an address that no peer can reach"));
            }
            let same = |other: &super::Member| {
                let reached = |member: &super::Member| {
                    [Some(member.address.clone()), member.client_url.as_ref().map(|url| url.host().clone())]
                };
                other.name == one.name
                    || other.host == one.host
                    || reached(other).iter().any(|address| reached(one).contains(address))
            };
            if self.members.iter().take(at).any(same) {
                return Err(Field("members", "have a name, a host or an address twice"));
            }
        }
        Ok(())
    }

    /// Who is to found the cluster are its members; who has founded one that runs may have left it.
    fn check_state(&self) -> Result<(), ManifestError> {
        let State { phase, founders } = self.state.as_ref().ok_or(Field("state", "is not there"))?;
        for (at, one) in founders.iter().enumerate() {
            if founders.iter().take(at).any(|other| other.name == one.name || other.peer_url == one.peer_url) {
                return Err(Field("state.founders", "have a name or a URL twice"));
            }
        }
        let members = self.members.iter().map(|member| (&member.name, member.peer_url.as_ref()));
        let found = founders.iter().map(|founder| (&founder.name, Some(&founder.peer_url)));
        match phase {
            Phase::Founding if !found.eq(members) => {
                Err(Field("state.founders", "are others than the members of a cluster that is still to be founded"))
            }
            Phase::Founding | Phase::Running => Ok(()),
        }
    }

    /// For peers and for clients at addresses of its own, at the port that the members have; for clients, from this host itself,
    /// at a loopback address as well.
    fn check_listen(&self) -> Result<(), ManifestError> {
        if self.client_port.or(self.peer_port).is_some() {
            return Err(Field("client-port", "and `peer-port` are those of an older form"));
        }
        let (Some(Listen { peers, clients, found }), Some(me)) = (&self.listen, self.me()) else {
            return Err(Field("listen", "is not there"));
        };
        if !found.is_empty() {
            return Err(Field("listen.found", "is what a host finds, and no bundle says"));
        }
        if !is_listened(peers, me.peer_url.as_ref()) {
            return Err(Field("listen.peers", "are none that a member with this peer URL has"));
        }
        let is_loopback = |url: &Url| url.address().is_some_and(|address| address.is_loopback());
        let everywhere = clients.iter().any(is_wildcard);
        let own = match clients.split_last() {
            Some((last, own))
                if !everywhere && is_loopback(last) && Some(last.port()) == me.client_url.as_ref().map(Url::port) =>
            {
                own
            }
            _ => clients,
        };
        if is_listened(own, me.client_url.as_ref()) {
            Ok(())
        } else {
            Err(Field("listen.clients", "are none that a member with this client URL has, and one of loopback"))
        }
    }

    fn check_layout(&self) -> Result<(), ManifestError> {
        let paths = self.layout.paths().ok_or(Field("layout", "has programs directly below `/`"))?;
        let wal = self.layout.wal.as_ref();
        if Layout::of(&paths, wal.cloned(), self.release.version)? != self.layout {
            return Err(Field("layout", "has other names than etcdpack gives"));
        }
        let faults = paths.faults().into_iter().chain(wal.into_iter().flat_map(|wal| paths.wal_faults(wal)));
        faults.into_iter().next().map_or(Ok(()), |fault| Err(fault.into()))
    }

    fn check_backup(&self) -> Result<(), ManifestError> {
        let Some(backup @ Backup { every_seconds, dir, recipients, .. }) = &self.backup else { return Ok(()) };
        if !Backup::EVERY.contains(&every_seconds.get()) {
            return Err(Field("backup.every-seconds", "is less than ten minutes or more than 31 days"));
        }
        if recipients.len() > Backup::MOST_RECIPIENTS || backup.named_twice().is_some() {
            return Err(Field("backup.recipients", "are more than 20, or have one twice"));
        }
        if !backup.drills_in_time() {
            return Err(Field("backup.drill-seconds", "are more often than snapshots, or more than a year"));
        }
        let paths = self.layout.paths().ok_or(Field("layout", "has programs directly below `/`"))?;
        match paths.bars_snapshots(dir, &self.layout.wal) {
            Some(_) => Err(Field("backup.dir", "is the system's or etcd's own")),
            None => Ok(()),
        }
    }

    fn check_textfile(&self) -> Result<(), ManifestError> {
        let Some(dir) = self.monitoring.as_ref().and_then(|it| it.textfile.as_ref()) else { return Ok(()) };
        let paths = self.layout.paths().ok_or(Field("layout", "has programs directly below `/`"))?;
        if self.backup.is_none() || paths.bars_snapshots(dir, &self.layout.wal).is_some() {
            return Err(Field("monitoring.textfile", "is the system's or etcd's own, or has no snapshots to tell of"));
        }
        Ok(())
    }

    fn check_programs(&self) -> Result<(), ManifestError> {
        let programs = &self.release.programs;
        let names = programs.iter().map(|program| program.name.as_str());
        if !names.eq(etcd::programs(self.release.version).iter().copied()) {
            return Err(Field("programs", "are not those that a release of this version has"));
        }
        let sized = |size| (1..=MAX_PROGRAM).contains(&size);
        if programs.iter().all(|program| sized(program.size)) {
            Ok(())
        } else {
            Err(Field("programs", "are empty or larger than any etcd"))
        }
    }

    fn check_entries(&self) -> Result<(), ManifestError> {
        if self.release.entry != release_entry(self.release.version, self.arch)? {
            return Err(Field("release", "is not in the entry that is named for it"));
        }
        let shared = Slot::shared(self.release.version, self.arch, self.service.carry())?;
        let wheels = shared.iter().filter(|slot| slot.purpose == Purpose::Wheel).map(|slot| &slot.name);
        if !wheels.eq(&self.service.wheels) {
            return Err(Field("wheels", "are not those that etcdpack carries"));
        }
        if self.service.carry().has_taken(&self.service.name) {
            return Err(Field("service", "has the name of the supervisor that is carried"));
        }
        self.check_wheels(&shared)?;
        let own = Slot::own(&self.layout, &self.service, self.pair())?;
        let own = own.into_iter().map(|slot| (slot.name, slot.purpose));
        let mut entries = self.entries.iter();
        for (name, purpose) in shared.into_iter().map(|slot| (slot.name, slot.purpose)).chain(own) {
            let entry = match entries.next() {
                Some(entry) if entry.name == name => entry,
                Some(entry) if self.entry(&name).is_some() => return Err(Entry(entry.name.clone(), STRANGE)),
                _ => return Err(Entry(name, "is not there")),
            };
            if entry.purpose != purpose {
                return Err(Entry(name, "has another place, mode, owner or use than it is built for"));
            }
            if !(1..=purpose.max()).contains(&entry.size) {
                return Err(Entry(name, "is empty, or larger than any that is built"));
            }
        }
        entries.next().map_or(Ok(()), |entry| Err(Entry(entry.name.clone(), STRANGE)))
    }

    /// Root's Python runs what is in the wheels: not even who signs bundles may bring others.
    fn check_wheels(&self, shared: &[Slot<Shared>]) -> Result<(), ManifestError> {
        for Slot { part, name, .. } in shared {
            if let (Shared::Wheel(wheel), Some(entry)) = (part, self.entry(name))
                && wheel.sha256.parse() != Ok(entry.sha256)
            {
                return Err(Entry(name.clone(), "is not the wheel whose digest etcdpack knows"));
            }
        }
        Ok(())
    }

    /// What it brings of certificate and key, by the names of its entries.
    fn pair(&self) -> Pair {
        let has = |name| self.entries.iter().any(|entry| entry.name.as_str().strip_prefix("certs/") == Some(name));
        match self.sealed_key() {
            Some((_, sha256)) => Pair::Sealed(sha256),
            None if has(render::KEY) => Pair::Plaintext,
            None if has(render::CERTIFICATE) => Pair::Certificate,
            None => Pair::Nothing,
        }
    }
}

fn is_wildcard(url: &Url) -> bool {
    url.address().is_some_and(|address| address.is_unspecified())
}

/// Whether a member that is reached at `reached` can listen at all of these, and at one at least.
fn is_listened(urls: &[Url], reached: Option<&Url>) -> bool {
    let is_one = |url: &Url| {
        url.scheme() == Scheme::Https
            && Some(url.port()) == reached.map(Url::port)
            && match url.host() {
                UrlHost::Ip(address) => unheard(*address).is_none(),
                // The host is to find what its name means.
                UrlHost::Name(_) => urls.len() == 1 && Some(url.host()) == reached.map(Url::host),
            }
    };
    let is_again = |at: usize, url: &Url| urls.iter().take(at).any(|other| other == url);
    let alone = urls.len() == 1 || !urls.iter().any(is_wildcard);
    !urls.is_empty() && alone && urls.iter().enumerate().all(|(at, url)| is_one(url) && !is_again(at, url))
}
