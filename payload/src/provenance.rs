//! Where a bundle comes from: of which cluster it is, how many came before it, and whose signature it bears.
//!
//! It stands in the manifest, so the signature covers it.

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::fingerprint::Fingerprint;
use crate::signer::{Signature, SignerKey};

/// The most changes of the signing key that a bundle tells of.
pub const MAX_SUCCESSIONS: usize = 32;

/// Part of the manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Provenance {
    /// The name in the manifest is older than the word.
    #[serde(rename = "cluster-id")]
    pub site_id: SiteId,
    /// Of all bundles for this host the newest has the highest; the same number means the same bundle.
    pub serial: NonZeroU64,
    /// The key that the trailer's signature is by.
    pub signer: SignerKey,
    /// How the signing key came to change, oldest first.
    pub succession: Vec<Succession>,
}

/// 128 random bits that a cluster gets when it is founded: two clusters may have one name. etcd's own cluster id is
/// another thing.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SiteId([u8; 16]);

/// A text that is not a site id.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a site id is 32 hexadecimal digits")]
pub struct NotASiteId;

impl SiteId {
    /// From random bytes.
    #[must_use]
    pub fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for SiteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for SiteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for SiteId {
    type Err = NotASiteId;

    fn from_str(text: &str) -> Result<Self, NotASiteId> {
        let is_ours = text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let number = u128::from_str_radix(text, 16).ok().filter(|_| is_ours).ok_or(NotASiteId)?;
        Ok(Self(number.to_be_bytes()))
    }
}

impl TryFrom<String> for SiteId {
    type Error = NotASiteId;

    fn try_from(text: String) -> Result<Self, NotASiteId> {
        text.parse()
    }
}

impl From<SiteId> for String {
    fn from(id: SiteId) -> Self {
        id.to_string()
    }
}

/// One change of the signing key, by the word of the key before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Succession {
    pub from: SignerKey,
    pub to: SignerKey,
    /// Of [`Succession::statement`], by `from`.
    pub signature: Signature,
}

impl Succession {
    /// What the old key signs, as a text that `openssl dgst -verify` can be shown.
    #[must_use]
    pub fn statement(from: Fingerprint, to: Fingerprint) -> String {
        format!("etcdpack: whoever trusts signer {} is to trust signer {} in its place\n", from.sum(), to.sum())
    }

    fn is_good(&self) -> bool {
        let statement = Self::statement(self.from.fingerprint(), self.to.fingerprint());
        self.from.has_signed(Digest::of(statement.as_bytes()), &self.signature)
    }
}

/// A provenance that no builder writes.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadSuccession {
    #[error("it tells of more than {MAX_SUCCESSIONS} changes of the signing key")]
    Long,
    #[error("change {0} of the signing key is not signed by the key before")]
    Forged(usize),
    #[error("its changes of the signing key do not lead to its signer")]
    Broken,
}

impl Provenance {
    /// Every change is signed by the key before, each begins where the last one ended, and the last leads to the signer.
    pub(crate) fn check(&self) -> Result<(), BadSuccession> {
        if self.succession.len() > MAX_SUCCESSIONS {
            return Err(BadSuccession::Long);
        }
        let mut ends = self.succession.iter().map(|change| &change.to);
        let begins = self.succession.iter().skip(1).map(|change| &change.from).chain([&self.signer]);
        if self.succession.is_empty() || ends.by_ref().eq(begins) {
            let forged = self.succession.iter().position(|change| !change.is_good());
            return forged.map_or(Ok(()), |at| Err(BadSuccession::Forged(at + 1)));
        }
        Err(BadSuccession::Broken)
    }

    /// Whether who trusts `known` may trust the signer: it is the same, or `known` and those after it have said so.
    #[must_use]
    pub fn succeeds(&self, known: &SignerKey) -> bool {
        self.signer == *known || self.succession.iter().any(|change| change.from == *known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signer::tests::{public, sign};

    fn change(from: u8, to: u8, by: u8) -> Succession {
        let (from, to) = (public(from), public(to));
        let statement = Succession::statement(from.fingerprint(), to.fingerprint());
        Succession { from, to, signature: sign(by, Digest::of(statement.as_bytes())) }
    }

    fn provenance(signer: u8, succession: Vec<Succession>) -> Provenance {
        Provenance { site_id: SiteId::new([7; 16]), serial: NonZeroU64::MIN, signer: public(signer), succession }
    }

    #[test]
    fn trust_goes_on_only_by_the_word_of_the_key_before() {
        let good = provenance(3, vec![change(1, 2, 1), change(2, 3, 2)]);
        assert_eq!(good.check(), Ok(()));
        for (known, follows) in [(1, true), (2, true), (3, true), (4, false)] {
            assert_eq!(good.succeeds(&public(known)), follows, "{known}");
        }
        for (what, bad, fault) in [
            ("a stranger's word", provenance(2, vec![change(1, 2, 2)]), BadSuccession::Forged(1)),
            ("the second forged", provenance(3, vec![change(1, 2, 1), change(2, 3, 1)]), BadSuccession::Forged(2)),
            ("a gap", provenance(4, vec![change(1, 2, 1), change(3, 4, 3)]), BadSuccession::Broken),
            ("another end", provenance(3, vec![change(1, 2, 1)]), BadSuccession::Broken),
            ("too many", provenance(1, vec![change(1, 1, 1); 33]), BadSuccession::Long),
        ] {
            assert_eq!(bad.check(), Err(fault), "{what}");
        }
    }

    #[test]
    fn an_id_has_one_form() {
        let id = SiteId::new([0; 16]);
        assert_eq!(id.to_string().parse(), Ok(id));
        for bad in ["", "0", &"0".repeat(31), &"A".repeat(32), &format!("+{}", "0".repeat(31))] {
            assert_eq!(bad.parse::<SiteId>(), Err(NotASiteId), "{bad}");
        }
    }
}
