//! Which Go an etcd of upstream's is made with: what its TLS and its reading of certificates can follows from that.

use super::EtcdVersion;

/// From this release of etcd on, of its minor (minor, patch), this minor of Go 1: `.go-version` of etcd at each tag; before that
/// file, its CI's.
const MADE_WITH: [(u16, u16, u16); 28] = [
    (1, 0, 7),
    (1, 10, 8),
    (2, 0, 8),
    (3, 0, 9),
    (3, 9, 10),
    (3, 14, 12),
    (4, 0, 12),
    (4, 17, 16),
    (4, 23, 17),
    (4, 25, 19),
    (4, 28, 20),
    (4, 31, 21),
    (4, 34, 22),
    (4, 36, 23),
    (4, 38, 24),
    (4, 42, 25),
    (5, 0, 16),
    (5, 7, 17),
    (5, 8, 19),
    (5, 10, 20),
    (5, 13, 21),
    (5, 16, 22),
    (5, 19, 23),
    (5, 23, 24),
    (5, 28, 25),
    (6, 0, 23),
    (6, 5, 24),
    (6, 9, 25),
];

/// Of 3.7 and whatever is newer.
const NEWEST: u16 = 26;

/// The minor of Go 1 that upstream makes this etcd with.
#[must_use]
pub fn go_minor(version: EtcdVersion) -> u16 {
    let same = |(minor, patch, _): &&(u16, u16, u16)| *minor == version.minor() && *patch <= version.patch();
    MADE_WITH.iter().rev().find(same).map_or(NEWEST, |(.., go)| *go)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_release_has_one() {
        for (version, go) in [
            ((1, 20), 8),
            ((3, 27), 12),
            ((4, 16), 12),
            ((4, 45), 25),
            ((5, 1), 16),
            ((5, 33), 25),
            ((6, 14), 25),
            ((7, 1), 26),
        ] {
            assert_eq!(go_minor(EtcdVersion::new(3, version.0, version.1)), go, "{version:?}");
        }
    }
}
