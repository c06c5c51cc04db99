//! How many keys a database has: those whose last revision is no deletion, as a restore would find them.
//!
//! A key's revisions lie apart, in the order of time, so that what is alive is remembered until the end. What that may take is
//! bounded: of a database with more keys, a part of them is counted at a time, each time from the beginning.

use std::collections::HashSet;
use std::io::{Read, Seek};

use super::database::{Database, DatabaseError, Entry};
use crate::digest::Hasher;

/// How many are remembered at a time, in some 5 MiB.
const MOST: usize = 450_000;
/// Into how many parts at most: more than a hundred million keys are in no etcd.
const PARTS: u64 = 256;
/// `main_sub` of etcd's revisions, and behind it the mark of a deletion (`mvcc/revision.go`).
const DELETION: usize = 18;
const MARK: u8 = b't';
/// The first field of a `KeyValue` is its key, as bytes (`mvccpb/kv.proto`).
const KEY: u8 = 0x0A;
/// A length in front of bytes has no more digits, each of 7 bits.
const DIGITS: u32 = 5;
/// How much of a key is read at a time.
const PIECE: u32 = 1024;

/// How many keys there are in the database that `from` begins with; `None` where there are too many to be counted.
///
/// # Errors
///
/// It cannot be read, or is no database of etcd's.
pub fn live_keys(from: impl Read + Seek) -> Result<Option<u64>, DatabaseError> {
    let mut database = Database::open(from)?;
    let mut parts = 1;
    while parts <= PARTS {
        if let Some(count) = count(&mut database, parts, MOST)? {
            return Ok(Some(count));
        }
        parts *= 4;
    }
    Ok(None)
}

/// Those of each part, one after the other; `None` where one has more than `most`.
fn count<R: Read + Seek>(database: &mut Database<R>, parts: u64, most: usize) -> Result<Option<u64>, DatabaseError> {
    let mut count = 0;
    for part in 0..parts {
        let mut alive = HashSet::new();
        let is_all = database.each_key(&mut |database, entry| {
            // Of no key: so a restore raises the revision (`--bump-revision`).
            if entry.value_len == 0 {
                return Ok(true);
            }
            let key = key_of(database, entry)?;
            if key % parts != part {
                return Ok(true);
            }
            if entry.key.len() == DELETION && entry.key.last() == Some(&MARK) {
                alive.remove(&key);
            } else {
                alive.insert(key);
            }
            Ok(alive.len() <= most)
        })?;
        if !is_all {
            return Ok(None);
        }
        count += alive.len() as u64;
    }
    Ok(Some(count))
}

