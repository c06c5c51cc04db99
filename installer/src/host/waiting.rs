//! Telling who sits at the terminal what is waited for, and for how long already. Nobody else is told: in a file such lines
//! would be noise.
#![expect(clippy::disallowed_methods, reason = "edge: the clock, and the terminal")]

use std::io::{self, IsTerminal as _};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::{self, Builder};
use std::time::{Duration, Instant};

use payload::language;

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
        console::show_row(&row(what, began.elapsed().as_secs(), console::columns()));
        pause = EACH;
    }
    console::clear_row();
}

/// What fits into one row of so many columns: one that is longer goes on in the next row, and a piece of it stays on the screen
/// for each second. The last column stays free, since some terminals go on to the next row there.
fn row(what: &str, seconds: u64, columns: usize) -> String {
    let end = format!(" ({seconds} s)");
    let room = columns.saturating_sub(1 + end.len());
    if width(what) <= room {
        return format!("{what}{end}");
    }
    let (mut kept, mut used) = (String::new(), CUT.len());
    for c in what.chars() {
        used += language::width(c);
        if used > room {
            break;
        }
        kept.push(c);
    }
    format!("{kept}{CUT}{end}")
}

/// What stands for the rest.
const CUT: &str = "...";

fn width(text: &str) -> usize {
    text.chars().map(language::width).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_never_goes_on_in_the_next() {
        let step = format!("file       /opt/etcd-certs/{}/etcd-peer-key.pem  0600 etcd's user", "0".repeat(64));
        for (what, columns, expected) in [
            ("enable and start", 80, "enable and start (7 s)"),
            ("enable and start", 23, "enable and start (7 s)"),
            ("enable and start", 22, "enable and s... (7 s)"),
            (&step, 40, "file       /opt/etcd-certs/000... (7 s)"),
            ("\u{7b49}\u{5f85}\u{4e2d}", 13, "\u{7b49}\u{5f85}\u{4e2d} (7 s)"),
            ("\u{7b49}\u{5f85}\u{4e2d}", 12, "\u{7b49}... (7 s)"),
            ("x", 0, "... (7 s)"),
        ] {
            let shown = row(what, 7, columns);
            assert_eq!(shown, expected, "{columns}");
            assert!(width(&shown) < columns || columns < 10, "{shown}");
        }
        for columns in 10..200 {
            assert!(width(&row(&step, 12345, columns)) < columns.max(14), "{columns}");
        }
    }
}
