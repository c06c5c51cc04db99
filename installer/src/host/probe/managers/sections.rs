//! The sections of a supervisor's configuration, as far as an install could run into them. Reads; decides nothing.

use glob::{MatchOptions, Pattern};
use payload::path::AbsPath;

use super::ProbeError;
use crate::facts::managers::{Unfit, conf};
use crate::host::Tree;

/// Larger files than this are not read.
const MAX_BYTES: u64 = 1 << 20;

/// No site has more directories for its sections.
const MAX_DIRS: usize = 1024;

/// What the carried supervisor includes, where its configuration is not there yet.
const CARRIED: &str = "supervisord.d/*.ini";

/// Sections whose names share one space: each makes a group of processes.
const KINDS: [&str; 4] = ["program", "fcgi-program", "eventlistener", "group"];

/// As Python's `glob` has it: a star is no slash, and no dot at the beginning.
const GLOB: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: true };

/// The files of a configuration that are there, itself first, and what is in them.
pub(super) fn files(tree: &Tree, conf: &AbsPath) -> Result<Vec<(String, Vec<u8>)>, ProbeError> {
    let Some(home) = conf.parent() else { return Ok(Vec::new()) };
    let Some(text) = tree.read_followed(&home, conf.name(), MAX_BYTES)? else { return Ok(Vec::new()) };
    let patterns = includes(&String::from_utf8_lossy(&text), &home);
    let mut found = vec![(conf.to_string(), text)];
    found.extend(fitting(tree, &patterns)?);
    Ok(found)
}

/// The files that fit these patterns, and what is in them.
fn fitting(tree: &Tree, patterns: &[String]) -> Result<Vec<(String, Vec<u8>)>, ProbeError> {
    let mut found = Vec::new();
    for pattern in patterns {
        let Some((dirs, names)) = pattern.rsplit_once('/') else { continue };
        for dir in directories(tree, dirs)? {
            for name in matching(tree, &dir, names)? {
                found.extend(tree.read_followed(&dir, &name, MAX_BYTES)?.map(|text| (format!("{dir}/{name}"), text)));
            }
        }
    }
    Ok(found)
}

/// What keeps a program of ours from being one of this supervisor's; `files` are those of its configuration.
pub(super) fn unfit(files: &[(String, Vec<u8>)]) -> Option<Unfit> {
    if let Some((file, _)) = files.iter().find(|(_, text)| str::from_utf8(text).is_err()) {
        return Some(Unfit::NotText(file.clone()));
    }
    let conf = String::from_utf8_lossy(&files.first()?.1).into_owned();
    let user = value(&conf, "supervisord", "user").filter(|user| user != "root" && user != "0");
    if let Some(user) = user {
        return Some(Unfit::User(user));
    }
    // supervisorctl's own default, where nothing is said.
    let is_at_default = value(&conf, "inet_http_server", "port").is_some_and(|port| port.ends_with("9001"));
    let listens = is_at_default || value(&conf, "supervisorctl", "serverurl").is_some();
    (!listens).then_some(Unfit::NoCtl)
}

/// Why there is no room for a section.
pub(super) fn no_room(conf: &str) -> Unfit {
    if conf.lines().any(|line| line.trim_end() == "[include]") { Unfit::NarrowInclude } else { Unfit::NoInclude }
}

/// A value of a section, if it says anything.
fn value(conf: &str, section: &str, key: &str) -> Option<String> {
    let found = conf::entries(conf).find(|of| of.section == section && of.key == key);
    found.filter(|of| !of.value.is_empty()).map(|of| of.value.to_owned())
}

/// The files, other than `ours`, in which the configuration `conf` has a program of this name.
pub(super) fn namesakes(tree: &Tree, conf: &AbsPath, ours: &AbsPath, program: &str) -> Result<Vec<String>, ProbeError> {
    let Some(home) = conf.parent() else { return Ok(Vec::new()) };
    let mut all = files(tree, conf)?;
    if all.is_empty() {
        all = fitting(tree, &[format!("{home}/{CARRIED}")])?;
    }
    let is_another =
        |(file, text): &(String, Vec<u8>)| file != ours.as_str() && has(&String::from_utf8_lossy(text), program);
    Ok(all.into_iter().filter(is_another).map(|(file, _)| file).collect())
}

/// Where a service gets a file of its own: in the first directory of which the configuration `conf`, which lies in `home`,
/// includes all files with one ending.
pub(super) fn room_for(service: &str, conf: &str, home: &AbsPath) -> Option<AbsPath> {
    includes(conf, home).iter().find_map(|pattern| {
        let (dir, names) = pattern.rsplit_once('/')?;
        let file = format!("{service}{}", names.strip_prefix('*')?);
        // What is left of a pattern is in no path.
        dir.parse::<AbsPath>().ok()?.join(&file).ok()
    })
}

/// The directories that a path with patterns in it stands for. What is outside the grammar of our paths is none of them.
fn directories(tree: &Tree, dirs: &str) -> Result<Vec<AbsPath>, ProbeError> {
    let mut found = vec![String::new()];
    for part in dirs.split('/').filter(|part| !part.is_empty()) {
        let mut below = Vec::new();
        for parent in found {
            if !part.contains(['*', '?', '[']) {
                below.push(format!("{parent}/{part}"));
            } else if let Ok(dir) = parent.parse() {
                below.extend(matching(tree, &dir, part)?.iter().map(|name| format!("{parent}/{name}")));
            }
        }
        below.truncate(MAX_DIRS);
        found = below;
    }
    Ok(found.iter().filter_map(|dir| dir.parse().ok()).collect())
}

