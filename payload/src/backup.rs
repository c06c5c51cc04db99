//! Snapshots that each host takes by itself, as a cluster file means them and a manifest says them.

use std::num::{NonZeroU32, NonZeroU64};
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::name::MemberName;
use crate::path::AbsPath;
use crate::recipient::Recipient;

/// When one is taken, where it goes, and how many stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Backup {
    pub every_seconds: NonZeroU64,
    /// How many are kept.
    pub keep: NonZeroU32,
    /// How much room they may take together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_bytes: Option<NonZeroU64>,
    pub dir: AbsPath,
    /// How often one is restored for trial; never where it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drill_seconds: Option<NonZeroU64>,
    /// Who they are sealed for; none: they are in the clear.
    #[serde(default)]
    pub recipients: Vec<Recipient>,
}

impl Backup {
    /// How often one may be taken, in seconds: a snapshot reads all of the database, and one a month is not seldom enough to be
    /// called none.
    pub const EVERY: RangeInclusive<u64> = 600..=31 * 86_400;

    /// What supervisord calls the program that takes them, beside the one that it calls by the member's name.
    #[must_use]
    pub fn program(service: &MemberName) -> String {
        format!("{service}-snapshot")
    }

    /// How seldom a drill may be held, in seconds: once in a leap year.
    const MOST_SELDOM_DRILL: NonZeroU64 = NonZeroU64::new(366 * 86_400).unwrap();

    /// How many they may be sealed for.
    pub const MOST_RECIPIENTS: usize = 20;

    /// Whether a drill comes with a snapshot at most, and not more seldom than once a year.
    pub(crate) fn drills_in_time(&self) -> bool {
        self.drill_seconds.is_none_or(|often| (self.every_seconds..=Self::MOST_SELDOM_DRILL).contains(&often))
    }

    /// The first recipient that is there already.
    pub(crate) fn named_twice(&self) -> Option<&Recipient> {
        let again = |(at, recipient)| self.recipients.iter().take(at).any(|before| before == recipient);
        self.recipients.iter().enumerate().find(|it| again(*it)).map(|(_, recipient)| recipient)
    }
}
