//! Edge: the terminal that this process belongs to, and what is asked there: passphrases without an echo, all else with one.
//!
//! Whatever ends or stops this process while it asks, the terminal is left as it was. `SIGKILL` and `SIGSTOP` nobody can
//! catch.
#![expect(clippy::disallowed_methods, reason = "edge: reads the terminal and which signals are ignored")]

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead as _, Read as _, Write as _};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use rustix::process::{getpid, getppid, getsid};
use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};
use signal_hook::consts::{
    SIGALRM, SIGHUP, SIGINT, SIGIO, SIGPROF, SIGQUIT, SIGSYS, SIGTERM, SIGTRAP, SIGTSTP, SIGUSR1, SIGUSR2, SIGVTALRM,
    SIGXCPU,
};
use signal_hook::{flag, low_level};
use zeroize::{Zeroize as _, Zeroizing};

use crate::text;

/// What ends or stops a program that does not catch it.
const SIGNALS: [i32; 14] = [
    SIGALRM, SIGHUP, SIGINT, SIGIO, SIGPROF, SIGQUIT, SIGSYS, SIGTERM, SIGTRAP, SIGTSTP, SIGUSR1, SIGUSR2, SIGVTALRM,
    SIGXCPU,
];

/// What keys would raise them, were the terminal not silent (`stty -a`).
const KEYS: [(u8, i32); 3] = [(3, SIGINT), (28, SIGQUIT), (26, SIGTSTP)];

/// Nobody types a longer line; a buffer of this size at once leaves no copies behind.
const MAX_BYTES: usize = 4096;

/// The terminal, wherever our input comes from and our output goes.
pub(crate) struct Tty(File);

impl Tty {
    pub(crate) fn open() -> io::Result<Self> {
        OpenOptions::new().read(true).write(true).open("/dev/tty").map(Self)
    }

    /// Shows a text.
    pub(crate) fn show(&mut self, text: &str) -> io::Result<()> {
        self.0.write_all(text.as_bytes())
    }

    /// Asks; anything but `y` or `yes` is a no.
    pub(crate) fn agrees(&mut self, question: &str) -> io::Result<bool> {
        let answer = self.ask(&format!("{question} {}", text::terminal::YES_OR_NO))?;
        Ok(text::terminal::YES.contains(&answer.as_str()))
    }

    /// Asks for a line, without the spaces around it; an error at the end of the input.
    pub(crate) fn ask(&mut self, question: &str) -> io::Result<String> {
        self.show(&format!("{question} "))?;
        let mut answer = String::new();
        match io::BufReader::new((&self.0).take(MAX_BYTES as u64)).read_line(&mut answer)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(answer.trim().to_owned()),
        }
    }

    /// Asks for a line that is not shown.
    pub(crate) fn ask_silently(&mut self, question: &str) -> io::Result<Zeroizing<String>> {
        let silent = Silent::begin(self.0.try_clone()?)?;
        self.show(question)?;
        let line = self.line(question, &silent);
        self.show("\n")?;
        let signals = silent.signals;
        drop(silent);
        let (line, ended) = match line? {
            Typed::Line(line) => (line, signals.take()),
            Typed::Ended(signal) => (Zeroizing::default(), Some(signal)),
        };
        let Some(signal) = ended else { return Ok(line) };
        // As if we had never caught it. It does not come back, but from a pause.
        low_level::emulate_default_handler(signal)?;
        if signal == SIGTSTP { Ok(line) } else { Err(io::ErrorKind::Interrupted.into()) }
    }

    fn line(&mut self, question: &str, silent: &Silent) -> io::Result<Typed> {
        let mut line = Zeroizing::new(Vec::with_capacity(MAX_BYTES));
        let mut byte = Zeroizing::new([0]);
        loop {
            let n = match self.0.read(&mut *byte) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => 0,
                other => other?,
            };
            let [key] = *byte;
            let typed = KEYS.iter().find(|(of, _)| n > 0 && *of == key).map(|(_, signal)| *signal);
            match typed.or_else(|| silent.signals.take()) {
                Some(SIGTSTP) => {
                    line.clear();
                    silent.pause()?;
                    self.show(&format!("\r{question}"))?;
                    continue;
                }
                Some(signal) => return Ok(Typed::Ended(signal)),
                None => {}
            }
            match key {
                // A terminal that is gone gives nothing for ever; asked for its settings, it says so.
                _ if n == 0 => {
                    tcgetattr(&self.0)?;
                }
                // Ctrl-D ends it, too.
                b'\n' | b'\r' | 4 => break,
                // Backspace takes a whole character: its last byte, and in UTF-8 those before it down to the first.
                8 | 127 => while line.pop().is_some_and(|byte: u8| byte & 0xc0 == 0x80) {},
                // Ctrl-U, as in every terminal.
                21 => line.clear(),
                _ if line.len() < MAX_BYTES => line.push(key),
                _ => return Err(io::Error::other(text::passphrase::line_too_long(MAX_BYTES))),
            }
        }
        let text = String::from_utf8(std::mem::take(&mut *line)).map_err(|error| {
            error.into_bytes().zeroize();
            io::Error::other(text::passphrase::NOT_UTF8.text())
        })?;
        Ok(Typed::Line(Zeroizing::new(text)))
    }
}

