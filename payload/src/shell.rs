//! Paths in the commands that help lines tell people to type.

use std::fmt::Write as _;
use std::path::Path;

use crate::line::steers;

/// A path as one word of a shell, in quotes where it needs them. Nothing of it steers the terminal that shows it.
#[must_use]
pub fn word(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+".contains(c);
    match text {
        _ if text.contains(steers) => in_octal(&text),
        _ if text.chars().all(plain) && !text.starts_with('-') => text,
        _ => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

/// In the quotes of bash, ksh and zsh that know escapes: `$'a\012b'`.
fn in_octal(text: &str) -> String {
    let mut word = "$'".to_owned();
    for c in text.chars() {
        match c {
            '\'' | '\\' => word.extend(['\\', c]),
            _ if steers(c) => {
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    // Writing to a string cannot fail.
                    let _ = write!(word, "\\{byte:03o}");
                }
            }
            _ => word.push(c),
        }
    }
    word.push('\'');
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_the_path_back() {
        for (path, typed) in [
            ("dist/n1.run", "dist/n1.run"),
            ("it's here", r"'it'\''s here'"),
            ("-f", "'-f'"),
            ("a\nerror: it's\x1b", r"$'a\012error: it\'s\033'"),
            ("a\u{202e}\\", r"$'a\342\200\256\\'"),
        ] {
            assert_eq!(word(Path::new(path)), typed);
        }
    }
}
