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
    // None is further off than the clock goes.
    let end = Instant::now().checked_add(limit);
    let left = || end.map_or(Duration::MAX, |end| end.saturating_duration_since(Instant::now()));
    loop {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        if left().is_zero() {
            return None;
        }
        std::thread::sleep(Duration::from_millis(200).min(left()));
    }
}
