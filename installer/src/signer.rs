//! Whether this host takes a bundle from whoever signed it, and in which order. Pure: what is known here comes from the
//! receipt, what is claimed from the operator.

use std::num::NonZeroU64;

use payload::digest::Digest;
use payload::fingerprint::{Claim, Fingerprint};
use payload::provenance::Provenance;
use payload::signer::SignerKey;
use serde::{Deserialize, Serialize};

use crate::check::{Finding, refuse, warn};
use crate::receipt::Receipt;

/// What a bundle's signer is to this host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Standing {
    /// Who signed what is installed.
    Known,
    /// That one's successor, by its own word.
    Successor,
    /// Not known here yet, but named by the operator.
    Named,
    /// Nobody has said a word for it.
    Unknown,
}

/// A signer that is not to be trusted here.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum Stranger {
    #[error(
        "the bundle is signed by {signer}; this host takes bundles by {known} alone, who has not named that one successor"
    )]
    Other { signer: Fingerprint, known: Fingerprint },
    #[error("the bundle is signed by {signer}, not by the signer that you named")]
    NotNamed { signer: Fingerprint },
}

/// Who signed what is installed, if that was signed.
pub(crate) fn known(receipt: Option<&Receipt>) -> Option<&SignerKey> {
    Some(&receipt?.manifest.provenance.as_ref()?.signer)
}

/// The signer's standing, or why it has none.
pub(crate) fn standing(
    provenance: &Provenance,
    known: Option<&SignerKey>,
    named: Option<&Claim>,
) -> Result<Standing, Stranger> {
    let signer = provenance.signer.fingerprint();
    if named.is_some_and(|claim| !claim.is_of(signer)) {
        return Err(Stranger::NotNamed { signer });
    }
    match known {
        Some(known) if provenance.signer == *known => Ok(Standing::Known),
        Some(known) if provenance.succeeds(known) => Ok(Standing::Successor),
        Some(known) => Err(Stranger::Other { signer, known: known.fingerprint() }),
        None if named.is_some() => Ok(Standing::Named),
        None => Ok(Standing::Unknown),
    }
}

/// The newest bundle that this host has had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Newest {
    pub(crate) serial: NonZeroU64,
    pub(crate) bundle: Digest,
}

impl Newest {
    /// After a bundle with this number was installed.
    pub(crate) fn after(earlier: Option<Self>, serial: NonZeroU64, bundle: Digest) -> Self {
        earlier.filter(|newest| newest.serial > serial).unwrap_or(Self { serial, bundle })
    }
}

/// What an older bundle may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Downgrade {
    Refuse,
    /// By the operator's word.
    Allow,
}

/// Whether the bundle comes after those that this host has had.
pub(crate) fn order(serial: NonZeroU64, bundle: Digest, receipt: &Receipt, downgrade: Downgrade) -> Option<Finding> {
    let newest = receipt.newest?;
    if bundle == receipt.bundle || serial > newest.serial || bundle == newest.bundle {
        return None;
    }
    if serial == newest.serial {
        let text = format!(
            "this bundle and the one that was installed here ({}) both bear number {serial}, and differ: one of them is not \
             from the directory `pki/` that numbers them",
            newest.bundle.short()
        );
        return Some(refuse("same-number", text, "etcdpack inspect HOST.run, on the connected machine"));
    }
    let text = format!("this bundle is number {serial}; number {} was installed here already", newest.serial);
    Some(match downgrade {
        Downgrade::Refuse => {
            refuse("older-bundle", text, "the newest bundle, or: ./HOST.run install --allow-downgrade")
        }
        Downgrade::Allow => warn("older-bundle", text, "etcdpack build"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tests::{provenance, receipt};

    #[test]
    fn a_stranger_is_told_from_the_known_and_the_named() {
        let first = provenance(1);
        let key = &first.signer;
        let claim: Claim = key.fingerprint().to_string().parse().unwrap();
        assert_eq!(standing(&first, Some(key), None), Ok(Standing::Known));
        assert_eq!(standing(&first, Some(key), Some(&claim)), Ok(Standing::Known));
        assert_eq!(standing(&first, None, Some(&claim)), Ok(Standing::Named));
        assert_eq!(standing(&first, None, None), Ok(Standing::Unknown));
        let other = provenance(2);
        let signer = other.signer.fingerprint();
        assert_eq!(standing(&other, Some(key), None), Err(Stranger::Other { signer, known: key.fingerprint() }));
        // Naming a stranger does not make it known: that takes the word of the one before.
        let named: Claim = signer.sum().to_string().parse().unwrap();
        assert!(matches!(standing(&other, Some(key), Some(&named)), Err(Stranger::Other { .. })));
        for known in [Some(key), None] {
            assert_eq!(standing(&other, known, Some(&claim)), Err(Stranger::NotNamed { signer }));
        }
    }

    #[test]
    fn numbers_only_grow() {
        let n = |serial| NonZeroU64::new(serial).unwrap();
        let [old, same, new] = [b"1", b"2", b"3"].map(|bytes| Digest::of(bytes));
        let receipt = Receipt { bundle: same, newest: Some(Newest { serial: n(5), bundle: same }), ..receipt() };
        let code = |serial, bundle, downgrade| order(n(serial), bundle, &receipt, downgrade).map(|found| found.code);
        assert_eq!(code(6, new, Downgrade::Refuse), None);
        assert_eq!(code(5, same, Downgrade::Refuse), None);
        assert_eq!(code(5, new, Downgrade::Refuse), Some("same-number"));
        assert_eq!(code(5, new, Downgrade::Allow), Some("same-number"));
        assert_eq!(code(4, old, Downgrade::Refuse), Some("older-bundle"));
        // The mark stays after a downgrade, and the bundle that was put back can be installed again.
        let newest = Newest::after(receipt.newest, n(4), old);
        assert_eq!(newest, Newest { serial: n(5), bundle: same });
        let back = Receipt { bundle: old, newest: Some(newest), ..receipt };
        assert_eq!(order(n(4), old, &back, Downgrade::Refuse), None);
        assert_eq!(order(n(5), same, &back, Downgrade::Refuse), None);
    }
}
