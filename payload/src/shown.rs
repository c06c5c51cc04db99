//! Text from outside, as it may stand in a line of ours: it neither steers a terminal nor begins a line of its own.

/// One line, with U+FFFD for each character that [`steers`].
#[must_use]
pub fn line(text: &str) -> String {
    text.chars().map(|c| if steers(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// Whether `c` does something else than be seen: a control character, a newline too, one that turns the direction of the
/// text around it, or a separator of lines.
#[must_use]
pub fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_stays_and_what_steers_does_not() {
        for (text, shown) in [
            ("n1.run: ok, 一 é", "n1.run: ok, 一 é"),
            ("\x1b[2Jx", "\u{fffd}[2Jx"),
            ("x\nerror: y\r", "x\u{fffd}error: y\u{fffd}"),
            ("\u{9b}2J\t", "\u{fffd}2J\u{fffd}"),
            ("a\u{202e}b\u{2066}c\u{200f}d\u{2028}e", "a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}e"),
        ] {
            assert_eq!(line(text), shown);
        }
    }
}
