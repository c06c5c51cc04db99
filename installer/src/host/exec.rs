//! The only place that starts programs: found in the system's own directories, with an empty environment, no
//! input but what is handed to them, a time limit, and an error that shows the command and the end of what it said.
#![expect(clippy::disallowed_methods, reason = "edge: runs the host's programs")]

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::Tree;
use super::interrupt::Interrupt;
use super::namespace::is_in_narrow_namespace;
use super::tether::{self, ITSELF};
use super::write::Ids;

/// Where the system's programs are. The caller's `PATH` is never asked.
const DIRS: [&str; 6] = ["/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin", "/usr/local/bin"];

/// How much of a program's complaint an error shows.
const TAIL: usize = 1024;
/// How much output is kept at all.
const MAX_OUTPUT: usize = 4 * 1024 * 1024;
/// How long a child is left alone at first.
const PAUSE: Duration = Duration::from_millis(1);
/// How much is read at a time: more than a pipe holds.
const MAX_READ: u64 = 1024 * 1024;

/// One call of one program.
pub(crate) struct Exec {
    program: PathBuf,
    args: Vec<String>,
    env: Vec<(String, String)>,
    limit: Duration,
    interrupt: Interrupt,
    input: Option<File>,
    ids: Option<Ids>,
    tethered: bool,
}

/// What a program that ran to its end said.
#[derive(Debug)]
pub(crate) struct Output {
    status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    line: String,
}

/// A program that could not be run, took too long, or failed.
#[derive(Debug, thiserror::Error)]
pub(crate) struct ExecError {
    /// As it was called.
    pub(crate) line: String,
    pub(crate) why: ExecTrouble,
}

/// What became of it.
#[derive(Debug)]
pub(crate) enum ExecTrouble {
    /// There is none that root alone can change.
    NotFound,
    /// It could not be started, or not be heard.
    Io(io::Error),
    /// Killed because somebody asked us to stop.
    ToldToStop,
    /// Killed after this time.
    NoEnd(Duration),
    /// What it said at its end.
    Failed { status: ExitStatus, tail: String },
}

impl ExecError {
    /// Whether it did not fail, but was told to stop.
    pub(crate) fn is_interrupt(&self) -> bool {
        matches!(self.why, ExecTrouble::ToldToStop)
    }
}

/// The full path of a system program, if this host has one that root alone can change: root is to start it. Another is passed
/// over as if it were not there.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let tree = Tree::open(Path::new("/")).ok()?;
    let is_roots = |path: &Path| {
        let path = path.to_str().and_then(|path| path.parse().ok());
        path.is_some_and(|path| tree.is_roots_alone(&path).unwrap_or(false))
    };
    // Root of a user namespace sees the system's own files as a stranger's.
    let is_narrow = is_in_narrow_namespace();
    let fit = |path: &PathBuf| path.is_file() && (is_narrow || is_roots(path));
    DIRS.iter().map(|dir| Path::new(dir).join(name)).find(fit)
}

impl Exec {
    /// A call of the program at `path`.
    pub(crate) fn at(path: impl Into<PathBuf>) -> Self {
        Self {
            program: path.into(),
            args: Vec::new(),
            env: Vec::new(),
            limit: Duration::from_mins(1),
            interrupt: Interrupt::default(),
            input: None,
            ids: None,
            tethered: false,
        }
    }

    /// A call of a system program.
    pub(crate) fn named(name: &str) -> Result<Self, ExecError> {
        let missing = || ExecError { line: name.to_owned(), why: ExecTrouble::NotFound };
        find(name).map(Self::at).ok_or_else(missing)
    }

    pub(crate) fn args<S: Into<String>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.env.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Killed when somebody asks us to stop: a program that only asks and changes nothing, or tells a service manager,
    /// which goes on without it.
    pub(crate) fn heeding(mut self, interrupt: &Interrupt) -> Self {
        self.interrupt = interrupt.clone();
        self
    }

