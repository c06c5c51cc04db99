//! The supervisor that the bundle brings: two wheels, whose bytes this program knows. Unzips them; `install` to their place,
//! `trial` to where they are only tried out.

mod install;
mod trial;

pub(crate) use install::install;
pub(super) use trial::unzip_for_trial;

use std::fs::File;
use std::io::{Cursor, Read};

use payload::bundle::{Bundle, EntryName};
use payload::digest::Digest;
use payload::wheel::WHEELS;
use zip::ZipArchive;
use zip::result::ZipError;

use super::FsError;

/// Larger files or more of them are in no wheel of ours.
const MAX_FILE: u64 = 4 << 20;
const MAX_FILES: usize = 4000;

/// Why the wheels could not be unpacked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WheelError {
    Fs(#[from] FsError),
    Bundle(#[from] payload::bundle::BundleError),
    Path(#[from] payload::path::NotAPath),
    Zip(EntryName, ZipError),
    TooLarge(EntryName),
    Strange(EntryName),
}

/// The bytes of a wheel, if they are those that were looked at when it was chosen. Nothing else is unzipped here, and
/// Python sees nothing else: not even a signer may bring other code for root.
fn known(bundle: &mut Bundle<File>, name: &EntryName) -> Result<Vec<u8>, WheelError> {
    let bytes = bundle.read(name.as_str())?;
    let digest = Digest::of(&bytes);
    let is_it = WHEELS.iter().any(|wheel| wheel.sha256.parse() == Ok(digest));
    if is_it { Ok(bytes) } else { Err(WheelError::Strange(name.clone())) }
}

/// Calls `put` with every file of a wheel whose name our paths can carry; wheels have a few more (templates with
/// spaces or brackets), which nothing imports.
fn unzip(
    bytes: &[u8],
    wheel: &EntryName,
    put: &mut dyn FnMut(&str, &mut dyn Read) -> Result<(), WheelError>,
) -> Result<(), WheelError> {
    let zip = |error: ZipError| WheelError::Zip(wheel.clone(), error);
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(zip)?;
    if archive.len() > MAX_FILES {
        return Err(WheelError::TooLarge(wheel.clone()));
    }
    for at in 0..archive.len() {
        let file = archive.by_index(at).map_err(zip)?;
        let name = file.name().map_err(zip)?.into_owned();
        if file.is_dir() || EntryName::try_from(name.clone()).is_err() {
            continue;
        }
        if file.size() > MAX_FILE {
            return Err(WheelError::TooLarge(wheel.clone()));
        }
        put(&name, &mut file.take(MAX_FILE))?;
    }
    Ok(())
}
