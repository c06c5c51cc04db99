//! The kinds of members that a release has.

/// What a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MemberKind {
    File,
    Directory,
    /// A symbolic link to something beside or below it.
    Link,
    /// Hard links, devices, pipes, sparse files: no release has one.
    Other,
}
