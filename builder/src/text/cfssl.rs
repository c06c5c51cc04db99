//! cfssl's files.

use std::fmt;

use payload::language::Words;
use payload::{say, words};

/// A span that is not in whole hours.
pub(crate) fn odd_expiry(text: impl fmt::Display) -> String {
    say!(
        en = "an expiry is in whole hours, `24h` to `876000h`, not `{text}`",
        zh = "有效期须为整小时，`24h` 到 `876000h`，而不是 `{text}`"
    )
}

/// A key that no certificate here is made for.
pub(crate) fn odd_key(algorithm: impl fmt::Display, size: u32) -> String {
    say!(
        en = "a key is rsa of 2048, 3072 or 4096, or ecdsa of 256 or 384, not `{algorithm}` of {size}",
        zh = "密钥可以是 rsa（2048、3072、4096）或 ecdsa（256、384），而不是 `{algorithm}`（{size}）"
    )
}

/// A profile without one of the usages of a member.
pub(crate) fn lacks_usages(profile: impl fmt::Display, usages: &[&str]) -> String {
    let usages = usages.join(&words!(en = " and ", zh = " 和 "));
    say!(
        en = "the profile `{profile}` lacks {usages}: a member needs both",
        zh = "profile `{profile}` 缺少 {usages}：成员两者都需要"
    )
}

pub(crate) const SEVERAL_NAMES: Words =
    words!(en = "`names` has more than one entry: the first was taken", zh = "`names` 有多项：采用了第一项");

/// One of `hosts`.
pub(crate) fn not_a_host(text: impl fmt::Display) -> String {
    say!(en = "`{text}` is neither a host's name nor an address", zh = "`{text}` 既不是主机名，也不是地址")
}

/// A key of the cluster file that is written for the first time.
pub(crate) fn set(key: &str, new: impl fmt::Display) -> String {
    format!("{key} = \"{new}\"")
}

/// A key of the cluster file that has another value now.
pub(crate) fn changed(key: &str, new: impl fmt::Display, old: impl fmt::Display) -> String {
    say!(en = "{key} = \"{new}\" (was {old})", zh = "{key} = \"{new}\"（原为 {old}）")
}

/// A list of the cluster file with these in it besides.
pub(crate) fn added(key: &str, new: &[&String]) -> String {
    let new = new.iter().map(|one| format!("\"{one}\"")).collect::<Vec<_>>().join(", ");
    say!(en = "{key}: {new}", zh = "{key}：{new}")
}
