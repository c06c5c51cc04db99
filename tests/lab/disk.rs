//! A disk that can lose its power: an image file with a file system on it, mounted through a loop device.
//!
//! What the file system has sent to its disk stands in the image file; what is still in the page cache does not. A
//! copy of the file, taken without a sync, is therefore the disk of a machine whose power was cut at that instant,
//! and mounting the copy is its next boot. Direct or buffered input and output of the loop device makes no
//! difference: the copy reads through the same page cache that the loop driver writes to. A disk with a volatile
//! cache of its own loses more; a barrier that was forgotten by the file system cannot be seen here.
//!
//! Must not leave a mount or a loop device behind, however the test ends: all mounts are made in a mount namespace of
//! the test's own, which the kernel takes down with its last process, and the loop devices clear themselves.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{run, workspace};

/// Holds the directory for images while a test runs in its namespace.
const INSIDE: &str = "ETCDPACK_POWER_DIR";
/// Sparse. An install asks for some 300 MB of free room, and `mkfs.xfs` for as much.
const IMAGE_BYTES: u64 = 512 * 1024 * 1024;

/// A file system as it is mounted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileSystem {
    Ext4,
    /// Data may reach the disk after the metadata that points to it.
    Ext4Writeback,
    /// Without the rescue for programs that rename over a file without having synced it.
    Ext4NoAutoDaAlloc,
    Xfs,
    Btrfs,
}

impl FileSystem {
    pub const ALL: [Self; 5] = [Self::Ext4, Self::Ext4Writeback, Self::Ext4NoAutoDaAlloc, Self::Xfs, Self::Btrfs];

    /// One word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ext4 => "ext4",
            Self::Ext4Writeback => "ext4-writeback",
            Self::Ext4NoAutoDaAlloc => "ext4-noauto",
            Self::Xfs => "xfs",
            Self::Btrfs => "btrfs",
        }
    }

    /// Long intervals between commits: what nobody syncs is lost, whatever the time.
    fn options(self) -> &'static str {
        match self {
            Self::Ext4Writeback => "loop,commit=300,data=writeback",
            Self::Ext4NoAutoDaAlloc => "loop,commit=300,noauto_da_alloc",
            Self::Xfs => "loop",
            Self::Ext4 | Self::Btrfs => "loop,commit=300",
        }
    }

    /// A new image with this file system on it.
    pub fn format(self, image: &Path) {
        self.format_of(image, IMAGE_BYTES);
    }

    /// The same, of as many bytes.
    pub fn format_of(self, image: &Path, bytes: u64) {
        File::create(image).and_then(|file| file.set_len(bytes)).expect("an image file");
        let line: &[&str] = match self {
            Self::Ext4 | Self::Ext4Writeback | Self::Ext4NoAutoDaAlloc => {
                // Nothing is left for the kernel to initialise in the background.
                &["mkfs.ext4", "-qF", "-N1024", "-Jsize=4", "-m0", "-Elazy_itable_init=0,lazy_journal_init=0"]
            }
            Self::Xfs => &["mkfs.xfs", "-qf"],
            Self::Btrfs => &["mkfs.btrfs", "-qf"],
        };
        run(Command::new(line[0]).args(&line[1..]).arg(image)).ok();
    }

    /// Switches a disk on: the file system replays its journal.
    pub fn mount(self, image: &Path, at: &Path) -> Mounted {
        fs::create_dir_all(at).expect("a mount point");
        run(Command::new("mount").args(["-o", self.options()]).args([image, at])).ok();
        Mounted { image: image.to_owned(), at: at.to_owned() }
    }
}

/// A disk in use; unmounted when this goes.
pub struct Mounted {
    image: PathBuf,
    at: PathBuf,
}

