//! What the operator has said a word for: what is refused without it. `--yes` says none of these. Pure.

/// Whether a word was said for something that is refused without it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Word {
    #[default]
    NotSaid,
    Said,
}

/// One for each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Although {
    /// `--first-install`: none of the founders has ever run, though not all of them can be seen.
    pub(crate) first_install: Word,
    /// `--although-ca-differs`
    pub(crate) ca_differs: Word,
    /// `--although-data-gone`
    pub(crate) data_gone: Word,
    /// `--although-quorum-at-risk`
    pub(crate) quorum_at_risk: Word,
}

impl Word {
    pub(crate) fn of(said: bool) -> Self {
        if said { Self::Said } else { Self::NotSaid }
    }
}
