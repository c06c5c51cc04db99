//! As whom etcd is asked: a name that was typed, and a password by a descriptor or from the terminal.

use crate::cli::SnapshotArgs;
use crate::failure::Failure;
use crate::host::interrupt::Interrupt;
use crate::host::login::Login;
use crate::host::terminal::Asked;
use crate::host::{harden, passphrase};
use crate::report::Report;
use crate::text::{help, questions, snapshot as words};

/// That the descriptor is open, before anything else is: later, its number could be one of ours.
pub(super) fn is_open(args: &SnapshotArgs) -> Result<(), Failure> {
    args.password_fd.map_or(Ok(()), |fd| passphrase::is_open(fd).map_err(unread))
}

/// `None` where nobody is to be named: the certificate says who asks.
pub(super) fn login(args: &SnapshotArgs, interrupt: &Interrupt, report: &Report) -> Result<Option<Login>, Failure> {
    let Some(name) = &args.user else { return Ok(None) };
    harden::guard_secrets();
    let password = match args.password_fd {
        Some(fd) => passphrase::of_fd(fd).map_err(unread)?,
        None => match report.terminal().and_then(|mut terminal| terminal.ask(&questions::PASSWORD, interrupt)) {
            Ok(Asked::Line(line)) => line,
            Ok(Asked::Cancelled) => return Err(Failure::interrupted(help::the_same_again())),
            Err(error) => return Err(unread(error)),
        },
    };
    let unfit = || Failure::refused(words::NO_USERS_NAME, help::password_from_a_file());
    Login::new(name, password).map(Some).ok_or_else(unfit)
}

fn unread(error: std::io::Error) -> Failure {
    Failure::refused(words::no_password(error), help::password_from_a_file())
}
