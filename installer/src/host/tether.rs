//! Starting a program that ends when we do, whatever ends us: this program is started once more, becomes the program's user, asks
//! the kernel to be killed with whoever started it, and goes on as that program.
//!
//! Must not be typed by a person. Whoever does gets no more than what he can start himself.
#![expect(clippy::disallowed_methods, reason = "edge: reads how it was called, and starts a program in its place")]

use std::ffi::OsString;
use std::io;
use std::os::unix::process::{CommandExt as _, parent_id};
use std::process::Command;

use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;
use nix::unistd::{Gid, Uid, setgid, setgroups, setuid};

use super::write::Ids;

/// The program that is running, by whatever name it was started.
pub(crate) const ITSELF: &str = "/proc/self/exe";

/// The word by which this program knows that it is to be another.
const TETHERED: &str = "tethered";

/// The words before those of the program: with them this one is started.
pub(super) fn words(ids: Ids) -> [String; 4] {
    [TETHERED.to_owned(), std::process::id().to_string(), ids.uid.to_string(), ids.gid.to_string()]
}

/// Goes on as another program, if we were started for that; returns only why it did not, or `None` where nobody asked.
pub(crate) fn go_on() -> Option<io::Error> {
    let mut words = std::env::args_os().skip(1);
    if words.next()? != TETHERED {
        return None;
    }
    let went = become_it(words);
    Some(went.err().unwrap_or_else(|| io::ErrorKind::InvalidInput.into()))
}

fn become_it(mut words: impl Iterator<Item = OsString>) -> io::Result<()> {
    let mut number = || -> io::Result<u32> {
        let word = words.next().and_then(|word| word.into_string().ok()?.parse().ok());
        word.ok_or_else(|| io::ErrorKind::InvalidInput.into())
    };
    let (parent, uid, gid) = (number()?, number()?, number()?);
    setgroups(&[])?;
    setgid(Gid::from_raw(gid))?;
    setuid(Uid::from_raw(uid))?;
    // Last: the kernel forgets it where a process becomes another user's (prctl(2)).
    set_pdeathsig(Signal::SIGKILL)?;
    // Who started us may have ended before.
    if parent_id() != parent {
        return Err(io::ErrorKind::BrokenPipe.into());
    }
    let program = words.next().ok_or(io::ErrorKind::InvalidInput)?;
    Err(Command::new(program).args(words).exec())
}
