//! What would start when this host boots: units that are enabled, sections, tables of cron's, scripts, containers. Reads files only,
//! so that it is the same in an image; what cannot be read starts nothing for us. What podman's `--restart` says is in a
//! database, and not looked at.

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

/// Where podman has texts that become units, and kubelet manifests of pods.
const QUADLETS: [&str; 2] = ["/etc/containers/systemd", "/usr/share/containers/systemd"];
const PODS: &str = "/etc/kubernetes/manifests";
/// Where Docker has a directory for each container.
const DOCKER: &str = "/var/lib/docker/containers";
/// More containers than this are not looked at.
const MOST_CONTAINERS: usize = 256;

/// What starts, and the command of each; and what starts an etcd for sure.
pub(super) struct AtBoot {
    commands: Vec<(Starter, String)>,
    etcds: Vec<Starter>,
}

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
        let commands = read(tree, "/etc", "inittab").map(|text| boot::of_inittab(&text)).unwrap_or_default();
        all.extend(commands.into_iter().map(|command| (Starter::Line { file: "/etc/inittab".to_owned() }, command)));
        let mut etcds = Vec::new();
        for dir in LEVELS {
            for name in list(tree, dir).iter().filter(|name| name.starts_with('S')) {
                let service = name.trim_start_matches('S').trim_start_matches(|digit: char| digit.is_ascii_digit());
                let starter = Starter::Line { file: format!("{dir}/{name}") };
                if own_unit.strip_suffix(".service") != Some(service)
                    && boot::is_etcd_service(service, &read(tree, dir, name).unwrap_or_default())
                {
                    etcds.push(starter.clone());
                }
                all.push((starter, format!("/etc/init.d/{service}")));
            }
        }
        containers(tree, &mut etcds);
        Self { commands: all, etcds }
    }

    /// What starts an etcd.
    pub(super) fn etcds(&self) -> Vec<Starter> {
        let mut found: Vec<Starter> = Vec::new();
        let by_command = self.commands.iter().filter(|(_, command)| boot::starts_etcd(command));
        for starter in by_command.map(|(starter, _)| starter).chain(&self.etcds) {
            if !found.contains(starter) {
                found.push(starter.clone());
            }
        }
        found
    }

    /// Whether anything starts a supervisord.
    pub(super) fn has_supervisord(&self) -> bool {
        self.commands.iter().any(|(_, command)| boot::starts_supervisord(command))
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

/// What runtimes of containers start by themselves.
fn containers(tree: &Tree, etcds: &mut Vec<Starter>) {
    let quadlets = QUADLETS.map(|dir| (dir, boot::is_etcd_quadlet as fn(&str) -> bool));
    for (dir, is_etcd) in quadlets.into_iter().chain([(PODS, boot::is_etcd_pod as fn(&str) -> bool)]) {
        let is_read =
            |name: &String| [".container", ".yaml", ".yml", ".json"].iter().any(|end| name.strip_suffix(end).is_some());
        for name in list(tree, dir).into_iter().filter(is_read) {
            if read(tree, dir, &name).is_some_and(|text| is_etcd(&text)) {
                etcds.push(Starter::Line { file: format!("{dir}/{name}") });
            }
        }
    }
    for id in list(tree, DOCKER).into_iter().take(MOST_CONTAINERS) {
        let dir = format!("{DOCKER}/{id}");
        let files = ["config.v2.json", "hostconfig.json"].map(|name| read(tree, &dir, name));
        if let [Some(config), Some(host)] = files
            && let Some(name) = boot::docker_etcd(config.as_bytes(), host.as_bytes())
        {
            etcds.push(Starter::Container { name });
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
