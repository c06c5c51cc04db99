//! A file that a command writes for whoever named it, in a directory that may be anybody's: a home, `/tmp`, a stick.
//!
//! Made beside its place and renamed, as all that we write is: what stands at the name is replaced and never written to. The
//! way there is walked by handles, and a link on it that another user could have made is not followed.
#![expect(clippy::disallowed_methods, reason = "edge: asks for the current directory, writes a file")]

use std::fs::File;
use std::io::{self, Seek as _, Write as _};
use std::path::{Component, Path};

use nix::errno::Errno;
use nix::fcntl::{AtFlags, renameat};
use nix::sys::stat::{Mode as RawMode, SFlag, fchmod, fstatat};
use nix::unistd::{UnlinkatFlags, fsync, unlinkat};

use super::random;
use super::room::{is_one, room};
use super::tree::{Spot, Tree, Trust, kind};

/// What the name begins with of a file that has none yet, where the file system has no nameless ones.
const UNNAMED: &str = ".etcdpack-";
/// Of what holds no secret.
const MODE: u32 = 0o644;
/// Of what does.
const SECRET_MODE: u32 = 0o600;

/// Whether a file is called so before it has its name.
pub(super) fn is_unnamed(name: &str) -> bool {
    let digits = name.strip_prefix(UNNAMED).unwrap_or_default();
    digits.len() == 16 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
}

/// A file on its way to its name; without [`Output::put`] nothing comes of it.
pub(crate) struct Output {
    spot: Spot,
    file: File,
    /// What it is called, or is to be called for an instant, before it has its name.
    until_then: String,
    anonymous: bool,
}

/// Why there is no such file. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OutputError {
    NoName,
    ForeignLink,
    NoFile(Obstruction),
    Io(#[from] io::Error),
}

/// What stands where a file is to be, and is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Obstruction {
    Link,
    Dir,
    Pipe,
    /// Or a socket.
    Device,
}

impl From<Errno> for OutputError {
    fn from(errno: Errno) -> Self {
        Self::Io(errno.into())
    }
}

impl Output {
    /// Makes the file without its name, so that a place that cannot be written to shows before anything else is done.
    pub(crate) fn open(path: &Path) -> Result<Self, OutputError> {
        let Some(Component::Normal(_)) = path.components().next_back() else { return Err(OutputError::NoName) };
        let mut way = Vec::new();
        for component in std::env::current_dir()?.join(path).components() {
            match component {
                Component::Normal(name) => way.push(name.to_str().ok_or(OutputError::NoName)?.to_owned()),
                Component::ParentDir => way.push("..".to_owned()),
                Component::RootDir | Component::CurDir | Component::Prefix(_) => {}
            }
        }
        let name = way.pop().ok_or(OutputError::NoName)?;
        let dir = Tree::open(Path::new("/"))?.walk(way, Trust::NoForeignLink).map_err(|errno| match errno {
            Errno::EPERM => OutputError::ForeignLink,
            errno => errno.into(),
        })?;
        let spot = Spot { dir, name };
        replaceable(&spot)?;
        let mut random = [0; 8];
        random::fill(&mut random)?;
        let until_then = format!("{UNNAMED}{:016x}", u64::from_ne_bytes(random));
        let (file, anonymous) = match spot.anonymous()? {
            Some(file) => (file, true),
            None => (spot.create(&until_then)?, false),
        };
        Ok(Self { spot, file, until_then, anonymous })
    }

    /// Writes it, and gives it its name in the place of a file that has it. On the disk when this returns.
    pub(crate) fn put(mut self, bytes: &[u8]) -> Result<(), OutputError> {
        self.file.write_all(bytes)?;
        self.name_it(MODE)
    }

    /// Adds to it. Nobody but root can open it yet, and it has no name.
    pub(crate) fn add(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    /// What was added, from its beginning.
    pub(crate) fn added(&self) -> io::Result<File> {
        let mut file = self.file.try_clone()?;
        file.rewind()?;
        Ok(file)
    }

    /// How many bytes there is room for.
    pub(crate) fn room(&self) -> Result<u64, OutputError> {
        Ok(room(&self.file)?.free)
    }

    /// Whether the file lies on the same disk.
    pub(crate) fn shares_the_disk_of(&self, file: &File) -> Result<bool, OutputError> {
        Ok(is_one(&self.file, file)?)
    }

    /// How many bytes the disk has in all.
    pub(crate) fn disk(&self) -> Result<u64, OutputError> {
        Ok(room(&self.file)?.size)
    }

    /// Gives what was added its name, as [`Output::put`] does. Root alone can read it.
    pub(crate) fn keep_secret(self) -> Result<(), OutputError> {
        self.name_it(SECRET_MODE)
    }

    fn name_it(self, mode: u32) -> Result<(), OutputError> {
        fchmod(&self.file, RawMode::from_bits_truncate(mode))?;
        self.file.sync_all()?;
        replaceable(&self.spot)?;
        if self.anonymous {
            self.spot.name_it(&self.file, &self.until_then)?;
        } else {
            renameat(&self.spot, self.until_then.as_str(), &self.spot, self.spot.name.as_str())?;
        }
        Ok(fsync(&self.spot)?)
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        // Gone already, where it has its name.
        let _ = unlinkat(&self.spot, self.until_then.as_str(), UnlinkatFlags::NoRemoveDir);
    }
}

/// Said in words, not relied on: what comes there later is replaced too, and never followed.
fn replaceable(spot: &Spot) -> Result<(), OutputError> {
    let stat = match fstatat(spot, spot.name.as_str(), AtFlags::AT_SYMLINK_NOFOLLOW) {
        Err(Errno::ENOENT) => return Ok(()),
        stat => stat?,
    };
    match kind(&stat) {
        SFlag::S_IFREG => Ok(()),
        SFlag::S_IFLNK => Err(OutputError::NoFile(Obstruction::Link)),
        SFlag::S_IFDIR => Err(OutputError::NoFile(Obstruction::Dir)),
        SFlag::S_IFIFO => Err(OutputError::NoFile(Obstruction::Pipe)),
        _ => Err(OutputError::NoFile(Obstruction::Device)),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_else_is() {
        let dir = std::env::temp_dir().canonicalize().unwrap().join(format!("etcdpack-output-{}", std::process::id()));
        fs::create_dir(&dir).unwrap();
        let (path, victim) = (dir.join("n1.csr"), dir.join("victim"));
        fs::write(&victim, "victim").unwrap();
        for text in ["one", "two"] {
            Output::open(&path).unwrap().put(text.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o644);
        }
        // Another name of a file stands for that file no more.
        fs::remove_file(&path).unwrap();
        fs::hard_link(&victim, &path).unwrap();
        Output::open(&path).unwrap().put(b"three").unwrap();
        // What comes in between is no way to another place.
        let late = Output::open(&path).unwrap();
        fs::remove_file(&path).unwrap();
        symlink(&victim, &path).unwrap();
        assert!(matches!(late.put(b"four"), Err(OutputError::NoFile(Obstruction::Link))));
        assert!(matches!(Output::open(&path), Err(OutputError::NoFile(Obstruction::Link))));
        assert!(matches!(Output::open(&dir), Err(OutputError::NoFile(Obstruction::Dir))));
        assert!(matches!(Output::open(Path::new("/..")), Err(OutputError::NoName)));
        drop(Output::open(&dir.join("never")).unwrap());
        assert_eq!(fs::read_to_string(&victim).unwrap(), "victim");
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 2);
        fs::remove_dir_all(&dir).unwrap();
    }
}
