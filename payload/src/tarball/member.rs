//! The members of a release's archive, one after the other, in the forms that releases have.
//!
//! tar has many dialects, and readers disagree about most of them: whose size counts, which of two names, what a
//! sparse file is, where an archive ends. This one takes what all readers take for the same and refuses the rest.
//! Must not hold more than one header, one short extension and the names in memory, whatever an archive declares.

use std::io::{self, Read};

use tar::{EntryType, Header};

use super::TarballError::{self, Form, TooLarge};
use super::extension::{self, Extension};
use super::header;
use super::kind::MemberKind;
use super::names::Names;
use crate::line::DisplayLine;

const BLOCK: usize = 512;
/// The longest name, link target or list of attributes that may stand beside a header.
const MAX_EXTENSION: u64 = 64 * 1024;
/// Larger than any file of any release by far.
const MAX_MEMBER: u64 = 512 << 20;
/// Larger than any release by far; the bound of a gzip bomb.
pub(super) const MAX_ARCHIVE: u64 = 1 << 30;
/// Releases have fewer than 300; each has a name that is remembered. Extensions count, too.
const MAX_HEADERS: usize = 100_000;
/// Releases have had one link.
const MAX_LINKS: usize = 16;
/// The longest path that a system call takes.
const MAX_PATH: usize = 4096;
/// What follows the end marks fills tar's last record: 10 KiB by default.
const MAX_PADDING: usize = 1 << 20;

/// One member; its bytes are what [`Members::read`] gives until the next.
#[derive(Debug)]
pub(super) struct Member {
    /// Below the release's directory; empty for that directory itself.
    pub(super) path: String,
    /// Where an extension gave the path: what a reader that knows no extensions would take for it.
    pub(super) short: Option<String>,
    pub(super) kind: MemberKind,
    pub(super) size: u64,
}

/// An archive that is read front to back.
pub(super) struct Members<'a, R> {
    bytes: R,
    top: &'a str,
    /// Of the current member's bytes, and of the zeroes that fill its last block.
    left: u64,
    padding: u64,
    read: u64,
    headers: usize,
    links: usize,
    names: Names,
}

impl<'a, R: Read> Members<'a, R> {
    /// The members of an archive that all lie in the directory `top`.
    pub(super) fn new(bytes: R, top: &'a str) -> Self {
        Self { bytes, top, left: 0, padding: 0, read: 0, headers: 0, links: 0, names: Names::default() }
    }

    /// Passes over what is left of the current member and returns the next; `None` after a proper end.
    pub(super) fn next(&mut self) -> Result<Option<Member>, TarballError> {
        loop {
            let Some(header) = self.header()? else { return Ok(None) };
            let Some(kind) = extension::ExtensionKind::of(&header) else { return self.member(&header, None).map(Some) };
            // A global one changes nothing for us, or has been refused.
            if let Extension::Local { path } = extension::parse(kind, &self.text(&header)?)? {
                return match self.header()? {
                    Some(header) if extension::ExtensionKind::of(&header).is_none() => {
                        self.member(&header, path).map(Some)
                    }
                    _ => Err(Form("an extension without its member")),
                };
            }
        }
    }

    fn member(&mut self, header: &Header, long: Option<String>) -> Result<Member, TarballError> {
        let own = text(&header.path_bytes())?;
        let kind = match header.entry_type() {
            EntryType::Regular => MemberKind::File,
            EntryType::Directory => MemberKind::Directory,
            EntryType::Symlink => MemberKind::Link,
            _ => MemberKind::Other,
        };
        // The oldest form of a file, which is a directory by its name alone: some look at the short one.
        if header.as_old().linkflag == [0] && own.ends_with('/') {
            return Err(Form("a file with the name of a directory"));
        }
        let path = self.below_top(long.as_deref().unwrap_or(&own), kind)?;
        let size = self.begin(header, &path)?;
        if kind != MemberKind::File && size != 0 {
            // Some readers skip these bytes, others take them for the next header.
            return Err(Form("a member without content that declares some"));
        }
        if kind == MemberKind::Link {
            self.link(header)?;
        }
        self.names.add(&path, kind)?;
        let short = long.map(|_| self.below_top(&own, kind).unwrap_or(own));
        Ok(Member { path, short, kind, size })
    }

    /// The path below `top`, if it has one reading and lies there.
    fn below_top(&self, path: &str, kind: MemberKind) -> Result<String, TarballError> {
        if path.len() > MAX_PATH {
            return Err(Form("a path that is longer than any system takes"));
        }
        let path = if kind == MemberKind::Directory { path.strip_suffix('/').unwrap_or(path) } else { path };
        let odd = |c: char| c.is_control() || c == '\\';
        if path.contains(odd) || path.split('/').any(|component| matches!(component, "" | "." | "..")) {
            return Err(Form("a path that is not relative and plain"));
        }
        if path == self.top && kind == MemberKind::Directory {
            return Ok(String::new());
        }
        let below = path.strip_prefix(self.top).and_then(|path| path.strip_prefix('/'));
        below.map(str::to_owned).ok_or(Form("a path outside the release's directory"))
    }

    /// Counts a link, if what it points to lies beside or below it.
    fn link(&mut self, header: &Header) -> Result<(), TarballError> {
        let target = header.link_name_bytes().ok_or(Form("a link to nowhere"))?;
        if text(&target)?.split('/').any(|component| matches!(component, "" | "." | "..")) {
            return Err(Form("a link that leads out"));
        }
        self.links += 1;
        if self.links > MAX_LINKS { Err(Form("more links than any release")) } else { Ok(()) }
    }

