//! What becomes of the data that a run writes to its standard output, piece by piece. It must not write.

use std::io::{Error, ErrorKind, Result};
use std::sync::{Mutex, PoisonError};

/// Whether some of it was taken, and why the rest was not.
pub struct Delivery(Mutex<(bool, Option<Error>)>);

impl Delivery {
    /// Nothing was written yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(Mutex::new((false, None)))
    }

    /// A piece was written, or could not be.
    pub fn heard(&self, written: Result<()>) {
        let mut data = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (taken, lost) = &mut *data;
        match written {
            Ok(()) => *taken = true,
            // A reader that has read something and went away (`| head`) has what it wants.
            Err(error) if error.kind() == ErrorKind::BrokenPipe && *taken => {}
            Err(error) => *lost = Some(lost.take().unwrap_or(error)),
        }
    }

    /// Whether all of it was taken. What was not is said once.
    ///
    /// # Errors
    ///
    /// The first that was met.
    pub fn whole(&self) -> Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1.take().map_or(Ok(()), Err)
    }
}

impl Default for Delivery {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_goes_away_has_had_its_answer_if_it_took_any() {
        let unread = Delivery::new();
        unread.heard(Err(ErrorKind::BrokenPipe.into()));
        assert!(unread.whole().is_err());
        let read = Delivery::new();
        read.heard(Ok(()));
        read.heard(Err(ErrorKind::BrokenPipe.into()));
        assert!(read.whole().is_ok());
        read.heard(Err(ErrorKind::StorageFull.into()));
        assert!(read.whole().is_err(), "a full disk is no reader that has enough");
    }
}
