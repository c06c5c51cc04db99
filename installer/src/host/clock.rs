//! The clock and waiting.
#![expect(clippy::disallowed_methods, reason = "edge: asks the clock")]

use std::time::{Duration, Instant};

use time::OffsetDateTime;

/// Now, in UTC.
pub(crate) fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

/// Asks again and again until an answer comes or the time is up.
pub(crate) fn poll<T>(limit: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let end = Instant::now() + limit;
    loop {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        if Instant::now() >= end {
            return None;
        }
        std::thread::sleep(Duration::from_millis(200).min(end.saturating_duration_since(Instant::now())));
    }
}

/// Waits.
pub(crate) fn pause(time: Duration) {
    std::thread::sleep(time);
}