/// The names in a directory that fit a pattern.
fn matching(tree: &Tree, dir: &AbsPath, pattern: &str) -> Result<Vec<String>, ProbeError> {
    let Ok(pattern) = Pattern::new(pattern) else { return Ok(Vec::new()) };
    let mut names = tree.list(dir)?;
    names.retain(|name| pattern.matches_with(name, GLOB));
    Ok(names)
}

/// The patterns of `files` in `[include]` of a configuration in `home`, absolute. Python's ConfigParser: `key = value` or
/// `key: value`, comments after `;` and `#`, continuation lines indented; `%(here)s` is supervisor's.
fn includes(conf: &str, home: &AbsPath) -> Vec<String> {
    let (mut inside, mut of_files) = (false, false);
    let mut all = Vec::new();
    for line in conf.lines() {
        let line = line.split(" ;").next().unwrap_or_default();
        if line.starts_with([';', '#']) {
            continue;
        }
        if let Some(section) = line.trim().strip_prefix('[') {
            (inside, of_files) = (section.trim_end_matches(']') == "include", false);
        } else if line.starts_with([' ', '\t']) && of_files {
            all.extend(line.split_whitespace().map(str::to_owned));
        } else if let Some((key, value)) = line.split_once(['=', ':']) {
            of_files = inside && key.trim() == "files";
            all.extend(value.split_whitespace().filter(|_| of_files).map(str::to_owned));
        }
    }
    for pattern in &mut all {
        *pattern = pattern.replace("%(here)s", home.as_str());
        if !pattern.starts_with('/') {
            *pattern = format!("{home}/{pattern}");
        }
        // To Python, several stars are one.
        while pattern.contains("**") {
            *pattern = pattern.replace("**", "*");
        }
    }
    all
}

/// Whether a text has a section that makes `program`.
fn has(text: &str, program: &str) -> bool {
    let headers = text.lines().filter_map(|line| line.trim_start().strip_prefix('[')?.split_once(']'));
    headers
        .filter_map(|(header, _)| header.split_once(':'))
        .any(|(kind, name)| KINDS.contains(&kind) && name.trim() == program)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home() -> AbsPath {
        "/etc".parse().unwrap()
    }

    #[test]
    fn the_include_patterns_are_found_as_supervisor_finds_them() {
        let found = |conf: &str| includes(conf, &home());
        let debian = "[supervisord]\nlogfile=/x\n; [include]\n[include]\nfiles = /etc/supervisor/conf.d/*.conf\n";
        assert_eq!(found(debian), ["/etc/supervisor/conf.d/*.conf"]);
        assert_eq!(found("[include]\nfiles: supervisord.d/*.ini ; here\n"), ["/etc/supervisord.d/*.ini"]);
        assert_eq!(
            found("[include]\nfiles = a/*.ini %(here)s/b/*\n  c/*.conf\nother = x\n  y\n"),
            ["/etc/a/*.ini", "/etc/b/*", "/etc/c/*.conf"]
        );
        assert_eq!(found(";[include]\n;files = relative/directory/*.ini\n"), [""; 0]);
        assert_eq!(found("[other]\nfiles = a/*.ini\n"), [""; 0]);
    }

    #[test]
    fn a_section_goes_where_all_files_of_one_ending_are_included() {
        for (files, expected) in [
            ("conf.d/*.conf", Some("/etc/conf.d/n1.conf")),
            ("%(here)s/conf.d/*.ini", Some("/etc/conf.d/n1.ini")),
            ("sites/*/conf.d/*.conf one.conf web-*.ini /opt/it's/*.ini all/*", Some("/etc/all/n1")),
            ("conf.d/*.conf[12] conf.d/*-*.ini", None),
        ] {
            let found = room_for("n1", &format!("[include]\nfiles = {files}\n"), &home());
            assert_eq!(found.as_ref().map(AbsPath::as_str), expected, "{files}");
        }
    }

    #[test]
    fn a_supervisor_that_cannot_have_us_says_why() {
        let ctl = "[supervisorctl]\nserverurl=unix:///run/supervisor.sock\n";
        for (conf, expected) in [
            (format!("[supervisord]\nuser=root\n{ctl}"), None),
            ("[inet_http_server]\nport = 127.0.0.1:9001\n".to_owned(), None),
            ("[inet_http_server]\nport = 127.0.0.1:9999\n".to_owned(), Some(Unfit::NoCtl)),
            ("[supervisord]\n;[supervisorctl]\n".to_owned(), Some(Unfit::NoCtl)),
            (format!("[supervisord]\nuser = app ; ours\n{ctl}"), Some(Unfit::User("app".to_owned()))),
            (format!("[program:x]\nuser = app\n{ctl}"), None),
        ] {
            assert_eq!(unfit(&[("/c".to_owned(), conf.clone().into_bytes())]), expected, "{conf}");
        }
        // A comment in GBK, also in a file that is included.
        let files = [("/c".to_owned(), ctl.into()), ("/d".to_owned(), b"; \xd7\xa2\xca\xcd\n".to_vec())];
        assert_eq!(unfit(&files), Some(Unfit::NotText("/d".to_owned())));
        assert_eq!(
            (no_room("[include]\nfiles=a\n"), no_room(";[include]\n")),
            (Unfit::NarrowInclude, Unfit::NoInclude)
        );
    }

    #[test]
    fn a_program_is_known_by_its_section() {
        for (text, expected) in [
            ("[program:n1]\ncommand=x\n", true),
            ("x=1\n[group: n1 ] ; here\nprograms=a\n", true),
            ("[eventlistener:n1]\n", true),
            ("[program:n10]\n[program:a-n1]\n", false),
            (";[program:n1]\n#[program:n1]\n[n1]\n[inet:n1]\n", false),
        ] {
            assert_eq!(has(text, "n1"), expected, "{text}");
        }
    }
}
