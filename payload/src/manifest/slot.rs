//! The table of entries: which a bundle has, in which order, and what each is for.
//!
//! The builder packs what stands here and the reader takes nothing else, so that neither can know an entry that the
//! other does not.

use super::{Layout, ManifestError, Purpose, Service, When};
use crate::cluster::{Carry, Manager};
use crate::digest::Digest;
use crate::entry::{EntryName, NotAnEntryName};
use crate::etcd::{Arch, EtcdVersion};
use crate::mode::{Mode, Owner};
use crate::path::AbsPath;
use crate::render;
use crate::tarball;
use crate::wheel::{WHEELS, Wheel};

/// The list of parts.
pub const SBOM: &str = "sbom.cdx.json";

/// What an entry holds that all bundles of an architecture have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shared {
    /// etcd's tarball.
    Release,
    Wheel(&'static Wheel),
    Sbom,
}

/// What an entry holds that one host alone has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Own {
    Readme,
    Ca,
    Certificate,
    Request,
    /// In the clear.
    Key,
    SealedKey,
    Startup,
    Etcdctl,
    /// For supervisor.
    Section,
    /// For systemd.
    Unit,
    SupervisordConf,
    SupervisordUnit,
}

/// What a bundle brings of its host's certificate and private key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pair {
    Plaintext,
    /// The digest is the key's own.
    Sealed(Digest),
    /// For a key that the host has made.
    Certificate,
    /// The host has yet to make its key.
    Nothing,
}

/// An entry without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot<P> {
    pub part: P,
    pub name: EntryName,
    pub purpose: Purpose,
}

impl<P> Slot<P> {
    fn new(part: P, name: String, purpose: Purpose) -> Result<Self, ManifestError> {
        Ok(Self { part, name: name.try_into()?, purpose })
    }
}

/// The entry of etcd's tarball.
pub fn release_entry(version: EtcdVersion, arch: Arch) -> Result<EntryName, NotAnEntryName> {
    format!("etcd/{}.tar.gz", tarball::top(version, arch)).try_into()
}

impl Slot<Shared> {
    /// What a bundle begins with.
    pub fn shared(version: EtcdVersion, arch: Arch, carry: Carry) -> Result<Vec<Self>, ManifestError> {
        let release = release_entry(version, arch)?;
        let mut slots = vec![Self { part: Shared::Release, name: release, purpose: Purpose::Release }];
        if carry == Carry::Wheels {
            for wheel in &WHEELS {
                slots.push(Self::new(Shared::Wheel(wheel), format!("supervisor/{}", wheel.file), Purpose::Wheel)?);
            }
        }
        slots.push(Self::new(Shared::Sbom, SBOM.to_owned(), Purpose::Reading)?);
        Ok(slots)
    }
}

impl Slot<Own> {
    /// What follows, up to the manifest.
    pub fn own(layout: &Layout, service: &Service, pair: Pair) -> Result<Vec<Self>, ManifestError> {
        let mut slots = vec![Self::new(Own::Readme, "README.txt".to_owned(), Purpose::Reading)?];
        slots.extend(Self::certificates(layout, pair)?);
        let root = |path, mode, when| Purpose::Place { path, mode, owner: Owner::Root, when };
        let mut file = |part, name: &str, purpose| -> Result<(), ManifestError> {
            slots.push(Self::new(part, format!("files/{name}"), purpose)?);
            Ok(())
        };
        let startup = layout.release_dir.join(render::STARTUP)?;
        file(Own::Startup, render::STARTUP, root(startup, Mode::PROGRAM, When::Always))?;
        let etcdctl = layout.bin.join("etcdctl")?;
        file(Own::Etcdctl, "etcdctl", root(etcdctl, Mode::PROGRAM, When::Always))?;
        let unit_path = |unit: &str| format!("/etc/systemd/system/{unit}").parse::<AbsPath>();
        let Service { manager, name, .. } = service;
        if *manager != Manager::Systemd {
            file(Own::Section, &format!("{name}.ini"), Purpose::Program)?;
        }
        if *manager != Manager::Supervisor {
            let unit = format!("{name}.service");
            file(Own::Unit, &unit, root(unit_path(&unit)?, Mode::PLAIN, When::Systemd))?;
        }
        if service.carry() == Carry::Wheels {
            let (conf, unit) = ("supervisord.conf", "supervisord.service");
            let conf_path = "/etc/supervisord.conf".parse()?;
            file(Own::SupervisordConf, conf, root(conf_path, Mode::PLAIN, When::Carried))?;
            file(Own::SupervisordUnit, unit, root(unit_path(unit)?, Mode::PLAIN, When::Carried))?;
        }
        Ok(slots)
    }

    fn certificates(layout: &Layout, pair: Pair) -> Result<Vec<Self>, ManifestError> {
        let place = |part, name: &str, mode, owner| {
            let purpose = Purpose::Place { path: layout.certs()?.join(name)?, mode, owner, when: When::Always };
            Self::new(part, format!("certs/{name}"), purpose)
        };
        let plain = |part, name| place(part, name, Mode::PLAIN, Owner::Root);
        let mut slots = vec![plain(Own::Ca, render::CA)?];
        if pair != Pair::Nothing {
            slots.push(plain(Own::Certificate, render::CERTIFICATE)?);
            slots.push(plain(Own::Request, render::REQUEST)?);
        }
        match pair {
            Pair::Plaintext => slots.push(place(Own::Key, render::KEY, Mode::SECRET, Owner::Service)?),
            Pair::Sealed(sha256) => {
                let path = layout.certs()?.join(render::KEY)?;
                let purpose = Purpose::Sealed { path, owner: Owner::Service, sha256 };
                slots.push(Self::new(Own::SealedKey, format!("certs/{}", render::SEALED_KEY), purpose)?);
            }
            Pair::Certificate | Pair::Nothing => {}
        }
        Ok(slots)
    }
}
