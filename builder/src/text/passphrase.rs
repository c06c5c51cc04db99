//! Passphrases and the terminal that they are typed on, in English.

use std::fmt;

/// Asks for one that exists.
pub(crate) fn known(what: &str) -> String {
    format!("passphrase of {what}: ")
}

/// Asks for one that is set now.
pub(crate) fn fresh(what: &str) -> String {
    format!("new passphrase for {what}: ")
}

pub(crate) const ONCE_MORE: &str = "once more: ";

pub(crate) const CA_BY_DESCRIPTOR: &str = "give it by a file descriptor: --ca-passphrase-fd 3 3< FILE";

pub(crate) const FOR_WRITING_ONLY: &str = "it is open for writing only";
pub(crate) const NOT_OPEN: &str = "it is not open";
pub(crate) const NOT_UTF8: &str = "not a text";

pub(crate) fn line_too_long(most: usize) -> String {
    format!("the line is longer than {most} bytes")
}

/// What the passphrase of the hosts' keys is called when it is asked for.
pub(crate) const PRIVATE_KEYS: &str = "the private keys";
pub(crate) const KEYS_BY_DESCRIPTOR: &str = "etcdpack build --passphrase-fd 3 3<FILE";
pub(crate) const NO_TERMINAL_TO_SHOW: &str = "there is no terminal to show a passphrase on";

/// Shown when keys were sealed with a generated passphrase.
pub(crate) fn generated(holders: &str, passphrase: &str) -> String {
    format!(
        "\nThe passphrase of the private keys for {holders}, seven words:\n\n    {passphrase}\n\n\
         `install` asks for it on the host. Keep it secret. It is kept nowhere: write it down now, and\n\
         carry it another way than the bundles. It is shown once more at the end of this command.\n\n"
    )
}

/// Shown at the end: the lines above may have left the screen.
pub(crate) fn once_more(passphrase: &str) -> String {
    format!(
        "\nOnce more, for it is kept nowhere: the seven words of the passphrase. They are secret, and open the\n\
         private keys; the twelve words above are public, and say who signed.\n\n    {passphrase}\n\n"
    )
}

pub(crate) fn no_random_bytes(error: impl fmt::Display) -> String {
    format!("drawing random bytes: {error}")
}
