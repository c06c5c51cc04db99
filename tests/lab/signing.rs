//! Signing as the builder does, for bundles that no builder makes.

use std::sync::LazyLock;

use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use p256::ecdsa::{self, SigningKey};
use p256::pkcs8::DecodePrivateKey as _;
use payload::digest::Digest;
use payload::signer::Signature;

static KEY: LazyLock<SigningKey> =
    LazyLock::new(|| SigningKey::from_pkcs8_pem(include_str!("signing-key.pem")).expect("the tests' key"));

/// A signature by the tests' own key.
pub fn signed(sum: Digest) -> Signature {
    let signature: ecdsa::Signature = KEY.sign_prehash(sum.as_bytes()).expect("a signature");
    signature.into()
}
