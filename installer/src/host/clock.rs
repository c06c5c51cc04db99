//! The clock and waiting.
#![expect(clippy::disallowed_methods, reason = "edge: asks the clock")]

use std::time::{Duration, Instant};

use time::OffsetDateTime;

/// Now, in UTC.
pub(crate) fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

/// How long something takes, whatever is done to the clock meanwhile.
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Something that is done again and again, but not more often than this.
pub(crate) struct Pace {
    every: Duration,
    last: Instant,
}

impl Pace {
    /// Done for the first time once the pause is over.
    pub(crate) fn new(every: Duration) -> Self {
        Self { every, last: Instant::now() }
    }

    /// Whether it is time; if so, the next pause begins.
    pub(crate) fn is_due(&mut self) -> bool {
        let is_due = self.last.elapsed() >= self.every;
        if is_due {
            self.last = Instant::now();
        }
        is_due
    }
}

/// The longest pause between two questions.
const PAUSE: Duration = Duration::from_millis(200);

/// Asks again and again until an answer comes or the time is up: often at first, since most of what is waited for comes soon.
pub(crate) fn poll<T>(limit: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    // None is further off than the clock goes.
    let end = Instant::now().checked_add(limit);
    let left = || end.map_or(Duration::MAX, |end| end.saturating_duration_since(Instant::now()));
    let mut pause = PAUSE / 8;
    loop {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        if left().is_zero() {
            return None;
        }
        std::thread::sleep(pause.min(left()));
        pause = PAUSE.min(pause * 2);
    }
}
