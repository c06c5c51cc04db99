//! Help lines that more than one room gives: commands as they are typed. The paths in them are quoted for the shell.

use std::path::Path;

use payload::shell::word;

/// Who owns a file, and who may read it.
pub(crate) fn list(path: &Path) -> String {
    format!("ls -l {}", word(path))
}

/// The same for a directory, or what may be one.
pub(crate) fn list_itself(path: &Path) -> String {
    format!("ls -ld {}", word(path))
}

/// Whether there is room in a directory, and who may write there.
pub(crate) fn room(dir: &Path) -> String {
    let dir = word(dir);
    format!("df -h {dir}; ls -ld {dir}")
}

/// The next build has all that it needs.
pub(crate) const BUILD: &str = "etcdpack build";
