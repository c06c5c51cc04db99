//! Opening the private key that a bundle carries sealed, before anything is changed.

use std::fs::File;

use payload::bundle::{Bundle, BundleError};
use payload::digest::Digest;
use payload::render;
use payload::sealed::{NotAPassphrase, Opened, Passphrase, Sealed, SealedError};

use crate::facts::credentials::{CredentialError, x509};
use crate::failure::Diagnose;
use crate::help::Help;
use crate::host::harden;
use crate::host::interrupt::Interrupt;
use crate::host::memory::{self, TooLittle};
use crate::host::passphrase;
use crate::host::terminal::Asked;
use crate::report::Report;
use crate::text::{help, progress, questions};
use payload::exit::ExitStatus;

/// How often somebody at a terminal may try.
const TRIES: u8 = 3;

/// Why there is no key to install. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    Bundle(#[from] BundleError),
    NoTerminal,
    Fd(i32, std::io::Error),
    NotAPassphrase(#[from] NotAPassphrase),
    Terminal(std::io::Error),
    Cancelled,
    Memory(#[from] TooLittle),
    /// The same words whatever was wrong with it.
    Wrong,
    Sealed(SealedError),
    Another,
    Mismatch(CredentialError),
}

/// Refused, or found to be bad: either way nothing was changed.
impl Diagnose for KeyError {
    fn exit_status(&self) -> ExitStatus {
        match self {
            Self::Bundle(error) => error.exit_status(),
            Self::Wrong | Self::Sealed(_) | Self::Another | Self::Mismatch(_) => ExitStatus::NotVerified,
            Self::NoTerminal
            | Self::Fd(..)
            | Self::NotAPassphrase(_)
            | Self::Terminal(_)
            | Self::Cancelled
            | Self::Memory(_) => ExitStatus::Refused,
        }
    }

    fn help(&self) -> Option<Help> {
        Some(match self {
            Self::Bundle(error) => return error.help(),
            Self::NoTerminal | Self::Fd(..) | Self::NotAPassphrase(_) | Self::Terminal(_) => {
                help::passphrase_from_a_file()
            }
            Self::Cancelled | Self::Wrong => help::where_the_passphrase_is(),
            Self::Memory(_) => help::memory(),
            Self::Sealed(_) => help::copy_again(),
            Self::Another | Self::Mismatch(_) => help::build(),
        })
    }
}

/// That a file descriptor for the passphrase is open, before anything else is: later, its number could be one of ours.
pub(super) fn is_open(fd: Option<i32>) -> Result<(), KeyError> {
    fd.map_or(Ok(()), |fd| passphrase::is_open(fd).map_err(|error| KeyError::Fd(fd, error)))
}

/// The passphrase from a file descriptor, if one was named. Before any program is started, which would inherit it.
pub(super) fn given(fd: Option<i32>) -> Result<Option<Passphrase>, KeyError> {
    let Some(fd) = fd else { return Ok(None) };
    harden::guard_secrets();
    let line = passphrase::of_fd(fd).map_err(|error| KeyError::Fd(fd, error))?;
    Ok(Some(Passphrase::first_line(&line)?))
}

/// The key, opened with what was given, or with what is typed at the terminal.
pub(super) fn open(
    given: Option<&Passphrase>,
    bundle: &mut Bundle<File>,
    interrupt: &Interrupt,
    report: &Report,
) -> Result<Opened, KeyError> {
    if let Some(given) = given {
        return with(given, bundle);
    }
    let mut terminal = report.terminal().map_err(|_| KeyError::NoTerminal)?;
    harden::guard_secrets();
    for _ in 0..TRIES {
        report.catch_up(&mut terminal).map_err(KeyError::Terminal)?;
        let typed = match terminal.ask(&questions::PASSPHRASE, interrupt).map_err(KeyError::Terminal)? {
            Asked::Line(line) => line,
            Asked::Cancelled => return Err(KeyError::Cancelled),
        };
        // A text that can be no passphrase is a wrong one.
        let Ok(typed) = Passphrase::first_line(&typed) else {
            report.warn(&progress::DOES_NOT_OPEN, None);
            continue;
        };
        match with(&typed, bundle) {
            Err(KeyError::Wrong) => report.warn(&progress::DOES_NOT_OPEN, None),
            other => return other,
        }
    }
    Err(KeyError::Wrong)
}

/// The key, opened and found to be the one of the certificate beside it.
pub(super) fn with(passphrase: &Passphrase, bundle: &mut Bundle<File>) -> Result<Opened, KeyError> {
    let sealed = bundle.manifest().sealed_key().ok_or(KeyError::Another)?;
    let (name, sha256) = (sealed.0.clone(), sealed.1);
    memory::is_enough(payload::sealed::MEMORY)?;
    let file = bundle.read(name.as_str())?;
    let opened = Sealed::parse(&file).and_then(|sealed| sealed.open(passphrase)).map_err(|error| match error {
        SealedError::Passphrase => KeyError::Wrong,
        other => KeyError::Sealed(other),
    })?;
    harden::stay_in_memory();
    if Digest::of(opened.expose()) != sha256 {
        return Err(KeyError::Another);
    }
    let certificate = bundle.read(&format!("certs/{}", render::CERTIFICATE))?;
    x509::is_key_of(&certificate, opened.expose()).map_err(KeyError::Mismatch)?;
    Ok(opened)
}
