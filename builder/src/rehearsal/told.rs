//! What the process inside tells the one outside: one line of JSON each.

use payload::name::HostName;
use serde::{Deserialize, Serialize};

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub(super) enum Told {
    /// Roots and networks stand: from here on, what fails are the members.
    Begun,
    /// This machine lets us do what it takes.
    Able,
    /// One key was written and read.
    Proven,
    /// A member ended by itself; the end of what it had said.
    Ended { host: HostName, log: String },
    /// Time is up; the end of what each had said.
    NoLeader { logs: Vec<(HostName, String)> },
    /// This machine does not let us.
    Cannot { why: String },
}
