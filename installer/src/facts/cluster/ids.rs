//! etcd's own numbers of a cluster and its members, computed: they follow from the founders' peer URLs and the token, and from
//! nothing else. So they hold for a cluster at its first start alone: whoever joins later gets a number with the time in it,
//! and a cluster that was restored has another token.
//!
//! The forms are those of etcd's `server/etcdserver/api/membership` (`computeMemberId`, `genID`). SHA-1 is etcd's choice, and
//! keeps nobody from anything here.

use sha1::{Digest as _, Sha1};

/// The number of the member with these peer URLs.
pub(crate) fn member(peer_urls: &[&str], token: &str) -> u64 {
    let mut urls = peer_urls.to_vec();
    urls.sort_unstable();
    let mut hash = Sha1::new();
    for url in urls {
        hash.update(url);
    }
    hash.update(token);
    first_8(hash)
}

/// The number of the cluster that these members found.
pub(crate) fn cluster(mut members: Vec<u64>) -> u64 {
    members.sort_unstable();
    let mut hash = Sha1::new();
    for member in members {
        hash.update(member.to_be_bytes());
    }
    first_8(hash)
}

fn first_8(hash: Sha1) -> u64 {
    hash.finalize().iter().take(8).fold(0, |id, byte| id << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_that_real_etcds_gave_themselves() {
        // A first start with etcd's own defaults, and what the members of a cluster of three say (etcd 3.4 and 3.5).
        let alone = member(&["http://localhost:2380"], "etcd-cluster");
        assert_eq!((alone, cluster(vec![alone])), (0x8e9e_05c5_2164_694d, 0xcdf8_1819_4e3a_8c32));
        let of = |host: u8| member(&[&format!("https://192.168.80.{host}:2380")], "etcd-cluster");
        assert_eq!(of(20), 0x78af_6498_bc1a_0b41);
        assert_eq!(cluster(vec![of(40), of(20), of(30)]), 0x3f51_7ca9_cb56_145a, "in whatever order");
    }

    #[test]
    fn the_numbers_are_those_in_the_logs_of_the_fixtures() {
        for (version, said) in [
            ("3.4.23", include_str!("../../../fixtures/wal-3.4.23.txt")),
            ("3.5.1", include_str!("../../../fixtures/wal-3.5.1.txt")),
        ] {
            let alone = member(&["http://127.0.0.1:23801"], &format!("t-{version}"));
            assert_eq!(format!("{:x} {alone:x}", cluster(vec![alone])), said.trim());
        }
    }
}
