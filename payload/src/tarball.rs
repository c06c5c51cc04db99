//! The upstream tarball: finding etcd's programs in it, and nothing else. Builder and installer read it with the
//! same eyes.
//!
//! Real releases carry documentation, odd owners and, up to 3.4, one link beside the programs: all of that is
//! passed over. A program must be a regular file of the size and digest in the manifest, there exactly once; the
//! archive must have its end marks, be one gzip member, and be the last thing in the entry. What two readers of tar
//! could read in two ways is refused, whether or not it concerns a program.

use std::collections::BTreeMap;
use std::io::{self, Read};

use flate2::bufread::GzDecoder;

use crate::digest::Hashing;
use crate::etcd::{Arch, EtcdVersion};
use crate::manifest::Program;
use crate::read_ahead::read_ahead;

mod error;
mod extension;
mod header;
mod kind;
mod member;
mod names;

pub use error::TarballError;
use kind::MemberKind;
use member::{MAX_ARCHIVE, Member, Members};

/// What a release may bring: `etcdutl` came with 3.5.
pub(crate) const PROGRAMS: [&str; 3] = ["etcd", "etcdctl", "etcdutl"];

/// The directory that everything in a release lies in.
#[must_use]
pub fn top(version: EtcdVersion, arch: Arch) -> String {
    format!("etcd-{}-linux-{}", version.tag(), arch.etcd_name())
}

/// Receives one program: what is known of it and its bytes. `E` is whatever the receiver says when it fails.
pub type Place<'a, E> = dyn FnMut(&Program, &mut dyn Read) -> Result<(), E> + 'a;

/// Finds the programs of a release: `see` gets each one's name and bytes. At least `etcd` and `etcdctl` are there.
pub fn survey(
    tarball: impl Read + Send,
    top: &str,
    mut see: impl FnMut(&str, &mut dyn Read) -> Result<(), TarballError>,
) -> Result<Vec<Program>, TarballError> {
    let mut found: Vec<Program> = Vec::new();
    walk(tarball, top, &PROGRAMS, |name, size, from| -> Result<(), TarballError> {
        let mut hashing = Hashing::new(from);
        see(name, &mut hashing)?;
        io::copy(&mut hashing, &mut io::sink())?;
        let (_, sha256, read) = hashing.finish();
        if read != size {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        found.push(Program { name: name.to_owned(), size, sha256 });
        Ok(())
    })?;
    for name in ["etcd", "etcdctl"] {
        if !found.iter().any(|program| program.name == name) {
            return Err(TarballError::Missing(format!("{top}/{name}")));
        }
    }
    Ok(found)
}

/// Whether a release is there to its end: one gzip member of the length and the sum that its own last bytes give.
/// Says nothing of what is in it.
pub fn is_whole(tarball: impl Read) -> Result<(), TarballError> {
    let mut inflated = OneMember::new(tarball).take(MAX_ARCHIVE + 1);
    if io::copy(&mut inflated, &mut io::sink())? > MAX_ARCHIVE {
        return Err(TarballError::Form("more bytes than any release"));
    }
    Ok(())
}

/// Hands each of `programs` to `place`; its bytes end in an error if they are not the ones in the manifest.
pub fn programs<E: From<TarballError>>(
    tarball: impl Read + Send,
    top: &str,
    programs: &[Program],
    place: &mut Place<E>,
) -> Result<(), E> {
    let mut waiting: BTreeMap<&str, &Program> =
        programs.iter().map(|program| (program.name.as_str(), program)).collect();
    let names: Vec<&str> = waiting.keys().copied().collect();
    walk(tarball, top, &names, |name, size, from| {
        let program = waiting.remove(name).ok_or_else(|| TarballError::Twice(name.to_owned()))?;
        if size != program.size {
            return Err(TarballError::Other(name.to_owned()).into());
        }
        let mut checked = Checked { inner: Some(Hashing::new(from)), program };
        place(program, &mut checked)
    })?;
    match waiting.into_keys().next() {
        Some(name) => Err(TarballError::Missing(format!("{top}/{name}")).into()),
        None => Ok(()),
    }
}

/// Calls `see` once for each of `names` that is there, as a regular file directly in `top`.
fn walk<E: From<TarballError>>(
    tarball: impl Read + Send,
    top: &str,
    names: &[&str],
    mut see: impl FnMut(&str, u64, &mut dyn Read) -> Result<(), E>,
) -> Result<(), E> {
    read_ahead(OneMember::new(tarball), |inflated| {
        let mut members = Members::new(inflated, top);
        let mut seen: Vec<&str> = Vec::new();
        while let Some(member) = members.next()? {
            let Some(name) = program(&member, names)? else { continue };
            if seen.contains(&name) {
                return Err(TarballError::Twice(name.to_owned()).into());
            }
            seen.push(name);
            see(name, member.size, &mut members)?;
        }
        Ok(())
    })
}

/// Which of `names` a member is, which must be a file; `None` for what is passed over.
fn program<'n>(member: &Member, names: &[&'n str]) -> Result<Option<&'n str>, TarballError> {
    let wanted = |path: &str| names.iter().copied().find(|name| path == *name);
    // Programs have short names: an extension is there to make two of one.
    if let Some(short) = &member.short
        && let Some(name) = wanted(short).or_else(|| wanted(&member.path))
    {
        return Err(TarballError::Ambiguous(name.to_owned()));
    }
    match (wanted(&member.path), member.kind) {
        (Some(name), MemberKind::File) => Ok(Some(name)),
        (Some(name), _) => Err(TarballError::NotAFile(name.to_owned())),
        (None, MemberKind::Other) => Err(TarballError::Form("a member of a kind that no release has")),
        (None, _) => Ok(None),
    }
}

