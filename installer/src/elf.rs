//! Where a program ends in its file, by its program headers (elf(5)): a bundle may lie behind it. Pure, and only for what the
//! kernel itself has started: 64 bits, little-endian.

/// As many bytes of a file as are needed to know.
pub(crate) const HEAD: u64 = 4096;

/// Lengths of the file's header and of one program header.
const EHDR: u64 = 64;
const PHDR: u64 = 56;

/// The offset behind all that is loaded of the program with this `head`; `None` where `head` is not of such a program.
pub(crate) fn end(head: &[u8]) -> Option<u64> {
    head.starts_with(b"\x7fELF\x02\x01").then_some(())?;
    let table = u64_at(head, 32)?;
    let (size, count) = (u64::from(u16_at(head, 54)?), u64::from(u16_at(head, 56)?));
    let behind_table = table.checked_add(size.checked_mul(count)?)?;
    let is_whole = u64::try_from(head.len()).is_ok_and(|len| behind_table <= len.min(HEAD));
    (size == PHDR && is_whole).then_some(())?;
    (0..count).try_fold(behind_table.max(EHDR), |end, n| {
        let at = usize::try_from(table + n * PHDR).ok()?;
        let (offset, in_file) = (u64_at(head, at + 8)?, u64_at(head, at + 32)?);
        Some(end.max(offset.checked_add(in_file)?))
    })
}

/// How long the file is that was linked so: behind what is loaded may come the table of sections, which is its last part.
pub(crate) fn len(head: &[u8]) -> Option<u64> {
    let (end, table) = (end(head)?, u64_at(head, 40)?);
    let (size, count) = (u64::from(u16_at(head, 58)?), u64::from(u16_at(head, 60)?));
    Some(end.max(table.checked_add(size.checked_mul(count)?)?))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..at + 8)?.try_into().ok().map(u64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A header, and two program headers behind it.
    fn program(parts: [(u64, u64); 2]) -> Vec<u8> {
        let mut head = b"\x7fELF\x02\x01".to_vec();
        head.resize(64, 0);
        head[32..40].copy_from_slice(&64_u64.to_le_bytes());
        head[54..56].copy_from_slice(&56_u16.to_le_bytes());
        head[56..58].copy_from_slice(&2_u16.to_le_bytes());
        for (offset, in_file) in parts {
            let mut header = vec![0; 56];
            header[8..16].copy_from_slice(&offset.to_le_bytes());
            header[32..40].copy_from_slice(&in_file.to_le_bytes());
            head.extend(header);
        }
        head
    }

    #[test]
    fn a_program_ends_behind_its_last_part() {
        assert_eq!(end(&program([(0, 1000), (4096, 5000)])), Some(9096));
        assert_eq!(end(&program([(4096, 5000), (0, 1000)])), Some(9096));
        assert_eq!(end(&program([(0, 0), (0, 0)])), Some(176), "the headers at least");
    }

    #[test]
    fn what_is_no_program_has_no_end() {
        let good = program([(0, 1000), (4096, 5000)]);
        for bad in [&b""[..], b"#!/bin/sh\n", &good[..63], &good[..175], &program([(u64::MAX, 1), (0, 0)])] {
            assert_eq!(end(bad), None);
        }
        let mut far = good;
        far[32..40].copy_from_slice(&u64::MAX.to_le_bytes());
        assert_eq!(end(&far), None);
    }
}
