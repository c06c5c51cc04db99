//! Data on standard output, a line or several at a time.
//!
//! The only place in the builder's library that writes there.

use std::fmt;
use std::io::{self, Write as _};

use payload::delivery::Delivery;

/// What has become of it.
static DATA: Delivery = Delivery::new();

/// A line. That it could not be written shows at the end, by [`delivered`].
pub(crate) fn print(text: impl fmt::Display) {
    let mut out = io::stdout().lock();
    DATA.heard(writeln!(out, "{text}").and_then(|()| out.flush()));
}

/// Whether all of it has been written.
pub(crate) fn delivered() -> io::Result<()> {
    DATA.whole()
}