/// What was typed instead of an echo.
enum Typed {
    Line(Zeroizing<String>),
    /// By this signal, once the terminal is as it was.
    Ended(i32),
}

/// While it lives, the terminal shows nothing of what is typed, and signals wait for whoever asks.
struct Silent {
    terminal: File,
    before: Termios,
    meanwhile: Termios,
    signals: &'static Signals,
}

impl Silent {
    fn begin(terminal: File) -> io::Result<Self> {
        let before = tcgetattr(&terminal)?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON | LocalModes::ISIG);
        // termios(3): a read waits half a second at most.
        silent.special_codes[SpecialCodeIndex::VMIN] = 0;
        silent.special_codes[SpecialCodeIndex::VTIME] = 5;
        let signals = Signals::wait();
        let silent = Self { terminal, before, meanwhile: silent, signals };
        // What was typed ahead is no answer.
        tcsetattr(&silent.terminal, OptionalActions::Flush, &silent.meanwhile)?;
        Ok(silent)
    }

    /// Stops this process with the terminal as it was, where somebody is there who can go on with it: a shell above us in this
    /// session. The kernel stops no orphan either.
    fn pause(&self) -> io::Result<()> {
        tcsetattr(&self.terminal, OptionalActions::Flush, &self.before)?;
        let session = getsid(None);
        if session != Ok(getpid()) && getppid().is_some_and(|parent| getsid(Some(parent)) == session) {
            low_level::emulate_default_handler(SIGTSTP)?;
        }
        Ok(tcsetattr(&self.terminal, OptionalActions::Flush, &self.meanwhile)?)
    }
}

impl Drop for Silent {
    fn drop(&mut self) {
        let _ = tcsetattr(&self.terminal, OptionalActions::Flush, &self.before);
        self.signals.elsewhere.store(true, Ordering::SeqCst);
    }
}

/// The signals that were caught. Registered once and for ever, since one that nobody catches any more would have no effect;
/// while nobody asks, each does what it always did.
struct Signals {
    elsewhere: Arc<AtomicBool>,
    raised: Arc<AtomicUsize>,
}

impl Signals {
    /// From here on they wait to be taken.
    fn wait() -> &'static Self {
        static SIGNALS_CAUGHT: OnceLock<Signals> = OnceLock::new();
        let signals = SIGNALS_CAUGHT.get_or_init(|| {
            let signals = Self { elsewhere: Arc::default(), raised: Arc::default() };
            // One that was ignored when we came stays so: under nohup a closed terminal is to do nothing.
            for signal in SIGNALS.into_iter().filter(|signal| !is_ignored(*signal)) {
                let number = usize::try_from(signal).unwrap_or_default();
                // One that cannot be caught is as it was before.
                let _ = flag::register_conditional_default(signal, Arc::clone(&signals.elsewhere));
                let _ = flag::register_usize(signal, Arc::clone(&signals.raised), number);
            }
            signals
        });
        signals.raised.store(0, Ordering::SeqCst);
        signals.elsewhere.store(false, Ordering::SeqCst);
        signals
    }

    /// The last that came.
    fn take(&self) -> Option<i32> {
        i32::try_from(self.raised.swap(0, Ordering::SeqCst)).ok().filter(|signal| *signal != 0)
    }
}

/// `SigIgn` of proc(5): a bit for each signal, from 1 on.
fn is_ignored(signal: i32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    mask & (1 << (signal - 1)) != 0
}