/// The content of one gzip member; that something follows it is an error at its end.
struct OneMember<R> {
    decoder: GzDecoder<io::BufReader<R>>,
}

impl<R: Read> OneMember<R> {
    fn new(compressed: R) -> Self {
        Self { decoder: GzDecoder::new(io::BufReader::with_capacity(256 * 1024, compressed)) }
    }
}

impl<R: Read> Read for OneMember<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.decoder.read(buf)?;
        if n == 0 && !buf.is_empty() && self.decoder.get_mut().read(&mut [0; 1])? != 0 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, TarballError::Trailing));
        }
        Ok(n)
    }
}

/// A program's bytes; the end of them is an error if the digest is another.
struct Checked<'a, R> {
    inner: Option<Hashing<R>>,
    program: &'a Program,
}

impl<R: Read> Read for Checked<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let Some(inner) = &mut self.inner else { return Ok(0) };
        let n = inner.read(buf)?;
        if n == 0 && !buf.is_empty() {
            let ended = self.inner.take().map(Hashing::finish);
            let good = |(_, digest, size)| digest == self.program.sha256 && size == self.program.size;
            if !ended.is_some_and(good) {
                let text = format!("`{}` is not the program that the manifest names", self.program.name);
                return Err(io::Error::new(io::ErrorKind::InvalidData, text));
            }
        }
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::digest::Digest;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use tar::EntryType;

    const ETCD: &[u8] = b"#!/bin/true etcd";

    fn program() -> Program {
        Program { name: "etcd".to_owned(), size: ETCD.len() as u64, sha256: Digest::of(ETCD) }
    }

    fn tarball(entries: &[(&str, EntryType, &[u8])]) -> Vec<u8> {
        let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        for (path, kind, bytes) in entries {
            let mut header = tar::Header::new_gnu();
            header.set_entry_type(*kind);
            header.set_size(if *kind == EntryType::Regular { bytes.len() as u64 } else { 0 });
            header.set_mode(0o4777);
            header.set_uid(4_000_000_000);
            if *kind != EntryType::Regular {
                let beside = *kind == EntryType::Symlink && path.contains("README");
                header.set_link_name(if beside { "docs.md" } else { "/etc/shadow" }).unwrap();
            }
            builder.append_data(&mut header, path, if *kind == EntryType::Regular { *bytes } else { b"" }).unwrap();
        }
        builder.into_inner().unwrap().finish().unwrap()
    }

    fn take(tarball: &[u8]) -> Result<Vec<u8>, TarballError> {
        let mut taken = Vec::new();
        programs(tarball, "etcd-v3.5.1-linux-amd64", &[program()], &mut |_, from| {
            from.read_to_end(&mut taken).map(drop).map_err(TarballError::from)
        })?;
        Ok(taken)
    }

    const TOP: &str = "etcd-v3.5.1-linux-amd64/etcd";

    #[test]
    fn the_program_is_taken_and_the_rest_passed_over() {
        let good = tarball(&[
            ("etcd-v3.5.1-linux-amd64/Documentation/README.md", EntryType::Symlink, b""),
            ("etcd-v3.5.1-linux-amd64/Documentation/etcd", EntryType::Regular, b"decoy"),
            (TOP, EntryType::Regular, ETCD),
        ]);
        assert_eq!(take(&good).unwrap(), ETCD);
    }

    #[test]
    fn poison_is_refused() {
        let regular = (TOP, EntryType::Regular, ETCD);
        for (poison, entries) in [
            ("a link", vec![(TOP, EntryType::Symlink, &b""[..])]),
            ("a hard link", vec![(TOP, EntryType::Link, b"")]),
            ("a pipe", vec![(TOP, EntryType::Fifo, b"")]),
            ("a device", vec![(TOP, EntryType::Char, b"")]),
            ("a directory", vec![(TOP, EntryType::Directory, b"")]),
            ("two of it", vec![regular, regular]),
            ("none of it", vec![("etcd-v3.5.1-linux-amd64/README.md", EntryType::Regular, b"x")]),
            ("another size", vec![(TOP, EntryType::Regular, b"short")]),
            ("other bytes", vec![(TOP, EntryType::Regular, b"#!/bin/true evil")]),
            ("a way out", vec![("etcd-v3.5.1-linux-amd64", EntryType::Symlink, b"")]),
        ] {
            assert!(take(&tarball(&entries)).is_err(), "{poison}");
        }
    }

    #[test]
    fn what_is_cut_off_or_goes_on_is_refused() {
        let good = tarball(&[(TOP, EntryType::Regular, ETCD)]);
        assert!(take(&good).is_ok());
        for cut in [0, 1, 10, 18, good.len() / 2, good.len() - 1] {
            assert!(take(&good[..cut]).is_err(), "cut at {cut}");
        }
        assert!(take(&[good.as_slice(), b"x"].concat()).is_err(), "a byte more");
        assert!(take(&[good.as_slice(), good.as_slice()].concat()).is_err(), "a second member");
        let mut bare = GzEncoder::new(Vec::new(), Compression::fast());
        bare.write_all(&[1; 700]).unwrap();
        assert!(take(&bare.finish().unwrap()).is_err(), "no archive");
        assert!(take(b"<html>please log in</html>").is_err(), "a captive portal");
    }
}
