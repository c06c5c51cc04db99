//! How far a database goes: its last revision. Whoever made the file may have made it on purpose: each number in it is
//! bounded before it is followed.
//!
//! The form is bbolt's (its `page.go`, `bucket.go`, `db.go`; the same since etcd 3.0): pages, of which two name the roots.
//! etcd's keys lie in the bucket `key`, each by its revision, and the highest revision that was compacted in `meta`
//! (`mvcc/kvstore.go`).

use std::io::{self, Read, Seek, SeekFrom};

const MAGIC: u32 = 0xED0C_DAED;
const VERSION: u32 = 2;
/// Before what a page holds.
const HEADER: u64 = 16;
/// Each entry of a page.
const ENTRY: u64 = 16;
pub(super) const BRANCH: u16 = 0x01;
const LEAF: u16 = 0x02;
/// A leaf's entry that is a bucket.
pub(super) const BUCKET: u32 = 0x01;
/// What a bucket's entry begins with: its root, and a number that is of no use here.
const BUCKET_HEAD: u64 = 16;
/// The page sizes that bbolt takes from the systems that it runs on.
const PAGE_SIZES: [u64; 5] = [4096, 8192, 16384, 32768, 65536];
/// A tree of four thousand million pages is not deeper.
const DEEPEST: u32 = 32;
/// No name of a bucket and no revision is longer.
const LONGEST_KEY: u32 = 1024;
/// How much is read at a time.
const NEAR: u64 = 4096;
/// `main_sub` of etcd's revisions, 8 bytes each.
const REVISION: u32 = 17;

/// Why a database cannot be read.
#[derive(Debug)]
pub enum DatabaseError {
    Io(io::Error),
    /// It does not begin as one.
    NotADatabase,
    /// What it says of itself cannot be.
    Damaged,
}

impl From<io::Error> for DatabaseError {
    fn from(error: io::Error) -> Self {
        // Whatever it points to lies in it.
        if error.kind() == io::ErrorKind::UnexpectedEof { Self::Damaged } else { Self::Io(error) }
    }
}

/// The revision that etcd would be at, restored from the database that `from` begins with.
///
/// # Errors
///
/// It cannot be read, or is no database of etcd's.
pub fn revision(from: impl Read + Seek) -> Result<u64, DatabaseError> {
    let mut database = Database::open(from)?;
    // One without keys is at 1.
    let last = database.last_key(database.keys)?.map_or(Ok(1), |key| number(&key))?;
    let mut compacted = 0;
    if let Some(meta) = database.named(b"meta")? {
        for name in [b"scheduledCompactRev".as_slice(), b"finishedCompactRev"] {
            if let Some(value) = database.value(meta, name)? {
                compacted = compacted.max(number(&value)?);
            }
        }
    }
    Ok(last.max(compacted))
}

/// The main number of a revision.
fn number(revision: &[u8]) -> Result<u64, DatabaseError> {
    let main = revision.first_chunk::<8>().ok_or(DatabaseError::Damaged)?;
    Ok(u64::from_be_bytes(*main))
}

/// A database, and where it keeps its keys.
pub(super) struct Database<R> {
    from: R,
    page_size: u64,
    /// The tree of buckets.
    root: Node,
    keys: Node,
    /// What was read last, and where that begins: what is asked for next is near.
    near: Vec<u8>,
    near_at: u64,
}

/// Where a tree goes on.
#[derive(Clone, Copy)]
pub(super) enum Node {
    /// A page, by its number.
    Page(u64),
    /// A small bucket's only page lies in its entry: there.
    Inline(u64),
}

/// What stands at the beginning of a page.
#[derive(Clone, Copy)]
struct Head {
    at: u64,
    flags: u16,
    count: u64,
}

/// An entry of a leaf.
pub(super) struct Entry {
    is_bucket: bool,
    pub(super) key: Vec<u8>,
    pub(super) value_at: u64,
    pub(super) value_len: u32,
}

impl<R: Read + Seek> Database<R> {
    pub(super) fn open(from: R) -> Result<Self, DatabaseError> {
        let nowhere = Node::Page(0);
        let mut database = Self { from, page_size: 0, root: nowhere, keys: nowhere, near: Vec::new(), near_at: 0 };
        database.root = Node::Page(database.root()?);
        database.keys = database.bucket(database.root, b"key")?.ok_or(DatabaseError::NotADatabase)?;
        Ok(database)
    }

