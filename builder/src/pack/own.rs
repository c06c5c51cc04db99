//! What only one host's bundle has: its certificates, its rendered files, its manifest.

use std::num::NonZeroU64;

use payload::bundle::EntryName;
use payload::cluster::{Cluster, Host, Manager};
use payload::digest::Digest;
use payload::manifest::{Entry, Layout, Manifest, Member, Purpose, Release, SCHEMA, Service, When};
use payload::mode::{Mode, Owner};
use payload::path::AbsPath;
use payload::provenance::Provenance;
use payload::render;

use super::common::Common;
use super::{PackError, Parts};
use crate::pki::{Keys, SealedKey};

/// One entry and its bytes.
pub(super) struct Own {
    pub(super) name: EntryName,
    pub(super) mode: Mode,
    pub(super) bytes: Vec<u8>,
    purpose: Purpose,
}

/// A bundle of one host that has no number yet.
pub(super) struct Draft {
    pub(super) entries: Vec<Own>,
    manifest: Manifest,
}

impl Draft {
    /// Everything that `host`'s bundle will hold.
    pub(super) fn new(parts: &Parts, host: &Host, common: &Common) -> Result<Self, PackError> {
        let mut own = vec![reading(parts, host)?];
        own.extend(certificates(parts, host)?);
        own.extend(files(parts.cluster, host, common)?);
        let listed = own.iter().map(|own| {
            let content = payload::bundle::Content::of(&own.bytes);
            Entry { name: own.name.clone(), size: content.size, sha256: content.digest, purpose: own.purpose.clone() }
        });
        let entries = common.entries.iter().cloned().chain(listed).collect();
        let manifest = manifest(parts, host, common, entries)?;
        Ok(Self { entries: own, manifest })
    }

    /// The sum of all that makes this bundle another than the last, but for its number.
    pub(super) fn content(&self, common: &Common) -> Result<Digest, PackError> {
        let manifest = self.manifest.to_bytes()?;
        Ok(Digest::of(format!("{} {}", Digest::of(&manifest), common.installer).as_bytes()))
    }

    /// The entries with the number in the last of them, the manifest.
    pub(super) fn numbered(mut self, provenance: Provenance) -> Result<Vec<Own>, PackError> {
        self.manifest.provenance = Some(provenance);
        let name = EntryName::try_from(payload::bundle::MANIFEST.to_owned())?;
        let bytes = self.manifest.to_bytes()?;
        self.entries.push(Own { name, mode: Mode::PLAIN, bytes, purpose: Purpose::Reading });
        Ok(self.entries)
    }
}

fn named(name: &str, bytes: impl Into<Vec<u8>>, purpose: Purpose) -> Result<Own, PackError> {
    let mode = purpose.mode_inside();
    Ok(Own { name: EntryName::try_from(name.to_owned())?, mode, bytes: bytes.into(), purpose })
}

fn reading(parts: &Parts, host: &Host) -> Result<Own, PackError> {
    let cluster = parts.cluster;
    let (key, key_zh) = match parts.keys {
        Keys::Plaintext => (
            "It holds this host's private key in the clear: keep it as you keep keys.",
            "本文件含有该主机的明文私钥,请像保管私钥一样保管它。",
        ),
        Keys::Sealed(_) => (
            "It holds this host's private key, sealed (certs/etcd-peer-key.age): `install` asks for the passphrase.",
            "本文件中的私钥已加密(certs/etcd-peer-key.age),`install` 会询问口令。",
        ),
        Keys::OnHost(all) if all.iter().any(|certified| certified.host == host.name) => (
            "It holds the certificate of the key that this host has made, and no private key.",
            "本文件含有本机自行生成的密钥的证书,不含私钥。",
        ),
        Keys::OnHost(_) => (
            "It holds no private key and no certificate yet: first of all, on that host, run it with `csr`.",
            "本文件尚不含私钥和证书:请先在该主机上运行 `csr`。",
        ),
    };
    let text = format!(
        "etcd {version} for host {host} ({address}), member {member} of cluster {name}. Made by etcdpack.\n\
         \n\
         To install, as root on that host:   ./{host}.run install\n\
         To see first what it would do:      ./{host}.run plan\n\
         To check this file:                 grep {host}.run SHA256SUMS | sha256sum -c\n\
         {key}\n\
         \n\
         安装(在该主机上以 root 运行):  ./{host}.run install\n\
         先看它要做什么:               ./{host}.run plan\n\
         校验本文件:                   grep {host}.run SHA256SUMS | sha256sum -c\n\
         {key_zh}\n",
        version = cluster.release.version,
        host = host.name,
        address = host.address,
        member = host.member,
        name = cluster.name,
    );
    named("README.txt", text, Purpose::Reading)
}

