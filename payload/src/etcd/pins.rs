//! SHA-256 digests of etcd's archives that were compiled in.
//!
//! Each row of `pins.tsv` is what independent projects wrote down when they downloaded
//! `etcd-v<version>-linux-<arch>.tar.gz`. Two that agree make a pin, one alone makes a hint: a hint may
//! confirm a digest that came another way, and must never stand in for one. Values known to be wrong are not
//! in the file: digests of another version or architecture, and the `SHA256SUMS` first published for 3.4.15, whose
//! archives were replaced later. Of which day it is, [`super::AS_OF`] says.

use super::{Arch, EtcdVersion};

const TABLE: &str = include_str!("pins.tsv");

/// One digest and how many vouch for it.
struct Row {
    version: EtcdVersion,
    arch: Arch,
    sha256: &'static str,
    sources: u8,
}

/// The rows; one that does not parse is left out here and fails the test below.
fn rows() -> impl Iterator<Item = Row> {
    TABLE.lines().skip(1).filter_map(row)
}

fn row(line: &'static str) -> Option<Row> {
    let mut cells = line.split('\t');
    Some(Row {
        version: cells.next()?.parse().ok()?,
        arch: cells.next()?.parse().ok()?,
        sha256: cells.next()?,
        sources: cells.next()?.parse().ok()?,
    })
}

/// The digest of this archive, as 64 lower-case hexadecimal digits, if two independent sources or more agree on it.
#[must_use]
pub fn pinned(version: EtcdVersion, arch: Arch) -> Option<&'static str> {
    rows().find(|row| row.version == version && row.arch == arch && row.sources > 1).map(|row| row.sha256)
}

/// Digests of this archive that one source alone gives; for comparing, not for trusting.
pub fn hints(version: EtcdVersion, arch: Arch) -> impl Iterator<Item = &'static str> {
    rows().filter(move |row| row.version == version && row.arch == arch && row.sources == 1).map(|row| row.sha256)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::etcd::advise;

    #[test]
    fn every_row_is_whole() {
        assert_eq!(TABLE.lines().next(), Some("version\tarch\tsha256\tsources\torigin"));
        assert!(TABLE.ends_with('\n') && !TABLE.contains('\r'));
        for line in TABLE.lines().skip(1) {
            let cells: Vec<&str> = line.split('\t').collect();
            let sources = cells.get(4).map_or(0, |origin| origin.split("; ").count());
            assert_eq!(cells.len(), 5, "{line}");
            let parsed = row(line).map(|row| {
                let lower_hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
                let hex = row.sha256.len() == 64 && row.sha256.bytes().all(lower_hex);
                (hex, usize::from(row.sources), advise(row.version, row.arch).is_ok())
            });
            assert_eq!(parsed, Some((true, sources, true)), "{line}");
        }
    }

    /// The same digest for two archives is how wrong values were found; two digests for one archive, how stale ones.
    #[test]
    fn no_archive_and_no_digest_comes_twice() {
        let (mut archives, mut digests) = (HashSet::new(), HashSet::new());
        for Row { version, arch, sha256, .. } in rows() {
            assert!(archives.insert((version, arch)), "{version} {arch}");
            assert!(digests.insert(sha256), "{sha256}");
        }
        assert_eq!(archives.len(), TABLE.lines().count() - 1);
    }

    #[test]
    fn sorted_so_that_additions_diff_well() {
        assert!(rows().map(|row| (row.version, row.arch)).is_sorted());
    }

    #[test]
    fn pins_and_hints() {
        let v = |minor, patch| EtcdVersion::new(3, minor, patch);
        let cases = [
            // Nobody vouches for the last 3.1.
            (v(1, 20), Arch::Amd64, None, 0),
            // Re-uploaded: not what its `SHA256SUMS` first said.
            (v(4, 15), Arch::Amd64, Some("3bd00836ea328db8"), 0),
            (v(4, 15), Arch::Arm64, Some("fcc522275300cf90"), 0),
            // One project has the two architectures swapped.
            (v(5, 2), Arch::Amd64, Some("256cad725542d6fd"), 0),
            (v(5, 2), Arch::Arm64, Some("c068ea3cdcc8ec8f"), 0),
            (v(5, 0), Arch::Arm64, Some("444e10e6880595d7"), 0),
            (v(6, 14), Arch::Amd64, None, 1),
            (v(7, 2), Arch::Arm64, None, 0),
        ];
        for (version, arch, pin, hint_count) in cases {
            assert_eq!(pinned(version, arch).and_then(|hex| hex.get(..16)), pin, "{version} {arch}");
            assert_eq!(hints(version, arch).count(), hint_count, "{version} {arch}");
        }
    }
}
