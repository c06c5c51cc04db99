//! What only looks at an installed member: `status`, `doctor`, `report`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::heading;

#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// Print the status as JSON
    #[arg(long, help_heading = heading::OUTPUT)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// Exit 7 for warnings, too
    #[arg(long)]
    pub(crate) strict: bool,

    /// Print what was found as JSON
    #[arg(long, help_heading = heading::OUTPUT)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// Write the report to this file instead of to the standard output
    #[arg(short, long, value_name = "FILE", help_heading = heading::OUTPUT)]
    pub(crate) output: Option<PathBuf>,

    /// Form of the report [default: by the ending of FILE, else text]
    #[arg(long, value_enum, value_name = "FORMAT", help_heading = heading::OUTPUT)]
    format: Option<ReportFormat>,
}

/// `--format`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// To read at a terminal
    Text,
    /// To read in a browser, and to print
    Html,
    /// For programs: docs/report.schema.json
    Json,
}

impl ReportArgs {
    /// What was asked for, or what the file is called.
    pub(crate) fn format(&self) -> ReportFormat {
        let ending = self.output.as_ref().and_then(|file| file.extension()).and_then(|ending| ending.to_str());
        let named = match ending {
            Some("html" | "htm") => ReportFormat::Html,
            Some("json") => ReportFormat::Json,
            _ => ReportFormat::Text,
        };
        self.format.unwrap_or(named)
    }
}
