//! Whether a snapshot is whole: its size and its last 32 bytes say so. Nothing of what is in the database.

use crate::digest::{Digest, Hasher};

/// How long the sum behind the database is.
pub const TRAILER: usize = 32;
/// A database is made of pages, whose size is a multiple of this (etcd asks for the same: `size % 512 == 32`).
const BLOCK: u64 = 512;

/// A snapshot that passes by, in pieces of any size.
#[derive(Default, Clone)]
pub struct Inspection {
    /// Of what is surely of the database: all but the last bytes that have come.
    database: Hasher,
    /// At most as many as the sum has.
    last: Vec<u8>,
    size: u64,
}

/// A snapshot that is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whole {
    /// Of the file, in bytes.
    pub size: u64,
    /// The sum of the database alone, which is the one in the file.
    pub database: Digest,
    /// The sum of the file, as `sha256sum` says it.
    pub file: Digest,
}

/// Why a file is no whole snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    Empty,
    /// No database and sum are this long.
    Cut {
        size: u64,
    },
    /// As long as a database alone: copied out of a data directory.
    NoSum,
    /// The sum is all zeroes.
    Zeroes,
    /// The sum is that of other bytes.
    Altered,
}

impl Inspection {
    pub fn take(&mut self, bytes: &[u8]) {
        self.size += bytes.len() as u64;
        let (sure, end) = bytes.split_at(bytes.len().saturating_sub(TRAILER));
        // What was last is the database's as far as more has come than there is room for.
        let surplus = (self.last.len() + bytes.len()).saturating_sub(TRAILER).min(self.last.len());
        self.database.update(self.last.drain(..surplus).as_slice());
        self.database.update(sure);
        self.last.extend_from_slice(end);
    }

    /// What has passed by was all of it.
    ///
    /// # Errors
    ///
    /// Why it is no whole snapshot.
    pub fn end(self) -> Result<Whole, Flaw> {
        let Self { database, last, size } = self;
        let is = database.clone().finish();
        match size % BLOCK {
            _ if size == 0 => return Err(Flaw::Empty),
            0 => return Err(Flaw::NoSum),
            rest if rest != TRAILER as u64 || size < BLOCK => return Err(Flaw::Cut { size }),
            _ => {}
        }
        if last == is.as_bytes() {
            let mut file = database;
            file.update(&last);
            return Ok(Whole { size, database: is, file: file.finish() });
        }
        Err(if last.iter().all(|byte| *byte == 0) { Flaw::Zeroes } else { Flaw::Altered })
    }

    /// Likewise, of a file without a sum, or with one of zeroes alone: what it is when it is taken for whole unproven. `None` where
    /// there is a sum, and for what has not the length of a database.
    #[must_use]
    pub fn unproven(self) -> Option<Whole> {
        let Self { mut database, last, size } = self;
        match size % BLOCK {
            0 if size > 0 => {
                database.update(&last);
                let all = database.finish();
                Some(Whole { size, database: all, file: all })
            }
            rest if rest == TRAILER as u64 && size > BLOCK && last.iter().all(|byte| *byte == 0) => {
                let mut file = database.clone();
                file.update(&last);
                Some(Whole { size, database: database.finish(), file: file.finish() })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot() -> Vec<u8> {
        let database: Vec<u8> = (0_u32..4096).map(|n| u8::try_from(n % 251).unwrap()).collect();
        let sum = Digest::of(&database);
        [database, sum.as_bytes().to_vec()].concat()
    }

    fn judged(bytes: &[u8], piece: usize) -> Result<Whole, Flaw> {
        let mut inspection = Inspection::default();
        bytes.chunks(piece.max(1)).for_each(|piece| inspection.take(piece));
        inspection.end()
    }

    #[test]
    fn a_whole_one_is_whole_in_pieces_of_any_size() {
        let good = snapshot();
        for piece in [1, 5, 31, 32, 33, 512, 4096, 5000] {
            let whole = judged(&good, piece).unwrap();
            assert_eq!((whole.size, whole.file), (4128, Digest::of(&good)), "{piece}");
            assert_eq!(whole.database, Digest::of(&good[..4096]), "{piece}");
        }
    }

    #[test]
    fn no_other_is() {
        let good = snapshot();
        for cut in 1..good.len() {
            let flaw = judged(&good[..cut], 4096).unwrap_err();
            // One that is cut to whole blocks and 32 bytes has the length of a snapshot.
            assert!(matches!(flaw, Flaw::Cut { .. } | Flaw::NoSum | Flaw::Altered), "{cut}");
        }
        for bit in [0, 999, 4095 * 8, 4096 * 8, 4127 * 8 + 7] {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(matches!(judged(&bad, 100), Err(Flaw::Altered)), "{bit}");
        }
        assert_eq!(judged(&[], 1), Err(Flaw::Empty));
        assert_eq!(judged(&good[..4096], 7), Err(Flaw::NoSum));
        assert_eq!(judged(&[&good[..4096], &[0; 32]].concat(), 7), Err(Flaw::Zeroes));
    }

    #[test]
    fn what_has_no_sum_is_known_by_its_database_alone() {
        let good = snapshot();
        let unproven = |bytes: &[u8]| {
            let mut inspection = Inspection::default();
            inspection.take(bytes);
            inspection.unproven()
        };
        let zeroes = [&good[..4096], &[0; 32]].concat();
        for bytes in [&good[..4096], &zeroes] {
            let whole = unproven(bytes).unwrap();
            assert_eq!((whole.database, whole.file), (Digest::of(&good[..4096]), Digest::of(bytes)));
            assert_eq!(whole.size, bytes.len() as u64);
        }
        // Whoever has a sum is held to it.
        let mut altered = good.clone();
        altered[7] ^= 1;
        for bytes in [&good[..], &altered, &good[..4000], &[0; 32], &[]] {
            assert_eq!(unproven(bytes), None, "{}", bytes.len());
        }
    }
}
