//! `--lang`: the language of sentences.

use clap::ValueEnum;
use payload::language::Language;

/// `--lang`. The values have no sentences of their own: these would make every page twice as long.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum LangArg {
    En,
    Zh,
}

impl From<LangArg> for Language {
    fn from(arg: LangArg) -> Self {
        match arg {
            LangArg::En => Self::English,
            LangArg::Zh => Self::Chinese,
        }
    }
}
