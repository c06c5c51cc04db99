//! Whether this host takes a bundle from whoever signed it, and in which order. Pure: what is known here comes from the
//! receipt or from what an uninstall kept, what is claimed from the operator.

use std::num::NonZeroU64;

use payload::digest::Digest;
use payload::exit::ExitStatus;
use payload::fingerprint::{Claim, Fingerprint};
use payload::provenance::Provenance;
use payload::signer::SignerKey;
use serde::{Deserialize, Serialize};

use crate::failure::Diagnose;
use crate::finding::{BundleFinding, Finding};
use crate::help::Help;
use crate::text::help;

/// What a bundle's signer is to this host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SignerStatus {
    /// Who signed what this host has had.
    Known,
    /// That one's successor, by its own word.
    Successor,
    /// Not known here yet, but named by the operator.
    Named,
    /// Nobody has said a word for it.
    Unknown,
    /// Nobody has said a word for it, and another signed what was here before the uninstall.
    Changed,
}

/// Somebody has said a word for the signer: what its bundle brings may run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settled(());

impl SignerStatus {
    /// `None` while nobody has.
    pub(crate) fn settled(self) -> Option<Settled> {
        match self {
            Self::Known | Self::Successor | Self::Named => Some(Settled(())),
            Self::Unknown | Self::Changed => None,
        }
    }
}

/// A signer that is not to be trusted here.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum SignerError {
    Other { signer: Fingerprint, known: Fingerprint },
    NotNamed { signer: Fingerprint },
}

impl Diagnose for SignerError {
    fn exit_status(&self) -> ExitStatus {
        ExitStatus::NotVerified
    }

    fn help(&self) -> Option<Help> {
        Some(match self {
            Self::Other { .. } => help::the_hosts_own_bundle(),
            Self::NotNamed { .. } => help::read_the_words_again(),
        })
    }
}

/// Whom this host knows: who signed the last bundle that it took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known<'a> {
    pub(crate) signer: &'a SignerKey,
    /// The newest bundle by that one or those before it.
    newest: Option<Newest>,
    from: Source,
}

/// Which record says so.
#[derive(Debug, Clone, Copy)]
enum Source {
    /// This bundle is installed.
    Receipt { bundle: Digest },
    /// Nothing is installed, but its data was kept.
    Kept,
}

/// What `kept.json` remembers of the signer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Memory {
    signer: SignerKey,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    newest: Option<Newest>,
}

impl<'a> Known<'a> {
    /// Who signed the bundle that is installed.
    pub(crate) fn by_receipt(signer: &'a SignerKey, newest: Option<Newest>, bundle: Digest) -> Self {
        Self { signer, newest, from: Source::Receipt { bundle } }
    }

    /// Whom an uninstall has remembered.
    pub(crate) fn by_memory(memory: &'a Memory) -> Self {
        Self { signer: &memory.signer, newest: memory.newest, from: Source::Kept }
    }

    /// Whether a bundle of this provenance is by the same signer, or by one that it named its successor.
    pub(crate) fn covers(&self, provenance: &Provenance) -> bool {
        provenance.signer == *self.signer || provenance.succeeds(self.signer)
    }

    /// The newest bundle by that signer or those before it, where that is on record.
    pub(crate) fn newest(&self) -> Option<Newest> {
        self.newest
    }

    /// What an uninstall writes down of it.
    pub(crate) fn memory(&self) -> Memory {
        Memory { signer: self.signer.clone(), newest: self.newest }
    }
}

impl Memory {
    /// Of a bundle whose install was begun and is not on record: its signer was settled before, its number is no news.
    pub(crate) fn of_begun(provenance: &Provenance) -> Self {
        Self { signer: provenance.signer.clone(), newest: None }
    }
}

