//! Which flags of etcd a version accepts, and what may have been meant by one that it does not.
//!
//! The table itself is in `flags.rs`. Here it is looked up and put into words; no command line is written. A
//! flag that etcd does not know stops it with exit status 2, on a host where nobody can look anything up: that is why
//! the builder asks here first.

use super::EtcdVersion;
use super::flag::{Flag, Owner};
use super::flag_value::FlagValue;
use super::flags::FLAGS;

/// Longer than every flag: no typing mistake, and not worth measuring against each of them.
const LONGEST: usize = 80;

/// What is to be said of a flag in a version.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// etcd accepts it; whether the user may give it is in [`Flag::owner`].
    Accepted(&'static Flag),
    /// Other versions have it.
    NotInVersion {
        /// See its [`known_to`](Flag::known_to).
        flag: &'static Flag,
        /// What this version has in its place, as `flag` or `flag=value`.
        instead: Option<&'static str>,
    },
    /// No version has it.
    Unknown {
        /// A flag of this version whose name is close.
        suggestion: Option<&'static str>,
    },
}

/// Whether this version of etcd accepts the flag `name`, written without dashes in front.
#[must_use]
pub fn accepts(name: &str, version: EtcdVersion) -> Verdict {
    match find(name) {
        Some(flag) if flag.is_in(version) => Verdict::Accepted(flag),
        Some(flag) => Verdict::NotInVersion { flag, instead: replacement(flag, version) },
        None => Verdict::Unknown { suggestion: nearest(name, version) },
    }
}

/// Whether `name` is a flag that needs no value. Such a flag must never be followed by one: etcd takes the
/// `true` of `--flag true` for a stray argument and exits.
#[must_use]
pub fn is_switch(name: &str) -> bool {
    find(name).is_some_and(|flag| flag.value == FlagValue::Switch)
}

fn find(name: &str) -> Option<&'static Flag> {
    FLAGS.iter().find(|flag| flag.name == name)
}

/// What the table names, if this version has it; else the flag's twin.
fn replacement(flag: &Flag, version: EtcdVersion) -> Option<&'static str> {
    let here = |setting: &&str| {
        let name = setting.split(['=', ' ']).next();
        name.and_then(find).is_some_and(|flag| flag.is_in(version))
    };
    flag.instead.filter(here).or_else(|| twin(flag.name, version))
}

/// Flags start as `experimental-x` and become `x`; the other name, if this version has it.
fn twin(name: &str, version: EtcdVersion) -> Option<&'static str> {
    let other = |flag: &&Flag| {
        flag.name.strip_prefix("experimental-") == Some(name) || name.strip_prefix("experimental-") == Some(flag.name)
    };
    FLAGS.iter().filter(|flag| flag.is_in(version)).find(other).map(|flag| flag.name)
}

/// The flag that was probably meant: never one that would be refused.
fn nearest(name: &str, version: EtcdVersion) -> Option<&'static str> {
    if name.len() > LONGEST {
        return None;
    }
    let word = name.trim_start_matches('-').replace('_', "-").to_ascii_lowercase();
    let near = 1 + word.len() / 6;
    let offered = |flag: &&Flag| flag.is_in(version) && !matches!(flag.owner, Owner::Refused(_));
    twin(&word, version).or_else(|| {
        FLAGS
            .iter()
            .filter(offered)
            .map(|flag| (strsim::osa_distance(&word, flag.name), flag.name))
            .filter(|(distance, _)| *distance <= near)
            .min()
            .map(|(_, name)| name)
    })
}

/// The flag that a variable of etcd's environment stands for: `ETCD_ENABLE_V2`.
#[must_use]
pub fn of_environment(variable: &str) -> Option<String> {
    variable.strip_prefix("ETCD_").map(|name| name.to_ascii_lowercase().replace('_', "-"))
}

#[cfg(test)]
mod tests;
