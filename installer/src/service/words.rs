//! What supervisord and supervisorctl say about why they cannot do as told. Pure.

/// More than this of it is in no screen's interest.
const LONGEST: usize = 400;

/// What ends a complaint of supervisord's at its start.
const AFTER: &str = "For help,";

/// Why the last start of a supervisord failed, by the end of its journal or by what it printed: nothing where the last one went well.
pub(crate) fn of_start(journal: &str) -> Option<String> {
    let lines: Vec<&str> = journal.lines().collect();
    let up = lines.iter().rposition(|line| line.contains("supervisord started"));
    let since = lines.get(up.map_or(0, |up| up + 1)..)?;
    let from = since.iter().rposition(|line| line.starts_with("Error: "))?;
    let complaint = since.get(from..)?.iter().take_while(|line| !line.starts_with(AFTER));
    joined(complaint.map(|line| line.strip_prefix("Error: ").unwrap_or(line)))
}

/// What supervisord could not read, of what `supervisorctl reread` says.
pub(super) fn of_reread(said: &str) -> Option<String> {
    let (_, complaint) = said.split_once("CANT_REREAD: ")?;
    joined(complaint.lines())
}

/// The line that says it, of what `supervisorctl` prints.
pub(super) fn first(said: &str) -> Option<String> {
    joined(said.lines().find(|line| !line.trim().is_empty()).into_iter())
}

fn joined<'a>(lines: impl Iterator<Item = &'a str>) -> Option<String> {
    let all = lines.map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    let short: String = all.chars().take(LONGEST).collect();
    (!short.is_empty()).then_some(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cause_is_what_the_last_start_said() {
        let failed = "Started supervisor.service - Supervisor process control system for UNIX.\n\
                      Error: Invalid user name x in section 'program:x' (file: '/etc/supervisor/conf.d/x.conf')\n\
                      For help, use /usr/bin/supervisord -h\n\
                      supervisor.service: Main process exited, code=exited, status=2/INVALIDARGUMENT\n";
        let why = "Invalid user name x in section 'program:x' (file: '/etc/supervisor/conf.d/x.conf')";
        assert_eq!(of_start(failed).as_deref(), Some(why));
        let up = "2026-11-28 11:15:19,372 INFO supervisord started with pid 3100\n";
        assert_eq!(of_start(&format!("{failed}{up}")), None);
        assert_eq!(of_start(&format!("{up}{failed}")).as_deref(), Some(why));
        // In several lines, as Python's parser puts it.
        let several =
            "Error: File contains no section headers.\nfile: '/x.conf', line: 1\n'[program:br\\n'\nFor help, use x\n";
        assert_eq!(
            of_start(several).as_deref(),
            Some("File contains no section headers. file: '/x.conf', line: 1 '[program:br\\n'")
        );
        assert_eq!(of_start(""), None);
    }

    #[test]
    fn what_supervisorctl_says_is_taken_without_what_is_around_it() {
        assert_eq!(
            of_reread("ERROR: CANT_REREAD: invalid 'autorestart' value\n").as_deref(),
            Some("invalid 'autorestart' value")
        );
        assert_eq!(of_reread("error: refused"), None);
        assert_eq!(
            first("\nunix:///run/x.sock no such file\nmore").as_deref(),
            Some("unix:///run/x.sock no such file")
        );
        assert_eq!(first(" \n"), None);
        assert_eq!(first(&"x".repeat(5000)).map(|said| said.len()), Some(LONGEST));
    }
}
