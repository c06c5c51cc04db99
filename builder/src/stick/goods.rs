//! What goes onto a stick, and by which of it earlier goods are known.

use std::path::PathBuf;

use payload::digest::Digest;

use crate::pack::START_HERE;

/// All that goes onto one stick, in the order in which it is written.
#[derive(Debug, Default)]
pub(crate) struct Goods(pub(crate) Vec<Item>);

/// One file.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) name: String,
    pub(crate) source: Source,
    pub(crate) size: u64,
    pub(crate) digest: Digest,
}

/// Where its bytes are.
#[derive(Debug)]
pub(crate) enum Source {
    File(PathBuf),
    Bytes(Vec<u8>),
}

/// How every `START-HERE.txt` of ours begins: `text::start_here` has it.
const START_HERE_BEGINS: &str = "\u{feff}etcd cluster ";

/// What a file has to be for another of its name to take its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ours {
    Bundle,
    Sums,
    StartHere,
}

impl Item {
    pub(crate) fn text(name: &str, text: String) -> Self {
        let bytes = text.into_bytes();
        Self {
            name: name.to_owned(),
            size: bytes.len() as u64,
            digest: Digest::of(&bytes),
            source: Source::Bytes(bytes),
        }
    }

    /// Which of ours it is.
    pub(crate) fn ours(&self) -> Ours {
        match &self.source {
            Source::File(_) => Ours::Bundle,
            Source::Bytes(_) if self.name == START_HERE => Ours::StartHere,
            Source::Bytes(_) => Ours::Sums,
        }
    }
}

impl Ours {
    /// Whether a small file with these bytes is one of ours. Of bundles, their own reader says it.
    pub(crate) fn is(self, bytes: &[u8]) -> bool {
        let text = std::str::from_utf8(bytes).unwrap_or_default();
        match self {
            Self::Bundle => false,
            Self::StartHere => text.starts_with(START_HERE_BEGINS),
            Self::Sums => !text.is_empty() && text.lines().all(|line| listed(line).is_some()),
        }
    }
}

/// A bundle's line in a list of sums: its sum, and its name as it stands there.
pub(crate) fn listed(line: &str) -> Option<(Digest, &str)> {
    let (sum, name) = line.split_once("  ")?;
    name.strip_suffix(".run")?;
    Some((sum.parse().ok()?, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_ours_is_known() {
        let sum = Digest::of(b"x");
        for (ours, text, is) in [
            (Ours::Sums, format!("{sum}  n1.run\n{sum}  n2.run\n"), true),
            (Ours::Sums, format!("{sum}  n1.run\n{sum}  photo.jpg\n"), false),
            (Ours::Sums, String::new(), false),
            (Ours::Sums, "my sums".to_owned(), false),
            (Ours::StartHere, format!("{START_HERE_BEGINS}c: a file for each host"), true),
            (Ours::StartHere, "start here".to_owned(), false),
            (Ours::Bundle, "#!/bin/sh".to_owned(), false),
        ] {
            assert_eq!(ours.is(text.as_bytes()), is, "{ours:?} {text}");
        }
    }
}
