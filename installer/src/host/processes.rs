//! The running programs, as /proc has them.
#![expect(clippy::disallowed_methods, reason = "edge: reads /proc")]

use std::fs::DirEntry;
use std::io;
use std::os::unix::fs::MetadataExt as _;

/// A running program.
pub(super) struct Process {
    pub(super) pid: u32,
    /// As `comm` has it: cut after 15 letters.
    pub(super) name: String,
}

impl Process {
    /// The file that it runs, where the kernel says so.
    pub(super) fn exe(&self) -> Option<String> {
        let exe = std::fs::read_link(format!("/proc/{}/exe", self.pid)).ok()?;
        Some(exe.to_string_lossy().into_owned())
    }

    /// Whether it runs the file at `path`, or one that was there before.
    pub(super) fn runs(&self, path: &str) -> bool {
        let same_file = || -> io::Result<bool> {
            let (here, there) = (std::fs::metadata(format!("/proc/{}/exe", self.pid))?, std::fs::metadata(path)?);
            Ok((here.dev(), here.ino()) == (there.dev(), there.ino()))
        };
        let by_name = || self.exe().is_some_and(|exe| exe.strip_suffix(" (deleted)").unwrap_or(&exe) == path);
        same_file().unwrap_or(false) || by_name()
    }
}

/// All of them; those that end meanwhile are left out.
pub(super) fn all() -> Vec<Process> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let process = |entry: io::Result<DirEntry>| {
        let entry = entry.ok()?;
        let pid = entry.file_name().to_str()?.parse().ok()?;
        let name = std::fs::read_to_string(entry.path().join("comm")).ok()?;
        Some(Process { pid, name: name.trim_end().to_owned() })
    };
    entries.filter_map(process).collect()
}
