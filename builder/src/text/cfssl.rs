//! cfssl's files, in English.

use std::fmt;

/// A span that is not in whole hours.
pub(crate) fn odd_expiry(text: impl fmt::Display) -> String {
    format!("an expiry is in whole hours, `24h` to `876000h`, not `{text}`")
}

/// A key that no certificate here is made for.
pub(crate) fn odd_key(algorithm: impl fmt::Display, size: u32) -> String {
    format!("a key is rsa of 2048, 3072 or 4096, or ecdsa of 256 or 384, not `{algorithm}` of {size}")
}

/// A profile without one of the usages of a member.
pub(crate) fn lacks_usages(profile: impl fmt::Display, usages: &[&str]) -> String {
    format!("the profile `{profile}` lacks {}: a member needs both", usages.join(" and "))
}

pub(crate) const SEVERAL_NAMES: &str = "`names` has more than one entry: the first was taken";

/// One of `hosts`.
pub(crate) fn not_a_host(text: impl fmt::Display) -> String {
    format!("`{text}` is neither a host's name nor an address")
}

/// A key of the cluster file that is written for the first time.
pub(crate) fn set(key: &str, new: impl fmt::Display) -> String {
    format!("{key} = \"{new}\"")
}

/// A key of the cluster file that has another value now.
pub(crate) fn changed(key: &str, new: impl fmt::Display, old: impl fmt::Display) -> String {
    format!("{key} = \"{new}\" (was {old})")
}

/// A list of the cluster file with these in it besides.
pub(crate) fn added(key: &str, new: &[&String]) -> String {
    format!("{key}: {}", new.iter().map(|one| format!("\"{one}\"")).collect::<Vec<_>>().join(", "))
}
