//! What has been found wrong or worth a warning in one cluster file so far.
//!
//! Must not know what a right one is.

use std::collections::HashMap;
use std::fmt::Display;
use std::hash::Hash;
use std::ops::Range;

use toml::Spanned;

use super::fault::{Fault, Place};
use crate::say;

/// What has been found so far, and the text to show it in.
pub(super) struct Findings<'a> {
    pub(super) source: &'a str,
    pub(super) faults: Vec<Fault>,
    pub(super) warnings: Vec<Fault>,
}

impl<'a> Findings<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        Self { source, faults: Vec::new(), warnings: Vec::new() }
    }

    pub(super) fn fault(&mut self, span: &Range<usize>, text: impl Into<String>) {
        self.faults.push(Fault::new(text).at(self.source, span));
    }

    pub(super) fn fault_with_help(&mut self, span: &Range<usize>, text: impl Into<String>, help: impl Into<String>) {
        self.faults.push(Fault::new(text).at(self.source, span).help(help));
    }

    pub(super) fn warn(&mut self, span: &Range<usize>, text: impl Into<String>) {
        self.warnings.push(Fault::new(text).at(self.source, span));
    }

    /// Notes a second use of a value that only one host may have.
    pub(super) fn once<T: Hash + Eq + Display + Clone>(
        &mut self,
        seen: &mut HashMap<T, usize>,
        what: &str,
        value: &Spanned<T>,
    ) -> Use {
        let line = Place::of(self.source, &value.span()).line;
        let Some(first) = seen.insert(value.get_ref().clone(), line) else { return Use::First };
        self.fault(
            &value.span(),
            say!(
                en = "the {what} `{}` is used twice, first in line {first}",
                zh = "{what} `{}` 用了两次，首次在第 {first} 行",
                value.get_ref()
            ),
        );
        Use::Again
    }
}

/// Whether a value was seen before.
#[derive(PartialEq, Eq)]
pub(super) enum Use {
    First,
    Again,
}
