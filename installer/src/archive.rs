//! A tar archive as every tar(1) opens it (POSIX.1-1988, `ustar`): what stands before each file in it. Pure.

/// Everything in an archive is a whole number of these.
pub(crate) const BLOCK: usize = 512;

/// What comes after the last file.
pub(crate) const END: [u8; 2 * BLOCK] = [0; 2 * BLOCK];

/// The longest name; the directory's has a slash behind it.
const LONGEST: usize = 100;

/// The largest size that has room in octal digits.
const IN_OCTAL: u64 = 0o777_7777_7777;

/// What stands in an archive under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Dir,
    File { size: u64 },
}

impl Kind {
    fn size(self) -> u64 {
        match self {
            Self::Dir => 0,
            Self::File { size } => size,
        }
    }

    /// How many bytes it takes, with what stands before it and what fills its last block.
    pub(crate) fn room(self) -> u64 {
        let block = BLOCK as u64;
        self.size().div_ceil(block).saturating_add(1).saturating_mul(block)
    }
}

/// What stands before a file of root's that nobody else may read, last changed at `seconds` after 1970. `None` for a name that some tar(1)
/// does not take.
pub(crate) fn header(name: &str, kind: Kind, seconds: u64) -> Option<[u8; BLOCK]> {
    let (name, mode, flag) = match kind {
        Kind::Dir => (format!("{name}/"), "0000700", b'5'),
        Kind::File { .. } => (name.to_owned(), "0000600", b'0'),
    };
    if name.len() > LONGEST || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    let size = match kind.size() {
        size if size <= IN_OCTAL => format!("{size:011o}\0").into_bytes(),
        // As GNU tar has it, and all that read it: a number, whose first bit says so.
        size => [&[0x80, 0, 0, 0], size.to_be_bytes().as_slice()].concat(),
    };
    let seconds = format!("{:011o}\0", seconds.min(IN_OCTAL));
    let mut block = [0; BLOCK];
    for (at, field) in [
        (0, name.as_bytes()),
        (100, mode.as_bytes()),
        (108, b"0000000"),
        (116, b"0000000"),
        (124, &size),
        (136, seconds.as_bytes()),
        // The sum is made as if it were blanks.
        (148, b"        "),
        (156, &[flag]),
        (257, b"ustar\x0000"),
        (265, b"root"),
        (297, b"root"),
    ] {
        block.get_mut(at..at + field.len())?.copy_from_slice(field);
    }
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block.get_mut(148..156)?.copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    Some(block)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_before_a_file_is_as_tar_has_it() {
        let block = header("member/snap/db", Kind::File { size: 1000 }, 1_700_000_000).unwrap();
        assert_eq!(&block[..15], b"member/snap/db\0");
        assert_eq!(&block[100..108], b"0000600\0");
        assert_eq!(&block[124..136], b"00000001750\0");
        assert_eq!(&block[136..148], b"14524770400\0");
        let sum: u32 = block
            .iter()
            .enumerate()
            .map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u32::from(*byte) })
            .sum();
        assert_eq!(&block[148..156], format!("{sum:06o}\0 ").as_bytes());
        assert_eq!((block[156], &block[257..265]), (b'0', b"ustar\x0000".as_slice()));
        let large = header("db", Kind::File { size: 9 << 30 }, 0).unwrap();
        assert_eq!(&large[124..136], &[0x80, 0, 0, 0, 0, 0, 0, 2, 0x40, 0, 0, 0]);
        let dir = header("member/wal", Kind::Dir, 0).unwrap();
        assert_eq!((&dir[..12], dir[156]), (b"member/wal/\0".as_slice(), b'5'));
    }

    #[test]
    fn a_name_that_is_too_long_or_no_text_is_not_taken() {
        let long = "x".repeat(LONGEST);
        assert!(header(&long, Kind::File { size: 0 }, 0).is_some());
        for name in [&format!("{long}x"), "a b", "a\nb", "\u{e9}"] {
            assert_eq!(header(name, Kind::File { size: 0 }, 0), None, "{name:?}");
        }
        assert_eq!(header(&long, Kind::Dir, 0), None);
    }

    #[test]
    fn a_file_takes_whole_blocks() {
        for (size, room) in [(0, 512), (1, 1024), (512, 1024), (513, 1536)] {
            assert_eq!(Kind::File { size }.room(), room);
        }
        assert_eq!(Kind::Dir.room(), 512);
    }
}
