//! Why a rehearsal was not held, and why it failed.

use std::fmt;

use crate::rehearsal::{Cannot, MOST, RehearsalError};
use crate::text::rehearsal as text;

impl fmt::Display for Cannot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Self::TooMany(members) => text::too_many(*members, MOST),
            Self::OtherArch { host, arch } => text::other_arch(host, arch.etcd_name()),
            Self::KeyOnHost(host) => text::key_on_host(host),
            Self::NoStandIn { host, why } => text::no_stand_in(host, why),
            Self::BehindNat(host) => text::behind_nat(host),
            Self::Machine(why) => why.clone(),
        })
    }
}

impl fmt::Display for RehearsalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended { host, why, .. } => f.write_str(&text::ended(host, why)),
            Self::NoLeader { waited, last, .. } => {
                f.write_str(&text::no_leader(*waited))?;
                last.iter().try_for_each(|(host, line)| write!(f, "{}{}", text::NEXT, text::last_line(host, line)))
            }
            Self::Disk(error) => fmt::Display::fmt(error, f),
        }
    }
}