/// The signer's status, or why it has none.
pub(crate) fn status(
    provenance: &Provenance,
    known: Option<Known>,
    named: Option<&Claim>,
) -> Result<SignerStatus, SignerError> {
    let signer = provenance.signer.fingerprint();
    if named.is_some_and(|claim| !claim.is_of(signer)) {
        return Err(SignerError::NotNamed { signer });
    }
    match known {
        Some(known) if provenance.signer == *known.signer => Ok(SignerStatus::Known),
        Some(known) if known.covers(provenance) => Ok(SignerStatus::Successor),
        Some(Known { signer: other, from: Source::Receipt { .. }, .. }) => {
            Err(SignerError::Other { signer, known: other.fingerprint() })
        }
        Some(_) if named.is_none() => Ok(SignerStatus::Changed),
        Some(_) => Ok(SignerStatus::Named),
        None if named.is_some() => Ok(SignerStatus::Named),
        None => Ok(SignerStatus::Unknown),
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
pub(crate) fn order(serial: NonZeroU64, bundle: Digest, known: &Known, downgrade: Downgrade) -> Option<Finding> {
    let newest = known.newest?;
    let is_installed = matches!(known.from, Source::Receipt { bundle: installed } if installed == bundle);
    if is_installed || serial > newest.serial || bundle == newest.bundle {
        return None;
    }
    let found = if serial == newest.serial {
        BundleFinding::SameNumber { serial, newest: newest.bundle }
    } else if downgrade == Downgrade::Allow {
        BundleFinding::OlderAllowed { serial, newest: newest.serial }
    } else {
        BundleFinding::Older { serial, newest: newest.serial }
    };
    Some(found.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tests::provenance;

    #[test]
    fn a_stranger_is_told_from_the_known_and_the_named() {
        let first = provenance(1);
        let key = &first.signer;
        let installed =
            |signer| Known { signer, newest: None, from: Source::Receipt { bundle: Digest::of(b"bundle") } };
        let claim: Claim = key.fingerprint().to_string().parse().unwrap();
        assert_eq!(status(&first, Some(installed(key)), None), Ok(SignerStatus::Known));
        assert_eq!(status(&first, Some(installed(key)), Some(&claim)), Ok(SignerStatus::Known));
        assert_eq!(status(&first, None, Some(&claim)), Ok(SignerStatus::Named));
        assert_eq!(status(&first, None, None), Ok(SignerStatus::Unknown));
        let other = provenance(2);
        let signer = other.signer.fingerprint();
        let stranger = Err(SignerError::Other { signer, known: key.fingerprint() });
        assert_eq!(status(&other, Some(installed(key)), None), stranger);
        // Naming a stranger does not make it known: that takes the word of the one before.
        let named: Claim = signer.sum().to_string().parse().unwrap();
        assert!(matches!(status(&other, Some(installed(key)), Some(&named)), Err(SignerError::Other { .. })));
        // After an uninstall that kept data it takes the operator's, and nothing less.
        let kept = Known { from: Source::Kept, ..installed(key) };
        assert_eq!(status(&first, Some(kept), None), Ok(SignerStatus::Known));
        assert_eq!(status(&other, Some(kept), None), Ok(SignerStatus::Changed));
        assert_eq!(status(&other, Some(kept), Some(&named)), Ok(SignerStatus::Named));
        for known in [Some(installed(key)), Some(kept), None] {
            assert_eq!(status(&other, known, Some(&claim)), Err(SignerError::NotNamed { signer }));
        }
    }

    #[test]
    fn numbers_only_grow() {
        let n = |serial| NonZeroU64::new(serial).unwrap();
        let [old, same, new] = [b"1", b"2", b"3"].map(|bytes| Digest::of(bytes));
        let signer = provenance(1).signer;
        let newest = Some(Newest { serial: n(5), bundle: same });
        let known = Known { signer: &signer, newest, from: Source::Receipt { bundle: same } };
        let code =
            |serial, bundle, downgrade| order(n(serial), bundle, &known, downgrade).map(|found| found.code().as_str());
        assert_eq!(code(6, new, Downgrade::Refuse), None);
        assert_eq!(code(5, same, Downgrade::Refuse), None);
        assert_eq!(code(5, new, Downgrade::Refuse), Some("same-number"));
        assert_eq!(code(5, new, Downgrade::Allow), Some("same-number"));
        assert_eq!(code(4, old, Downgrade::Refuse), Some("older-bundle"));
        // The mark stays after a downgrade, and the bundle that was put back can be installed again.
        let newest = Newest::after(newest, n(4), old);
        assert_eq!(newest, Newest { serial: n(5), bundle: same });
        let back = Known { from: Source::Receipt { bundle: old }, ..known };
        assert_eq!(order(n(4), old, &back, Downgrade::Refuse), None);
        assert_eq!(order(n(5), same, &back, Downgrade::Refuse), None);
        // What an uninstall kept remembers the number, too.
        let kept = Known { from: Source::Kept, ..known };
        assert_eq!(order(n(5), same, &kept, Downgrade::Refuse), None);
        let found = order(n(4), old, &kept, Downgrade::Refuse);
        assert_eq!(found.map(|found| found.code().as_str()), Some("older-bundle"));
    }
}
