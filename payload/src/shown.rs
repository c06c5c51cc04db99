//! Text of others in a line for people: of any length, and perhaps steering their terminal, until it was here.

/// What is shown of one text.
const MOST: usize = 200;

/// The text without control characters, shortened to what a line can take.
pub(crate) fn shown(text: &str) -> String {
    shown_to(text, MOST)
}

/// The same, for lines that hold more than one text.
pub(crate) fn shown_to(text: &str, most: usize) -> String {
    let mut plain = text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c });
    let mut shown: String = plain.by_ref().take(most).collect();
    if plain.next().is_some() {
        shown.push_str(" ...");
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_long_is_cut_and_what_steers_is_gone() {
        assert_eq!(shown("etcd"), "etcd");
        assert_eq!(shown("a\x1b[2J\n"), "a\u{fffd}[2J\u{fffd}");
        assert_eq!(shown(&"é".repeat(MOST)), "é".repeat(MOST));
        assert_eq!(shown_to("four!", 4), "four ...");
    }
}
