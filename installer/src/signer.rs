//! Whether this host takes a bundle from whoever signed it, and in which order. Pure: what is known here comes from the
//! receipt or from what an uninstall kept, what is claimed from the operator.

use std::num::NonZeroU64;

use payload::digest::Digest;
use payload::exit::ExitStatus;
use payload::fingerprint::{Claim, Fingerprint};
use payload::provenance::{MAX_SUCCESSIONS, Provenance, Succession};
use payload::signer::SignerKey;
use serde::{Deserialize, Serialize};

use crate::failure::Diagnose;
use crate::finding::{BundleFinding, Finding};
use crate::help::Help;
use crate::text::help;

/// The most signers that a record remembers as replaced: twice as many as a bundle can tell of.
const MAX_REPLACED: usize = 2 * MAX_SUCCESSIONS;

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
    Other {
        signer: Fingerprint,
        known: Fingerprint,
    },
    /// `known` has taken its place before, on this host or by its own word.
    Replaced {
        signer: Fingerprint,
        known: Fingerprint,
    },
    NotNamed {
        signer: Fingerprint,
    },
}

impl Diagnose for SignerError {
    fn exit_status(&self) -> ExitStatus {
        ExitStatus::NotVerified
    }

    fn help(&self) -> Option<Help> {
        Some(match self {
            Self::Other { .. } => help::the_hosts_own_bundle(),
            Self::Replaced { .. } => help::the_bundle_of_whom_is_kept(),
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
    /// Those whose place that one has taken: on this host, and by their own word.
    replaced: &'a [SignerKey],
    succession: &'a [Succession],
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
    /// Whose place it has taken; none are known of what was kept before that was remembered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    replaced: Vec<SignerKey>,
}

impl<'a> Known<'a> {
    /// Who signed the bundle that is installed, of this provenance.
    pub(crate) fn by_receipt(
        provenance: &'a Provenance,
        replaced: &'a [SignerKey],
        newest: Option<Newest>,
        bundle: Digest,
    ) -> Self {
        let Provenance { signer, succession, .. } = provenance;
        Self { signer, newest, replaced, succession, from: Source::Receipt { bundle } }
    }

    /// Whom an uninstall has remembered.
    pub(crate) fn by_memory(memory: &'a Memory) -> Self {
        let Memory { signer, newest, replaced } = memory;
        Self { signer, newest: *newest, replaced, succession: &[], from: Source::Kept }
    }

    /// Whether a bundle of this provenance is by the same signer, or by one that it named its successor.
    pub(crate) fn covers(&self, provenance: &Provenance) -> bool {
        provenance.signer == *self.signer || provenance.succeeds(self.signer)
    }

    /// The newest bundle by that signer or those before it, where that is on record.
    pub(crate) fn newest(&self) -> Option<Newest> {
        self.newest
    }

    /// Those whose place the signer has taken, oldest first.
    fn replaced(&self) -> impl Iterator<Item = &'a SignerKey> {
        self.replaced.iter().chain(self.succession.iter().map(|change| &change.from))
    }

    /// What an uninstall writes down of it.
    pub(crate) fn memory(&self) -> Memory {
        let replaced = remembered(self.replaced(), self.signer);
        Memory { signer: self.signer.clone(), newest: self.newest, replaced }
    }
}

impl Memory {
    /// Of a bundle whose install was begun and is not on record: its signer was settled before, its number is no news.
    pub(crate) fn of_begun(provenance: &Provenance) -> Self {
        let replaced = remembered(provenance.succession.iter().map(|change| &change.from), &provenance.signer);
        Self { signer: provenance.signer.clone(), newest: None, replaced }
    }
}

/// Those whose place the signer of `provenance` has taken once its bundle is installed where `known` was: what that one had
/// replaced, and itself. Who has named a successor is in the provenance anyhow.
pub(crate) fn replaced(known: Option<Known>, provenance: &Provenance) -> Vec<SignerKey> {
    let before = known.iter().flat_map(|known| known.replaced().chain([known.signer]));
    remembered(before, &provenance.signer)
}

/// Each of them once but `signer`, the newest alone where they are too many.
fn remembered<'a>(all: impl Iterator<Item = &'a SignerKey>, signer: &SignerKey) -> Vec<SignerKey> {
    let mut once: Vec<SignerKey> = Vec::new();
    for one in all.filter(|one| *one != signer) {
        if !once.contains(one) {
            once.push(one.clone());
        }
    }
    let begin = once.len().saturating_sub(MAX_REPLACED);
    once.split_off(begin)
}

/// The signer's status, or why it has none.
pub(crate) fn status(
    provenance: &Provenance,
    known: Option<Known>,
    named: Option<&Claim>,
) -> Result<SignerStatus, SignerError> {
    let signer = provenance.signer.fingerprint();
    if named.is_some_and(|claim| !provenance.signer.is_meant_by(claim)) {
        return Err(SignerError::NotNamed { signer });
    }
    match known {
        Some(known) if provenance.signer == *known.signer => Ok(SignerStatus::Known),
        Some(known) if known.covers(provenance) => Ok(SignerStatus::Successor),
        Some(Known { signer: other, from: Source::Receipt { .. }, .. }) => {
            Err(SignerError::Other { signer, known: other.fingerprint() })
        }
        Some(known) if known.replaced().any(|before| *before == provenance.signer) => {
            Err(SignerError::Replaced { signer, known: known.signer.fingerprint() })
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

/// That a bundle's signer would take the place of the one that an uninstall has kept. While a bundle is installed, no other
/// signer's comes so far.
pub(crate) fn change(provenance: &Provenance, known: &Known) -> Option<Finding> {
    let kept = known.signer.fingerprint();
    (!known.covers(provenance)).then(|| BundleFinding::OtherSigner { kept }.into())
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
        let from = Source::Receipt { bundle: Digest::of(b"bundle") };
        let installed = |signer| Known { signer, newest: None, replaced: &[], succession: &[], from };
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
        // It warns of it, and of nothing else.
        let code = |provenance| change(provenance, &kept).map(|found| found.code().as_str());
        assert_eq!((code(&first), code(&other)), (None, Some("signer-changed")));
    }

    #[test]
    fn whoever_was_replaced_stays_so_through_every_record() {
        let (first, other) = (provenance(1), provenance(2));
        let (old, new) = (first.signer.clone(), other.signer.clone());
        // The second has taken the first one's place here, by its words.
        let memory = |known: Known| known.memory();
        let before = memory(Known::by_receipt(&first, &[], None, Digest::of(b"1")));
        let now = replaced(Some(Known::by_memory(&before)), &other);
        assert_eq!(now, vec![old.clone()]);
        let kept = memory(Known::by_receipt(&other, &now, None, Digest::of(b"2")));
        let kept: Memory = serde_json::from_str(&serde_json::to_string(&kept).unwrap()).unwrap();
        let refused = Err(SignerError::Replaced { signer: old.fingerprint(), known: new.fingerprint() });
        let claim: Claim = old.fingerprint().to_string().parse().unwrap();
        for named in [None, Some(&claim)] {
            assert_eq!(status(&first, Some(Known::by_memory(&kept)), named), refused);
        }
        // Or the first has named it: that is in the installed bundle, and in one that was only begun.
        // Any signature: who opened the bundle has checked it.
        let signature = "MAYCAQECAQE=".to_owned().try_into().unwrap();
        let change = Succession { from: old.clone(), to: new.clone(), signature };
        let successor = Provenance { succession: vec![change], ..other };
        let receipt = Known::by_receipt(&successor, &[], None, Digest::of(b"2"));
        for kept in [memory(receipt), Memory::of_begun(&successor)] {
            assert_eq!(status(&first, Some(Known::by_memory(&kept)), Some(&claim)), refused);
        }
        // What was kept before that was remembered reads as nobody.
        let text = serde_json::to_string(&before).unwrap();
        assert!(!text.contains("replaced"), "{text}");
    }

    #[test]
    fn numbers_only_grow() {
        let n = |serial| NonZeroU64::new(serial).unwrap();
        let [old, same, new] = [b"1", b"2", b"3"].map(|bytes| Digest::of(bytes));
        let signer = provenance(1).signer;
        let newest = Some(Newest { serial: n(5), bundle: same });
        let from = Source::Receipt { bundle: same };
        let known = Known { signer: &signer, newest, replaced: &[], succession: &[], from };
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
