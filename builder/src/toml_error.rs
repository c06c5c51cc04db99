//! Why a file of ours in TOML cannot be read, in one line. Pure.

use payload::cluster::Place;
use toml::de::Error;

/// The parser's words about `text`, with the place.
pub(crate) fn describe(text: &str, error: &Error) -> String {
    let said = error.message().lines().collect::<Vec<_>>().join(": ");
    match error.span() {
        Some(span) => {
            let Place { line, column, .. } = Place::of(text, &span);
            format!("line {line}, column {column}: {said}")
        }
        None => said,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_one_line_with_its_place() {
        let text = "version = 1\n\"a\\nerror: b\" = = 2\n";
        let error = toml::from_str::<toml::Table>(text).unwrap_err();
        let why = describe(text, &error);
        assert!(why.starts_with("line 2, column ") && !why.contains('\n'), "{why}");
    }
}
