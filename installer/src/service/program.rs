//! Our program under a supervisord: what it has of it, and starting it there. A question that supervisorctl asks starts a
//! Python, which takes a fifth of a second of a processor: none is asked twice.

use std::time::Duration;

use super::calls::{
    ServiceError, WORK, answers, ask, enable, heed, is_down, no_answer, order, question, systemctl, update,
};
use super::words;
use crate::facts::managers::rpc::{Answer, BAD_NAME, Call, Said};
use crate::host::exec::{ExecError, ExecTrouble};
use crate::host::interrupt::Interrupt;
use crate::host::supervisord::Heard;
use crate::host::{Exec, clock};
use crate::step::Action;
use crate::supervision::Supervisor;

/// How long supervisord may take until it answers.
const ANSWER: Duration = Duration::from_secs(30);

/// What supervisord says of our program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Seen {
    /// The word that `supervisorctl status` has for it.
    State(String),
    /// It has no such program.
    Unknown,
    /// It does not answer, or in words that are not known.
    NoAnswer,
}

impl Seen {
    /// Of what `supervisorctl status NAME` prints, which ends with another code than 0 where a program does not run: the
    /// words tell, not the code.
    fn parse(said: &str, program: &str) -> Self {
        let mut words = said.split_whitespace();
        match (words.next(), words.next()) {
            // `NAME: ERROR (no such process)`, 3.0 to 4.3.
            _ if said.to_ascii_lowercase().contains("no such process") => Self::Unknown,
            (Some(name), Some(state)) if name == program => Self::State(state.to_owned()),
            _ => Self::NoAnswer,
        }
    }

    /// Of what supervisord answers itself.
    fn of(answer: &Answer, program: &str) -> Self {
        match answer {
            Answer::Said(said) => own(said, program).map_or(Self::NoAnswer, |(state, _)| Self::State(state)),
            Answer::Fault(BAD_NAME) => Self::Unknown,
            Answer::Fault(_) => Self::NoAnswer,
        }
    }

    pub(super) fn state(&self) -> Option<&str> {
        match self {
            Self::State(word) => Some(word),
            Self::Unknown | Self::NoAnswer => None,
        }
    }

    /// Whether it does nothing until it is told to.
    pub(super) fn rests(&self) -> bool {
        matches!(self.state(), Some("STOPPED" | "EXITED" | "FATAL"))
    }
}

/// State and process of the one program that is said.
fn own(said: &Said, program: &str) -> Option<(String, u32)> {
    match &said.processes()?[..] {
        [own] if own.name == program => Some((own.state.to_owned(), own.pid)),
        _ => None,
    }
}

pub(super) fn seen(supervisor: &Supervisor, interrupt: &Interrupt) -> Seen {
    let program = supervisor.program.as_str();
    match question(supervisor, Call::Program(program), interrupt) {
        Heard::Answer(answer) => Seen::of(&answer, program),
        Heard::Silence => Seen::NoAnswer,
        Heard::Otherwise => {
            let said = ask(supervisor, &["status", program], interrupt);
            said.map_or(Seen::NoAnswer, |said| Seen::parse(&said, program))
        }
    }
}

/// Likewise, but once it is not on its way down any more, or the time is over.
pub(super) fn seen_at_rest(supervisor: &Supervisor, limit: Duration, interrupt: &Interrupt) -> Seen {
    let rests = || {
        let seen = seen(supervisor, interrupt);
        (interrupt.is_raised() || seen.state() != Some("STOPPING")).then_some(seen)
    };
    clock::poll(limit, rests).unwrap_or_else(|| Seen::State("STOPPING".to_owned()))
}

/// Whether supervisord is there to be told something.
pub(super) fn is_up(supervisor: &Supervisor, seen: &Seen, interrupt: &Interrupt) -> bool {
    *seen != Seen::NoAnswer || answers(supervisor, interrupt)
}

