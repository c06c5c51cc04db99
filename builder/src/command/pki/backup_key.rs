//! `pki backup-key`: a pair for sealed snapshots. The public half goes into words, the secret half into one file.
#![expect(clippy::disallowed_methods, reason = "edge: takes back a file that it made")]

use std::fs;
use std::io;
use std::path::Path;

use payload::recipient::Identity;
use zeroize::Zeroizing;

use crate::atomic_file::{self, FileMode};
use crate::cli::PkiBackupKeyArgs;
use crate::command::read;
use crate::failure::Failure;
use crate::report::{Narrator, print};
use crate::text::{backup_key as text, command, passphrase};

/// Makes a pair. A file that is there stays: it may be all that opens the snapshots of years.
pub(super) fn make(args: &PkiBackupKeyArgs, narrator: &mut dyn Narrator) -> Result<(), Failure> {
    let path = args.output.as_path();
    let mut drawn = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *drawn)
        .map_err(|error| Failure::refused(passphrase::no_random_bytes(error), text::ELSEWHERE))?;
    let identity = Identity::of(&drawn);
    let recipient = identity.recipient();
    let file = Zeroizing::new(text::file(&recipient, identity.expose().as_str()));
    atomic_file::create(path, file.as_bytes(), FileMode::Exactly(0o600)).map_err(|error| not_written(path, &error))?;
    print(recipient);
    read().inspect_err(|_| {
        // Nobody knows whom it opens for: the same command makes another.
        let _ = fs::remove_file(path);
    })?;
    narrator.note(&text::made(path, &recipient));
    Ok(())
}

fn not_written(path: &Path, error: &io::Error) -> Failure {
    let why = match error.kind() {
        io::ErrorKind::AlreadyExists => text::is_there(path),
        _ => command::writing(path, error),
    };
    Failure::refused(why, text::ELSEWHERE)
}
