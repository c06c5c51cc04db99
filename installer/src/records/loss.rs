//! That a member was installed here, and its receipt is not there any more, or cannot be read.

use payload::path::AbsPath;

/// What is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Loss {
    pub(crate) why: Why,
    /// The number of the bundle, by the history.
    pub(crate) number: Option<u64>,
    /// What does not stand here as the bundle that was brought has it. Empty where it does, and where none was brought.
    pub(crate) others: Vec<AbsPath>,
}

/// What has become of the receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Why {
    Missing,
    /// It is no JSON, and why.
    Damaged(String),
}
