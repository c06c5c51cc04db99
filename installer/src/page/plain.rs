//! A page as text.

use payload::language::{columns, padded};

use super::{Page, Row, Section, bounded};

/// What stands before a row that somebody is to look at.
const MARK: &str = "!";

/// The page, in lines.
pub(crate) fn plain(page: &Page) -> String {
    let title = bounded(&page.title);
    let rule = "=".repeat(columns(&title));
    format!("{title}\n{rule}\n{}", page.sections.iter().map(section).collect::<String>())
}

fn section(section: &Section) -> String {
    let Section { heading, note, head, rows } = section;
    let note = note.as_ref().map(|note| format!("  {}\n", bounded(note))).unwrap_or_default();
    let head = (!head.is_empty()).then(|| (String::new(), cells(head)));
    let of_row = |row: &Row| (if row.stands_out { MARK.to_owned() } else { String::new() }, cells(&row.cells));
    let lines: Vec<(String, Vec<String>)> = head.into_iter().chain(rows.iter().map(of_row)).collect();
    let width = |n: usize| lines.iter().filter_map(|(_, cells)| cells.get(n)).map(|cell| columns(cell)).max();
    let line = |(mark, cells): &(String, Vec<String>)| {
        let cells = cells.iter().enumerate().map(|(n, cell)| padded(cell, width(n).unwrap_or_default()));
        let line = format!("{mark:<2}{}", cells.collect::<Vec<_>>().join("  "));
        format!("{}\n", line.trim_end())
    };
    format!("\n{}\n{note}{}", bounded(heading), lines.iter().map(line).collect::<String>())
}

fn cells(cells: &[String]) -> Vec<String> {
    cells.iter().map(|cell| bounded(cell)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn columns_stand_under_each_other_and_what_stands_out_is_marked() {
        let wanted = "a word\n======\n\na word\n  a word\n  A   B       C\n  键  a word  end\n! 键  a word  end\n";
        assert_eq!(plain(&sample("a word")), wanted);
    }

    #[test]
    fn a_word_from_outside_steers_nothing_and_is_no_longer_than_it_may_be() {
        let text = plain(&sample("\x1b[2J\nroot"));
        assert!(!text.contains('\x1b') && text.contains("\u{fffd}[2J\u{fffd}root"), "{text}");
        assert!(plain(&sample(&"x".repeat(100_000))).len() < 12_000);
    }
}
