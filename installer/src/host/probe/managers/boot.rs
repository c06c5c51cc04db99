//! What would start when this host boots: units that are enabled, sections, tables of cron's, scripts. Reads files only, so that
//! it is the same in an image; what cannot be read starts nothing for us.

use payload::path::AbsPath;

use super::{CONFS, sections};
use crate::facts::managers::boot::{self, Starter, Table};
use crate::facts::paths::Seen;
use crate::host::Tree;

/// Larger files than this are not read.
const MAX_BYTES: u64 = 1 << 20;

/// Where units and what wants them lie.
const UNITS: [&str; 3] = ["/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"];
/// Tables of cron's.
const TABLES: [(&str, Table); 3] =
    [("/etc/cron.d", Table::System), ("/var/spool/cron/crontabs", Table::User), ("/var/spool/cron", Table::User)];
/// Scripts that run at boot.
const SCRIPTS: [&str; 3] = ["/etc/rc.local", "/etc/rc.d/rc.local", "/etc/init.d/boot.local"];
/// Runlevels in which services run.
const LEVELS: [&str; 4] = ["/etc/rc2.d", "/etc/rc3.d", "/etc/rc4.d", "/etc/rc5.d"];

/// What starts, and the command of each.
pub(super) struct AtBoot(Vec<(Starter, String)>);

impl AtBoot {
    /// All of it, but for our unit and our section.
    pub(super) fn read(tree: &Tree, own_unit: &str, own_section: &[AbsPath]) -> Self {
        let mut all = Vec::new();
        units(tree, own_unit, &mut all);
        for conf in CONFS.iter().filter_map(|conf| conf.parse::<AbsPath>().ok()) {
            let files = sections::files(tree, &conf).unwrap_or_default();
            for (file, text) in
                files.into_iter().filter(|(file, _)| !own_section.iter().any(|own| own.as_str() == file))
            {
                let programs = boot::of_sections(&String::from_utf8_lossy(&text));
                let starter = |program| Starter::Section { file: file.clone(), program };
                all.extend(programs.into_iter().map(|(program, command)| (starter(program), command)));
            }
        }
        let mut table = |dir: &str, name: &str, table: Table| {
            let file = format!("{dir}/{name}");
            let commands = read(tree, dir, name).map(|text| boot::of_cron(&text, table)).unwrap_or_default();
            all.extend(commands.into_iter().map(|command| (Starter::Line { file: file.clone() }, command)));
        };
        table("/etc", "crontab", Table::System);
        for (dir, kind) in TABLES {
            for name in list(tree, dir) {
                table(dir, &name, kind);
            }
        }
        for script in SCRIPTS {
            let Some((dir, name)) = script.rsplit_once('/') else { continue };
            let commands = read(tree, dir, name).map(|text| boot::of_script(&text)).unwrap_or_default();
            all.extend(commands.into_iter().map(|command| (Starter::Line { file: script.to_owned() }, command)));
        }
        for dir in LEVELS {
            for name in list(tree, dir).iter().filter(|name| name.starts_with('S')) {
                let service = name.trim_start_matches('S').trim_start_matches(|digit: char| digit.is_ascii_digit());
                all.push((Starter::Line { file: format!("{dir}/{name}") }, format!("/etc/init.d/{service}")));
            }
        }
        Self(all)
    }

    /// What starts an etcd.
    pub(super) fn etcds(&self) -> Vec<Starter> {
        let mut found: Vec<Starter> = Vec::new();
        for (starter, _) in self.0.iter().filter(|(_, command)| boot::starts_etcd(command)) {
            if !found.contains(starter) {
                found.push(starter.clone());
            }
        }
        found
    }

    /// Whether anything starts a supervisord.
    pub(super) fn has_supervisord(&self) -> bool {
        self.0.iter().any(|(_, command)| boot::starts_supervisord(command))
    }
}

fn units(tree: &Tree, own: &str, all: &mut Vec<(Starter, String)>) {
    for parent in UNITS {
        let wanted = |name: &String| [".wants", ".requires"].iter().any(|end| name.strip_suffix(end).is_some());
        for dir in list(tree, parent).into_iter().filter(wanted) {
            let dir = format!("{parent}/{dir}");
            for name in list(tree, &dir) {
                let is_service = name.strip_suffix(".service").is_some();
                if !is_service || name == own || is_masked(tree, &name) {
                    continue;
                }
                let commands = read(tree, &dir, &name).map(|text| boot::of_unit(&text)).unwrap_or_default();
                all.extend(commands.into_iter().map(|command| (Starter::Unit { name: name.clone() }, command)));
            }
        }
    }
}

fn is_masked(tree: &Tree, name: &str) -> bool {
    let path = UNITS.first().and_then(|dir| format!("{dir}/{name}").parse::<AbsPath>().ok());
    let seen = path.and_then(|path| tree.look(&path).ok());
    matches!(seen, Some(Seen::Link { target }) if target == "/dev/null")
}

fn list(tree: &Tree, dir: &str) -> Vec<String> {
    dir.parse().ok().and_then(|dir| tree.list(&dir).ok()).unwrap_or_default()
}

fn read(tree: &Tree, dir: &str, name: &str) -> Option<String> {
    let text = tree.read_followed(&dir.parse().ok()?, name, MAX_BYTES).ok()??;
    Some(String::from_utf8_lossy(&text).into_owned())
}
