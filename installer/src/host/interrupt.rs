//! Being told to stop: Ctrl-C, a closed terminal, `kill`, a shutdown. What is under way is finished or undone; the
//! signals only raise a flag that is looked at between steps and while waiting.
#![expect(clippy::disallowed_methods, reason = "edge: reads which signals whoever started us has had ignored")]

use std::fs;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{
    SIGALRM, SIGCHLD, SIGHUP, SIGINT, SIGIO, SIGPROF, SIGQUIT, SIGSYS, SIGTERM, SIGTRAP, SIGUSR1, SIGUSR2, SIGVTALRM,
    SIGXCPU, SIGXFSZ,
};

/// What ends a program that does not catch it: what asks it to, and what nobody sends to one that uses no timers.
const ENDING: [i32; 13] =
    [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM, SIGIO, SIGPROF, SIGSYS, SIGTRAP, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU];

/// Raised once, never lowered.
#[derive(Clone, Default)]
pub(crate) struct Interrupt {
    raised: Arc<AtomicBool>,
    /// Whether the signals end this process again, as if nobody had listened.
    let_go: Arc<AtomicBool>,
}

impl Interrupt {
    /// From here on the signals that end a program raise the flag instead.
    pub(crate) fn listen() -> io::Result<Self> {
        let interrupt = Self::default();
        // Under nohup a closed terminal is to do nothing.
        for signal in ENDING.into_iter().filter(|signal| !is_ignored(*signal)) {
            signal_hook::flag::register_conditional_default(signal, Arc::clone(&interrupt.let_go))?;
            signal_hook::flag::register(signal, Arc::clone(&interrupt.raised))?;
        }
        Ok(interrupt)
    }

    /// From here on nothing is held that would have to be put in order: the next signal ends this process.
    pub(crate) fn let_go(&self) {
        self.let_go.store(true, Ordering::Relaxed);
    }

    /// As a signal does it.
    #[cfg(test)]
    pub(crate) fn raise(&self) {
        self.raised.store(true, Ordering::Relaxed);
    }

    /// Whether somebody has asked us to stop.
    pub(crate) fn is_raised(&self) -> bool {
        self.raised.load(Ordering::Relaxed)
    }
}

/// A file size limit does not kill: the write that meets it fails like any other. Where whoever started us has had the
/// ends of children ignored, they are noticed again. A failure leaves things as they were.
pub(super) fn settle() {
    let _ = signal_hook::flag::register(SIGXFSZ, Arc::default());
    if is_ignored(SIGCHLD) {
        let _ = signal_hook::flag::register(SIGCHLD, Arc::default());
    }
}

/// Whether whoever started us has had it ignored: `SigIgn` of proc(5), a bit for each signal from 1 on.
pub(super) fn is_ignored(signal: i32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    mask & (1 << (signal - 1)) != 0
}
