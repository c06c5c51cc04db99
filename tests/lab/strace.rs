//! Faults at chosen system calls: a command is watched once, then run again to fail or die at any call that it made.
//!
//! Must not know what the command is. What is killed dies at the *entry* of the call: the call is not made any more.
//! strace counts `when=N` for each call by name, and for each thread; a point is therefore a name and a number.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::str::FromStr;

use tempfile::NamedTempFile;

use crate::Said;

/// Every call that changes what is on a disk, and `open`, which does with the right flags.
const CHANGING: &str = "/^(open|openat|openat2|creat|write|writev|pwrite64|pwritev2?|sendfile|copy_file_range|splice|fallocate|\
                        f?truncate|fsync|fdatasync|sync|syncfs|sync_file_range|msync|rename|renameat2?|link|linkat|symlink|\
                        symlinkat|unlink|unlinkat|mkdir|mkdirat|rmdir|mknod|mknodat|chmod|fchmod|fchmodat2?|chown|lchown|\
                        fchown|fchownat|utimensat|futimesat|l?setxattr|fsetxattr|l?removexattr|fremovexattr)$";

/// Every call that looks at something and can fail.
const LOOKING: &str = "/^(open|openat|read|pread64|readlink|readlinkat|fstat|newfstatat|stat|lstat|getdents64|lseek)$";

/// What happens at a call instead of the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault<'a> {
    /// The process dies by SIGKILL.
    Kill,
    /// The process gets this signal, by its name: `TERM`. The call is made.
    Signal(&'a str),
    /// This call and every later one of its name does nothing and says that all is well.
    Lie,
    /// The call fails with this error, by its name in errno(3): `ENOSPC`.
    Errno(&'a str),
}

/// The `n`-th call of this name, from 1: as text `fsync:17`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    pub call: String,
    pub n: usize,
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.call, self.n)
    }
}

impl FromStr for Point {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (call, n) = text.split_once(':').ok_or_else(|| format!("`{text}` is not CALL:N"))?;
        Ok(Self { call: call.to_owned(), n: n.parse().map_err(|error| format!("`{text}`: {error}"))? })
    }
}

/// A call as it was seen, with what strace shows of its arguments and result.
#[derive(Debug, Clone)]
pub struct Seen {
    pub point: Point,
    pub line: String,
}

/// The points at which a command changes something, in its order. Numbers have gaps where `open` only reads.
#[track_caller]
pub fn points(command: &Command) -> Vec<Seen> {
    let only_reads = |seen: &Seen| {
        seen.point.call.starts_with("open") && !["O_CREAT", "O_TRUNC"].iter().any(|flag| seen.line.contains(flag))
    };
    watch(command, CHANGING).into_iter().filter(|seen| !only_reads(seen)).collect()
}

/// The points at which a command looks at something, in its order.
#[track_caller]
pub fn looks(command: &Command) -> Vec<Seen> {
    watch(command, LOOKING)
}

#[track_caller]
fn watch(command: &Command, calls: &str) -> Vec<Seen> {
    let log = NamedTempFile::new().expect("a file for strace");
    let said = run(command, calls, &[], log.path().as_os_str());
    assert_eq!(said.code, 0, "{command:?} unharmed: {said:?}");
    let seen = read(&fs::read_to_string(log.path()).expect("what strace wrote"));
    assert!(!seen.is_empty(), "strace saw no change by {command:?}");
    seen
}

/// The points at which a command changes something after the call at `failing` has failed with EIO, counted from its
/// beginning.
#[track_caller]
pub fn points_after(command: &Command, failing: &Point) -> Vec<Point> {
    let log = NamedTempFile::new().expect("a file for strace");
    let said = run(command, CHANGING, &["-e", &eio_at(failing)], log.path().as_os_str());
    assert_eq!(said.code, 5, "{command:?} with {failing} failing: {said:?}");
    let seen = read(&fs::read_to_string(log.path()).expect("what strace wrote"));
    let at = seen.iter().position(|seen| seen.line.contains("(INJECTED")).expect("the call that failed");
    // strace takes one injection for each call by name.
    seen.into_iter().skip(at + 1).map(|seen| seen.point).filter(|point| point.call != failing.call).collect()
}

fn eio_at(point: &Point) -> String {
    format!("inject={}:error=EIO:when={}", point.call, point.n)
}

/// Runs a command whose call at `failing` fails with EIO, and which is killed at a call after it.
///
/// # Errors
/// The command came to its end without that; in words.
pub fn kill_after(command: &Command, failing: &Point, point: &Point) -> Result<Said, String> {
    let log = NamedTempFile::new().expect("a file for strace");
    let kill = format!("inject={}:signal=SIGKILL:when={}", point.call, point.n);
    let said = run(command, CHANGING, &["-e", &eio_at(failing), "-e", &kill], log.path().as_os_str());
    if fs::read_to_string(log.path()).expect("what strace wrote").contains("+++ killed by SIGKILL +++") {
        Ok(said)
    } else {
        Err(format!("never came to {point} after {failing}: {said:?}"))
    }
}

