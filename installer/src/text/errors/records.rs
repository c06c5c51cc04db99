//! Why what earlier runs have written down cannot be used.

use std::fmt;

use crate::records::journal_line::SCHEMA as JOURNAL_SCHEMA;
use crate::records::{JournalError, RECEIPT_SCHEMA, ReceiptError, RecordError};

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Receipt(error) => fmt::Display::fmt(error, f),
            Self::Journal(error) => fmt::Display::fmt(error, f),
        }
    }
}

impl fmt::Display for ReceiptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fs(error) => fmt::Display::fmt(error, f),
            Self::Form(path, error) => write!(f, "the receipt `{path}` is not readable: {error}"),
            Self::Schema(path, schema) => write!(
                f,
                "the receipt `{path}` has schema {schema}, this program reads schema {RECEIPT_SCHEMA} and older"
            ),
        }
    }
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fs(error) => fmt::Display::fmt(error, f),
            Self::Path(error) => fmt::Display::fmt(error, f),
            Self::Line(line, path, error) => write!(f, "line {line} of the journal `{path}` is not readable: {error}"),
            Self::Schema(path, schema) => write!(
                f,
                "the journal `{path}` has schema {schema}, this program reads schema {JOURNAL_SCHEMA} and older"
            ),
        }
    }
}
