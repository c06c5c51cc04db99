//! The standard streams: what people see goes to standard error, data to standard output.
#![expect(clippy::disallowed_methods, reason = "edge: the standard streams, and whether they may be coloured")]

use std::io::{self, IsTerminal as _, Write as _};
use std::os::fd::AsFd as _;
use std::sync::{Mutex, PoisonError};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use payload::delivery::Delivery;
use payload::exit::ExitStatus;

use super::interrupt::Interrupt;
use super::terminal::Terminal;
use crate::text::bug::bug;

/// How long a signal waits for an answer at most, in milliseconds.
const PATIENCE: u16 = 500;
/// What a pipe takes without waiting, once it takes any (pipe(7), `PIPE_BUF`).
const AT_ONCE: usize = 4096;

/// A panic is a bug of ours: says so in one line and ends with the exit code for that. What was under way stands in
/// the journal, as after a kill.
pub(crate) fn panics_are_bugs() {
    std::panic::set_hook(Box::new(|panic| {
        say(&bug(panic));
        #[expect(clippy::exit, reason = "the one way out of a panic with an exit code of our own")]
        std::process::exit(i32::from(ExitStatus::Bug.code()));
    }));
}

/// Whole lines in one write: where both streams are one, as over ssh, pieces of a line would mix with the other's. A
/// reader that went away is no error of ours, least of all in the middle of an install.
pub(crate) fn say(text: &str) {
    clear_row();
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Whether the terminal's last row says what is waited for: whatever is said next takes its place.
static ROW: Mutex<bool> = Mutex::new(false);

/// Says it in the terminal's last row, in the place of what stood there.
pub(crate) fn show_row(text: &str) {
    let mut row = ROW.lock().unwrap_or_else(PoisonError::into_inner);
    *row = true;
    let _ = io::stderr().write_all(format!("\r{text}\x1b[K").as_bytes());
}

/// How many columns the terminal has; what most have, where it does not say.
pub(crate) fn columns() -> usize {
    let said = rustix::termios::tcgetwinsize(io::stderr()).map_or(0, |size| usize::from(size.ws_col));
    if said == 0 { 80 } else { said }
}

/// The terminal as it was.
pub(crate) fn clear_row() {
    let mut row = ROW.lock().unwrap_or_else(PoisonError::into_inner);
    if std::mem::take(&mut *row) {
        let _ = io::stderr().write_all(b"\r\x1b[K");
    }
}

/// What has become of the data.
static DATA: Delivery = Delivery::new();

/// Data. That it could not be written shows at the end, by [`delivered`].
pub(crate) fn print(text: &str) {
    clear_row();
    DATA.heard(deliver(text));
}

/// Whether all data so far has been written.
pub(crate) fn delivered() -> io::Result<()> {
    DATA.whole()
}

/// What somebody waits for: that it could not be written is for the caller to say.
pub(crate) fn deliver(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(format!("{text}\n").as_bytes()).and_then(|()| out.flush())
}

/// Bytes for whatever our output goes to. Where nobody takes them they are waited with, until somebody asks us to stop.
pub(crate) fn pass_on(mut bytes: &[u8], interrupt: &Interrupt) -> io::Result<()> {
    let out = io::stdout();
    while !bytes.is_empty() {
        let mut ready = [PollFd::new(out.as_fd(), PollFlags::POLLOUT)];
        match poll(&mut ready, PollTimeout::from(PATIENCE)) {
            _ if interrupt.is_raised() => return Err(io::ErrorKind::Interrupted.into()),
            Ok(0) | Err(Errno::EINTR) => continue,
            Ok(_) => {}
            Err(errno) => return Err(errno.into()),
        }
        let piece = bytes.get(..AT_ONCE).unwrap_or(bytes);
        let written = nix::unistd::write(&out, piece)?;
        bytes = bytes.get(written..).unwrap_or_default();
    }
    Ok(())
}

/// Whether our output goes to a terminal.
pub(crate) fn writes_to_a_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Colours only on a terminal, and only where `NO_COLOR` is not set.
pub(crate) fn has_colours() -> bool {
    let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    wanted && io::stderr().is_terminal()
}

/// Whether whoever sits at the terminal sees what is said.
pub(crate) fn is_seen() -> bool {
    io::stderr().is_terminal()
}

/// Whether somebody sits at the terminal who can be asked, wherever our output goes.
pub(crate) fn can_ask() -> bool {
    io::stdin().is_terminal() && Terminal::open().is_ok()
}
