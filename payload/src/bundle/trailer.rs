//! The last 128 bytes of a bundle: the ZIP comment, a line of text that holds the sum of every byte before it.
//!
//! `head -c -128 host.run | sha256sum` must print what `tail -c 128 host.run` says.

use crate::digest::Digest;

/// Length of the trailer, newline included. Fixed, so that stock tools can cut it off.
pub const TRAILER_LEN: usize = 128;

const LABEL: &str = "ETCDPACK1 sha256 ";

/// The trailer for a bundle whose other bytes hash to `digest`.
pub(super) fn encode(digest: Digest) -> Vec<u8> {
    let width = TRAILER_LEN - 1;
    format!("{:width$}\n", format!("{LABEL}{digest}")).into_bytes()
}

/// The digest in a trailer, if these bytes are one.
pub(super) fn decode(bytes: &[u8]) -> Option<Digest> {
    let text = std::str::from_utf8(bytes).ok()?;
    let digest = text.strip_prefix(LABEL)?.get(..64)?.parse().ok()?;
    (encode(digest) == bytes).then_some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trailer_has_one_form() {
        let digest = Digest::of(b"etcd");
        let good = encode(digest);
        assert_eq!(good.len(), TRAILER_LEN);
        assert_eq!(decode(&good), Some(digest));
        for at in 0..good.len() {
            let mut bad = good.clone();
            if let Some(byte) = bad.get_mut(at) {
                *byte ^= 0x20;
            }
            assert_ne!(decode(&bad), Some(digest), "byte {at}");
        }
        assert_eq!(decode(&good[..127]), None);
    }
}
