//! What is sealed for recipients, in a stream: an age v1 file that each of their identities opens (C2SP, `age.md`, X25519).
//!
//! Stock `age` and `rage` open what is written here, and what they wrote for such a recipient is opened here. Knows no file and
//! draws no random number: bytes come in pieces, and go out in pieces.

mod header;
mod opening;
mod pair;
mod sealing;
#[cfg(test)]
mod tests;

pub use header::NotOpened;
pub use opening::Opening;
pub use pair::{Identity, NotARecipient, NotAnIdentity, Recipient};
pub use sealing::{Drawn, NotSealed, Sealing};

/// Whether a file that begins with these bytes is an age file: sealed for recipients, or under a passphrase.
#[must_use]
pub fn is_sealed(head: &[u8]) -> bool {
    head.starts_with(crate::age::VERSION.as_bytes())
}
