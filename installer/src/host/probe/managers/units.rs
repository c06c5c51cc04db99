//! What systemd has of the units that an install could need. Reads files only: they say the same in an image.

use std::collections::{BTreeMap, BTreeSet};

use payload::manifest::Manifest;
use payload::path::AbsPath;

use super::ProbeError;
use crate::facts::managers::{Managers, Override, Unit};
use crate::facts::paths::Seen;
use crate::host::{FsError, Tree};

/// Larger drop-ins than this are not read.
const MAX_DROP_IN: u64 = 1 << 16;

/// Where systemd looks, strongest first (systemd.unit(5)).
const DIRS: [&str; 13] = [
    "/etc/systemd/system.control",
    "/run/systemd/system.control",
    "/run/systemd/transient",
    "/run/systemd/generator.early",
    OURS,
    "/etc/systemd/system.attached",
    "/run/systemd/system",
    "/run/systemd/system.attached",
    "/run/systemd/generator",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
    "/run/systemd/generator.late",
];

/// What stands in our unit's own place is looked at with our other places.
const OURS: &str = "/etc/systemd/system";

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
    let mut unit = Unit { overrides: overrides(tree, name)?, ..Unit::default() };
    for dir in DIRS {
        let path = format!("{dir}/{name}").parse::<AbsPath>()?;
        match tree.look(&path)? {
            Seen::Link { target } if target == "/dev/null" => unit.masked = unit.masked.or(Some(path)),
            Seen::File { .. } | Seen::Link { .. } if dir != OURS => unit.foreign = unit.foreign.or(Some(path)),
            _ => {}
        }
    }
    Ok(unit)
}

/// What drop-ins make of a unit. Of those with one name the strongest counts, also where it is a link to `/dev/null`.
pub(crate) fn overrides(tree: &Tree, unit: &str) -> Result<Vec<Override>, ProbeError> {
    let (mut all, mut names) = (Vec::new(), BTreeSet::new());
    for dir in drop_in_dirs(unit) {
        let dir: AbsPath = dir.parse()?;
        for name in tree.list(&dir)?.into_iter().filter(|name| name.strip_suffix(".conf").is_some()) {
            if names.insert(name.clone())
                && let Some(key) = overridden(tree, &dir, &name)?
            {
                all.push(Override { file: format!("{dir}/{name}"), key });
            }
        }
    }
    Ok(all)
}

fn overridden(tree: &Tree, dir: &AbsPath, name: &str) -> Result<Option<&'static str>, FsError> {
    let text = tree.read_followed(dir, name, MAX_DROP_IN)?;
    Ok(text.and_then(|text| changed(&String::from_utf8_lossy(&text))))
}

/// Where drop-ins for a unit may lie, strongest first: in directories of its name, of what its name begins with up to a
/// dash, and of its type.
fn drop_in_dirs(unit: &str) -> Vec<String> {
    let Some((stem, kind)) = unit.rsplit_once('.') else { return Vec::new() };
    let prefixes = stem.rmatch_indices('-').filter_map(|(at, _)| stem.get(..=at));
    let own: Vec<String> = [stem].into_iter().chain(prefixes).map(|stem| format!("{stem}.{kind}.d")).collect();
    let of_names = DIRS.into_iter().flat_map(|dir| own.iter().map(move |own| format!("{dir}/{own}")));
    of_names.chain(DIRS.map(|dir| format!("{dir}/{kind}.d"))).collect()
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

    #[test]
    fn drop_ins_lie_in_directories_of_the_name_of_its_beginnings_and_of_its_type() {
        let dirs = drop_in_dirs("a-b-c.service");
        let of = |dir: &str| -> Vec<String> {
            let here = format!("{dir}/");
            dirs.iter().filter_map(|path| path.strip_prefix(&here)).map(str::to_owned).collect()
        };
        assert_eq!(of(OURS), ["a-b-c.service.d", "a-b-.service.d", "a-.service.d", "service.d"]);
        assert_eq!(dirs.len(), DIRS.len() * 4);
        assert!(drop_in_dirs("supervisord.service").contains(&"/usr/lib/systemd/system/service.d".to_owned()));
    }
}
