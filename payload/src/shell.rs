//! Paths in the commands that help lines tell people to type.

use std::path::Path;

/// A path as one word of a shell, in quotes where it needs them.
#[must_use]
pub fn word(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+".contains(c);
    if text.chars().all(plain) && !text.starts_with('-') { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}
