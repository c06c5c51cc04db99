//! Which paths a command on a host names to the kernel, by which process, and which programs it starts.
//!
//! strace runs outside: the host has none, and a host's processes are visible from here. With `-y` it says what a
//! directory's handle stands for. Must not know what is allowed.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read as _, Seek as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use tempfile::{NamedTempFile, tempfile};

use crate::call::{absolute, annotation, arguments, is_about_names, list, parents, places, unquoted, whole_calls};
use crate::{Lab, Said, run};

/// Every call that takes a path, and those that tell whose process it is and where it stands.
const CALLS: &str = "trace=%file,fchdir,connect,clone,clone3,fork,vfork,setuid,setresuid";

/// Who made a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// The command that was run.
    Itself,
    /// What it started, and what that started.
    Child,
}

/// One path that was named in one call.
#[derive(Debug, Clone)]
pub struct Named {
    pub who: Who,
    pub call: String,
    /// From the root, as it was named: links are not resolved.
    pub path: String,
    /// Whether it is one name in a directory that is open.
    pub by_handle: bool,
    /// Whether the kernel follows a link there.
    pub follows: bool,
    /// The call as strace shows it.
    pub line: String,
}

/// One program that was started.
#[derive(Debug, Clone)]
pub struct Started {
    pub by: Who,
    pub program: String,
    pub args: Vec<String>,
    pub env: Vec<String>,
    pub dir: String,
}

impl Started {
    /// Whether a newer etcdpack goes on in this one's place: all that holds for the one holds for the other.
    pub fn is_hand_over(&self) -> bool {
        let command = self.args.get(1).map(String::as_str);
        self.program.starts_with("/proc/self/fd/") && matches!(command, Some("plan" | "install"))
    }
}

/// All that was seen.
#[derive(Debug, Default)]
pub struct Trace {
    pub named: Vec<Named>,
    pub started: Vec<Started>,
}

#[derive(Clone)]
struct Process {
    who: Who,
    dir: String,
    is_root: bool,
}

impl Trace {
    /// Runs a program as root on a host, in the directory `dir` there.
    pub fn of(lab: &Lab, host: &str, dir: &str, words: &[&str]) -> (Said, Self) {
        let (log, code) =
            (NamedTempFile::new().expect("a file for strace"), NamedTempFile::new().expect("a file for the exit code"));
        let mut command = strace(log.path());
        // Answers a signal, also where it writes to a file.
        command.args(["-I", "2"]);
        // Faster: the kernel stops at no call but these. But it fails them in whatever goes on without strace: a supervisord that
        // nobody but us has started.
        if lab.sh(host, "test -d /run/systemd/system").code == 0 {
            command.arg("--seccomp-bpf");
        }
        command.args([
            "--",
            // strace that is sent away does not say how the command has ended.
            "sh",
            "-c",
            "\"$@\"; echo $? >\"$0\"",
            &code.path().to_string_lossy(),
            "nsenter",
            "-t",
            &lab.pid(host),
            "-a",
            "--",
            "/usr/bin/env",
            "-i",
            "-C",
            dir,
        ]);
        command.args(["HOME=/root", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]).args(words);
        let mut said = run_without_daemons(&mut command);
        let code = fs::read_to_string(code.path()).expect("an exit code");
        said.code = code.trim().parse().unwrap_or_else(|_| panic!("no exit code: {said:?}"));
        let program = format!("execve(\"{}\"", words[0]);
        (
            said,
            Self::read(&fs::read_to_string(log.path()).expect("what strace wrote"), |pid, call| {
                call.starts_with(&program).then(|| (pid.to_owned(), dir.to_owned()))
            }),
        )
    }

    /// Runs a command here, in its directory, with what it itself adds to an environment of next to nothing.
    pub fn here(command: &Command) -> (Said, Self) {
        let log = NamedTempFile::new().expect("a file for strace");
        let mut traced = strace(log.path());
        traced.args(["--seccomp-bpf", "--"]).arg(command.get_program()).args(command.get_args());
        let dir = command.get_current_dir().expect("a directory").canonicalize().expect("a directory");
        // Nothing of cargo's: its libraries would be looked for everywhere.
        traced
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", "/root")
            .current_dir(&dir)
            .envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let said = run(&mut traced);
        let read = fs::read_to_string(log.path()).expect("what strace wrote");
        let begin =
            |pid: &str, call: &str| call.starts_with("execve(").then(|| (pid.to_owned(), dir.display().to_string()));
        (said, Self::read(&read, begin))
    }

    /// What a process of the host, by its number out here, and all that it starts do while a shell line runs there.
    pub fn attached(lab: &Lab, host: &str, pid: &str, line: &str) -> (Said, Self) {
        let log = NamedTempFile::new().expect("a file for strace");
        let dir = fs::read_link(format!("/proc/{pid}/cwd")).expect("the directory of a process");
        let mut strace = strace(log.path()).args(["-p", pid]).spawn().expect("strace; help: scripts/deps");
        let traced =
            || fs::read_to_string(format!("/proc/{pid}/status")).is_ok_and(|text| !text.contains("TracerPid:\t0"));
        while !traced() {
            thread::sleep(Duration::from_millis(10));
        }
        let said = lab.sh(host, line);
        run(Command::new("kill").args(["-INT", &strace.id().to_string()])).ok();
        strace.wait().expect("strace ends");
        let read = fs::read_to_string(log.path()).expect("what strace wrote");
        (said, Self::read(&read, |first, _| (first == pid).then(|| (pid.to_owned(), dir.display().to_string()))))
    }

