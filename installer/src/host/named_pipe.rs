//! A pipe with a name, for a program that only writes files: what it writes is read as it comes, and stands in no file.
//!
//! It lies in a directory that root alone can enter, in memory. Whoever uses it holds the lock of the host, so that there is
//! never more than one.
#![expect(clippy::disallowed_methods, reason = "edge: the clock, and a pipe by its name")]

use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl, open, openat};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::stat::{Mode as RawMode, fstat, mkdirat};
use nix::unistd::{UnlinkatFlags, mkfifoat, unlinkat};

use super::exec::{Exec, ExecError, Output};
use super::namespace::is_in_narrow_namespace;

const RUN: &str = "/run";
const DIR: &str = "etcdpack-snapshot";
/// What `etcdctl snapshot save` is told, and what it calls the file while it writes.
const TOLD: &str = "db";
const WRITTEN: &str = "db.part";

/// How much is read at a time, and what the pipe holds where the kernel lets it: while we write, the program goes on.
const PIECE: usize = 1 << 20;
/// How long nothing may come. etcd reads its database from the disk meanwhile, and sends it.
const SILENCE: Duration = Duration::from_mins(2);
/// How long to wait before it is looked whether the program has ended, while nobody writes any more.
const PAUSE: Duration = Duration::from_millis(5);
/// Likewise, while somebody may: what is written ends the wait.
const LOOK: Duration = Duration::from_millis(50);

/// The pipe; with it go its name and its directory.
pub(crate) struct NamedPipe {
    run: OwnedFd,
    dir: OwnedFd,
    pipe: File,
}

/// Why what a program wrote did not come to its end.
#[derive(Debug)]
pub(crate) enum Broken {
    Exec(ExecError),
    /// The pipe.
    Pipe(io::Error),
    /// Whoever takes what comes.
    Taker(io::Error),
    /// Nothing has come for so long.
    Silent(Duration),
}

impl NamedPipe {
    pub(crate) fn make() -> io::Result<Self> {
        let flags = OFlag::O_DIRECTORY | OFlag::O_RDONLY | OFlag::O_CLOEXEC | OFlag::O_NOFOLLOW;
        let run = open(RUN, flags, RawMode::empty())?;
        match mkdirat(&run, DIR, RawMode::S_IRWXU) {
            Ok(()) | Err(Errno::EEXIST) => {}
            Err(errno) => return Err(errno.into()),
        }
        let dir = openat(&run, DIR, flags, RawMode::empty())?;
        let stat = fstat(&dir)?;
        if (stat.st_uid != 0 && !is_in_narrow_namespace()) || stat.st_mode & 0o077 != 0 {
            return Err(Errno::EPERM.into());
        }
        // Of a run that was killed.
        clear(&dir);
        mkfifoat(&dir, WRITTEN, RawMode::S_IRUSR | RawMode::S_IWUSR)?;
        // Not waited for: nobody writes yet.
        let reading = OFlag::O_RDONLY | OFlag::O_NONBLOCK | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        let pipe = File::from(openat(&dir, WRITTEN, reading, RawMode::empty())?);
        // One that stays small is slow, and whole.
        let _ = fcntl(&pipe, FcntlArg::F_SETPIPE_SZ(1 << 20));
        Ok(Self { run, dir, pipe })
    }

    /// The file that the program is told to write.
    pub(crate) fn path() -> String {
        format!("{RUN}/{DIR}/{TOLD}")
    }

    /// Runs the program, and hands on what it writes, piece by piece. How it ended is not judged: it may not be content with a
    /// pipe for a file.
    pub(crate) fn drain(
        mut self,
        program: Exec,
        take: &mut dyn FnMut(&[u8]) -> io::Result<()>,
    ) -> Result<Output, Broken> {
        let is_over = AtomicBool::new(false);
        let (ended, drained) = thread::scope(|scope| {
            let running = scope.spawn(|| program.output_unless(|| is_over.load(Ordering::Relaxed)));
            let drained = self.pieces(&|| running.is_finished(), take);
            // A program that has opened the pipe to read it, too, would wait for ever for room in it.
            is_over.store(true, Ordering::Relaxed);
            (running.join(), drained)
        });
        drained?;
        match ended {
            Ok(Ok(Some(output))) => Ok(output),
            Ok(Err(error)) => Err(Broken::Exec(error)),
            // It panicked, or was killed, and all had been read for all that.
            Ok(Ok(None)) | Err(_) => Err(Broken::Pipe(io::ErrorKind::Other.into())),
        }
    }

    fn pieces(
        &mut self,
        has_ended: &dyn Fn() -> bool,
        take: &mut dyn FnMut(&[u8]) -> io::Result<()>,
    ) -> Result<(), Broken> {
        let mut piece = vec![0; PIECE];
        let mut heard = Instant::now();
        loop {
            // Asked before the last reading: what it wrote before its end is in the pipe then.
            let ends = has_ended();
            let read = match self.pipe.read(&mut piece) {
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(Broken::Pipe(error)),
            };
            match piece.get(..read).unwrap_or_default() {
                [] if ends => return Ok(()),
                [] if heard.elapsed() > SILENCE => return Err(Broken::Silent(SILENCE)),
                [] => self.wait().map_err(Broken::Pipe)?,
                bytes => {
                    take(bytes).map_err(Broken::Taker)?;
                    heard = Instant::now();
                }
            }
        }
    }

    /// Until something comes. A pipe that everybody has closed says at once that it is at its end, each time (poll(2)).
    fn wait(&self) -> io::Result<()> {
        let mut fds = [PollFd::new(self.pipe.as_fd(), PollFlags::POLLIN)];
        match poll(&mut fds, PollTimeout::try_from(LOOK).unwrap_or(PollTimeout::ZERO)) {
            Ok(0) | Err(Errno::EINTR) => return Ok(()),
            Ok(_) => {}
            Err(errno) => return Err(errno.into()),
        }
        let [pipe] = fds;
        if !pipe.revents().is_some_and(|seen| seen.contains(PollFlags::POLLIN)) {
            thread::sleep(PAUSE);
        }
        Ok(())
    }
}

impl Drop for NamedPipe {
    fn drop(&mut self) {
        clear(&self.dir);
        let _ = unlinkat(&self.run, DIR, UnlinkatFlags::RemoveDir);
    }
}

fn clear(dir: &OwnedFd) {
    for name in [TOLD, WRITTEN] {
        let _ = unlinkat(dir, name, UnlinkatFlags::NoRemoveDir);
    }
}
