//! Where a passphrase comes from: a file descriptor that was handed to us, or the terminal, without an echo.
#![expect(clippy::disallowed_methods, reason = "edge: reads file descriptors and the terminal")]

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write as _};
use std::os::fd::AsFd as _;

use nix::sys::termios::{LocalFlags, SetArg, SpecialCharacterIndices, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

use super::interrupt::Interrupt;

/// No passphrase comes near this. Buffers have this size at once: one that grows leaves copies behind.
const MAX_BYTES: usize = 4096;

/// The first line of the file descriptor `fd`, which is closed then: programs that we start must not inherit it.
pub(crate) fn of_fd(fd: i32) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut line = Zeroizing::new(Vec::with_capacity(MAX_BYTES));
    let mut byte = Zeroizing::new([0]);
    // By itself, and not by its name: under sshd it is a socket, which cannot be opened.
    if fd == 0 {
        while nix::unistd::read(io::stdin(), &mut *byte)? == 1 && *byte != *b"\n" && line.len() < MAX_BYTES {
            line.extend_from_slice(&*byte);
        }
        return Ok(line);
    }
    let mut file = File::open(format!("/proc/self/fd/{fd}")).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => io::Error::other("it is not open"),
        _ => error,
    })?;
    while file.read(&mut *byte)? == 1 && *byte != *b"\n" && line.len() < MAX_BYTES {
        line.extend_from_slice(&*byte);
    }
    if fd > 2 {
        nix::unistd::close(fd)?;
    }
    Ok(line)
}

/// The terminal that this process belongs to, wherever its input comes from and its output goes.
pub(crate) struct Terminal(File);

/// What came of asking.
pub(crate) enum Asked {
    Line(Zeroizing<Vec<u8>>),
    /// Ctrl-C, Ctrl-D, or a signal.
    Cancelled,
}

impl Terminal {
    pub(crate) fn open() -> io::Result<Self> {
        OpenOptions::new().read(true).write(true).open("/dev/tty").map(Self)
    }

    /// Asks for a line that is not shown. Keys are taken one by one, so that a signal is answered while nobody types.
    pub(crate) fn ask(&mut self, question: &str, interrupt: &Interrupt) -> io::Result<Asked> {
        let _silent = Silent::begin(self.0.try_clone()?)?;
        write!(self.0, "{question}")?;
        let asked = self.line(interrupt);
        writeln!(self.0)?;
        asked
    }

    fn line(&mut self, interrupt: &Interrupt) -> io::Result<Asked> {
        let mut line = Zeroizing::new(Vec::with_capacity(MAX_BYTES));
        let mut byte = Zeroizing::new([0]);
        loop {
            let n = match self.0.read(&mut *byte) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => 0,
                other => other?,
            };
            if interrupt.is_raised() {
                return Ok(Asked::Cancelled);
            }
            let [key] = *byte;
            match key {
                _ if n == 0 => {}
                b'\n' | b'\r' => return Ok(Asked::Line(line)),
                // Ctrl-C, Ctrl-D, Ctrl-\: as ever, but between two steps.
                3 | 4 | 28 => return Ok(Asked::Cancelled),
                // Backspace takes a whole character: its last byte, and in UTF-8 those before it down to the first.
                8 | 127 => while line.pop().is_some_and(|byte: u8| byte & 0xc0 == 0x80) {},
                // Ctrl-U, as in every terminal.
                21 => line.clear(),
                _ if line.len() < MAX_BYTES => line.push(key),
                _ => {}
            }
        }
    }
}

/// While it lives, the terminal shows nothing of what is typed.
struct Silent {
    terminal: File,
    before: Termios,
}

impl Silent {
    fn begin(terminal: File) -> io::Result<Self> {
        let before = tcgetattr(terminal.as_fd())?;
        let mut silent = before.clone();
        silent.local_flags.remove(LocalFlags::ECHO | LocalFlags::ECHONL | LocalFlags::ICANON | LocalFlags::ISIG);
        // termios(3): a read waits half a second at most.
        for (index, value) in [(SpecialCharacterIndices::VMIN, 0), (SpecialCharacterIndices::VTIME, 5)] {
            if let Some(character) = silent.control_chars.get_mut(index as usize) {
                *character = value;
            }
        }
        // What was typed ahead is no answer.
        tcsetattr(terminal.as_fd(), SetArg::TCSAFLUSH, &silent)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Silent {
    fn drop(&mut self) {
        let _ = tcsetattr(self.terminal.as_fd(), SetArg::TCSAFLUSH, &self.before);
    }
}
