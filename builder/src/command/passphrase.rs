//! Edge: the passphrase of the private keys: given, or made and shown one time. It never stands in an argument, in the
//! environment or in a file.
#![expect(clippy::disallowed_methods, reason = "edge: writes to the terminal")]

use std::fs::OpenOptions;
use std::io::{self, IsTerminal as _};

use payload::sealed::Passphrase;
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::passphrase_source::PassphraseSource;
use crate::text::passphrase as text;

/// Seven of 2048 words: 77 bits, which with scrypt's work nobody tries through.
const WORDS: usize = 7;

/// The first line of a file descriptor that was handed to us.
pub(super) fn from_fd(fd: u32) -> Result<Passphrase, Failure> {
    let usage = |said: String| Failure::usage(said, text::KEYS_BY_DESCRIPTOR);
    let given =
        PassphraseSource::Descriptor(fd).known(&text::PRIVATE_KEYS).map_err(|error| usage(error.to_string()))?;
    Passphrase::new(Zeroizing::new(given.expose().to_owned())).map_err(|error| usage(error.to_string()))
}

/// Words of the BIP 39 list, drawn from the system's randomness.
pub(super) fn generate() -> Result<Passphrase, Failure> {
    let refused = |said: String| Failure::refused(said, text::KEYS_BY_DESCRIPTOR);
    let list = bip39::Language::English.word_list();
    let mut random = Zeroizing::new([0; 2 * WORDS]);
    getrandom::fill(&mut *random).map_err(|error| refused(text::no_random_bytes(error)))?;
    // 65536 is a multiple of 2048: every word is as likely.
    let index = |pair: &[u8]| pair.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)) % list.len();
    let words: Vec<&str> = random.chunks(2).filter_map(|pair| list.get(index(pair)).copied()).collect();
    Passphrase::new(Zeroizing::new(words.join("-"))).map_err(|error| refused(error.to_string()))
}

/// Shows it to whoever sits at the terminal, wherever the output goes.
pub(super) fn show(passphrase: &Passphrase, holder: &str) -> Result<(), Failure> {
    let shown = Zeroizing::new(text::generated(holder, passphrase.expose()));
    terminal().and_then(|mut terminal| terminal.write_all(shown.as_bytes())).map_err(|_| no_terminal())
}

/// Shows it at the end as well, to whoever saw it before.
pub(super) fn show_once_more(passphrase: &Passphrase) -> Result<(), Failure> {
    let shown = Zeroizing::new(text::once_more(passphrase.expose()));
    terminal().and_then(|mut terminal| terminal.write_all(shown.as_bytes())).map_err(|_| no_terminal())
}

/// Refuses where nobody would see a passphrase.
pub(super) fn need_terminal() -> Result<(), Failure> {
    terminal().map(drop).map_err(|_| no_terminal())
}

fn terminal() -> io::Result<Box<dyn io::Write>> {
    match OpenOptions::new().write(true).open("/dev/tty") {
        Ok(terminal) => Ok(Box::new(terminal)),
        Err(_) if io::stderr().is_terminal() => Ok(Box::new(io::stderr())),
        Err(error) => Err(error),
    }
}

fn no_terminal() -> Failure {
    Failure::refused(text::NO_TERMINAL_TO_SHOW.into(), text::KEYS_BY_DESCRIPTOR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_passphrase_is_seven_words_and_never_the_same() {
        let (one, other) = (generate().unwrap(), generate().unwrap());
        assert_ne!(one.expose(), other.expose());
        let list = bip39::Language::English.word_list();
        for passphrase in [&one, &other] {
            let words: Vec<&str> = passphrase.expose().split('-').collect();
            assert_eq!(words.len(), WORDS);
            assert!(words.iter().all(|word| list.contains(word)), "{words:?}");
        }
    }
}
