//! What `node_exporter`'s textfile collector reads: gauges of one member.

use std::fmt::Write as _;

use crate::name::{ClusterName, MemberName};

/// How the file begins, by which it is known for ours.
pub const TEXTFILE_BEGIN: &str = "# Made by etcdpack.\n";

/// Each gauge, by its name without what all of ours begin with.
#[must_use]
pub fn textfile(cluster: &ClusterName, member: &MemberName, gauges: &[(&str, i128)]) -> String {
    let mut text = TEXTFILE_BEGIN.to_owned();
    for (name, value) in gauges {
        let name = format!("etcdpack_{name}");
        let _ = writeln!(text, "# TYPE {name} gauge\n{name}{{cluster=\"{cluster}\",member=\"{member}\"}} {value}");
    }
    text
}