/// What stands for the key that an entry is about: of its sum, as much as tells them apart.
fn key_of<R: Read + Seek>(database: &mut Database<R>, entry: &Entry) -> Result<u64, DatabaseError> {
    let (mut at, end) = (entry.value_at, entry.value_at + u64::from(entry.value_len));
    let mut byte = |at: u64| -> Result<u8, DatabaseError> {
        let [byte] = if at < end { database.read(at)? } else { return Err(DatabaseError::Damaged) };
        Ok(byte)
    };
    if byte(at)? != KEY {
        return Err(DatabaseError::Damaged);
    }
    let mut left = 0;
    for digit in 0..=DIGITS {
        at += 1;
        let next = byte(at)?;
        left |= u64::from(next & 0x7F) << (7 * digit);
        match next & 0x80 {
            0 => break,
            _ if digit == DIGITS => return Err(DatabaseError::Damaged),
            _ => {}
        }
    }
    at += 1;
    if left > end - at.min(end) {
        return Err(DatabaseError::Damaged);
    }
    let mut sum = Hasher::default();
    while left > 0 {
        let piece = u32::try_from(left).unwrap_or(PIECE).min(PIECE);
        sum.update(&database.bytes_at(at, piece)?);
        at += u64::from(piece);
        left -= u64::from(piece);
    }
    sum.finish().as_bytes().first_chunk().copied().map(u64::from_be_bytes).ok_or(DatabaseError::Damaged)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::super::database::tests::{database, leaf, meta, revision_key};
    use super::super::database::{BRANCH, BUCKET};
    use super::*;

    /// One that has these revisions: of which key, and whether it was deleted by it.
    fn of_keys(revisions: &[(&str, bool)], pages: usize) -> Vec<u8> {
        let entries: Vec<_> = (2_u64..)
            .zip(revisions)
            .map(|(main, (key, is_deletion))| {
                let mark = if *is_deletion { b"t".as_slice() } else { b"" };
                let value = [&[0x0A, u8::try_from(key.len()).unwrap()], key.as_bytes(), b"\x10\x02"].concat();
                let value = if key.is_empty() { Vec::new() } else { value };
                ([revision_key(main), mark.to_vec()].concat(), value)
            })
            .collect();
        let entry = |(key, value): &(Vec<u8>, Vec<u8>)| (0, key.clone(), value.clone());
        let entries: Vec<_> = entries.iter().map(entry).collect();
        let each = entries.len().div_ceil(pages).max(1);
        let pages = entries.len().div_ceil(each);
        let leaves = entries.chunks(each).map(|part| {
            leaf(&part.iter().map(|(flags, key, value)| (*flags, key.as_slice(), value.as_slice())).collect::<Vec<_>>())
        });
        let mut branch =
            [vec![0; 8], BRANCH.to_le_bytes().to_vec(), vec![u8::try_from(pages).unwrap(), 0, 0, 0, 0, 0]].concat();
        for page in 0..pages {
            branch.extend(u32::try_from((pages - page) * 16).unwrap().to_le_bytes());
            branch.extend([0; 4]);
            branch.extend((5 + page as u64).to_le_bytes());
        }
        let bucket = [4_u64.to_le_bytes(), [0; 8]].concat();
        let root = leaf(&[(BUCKET, b"key", &bucket)]);
        let pages = [meta(3, 7), meta(99, 6), Vec::new(), root, branch].into_iter().chain(leaves);
        pages.flat_map(|mut page| (page.resize(4096, 0), page).1).collect()
    }

    fn alive(bytes: &[u8]) -> Result<Option<u64>, DatabaseError> {
        live_keys(Cursor::new(bytes))
    }

    #[test]
    fn whatever_is_in_it_there_is_an_answer() {
        let good = of_keys(&[("a", false), ("b", true), ("c", false)], 2);
        for cut in (0..good.len()).step_by(97) {
            let _ = alive(&good[..cut]);
        }
        for at in (3 * 4096..good.len()).step_by(3) {
            for byte in [0, 1, 0x7f, 0xff] {
                let mut bad = good.clone();
                bad[at] = byte;
                let _ = alive(&bad);
            }
        }
        // A page that leads to itself.
        let mut circle = good.clone();
        circle[4 * 4096 + 24..4 * 4096 + 32].copy_from_slice(&4_u64.to_le_bytes());
        assert!(matches!(alive(&circle), Err(DatabaseError::Damaged)));
        // Branches that lead to the same pages again and again.
        let mut wide = good;
        wide[4 * 4096 + 10..4 * 4096 + 12].copy_from_slice(&200_u16.to_le_bytes());
        assert!(matches!(alive(&wide), Err(DatabaseError::Damaged)));
    }

    #[test]
    fn keys_whose_last_revision_is_a_deletion_are_not_counted() {
        assert_eq!(alive(&database(&[], None)).unwrap(), Some(0));
        for (revisions, wanted) in [
            ([("a", false), ("b", false), ("a", false), ("c", false)].as_slice(), 3),
            (&[("a", false), ("b", false), ("a", true), ("c", false)], 2),
            // A revision that a restore has raised.
            (&[("a", false), ("b", false), ("", false)], 2),
            (&[("a", false), ("a", true), ("a", false), ("a", true), ("a", false), ("ab", true)], 1),
            // Compacted: what came before the deletion is gone.
            (&[("a", true), ("b", true)], 0),
        ] {
            for pages in 1..=revisions.len().min(3) {
                let database = of_keys(revisions, pages);
                assert_eq!(alive(&database).unwrap(), Some(wanted), "{revisions:?} {pages}");
                for parts in [1, 4, 16] {
                    let mut database = Database::open(Cursor::new(&database)).unwrap();
                    let counted = count(&mut database, parts, usize::MAX).unwrap();
                    assert_eq!(counted, Some(wanted), "{revisions:?} {pages} {parts}");
                }
            }
        }
        let many: Vec<String> = (0..40).map(|n| format!("key-{n}")).collect();
        let database = of_keys(&many.iter().map(|key| (key.as_str(), false)).collect::<Vec<_>>(), 3);
        let counted = |parts| count(&mut Database::open(Cursor::new(&database)).unwrap(), parts, 20).unwrap();
        assert_eq!((counted(1), counted(4)), (None, Some(40)));
    }
}