    /// Every entry of the bucket of keys, as [`each`](Self::each).
    pub(super) fn each_key(
        &mut self,
        take: &mut dyn FnMut(&mut Self, &Entry) -> Result<bool, DatabaseError>,
    ) -> Result<bool, DatabaseError> {
        self.each(self.keys, take)
    }

    /// The bucket of this name.
    pub(super) fn named(&mut self, name: &[u8]) -> Result<Option<Node>, DatabaseError> {
        self.bucket(self.root, name)
    }

    /// Every entry of a bucket, in their order, as long as `take` wants more; whether it wanted them all.
    pub(super) fn each(
        &mut self,
        bucket: Node,
        take: &mut dyn FnMut(&mut Self, &Entry) -> Result<bool, DatabaseError>,
    ) -> Result<bool, DatabaseError> {
        // No page is a part of two trees, or of one twice, and no entry of two pages.
        let size = self.from.seek(SeekFrom::End(0))?;
        let (mut pages, mut entries) = (size / self.page_size, size / ENTRY);
        let mut way = vec![(self.head(bucket)?, 0)];
        while let Some((head, n)) = way.pop() {
            if n >= head.count {
                continue;
            }
            way.push((head, n + 1));
            entries = entries.checked_sub(1).ok_or(DatabaseError::Damaged)?;
            match head.flags {
                LEAF => {
                    let entry = self.leaf_entry(&head, n)?;
                    if !take(self, &entry)? {
                        return Ok(false);
                    }
                }
                BRANCH if way.len() < DEEPEST as usize => {
                    pages = pages.checked_sub(1).ok_or(DatabaseError::Damaged)?;
                    let (_, below) = self.branch_entry(&head, n)?;
                    way.push((self.head(below)?, 0));
                }
                _ => return Err(DatabaseError::Damaged),
            }
        }
        Ok(true)
    }

    /// What stands there; never more than is read at a time.
    fn near(&mut self, at: u64, len: usize) -> Result<&[u8], DatabaseError> {
        let from = |near_at: u64| at.checked_sub(near_at).and_then(|from| usize::try_from(from).ok());
        let is_there = from(self.near_at).is_some_and(|from| self.near.len().saturating_sub(from) >= len);
        if !is_there {
            self.from.seek(SeekFrom::Start(at))?;
            self.near.clear();
            self.near_at = at;
            self.from.by_ref().take(NEAR).read_to_end(&mut self.near)?;
        }
        let from = from(self.near_at).unwrap_or_default();
        self.near.get(from..).and_then(|near| near.get(..len)).ok_or(DatabaseError::Damaged)
    }

    pub(super) fn read<const N: usize>(&mut self, at: u64) -> Result<[u8; N], DatabaseError> {
        self.near(at, N)?.first_chunk().copied().ok_or(DatabaseError::Damaged)
    }

    fn u32_at(&mut self, at: u64) -> Result<u32, DatabaseError> {
        Ok(u32::from_le_bytes(self.read(at)?))
    }

    fn u64_at(&mut self, at: u64) -> Result<u64, DatabaseError> {
        Ok(u64::from_le_bytes(self.read(at)?))
    }

    pub(super) fn bytes_at(&mut self, at: u64, len: u32) -> Result<Vec<u8>, DatabaseError> {
        if len > LONGEST_KEY {
            return Err(DatabaseError::Damaged);
        }
        self.near(at, len as usize).map(<[u8]>::to_vec)
    }

    /// The page of the tree of buckets, by the newer of the two pages that name it. Each was written whole or not at all,
    /// which its own sum shows.
    fn root(&mut self) -> Result<u64, DatabaseError> {
        let mut found: Option<(u64, u64, u64)> = None;
        let places = [0].into_iter().chain(PAGE_SIZES);
        for at in places {
            let Ok(meta) = self.read::<64>(at + HEADER) else { continue };
            let field =
                |at: usize| meta.get(at..).and_then(|rest| rest.first_chunk::<8>()).copied().map(u64::from_le_bytes);
            let half =
                |at: usize| meta.get(at..).and_then(|rest| rest.first_chunk::<4>()).copied().map(u32::from_le_bytes);
            if half(0) != Some(MAGIC) || half(4) != Some(VERSION) || field(56) != meta.get(..56).map(fnv) {
                continue;
            }
            let (Some(size), Some(root), Some(transaction)) = (half(8), field(16), field(48)) else { continue };
            let size = u64::from(size);
            // The second one stands on the second page.
            if PAGE_SIZES.contains(&size)
                && (at == 0 || at == size)
                && found.is_none_or(|(newest, ..)| newest < transaction)
            {
                found = Some((transaction, root, size));
            }
        }
        let (_, root, size) = found.ok_or(DatabaseError::NotADatabase)?;
        self.page_size = size;
        Ok(root)
    }