    /// With this file as its standard input: the one way in which a program is handed what must have no name, and it is in no
    /// other child's hands.
    pub(crate) fn input(mut self, file: File) -> Self {
        self.input = Some(file);
        self
    }

    /// As this user and group, and in no others.
    pub(crate) fn run_as(mut self, ids: Ids) -> Self {
        self.ids = Some(ids);
        self
    }

    /// Ends with the thread that starts it, also where that is killed.
    pub(crate) fn tethered(mut self) -> Self {
        self.tethered = true;
        self
    }

    /// Runs to the end, whatever the exit code.
    pub(crate) fn output(self) -> Result<Output, ExecError> {
        let no_end = ExecError { line: self.line(), why: ExecTrouble::NoEnd(self.limit) };
        self.output_unless(|| false)?.ok_or(no_end)
    }

    /// Likewise, but killed once `is_over` says that nobody wants to hear more; `None` then.
    pub(crate) fn output_unless(self, mut is_over: impl FnMut() -> bool) -> Result<Option<Output>, ExecError> {
        let line = self.line();
        let fail = |why| ExecError { line: line.clone(), why };
        let child = self.spawn().map_err(|error| fail(ExecTrouble::Io(error)))?;
        let mut over = false;
        let mut asked = || {
            over = is_over();
            over || self.interrupt.is_raised()
        };
        match attend(child, self.limit, &mut asked).map_err(|error| fail(ExecTrouble::Io(error)))? {
            Ended { status: Some(status), stdout, stderr } => Ok(Some(Output { status, stdout, stderr, line })),
            Ended { status: None, .. } if over => Ok(None),
            Ended { status: None, .. } if self.interrupt.is_raised() => Err(fail(ExecTrouble::ToldToStop)),
            Ended { status: None, .. } => Err(fail(ExecTrouble::NoEnd(self.limit))),
        }
    }

    /// Whether the kernel starts it at all; how it ends does not matter.
    pub(crate) fn starts(self) -> io::Result<()> {
        attend(self.spawn()?, self.limit, &mut || self.interrupt.is_raised()).map(drop)
    }

    /// Runs until it ends, or until `is_done` says that it has done what it is for: it is killed then. An exit code other
    /// than 0 is an error.
    pub(crate) fn run_until(self, is_done: impl FnMut() -> bool) -> Result<(), ExecError> {
        match self.output_unless(is_done)? {
            Some(output) if !output.ok() => Err(output.complaint()),
            Some(_) | None => Ok(()),
        }
    }

    fn spawn(&self) -> io::Result<Child> {
        let input = self.input.as_ref().map(File::try_clone).transpose()?;
        let mut command = Command::new(if self.tethered { Path::new(ITSELF) } else { &self.program });
        match self.ids {
            _ if self.tethered => {
                command.args(tether::words(self.ids.unwrap_or(Ids::ROOT))).arg(&self.program);
            }
            Some(Ids { uid, gid }) => {
                // The groups of who calls go with it (std::os::unix::process::CommandExt::uid).
                command.uid(uid).gid(gid);
            }
            None => {}
        }
        command
            .args(&self.args)
            .env_clear()
            .env("PATH", DIRS.join(":"))
            .env("LC_ALL", "C")
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .current_dir("/")
            // Ctrl-C at our terminal is ours to answer: what has begun is finished.
            .process_group(0)
            .stdin(input.map_or_else(Stdio::null, Stdio::from))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
    }

    /// Runs to the end; an exit code other than 0 is an error.
    pub(crate) fn run(self) -> Result<Output, ExecError> {
        let output = self.output()?;
        if output.ok() { Ok(output) } else { Err(output.complaint()) }
    }

    fn line(&self) -> String {
        let program = self.program.to_string_lossy().into_owned();
        std::iter::once(&program).chain(&self.args).map(String::as_str).collect::<Vec<_>>().join(" ")
    }
}

impl Output {
    pub(crate) fn ok(&self) -> bool {
        self.status.success()
    }