fn certificates(parts: &Parts, host: &Host) -> Result<Vec<Own>, PackError> {
    let certs = parts.cluster.paths.release_dir(parts.cluster.release.version)?.join("certs")?;
    let place = |name: &str, mode, owner| -> Result<Purpose, PackError> {
        Ok(Purpose::Place { path: certs.join(name)?, mode, owner, when: When::Always })
    };
    let plain = |name, text: &str| named(&format!("certs/{name}"), text, place(name, Mode::PLAIN, Owner::Root)?);
    let mut own = vec![plain(render::CA, &parts.issued.ca_pem)?];
    if let Keys::OnHost(all) = parts.keys {
        if let Some(certified) = all.iter().find(|certified| certified.host == host.name) {
            own.push(plain(render::CERTIFICATE, &certified.certificate_pem)?);
            own.push(plain(render::REQUEST, &certified.csr_pem)?);
        }
        return Ok(own);
    }
    let no_pair = || PackError::NoPair(host.name.clone());
    let pair = parts.issued.of(&host.name).ok_or_else(no_pair)?;
    own.push(plain(render::CERTIFICATE, &pair.certificate_pem)?);
    own.push(plain(render::REQUEST, &pair.csr_pem)?);
    own.push(if let Keys::Sealed(all) = parts.keys {
        let sealed = all.iter().find(|sealed| sealed.whose.is(&host.name));
        let SealedKey { file, sha256, .. } = sealed.ok_or_else(no_pair)?;
        let purpose = Purpose::Sealed { path: certs.join(render::KEY)?, owner: Owner::Service, sha256: *sha256 };
        named(&format!("certs/{}", render::SEALED_KEY), file.clone(), purpose)?
    } else {
        let purpose = place(render::KEY, Mode::SECRET, Owner::Service)?;
        named(&format!("certs/{}", render::KEY), pair.key_pem.expose(), purpose)?
    });
    Ok(own)
}

fn files(cluster: &Cluster, host: &Host, common: &Common) -> Result<Vec<Own>, PackError> {
    let place = |path: AbsPath, mode, when| Purpose::Place { path, mode, owner: Owner::Root, when };
    let release_dir = cluster.paths.release_dir(cluster.release.version)?;
    let startup = place(release_dir.join(render::STARTUP)?, Mode::PROGRAM, When::Always);
    let etcdctl = place(cluster.paths.bin.join("etcdctl")?, Mode::PROGRAM, When::Always);
    let mut files = vec![
        named(&format!("files/{}", render::STARTUP), render::startup(cluster, host)?, startup)?,
        named("files/etcdctl", render::etcdctl(cluster, host)?, etcdctl)?,
    ];
    let name = &cluster.service.name;
    let unit_path = |unit: &str| format!("/etc/systemd/system/{unit}").parse::<AbsPath>();
    if cluster.service.manager != Manager::Systemd {
        files.push(named(&format!("files/{name}.ini"), render::program(cluster, host)?, Purpose::Program)?);
    }
    if cluster.service.manager != Manager::Supervisor {
        let unit = format!("{name}.service");
        let purpose = place(unit_path(&unit)?, Mode::PLAIN, When::Systemd);
        files.push(named(&format!("files/{unit}"), render::unit(cluster, host)?, purpose)?);
    }
    if !common.wheels.is_empty() {
        let dir = cluster.paths.opt.join(&format!("supervisor-{}", payload::wheel::SUPERVISOR_VERSION))?;
        let conf = place("/etc/supervisord.conf".parse()?, Mode::PLAIN, When::Carried);
        let unit = place(unit_path("supervisord.service")?, Mode::PLAIN, When::Carried);
        files.push(named("files/supervisord.conf", render::supervisord_conf(), conf)?);
        files.push(named("files/supervisord.service", render::supervisord_unit(cluster, &dir), unit)?);
    }
    Ok(files)
}

fn manifest(parts: &Parts, host: &Host, common: &Common, entries: Vec<Entry>) -> Result<Manifest, PackError> {
    let cluster = parts.cluster;
    let members = cluster.hosts.iter().map(|host| Member {
        name: host.member.clone(),
        host: host.name.clone(),
        address: host.address,
    });
    Ok(Manifest {
        schema: SCHEMA,
        etcdpack: env!("CARGO_PKG_VERSION").to_owned(),
        // With the number of a first bundle: so a change of the signing key makes it another one.
        provenance: Some(parts.signing.provenance(NonZeroU64::MIN)),
        cluster: cluster.name.clone(),
        token: cluster.token.clone(),
        host: host.name.clone(),
        member: host.member.clone(),
        arch: host.arch,
        client_port: cluster.etcd.client_port,
        peer_port: cluster.etcd.peer_port,
        members: members.collect(),
        user: cluster.etcd.user.clone(),
        release: Release {
            version: cluster.release.version,
            entry: common.release.clone(),
            origin: common.origin.clone(),
            programs: common.programs.clone(),
        },
        layout: Layout {
            release_dir: cluster.paths.release_dir(cluster.release.version)?,
            link: cluster.paths.link()?,
            data: cluster.paths.data.clone(),
            logs: cluster.paths.logs.clone(),
            bin: cluster.paths.bin.clone(),
            sbin: cluster.paths.sbin.clone(),
        },
        service: Service {
            manager: cluster.service.manager,
            name: cluster.service.name.clone(),
            stop_seconds: cluster.etcd.stop_seconds(),
            wheels: common.wheels.clone(),
        },
        entries,
    })
}