/// Runs a command that meets `fault` at its `n`-th call of this name. A killed one has the code -9.
///
/// # Errors
/// The command came to its end without that call; in words.
pub fn inject(command: &Command, call: &str, n: usize, fault: Fault<'_>) -> Result<Said, String> {
    inject_and_count(command, call, n, fault).map(|(said, _)| said)
}

/// The same, with how many calls failed: each process has an `n`-th one.
///
/// # Errors
/// As of [`inject`].
pub fn inject_and_count(command: &Command, call: &str, n: usize, fault: Fault<'_>) -> Result<(Said, usize), String> {
    let log = NamedTempFile::new().expect("a file for strace");
    let what = match fault {
        Fault::Kill => "signal=SIGKILL".to_owned(),
        Fault::Signal(name) => format!("signal=SIG{name}"),
        Fault::Lie => "retval=0".to_owned(),
        Fault::Errno(name) => format!("error={name}"),
    };
    let on = if fault == Fault::Lie { "+" } else { "" };
    let said = run(command, call, &["-e", &format!("inject={call}:{what}:when={n}{on}")], log.path().as_os_str());
    let text = fs::read_to_string(log.path()).expect("what strace wrote");
    let met = match fault {
        Fault::Kill => text.contains("+++ killed by SIGKILL +++"),
        Fault::Signal(name) => text.contains(&format!("--- SIG{name} ")),
        Fault::Errno(_) | Fault::Lie => text.contains("(INJECTED"),
    };
    let failed = text.matches("(INJECTED").count();
    if met { Ok((said, failed)) } else { Err(format!("never came to {call}:{n}: {said:?}")) }
}

/// The command under strace, with its directory and environment.
fn run(command: &Command, calls: &str, inject: &[&str], log: &std::ffi::OsStr) -> Said {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o"]).arg(log).args(["-e", &format!("trace={calls}")]);
    // Faster, for the kernel stops at no call but these; but strace 6.1 loses the signals that it should send there.
    if !inject.iter().any(|what| what.contains(":signal=")) {
        strace.arg("--seccomp-bpf");
    }
    strace.args(inject).arg("--");
    strace.arg(command.get_program()).args(command.get_args());
    if let Some(dir) = command.get_current_dir() {
        strace.current_dir(dir);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => strace.env(name, value),
            None => strace.env_remove(name),
        };
    }
    let output = strace.output().unwrap_or_else(|error| panic!("strace: {error}; help: scripts/deps"));
    Said {
        // strace dies by the signal that its command died by.
        code: output.status.code().unwrap_or_else(|| -output.status.signal().unwrap_or(0)),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Reads what `strace -f -o` writes: `PID CALL(ARGUMENTS) = RESULT`.
fn read(log: &str) -> Vec<Seen> {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut seen = Vec::new();
    for line in log.lines() {
        let Some((pid, rest)) = line.split_once(' ') else { continue };
        let rest = rest.trim_start();
        // The second half of a call that another thread interrupted in the log has been counted by its first.
        let Some((call, _)) = rest.split_once('(').filter(|_| !rest.starts_with(['<', '+', '-'])) else { continue };
        let n = counts.entry((pid, call)).or_insert(0);
        *n += 1;
        seen.push(Seen { point: Point { call: call.to_owned(), n: *n }, line: rest.to_owned() });
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(line: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", line]);
        command
    }

    #[test]
    fn what_is_killed_at_a_call_has_not_made_it() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "").unwrap();
        let remove = shell(&format!("exec unlink {}", file.display()));
        let said = inject(&remove, "unlink", 1, Fault::Kill).unwrap();
        assert_eq!((said.code, file.exists()), (-9, true), "{said:?}");
        let said = inject(&remove, "unlink", 1, Fault::Errno("EROFS")).unwrap();
        assert!(said.code == 1 && said.err.contains("Read-only") && file.exists(), "{said:?}");
        assert!(inject(&remove, "unlink", 2, Fault::Kill).is_err(), "there is no second one");
        assert!(!file.exists());
    }

    #[test]
    fn calls_are_counted_by_name_and_opening_to_read_is_no_change() {
        let dir = tempfile::tempdir().unwrap();
        let script = "import os; open('/etc/hostname').close(); f = os.open('a', os.O_CREAT | os.O_WRONLY); \
                      os.write(f, b'1'); os.fsync(f); os.fsync(f); os.rename('a', 'b')";
        let mut command = Command::new("python3");
        command.args(["-SEc", script]).current_dir(dir.path());
        let seen: Vec<String> = points(&command).iter().map(|seen| seen.point.call.clone()).collect();
        let tail = &seen[seen.len() - 5..];
        assert_eq!(tail, ["openat", "write", "fsync", "fsync", "rename"]);
        assert_eq!(read("1 fsync(3 <unfinished ...>\n2 fsync(4) = 0\n1 <... fsync resumed>) = 0\n").len(), 2);
    }
}
