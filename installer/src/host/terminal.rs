//! The terminal that this process belongs to, and what is asked there: a passphrase without an echo, words with one.
//!
//! Whatever ends or stops this process while it asks, the terminal is left as it was: the signals that end it raise
//! [`Interrupt`], and a stop is carried out here. `SIGKILL` and `SIGSTOP` nobody can catch.
#![expect(clippy::disallowed_methods, reason = "edge: reads the terminal")]

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::termios::{LocalFlags, SetArg, SpecialCharacterIndices, Termios, tcgetattr, tcsetattr};
use nix::unistd::{getpid, getppid, getsid};
use signal_hook::consts::SIGTSTP;
use zeroize::Zeroizing;

use super::interrupt::{self, Interrupt};
use super::passphrase::{MAX_BYTES, MOST, too_long};

/// How long a signal waits for an answer at most, in milliseconds.
const PATIENCE: u16 = 500;

/// The terminal, wherever our input comes from and our output goes.
pub(crate) struct Terminal(File);

/// What came of asking.
pub(crate) enum Asked {
    /// Without its end.
    Line(Zeroizing<Vec<u8>>),
    /// Ctrl-C, Ctrl-D, or a signal.
    Cancelled,
}

impl Terminal {
    pub(crate) fn open() -> io::Result<Self> {
        OpenOptions::new().read(true).write(true).open("/dev/tty").map(Self)
    }

    /// Shows what a question is about.
    pub(crate) fn show(&mut self, text: &str) -> io::Result<()> {
        self.0.write_all(text.as_bytes())
    }

    /// Asks for a line that is not shown. Keys are taken one by one, so that a signal is answered while nobody types.
    pub(crate) fn ask(&mut self, question: &str, interrupt: &Interrupt) -> io::Result<Asked> {
        let stop = Stop::awaited();
        let mut silent = Silent::begin(self.0.try_clone()?)?;
        write!(self.0, "{question}")?;
        let asked = self.line(question, &mut silent, stop, interrupt);
        writeln!(self.0)?;
        asked
    }

    /// Asks for a line that is shown, as whoever types it sees it.
    pub(crate) fn ask_aloud(&mut self, question: &str, interrupt: &Interrupt) -> io::Result<Asked> {
        write!(self.0, "{question}")?;
        loop {
            let mut ready = [PollFd::new(self.0.as_fd(), PollFlags::POLLIN)];
            let polled = poll(&mut ready, PollTimeout::from(PATIENCE));
            if interrupt.is_raised() {
                writeln!(self.0)?;
                return Ok(Asked::Cancelled);
            }
            if polled.is_ok_and(|ready| ready > 0) {
                break;
            }
        }
        // The terminal hands out whole lines.
        let mut line = Zeroizing::new(vec![0; MAX_BYTES]);
        let n = self.0.read(&mut line)?;
        line.truncate(n);
        match line.pop() {
            Some(b'\n' | b'\r') => Ok(Asked::Line(line)),
            _ => Ok(Asked::Cancelled),
        }
    }

    fn line(&mut self, question: &str, silent: &mut Silent, stop: &Stop, interrupt: &Interrupt) -> io::Result<Asked> {
        let mut line = Zeroizing::new(Vec::with_capacity(MOST));
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
            if stop.is_due() || (n > 0 && key == CTRL_Z) {
                line.clear();
                silent.pause(|| stop.now())?;
                write!(self.0, "\r{question}")?;
                continue;
            }
            match key {
                // A terminal that is gone gives nothing for ever; asked for its settings, it says so.
                _ if n == 0 => {
                    tcgetattr(self.0.as_fd())?;
                }
                b'\n' | b'\r' if line.len() > MAX_BYTES => return Err(too_long()),
                b'\n' | b'\r' => return Ok(Asked::Line(line)),
                // Ctrl-C, Ctrl-D, Ctrl-\: as ever, but between two steps.
                3 | 4 | 28 => return Ok(Asked::Cancelled),
                // Backspace takes a whole character: its last byte, and in UTF-8 those before it down to the first.
                8 | 127 => while line.pop().is_some_and(|byte: u8| byte & 0xc0 == 0x80) {},
                // Ctrl-U, as in every terminal.
                21 => line.clear(),
                // More than that is only known to be too much.
                _ if line.len() < MOST => line.push(key),
                _ => {}
            }
        }
    }
}

const CTRL_Z: u8 = 26;

/// While it lives, the terminal shows nothing of what is typed.
struct Silent {
    terminal: File,
    before: Termios,
    meanwhile: Termios,
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
        Ok(Self { terminal, before, meanwhile: silent })
    }

    /// As it was, while `meanwhile` goes on.
    fn pause(&mut self, meanwhile: impl FnOnce()) -> io::Result<()> {
        tcsetattr(self.terminal.as_fd(), SetArg::TCSAFLUSH, &self.before)?;
        meanwhile();
        Ok(tcsetattr(self.terminal.as_fd(), SetArg::TCSAFLUSH, &self.meanwhile)?)
    }
}

impl Drop for Silent {
    fn drop(&mut self) {
        let _ = tcsetattr(self.terminal.as_fd(), SetArg::TCSAFLUSH, &self.before);
        Stop::over();
    }
}

/// Being told to pause (`SIGTSTP`): between two questions at once, as ever; while a terminal is silent, when that is over.
struct Stop {
    due: Arc<AtomicBool>,
    elsewhere: Arc<AtomicBool>,
}

impl Stop {
    /// From here on the signal waits for us. What is registered once stays: a handler that goes leaves the signal without
    /// an effect.
    fn awaited() -> &'static Self {
        static STOP: OnceLock<Stop> = OnceLock::new();
        let stop = STOP.get_or_init(|| {
            let stop = Self { due: Arc::default(), elsewhere: Arc::default() };
            if !interrupt::is_ignored(SIGTSTP) {
                let _ = signal_hook::flag::register_conditional_default(SIGTSTP, Arc::clone(&stop.elsewhere));
                let _ = signal_hook::flag::register(SIGTSTP, Arc::clone(&stop.due));
            }
            stop
        });
        stop.elsewhere.store(false, Ordering::SeqCst);
        stop
    }

    /// From here on it stops us at once again.
    fn over() {
        Self::awaited().elsewhere.store(true, Ordering::SeqCst);
    }

    fn is_due(&self) -> bool {
        self.due.load(Ordering::SeqCst)
    }

    /// Stops, where somebody is there who can go on with us: a shell above us in this session. The kernel stops no orphan
    /// either.
    fn now(&self) {
        let session = getsid(None);
        if session != Ok(getpid()) && getsid(Some(getppid())) == session {
            let _ = signal_hook::low_level::emulate_default_handler(SIGTSTP);
        }
        self.due.store(false, Ordering::SeqCst);
    }
}
