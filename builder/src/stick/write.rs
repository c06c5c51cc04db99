//! Edge: onto the stick, and back from it. Each file is written under a name of its own, synced, and named then; at the end all of it is
//! dropped from the page cache and read again, so that the stick answers and not this machine's memory.
#![expect(clippy::disallowed_methods, reason = "edge: writes files and reads them back")]

use std::fs::{self, File};
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};

use payload::bundle::Content;
use payload::digest::Hashing;
use rustix::fs::{Advice, fadvise, syncfs};

use super::error::StickError;
use super::goods::{Goods, Item, Ours, Source};
use super::place::Place;
use crate::atomic_file::{self, AtomicFile};
use crate::report::{Narrator, Progress};
use crate::text::stick as text;

/// What is moved at a time.
const PIECE: usize = 1 << 20;

/// More than a small file of ours has.
const MAX_SMALL: u64 = 1 << 20;

/// Writes `goods` to `place` and reads them back. `is_bundle` says of a file that is there whether it is a bundle.
pub(crate) fn carry(
    place: &Place,
    goods: &Goods,
    is_bundle: impl Fn(&Path) -> bool,
    narrator: &mut dyn Narrator,
) -> Result<(), StickError> {
    for item in &goods.0 {
        let path = place.dir.join(&item.name);
        if fs::symlink_metadata(&path).is_ok() && !is_ours(&path, item.ours(), &is_bundle) {
            return Err(StickError::Foreign(path));
        }
    }
    place.admit(goods)?;
    atomic_file::sweep(&place.dir);
    for item in &goods.0 {
        put(place, item, narrator)?;
    }
    let sync = |error: io::Error| StickError::Write { path: place.dir.clone(), error };
    place.handle.sync_all().map_err(sync)?;
    syncfs(&place.handle).map_err(|errno| sync(errno.into()))?;
    for item in &goods.0 {
        read_back(place, item, narrator)?;
    }
    Ok(())
}

fn is_ours(path: &Path, ours: Ours, is_bundle: impl Fn(&Path) -> bool) -> bool {
    if ours == Ours::Bundle {
        return is_bundle(path);
    }
    let mut bytes = Vec::new();
    let is_file = fs::symlink_metadata(path).is_ok_and(|there| there.is_file());
    let mut read = || File::open(path)?.take(MAX_SMALL).read_to_end(&mut bytes);
    is_file && read().is_ok() && ours.is(&bytes)
}

fn put(place: &Place, item: &Item, narrator: &mut dyn Narrator) -> Result<(), StickError> {
    let path = place.dir.join(&item.name);
    let fail = |error| StickError::Write { path: path.clone(), error };
    let mode = if item.ours() == Ours::Bundle { 0o700 } else { 0o644 };
    let mut new = AtomicFile::new_in(&place.dir, mode).map_err(fail)?;
    match &item.source {
        Source::Bytes(bytes) => new.write_all(bytes).map_err(fail)?,
        Source::File(from) => {
            let opened = File::open(from).map_err(|error| StickError::Read { path: from.clone(), error })?;
            let what = text::writing(&item.name);
            narrator.progress(Progress::Begin { what: &what, done: 0, total: Some(item.size) });
            let mut source = Hashing::new(Told { from: opened.take(item.size), at: 0, narrator: &mut *narrator });
            let moved = piecewise(&mut source, |piece| new.write_all(piece), from, &path);
            let (_, digest, _) = source.finish();
            narrator.progress(Progress::End);
            moved?;
            if digest != item.digest {
                return Err(StickError::Changed(from.clone()));
            }
        }
    }
    new.replace(&path).map_err(fail)
}

/// From `source` to whoever takes it.
fn piecewise(
    source: &mut impl Read,
    mut take: impl FnMut(&[u8]) -> io::Result<()>,
    from: &Path,
    to: &Path,
) -> Result<(), StickError> {
    let mut piece = vec![0; PIECE];
    loop {
        let read = source.read(&mut piece).map_err(|error| StickError::Read { path: from.to_owned(), error })?;
        let Some(bytes @ [_, ..]) = piece.get(..read) else { return Ok(()) };
        take(bytes).map_err(|error| StickError::Write { path: to.to_owned(), error })?;
    }
}

/// What was written, as the stick has it.
fn read_back(place: &Place, item: &Item, narrator: &mut dyn Narrator) -> Result<(), StickError> {
    let path: PathBuf = place.dir.join(&item.name);
    let fail = |error| StickError::Read { path: path.clone(), error };
    let file = File::open(&path).map_err(fail)?;
    // A file system that does not know this advice is asked through its cache.
    let _ = fadvise(&file, 0, None, Advice::DontNeed);
    let what = text::reading(&item.name);
    narrator.progress(Progress::Begin { what: &what, done: 0, total: Some(item.size) });
    // At most one byte more than there should be.
    let content = Content::read(Told { from: file.take(item.size + 1), at: 0, narrator });
    narrator.progress(Progress::End);
    match content.map_err(fail)?.digest {
        read if read == item.digest => Ok(()),
        read => Err(StickError::Differs { path, written: item.digest, read }),
    }
}

/// Says how far it is.
struct Told<'a, R> {
    from: R,
    at: u64,
    narrator: &'a mut dyn Narrator,
}

impl<R: Read> Read for Told<'_, R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(bytes)?;
        self.at += read as u64;
        self.narrator.progress(Progress::At(self.at));
        Ok(read)
    }
}
