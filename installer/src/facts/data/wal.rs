//! Whose data it is: the first records of an etcd write-ahead log. Pure and bounded. What stands there is shown, and can
//! keep data from being taken over, but never lets it be: so its checksums are not compared.
//!
//! A log is frames of an eight-byte little-endian head (length in the low 56 bits; top bit and number of padding
//! bytes in the high 8) and a protobuf `walpb.WalRecord`: 1 type, 2 crc, 3 data. The first is of type 4 (crc), the second
//! of type 1, whose data is `etcdserverpb.Metadata`: 1 node id, 2 cluster id (etcd's `wal/wal.go`, `wal/encoder.go`).

use serde::{Deserialize, Serialize};

/// How much of the beginning of a log is enough.
pub(crate) const ENOUGH: u64 = 1024;

const METADATA: u64 = 1;
const CRC: u64 = 4;

/// A member as etcd numbers it; shown in hexadecimal, as `etcdctl` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Identity {
    #[serde(with = "hex")]
    pub(crate) cluster: u64,
    #[serde(with = "hex")]
    pub(crate) member: u64,
}

/// In records, too, as `etcdctl` shows them.
mod hex {
    use serde::de::{Deserialize, Deserializer, Error};
    use serde::ser::Serializer;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
    pub(super) fn serialize<S: Serializer>(id: &u64, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{id:x}"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
        u64::from_str_radix(&String::deserialize(from)?, 16).map_err(Error::custom)
    }
}

/// The identity in the beginning of a log; `None` where these are not the bytes that etcd writes.
pub(crate) fn identity(mut log: &[u8]) -> Option<Identity> {
    let crc = record(frame(&mut log)?)?;
    let metadata = record(frame(&mut log)?)?;
    if (crc.kind, crc.data) != (CRC, None) || metadata.kind != METADATA {
        return None;
    }
    let mut data = metadata.data?;
    let member = number(&mut data, 1)?;
    let cluster = number(&mut data, 2)?;
    (data.is_empty() && member != 0 && cluster != 0).then_some(Identity { cluster, member })
}

struct WalRecord<'a> {
    kind: u64,
    data: Option<&'a [u8]>,
}

fn frame<'a>(log: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (head, rest) = log.split_first_chunk::<8>()?;
    let head = u64::from_le_bytes(*head);
    let (length, high) = (head & 0x00ff_ffff_ffff_ffff, head >> 56);
    let padding = match high {
        0 => 0,
        0x80..=0x87 => high & 0x7,
        _ => return None,
    };
    let length = usize::try_from(length).ok()?;
    let whole = length.checked_add(usize::try_from(padding).ok()?)?;
    let (padded, rest) = rest.split_at_checked(whole)?;
    *log = rest;
    padded.get(..length)
}

fn record(mut bytes: &[u8]) -> Option<WalRecord<'_>> {
    let kind = number(&mut bytes, 1)?;
    number(&mut bytes, 2)?;
    if bytes.is_empty() {
        return Some(WalRecord { kind, data: None });
    }
    let [0x1a, rest @ ..] = bytes else { return None };
    bytes = rest;
    let length = usize::try_from(varint(&mut bytes)?).ok()?;
    (bytes.len() == length).then_some(WalRecord { kind, data: Some(bytes) })
}

/// The protobuf field `field`, a varint, which must come next.
fn number(bytes: &mut &[u8], field: u8) -> Option<u64> {
    let (tag, rest) = bytes.split_first()?;
    if *tag != field << 3 {
        return None;
    }
    *bytes = rest;
    varint(bytes)
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value: u64 = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let part = u64::from(byte & 0x7f);
        if shift == 63 && part > 1 {
            return None;
        }
        value |= part << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What etcds wrote, and what they said of themselves: `fixtures/make-wal`.
    const LOGS: [(&[u8], &str); 2] = [
        (include_bytes!("../../../fixtures/wal-3.4.23.bin"), include_str!("../../../fixtures/wal-3.4.23.txt")),
        (include_bytes!("../../../fixtures/wal-3.5.1.bin"), include_str!("../../../fixtures/wal-3.5.1.txt")),
    ];

    #[test]
    fn the_ids_are_those_that_etcd_says() {
        for (log, said) in LOGS {
            let (cluster, member) = said.trim().split_once(' ').unwrap();
            assert_eq!(identity(log).unwrap().to_string(), format!("member {member} of cluster {cluster}"));
        }
    }

    #[test]
    fn a_log_that_was_cut_or_harmed_names_nobody_or_panics_never() {
        for (log, _) in LOGS {
            let whole = identity(log);
            let end = (0..log.len()).find(|end| identity(&log[..*end]).is_some()).unwrap();
            assert!((0..end).all(|end| identity(&log[..end]).is_none()));
            assert_eq!(identity(&log[..end]), whole);
            for at in 0..end {
                for bit in 0..8 {
                    let mut harmed = log.to_vec();
                    harmed[at] ^= 1 << bit;
                    // A bit in a number makes another number; everything else is refused.
                    let _ = identity(&harmed);
                    // Heads and types carry no numbers of ours.
                    assert!(identity(&harmed).is_none() || at >= 9, "byte {at}, bit {bit}");
                }
            }
        }
        assert_eq!(identity(&[]), None);
        assert_eq!(identity(&[0xff; 1024]), None);
        assert_eq!(identity(&[0; 1024]), None);
    }
}
