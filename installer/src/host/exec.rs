//! The only place that starts programs: found in the system's own directories, with an empty environment, no
//! input, a time limit, and an error that shows the command and the end of what it said.
#![expect(clippy::disallowed_methods, reason = "edge: runs the host's programs")]

use std::io::Read;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Where the system's programs are. The caller's `PATH` is never asked.
const DIRS: [&str; 6] = ["/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin", "/usr/local/bin"];

/// How much of a program's complaint an error shows.
const TAIL: usize = 1024;
/// How much output is kept at all.
const MAX_OUTPUT: u64 = 4 * 1024 * 1024;

/// One call of one program.
pub(crate) struct Exec {
    program: PathBuf,
    args: Vec<String>,
    env: Vec<(String, String)>,
    limit: Duration,
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
#[error("running `{line}`: {why}")]
pub(crate) struct ExecError {
    line: String,
    why: String,
}

/// The full path of a system program, if this host has it.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    DIRS.iter().map(|dir| Path::new(dir).join(name)).find(|path| path.is_file())
}

impl Exec {
    /// A call of the program at `path`.
    pub(crate) fn at(path: impl Into<PathBuf>) -> Self {
        Self { program: path.into(), args: Vec::new(), env: Vec::new(), limit: Duration::from_mins(1) }
    }

    /// A call of a system program.
    pub(crate) fn named(name: &str) -> Result<Self, ExecError> {
        let missing = || ExecError { line: name.to_owned(), why: format!("this host has no `{name}`") };
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

    /// Runs to the end, whatever the exit code.
    pub(crate) fn output(self) -> Result<Output, ExecError> {
        let line = self.line();
        let fail = |why: String| ExecError { line: line.clone(), why };
        let mut child = self.spawn().map_err(|error| fail(error.to_string()))?;
        let (stdout, stderr) = (drain(child.stdout.take()), drain(child.stderr.take()));
        let status = wait(&mut child, self.limit).map_err(|error| fail(error.to_string()))?;
        let Some(status) = status else {
            return Err(fail(format!("no end within {} s", self.limit.as_secs())));
        };
        let (stdout, stderr) = (stdout.join().unwrap_or_default(), stderr.join().unwrap_or_default());
        Ok(Output { status, stdout, stderr, line })
    }

    /// Whether the kernel starts it at all; how it ends does not matter.
    pub(crate) fn starts(self) -> std::io::Result<()> {
        let mut child = self.spawn()?;
        drop((child.stdout.take(), child.stderr.take()));
        wait(&mut child, self.limit).map(drop)
    }

    fn spawn(&self) -> std::io::Result<Child> {
        Command::new(&self.program)
            .args(&self.args)
            .env_clear()
            .env("PATH", DIRS.join(":"))
            .env("LC_ALL", "C")
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .current_dir("/")
            // Ctrl-C at our terminal is ours to answer: what has begun is finished.
            .process_group(0)
            .stdin(Stdio::null())
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
        ExecError { line: self.line.clone(), why: format!("{}: {tail}", self.status) }
    }
}

/// Reads a pipe to its end beside the wait: a full pipe would stop the child for ever.
fn drain(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            let _ = pipe.by_ref().take(MAX_OUTPUT).read_to_end(&mut bytes);
            let _ = std::io::copy(&mut pipe, &mut std::io::sink());
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// The exit status, or `None` when the time was up and the child was killed.
fn wait(child: &mut Child, limit: Duration) -> std::io::Result<Option<ExitStatus>> {
    let end = Instant::now() + limit;
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= end {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}
