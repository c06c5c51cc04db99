//! What a snapshot is packed in that people carry: it is restored from what is in that. Named, not unpacked.

/// How the name of a file ends that `etcdctl snapshot save` has not come to the end of.
pub const UNFINISHED: &str = ".part";

/// An archive or a compressed file, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    Gzip,
    Zip,
    Xz,
    Zstd,
}

impl Packing {
    /// What begins so; `None` for what is none of them.
    #[must_use]
    pub fn of(head: &[u8]) -> Option<Self> {
        match head {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            [b'P', b'K', 3, 4, ..] => Some(Self::Zip),
            [0xfd, b'7', b'z', b'X', ..] => Some(Self::Xz),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstd),
            _ => None,
        }
    }

    /// What people call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zip => "zip",
            Self::Xz => "xz",
            Self::Zstd => "zstd",
        }
    }

    /// The program that writes what is in it to its standard output. `unzip` writes all files in one: there is one.
    #[must_use]
    pub fn unpacker(self) -> &'static str {
        match self {
            Self::Gzip => "gzip -dc",
            Self::Zip => "unzip -p",
            Self::Xz => "xz -dc",
            Self::Zstd => "zstd -dc",
        }
    }

    /// What a file of this name is called when it is unpacked.
    #[must_use]
    pub fn without(self, name: &str) -> String {
        let ending = match self {
            Self::Gzip => ".gz",
            Self::Zip => ".zip",
            Self::Xz => ".xz",
            Self::Zstd => ".zst",
        };
        name.strip_suffix(ending).map_or_else(|| format!("{name}.db"), str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_known_by_its_beginning() {
        for (head, is, from, to) in [
            (&[0x1f, 0x8b, 8, 0][..], Packing::Gzip, "a.db.gz", "a.db"),
            (b"PK\x03\x04", Packing::Zip, "a.zip", "a"),
            (b"\xfd7zXZ", Packing::Xz, "a.xz", "a"),
            (&[0x28, 0xb5, 0x2f, 0xfd], Packing::Zstd, "etcd", "etcd.db"),
        ] {
            assert_eq!(Packing::of(head), Some(is));
            assert_eq!(is.without(from), to);
        }
        for head in [&b""[..], &[0x1f], &[0; 4], b"\xed\xda\x0c\xed"] {
            assert_eq!(Packing::of(head), None);
        }
    }
}