    fn head(&mut self, node: Node) -> Result<Head, DatabaseError> {
        let at = match node {
            Node::Page(number) => number.checked_mul(self.page_size).ok_or(DatabaseError::Damaged)?,
            Node::Inline(at) => at,
        };
        let [.., a, b, c, d, _, _, _, _] = self.read::<16>(at)?;
        Ok(Head { at, flags: u16::from_le_bytes([a, b]), count: u16::from_le_bytes([c, d]).into() })
    }

    fn leaf_entry(&mut self, head: &Head, n: u64) -> Result<Entry, DatabaseError> {
        let at = head.at + HEADER + n * ENTRY;
        let [flags, key_at, key_len, value_len] = [0, 4, 8, 12].map(|field| self.u32_at(at + field));
        let (key_at, key_len) = (at + u64::from(key_at?), key_len?);
        let key = self.bytes_at(key_at, key_len)?;
        let value_at = key_at + u64::from(key_len);
        Ok(Entry { is_bucket: flags? & BUCKET != 0, key, value_at, value_len: value_len? })
    }

    /// A branch's entry: the first key of the page that it leads to, and that page.
    fn branch_entry(&mut self, head: &Head, n: u64) -> Result<(Vec<u8>, Node), DatabaseError> {
        let at = head.at + HEADER + n * ENTRY;
        let (key_at, key_len, page) = (self.u32_at(at)?, self.u32_at(at + 4)?, self.u64_at(at + 8)?);
        Ok((self.bytes_at(at + u64::from(key_at), key_len)?, Node::Page(page)))
    }

    /// The leaf that `goes` leads to, from a page on: each branch's last entry of which it says yes, else the first.
    fn leaf(&mut self, mut node: Node, goes: impl Fn(&[u8]) -> bool) -> Result<Head, DatabaseError> {
        for _ in 0..DEEPEST {
            let head = self.head(node)?;
            match head.flags {
                LEAF => return Ok(head),
                BRANCH if head.count > 0 => {}
                _ => return Err(DatabaseError::Damaged),
            }
            // The keys ascend: the first half of them says yes.
            let (mut yes, mut no) = (0, head.count);
            while no - yes > 1 {
                let middle = yes.midpoint(no);
                if goes(&self.branch_entry(&head, middle)?.0) { yes = middle } else { no = middle }
            }
            node = self.branch_entry(&head, yes)?.1;
        }
        Err(DatabaseError::Damaged)
    }

