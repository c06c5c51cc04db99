//! Data on standard output, a line or several at a time.
//!
//! The only place in the builder's library that writes there.

use std::fmt;
use std::io::{self, Write as _};
use std::sync::{Mutex, PoisonError};

/// What has become of it: whether some was taken, and why the rest was not.
static DATA: Mutex<Data> = Mutex::new(Data { taken: false, lost: None });

struct Data {
    taken: bool,
    lost: Option<io::Error>,
}

/// A line. That it could not be written shows at the end, by [`delivered`].
pub(crate) fn print(text: impl fmt::Display) {
    let mut out = io::stdout().lock();
    let written = writeln!(out, "{text}").and_then(|()| out.flush());
    let mut data = DATA.lock().unwrap_or_else(PoisonError::into_inner);
    match written {
        Ok(()) => data.taken = true,
        // A reader that has read something and went away (`| head`) has what it wants.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe && data.taken => {}
        Err(error) => data.lost = Some(data.lost.take().unwrap_or(error)),
    }
}

/// Whether all of it has been written.
pub(crate) fn delivered() -> io::Result<()> {
    DATA.lock().unwrap_or_else(PoisonError::into_inner).lost.take().map_or(Ok(()), Err)
}
