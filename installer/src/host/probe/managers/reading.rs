//! Whether the host's supervisord could read its configuration again: its own code is asked, in a process of its own that starts
//! nothing. What a section may say is too much to be told from outside: paths, users, numbers, names of other programs.

use std::time::Duration;

use payload::manifest::Manifest;
use payload::path::AbsPath;

use super::{ProbeError, sections};
use crate::facts::managers::{Managers, Unfit, UnfitSupervisor};
use crate::host::{Exec, Tree};
use crate::service;
use crate::supervision::Supervisor;

/// Without files of compiled modules, settings of the environment, or modules of a user's.
const FLAGS: &str = "-BEs";

/// Where a system has its interpreters.
const DIRS: [&str; 4] = ["/usr/bin", "/usr/local/bin", "/bin", "/usr/libexec"];

/// More than a path after `#!` has.
const MAX_SCRIPT: u64 = 1 << 16;

/// Looks whether this supervisor can do what an install asks of it; where it cannot, it is no manager for us.
pub(crate) fn try_reading(
    tree: &Tree,
    manifest: &Manifest,
    managers: &mut Managers,
    supervisor: &Supervisor,
) -> Result<(), ProbeError> {
    let Some(python) = interpreter(tree, &supervisor.daemon)? else { return Ok(()) };
    let conf = &supervisor.conf;
    let lines = format!(
        "import sys\nsys.path.pop(0)\nfrom supervisor.options import ServerOptions\n\
         ServerOptions().realize([\"-c\", \"{conf}\"], \"\")\n"
    );
    let called = Exec::at(python.as_str()).args([FLAGS, "-c", &lines]);
    // Where it cannot be asked, the install sees.
    let Ok(output) = called.limit(Duration::from_secs(20)).heeding(tree.interrupt()).output() else { return Ok(()) };
    let Some(said) = service::complaint(&output.stderr).filter(|_| !output.ok()) else { return Ok(()) };
    if is_of_ours(&said, &[&supervisor.section, &manifest.layout.logs]) {
        return Ok(());
    }
    // A supervisord that runs has an environment of its own, which is not known here.
    let has_variables = |(_, text): &(String, Vec<u8>)| String::from_utf8_lossy(text).contains("%(ENV_");
    if said.contains("expanded") && sections::files(tree, conf)?.iter().any(has_variables) {
        return Ok(());
    }
    managers.supervisor = None;
    managers.unfit_supervisor = Some(UnfitSupervisor { conf: conf.clone(), why: Unfit::Unreadable(said) });
    Ok(())
}

/// What an install renews, or makes, before supervisord reads it.
fn is_of_ours(said: &str, ours: &[&AbsPath]) -> bool {
    ours.iter().any(|path| said.contains(path.as_str()))
}

/// The Python in the first line of a script, if it is one of the system's that root alone can change.
fn interpreter(tree: &Tree, script: &AbsPath) -> Result<Option<AbsPath>, ProbeError> {
    let Some(home) = script.parent() else { return Ok(None) };
    let text = tree.read_followed(&home, script.name(), MAX_SCRIPT)?.unwrap_or_default();
    let found = named(&String::from_utf8_lossy(&text));
    Ok(match found {
        Some(python) if tree.is_roots_alone(&python)? => Some(python),
        _ => None,
    })
}

fn named(script: &str) -> Option<AbsPath> {
    let path: AbsPath = script.lines().next()?.strip_prefix("#!")?.split_whitespace().next()?.parse().ok()?;
    let is_python = path.name().starts_with("python") || path.name() == "platform-python";
    let is_systems = path.parent().is_some_and(|dir| DIRS.contains(&dir.as_str()));
    (is_python && is_systems).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_python_of_the_systems_is_asked() {
        let of = |script: &str| named(script).map(|path| path.to_string());
        assert_eq!(of("#!/usr/bin/python3\nimport x\n").as_deref(), Some("/usr/bin/python3"));
        assert_eq!(of("#! /usr/libexec/platform-python -s\n").as_deref(), Some("/usr/libexec/platform-python"));
        for other in
            ["#!/opt/venv/bin/python3\n", "#!/bin/sh\nexec python3\n", "#!/usr/bin/env python3\n", "\x7fELF", ""]
        {
            assert_eq!(of(other), None, "{other}");
        }
    }

    #[test]
    fn what_an_install_makes_first_is_no_complaint() {
        let ours: AbsPath = "/etc/supervisor/conf.d/etcd-server.conf".parse().unwrap();
        let logs: AbsPath = "/data/logs/etcd-server".parse().unwrap();
        let said = "The directory named as part of the path /data/logs/etcd-server/etcd.stdout.log does not exist";
        assert!(is_of_ours(said, &[&ours, &logs]));
        assert!(!is_of_ours("Invalid user name x in section 'program:x' (file: '/etc/x.conf')", &[&ours, &logs]));
    }
}
