//! A set: what a bundle brings for one member at a time. Its name follows from its content, so that the same set is the same
//! directory, and another one never is.

use std::fmt::Write as _;

use payload::digest::Digest;
use payload::manifest::{Manifest, Purpose};
use payload::mode::{Mode, Owner};
use payload::path::{AbsPath, NotAPath};

use super::Home;
use crate::facts::credentials::OwnKey;
use crate::step::Source;

/// How much of the digest of its content a set is called by.
const NAME: usize = 16;

/// CA, certificate and key, as they are to lie together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Set {
    pub(crate) home: Home,
    pub(crate) name: String,
    pub(crate) dir: AbsPath,
    pub(crate) items: Vec<Item>,
}

/// One file of a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) name: String,
    pub(crate) mode: Mode,
    pub(crate) owner: Owner,
    pub(crate) sha256: Digest,
    pub(crate) source: Source,
}

impl Set {
    /// That of a bundle. `own_key` is the key that this host has made, where the certificate is for one.
    pub(crate) fn of(manifest: &Manifest, own_key: Option<&OwnKey>) -> Result<Self, NotAPath> {
        let home = Home::of(&manifest.layout)?;
        let mut items = Vec::new();
        for entry in &manifest.entries {
            let (path, mode, owner, sha256, source) = match &entry.purpose {
                Purpose::Place { path, mode, owner, .. } => {
                    (path, *mode, *owner, entry.sha256, Source::Entry { name: entry.name.clone() })
                }
                Purpose::Sealed { path, owner, sha256 } => {
                    (path, Mode::SECRET, *owner, *sha256, Source::Sealed { name: entry.name.clone() })
                }
                Purpose::Release | Purpose::Wheel | Purpose::Reading | Purpose::Program => continue,
            };
            if path.parent().as_ref() == Some(&home.link) {
                items.push(Item { name: path.name().to_owned(), mode, owner, sha256, source });
            }
        }
        if let Some(OwnKey { at, sha256 }) = own_key.cloned() {
            let (name, source) = (manifest.key_path()?.name().to_owned(), Source::HostKey { at });
            items.push(Item { name, mode: Mode::SECRET, owner: Owner::Service, sha256, source });
        }
        let name = name(&items);
        Ok(Self { dir: home.sets.join(&name)?, name, home, items })
    }

    /// The sum of one of its files.
    pub(crate) fn digest(&self, name: &str) -> Option<Digest> {
        self.items.iter().find(|item| item.name == name).map(|item| item.sha256)
    }
}

/// Of whatever lies in it. That of a key is no secret: it tells no more than the certificate does.
fn name(items: &[Item]) -> String {
    let mut lines: Vec<String> = items.iter().map(|item| format!("{} {}", item.sha256, item.name)).collect();
    lines.sort();
    let text = lines.iter().fold(String::new(), |mut text, line| {
        let _ = writeln!(text, "{line}");
        text
    });
    Digest::of(text.as_bytes()).to_string().chars().take(NAME).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tests::manifest;

    #[test]
    fn a_set_is_called_by_what_lies_in_it() {
        let of = |manifest: &Manifest| Set::of(manifest, None).unwrap();
        let set = of(&manifest());
        assert_eq!(set.dir.as_str(), format!("/opt/etcd-certs/{}", set.name));
        let names: Vec<_> = set.items.iter().map(|item| item.name.as_str()).collect();
        assert_eq!(names, ["ca.pem", "etcd-peer.pem", "etcd-peer.csr", "etcd-peer-key.pem"]);
        let mut turned = manifest();
        turned.entries.reverse();
        assert_eq!(of(&turned).name, set.name, "in whatever order");
        for at in 0..set.items.len() {
            let mut other = manifest();
            let path = set.home.link.join(&set.items[at].name).unwrap();
            let is_it = |purpose: &Purpose| matches!(purpose, Purpose::Place { path: is, .. } if *is == path);
            other.entries.iter_mut().find(|entry| is_it(&entry.purpose)).unwrap().sha256 = Digest::of(b"other");
            assert_ne!(of(&other).name, set.name, "{path}");
        }
        // A startup script is none of it.
        let mut other = manifest();
        other.entries.last_mut().unwrap().sha256 = Digest::of(b"other");
        assert_eq!(of(&other).name, set.name);
        let own = OwnKey { at: "/x".parse().unwrap(), sha256: Digest::of(b"key") };
        let with = Set::of(&manifest(), Some(&own)).unwrap();
        assert!(with.items.len() == 5 && with.name != set.name);
    }
}
