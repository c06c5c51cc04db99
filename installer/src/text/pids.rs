//! Process ids in words.

/// Process ids as they are typed.
pub(crate) fn pids(ids: &[u32]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