    /// The same, made by a program and not by the command: for what a service manager does.
    #[must_use]
    pub fn by_a_program(mut self) -> Self {
        self.named.iter_mut().for_each(|named| named.who = Who::Child);
        self.started.iter_mut().for_each(|started| started.by = Who::Child);
        self
    }

    /// Reads what `strace -f -o` writes. `begin` says at which call the command begins: its process and directory.
    fn read(log: &str, begin: impl Fn(&str, &str) -> Option<(String, String)>) -> Self {
        let calls = whole_calls(log);
        let makers = parents(&calls);
        let mut seen = Self::default();
        let mut known: BTreeMap<String, Process> = BTreeMap::new();
        let mut started = false;
        for (pid, call) in &calls {
            if !started {
                if let Some((pid, dir)) = begin(pid, call) {
                    known.insert(pid, Process { who: Who::Itself, dir, is_root: true });
                    started = true;
                }
                continue;
            }
            if !known.contains_key(pid) {
                let Some(parent) = makers.get(pid).and_then(|maker| known.get(maker)).cloned() else { continue };
                known.insert(pid.clone(), parent);
            }
            let process = known.get_mut(pid).expect("it was put there");
            if process.is_root {
                seen.take(process, call);
            }
        }
        assert!(started, "the command never began: {log}");
        seen
    }

    /// One call of a process of root's.
    fn take(&mut self, process: &mut Process, call: &str) {
        let Some((name, rest)) = call.split_once('(') else { return };
        // strace lets go of a daemon that the command leaves behind, in the middle of a call or between two.
        if rest.contains("<detached ...>") {
            return;
        }
        let (args, after) = arguments(rest);
        let failed = after.trim_start().starts_with("= -1");
        let text = |at: usize| args.get(at).and_then(|arg| unquoted(arg));
        if matches!(name, "setuid" | "setresuid") {
            process.is_root = failed || args.iter().all(|arg| matches!(*arg, "0" | "-1"));
            return;
        }
        for (at, (path, handle)) in places(name, &args).into_iter().enumerate() {
            let by_handle = handle.is_some_and(|handle| !handle.starts_with("AT_FDCWD"));
            // The directory itself that is open.
            let itself = by_handle && path == ".";
            let from = handle.and_then(annotation).unwrap_or(&process.dir).to_owned();
            if path.is_empty() {
                continue;
            }
            let flag = |flag: &str| args.iter().any(|arg| arg.split('|').any(|word| word == flag));
            let made = flag("O_CREAT") && flag("O_EXCL");
            // linkat(2) may follow what it links, never where it links it to.
            let about_name = is_about_names(name) && !(at == 0 && flag("AT_SYMLINK_FOLLOW"));
            self.named.push(Named {
                who: process.who,
                call: name.to_owned(),
                by_handle: by_handle && !path.contains('/') && path != "..",
                path: absolute(&from, &path),
                follows: !(itself || about_name || made || flag("O_NOFOLLOW") || flag("AT_SYMLINK_NOFOLLOW")),
                line: call.chars().take(300).collect(),
            });
        }
        match name {
            "chdir" if !failed => process.dir = absolute(&process.dir, &text(0).expect("a directory")),
            "fchdir" if !failed => annotation(args[0]).expect("a directory").clone_into(&mut process.dir),
            "execve" if !failed => {
                let started = Started {
                    by: process.who,
                    program: text(0).expect("a program"),
                    args: list(args[1]),
                    env: list(args[2]),
                    dir: process.dir.clone(),
                };
                process.who = if started.is_hand_over() { process.who } else { Who::Child };
                self.started.push(started);
            }
            _ => {}
        }
    }
}

/// Runs strace until the command has ended; what goes on in the background is let go.
fn run_without_daemons(strace: &mut Command) -> Said {
    let (mut out, mut err) = (tempfile().expect("a file"), tempfile().expect("a file"));
    strace.stdin(Stdio::null());
    strace.stdout(out.try_clone().expect("a handle")).stderr(err.try_clone().expect("a handle"));
    let mut child = strace.spawn().expect("strace; help: scripts/deps");
    let pid = child.id().to_string();
    let has_children = || {
        fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).is_ok_and(|children| !children.trim().is_empty())
    };
    let mut began = false;
    let status = loop {
        if let Some(status) = child.try_wait().expect("strace") {
            break status;
        }
        let has_children = has_children();
        if began && !has_children {
            // It may have ended by itself meanwhile.
            run(Command::new("kill").args(["-INT", &pid]));
            break child.wait().expect("strace ends");
        }
        began |= has_children;
        thread::sleep(Duration::from_millis(50));
    };
    let text = |file: &mut File| {
        let mut text = String::new();
        file.rewind().and_then(|()| file.read_to_string(&mut text)).expect("what the command said");
        text
    };
    Said { code: status.code().unwrap_or(-1), out: text(&mut out), err: text(&mut err) }
}

fn strace(log: &Path) -> Command {
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-y", "-v", "-s", "65535", "--decode-pids=pidns", "-e", CALLS, "-o"]).arg(log);
    command
}
