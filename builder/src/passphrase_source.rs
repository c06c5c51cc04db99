//! Edge: passphrases, typed on the terminal without an echo or read from a file descriptor. Never from arguments or
//! the environment, where other processes would see them.
#![expect(clippy::disallowed_methods, reason = "edge: reads the terminal and file descriptors")]

use std::fs::{self, File};
use std::io::{self, Read};

use zeroize::{Zeroize as _, Zeroizing};

use crate::secret::Secret;
use crate::text::passphrase as text;
use crate::tty::Tty;

/// More than anyone types, and all that a host takes.
const MAX_BYTES: usize = 4096;

/// Where a passphrase comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassphraseSource {
    /// Asked for, up to three times.
    Terminal,
    /// The first line of an open file descriptor.
    Descriptor(u32),
}

/// Why there is no passphrase.
#[derive(Debug, thiserror::Error)]
pub enum PassphraseError {
    /// No terminal, and no descriptor was named.
    NoTerminal(io::Error),
    /// The descriptor is not open, or not for reading.
    Descriptor(u32, io::Error),
    /// Nothing was typed, or the descriptor had an empty line.
    Empty,
    /// A new one was not typed the same twice.
    Differ,
}

impl PassphraseError {
    /// What to type, where it is the CA's key that waits.
    pub(crate) fn help(&self) -> Option<String> {
        match self {
            Self::NoTerminal(_) => Some(text::CA_BY_DESCRIPTOR.into()),
            Self::Descriptor(..) | Self::Empty | Self::Differ => None,
        }
    }
}

impl PassphraseSource {
    /// How often a wrong one may be followed by another.
    #[must_use]
    pub fn tries(self) -> usize {
        match self {
            Self::Terminal => 3,
            Self::Descriptor(_) => 1,
        }
    }

    /// One that exists already.
    pub fn known(self, what: &str) -> Result<Secret, PassphraseError> {
        self.get(&text::known(what))
    }

    /// One that is set now; at a terminal it is asked for twice.
    pub fn fresh(self, what: &str) -> Result<Secret, PassphraseError> {
        let first = self.get(&text::fresh(what))?;
        if self == Self::Terminal && self.get(&text::ONCE_MORE)? != first {
            return Err(PassphraseError::Differ);
        }
        Ok(first)
    }

    fn get(self, prompt: &str) -> Result<Secret, PassphraseError> {
        let mut text = match self {
            Self::Terminal => typed(prompt).map_err(PassphraseError::NoTerminal)?,
            Self::Descriptor(number) => {
                descriptor(number).map(Zeroizing::new).map_err(|error| PassphraseError::Descriptor(number, error))?
            }
        };
        if text.is_empty() { Err(PassphraseError::Empty) } else { Ok(Secret::new(std::mem::take(&mut *text))) }
    }
}

fn typed(prompt: &str) -> io::Result<Zeroizing<String>> {
    Tty::open()?.ask_silently(prompt)
}

/// Through `/proc`, since taking over a descriptor by its number would be unsafe (fd(4), proc(5)).
fn descriptor(number: u32) -> io::Result<String> {
    match number {
        // Opened anew, the end of a pipe that is written to can be read, and nothing ever comes.
        _ if writes_only(number) => Err(io::Error::other(text::FOR_WRITING_ONLY.text())),
        0 => first_line(io::stdin().lock()),
        _ => match File::open(format!("/proc/self/fd/{number}")) {
            Ok(file) => first_line(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(io::Error::other(text::NOT_OPEN.text())),
            Err(error) => Err(error),
        },
    }
}

/// By its open flags in `/proc/self/fdinfo`, in octal; the last two bits are how it was opened (open(2)).
fn writes_only(number: u32) -> bool {
    let info = fs::read_to_string(format!("/proc/self/fdinfo/{number}")).unwrap_or_default();
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
    flags.and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok()).is_some_and(|flags| flags & 3 == 1)
}

fn first_line(file: impl Read) -> io::Result<String> {
    // A line and its end.
    const MOST: usize = MAX_BYTES + 2;
    // Of the right size at once: a buffer that grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MOST + 1));
    file.take(MOST as u64).read_to_end(&mut bytes)?;
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.len() > MAX_BYTES {
        return Err(io::Error::other(text::line_too_long(MAX_BYTES)));
    }
    String::from_utf8(line.to_vec()).map_err(|error| {
        error.into_bytes().zeroize();
        io::Error::other(text::NOT_UTF8.text())
    })
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsRawFd as _;

    use super::*;

    #[test]
    fn a_line_is_taken_without_its_end() {
        for (bytes, line) in [(&b"a b\nc"[..], "a b"), (b"a\r\n", "a"), (b"a", "a"), (b"", "")] {
            assert_eq!(first_line(bytes).unwrap(), line);
        }
        assert_eq!(first_line(&b"\xff"[..]).unwrap_err().to_string(), "not a text");
        assert!(matches!(PassphraseSource::Descriptor(987).known("x"), Err(PassphraseError::Descriptor(987, _))));
    }

    #[test]
    fn a_line_that_is_too_long_is_refused_and_never_cut() {
        let longest = "x".repeat(MAX_BYTES);
        for end in ["", "\n", "\r\n", "\nmore", "\r\nmore"] {
            assert_eq!(first_line(format!("{longest}{end}").as_bytes()).unwrap(), longest);
        }
        for line in [format!("{longest}x"), format!("{longest}xx\n"), "一".repeat(2000), "x".repeat(100_000)] {
            assert_eq!(first_line(line.as_bytes()).unwrap_err().to_string(), "the line is longer than 4096 bytes");
        }
    }

    #[test]
    fn the_end_of_a_pipe_that_is_written_to_is_not_waited_at() {
        let (reader, writer) = io::pipe().unwrap();
        let number = |fd| u32::try_from(fd).unwrap();
        assert!(writes_only(number(writer.as_raw_fd())) && !writes_only(number(reader.as_raw_fd())));
        assert!(descriptor(number(writer.as_raw_fd())).is_err());
    }
}