    fn find(&mut self, from: Node, name: &[u8]) -> Result<Option<Entry>, DatabaseError> {
        let leaf = self.leaf(from, |key| key <= name)?;
        for n in 0..leaf.count {
            let entry = self.leaf_entry(&leaf, n)?;
            if entry.key == name {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    fn bucket(&mut self, root: Node, name: &[u8]) -> Result<Option<Node>, DatabaseError> {
        let Some(entry) = self.find(root, name)?.filter(|entry| entry.is_bucket) else { return Ok(None) };
        Ok(Some(match self.u64_at(entry.value_at)? {
            0 => Node::Inline(entry.value_at + BUCKET_HEAD),
            page => Node::Page(page),
        }))
    }

    fn value(&mut self, bucket: Node, name: &[u8]) -> Result<Option<Vec<u8>>, DatabaseError> {
        let Some(entry) = self.find(bucket, name)?.filter(|entry| !entry.is_bucket) else { return Ok(None) };
        self.bytes_at(entry.value_at, entry.value_len.min(REVISION)).map(Some)
    }

    fn last_key(&mut self, bucket: Node) -> Result<Option<Vec<u8>>, DatabaseError> {
        let leaf = self.leaf(bucket, |_| true)?;
        let Some(last) = leaf.count.checked_sub(1) else { return Ok(None) };
        Ok(Some(self.leaf_entry(&leaf, last)?.key))
    }
}

/// FNV-1a of 64 bits, by which bbolt knows a page that was written whole.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Cursor;

    use super::*;

    pub(in super::super) fn meta(root: u64, transaction: u64) -> Vec<u8> {
        let mut meta = Vec::new();
        for word in [MAGIC, VERSION, 4096, 0] {
            meta.extend(word.to_le_bytes());
        }
        for word in [root, 0, 9, 10, transaction] {
            meta.extend(word.to_le_bytes());
        }
        let sum = fnv(&meta);
        meta.extend(sum.to_le_bytes());
        [vec![0; 16], meta].concat()
    }

    /// A page of these entries: flags, key, value.
    pub(in super::super) fn leaf(entries: &[(u32, &[u8], &[u8])]) -> Vec<u8> {
        let mut page = vec![0; 8];
        page.extend(LEAF.to_le_bytes());
        page.extend(u16::try_from(entries.len()).unwrap().to_le_bytes());
        page.extend([0; 4]);
        let mut data = Vec::new();
        for (n, (flags, key, value)) in entries.iter().enumerate() {
            let pos = u32::try_from((entries.len() - n) * 16 + data.len()).unwrap();
            for word in [*flags, pos, u32::try_from(key.len()).unwrap(), u32::try_from(value.len()).unwrap()] {
                page.extend(word.to_le_bytes());
            }
            data.extend([*key, *value].concat());
        }
        [page, data].concat()
    }

    pub(in super::super) fn revision_key(main: u64) -> Vec<u8> {
        [main.to_be_bytes().as_slice(), b"_", &[0; 8]].concat()
    }

    /// Two buckets of a page of their own or in their entry.
    pub(in super::super) fn database(keys: &[u64], compacted: Option<u64>) -> Vec<u8> {
        let keys: Vec<_> = keys.iter().map(|key| revision_key(*key)).collect();
        let keys: Vec<_> = keys.iter().map(|key| (0, key.as_slice(), b"value".as_slice())).collect();
        let value = compacted.map(revision_key);
        let entries: Vec<_> =
            value.iter().map(|value| (0, b"finishedCompactRev".as_slice(), value.as_slice())).collect();
        let inline = [vec![0; 16], leaf(&entries)].concat();
        let page = [4_u64.to_le_bytes(), [0; 8]].concat();
        let root = leaf(&[(BUCKET, b"key", &page), (BUCKET, b"meta", &inline)]);
        let pages = [meta(3, 7), meta(99, 6), Vec::new(), root, leaf(&keys)];
        pages.into_iter().flat_map(|mut page| (page.resize(4096, 0), page).1).collect()
    }

    fn of(bytes: &[u8]) -> Result<u64, DatabaseError> {
        revision(Cursor::new(bytes))
    }

    #[test]
    fn the_last_revision_is_that_of_the_last_key_or_of_the_last_compaction() {
        assert_eq!(of(&database(&[2, 3, 17], None)).unwrap(), 17);
        assert_eq!(of(&database(&[2, 3, 17], Some(20))).unwrap(), 20);
        assert_eq!(of(&database(&[], None)).unwrap(), 1);
    }

    #[test]
    fn whatever_is_in_it_there_is_an_answer() {
        let good = database(&[2, 3, 17], Some(5));
        assert!(matches!(of(b""), Err(DatabaseError::NotADatabase)));
        assert!(matches!(of(&[7; 9000]), Err(DatabaseError::NotADatabase)));
        for cut in (0..good.len()).step_by(97) {
            let _ = of(&good[..cut]);
        }
        for at in (0..good.len()).step_by(3) {
            for byte in [0, 1, 0x7f, 0xff] {
                let mut bad = good.clone();
                bad[at] = byte;
                let _ = of(&bad);
            }
        }
        // A page that leads to itself.
        let mut circle = good.clone();
        circle[4 * 4096 + 8..4 * 4096 + 12].copy_from_slice(&[1, 0, 1, 0]);
        circle[4 * 4096 + 24..4 * 4096 + 32].copy_from_slice(&4_u64.to_le_bytes());
        assert!(matches!(of(&circle), Err(DatabaseError::Damaged)));
    }
}