    /// This output as the error that it is.
    pub(crate) fn complaint(&self) -> ExecError {
        let said = if self.stderr.trim().is_empty() { &self.stdout } else { &self.stderr };
        let from = said.floor_char_boundary(said.len().saturating_sub(TAIL));
        let tail = said.get(from..).unwrap_or_default().trim().replace('\n', "; ");
        ExecError { line: self.line.clone(), why: ExecTrouble::Failed { status: self.status, tail } }
    }
}

/// How a child ended, and what it had said by then.
struct Ended {
    /// `None` when the time was up, or nobody waits for it any more, and it was killed.
    status: Option<ExitStatus>,
    stdout: String,
    stderr: String,
}

/// Waits for a child, and reads what it says meanwhile: a full pipe would stop it for ever. A pipe that outlives the
/// child, in the hands of something that it started, is not waited for. `is_enough` says when to wait no longer.
fn attend(mut child: Child, limit: Duration, is_enough: &mut dyn FnMut() -> bool) -> io::Result<Ended> {
    let end = Instant::now() + limit;
    let (mut stdout, mut stderr) = (Pipe::at(child.stdout.take())?, Pipe::at(child.stderr.take())?);
    let mut pause = PAUSE;
    loop {
        // Asked before the last reading: what it said before its end is in the pipes then.
        let status = child.try_wait()?;
        let has_closed = [stdout.read()?, stderr.read()?].contains(&true);
        let late = status.is_none() && (is_enough() || Instant::now() >= end);
        if late {
            kill(&mut child)?;
        }
        if late || status.is_some() {
            return Ok(Ended { status, stdout: stdout.text(), stderr: stderr.text() });
        }
        // Who closes what it says, ends; nothing else tells when.
        pause = if has_closed { PAUSE } else { (pause * 2).min(Duration::from_millis(50)) };
        wait(&[&stdout, &stderr], pause)?;
    }
}

/// With all that it started in its group, which is its own.
fn kill(child: &mut Child) -> io::Result<()> {
    if let Ok(group) = i32::try_from(child.id()) {
        let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
    }
    child.kill()?;
    child.wait().map(drop)
}

/// Until one of them says something, or ends, or the time is over.
fn wait(pipes: &[&Pipe], pause: Duration) -> io::Result<()> {
    let mut fds: Vec<PollFd> =
        pipes.iter().filter_map(|pipe| pipe.fd()).map(|fd| PollFd::new(fd, PollFlags::POLLIN)).collect();
    match poll(&mut fds, PollTimeout::try_from(pause).unwrap_or(PollTimeout::ZERO)) {
        Ok(_) | Err(nix::errno::Errno::EINTR) => Ok(()),
        Err(errno) => Err(errno.into()),
    }
}

/// One end of a pipe, and what has come out of it.
struct Pipe {
    /// `None` at its end.
    pipe: Option<File>,
    heard: Vec<u8>,
}

impl Pipe {
    fn at(pipe: Option<impl Into<OwnedFd>>) -> io::Result<Self> {
        let pipe = pipe.map(|pipe| File::from(pipe.into()));
        if let Some(pipe) = &pipe {
            fcntl(pipe, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
        }
        Ok(Self { pipe, heard: Vec::new() })
    }

    fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.pipe.as_ref().map(AsFd::as_fd)
    }

    /// Takes what is there; whether its end has been reached by that.
    fn read(&mut self) -> io::Result<bool> {
        let Some(pipe) = &mut self.pipe else { return Ok(false) };
        let mut bytes = Vec::new();
        let read = pipe.take(MAX_READ).read_to_end(&mut bytes);
        let room = MAX_OUTPUT.saturating_sub(self.heard.len()).min(bytes.len());
        self.heard.extend(bytes.drain(..room));
        match read {
            Ok(read) if read as u64 == MAX_READ => Ok(false),
            Ok(_) => {
                self.pipe = None;
                Ok(true)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn text(self) -> String {
        String::from_utf8_lossy(&self.heard).into_owned()
    }
}
