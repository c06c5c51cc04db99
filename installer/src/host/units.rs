//! What systemd has of the units that an install could need. Reads files only: they say the same in an image.

use std::collections::BTreeMap;

use payload::manifest::Manifest;
use payload::path::AbsPath;

use super::probe::ProbeError;
use super::{FsError, Seen, Tree};
use crate::facts::{Managers, Override, Unit};

/// Larger drop-ins than this are not read.
const MAX_DROP_IN: u64 = 1 << 16;

/// Where systemd looks, strongest first (systemd.unit(5)).
const DIRS: [&str; 4] = ["/etc", "/run", "/usr/lib", "/lib"];

/// What makes another service of it.
const KEYS: [&str; 3] = ["ExecStart", "User", "Group"];

/// etcd's unit, the carried supervisor's, and that of this host's own supervisor.
pub(super) fn units(
    tree: &Tree,
    manifest: &Manifest,
    managers: &Managers,
) -> Result<BTreeMap<String, Unit>, ProbeError> {
    let own = format!("{}.service", manifest.service.name);
    let host = managers.supervisor.as_ref().and_then(|supervisor| supervisor.unit.clone());
    let names = [own, "supervisord.service".to_owned()].into_iter().chain(host);
    names.map(|name| unit(tree, &name).map(|unit| (name, unit))).collect()
}

fn unit(tree: &Tree, name: &str) -> Result<Unit, ProbeError> {
    let mut unit = Unit::default();
    for dir in DIRS {
        let dir: AbsPath = format!("{dir}/systemd/system").parse()?;
        let path = dir.join(name)?;
        match tree.look(&path)? {
            Seen::Link { target } if target == "/dev/null" => unit.masked = unit.masked.or(Some(path)),
            Seen::File { .. } if !dir.as_str().starts_with("/etc") => unit.packaged = unit.packaged.or(Some(path)),
            _ => {}
        }
        let drop_ins = dir.join(&format!("{name}.d"))?;
        for file in tree.list(&drop_ins)?.iter().filter(|file| file.strip_suffix(".conf").is_some()) {
            // A name outside our grammar is still a drop-in, but none that we could show as a path.
            let Ok(file) = drop_ins.join(file) else { continue };
            unit.overrides.extend(overrides(tree, &file)?);
        }
    }
    // One directory may be a link to the other.
    unit.overrides.dedup_by(|a, b| a.file.name() == b.file.name() && a.key == b.key);
    Ok(unit)
}

fn overrides(tree: &Tree, file: &AbsPath) -> Result<Option<Override>, FsError> {
    // A link, perhaps to /dev/null, sets nothing that could be read here.
    if !matches!(tree.look(file)?, Seen::File { size, .. } if size <= MAX_DROP_IN) {
        return Ok(None);
    }
    let text = tree.read(file, MAX_DROP_IN)?;
    Ok(changed(&String::from_utf8_lossy(&text)).map(|key| Override { file: file.clone(), key }))
}

/// The first of [`KEYS`] that a drop-in sets.
fn changed(text: &str) -> Option<&'static str> {
    let set = |key: &str| text.lines().filter_map(|line| line.split_once('=')).any(|(name, _)| name.trim() == key);
    KEYS.into_iter().find(|key| set(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_makes_another_service_of_it_counts() {
        assert_eq!(changed("[Service]\nExecStart=\nExecStart=/bin/true\n"), Some("ExecStart"));
        assert_eq!(changed("[Service]\n User = root\n"), Some("User"));
        assert_eq!(changed("[Service]\n#ExecStart=/bin/true\nExecStartPre=/bin/true\nNice=5\nLimitNOFILE=9\n"), None);
    }
}
