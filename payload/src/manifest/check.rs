//! What must be right with a manifest beyond its form. A builder that wrote another one would have a fault.

use super::{Layout, Listen, Manifest, ManifestError, Pair, Phase, Purpose, Shared, Slot, State, release_entry};
use crate::cluster::{Etcd, unusable};
use crate::etcd;
use crate::render;
use crate::url::Url;

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
            if unusable(one.address).is_some() {
                return Err(Field("members", "have an address that no peer can reach"));
            }
            let same = |other: &super::Member| {
                other.name == one.name || other.host == one.host || other.address == one.address
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

    /// Peers come to the URL that they know alone. Clients come to theirs, and from this host to a loopback address as well.
    fn check_listen(&self) -> Result<(), ManifestError> {
        if self.client_port.or(self.peer_port).is_some() {
            return Err(Field("client-port", "and `peer-port` are those of an older form"));
        }
        let (Some(Listen { peers, clients }), Some(me)) = (&self.listen, self.me()) else {
            return Err(Field("listen", "is not there"));
        };
        if me.peer_url.iter().ne(peers) {
            return Err(Field("listen.peers", "is another URL than the members have for this host"));
        }
        let loopback = |url: &Url| {
            let same_port = me.client_url.as_ref().is_some_and(|own| own.port() == url.port());
            same_port && url.address().is_some_and(|address| address.is_loopback())
        };
        match clients.as_slice() {
            [own] if Some(own) == me.client_url.as_ref() => Ok(()),
            [own, other] if Some(own) == me.client_url.as_ref() && loopback(other) => Ok(()),
            _ => Err(Field("listen.clients", "are others than that of the members for this host and one of loopback")),
        }
    }

    fn check_layout(&self) -> Result<(), ManifestError> {
        let paths = self.layout.paths().ok_or(Field("layout", "has programs directly below `/`"))?;
        if Layout::of(&paths, self.release.version)? != self.layout {
            return Err(Field("layout", "has other names than etcdpack gives"));
        }
        paths.faults().into_iter().next().map_or(Ok(()), |fault| Err(fault.into()))
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