impl Mounted {
    /// What is on the disk at this instant, as a new image. Nothing is synced.
    pub fn cut(&self, to: &Path) {
        loop {
            let state = || fs::metadata(&self.image).map(|meta| (meta.mtime(), meta.mtime_nsec())).expect("the image");
            let before = state();
            copy(&self.image, to);
            // Written to meanwhile, by the kernel's own threads: no instant that ever was.
            if state() == before {
                return;
            }
        }
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let said = run(Command::new("umount").arg(&self.at));
        if said.code != 0 {
            eprintln!("{}: {}", self.at.display(), said.err);
        }
    }
}

/// A copy of an image, holes and all.
pub fn copy(from: &Path, to: &Path) {
    run(Command::new("cp").args(["--sparse=always", "--reflink=auto"]).args([from, to])).ok();
}

/// Runs `body` where it can mount what it likes: in namespaces of its own, with a directory for its images. `test` is
/// the name of the calling test with its module, which is run again in there; its lines that start with `show` reach the terminal.
pub fn alone(test: &str, show: &str, body: impl FnOnce(&Path)) {
    if let Some(dir) = std::env::var_os(INSIDE) {
        // In memory: what the loop driver syncs on behalf of its disk need not reach a real one. Not for everybody to write
        // to: programs of ours run from there.
        run(Command::new("mount").args(["-t", "tmpfs", "-o", "size=2g,mode=0755", "tmpfs"]).arg(&dir)).ok();
        return body(Path::new(&dir));
    }
    sweep();
    let dir = Images(images().join(format!("{}-{test}", std::process::id())));
    fs::create_dir_all(&dir.0).expect("a directory for images");
    // Whoever kills this process kills all in there: unshare dies with its parent, and the namespace with unshare.
    let mut inside = Command::new("setpriv");
    inside.args(["--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]);
    inside.arg(std::env::current_exe().expect("this test")).args(["--exact", test, "--nocapture"]);
    let mut child = inside
        .env(INSIDE, &dir.0)
        .stdout(Stdio::piped())
        .stderr(File::create(dir.0.join("stderr")).expect("a file"))
        .spawn()
        .unwrap_or_else(|error| panic!("setpriv: {error}; help: scripts/deps"));
    let mut all = String::new();
    for line in BufReader::new(child.stdout.take().expect("piped")).lines().map_while(Result::ok) {
        if line.starts_with(show) {
            // Not by `println`, which the test harness keeps to itself.
            writeln!(std::io::stdout(), "{line}").expect("a terminal");
        }
        all.push_str(&line);
        all.push('\n');
    }
    let status = child.wait().expect("its end");
    let err = fs::read_to_string(dir.0.join("stderr")).unwrap_or_default();
    assert!(status.success(), "{status}\n{all}{err}");
    assert!(all.contains("1 passed"), "no test `{test}` was run: {all}");
}

fn images() -> PathBuf {
    workspace().join("target/power")
}

/// The directory of one test.
struct Images(PathBuf);

impl Drop for Images {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("{}: {error}", self.0.display());
        }
    }
}

/// Removes what tests left that were killed. Their names begin with the id of a process that is no more.
fn sweep() {
    let Ok(dirs) = fs::read_dir(images()) else { return };
    for dir in dirs.filter_map(Result::ok) {
        let name = dir.file_name().to_string_lossy().into_owned();
        let pid = name.split('-').next().unwrap_or_default();
        if Path::new("/proc").join(pid).is_dir() {
            continue;
        }
        let loops = run(Command::new("losetup").args(["--list", "--noheadings", "--output", "NAME,BACK-FILE"])).ok();
        for line in loops.lines().filter(|line| line.contains(&*dir.path().to_string_lossy())) {
            run(Command::new("losetup").args([OsStr::new("--detach"), OsStr::new(line.split(' ').next().unwrap())]))
                .ok();
        }
        // Another test of this process may be sweeping too.
        if let Err(error) = fs::remove_dir_all(dir.path()) {
            assert_eq!(error.kind(), std::io::ErrorKind::NotFound, "{}: {error}", dir.path().display());
        }
    }
}
