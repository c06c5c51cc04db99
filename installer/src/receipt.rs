//! The receipt: the journal folded into the record of a finished install.

use payload::digest::Digest;
use payload::etcd::EtcdVersion;
use payload::manifest::Manifest;
use payload::mode::Mode;
use payload::path::{AbsPath, NotAPath};
use payload::provenance::ClusterId;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::change::Change;
use crate::host::write::Ids;
use crate::host::{FsError, Tree};
use crate::journal::Permit;
use crate::restart::Waiting;
use crate::signer::{Memory, Newest};
use crate::supervision::Supervision;
use crate::wal::Identity;

/// The form that this program writes; it reads all before it. Form 1 was from before bundles were signed; form 2 forgot the
/// signer with an uninstall.
const SCHEMA: u32 = 3;
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// What was installed, and every change that it took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Receipt {
    pub(crate) schema: u32,
    pub(crate) bundle: Digest,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) installed: OffsetDateTime,
    pub(crate) supervision: Supervision,
    pub(crate) manifest: Manifest,
    /// Of all bundles that this host has had; another than `bundle` after a downgrade that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) newest: Option<Newest>,
    /// What takes effect when etcd is restarted; `None` where nothing waits, and of installs before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) waiting: Option<Waiting>,
    pub(crate) changes: Vec<Change>,
}

/// What an uninstall without `--purge` leaves behind, so that the same member can come back to its data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Kept {
    pub(crate) schema: u32,
    pub(crate) cluster: String,
    pub(crate) token: String,
    pub(crate) member: String,
    /// `None` of a member that was installed before clusters had an id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cluster_id: Option<ClusterId>,
    /// The etcd that wrote the data last, and whose data it calls it; neither is known of what was kept before they were
    /// recorded, and the latter not where there is no log that can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) etcd: Option<EtcdVersion>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) identity: Option<Identity>,
    /// Whose bundles this host takes; not known of what was kept before that was remembered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) known: Option<Memory>,
    /// The directories and accounts that are still ours.
    pub(crate) changes: Vec<Change>,
}

/// Why a receipt could not be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReceiptError {
    #[error(transparent)]
    Fs(#[from] FsError),
    #[error("the receipt `{0}` is not readable: {1}")]
    Form(AbsPath, serde_json::Error),
    #[error("the receipt `{0}` has schema {1}, this program reads schema {SCHEMA} and older")]
    Schema(AbsPath, u32),
}

/// The files in the state directory.
pub(crate) struct State {
    pub(crate) dir: AbsPath,
    pub(crate) journal: AbsPath,
    pub(crate) receipt: AbsPath,
    pub(crate) kept: AbsPath,
    /// Where replaced files wait until the install is done.
    pub(crate) undo: AbsPath,
    /// Where a key that this host has made waits for its certificate.
    pub(crate) host_key: AbsPath,
}

impl State {
    /// `/var/lib/etcdpack`: the same on every host, so that it can be found without a bundle.
    pub(crate) fn new() -> Result<Self, NotAPath> {
        let dir: AbsPath = "/var/lib/etcdpack".parse()?;
        Ok(Self {
            journal: dir.join("journal.jsonl")?,
            receipt: dir.join("receipt.json")?,
            kept: dir.join("kept.json")?,
            undo: dir.join("undo")?,
            host_key: dir.join("host-key")?,
            dir,
        })
    }
}

impl State {
    /// The file in [`Self::host_key`].
    pub(crate) fn host_key_file(&self) -> Result<AbsPath, NotAPath> {
        self.host_key.join(payload::render::KEY)
    }

    /// Whether `change` made the state directory, or one above it: those outlive every other change.
    pub(crate) fn holds(&self, change: &Change) -> bool {
        change.path().is_some_and(|path| self.dir.is_within(path))
    }

    /// The state directory and those above it, as far as `changes` made them, from the top down.
    pub(crate) fn made_by(&self, changes: &[Change]) -> Vec<AbsPath> {
        let made = |path: &AbsPath| changes.iter().any(|change| change.path() == Some(path));
        self.dir.lineage().into_iter().filter(made).collect()
    }
}

impl Receipt {
    /// A receipt in the current form.
    pub(crate) fn new(
        bundle: Digest,
        installed: OffsetDateTime,
        supervision: Supervision,
        manifest: Manifest,
        newest: Newest,
        changes: Vec<Change>,
    ) -> Self {
        Self { schema: SCHEMA, bundle, installed, supervision, manifest, newest: Some(newest), waiting: None, changes }
    }

    pub(crate) fn read(tree: &Tree, path: &AbsPath) -> Result<Option<Self>, ReceiptError> {
        read(tree, path)
    }

    pub(crate) fn write(&self, permit: &Permit, tree: &Tree, path: &AbsPath) -> Result<(), FsError> {
        write(permit, self, tree, path)
    }
}

