//! A page as HTML: no script, nothing that is fetched.

use payload::language::Language;

use super::{Page, Row, Section, bounded};

const STYLE: &str = include_str!("page.css");
/// What a browser may do with it: nothing but show it.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// The page, in the language that is spoken now.
pub(crate) fn html(page: &Page) -> String {
    let language = match Language::spoken() {
        Language::English => "en",
        Language::Chinese => "zh-CN",
    };
    let (title, sections) = (escaped(&page.title), page.sections.iter().map(section).collect::<String>());
    format!(
        "<!DOCTYPE html>\n<html lang=\"{language}\">\n<head><meta charset=\"utf-8\">\n<meta \
         http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n<meta name=\"viewport\" \
         content=\"width=device-width\">\n<title>{title}</title>\n<style>\n{STYLE}</style></head>\n<body>\n<h1>{title}</h1>\n\
         {sections}</body>\n</html>\n"
    )
}

fn section(section: &Section) -> String {
    let Section { heading, note, head, rows } = section;
    let note = note.as_ref().map(|note| format!("<p>{}</p>\n", escaped(note))).unwrap_or_default();
    let head = if head.is_empty() { String::new() } else { format!("<thead><tr>{}</tr></thead>\n", cells("th", head)) };
    let row = |row: &Row| {
        let class = if row.stands_out { " class=\"out\"" } else { "" };
        format!("<tr{class}>{}</tr>\n", cells("td", &row.cells))
    };
    let table = if rows.is_empty() {
        String::new()
    } else {
        format!("<table>\n{head}<tbody>\n{}</tbody></table>\n", rows.iter().map(row).collect::<String>())
    };
    format!("<h2>{}</h2>\n{note}{table}", escaped(heading))
}

fn cells(element: &str, cells: &[String]) -> String {
    let cell = |cell: &String| format!("<{element}{}>{}</{element}>", class(cell), escaped(cell));
    cells.iter().map(cell).collect()
}

/// A sum or path may be broken where a line ends; what is no longer than the longest code stays in one piece.
fn class(cell: &str) -> &'static str {
    const LONGEST_WORD: usize = 16;
    if cell.chars().nth(LONGEST_WORD).is_none() { " class=\"word\"" } else { "" }
}

/// As text between elements, and in the marks of an attribute.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in bounded(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn no_word_becomes_an_element_wherever_it_stands() {
        let word = "\"><script>alert('1')</script>&\x1b\u{202e}";
        let text = html(&sample(word));
        assert!(!text.contains("<script") && !text.contains(['\x1b', '\u{202e}']), "{text}");
        let escaped = "&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;\u{fffd}\u{fffd}";
        assert_eq!(text.matches(escaped).count(), 6, "title, heading, note and cells: {text}");
        assert_eq!((text.matches("<tr>").count(), text.matches("<tr class=\"out\">").count()), (2, 1));
    }
}