    /// The bytes beside an extension's header.
    fn text(&mut self, header: &Header) -> Result<Vec<u8>, TarballError> {
        let size = self.begin(header, "an extension")?;
        if size > MAX_EXTENSION {
            return Err(TooLarge("an extension".to_owned(), size));
        }
        let mut text = Vec::new();
        self.read_to_end(&mut text)?;
        Ok(text)
    }

    /// Notes how many bytes belong to this header.
    fn begin(&mut self, header: &Header, name: &str) -> Result<u64, TarballError> {
        let size = header::octal(&header.as_old().size).ok_or(Form("a size that is no plain octal number"))?;
        if size > MAX_MEMBER {
            return Err(TooLarge(DisplayLine::of(name).to_string(), size));
        }
        self.left = size;
        self.padding = size.next_multiple_of(BLOCK as u64) - size;
        self.read += BLOCK as u64 + size + self.padding;
        if self.read > MAX_ARCHIVE { Err(Form("more bytes than any release")) } else { Ok(size) }
    }

    /// The next header, or `None` at the end marks.
    fn header(&mut self) -> Result<Option<Header>, TarballError> {
        let rest = self.left + self.padding;
        (self.left, self.padding) = (0, 0);
        if io::copy(&mut (&mut self.bytes).take(rest), &mut io::sink())? != rest {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        let mut header = Header::new_old();
        if !self.block(header.as_mut_bytes())? {
            return Err(Form("no end marks"));
        }
        if header.as_bytes().iter().all(|byte| *byte == 0) {
            let mut second = [1; BLOCK];
            let ended = self.block(&mut second)? && second.iter().all(|byte| *byte == 0);
            return if ended { self.end() } else { Err(Form("one end mark of two")) };
        }
        self.headers += 1;
        if self.headers > MAX_HEADERS {
            return Err(Form("more members than any release"));
        }
        header::check(&header)?;
        Ok(Some(header))
    }

    /// Fills a block; `false` where the archive ended before it.
    fn block(&mut self, block: &mut [u8; BLOCK]) -> Result<bool, TarballError> {
        let mut read = Vec::with_capacity(BLOCK);
        (&mut self.bytes).take(BLOCK as u64).read_to_end(&mut read)?;
        match <[u8; BLOCK]>::try_from(read) {
            Ok(whole) => *block = whole,
            Err(read) if read.is_empty() => return Ok(false),
            Err(_) => return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
        }
        Ok(true)
    }

    /// After the end marks only zeroes may follow.
    fn end(&mut self) -> Result<Option<Header>, TarballError> {
        let mut buf = [0; 16 * 1024];
        let mut padding = 0;
        loop {
            let n = self.bytes.read(&mut buf)?;
            padding += n;
            if n == 0 {
                // Half a block is no padding, but the beginning of a header.
                return if padding % BLOCK == 0 { Ok(None) } else { Err(TarballError::Trailing) };
            }
            if padding > MAX_PADDING || buf.iter().take(n).any(|byte| *byte != 0) {
                return Err(TarballError::Trailing);
            }
        }
    }
}

/// The bytes of the current member.
impl<R: Read> Read for Members<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = (&mut self.bytes).take(self.left).read(buf)?;
        if n == 0 && self.left > 0 && !buf.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= n as u64;
        Ok(n)
    }
}

fn text(bytes: &[u8]) -> Result<String, TarballError> {
    String::from_utf8(bytes.to_vec()).map_err(|_| Form("a name that is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One file `t/a` with these bytes in its size field, some content, and an end.
    fn archive(size: &[u8; 12], content: usize, end: usize) -> Vec<u8> {
        let mut header = Header::new_gnu();
        header.set_path("t/a").unwrap();
        header.as_old_mut().size = *size;
        header.set_cksum();
        [header.as_bytes().as_slice(), &vec![b'x'; content], &vec![0; end]].concat()
    }

    fn read(archive: &[u8]) -> Result<Vec<(String, u64)>, TarballError> {
        let (mut members, mut found) = (Members::new(archive, "t"), Vec::new());
        while let Some(member) = members.next()? {
            found.push((member.path, member.size));
        }
        Ok(found)
    }

    #[test]
    fn an_archive_ends_with_two_marks() {
        let size = b"00000001000\0";
        assert_eq!(read(&archive(size, 512, 1024)).unwrap(), [("a".to_owned(), 512)]);
        assert!(read(&archive(size, 512, 10240)).is_ok());
        for end in [0, 1, 511, 512, 513, 1023, 1025, 1535] {
            assert!(read(&archive(size, 512, end)).is_err(), "{end} zeroes");
        }
        assert!(read(&archive(size, 511, 0)).is_err(), "cut in its content");
    }

    #[test]
    fn members_are_counted() {
        let one = archive(b"00000000000\0", 0, 0);
        let many: Vec<u8> = one.iter().copied().cycle().take(one.len() * 2).collect();
        assert!(matches!(read(&many), Err(TarballError::Twice(name)) if name == "a"));
        let comment = {
            let mut header = Header::new_ustar();
            header.set_entry_type(EntryType::XGlobalHeader);
            header.set_size(0);
            header.set_cksum();
            header.as_bytes().to_vec()
        };
        let with = |n: usize| [comment.repeat(n), archive(b"00000000000\0", 0, 1024)].concat();
        assert!(read(&with(MAX_HEADERS - 1)).is_ok());
        assert!(matches!(read(&with(MAX_HEADERS)), Err(Form("more members than any release"))));
    }

    #[test]
    fn a_size_is_not_larger_than_any_file() {
        let largest = read(&archive(b"77777777777\0", 0, 0));
        assert!(matches!(largest, Err(TooLarge(_, 0o77_777_777_777))), "{largest:?}");
    }
}
