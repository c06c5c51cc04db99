//! What the operator says about data on the hosts, for those commands that pack bundles.

use clap::Args;
use payload::name::ClusterToken;

use super::heading;
use crate::founding::Word;

/// Neither: what is on record goes on, and where the cluster file does not fit it, it is asked.
#[derive(Clone, Debug, Default, Args)]
pub struct FoundingArgs {
    /// Create a new cluster of the hosts in the file: no host holds data of the recorded one. If that one runs, give its NAME
    #[arg(
        long,
        value_name = "NAME",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "",
        conflicts_with = "same_cluster",
        help_heading = heading::FOUNDING
    )]
    new_cluster: Option<String>,

    /// Keep the recorded cluster, and never found it again: some host holds its data. TOKEN says which, if several are recorded
    #[arg(
        long,
        value_name = "TOKEN",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "",
        value_parser = which,
        help_heading = heading::FOUNDING
    )]
    same_cluster: Option<Which>,
}

/// Which of the clusters that are on record.
#[derive(Clone, Debug)]
enum Which {
    Unsaid,
    With(ClusterToken),
}

fn which(text: &str) -> Result<Which, String> {
    match text {
        "" => Ok(Which::Unsaid),
        token => token.parse().map(Which::With).map_err(|error| format!("{error}")),
    }
}

impl FoundingArgs {
    pub(crate) fn word(&self) -> Word {
        match (&self.new_cluster, &self.same_cluster) {
            (Some(name), _) => Word::NewCluster(Some(name.clone()).filter(|name| !name.is_empty())),
            (None, Some(Which::With(token))) => Word::SameCluster(Some(token.clone())),
            (None, Some(Which::Unsaid)) => Word::SameCluster(None),
            (None, None) => Word::Unsaid,
        }
    }
}
