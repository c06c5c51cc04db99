//! The sections of a supervisor's configuration, as far as an install could run into them. Reads; decides nothing.

use payload::path::AbsPath;

use crate::host::Tree;
use crate::host::probe::ProbeError;

/// Larger files than this are not read.
const MAX_BYTES: u64 = 1 << 20;

/// What the carried supervisor includes, where its configuration is not there yet.
const CARRIED: &str = "supervisord.d/*.ini";

/// Sections whose names share one space: each makes a group of processes.
const KINDS: [&str; 4] = ["program", "fcgi-program", "eventlistener", "group"];

/// The files, other than `ours`, in which the configuration `conf` has a program of this name.
pub(super) fn namesakes(tree: &Tree, conf: &AbsPath, ours: &AbsPath, program: &str) -> Result<Vec<String>, ProbeError> {
    let Some(home) = conf.parent() else { return Ok(Vec::new()) };
    let read = |dir: &AbsPath, name: &str| -> Result<Option<String>, ProbeError> {
        let bytes = tree.read_followed(dir, name, MAX_BYTES)?;
        Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    };
    let text = read(&home, conf.name())?;
    let patterns = text.as_deref().map_or_else(|| vec![CARRIED.to_owned()], includes);
    let mut found = Vec::new();
    if text.is_some_and(|text| has(&text, program)) {
        found.push(conf.to_string());
    }
    for pattern in patterns {
        let pattern = pattern.replace("%(here)s", home.as_str());
        let pattern = if pattern.starts_with('/') { pattern } else { format!("{home}/{pattern}") };
        let Some((dir, names)) = pattern.rsplit_once('/') else { continue };
        // A directory with a star or outside our grammar: nobody's habit, and we put nothing there.
        let Ok(dir) = dir.parse::<AbsPath>() else { continue };
        for name in tree.list(&dir)?.iter().filter(|name| matches(names.as_bytes(), name.as_bytes())) {
            let file = format!("{dir}/{name}");
            if file != ours.as_str() && read(&dir, name)?.is_some_and(|text| has(&text, program)) {
                found.push(file);
            }
        }
    }
    Ok(found)
}

/// The patterns of `files` in `[include]`. Python's ConfigParser: `key = value` or `key: value`, comments after `;` and
/// `#`, continuation lines indented.
pub(super) fn includes(conf: &str) -> Vec<String> {
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
    all
}

/// Whether a text has a section that makes `program`.
fn has(text: &str, program: &str) -> bool {
    let headers = text.lines().filter_map(|line| line.trim_start().strip_prefix('[')?.split_once(']'));
    headers
        .filter_map(|(header, _)| header.split_once(':'))
        .any(|(kind, name)| KINDS.contains(&kind) && name.trim() == program)
}

/// A file's name against a pattern with `*` and `?`.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern, name) {
        ([], []) => true,
        ([b'*', rest @ ..], [_, after @ ..]) => matches(rest, name) || matches(pattern, after),
        ([b'*', rest @ ..], []) => matches(rest, name),
        ([b'?', rest @ ..], [_, after @ ..]) => matches(rest, after),
        ([a, rest @ ..], [b, after @ ..]) => a == b && matches(rest, after),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_include_patterns_are_found_as_supervisor_finds_them() {
        let debian = "[supervisord]\nlogfile=/x\n; [include]\n[include]\nfiles = /etc/supervisor/conf.d/*.conf\n";
        assert_eq!(includes(debian), ["/etc/supervisor/conf.d/*.conf"]);
        assert_eq!(includes("[include]\nfiles: supervisord.d/*.ini ; here\n"), ["supervisord.d/*.ini"]);
        assert_eq!(
            includes("[include]\nfiles = a/*.ini b/*\n  c/*.conf\nother = x\n  y\n"),
            ["a/*.ini", "b/*", "c/*.conf"]
        );
        assert_eq!(includes(";[include]\n;files = relative/directory/*.ini\n"), [""; 0]);
        assert_eq!(includes("[other]\nfiles = a/*.ini\n"), [""; 0]);
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

    #[test]
    fn names_match_as_a_shell_matches_them() {
        for (pattern, name, expected) in [
            ("*.conf", "a.conf", true),
            ("*.conf", "a.conf.etcdpack-dist", false),
            ("*", "a b", true),
            ("a?c.ini", "abc.ini", true),
            ("a?c.ini", "ac.ini", false),
            ("*a*.ini", "bab.ini", true),
            ("x.conf", "x.conf", true),
            ("", "x", false),
        ] {
            assert_eq!(matches(pattern.as_bytes(), name.as_bytes()), expected, "{pattern} {name}");
        }
    }
}