impl Kept {
    /// What remains of the member in `manifest` when only `changes` are left, and data of this `identity`. Data elsewhere than
    /// it had its own is another's, or was moved away from: nobody's to take or to purge any more.
    pub(crate) fn of(manifest: &Manifest, mut changes: Vec<Change>, identity: Option<Identity>) -> Self {
        let Manifest { cluster, token, member, .. } = manifest;
        changes.retain(|change| !change.is_of_data() || change.path() == Some(&manifest.layout.data));
        Self {
            schema: SCHEMA,
            cluster_id: manifest.provenance.as_ref().map(|provenance| provenance.cluster_id),
            cluster: cluster.to_string(),
            token: token.to_string(),
            member: member.to_string(),
            etcd: Some(manifest.release.version),
            identity,
            known: None,
            changes,
        }
    }

    /// With whom this host knows.
    pub(crate) fn knowing(self, known: Option<Memory>) -> Self {
        Self { known, ..self }
    }

    /// Where data was kept: before a first install, only a key was.
    pub(crate) fn data(&self) -> Option<&AbsPath> {
        self.changes.iter().find(|change| change.is_of_data()).and_then(Change::path)
    }

    /// Whether `manifest` is for the member whose data was kept.
    pub(crate) fn is_for(&self, manifest: &Manifest) -> bool {
        self.cluster == manifest.cluster.as_str()
            && self.token == manifest.token.as_str()
            && self.member == manifest.member.as_str()
            && self.cluster_id.is_none_or(|id| manifest.provenance.as_ref().is_some_and(|of| of.cluster_id == id))
    }

    pub(crate) fn read(tree: &Tree, path: &AbsPath) -> Result<Option<Self>, ReceiptError> {
        read(tree, path)
    }

    pub(crate) fn write(&self, permit: &Permit, tree: &Tree, path: &AbsPath) -> Result<(), FsError> {
        write(permit, self, tree, path)
    }
}

fn read<T: serde::de::DeserializeOwned>(tree: &Tree, path: &AbsPath) -> Result<Option<T>, ReceiptError> {
    tree.read_if_there(path, MAX_BYTES)?.map(|bytes| parse(&bytes, path)).transpose()
}

fn parse<T: serde::de::DeserializeOwned>(bytes: &[u8], path: &AbsPath) -> Result<T, ReceiptError> {
    #[derive(Deserialize)]
    struct SchemaOnly {
        schema: u32,
    }
    let form = |error| ReceiptError::Form(path.clone(), error);
    let SchemaOnly { schema } = serde_json::from_slice(bytes).map_err(form)?;
    if !(1..=SCHEMA).contains(&schema) {
        return Err(ReceiptError::Schema(path.clone(), schema));
    }
    serde_json::from_slice(bytes).map_err(form)
}

fn write<T: Serialize>(permit: &Permit, value: &T, tree: &Tree, path: &AbsPath) -> Result<(), FsError> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|error| FsError::of_json("writing", path, error))?;
    bytes.push(b'\n');
    tree.put_file(permit, path, Mode::SECRET, Ids::ROOT, &mut bytes.as_slice())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receipts_of_every_form_are_readable_and_a_newer_one_is_named() {
        let path: AbsPath = "/var/lib/etcdpack/receipt.json".parse().unwrap();
        let (first, second) = (include_str!("../fixtures/receipt-1.json"), include_str!("../fixtures/receipt-2.json"));
        let third = include_str!("../fixtures/receipt-3.json");
        for (text, newest) in [(first, None), (second, Some(1)), (third, Some(1))] {
            let receipt: Receipt = parse(text.as_bytes(), &path).unwrap();
            assert_eq!((receipt.manifest.host.as_str(), receipt.changes.is_empty()), ("n1", false));
            assert_eq!(receipt.newest.map(|newest| newest.serial.get()), newest);
            assert_eq!(crate::signer::known(Some(&receipt), None).is_some(), newest.is_some());
        }
        let text = first;
        let newer = text.replacen("\"schema\": 1", "\"schema\": 4", 1);
        let error = parse::<Receipt>(newer.as_bytes(), &path).unwrap_err().to_string();
        assert!(error.contains("has schema 4"), "{error}");
        assert!(parse::<Receipt>(&text.as_bytes()[..text.len() / 2], &path).is_err());
    }

    #[test]
    fn what_was_kept_is_readable_with_and_without_what_its_data_is() {
        let path: AbsPath = "/var/lib/etcdpack/kept.json".parse().unwrap();
        let (first, second) = (include_str!("../fixtures/kept-1.json"), include_str!("../fixtures/kept-2.json"));
        let [first, second]: [Kept; 2] = [first, second].map(|text| parse(text.as_bytes(), &path).unwrap());
        assert_eq!((first.etcd, first.identity), (None, None));
        assert_eq!(second.etcd, Some(EtcdVersion::new(3, 5, 1)));
        let said = include_str!("../fixtures/wal-3.5.1.txt").trim().split_once(' ').unwrap();
        let of = second.identity.unwrap().to_string();
        assert_eq!(of, format!("member {} of cluster {}", said.1, said.0));
        assert!(first.data().is_some() && second.data().is_some());
        assert!(crate::signer::known(None, Some(&second)).is_none());
        let third: Kept = parse(include_str!("../fixtures/kept-3.json").as_bytes(), &path).unwrap();
        let known = crate::signer::known(None, Some(&third)).unwrap();
        assert_eq!(known.newest().map(|newest| newest.serial.get()), Some(1));
        let again: Kept = serde_json::from_str(&serde_json::to_string(&third).unwrap()).unwrap();
        assert_eq!(again, third);
    }
}
