//! Why what earlier runs have written down cannot be used.

use std::fmt;

use payload::say;

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
            Self::Damaged(path, error) => {
                say!(f, en = "the record `{path}` is damaged: {error}", zh = "记录 `{path}` 已损坏：{error}")
            }
            Self::Form(path, error) => {
                say!(f, en = "the receipt `{path}` is not readable: {error}", zh = "无法读取安装记录 `{path}`：{error}")
            }
            Self::Schema(path, schema) => say!(
                f,
                en = "the receipt `{path}` has schema {schema}, this program reads schema \
                         {RECEIPT_SCHEMA} and older",
                zh = "安装记录 `{path}` 的 schema 为 {schema}，本程序可读取 schema \
                         {RECEIPT_SCHEMA} 及更早的版本"
            ),
        }
    }
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fs(error) => fmt::Display::fmt(error, f),
            Self::Path(error) => fmt::Display::fmt(error, f),
            Self::Line(line, path, error) => say!(
                f,
                en = "line {line} of the journal `{path}` is not readable: {error}",
                zh = "无法读取日志记录 `{path}` 的第 {line} 行：{error}"
            ),
            Self::Schema(path, schema) => say!(
                f,
                en = "the journal `{path}` has schema {schema}, this program reads schema \
                         {JOURNAL_SCHEMA} and older",
                zh = "日志记录 `{path}` 的 schema 为 {schema}，本程序可读取 schema \
                         {JOURNAL_SCHEMA} 及更早的版本"
            ),
        }
    }
}
