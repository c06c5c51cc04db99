//! What is known of etcd's releases, in one place and of one day: the newest ones, which one to begin with, and what is wrong with
//! others. Their sums, of the same day, are in `pins.tsv`. `scripts/versions` brings both up to date; what a new release mends has to be
//! read in etcd's changelog and written here.

use std::ops::Range;

use super::EtcdVersion;
use crate::language::Words;
use crate::words;

/// The day on which this file and `pins.tsv` were brought up to date.
pub const AS_OF: &str = "2026-11-28";

/// The newest known release of every supported minor, oldest first.
pub const NEWEST: [EtcdVersion; 7] = [
    EtcdVersion::new(3, 1, 20),
    EtcdVersion::new(3, 2, 32),
    EtcdVersion::new(3, 3, 27),
    EtcdVersion::new(3, 4, 45),
    EtcdVersion::new(3, 5, 35),
    EtcdVersion::new(3, 6, 16),
    EtcdVersion::new(3, 7, 3),
];

/// The minor that `init` takes, and that is taken in place of one that is over: it is maintained, and has had more patch releases than
/// the newest.
const SETTLED: u16 = 6;

/// The newest release of that minor.
pub const DEFAULT: EtcdVersion = newest_of_settled();

const fn newest_of_settled() -> EtcdVersion {
    let [_, _, _, _, _, settled, _] = NEWEST;
    assert!(settled.minor() == SETTLED, "the minor of SETTLED stands at this place of NEWEST");
    settled
}

/// How a minor ended.
#[derive(Clone, Copy)]
pub(super) enum End {
    /// On a day that etcd's maintainers named.
    On(&'static str),
    /// Without a word; the day of its last release.
    After(&'static str),
}

/// The minors that get no more fixes.
pub(super) const ENDS: [(u16, End); 4] = [
    (1, End::After("2018-10-10")),
    (2, End::After("2021-03-28")),
    (3, End::After("2021-10-15")),
    (4, End::On("2026-05-15")),
];

/// Releases that damage or lose data, the worst first, from etcd's changelogs. One warning is enough: the remedy is
/// the same for all.
pub(super) const LOSSES: [(Range<EtcdVersion>, Words); 12] = [
    (
        patches(5, 0, 3),
        words!(en = "can lose committed writes when a member crashes", zh = "在成员崩溃时可能丢失已提交的写入"),
    ),
    (patches(2, 0, 1), words!(en = "can restore its data with a damaged index", zh = "恢复数据时索引可能损坏")),
    (
        patches(3, 0, 21),
        words!(en = "can corrupt the data of clusters with authentication", zh = "可能损坏启用了认证的集群的数据"),
    ),
    (
        patches(4, 0, 8),
        words!(en = "can corrupt the data of clusters with authentication", zh = "可能损坏启用了认证的集群的数据"),
    ),
    (
        patches(4, 21, 22),
        words!(
            en = "lets members disagree when one crashes while it defragments",
            zh = "若成员在碎片整理时崩溃，各成员的数据可能不一致"
        ),
    ),
    (
        patches(5, 5, 6),
        words!(
            en = "lets members disagree when one crashes while it defragments",
            zh = "若成员在碎片整理时崩溃，各成员的数据可能不一致"
        ),
    ),
    (patches(2, 0, 29), words!(en = "can corrupt its data when it defragments", zh = "在碎片整理时可能损坏数据")),
    (patches(3, 0, 19), words!(en = "can corrupt its data when it defragments", zh = "在碎片整理时可能损坏数据")),
    (patches(4, 0, 4), words!(en = "can corrupt its data when it defragments", zh = "在碎片整理时可能损坏数据")),
    (
        patches(4, 0, 38),
        words!(
            en = "can corrupt its data when it defragments while it receives a snapshot",
            zh = "在接收快照期间进行碎片整理时，可能损坏数据"
        ),
    ),
    (
        patches(5, 0, 23),
        words!(
            en = "can corrupt its data when it defragments while it receives a snapshot",
            zh = "在接收快照期间进行碎片整理时，可能损坏数据"
        ),
    ),
    (
        patches(6, 0, 5),
        words!(
            en = "can corrupt its data when it defragments while it receives a snapshot",
            zh = "在接收快照期间进行碎片整理时，可能损坏数据"
        ),
    ),
];

/// Withdrawn by etcd's maintainers, and unsigned on purpose.
pub(super) const WITHDRAWN: EtcdVersion = EtcdVersion::new(3, 3, 16);

/// Security fixes of etcd's own code, by the first release that has them; those of its dependencies are not listed.
pub(super) const FIXES: [(EtcdVersion, &str); 15] = [
    (EtcdVersion::new(3, 3, 23), "CVE-2020-15106, -15112, -15113, -15114, -15115, -15136"),
    (EtcdVersion::new(3, 4, 10), "CVE-2020-15106, -15112, -15113, -15114, -15115, -15136"),
    (EtcdVersion::new(3, 4, 25), "CVE-2021-28235"),
    (EtcdVersion::new(3, 4, 26), "CVE-2023-32082"),
    (EtcdVersion::new(3, 4, 42), "CVE-2026-33343, CVE-2026-33413"),
    (EtcdVersion::new(3, 4, 44), "CVE-2026-44283"),
    (EtcdVersion::new(3, 5, 8), "CVE-2021-28235"),
    (EtcdVersion::new(3, 5, 9), "CVE-2023-32082"),
    (EtcdVersion::new(3, 5, 28), "CVE-2026-33343, CVE-2026-33413"),
    (EtcdVersion::new(3, 5, 30), "CVE-2026-44283"),
    (EtcdVersion::new(3, 5, 33), "GHSA-6vch-q96h-7gc3, GHSA-xg4h-6gfc-h4m8"),
    (EtcdVersion::new(3, 6, 9), "CVE-2026-33343, CVE-2026-33413"),
    (EtcdVersion::new(3, 6, 11), "CVE-2026-44283"),
    (EtcdVersion::new(3, 6, 14), "GHSA-6vch-q96h-7gc3, GHSA-xg4h-6gfc-h4m8"),
    (EtcdVersion::new(3, 7, 1), "GHSA-6vch-q96h-7gc3, GHSA-xg4h-6gfc-h4m8"),
];

const fn patches(minor: u16, from: u16, to: u16) -> Range<EtcdVersion> {
    EtcdVersion::new(3, minor, from)..EtcdVersion::new(3, minor, to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_of_one_day_and_in_order() {
        let day: Vec<&str> = AS_OF.split('-').collect();
        assert_eq!(day.iter().map(|part| part.len()).collect::<Vec<_>>(), [4, 2, 2], "{AS_OF}");
        assert!(NEWEST.is_sorted());
        assert_eq!(NEWEST.map(EtcdVersion::minor), [1, 2, 3, 4, 5, 6, 7]);
        assert!(NEWEST.contains(&DEFAULT));
    }
}