/// Puts etcd under supervisord, as the action says.
pub(super) fn start(supervisor: &Supervisor, action: Action, interrupt: &Interrupt) -> Result<(), ServiceError> {
    if let Some(unit) = &supervisor.unit {
        systemctl(["daemon-reload"], interrupt)?;
        enable(unit, interrupt)?;
    }
    if matches!(action, Action::Enable | Action::Reload | Action::Stop | Action::StartAgain | Action::Remove) {
        return Ok(());
    }
    let before = seen_of_one_that_is_up(supervisor, interrupt)?;
    // Only a restart must know whether it is still the same process afterwards.
    let process = || if action == Action::Restart { pid(supervisor, interrupt) } else { None };
    let first = process();
    heed(interrupt)?;
    update(supervisor, before.state().is_some(), interrupt)?;
    // For a section that changed, this was a restart.
    let is_the_same = action == Action::Restart && process() == first;
    heed(interrupt)?;
    // `restart` and `start` end when the program has run for `startsecs`, which may be hours. They have done their work as
    // soon as supervisord has started it; whether it stays up is seen afterwards.
    // What a signal leaves half-way, the roll-back takes up.
    if is_the_same {
        restart(supervisor, first, interrupt)?;
    }
    // What somebody has stopped, or what gave up, `update` leaves as it is. Whether it comes up is seen afterwards, with its log.
    if before.rests() && seen(supervisor, interrupt).rests() {
        let _ = start_program(supervisor, interrupt);
    }
    Ok(())
}

/// Starts our program again where it rests, by what supervisord has read of it: nothing of that has changed, and somebody else's section
/// that cannot be read is not in the way. Whether it comes up is seen afterwards, with its log.
pub(super) fn start_again(supervisor: &Supervisor, interrupt: &Interrupt) -> Result<(), ServiceError> {
    if seen_of_one_that_is_up(supervisor, interrupt)?.rests() {
        let _ = start_program(supervisor, interrupt);
    }
    heed(interrupt)
}

/// What a supervisord says that was started where there was none. A run before this one may have told it to stop etcd and not have
/// waited. A program that stops cannot be started.
fn seen_of_one_that_is_up(supervisor: &Supervisor, interrupt: &Interrupt) -> Result<Seen, ServiceError> {
    let before = seen_at_rest(supervisor, WORK, interrupt);
    let is_up = is_up(supervisor, &before, interrupt);
    heed(interrupt)?;
    if is_up {
        return Ok(before);
    }
    start_supervisord(supervisor, interrupt)?;
    Ok(seen_at_rest(supervisor, WORK, interrupt))
}

fn start_supervisord(supervisor: &Supervisor, interrupt: &Interrupt) -> Result<(), ServiceError> {
    if let Some(unit) = &supervisor.unit {
        systemctl(["start", unit], interrupt)?;
    } else {
        let daemon = Exec::at(supervisor.daemon.as_str()).args(["-c", supervisor.conf.as_str()]);
        daemon.heeding(interrupt).run().map_err(|error| not_started(supervisor, error))?;
    }
    let is_down = || supervisor.unit.as_ref().is_some_and(|unit| is_down(unit, interrupt).unwrap_or(false));
    let answer = clock::poll(ANSWER, || {
        if answers(supervisor, interrupt) {
            return Some(true);
        }
        (interrupt.is_raised() || is_down()).then_some(false)
    });
    heed(interrupt)?;
    if answer == Some(true) { Ok(()) } else { Err(no_answer(supervisor, interrupt)) }
}

/// With its complaint, and without the line about how it is called.
fn not_started(supervisor: &Supervisor, error: ExecError) -> ServiceError {
    let said = match &error.why {
        ExecTrouble::Failed { tail, .. } => words::of_start(&tail.replace("; ", "\n")),
        _ => None,
    };
    match said {
        Some(said) => ServiceError::NoAnswer { conf: supervisor.conf.clone(), unit: None, said: Some(said) },
        None => error.into(),
    }
}

