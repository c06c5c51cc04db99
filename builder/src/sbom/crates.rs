//! The crates in the installer, as `scripts/build` lists them. Pure.

use payload::digest::Digest;

/// One crate that is linked into the installer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Crate<'a> {
    pub(super) name: &'a str,
    pub(super) version: &'a str,
    /// Of the published crate, from `Cargo.lock`; none for our own and for the standard library.
    pub(super) sha256: Option<Digest>,
    pub(super) licence: &'a str,
}

/// A line of the list that does not have four columns and a sum.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub struct CrateListError(usize);

impl CrateListError {
    /// Its number, from 1.
    pub(crate) fn line(&self) -> usize {
        self.0
    }
}

/// Reads the list.
pub(super) fn parse(list: &str) -> Result<Vec<Crate<'_>>, CrateListError> {
    list.lines().zip(1..).map(|(line, number)| entry(line).ok_or(CrateListError(number))).collect()
}

fn entry(line: &str) -> Option<Crate<'_>> {
    let mut columns = line.split('\t');
    let [name, version, sum, licence] = [columns.next()?, columns.next()?, columns.next()?, columns.next()?];
    let whole = columns.next().is_none() && ![name, version, licence].contains(&"");
    let sha256 = if sum.is_empty() { Ok(None) } else { sum.parse().map(Some) };
    sha256.ok().filter(|_: &Option<Digest>| whole).map(|sha256| Crate { name, version, sha256, licence })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_four_columns() {
        let sum = Digest::of(b"x");
        let list = format!("std\t1.95.0\t\tMIT OR Apache-2.0\ntar\t0.4.46\t{sum}\tMIT\n");
        let std = Crate { name: "std", version: "1.95.0", sha256: None, licence: "MIT OR Apache-2.0" };
        let tar = Crate { name: "tar", version: "0.4.46", sha256: Some(sum), licence: "MIT" };
        assert_eq!(parse(&list), Ok(vec![std, tar]));
        for bad in ["tar\t1\t", "tar\t1\tff\tMIT", "tar\t1\t\t", "\t1\t\tMIT", "tar\t1\t\tMIT\tmore", ""] {
            assert_eq!(parse(&format!("{list}{bad}\n")), Err(CrateListError(3)), "{bad}");
        }
    }
}
