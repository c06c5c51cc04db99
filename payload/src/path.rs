//! Absolute paths of the host, in a grammar that is safe wherever they are written.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use crate::say;
use serde::{Deserialize, Serialize};

/// The longest path that is taken: `PATH_MAX` leaves room for the names we put below it.
const MAX_LEN: usize = 1024;

/// An absolute, normal path: components of `A-Z a-z 0-9 . _ + -`, none of them `.` or `..`, never `/` alone.
///
/// The narrow grammar is what lets the same text stand in a shell script, a systemd unit and a supervisor
/// section without any quoting.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AbsPath(String);

impl AbsPath {
    /// This path as text, without a trailing slash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// This path for the standard library.
    #[must_use]
    pub fn as_path(&self) -> &Path {
        Path::new(&self.0)
    }

    /// The path `name` below this one; `name` may have several components.
    pub fn join(&self, name: &str) -> Result<Self, NotAPath> {
        format!("{}/{name}", self.0).parse()
    }

    /// The directory that holds this path, or `None` directly below `/`.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        match self.0.rsplit_once('/') {
            Some((parent, _)) if !parent.is_empty() => Some(Self(parent.to_owned())),
            _ => None,
        }
    }

    /// The last component.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(_, name)| name)
    }

    /// The components from the root down.
    pub fn components(&self) -> impl Iterator<Item = &str> {
        self.0.split('/').skip(1)
    }

    /// Whether this path is `other` or lies below it.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self.as_path().starts_with(other.as_path())
    }

    /// This path and every directory above it, from the top down.
    #[must_use]
    pub fn lineage(&self) -> Vec<Self> {
        let mut line: Vec<Self> = std::iter::successors(Some(self.clone()), Self::parent).collect();
        line.reverse();
        line
    }
}

impl fmt::Display for AbsPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for AbsPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text is no path for us.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotAPath {
    /// It does not start at the root.
    #[error("{}", say!(en = "the path `{}` is not absolute", zh = "路径 `{}` 不是绝对路径", _0.escape_debug()))]
    Relative(String),
    /// It is `/` itself, or ends in or contains `//`.
    #[error("{}", say!(en = "the path `{}` has an empty component: a `/` at its end, or two in a row", zh = "路径 `{}` 中有空的部分：以 `/` 结尾，或有两个相连的 `/`", _0.escape_debug()))]
    EmptyComponent(String),
    /// It has a `.` or `..` component.
    #[error("{}", say!(en = "the path `{}` has a `.` or `..` component", zh = "路径 `{}` 中有 `.` 或 `..`", _0.escape_debug()))]
    Dots(String),
    /// It has a character that would need quoting somewhere.
    #[error("{}", say!(en = "the path `{}` has the character `{}`; only letters, digits and `. _ + -` are taken", zh = "路径 `{}` 中有字符 `{}`；只接受字母、数字和 `. _ + -`", _0.escape_debug(), _1.escape_debug()))]
    Character(String, char),
    /// It is longer than 1024 bytes.
    #[error("{}", say!(en = "a path of {_0} bytes is too long", zh = "路径有 {_0} 字节，太长"))]
    TooLong(usize),
}

impl FromStr for AbsPath {
    type Err = NotAPath;

    fn from_str(text: &str) -> Result<Self, NotAPath> {
        if text.len() > MAX_LEN {
            return Err(NotAPath::TooLong(text.len()));
        }
        let Some(below_root) = text.strip_prefix('/') else {
            return Err(NotAPath::Relative(text.to_owned()));
        };
        for component in below_root.split('/') {
            match component {
                "" => return Err(NotAPath::EmptyComponent(text.to_owned())),
                "." | ".." => return Err(NotAPath::Dots(text.to_owned())),
                _ => {}
            }
            let odd = |c: &char| !c.is_ascii_alphanumeric() && !"._+-".contains(*c);
            if let Some(c) = component.chars().find(odd) {
                return Err(NotAPath::Character(text.to_owned(), c));
            }
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for AbsPath {
    type Error = NotAPath;

    fn try_from(text: String) -> Result<Self, NotAPath> {
        text.parse()
    }
}

impl From<AbsPath> for String {
    fn from(path: AbsPath) -> Self {
        path.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_is_narrow() {
        for good in ["/opt", "/data/etcd/etcd-server", "/opt/etcd-v3.1.20/certs", "/a/c++"] {
            assert_eq!(good.parse::<AbsPath>().unwrap().as_str(), good);
        }
        for bad in [
            "",
            "/",
            "opt",
            "./opt",
            "/opt/",
            "//opt",
            "/opt/../etc",
            "/opt/./x",
            "/o pt",
            "/o%i",
            "/o$x",
            "/o\n",
            "/öpt",
            "/a'b",
        ] {
            assert!(bad.parse::<AbsPath>().is_err(), "{bad:?}");
        }
        assert_eq!("/x".repeat(600).parse::<AbsPath>(), Err(NotAPath::TooLong(1200)));
    }

    #[test]
    fn lineage_runs_from_the_top() {
        let path: AbsPath = "/data/etcd/x".parse().unwrap();
        let line: Vec<String> = path.lineage().into_iter().map(String::from).collect();
        assert_eq!(line, ["/data", "/data/etcd", "/data/etcd/x"]);
        assert!(path.is_within(&"/data".parse().unwrap()));
        assert!(!path.is_within(&"/dat".parse().unwrap()));
    }
}