/// The process that supervisord has for our program, if one runs; `status` does not say it of one that has just started.
fn pid(supervisor: &Supervisor, interrupt: &Interrupt) -> Option<u32> {
    let program = supervisor.program.as_str();
    let pid = match question(supervisor, Call::Program(program), interrupt) {
        Heard::Answer(Answer::Said(said)) => own(&said, program)?.1,
        Heard::Answer(Answer::Fault(_)) | Heard::Silence => return None,
        Heard::Otherwise => ask(supervisor, &["pid", program], interrupt)?.trim().parse().ok()?,
    };
    Some(pid).filter(|pid| *pid > 0)
}

/// Whether what is told over the socket is done.
fn is_done(supervisor: &Supervisor, call: Call<'_>, interrupt: &Interrupt) -> bool {
    matches!(order(supervisor, call, interrupt), Heard::Answer(answer) if call.is_done_by(&answer))
}

/// Until another process than the `first` one runs.
fn restart(supervisor: &Supervisor, first: Option<u32>, interrupt: &Interrupt) -> Result<(), ServiceError> {
    let program = supervisor.program.as_str();
    let is_told = [Call::Stop(program), Call::Start(program)]
        .into_iter()
        .all(|call| !interrupt.is_raised() && is_done(supervisor, call, interrupt));
    heed(interrupt)?;
    if is_told {
        return Ok(());
    }
    let is_another = || pid(supervisor, interrupt).is_some_and(|now| Some(now) != first);
    ctl_until(supervisor, "restart", interrupt, is_another)
}

fn start_program(supervisor: &Supervisor, interrupt: &Interrupt) -> Result<(), ServiceError> {
    if is_done(supervisor, Call::Start(&supervisor.program), interrupt) {
        return Ok(());
    }
    ctl_until(supervisor, "start", interrupt, || pid(supervisor, interrupt).is_some())
}

/// Has `supervisorctl` tell our program's supervisord something that takes longer to come back than to be done.
fn ctl_until(
    supervisor: &Supervisor,
    verb: &str,
    interrupt: &Interrupt,
    is_done: impl FnMut() -> bool,
) -> Result<(), ServiceError> {
    Exec::at(supervisor.ctl.as_str())
        .args(["-c", supervisor.conf.as_str(), verb, &supervisor.program])
        .limit(WORK)
        .heeding(interrupt)
        .run_until(is_done)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_supervisord_that_does_not_start_is_heard_without_the_line_about_how_it_is_called() {
        let crate::supervision::Supervision::Supervisor(supervisor) =
            crate::supervision::tests::supervisor(crate::supervision::Origin::Bundle)
        else {
            unreachable!()
        };
        let failed = |tail: &str| {
            let (status, tail) = (std::os::unix::process::ExitStatusExt::from_raw(512), tail.to_owned());
            let error = ExecError { line: "/x -c /x".to_owned(), why: ExecTrouble::Failed { status, tail } };
            not_started(&supervisor, error).to_string()
        };
        let said =
            failed("Error: Another program is already listening on a port; For help, use /usr/bin/supervisord -h");
        assert_eq!(said, "supervisord (/x) does not answer; it says: Another program is already listening on a port");
        assert!(failed("Traceback").contains("running `/x -c /x`"));
    }

    #[test]
    fn what_supervisorctl_says_of_a_program() {
        let of = |said: &str| Seen::parse(said, "n1");
        assert_eq!(
            of("n1                               RUNNING   pid 7, uptime 0:00:01\n"),
            Seen::State("RUNNING".into())
        );
        assert!(of("n1    STOPPED   Not started\n").rests() && !of("n1    STOPPING\n").rests());
        assert_eq!(of("n1: ERROR (no such process)\n"), Seen::Unknown);
        assert_eq!(of("unix:///run/supervisor.sock no such file\n"), Seen::NoAnswer);
        assert_eq!(of("unix:///run/supervisor.sock refused connection\n"), Seen::NoAnswer);
        assert_eq!(of(""), Seen::NoAnswer);
    }
}
