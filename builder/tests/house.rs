//! The house keeps its own rules: what a person reads stands in `src/text`, which uses no room that uses it.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "reads the source, for tests")]

use std::fs;
use std::path::{Path, PathBuf};

/// Every file below `src`, with what it says above its tests.
fn source() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut dirs = vec![root.clone()];
    let mut all = Vec::new();
    while let Some(dir) = dirs.pop() {
        for path in fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                dirs.push(path);
            } else {
                let text = fs::read_to_string(&path).unwrap();
                let above = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
                all.push((path.strip_prefix(&root).unwrap().to_owned(), above));
            }
        }
    }
    assert!(all.len() > 80, "the source is found");
    all
}

#[test]
fn what_a_person_reads_stands_in_one_room() {
    for (path, text) in source() {
        let squeezed: String = text.split_whitespace().collect();
        let here = path.starts_with("text");
        for spoken in ["note(&format!", "warn(&format!", "note(\"", "warn(\"", "detail(&format!"] {
            assert!(here || !squeezed.contains(&format!("narrator.{spoken}")), "{}: {spoken}", path.display());
        }
        assert!(!text.contains("#[error("), "{}: a sentence outside of text/errors", path.display());
        let sentences =
            text.lines().any(|line| line.starts_with("impl") && line.contains("Display for") && line.contains("Error"));
        assert!(!sentences || path.starts_with("text/errors"), "{}", path.display());
    }
}

#[test]
fn the_room_that_all_use_uses_none() {
    for (path, text) in source() {
        let errors = path.starts_with("text/errors");
        let uses = text.lines().filter(|line| line.starts_with("use crate::") && !line.starts_with("use crate::text"));
        assert!(!path.starts_with("text") || errors || uses.count() == 0, "{} uses a room", path.display());
        assert!(errors || !text.contains("text::errors"), "{} uses the errors' sentences", path.display());
    }
}

#[test]
fn a_file_fits_in_a_head() {
    for (path, text) in source() {
        assert!(text.lines().count() <= 300, "{}: cut it by noun", path.display());
    }
}
