//! The receipt: the journal folded into the record of a finished install.

use std::collections::BTreeSet;

use payload::digest::Digest;
use payload::manifest::Manifest;
use payload::path::AbsPath;
use payload::signer::SignerKey;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::form::{self, ReceiptError, SCHEMA};
use crate::change::Change;
use crate::facts::data::wal::Identity;
use crate::facts::restore::Restored;
use crate::host::{FsError, Tree};
use crate::restart::Waiting;
use crate::signer::{Known, Newest};
use crate::supervision::Supervision;
use crate::transaction::Permit;

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
    /// The signers whose place that of `manifest` has taken here, beside those that have named it their successor.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) replaced: Vec<SignerKey>,
    /// The certificates of CAs that the bundle brought; none of installs before this was kept.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) cas: BTreeSet<Digest>,
    /// What takes effect when etcd is restarted; `None` where nothing waits, and of installs before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) waiting: Option<Waiting>,
    /// Whose data etcd calls what lies here, once it has run; `None` of installs before this was kept, and of one that has not
    /// been started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) identity: Option<Identity>,
    /// The snapshot that the data came of at their beginning; `None` where they came of none, or that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) restored: Option<Restored>,
    pub(crate) changes: Vec<Change>,
}

impl Receipt {
    /// Who signed what is installed, unless it is from before bundles were signed.
    pub(crate) fn signer(&self) -> Option<Known<'_>> {
        Some(Known::by_receipt(self.manifest.provenance.as_ref()?, &self.replaced, self.newest, self.bundle))
    }

    /// A receipt in the current form.
    pub(crate) fn new(
        bundle: Digest,
        installed: OffsetDateTime,
        supervision: Supervision,
        manifest: Manifest,
        newest: Option<Newest>,
        changes: Vec<Change>,
    ) -> Self {
        Self {
            schema: SCHEMA,
            bundle,
            installed,
            supervision,
            manifest,
            newest,
            replaced: Vec::new(),
            cas: BTreeSet::new(),
            waiting: None,
            identity: None,
            restored: None,
            changes,
        }
    }

    pub(crate) fn read(tree: &Tree, path: &AbsPath) -> Result<Option<Self>, ReceiptError> {
        form::read(tree, path)
    }

    pub(crate) fn write(&self, permit: &Permit, tree: &Tree, path: &AbsPath) -> Result<(), FsError> {
        form::write(permit, self, tree, path)
    }
}

#[cfg(test)]
mod tests {
    use super::super::form::parse;
    use super::*;

    #[test]
    fn receipts_of_every_form_are_readable_and_a_newer_one_is_named() {
        let path: AbsPath = "/var/lib/etcdpack/receipt.json".parse().unwrap();
        let (first, second) =
            (include_str!("../../fixtures/receipt-1.json"), include_str!("../../fixtures/receipt-2.json"));
        let third = include_str!("../../fixtures/receipt-3.json");
        for (text, newest) in [(first, None), (second, Some(1)), (third, Some(1))] {
            let receipt: Receipt = parse(text.as_bytes(), &path).unwrap();
            assert_eq!((receipt.manifest.host.as_str(), receipt.changes.is_empty()), ("n1", false));
            assert_eq!(receipt.newest.map(|newest| newest.serial.get()), newest);
            assert_eq!(receipt.signer().is_some(), newest.is_some());
        }
        let text = first;
        let newer = text.replacen("\"schema\": 1", "\"schema\": 4", 1);
        let error = parse::<Receipt>(newer.as_bytes(), &path).unwrap_err().to_string();
        assert!(error.contains("has schema 4"), "{error}");
        assert!(parse::<Receipt>(&text.as_bytes()[..text.len() / 2], &path).is_err());
    }
}
