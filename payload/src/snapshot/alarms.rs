//! The alarms in a database: a cluster that begins with it has them from its first moment, whoever raised them.

use std::collections::BTreeSet;
use std::io::{Read, Seek};

use super::database::{Database, DatabaseError};
use crate::etcd::AlarmKind;

/// etcd's bucket of them: each is a key, a message `AlarmMember`, with nothing behind it (`etcdserver/api/v3alarm`).
const BUCKET: &[u8] = b"alarm";
/// The second field of the message: which alarm. The first is the member.
const KIND: u64 = 2;

/// The kinds of alarms in the database that `from` begins with.
///
/// # Errors
///
/// It cannot be read, or is no database of etcd's.
pub fn alarms(from: impl Read + Seek) -> Result<BTreeSet<AlarmKind>, DatabaseError> {
    let mut database = Database::open(from)?;
    let mut found = BTreeSet::new();
    if let Some(alarms) = database.named(BUCKET)? {
        database.each(alarms, &mut |_, entry| {
            found.insert(AlarmKind::numbered(number(&entry.key).ok_or(DatabaseError::Damaged)?));
            Ok(true)
        })?;
    }
    Ok(found)
}

/// Which alarm a message is about. Both of its fields are numbers.
fn number(mut message: &[u8]) -> Option<u64> {
    let mut kind = 0;
    while !message.is_empty() {
        // A number's field: behind the last three bits, which say that it is one.
        let (field, value) = (varint(&mut message)?, varint(&mut message)?);
        if field == KIND << 3 {
            kind = value;
        }
    }
    Some(kind)
}

/// The number that `bytes` begin with, and that goes from them: seven bits a byte, the lowest first.
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for digit in 0..10 {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7F) << (7 * digit);
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::super::database::BUCKET as IS_BUCKET;
    use super::super::database::tests::{leaf, meta};
    use super::*;

    /// One with these keys in its bucket of alarms.
    fn with(keys: &[&[u8]]) -> Vec<u8> {
        let entries: Vec<_> = keys.iter().map(|key| (0, *key, [].as_slice())).collect();
        let inline = [vec![0; 16], leaf(&entries)].concat();
        let page = [4_u64.to_le_bytes(), [0; 8]].concat();
        let root = leaf(&[(IS_BUCKET, BUCKET, &inline), (IS_BUCKET, b"key", &page)]);
        let pages = [meta(3, 7), meta(99, 6), Vec::new(), root, leaf(&[])];
        pages.into_iter().flat_map(|mut page| (page.resize(4096, 0), page).1).collect()
    }

    #[test]
    fn each_kind_of_alarm_is_seen_once() {
        let member = [0x08, 0x81, 0xd4, 0xb2, 0xa6, 0xf3, 0xa1, 0xb5, 0xbe, 0xd0, 0x01].as_slice();
        let of = |kind: &[u8]| [member, kind].concat();
        for (keys, expected) in [
            (vec![], Some(vec![])),
            (vec![of(&[0x10, 1]), [0x08, 7, 0x10, 1].to_vec()], Some(vec![AlarmKind::NoSpace])),
            (vec![of(&[0x10, 1]), of(&[0x10, 2])], Some(vec![AlarmKind::NoSpace, AlarmKind::Corrupt])),
            (vec![of(&[0x10, 9])], Some(vec![AlarmKind::Other])),
            (vec![member[..5].to_vec()], None),
            (vec![[0xff; 24].to_vec()], None),
        ] {
            let database = with(&keys.iter().map(Vec::as_slice).collect::<Vec<_>>());
            let found = alarms(Cursor::new(&database)).ok().map(|kinds| kinds.into_iter().collect::<Vec<_>>());
            assert_eq!(found, expected, "{keys:?}");
        }
        // One that has no such bucket.
        assert_eq!(alarms(Cursor::new(&super::super::database::tests::database(&[2], None))).unwrap().len(), 0);
    }
}
