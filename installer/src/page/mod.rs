//! A page of tables, for people: as text, or as HTML that is whole in itself. Holds its words to what is seen of them and to a length;
//! knows nothing of what it shows.

mod html;
mod plain;

use payload::line;

pub(crate) use html::html;
pub(crate) use plain::plain;

/// No word of a page is longer: one that comes from outside does not bury the others.
const LONGEST: usize = 1000;

/// What a page says.
pub(crate) struct Page {
    pub(crate) title: String,
    pub(crate) sections: Vec<Section>,
}

/// A table below its heading.
pub(crate) struct Section {
    pub(crate) heading: String,
    /// What stands above it, or in its place where it has no rows.
    pub(crate) note: Option<String>,
    /// What its columns are; none where its rows say so themselves.
    pub(crate) head: Vec<String>,
    pub(crate) rows: Vec<Row>,
}

/// A row of a table.
pub(crate) struct Row {
    pub(crate) cells: Vec<String>,
    /// Whether somebody is to look at it.
    pub(crate) stands_out: bool,
}

/// A text in one line, without what steers a terminal.
fn bounded(text: &str) -> String {
    line::shortened(text, LONGEST)
}

#[cfg(test)]
pub(super) fn sample(word: &str) -> Page {
    let row = |stands_out| Row { cells: vec!["键".to_owned(), word.to_owned(), "end".to_owned()], stands_out };
    let head = vec!["A".to_owned(), "B".to_owned(), "C".to_owned()];
    let (heading, note) = (word.to_owned(), Some(word.to_owned()));
    let section = Section { heading, note, head, rows: vec![row(false), row(true)] };
    Page { title: word.to_owned(), sections: vec![section] }
}
