//! The right to change the host.

/// Lent to what makes a change while its record is on disk. Nothing outside this room can make one.
pub(crate) struct Permit(pub(super) ());

#[cfg(test)]
impl Permit {
    /// For a test of the edge, in a directory of its own.
    pub(crate) const FOR_TESTS: Self = Self(());
}
