//! What a person reads, in English and in Chinese: one file for each room of the builder. Arguments come in, text goes out.
//! Must not decide anything, and must not read or write.
//!
//! The functions take plain values, so that every room may use them and they use no room. The sentences of the errors are
//! in `errors`. What can be typed is described in [`crate::cli`].

pub(crate) mod accept;
pub(crate) mod backup_key;
pub(crate) mod cache;
pub(crate) mod cfssl;
pub(crate) mod check;
pub(crate) mod cli;
pub(crate) mod command;
mod errors;
pub(crate) mod fetch;
pub(crate) mod founding;
pub(crate) mod help;
pub(crate) mod init;
pub(crate) mod inspect;
pub(crate) mod pack;
pub(crate) mod paper;
pub(crate) mod passphrase;
pub(crate) mod pem;
pub(crate) mod pki;
pub(crate) mod readme;
pub(crate) mod rehearsal;
pub(crate) mod release;
pub(crate) mod sign;
pub(crate) mod start_here;
pub(crate) mod stick;
pub(crate) mod template;
pub(crate) mod terminal;

use std::fmt;

use time::{OffsetDateTime, UtcOffset};

/// A time to the minute, in UTC.
pub(crate) struct Minute(pub(crate) OffsetDateTime);

impl fmt::Display for Minute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.0.to_offset(UtcOffset::UTC);
        write!(f, "{} {:02}:{:02} UTC", at.date(), at.hour(), at.minute())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_to_the_minute() {
        assert_eq!(Minute(OffsetDateTime::UNIX_EPOCH).to_string(), "1970-01-01 00:00 UTC");
    }
}
