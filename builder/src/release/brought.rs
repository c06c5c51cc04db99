//! Edge: what a person has downloaded elsewhere and brought in a directory, under whatever name a browser gave it; and its place there,
//! by which the directory is a mirror. Must not say that any of it is right: [`super::obtain`] does.
#![expect(clippy::disallowed_methods, reason = "edge: a directory that somebody has brought")]

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use payload::digest::Digest;
use payload::etcd::EtcdVersion;

use super::source::SUMS;
use super::sums::{self, SumsError};
use crate::text::release as text;

/// A directory with what somebody has brought.
#[derive(Debug)]
pub(crate) struct Brought {
    dir: PathBuf,
    version: EtcdVersion,
}

/// Why a list that was brought says nothing of a file.
#[derive(Debug)]
pub(crate) enum ListError {
    Unreadable(io::Error),
    Odd(SumsError),
}

impl Brought {
    pub(crate) fn new(dir: &Path, version: EtcdVersion) -> io::Result<Self> {
        if !fs::metadata(dir)?.is_dir() {
            return Err(io::Error::other(text::NOT_A_DIRECTORY.text()));
        }
        Ok(Self { dir: dir.to_owned(), version })
    }

    /// All that may be `file`, the likeliest first: at its place, under its name, under what became of its name.
    pub(crate) fn find(&self, file: &str) -> Vec<PathBuf> {
        let mut found = vec![self.place(file), self.dir.join(file)];
        found.retain(|path| fs::symlink_metadata(path).is_ok());
        let entries = fs::read_dir(&self.dir).into_iter().flatten().flatten();
        let mut odd: Vec<PathBuf> = entries
            .filter(|entry| entry.file_name().to_str().is_some_and(|name| name != file && means(name, file)))
            .map(|entry| entry.path())
            .collect();
        odd.sort();
        found.append(&mut odd);
        found
    }

    /// The list that says what `file` must hash to, or why none of those that are there does.
    pub(crate) fn list_for(&self, file: &str) -> Result<Option<(PathBuf, Digest)>, (PathBuf, ListError)> {
        let mut first = None;
        for path in self.find(SUMS) {
            let said = sums::read(&path).map_err(ListError::Unreadable);
            match said.and_then(|bytes| sums::find(&bytes, file).map_err(ListError::Odd)) {
                Ok(digest) => return Ok(Some((path, digest))),
                Err(error) => first = first.or(Some((path, error))),
            }
        }
        first.map_or(Ok(None), Err)
    }

    /// Moves what has been found to be `file` to its place, as a mirror has it. What is there stays; where nothing may be written, all
    /// stays where it is.
    pub(crate) fn lay_out(&self, path: &Path, file: &str) -> io::Result<()> {
        let place = self.place(file);
        if path == place || fs::symlink_metadata(&place).is_ok() {
            return Ok(());
        }
        fs::create_dir_all(place.parent().unwrap_or(&self.dir))?;
        fs::rename(path, place)
    }

    /// Where a mirror has `file`.
    pub(crate) fn place(&self, file: &str) -> PathBuf {
        self.dir.join(self.version.tag()).join(file)
    }
}

/// Whether `name` is what browsers and download programs make of the name `wanted`: a number where there is such a file already,
/// `.txt` where a name has no ending, and no `.gz` where they have unpacked it.
fn means(name: &str, wanted: &str) -> bool {
    let numbered = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let bare = match name.split_once('(').and_then(|(start, rest)| Some((start, rest.split_once(')')?))) {
        Some((start, (number, end))) if numbered(number) => [start.trim_end(), end].concat(),
        _ => name.to_owned(),
    };
    let counted = bare.rsplit_once('.').filter(|(_, number)| numbered(number)).map(|(start, _)| start);
    bare == wanted
        || counted == Some(wanted)
        || bare.strip_suffix(".txt") == Some(wanted)
        || wanted.strip_suffix(".gz") == Some(bare.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "etcd-v3.6.14-linux-amd64.tar.gz";

    #[test]
    fn what_browsers_make_of_a_name_is_known() {
        for (name, wanted) in [
            ("etcd-v3.6.14-linux-amd64.tar (1).gz", FILE),
            ("etcd-v3.6.14-linux-amd64.tar(2).gz", FILE),
            ("etcd-v3.6.14-linux-amd64.tar.gz.1", FILE),
            ("etcd-v3.6.14-linux-amd64.tar", FILE),
            (FILE, FILE),
            ("SHA256SUMS", SUMS),
            ("SHA256SUMS.txt", SUMS),
            ("SHA256SUMS (1).txt", SUMS),
            ("SHA256SUMS.12", SUMS),
        ] {
            assert!(means(name, wanted), "{name}");
        }
        for (name, wanted) in [
            ("etcd-v3.6.15-linux-amd64.tar.gz", FILE),
            ("etcd-v3.6.14-linux-amd64.tar (x).gz", FILE),
            ("etcd-v3.6.14-linux-amd64.tar.gz.part", FILE),
            ("etcd-v3.6.14-linux-arm64.tar.gz", FILE),
            ("SHA256SUMS.asc", SUMS),
            ("", SUMS),
        ] {
            assert!(!means(name, wanted), "{name}");
        }
    }

    #[test]
    fn a_list_of_another_version_is_passed_over_for_one_that_says_something() {
        let dir = tempfile::tempdir().unwrap();
        let brought = Brought::new(dir.path(), EtcdVersion::new(3, 6, 14)).unwrap();
        assert!(brought.list_for(FILE).unwrap().is_none());
        let line = |file: &str| format!("{}  {file}\n", Digest::of(file.as_bytes()));
        fs::write(dir.path().join(SUMS), line("etcd-v3.6.9-linux-amd64.tar.gz")).unwrap();
        assert!(matches!(brought.list_for(FILE), Err((_, ListError::Odd(SumsError::Missing(_))))));
        let second = dir.path().join("SHA256SUMS (1)");
        fs::write(&second, line(FILE)).unwrap();
        assert_eq!(brought.list_for(FILE).unwrap(), Some((second.clone(), Digest::of(FILE.as_bytes()))));
        brought.lay_out(&second, SUMS).unwrap();
        assert_eq!(brought.find(SUMS), [brought.place(SUMS), dir.path().join(SUMS)]);
        // What stands at the place stays.
        brought.lay_out(&dir.path().join(SUMS), SUMS).unwrap();
        assert!(dir.path().join(SUMS).exists());
    }
}
