//! A directory tree as a value: what stands where, with its mode, owner and content, to be compared with another.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use serde_json::Value;

/// What stands at a path.
#[derive(Clone, PartialEq, Eq)]
pub enum Kind {
    File(Vec<u8>),
    Dir,
    Link(String),
    Other,
}

/// One thing in a tree. Times and link counts are left out.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    pub kind: Kind,
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::File(bytes) => write!(f, "file of {} bytes", bytes.len())?,
            Kind::Dir => write!(f, "directory")?,
            Kind::Link(target) => write!(f, "link to {target}")?,
            Kind::Other => write!(f, "neither file, directory nor link")?,
        }
        write!(f, " {:04o} {}:{}", self.mode, self.uid, self.gid)
    }
}

/// Everything below a directory, itself left out; paths are relative.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Snapshot(BTreeMap<String, Entry>);

/// What etcdpack has installed below `root`, but for when: two installs have two times.
pub fn installed(root: &Path) -> Snapshot {
    let mut tree = Snapshot::read(root);
    let undated = |line: &&str| !line.trim_start().starts_with("\"installed\":");
    tree.edit("var/lib/etcdpack/receipt.json", |text| text.lines().filter(undated).collect());
    tree.edit("var/lib/etcdpack/history.jsonl", what_was_done);
    tree
}

/// The operations of a history that came to their end, each once: an attempt that was taken back may stand between them, and the
/// same install may have been run again.
fn what_was_done(history: &str) -> String {
    let entries = history.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line of a history"));
    let done = entries.filter(|entry| entry["outcome"] == "done");
    let mut lines: Vec<String> =
        done.map(|entry| format!("{} {}", entry["operation"], entry["bundle"]["sha256"])).collect();
    lines.dedup();
    lines.join("\n")
}

impl Snapshot {
    pub fn read(dir: &Path) -> Self {
        let mut tree = Self::default();
        tree.add(dir, "");
        tree
    }

    fn add(&mut self, dir: &Path, prefix: &str) {
        for entry in fs::read_dir(dir).expect("a directory").map(|entry| entry.expect("an entry")) {
            let (path, meta) = (entry.path(), entry.metadata().expect("its metadata"));
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            let kind = if meta.is_symlink() {
                Kind::Link(fs::read_link(&path).expect("a target").to_string_lossy().into_owned())
            } else if meta.is_dir() {
                self.add(&path, &format!("{name}/"));
                Kind::Dir
            } else if meta.is_file() {
                Kind::File(fs::read(&path).expect("its content"))
            } else {
                Kind::Other
            };
            self.0.insert(name, Entry { kind, mode: meta.mode() & 0o7777, uid: meta.uid(), gid: meta.gid() });
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.0.iter().map(|(path, entry)| (path.as_str(), entry))
    }

    pub fn get(&self, path: &str) -> Option<&Entry> {
        self.0.get(path)
    }

    /// Changes the text of a file that differs for a good reason.
    pub fn edit(&mut self, path: &str, edit: impl FnOnce(&str) -> String) {
        if let Some(Entry { kind: Kind::File(bytes), .. }) = self.0.get_mut(path) {
            *bytes = edit(&String::from_utf8_lossy(bytes)).into_bytes();
        }
    }

    /// What is different here from what is wanted, a line each; empty if nothing is.
    pub fn differences(&self, wanted: &Self) -> Vec<String> {
        let mut lines = Vec::new();
        for (path, entry) in wanted.iter() {
            match self.get(path) {
                None => lines.push(format!("`{path}` is missing: {entry}")),
                Some(here) if here == entry => {}
                Some(here) if here.to_string() == entry.to_string() => {
                    lines.push(format!("`{path}` has another content"));
                }
                Some(here) => lines.push(format!("`{path}` is a {here}, and not a {entry}")),
            }
        }
        let more = self.iter().filter(|(path, _)| wanted.get(path).is_none());
        lines.extend(more.map(|(path, entry)| format!("`{path}` is too much: {entry}")));
        lines
    }
}
