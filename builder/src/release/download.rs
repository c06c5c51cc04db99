//! Edge: one file from one place into a partial file, with resume and retries.

use std::time::Duration;

use super::error::{SourceError, foreign};
use super::http::{Body, Deadline, Http, Response};
use super::limits::Limits;
use super::partial::Partial;
use super::source::Location;
use crate::report::{Narrator, Progress};
use crate::text::release as text;

/// Enough to recognise a web page behind blank lines.
const HEAD: usize = 256;

/// Whether bytes of an earlier run are part of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Continuity {
    InOneGo,
    Resumed,
}

/// Brings `partial` to the whole of the tarball at `location`.
pub(super) fn download(
    http: &Http,
    location: &Location,
    partial: &mut Partial,
    narrator: &mut dyn Narrator,
) -> Result<Continuity, SourceError> {
    let continuity = if partial.resume().is_some() { Continuity::Resumed } else { Continuity::InOneGo };
    let mut attempts = Attempts::new(http.limits());
    let deadline = http.deadline();
    asks(http, location, narrator);
    loop {
        let before = partial.len();
        let outcome = attempt(http, location, partial, deadline, narrator);
        narrator.progress(Progress::End);
        let failure = match outcome {
            // Also what this run itself stitched together may be wrong: the server may have changed its mind.
            Ok(()) if attempts.any_failed() => return Ok(Continuity::Resumed),
            Ok(()) => return Ok(continuity),
            Err(failure) => failure,
        };
        let Some(pause) = attempts.after(&failure, partial.len() > before) else {
            return Err(failure);
        };
        narrator.note(&text::tries_again(location, &failure, pause));
        Http::pause(pause);
    }
}

/// A small file, with the same patience.
pub(super) fn small(
    http: &Http,
    location: &Location,
    most: u64,
    narrator: &mut dyn Narrator,
) -> Result<Vec<u8>, SourceError> {
    let mut attempts = Attempts::new(http.limits());
    let deadline = http.deadline();
    asks(http, location, narrator);
    loop {
        let failure = match http.get_small(location.url(), most, deadline) {
            Ok(bytes) => return Ok(bytes),
            Err(failure) => failure,
        };
        let Some(pause) = attempts.after(&failure, false) else {
            return Err(failure);
        };
        narrator.note(&text::tries_again(location, &failure, pause));
        Http::pause(pause);
    }
}

/// Said before there is anything to wait for.
fn asks(http: &Http, location: &Location, narrator: &mut dyn Narrator) {
    let Limits { connect, idle, .. } = http.limits();
    narrator.note(&text::asks(&location.host(), location.file(), connect, idle));
}

fn attempt(
    http: &Http,
    location: &Location,
    partial: &mut Partial,
    deadline: Deadline,
    narrator: &mut dyn Narrator,
) -> Result<(), SourceError> {
    let mut body = match http.get(location.url(), partial.resume().as_ref(), deadline)? {
        Response::Complete => return Ok(()),
        Response::Unrelated => {
            partial.restart(None)?;
            return Err(SourceError::Network(text::DOES_NOT_GO_ON.into()));
        }
        Response::Rest(body) => body,
        Response::Whole(mut body) => {
            if body.length.is_some_and(|length| length > http.limits().bytes) {
                return Err(SourceError::TooLarge(http.limits().bytes));
            }
            let head = beginning(&mut body)?;
            if let Some(what) = foreign(&head) {
                return Err(SourceError::Foreign(what));
            }
            partial.restart(body.validator.as_deref())?;
            begin(location, partial, &body, narrator);
            partial.append(&head)?;
            return pour(&mut body, partial, http.limits(), narrator);
        }
    };
    begin(location, partial, &body, narrator);
    pour(&mut body, partial, http.limits(), narrator)
}

fn begin(location: &Location, partial: &Partial, body: &Body, narrator: &mut dyn Narrator) {
    let done = partial.len();
    let total = body.length.map(|length| done + length);
    narrator.progress(Progress::Begin { what: &text::getting(location), done, total });
}

fn pour(
    body: &mut Body,
    partial: &mut Partial,
    limits: Limits,
    narrator: &mut dyn Narrator,
) -> Result<(), SourceError> {
    let mut buf = vec![0; 64 * 1024];
    loop {
        let n = body.read(&mut buf)?;
        if n == 0 {
            return Ok(());
        }
        if partial.len() + n as u64 > limits.bytes {
            partial.restart(None)?;
            return Err(SourceError::TooLarge(limits.bytes));
        }
        partial.append(buf.get(..n).unwrap_or_default())?;
        narrator.progress(Progress::At(partial.len()));
    }
}

/// The first bytes of the body, before anything is written over what is here.
fn beginning(body: &mut Body) -> Result<Vec<u8>, SourceError> {
    let mut head = Vec::new();
    let mut buf = [0; HEAD];
    while head.len() < HEAD {
        match body.read(&mut buf)? {
            0 => break,
            n => head.extend_from_slice(buf.get(..n).unwrap_or_default()),
        }
    }
    Ok(head)
}

/// How often to try, and how long to wait in between.
struct Attempts {
    limits: Limits,
    in_a_row: u32,
    failed: u32,
    /// Whether a byte has ever come.
    reached: bool,
}

impl Attempts {
    fn new(limits: Limits) -> Self {
        Self { limits, in_a_row: 0, failed: 0, reached: false }
    }

    /// The pause before the next attempt, if there is to be one. Progress starts the count again: a line that
    /// breaks every few megabytes still gets there. Where there is silence from the beginning, it is not waited for again.
    fn after(&mut self, failure: &SourceError, progressed: bool) -> Option<Duration> {
        self.failed += 1;
        self.in_a_row = if progressed { 1 } else { self.in_a_row + 1 };
        self.reached |= progressed;
        let again =
            failure.is_transient() && (self.reached || !failure.is_silence()) && self.in_a_row < self.limits.attempts;
        again.then(|| self.limits.pause * 2_u32.saturating_pow(self.in_a_row - 1))
    }

    fn any_failed(&self) -> bool {
        self.failed > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_end_unless_there_is_progress() {
        let limits = Limits { attempts: 3, pause: Duration::from_secs(1), ..Limits::default() };
        let seconds = |attempts: &mut Attempts, failure: &SourceError, progressed| {
            attempts.after(failure, progressed).map(|pause| pause.as_secs())
        };
        let reset = SourceError::Network("reset".to_owned());
        let mut attempts = Attempts::new(limits);
        assert_eq!([false, false, false].map(|p| seconds(&mut attempts, &reset, p)), [Some(1), Some(2), None]);
        let mut attempts = Attempts::new(limits);
        assert_eq!(
            [false, true, false, true].map(|p| seconds(&mut attempts, &reset, p)),
            [Some(1), Some(1), Some(2), Some(1)]
        );
        assert_eq!(seconds(&mut Attempts::new(limits), &SourceError::Status("404".to_owned()), false), None);
    }
}
