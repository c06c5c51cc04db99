//! Names that people choose: clusters, hosts, members and the user that etcd runs as.
//!
//! Every one of them ends up in a shell script, a systemd unit (where `%` expands), a supervisor section, a
//! file name and a certificate, so the grammars are narrow enough to need quoting in none of them.

use std::fmt;
use std::num::{NonZeroU32, NonZeroU64};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::language::Words;
use crate::{say, words};

/// Why a text is not the name it should be.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotAName {
    /// Nothing there, or more than the grammar takes.
    #[error("{}", say!(en = "a {kind} has 1 to {max} characters, this one has {len}", zh = "{kind}为 1 至 {max} 个字符，这里有 {len} 个"))]
    Length { kind: Words, max: usize, len: usize },
    /// A character that would need quoting somewhere.
    #[error("{}", say!(en = "the {kind} `{}` has the character `{}`; a {kind} is made of {allowed}", zh = "{kind} `{}` 中有字符 `{}`；{kind}由{allowed}组成", text.escape_debug(), odd.escape_debug()))]
    Character { kind: Words, text: String, odd: char, allowed: Words },
    /// A first character that tools would misread.
    #[error("{}", say!(en = "the {_1} `{}` must start with a letter or a digit", zh = "{_1} `{}` 必须以字母或数字开头", _0.escape_debug()))]
    Start(String, Words),
    /// Who breaks into etcd would have the host.
    #[error("{}", words!(en = "etcd is not to run as `root`", zh = "etcd 不能以 `root` 运行"))]
    Root,
}

/// One kind of name: its words for errors, its length and its alphabet.
struct Grammar {
    kind: Words,
    max: usize,
    allowed: Words,
    takes: fn(char) -> bool,
    /// Of the first character, besides letters and digits.
    starts: &'static str,
}

impl Grammar {
    fn check(&self, text: &str) -> Result<(), NotAName> {
        let len = text.chars().count();
        if len == 0 || len > self.max {
            return Err(NotAName::Length { kind: self.kind, max: self.max, len });
        }
        if let Some(odd) = text.chars().find(|c| !(self.takes)(*c)) {
            let Self { kind, allowed, .. } = *self;
            return Err(NotAName::Character { kind, text: text.to_owned(), odd, allowed });
        }
        if text.starts_with(|c: char| !c.is_ascii_alphanumeric() && !self.starts.contains(c)) {
            return Err(NotAName::Start(text.to_owned(), self.kind));
        }
        Ok(())
    }
}

/// The same for users, of whom one is not taken.
struct Unprivileged(Grammar);

impl Unprivileged {
    fn check(&self, text: &str) -> Result<(), NotAName> {
        if text == "root" { Err(NotAName::Root) } else { self.0.check(text) }
    }
}

