//! Telling who sits at the terminal what is waited for, and for how long already. Nobody else is told: in a file such lines
//! would be noise.
#![expect(clippy::disallowed_methods, reason = "edge: the clock, and the terminal")]

use std::io::{self, IsTerminal as _};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::{self, Builder};
use std::time::{Duration, Instant};

use super::console;

/// What takes no longer needs no telling.
const FIRST: Duration = Duration::from_millis(500);

/// How often the seconds are counted on.
const EACH: Duration = Duration::from_secs(1);

/// Does `work`. Takes it longer than half a second, the last row of the terminal says so, until it is done.
pub(crate) fn telling<T>(what: &str, work: impl FnOnce() -> T) -> T {
    if !io::stderr().is_terminal() {
        return work();
    }
    thread::scope(|scope| {
        let (at_work, ends) = mpsc::channel();
        // Where no thread can be had, nobody is told; what is to be done is done all the same.
        let _ = Builder::new().spawn_scoped(scope, move || tell(what, &ends));
        let done = work();
        drop(at_work);
        done
    })
}

/// Nothing is ever sent: the other end goes when the work is done.
fn tell(what: &str, ends: &Receiver<()>) {
    let began = Instant::now();
    let mut pause = FIRST;
    while ends.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
        console::show_row(&format!("{what} ({} s)", began.elapsed().as_secs()));
        pause = EACH;
    }
    console::clear_row();
}
