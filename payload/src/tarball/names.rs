//! The names that an archive has used: each stands for one thing, whoever reads it and in whatever order.
//!
//! An extractor writes member after member into one tree. A file that comes where a link was is written through the
//! link by some and takes its place with others; the same goes for whatever lies below a file or a link.

use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Included, Unbounded};

use super::TarballError::{self, Form, Twice};
use super::kind::MemberKind;
use crate::line::DisplayLine;

/// All names together: releases have 20 KiB of them.
const MAX_NAMES: usize = 8 << 20;

/// What was seen.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// A path with zeroes for its slashes: what lies below one comes right behind it, as no path has a zero.
    seen: BTreeMap<String, MemberKind>,
    bytes: usize,
}

impl Names {
    /// Notes a member. Only a directory may come twice, and only a directory may have something below it.
    pub(super) fn add(&mut self, path: &str, kind: MemberKind) -> Result<(), TarballError> {
        let key = path.replace('/', "\0");
        let below = |whole: &str, parent: &str| whole.strip_prefix(parent).is_some_and(|rest| rest.starts_with('\0'));
        // Nothing lies below what is no directory, so if one is above this path, nothing comes between them.
        match self.seen.range::<str, _>((Unbounded, Included(key.as_str()))).next_back() {
            Some((name, MemberKind::Directory)) if *name == key && kind == MemberKind::Directory => return Ok(()),
            Some((name, _)) if *name == key => return Err(Twice(DisplayLine::of(path).to_string())),
            Some((above, MemberKind::Link)) if below(&key, above) => return Err(Form("a path behind a link")),
            Some((above, MemberKind::File | MemberKind::Other)) if below(&key, above) => {
                return Err(Form("a path below a file"));
            }
            _ => {}
        }
        let next = self.seen.range::<str, _>((Excluded(key.as_str()), Unbounded)).next();
        if kind != MemberKind::Directory && next.is_some_and(|(name, _)| below(name, &key)) {
            return Err(Form("a file or link in place of a directory"));
        }
        self.bytes += key.len();
        if self.bytes > MAX_NAMES {
            return Err(Form("more names than any release"));
        }
        self.seen.insert(key, kind);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use MemberKind::{Directory as D, File as F, Link as L};

    fn all(members: &[(&str, MemberKind)]) -> Result<(), TarballError> {
        let mut names = Names::default();
        members.iter().try_for_each(|(path, kind)| names.add(path, *kind))
    }

    #[test]
    fn directories_alone_may_come_again() {
        assert!(all(&[("", D), ("a", D), ("a/b", F), ("a", D), ("", D), ("a/c/d", F), ("a/c", D)]).is_ok());
        for (one, other) in [(F, F), (F, L), (F, D), (L, F), (L, L), (L, D), (D, F), (D, L)] {
            assert!(matches!(all(&[("a", one), ("b", F), ("a", other)]), Err(Twice(_))), "{one:?} {other:?}");
        }
    }

    #[test]
    fn only_directories_have_something_below_them() {
        // Others that begin with the same letters lie between in the order of bytes.
        let beside = [("", D), ("a-b", F), ("a.c", F), ("ab", F), ("b", F)];
        for kind in [F, L, MemberKind::Other] {
            for below in ["a/x", "a/x/y/z"] {
                for member in [F, D, L] {
                    let first = [&beside[..], &[("a", kind), (below, member)]].concat();
                    assert!(all(&first).is_err(), "{kind:?} above {below}");
                    let last = [&beside[..], &[(below, member), ("a", kind)]].concat();
                    assert!(all(&last).is_err(), "{below}, then {kind:?} above it");
                }
            }
        }
        assert!(all(&[&beside[..], &[("a", D), ("a/x", L), ("a/y/z", F)]].concat()).is_ok());
    }

    #[test]
    fn names_have_a_bound() {
        let mut names = Names::default();
        let taken = (0..=MAX_NAMES).take_while(|n| names.add(&format!("{n:01024}"), F).is_ok()).count();
        assert_eq!(taken, MAX_NAMES / 1024);
    }
}
