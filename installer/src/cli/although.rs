//! What is refused unless a word is said for it.

use clap::Args;

use super::heading;
use crate::although::{Although, Word};

/// What is refused unless a word is said for it.
#[derive(Debug, Args)]
pub(crate) struct AlthoughArgs {
    /// Create a new cluster although not every founder can be seen; only if none of its hosts has ever run etcd
    #[arg(long, help_heading = heading::CLUSTER)]
    pub(crate) first_install: bool,

    /// Take a bundle whose CAs differ from those of this host or of the other members
    #[arg(long, help_heading = heading::CLUSTER)]
    pub(crate) although_ca_differs: bool,

    /// Begin without the data that this member had here
    #[arg(long, help_heading = heading::CLUSTER)]
    pub(crate) although_data_gone: bool,

    #[command(flatten)]
    pub(crate) at_risk: AtRiskArgs,
}

/// The word for stopping etcd here, of whatever command.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct AtRiskArgs {
    /// Stop etcd here although the cluster then serves nobody
    #[arg(long, help_heading = heading::CLUSTER)]
    pub(crate) although_quorum_at_risk: bool,
}

impl AtRiskArgs {
    /// Whether it was said.
    pub(crate) fn word(self) -> Word {
        Word::of(self.although_quorum_at_risk)
    }
}

impl AlthoughArgs {
    /// What a word was said for.
    pub(crate) fn words(&self) -> Although {
        Although {
            first_install: Word::of(self.first_install),
            ca_differs: Word::of(self.although_ca_differs),
            data_gone: Word::of(self.although_data_gone),
            quorum_at_risk: self.at_risk.word(),
        }
    }
}