macro_rules! name {
    ($(#[$doc:meta])* $type:ident, $grammar:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $type(String);

        impl $type {
            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $type {
            type Err = NotAName;

            fn from_str(text: &str) -> Result<Self, NotAName> {
                $grammar.check(text)?;
                Ok(Self(text.to_owned()))
            }
        }

        impl TryFrom<String> for $type {
            type Error = NotAName;

            fn try_from(text: String) -> Result<Self, NotAName> {
                text.parse()
            }
        }

        impl From<$type> for String {
            fn from(name: $type) -> Self {
                name.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

fn word(c: char) -> bool {
    c.is_ascii_alphanumeric() || "._-".contains(c)
}

const WORD: Words = words!(en = "letters, digits and `. _ -`", zh = "字母、数字和 `. _ -` ");

name!(
    /// What people call the cluster.
    ClusterName,
    Grammar { kind: words!(en = "cluster name", zh = "集群名"), max: 63, allowed: WORD, takes: word, starts: "" }
);
name!(
    /// What tells clusters apart on one network (`--initial-cluster-token`).
    ClusterToken,
    Grammar { kind: words!(en = "cluster token", zh = "集群令牌"), max: 128, allowed: WORD, takes: word, starts: "" }
);
name!(
    /// A member as etcd knows it (`--name`).
    MemberName,
    Grammar { kind: words!(en = "member name", zh = "成员名"), max: 63, allowed: WORD, takes: word, starts: "" }
);
name!(
    /// A host, by the name it answers to; names the bundle and stands in the certificate. DNS has names of 253, but files
    /// are named after this one (`.NAME.new`, `NAME.run.part`), and no file system takes more than 255.
    HostName,
    Grammar { kind: words!(en = "host name", zh = "主机名"), max: 240, allowed: WORD, takes: word, starts: "" }
);
name!(
    /// A system user (and its group), not root.
    UserName,
    Unprivileged(Grammar {
        kind: words!(en = "user name", zh = "用户名"),
        max: 31,
        allowed: words!(en = "lower-case letters, digits and `_ -`", zh = "小写字母、数字和 `_ -` "),
        takes: |c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c),
        starts: "_",
    })
);

impl ClusterToken {
    /// The one that a founding gets where the cluster file gives none: the cluster's name, and 64 random bits.
    #[must_use]
    pub fn drawn(cluster: &ClusterName, bits: u64) -> Self {
        Self(format!("{cluster}-{bits:016x}"))
    }

    /// The one that clusters of etcdpack 0.1 have where the cluster file gives none.
    #[must_use]
    pub fn named_after(cluster: &ClusterName) -> Self {
        Self(cluster.as_str().to_owned())
    }

    /// The one of the cluster that comes of a database by being restored the `again`th time, with its revision raised by `bump`: the
    /// same on each host, and another than that of any cluster which runs or ran, so that members of the two never take each other
    /// for their own.
    #[must_use]
    pub fn restored(database: Digest, again: NonZeroU32, bump: Option<NonZeroU64>) -> Self {
        let bump = bump.map(|bump| format!(" {bump}")).unwrap_or_default();
        let of = Digest::of(format!("etcdpack restore {database} {again}{bump}").as_bytes()).to_string();
        Self(format!("restored-{}", of.get(..16).unwrap_or_default()))
    }

    /// Whether it has the form of one that was drawn for `cluster`.
    #[must_use]
    pub fn is_drawn_for(&self, cluster: &ClusterName) -> bool {
        let bits = self.0.strip_prefix(cluster.as_str()).and_then(|rest| rest.strip_prefix('-'));
        bits.is_some_and(|bits| bits.len() == 16 && bits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawn_token_is_one_whatever_the_cluster_is_called() {
        let cluster: ClusterName = "a".repeat(63).parse().unwrap();
        let token = ClusterToken::drawn(&cluster, 10);
        assert!(token.as_str().ends_with("a-000000000000000a") && token.as_str().parse() == Ok(token.clone()));
        assert!(token.is_drawn_for(&cluster) && !token.is_drawn_for(&"a".parse().unwrap()));
        assert!(!ClusterToken::named_after(&cluster).is_drawn_for(&cluster));
    }

    #[test]
    fn a_restored_clusters_token_follows_from_what_is_restored_and_how_often() {
        let bumped = |bytes: &[u8], again, bump| {
            ClusterToken::restored(Digest::of(bytes), NonZeroU32::new(again).unwrap(), NonZeroU64::new(bump))
        };
        let of = |bytes: &[u8], again| bumped(bytes, again, 0);
        assert_eq!(of(b"a", 1), of(b"a", 1));
        assert_eq!(bumped(b"a", 1, 9), bumped(b"a", 1, 9));
        assert!(bumped(b"a", 1, 9) != of(b"a", 1) && bumped(b"a", 1, 9) != bumped(b"a", 1, 8));
        assert!(of(b"a", 1) != of(b"b", 1) && of(b"a", 1) != of(b"a", 2));
        assert_eq!(of(b"a", 1).as_str().parse(), Ok(of(b"a", 1)));
        assert_eq!(of(b"a", 1).as_str().len(), "restored-".len() + 16);
    }

    #[test]
    fn names_that_some_tool_would_expand_are_refused() {
        for bad in ["", "a b", "a;b", "$(x)", "a%i", "a\nb", "a'b", "a/b", "аdmin", "\u{202e}x", "-a", ".a", "_a"] {
            assert!(bad.parse::<MemberName>().is_err(), "{bad:?}");
        }
        for good in ["etcd-server-80-20", "n1", "Infra_1", "mfyxw20.mfyxw.com"] {
            assert_eq!(good.parse::<HostName>().unwrap().as_str(), good);
        }
        assert!("Etcd".parse::<UserName>().is_err());
        assert_eq!("root".parse::<UserName>(), Err(NotAName::Root));
        assert!("a".repeat(64).parse::<MemberName>().is_err());
        assert!("a".repeat(240).parse::<HostName>().is_ok());
        assert!("a".repeat(241).parse::<HostName>().is_err());
    }
}
