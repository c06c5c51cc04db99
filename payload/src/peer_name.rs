//! The common name by which members know each other's certificates, where the CA alone is not to decide.

use std::fmt;

use crate::words;
use serde::{Deserialize, Serialize};

/// What `--peer-cert-allowed-cn` takes: 1 to 64 printable ASCII characters (the bound is X.520's). Left out are the quote and
/// the backslash, which a shell would read, and the comma, which parts names from etcd 3.5.15 on.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PeerName(String);

impl PeerName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A common name that the flag cannot say.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{}", words!(en = "a common name that members know each other by has 1 to 64 printable ASCII characters, and none of `' \\ ,`", zh = "成员互认所用的通用名为 1 至 64 个可打印的 ASCII 字符，且不含 `' \\ ,`"))]
pub struct NotAPeerName;

impl TryFrom<String> for PeerName {
    type Error = NotAPeerName;

    fn try_from(text: String) -> Result<Self, NotAPeerName> {
        let plain = |c: char| (' '..='~').contains(&c) && !"'\\,".contains(c);
        let fits = (1..=64).contains(&text.len()) && text.chars().all(plain) && text.trim() == text;
        if fits { Ok(Self(text)) } else { Err(NotAPeerName) }
    }
}

impl From<PeerName> for String {
    fn from(name: PeerName) -> Self {
        name.0
    }
}

impl fmt::Display for PeerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for PeerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_the_same_to_a_shell_and_to_etcd() {
        for good in ["etcd-peer", "etcd peer of c", "*.example.com", &"n".repeat(64)] {
            assert_eq!(PeerName::try_from(good.to_owned()).unwrap().as_str(), good);
        }
        for bad in ["", " a", "a ", "a,b", "a'b", "a\\b", "a\nb", "节点", &"n".repeat(65)] {
            assert_eq!(PeerName::try_from(bad.to_owned()), Err(NotAPeerName), "{bad}");
        }
    }
}
