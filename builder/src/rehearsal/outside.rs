//! The process outside: makes room for a rehearsal, starts the one inside, hears it, and clears up, whatever happens.
#![expect(
    clippy::disallowed_methods,
    reason = "edge: starts a program, asks the clock, keeps members' data for a moment"
)]

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use payload::etcd::last_words;
use payload::language::Language;
use payload::line;
use payload::render::PATH;

use super::cast::{Cast, Play};
use super::inside::PATIENCE;
use super::told::Told;
use super::written::Written;
use super::{Cannot, Outcome, RehearsalError, is_of_certificates};
use crate::cache::{self, DiskAction, DiskError};
use crate::text::rehearsal as text;

/// What a directory of ours is called.
const PREFIX: &str = "rehearsal-";
/// A directory this old is of one that was killed.
const STALE: Duration = Duration::from_hours(1);
/// How long the process inside may be silent: setting up and the members' time.
const SILENCE: Duration = Duration::from_secs(PATIENCE.as_secs() + 45);

/// The hidden word that makes this program the one inside.
pub(crate) const INSIDE: &str = "rehearsal-inside";

/// Rehearses in `dir`, which has room for the members' data. `written` is what the cluster file says, to be named where etcd
/// complains of it.
pub(crate) fn rehearse(cast: &Cast, dir: &Path, written: &[Written]) -> Result<Outcome, RehearsalError> {
    let begun = Instant::now();
    fs::create_dir_all(dir).map_err(DiskError::new(DiskAction::Create, dir))?;
    cache::sweep(dir, STALE);
    let room = tempfile::Builder::new().prefix(PREFIX).tempdir_in(dir);
    let room = room.map_err(DiskError::new(DiskAction::CreateFileIn, dir))?;
    let mut inside = match Inside::start(&Play::Members(cast), room.path()) {
        Ok(inside) => inside,
        Err(why) => return Ok(Outcome::Cannot(Cannot::Machine(why))),
    };
    let told = inside.last_word();
    // The namespaces end before their data go.
    drop(inside);
    let meant = |line: &str| written.iter().find(|one| one.is_meant_by(line)).cloned().map(Box::new);
    match told {
        Ok(Told::Proven) => Ok(Outcome::Proven { members: cast.members.len(), took: begun.elapsed() }),
        Ok(Told::Ended { host, log }) => {
            let why = why_ended(&log);
            Err(RehearsalError::Ended { host, meant: meant(&why), why })
        }
        Ok(Told::NoLeader { logs }) => {
            let last: Vec<_> = logs.into_iter().filter_map(|(host, log)| Some((host, why_waits(&log)?))).collect();
            let meant = last.iter().find_map(|(_, line)| meant(line));
            Err(RehearsalError::NoLeader { waited: PATIENCE, last, meant })
        }
        Ok(Told::Cannot { why }) | Err(why) => Ok(Outcome::Cannot(Cannot::Machine(why))),
        Ok(Told::Begun | Told::Able) => Ok(Outcome::Cannot(Cannot::Machine(text::NO_WORD.into()))),
    }
}

/// Whether this machine lets anybody rehearse: all that it takes is done once, but for members. Nothing is written.
pub(crate) fn try_out() -> Result<(), Cannot> {
    // Whatever it is, it is covered inside.
    let room = std::env::temp_dir();
    let told = Inside::start(&Play::Trial, &room).and_then(|mut inside| inside.last_word());
    match told {
        Ok(Told::Able) => Ok(()),
        Ok(Told::Cannot { why }) | Err(why) => Err(Cannot::Machine(why)),
        Ok(_) => Err(Cannot::Machine(text::NO_WORD.into())),
    }
}

/// In etcd's words, in one line that may be shown; what was started may have been no etcd.
fn why_ended(log: &str) -> String {
    let said = last_words::read(log);
    let last = || said.lines.last().map(String::as_str).unwrap_or_default();
    line::plain(said.cause.as_ref().map_or_else(last, |cause| &cause.said))
}

/// What a member without a leader has said last, of certificates if it has said anything of them: that is why others do not
/// hear it.
fn why_waits(log: &str) -> Option<String> {
    let said = last_words::read(log).lines;
    let line = said.iter().rfind(|line| is_of_certificates(line)).or(said.last());
    line.map(|line| line::plain(line))
}

/// The process inside, which ends when this goes.
struct Inside {
    child: Child,
    told: Receiver<Told>,
}

impl Inside {
    fn start(play: &Play<&Cast>, room: &Path) -> Result<Self, String> {
        let program = std::env::current_exe().map_err(|error| text::starting("etcdpack", error))?;
        let mut unshare = Command::new("unshare");
        unshare.args(["-Urmn", "--pid", "--fork", "--kill-child", "--mount-proc", "--"]);
        unshare.arg(program).arg(INSIDE).arg(room).args(["--lang", Language::spoken().word()]);
        unshare.env("PATH", PATH).current_dir("/");
        let child = unshare.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = child.map_err(|error| text::starting("unshare", error))?;
        let (to, told) = mpsc::channel();
        if let Some(from) = child.stdout.take() {
            thread::spawn(move || {
                for line in BufReader::new(from).lines().map_while(Result::ok) {
                    let Ok(one) = serde_json::from_str(&line) else { continue };
                    if to.send(one).is_err() {
                        return;
                    }
                }
            });
        }
        if let Some(stdin) = &mut child.stdin {
            // That it has ended is seen when it is heard.
            let _ = serde_json::to_writer(&mut *stdin, play).map_err(Into::into).and_then(|()| stdin.write_all(b"\n"));
        }
        Ok(Self { child, told })
    }

    /// The last thing that is told, or why nothing was.
    fn last_word(&mut self) -> Result<Told, String> {
        loop {
            match self.told.recv_timeout(SILENCE) {
                Ok(Told::Begun) => {}
                Ok(told) => return Ok(told),
                Err(RecvTimeoutError::Timeout) => return Err(text::NO_ANSWER.into()),
                Err(RecvTimeoutError::Disconnected) => return Err(self.complaint()),
            }
        }
    }

    /// Of `unshare`, where it could not do what it was asked.
    fn complaint(&mut self) -> String {
        let stderr = self.child.stderr.take();
        let line = stderr.and_then(|from| BufReader::new(from).lines().map_while(Result::ok).next());
        line.unwrap_or_else(|| text::NO_WORD.into())
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        // The process inside hears that nobody listens, and all of its namespaces end with it; `unshare` waits for that.
        drop(self.child.stdin.take());
        let until = Instant::now() + Duration::from_secs(5);
        while Instant::now() < until {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_log_the_line_that_says_why_is_shown() {
        let ended = r#"{"level":"info","msg":"Running: "}
{"level":"fatal","msg":"discovery failed","error":"listen tcp 10.0.0.1:2380: bind: address already in use"}"#;
        assert_eq!(why_ended(ended), "listen tcp 10.0.0.1:2380: bind: address already in use");
        assert_eq!(why_ended("exec: no such file\n"), "exec: no such file");
        let waits = r#"{"level":"warn","msg":"rejected connection","error":"remote error: tls: bad certificate"}
{"level":"info","msg":"x is starting a new election"}"#;
        assert_eq!(why_waits(waits).unwrap(), "rejected connection: remote error: tls: bad certificate");
        assert_eq!(why_waits(""), None);
    }
}
