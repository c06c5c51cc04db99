//! What is printed for people to carry.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use payload::language::Language;

use super::heading;

/// The sheets that `build` and `sign` write, and in which language.
#[derive(Clone, Copy, Debug, Args)]
pub struct PaperArg {
    /// Language of the sheets in paper/, which travel another way than the bundles: en, zh or both
    #[arg(
        long,
        value_enum,
        hide_possible_values = true,
        value_name = "LANGUAGE",
        default_value_t = PaperLanguage::Both,
        help_heading = heading::OUTPUT
    )]
    pub paper: PaperLanguage,
}

/// `--paper`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PaperLanguage {
    /// English
    En,
    /// Chinese
    Zh,
    /// Each sentence in both
    Both,
}

impl PaperLanguage {
    /// In their order on the page.
    #[must_use]
    pub fn languages(self) -> &'static [Language] {
        match self {
            Self::En => &[Language::English],
            Self::Zh => &[Language::Chinese],
            Self::Both => &[Language::English, Language::Chinese],
        }
    }
}

/// `etcdpack paper`
#[derive(Debug, Args)]
pub struct PaperArgs {
    /// Directory with the bundles of all hosts of a cluster
    #[arg(value_name = "DIR", default_value = "dist")]
    pub dir: PathBuf,

    /// Directory for the sheets
    #[arg(short, long, value_name = "DIR", default_value = "paper", help_heading = heading::OUTPUT)]
    pub output: PathBuf,

    /// In which language
    #[command(flatten)]
    pub paper: PaperArg,
}
