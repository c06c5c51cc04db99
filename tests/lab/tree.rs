//! A directory tree as a value: what is compared after an install, however that came about.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// Every path below a directory with type, mode, owner, and content or target. No times: two installs have two.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing(BTreeMap<String, String>);

impl Listing {
    /// What stands below `root`.
    pub fn of(root: &Path) -> Self {
        let mut all = BTreeMap::new();
        list(root, root, &mut all);
        Self(all)
    }

    /// The lines of one that the other does not have, each with a sign, in words.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let minus = self.0.iter().filter(|(path, what)| other.0.get(*path) != Some(what));
        let plus = other.0.iter().filter(|(path, what)| self.0.get(*path) != Some(what));
        let short = |what: &str| what.chars().take(300).collect::<String>();
        minus
            .map(|(path, what)| format!("- {path} {}", short(what)))
            .chain(plus.map(|(path, what)| format!("+ {path} {}", short(what))))
            .collect()
    }

    /// The paths that are neither as in one of `allowed` nor absent, among those that all of `allowed` are about.
    pub fn torn(&self, allowed: &[&Self]) -> Vec<String> {
        let known = |path: &String| allowed.iter().any(|listing| listing.0.contains_key(path));
        let good = |path: &String, what: &String| allowed.iter().any(|listing| listing.0.get(path) == Some(what));
        let files = self.0.iter().filter(|(path, what)| known(path) && !what.starts_with('d') && !good(path, what));
        files.map(|(path, what)| format!("{path} {what}")).collect()
    }

    /// Files whose content holds `needle`, with their modes.
    pub fn holding(&self, root: &Path, needle: &[u8]) -> Vec<(String, u32)> {
        let mut found = Vec::new();
        for path in self.0.keys() {
            let path = root.join(path);
            let Ok(meta) = fs::symlink_metadata(&path) else { continue };
            let bytes = if meta.is_file() { fs::read(&path).unwrap_or_default() } else { Vec::new() };
            if bytes.windows(needle.len()).any(|window| window == needle) {
                found.push((path.display().to_string(), meta.mode() & 0o7777));
            }
        }
        found
    }
}

fn list(root: &Path, dir: &Path, all: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display())) {
        let path = entry.expect("an entry").path();
        let meta = fs::symlink_metadata(&path).expect("its metadata");
        let name = path.strip_prefix(root).expect("below the root").display().to_string();
        let owner = format!("{:o} {}:{}", meta.mode() & 0o7777, meta.uid(), meta.gid());
        let what = if meta.is_dir() {
            list(root, &path, all);
            format!("d {owner}")
        } else if meta.is_symlink() {
            format!("l -> {}", fs::read_link(&path).expect("its target").display())
        } else {
            format!("f {owner} {}", content(&name, &fs::read(&path).expect("its bytes")))
        };
        all.insert(name, what);
    }
}

/// A file's content, short. The receipt says when it was written, which is no two times the same.
fn content(name: &str, bytes: &[u8]) -> String {
    if name.ends_with("etcdpack/receipt.json") {
        let mut receipt: serde_json::Value = serde_json::from_slice(bytes).expect("a receipt is JSON");
        receipt.as_object_mut().expect("an object").remove("installed");
        return receipt.to_string();
    }
    let sum = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{} bytes {sum:016x}", bytes.len())
}
