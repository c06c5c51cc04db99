//! From the cluster file to certificates and the form in which their keys travel, and the passphrase where that needs one.

use std::path::Path;

use payload::cluster::{self, Cluster};
use payload::name::HostName;
use payload::sealed::Passphrase;

use super::cluster_file::Loaded;
use super::passphrase;
use crate::cli::SealArgs;
use crate::failure::Failure;
use crate::pki::{self, Holder, Issued, KeyMaterial, Request, Sealing, Site, StandIns};
use crate::report::Narrator;
use crate::text::command as text;
use crate::text::help;

/// What bundles need of certificates and keys.
pub(super) struct Made {
    pub(super) issued: Issued,
    pub(super) keys: KeyMaterial,
    /// Who can lend a rehearsal what only hosts have.
    pub(super) stand_ins: Option<StandIns>,
    /// The passphrase that was made, and shown.
    pub(super) generated: Option<Passphrase>,
}

/// The certificates of the cluster, and its keys as the cluster file wants them to travel.
pub(super) fn issue(
    seal: &SealArgs,
    site: &Site<'_>,
    requests: &[(HostName, Request)],
    narrator: &mut dyn Narrator,
) -> Result<Made, Failure> {
    let cluster = site.cluster();
    if cluster.pki.keys != cluster::Keys::Passphrase && (seal.passphrase_fd.is_some() || seal.new_passphrase) {
        return Err(Failure::usage(text::NOTHING_TO_SEAL.into(), help::BUILD));
    }
    if cluster.pki.keys == cluster::Keys::HostKey {
        let certificates = pki::certificates(site, requests, narrator)?;
        let issued = Issued { ca_pem: certificates.ca_pem, pairs: Vec::new() };
        let keys = KeyMaterial::OnHost(certificates.of);
        return Ok(Made { issued, keys, stand_ins: certificates.stand_ins, generated: None });
    }
    // Before anything is made: whoever has no passphrase to give would be left with keys that cannot travel.
    let given = seal.passphrase_fd.map(passphrase::from_fd).transpose()?;
    if cluster.pki.keys == cluster::Keys::Passphrase && given.is_none() && !pki::has_sealed_keys(site) {
        passphrase::need_terminal()?;
    }
    let issued = pki::issue_all(site, narrator)?;
    let (keys, generated) = match cluster.pki.keys {
        cluster::Keys::Passphrase => sealed(seal, given.as_ref(), &issued, &site.dir(), narrator)?,
        cluster::Keys::Plaintext | cluster::Keys::HostKey => (KeyMaterial::Plaintext, None),
    };
    Ok(Made { issued, keys, stand_ins: None, generated })
}

fn sealed(
    seal: &SealArgs,
    given: Option<&Passphrase>,
    issued: &Issued,
    pki_dir: &Path,
    narrator: &mut dyn Narrator,
) -> Result<(KeyMaterial, Option<Passphrase>), Failure> {
    let sealing = Sealing::open(issued, pki_dir, seal.new_passphrase, narrator)?;
    let wanted = sealing.wanted().map(Holder::to_string).collect::<Vec<_>>().join(", ");
    if let Some(given) = given {
        sealing.check(given)?;
        return Ok((KeyMaterial::Sealed(sealing.seal(given)?), None));
    }
    if wanted.is_empty() {
        narrator.note(&text::KEYS_STAY_SEALED);
        return Ok((KeyMaterial::Sealed(sealing.as_it_is()), None));
    }
    let generated = passphrase::generate()?;
    // First of all: a key under a passphrase that nobody has seen would be of no use to the next build.
    passphrase::show(&generated, &wanted)?;
    let keys = KeyMaterial::Sealed(sealing.seal(&generated)?);
    Ok((keys, Some(generated)))
}

/// How careful one has to be with the bundles.
pub(super) fn say_what_travels(keys: &KeyMaterial, cluster: &Cluster, narrator: &mut dyn Narrator) {
    let said = match keys {
        KeyMaterial::Plaintext => text::KEYS_IN_THE_CLEAR,
        KeyMaterial::Sealed(_) => text::KEYS_SEALED,
        KeyMaterial::OnHost(_) => text::KEYS_ON_HOSTS,
    };
    narrator.note(&said);
    if let KeyMaterial::OnHost(certified) = keys {
        let waits = |host: &&cluster::Host| !certified.iter().any(|certified| certified.host == host.name);
        let awaited: Vec<String> =
            cluster.hosts.iter().filter(waits).map(|host| format!("{}.csr", host.name)).collect();
        if !awaited.is_empty() {
            narrator.note(&text::awaited(&awaited));
        }
    }
}

/// What the first host of the cluster does with its bundle.
pub(super) fn next(keys: &KeyMaterial, loaded: &Loaded) -> String {
    let Some(first) = loaded.cluster.hosts.first() else { return String::new() };
    match keys {
        KeyMaterial::OnHost(certified) if !certified.iter().any(|certified| certified.host == first.name) => {
            format!("csr -o {}.csr", first.name)
        }
        _ => "install".to_owned(),
    }
}
