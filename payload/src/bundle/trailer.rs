//! The last 128 bytes of a bundle: the ZIP comment, a line of text with a signature of every byte before it.
//!
//! `tail -c 128 host.run | cut -d' ' -f3 | base64 -d` is what `openssl dgst -sha256 -verify signing.pub -signature` takes
//! beside `head -c -128 host.run`.

use crate::signer::Signature;

/// Length of the trailer, newline included. Fixed, so that stock tools can cut it off.
pub const TRAILER_LEN: usize = 128;

const LABEL: &str = "ETCDPACK2 p256 ";

/// The trailer with this signature.
pub(super) fn encode(signature: &Signature) -> Vec<u8> {
    let width = TRAILER_LEN - 1;
    format!("{:width$}\n", format!("{LABEL}{}", String::from(signature.clone()))).into_bytes()
}

/// The signature in a trailer, if these bytes are one.
pub(super) fn decode(bytes: &[u8]) -> Option<Signature> {
    let text = std::str::from_utf8(bytes).ok()?;
    let signature = text.strip_prefix(LABEL)?.trim_end_matches(['\n', ' ']).to_owned();
    let signature = Signature::try_from(signature).ok()?;
    (encode(&signature) == bytes).then_some(signature)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;
    use crate::signer::tests::sign;

    #[test]
    fn the_trailer_has_one_form() {
        for n in 0..20_u8 {
            let signature = sign(1, Digest::of(&[n]));
            let good = encode(&signature);
            assert_eq!(good.len(), TRAILER_LEN);
            assert_eq!(decode(&good).as_ref(), Some(&signature));
            for at in 0..good.len() {
                let mut bad = good.clone();
                bad[at] ^= 0x20;
                assert_ne!(decode(&bad).as_ref(), Some(&signature), "byte {at}");
            }
            assert_eq!(decode(&good[..127]), None);
        }
    }
}
