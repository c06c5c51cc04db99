//! Why a command was refused, where that has no code of its own or was found before there were findings.

use std::fmt::Display;
use std::path::Path;

use payload::fingerprint::Fingerprint;
use payload::name::MemberName;

use crate::finding::Code;
use crate::host::own_program::Unsafe;

/// What needs root, as in "installing needs root".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doing {
    Planning,
    Installing,
    MakingAKey,
    ReadingTheStatus,
    Examining,
    Uninstalling,
    TakingASnapshot,
}

pub(crate) fn needs_root(doing: Doing) -> String {
    let doing = match doing {
        Doing::Planning => "planning",
        Doing::Installing => "installing",
        Doing::MakingAKey => "making a key",
        Doing::ReadingTheStatus => "reading the status",
        Doing::Examining => "examining this host",
        Doing::Uninstalling => "uninstalling",
        Doing::TakingASnapshot => "taking a snapshot",
    };
    format!("{doing} needs root [{}]", Code::NotRoot)
}

pub(crate) fn another_at_work() -> String {
    "another etcdpack is at work on this host".to_owned()
}

pub(crate) fn told_to_stop() -> String {
    "told to stop; nothing was changed".to_owned()
}

pub(crate) fn not_confirmed() -> String {
    "not confirmed; nothing was changed".to_owned()
}

pub(crate) fn no_terminal() -> String {
    "there is no terminal to ask at".to_owned()
}

pub(crate) fn no_signals(error: impl Display) -> String {
    format!("listening for signals: {error}")
}

pub(crate) fn no_root(root: &Path, error: impl Display) -> String {
    format!("opening `{}`: {error}", root.display())
}

pub(crate) fn no_json(error: impl Display) -> String {
    format!("writing JSON: {error}")
}

pub(crate) fn no_standard_output(error: impl Display) -> String {
    format!("writing to standard output: {error}")
}

pub(crate) fn no_random_numbers(error: impl Display) -> String {
    format!("drawing random numbers: {error}")
}

pub(crate) fn no_random_bytes(error: impl Display) -> String {
    format!("drawing random bytes: {error}")
}

pub(crate) fn no_output(path: &Path, error: impl Display) -> String {
    format!("writing `{}`: {error}", path.display())
}

pub(crate) fn signer_changed() -> String {
    format!(
        "before the uninstall this host took another signer's bundles, who has not named this one its successor; \
         nobody was asked [{}]",
        Code::SignerChanged
    )
}

pub(crate) fn signer_unknown() -> String {
    format!("this host does not know yet whose bundles it may take, and nobody was asked [{}]", Code::SignerUnknown)
}

pub(crate) fn words_differ() -> String {
    "the words that were given are not those of the key that signed this bundle; nothing was changed".to_owned()
}

pub(crate) fn words_not_asked(error: impl Display) -> String {
    format!("asking for the signer's words: {error}")
}

pub(crate) fn signer_not_confirmed() -> String {
    "the signer was not confirmed; nothing was changed".to_owned()
}

pub(crate) fn brings_its_key() -> String {
    "this bundle brings its private key: there is nothing to ask a certificate for".to_owned()
}

pub(crate) fn other_member(here: &str, bundle: &MemberName) -> String {
    format!("this host is member `{here}`, the bundle is for member `{bundle}`")
}

pub(crate) fn install_cut_off() -> String {
    "an install was cut off here".to_owned()
}

pub(crate) fn run_cut_off() -> String {
    "an earlier run was cut off here".to_owned()
}

pub(crate) fn nothing_installed(left: &str) -> String {
    format!("etcdpack has installed nothing on this host{left}")
}

pub(crate) fn newer_in_an_image(path: &Path, error: impl Display) -> String {
    let path = path.display();
    format!("`{path}` is for a newer etcdpack, and the record in an image does not decide what runs here: {error}")
}

pub(crate) fn newer_by_another(path: &Path, known: Fingerprint, error: impl Display) -> String {
    let path = path.display();
    format!(
        "`{path}` is for a newer etcdpack, and it is not signed by the signer that this host knows, {known}: {error}"
    )
}

pub(crate) fn newer_by_nobody_known(path: &Path, error: impl Display) -> String {
    let path = path.display();
    format!("`{path}` is for a newer etcdpack, and this host does not know yet whose bundles it may take: {error}")
}

pub(crate) fn hand_over_unasked(newer: &str) -> String {
    format!("{newer}; to go on with the program in it has to be asked for")
}

pub(crate) fn not_started(path: &Path, error: impl Display) -> String {
    format!("starting the program in `{}`: {error}", path.display())
}

/// Others than root could have put the program at `path` there.
pub(crate) fn unsafe_program(path: &Path, found: &Unsafe) -> String {
    let program = path.display();
    let text = match found {
        Unsafe::Writable { path: at, mode, uid } if at == path => {
            format!("others than root can write the program that runs here, `{program}` (mode {mode:04o}, owner {uid})")
        }
        Unsafe::Writable { path: at, mode, uid } => format!(
            "others than root can put another program in the place of `{program}`, which runs here: they can write to `{}` \
             (mode {mode:04o}, owner {uid})",
            at.display()
        ),
        Unsafe::Replaced => {
            format!("`{program}` is not the program any more that runs here: it was replaced meanwhile")
        }
    };
    format!("{text} [{}]", Code::UnsafeProgram)
}
