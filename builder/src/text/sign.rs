//! `sign`, in English.

use std::fmt;
use std::path::Path;

use payload::fingerprint::Fingerprint;
use payload::line;
use payload::name::HostName;
use payload::shell::word;
use payload::url::UrlHost;

pub(crate) const NOTHING_TO_SIGN: &str = "the hosts of this cluster get their keys: there is nothing to sign";
pub(crate) const NOTHING_TO_SIGN_HELP: &str = "keys = \"host-key\"   (in `[pki]`)";

pub(crate) fn taken_for(path: &Path, says: &str, host: &HostName) -> String {
    format!(
        "the request `{}` says that it is for `{}`: taken for {host}, as you say",
        path.display(),
        says.escape_debug()
    )
}

/// A request that cannot be signed; `why` goes on after its name.
pub(crate) fn bad(path: &Path, why: impl fmt::Display) -> String {
    format!("the request `{}` {why}", path.display())
}

pub(crate) fn show_request(path: &Path) -> String {
    format!("openssl req -in {} -noout -text -verify", word(path))
}

pub(crate) fn second(host: &HostName) -> String {
    format!("is a second one for `{host}`")
}

pub(crate) fn unknown_host(name: &str) -> String {
    format!("is for `{}`, which the cluster file does not have", name.escape_debug())
}

pub(crate) fn called_after(path: &Path, called: &str, host: &HostName) -> String {
    format!("the request `{}` is called after {called}, and says that it is for {host}", path.display())
}

pub(crate) fn called_after_help(path: &Path, called: &str, host: &HostName) -> String {
    format!(
        "./{called}.run csr -o {called}.csr   (on {called}); if it is of {host}: etcdpack sign --host {host}={}",
        word(path)
    )
}

pub(crate) fn not_among_these(host: &HostName) -> String {
    format!("there is no request of `{host}` among these")
}

pub(crate) fn sign_it(host: &HostName) -> String {
    format!("etcdpack sign {host}.csr")
}

pub(crate) fn had_another_key(host: &HostName, before: Fingerprint) -> String {
    format!("{host} had another key until now: {before}")
}

pub(crate) fn new_key(path: &Path, host: &HostName, before: Fingerprint) -> String {
    format!("{host} had another key until now ({before}), and the request `{}` is by a new one", path.display())
}

pub(crate) fn new_key_help(path: &Path, host: &HostName) -> String {
    format!("if {host} has made a new key: etcdpack sign --new-key {host} {}", word(path))
}

pub(crate) fn by_named_key(path: &Path, host: &HostName) -> String {
    format!("{}: for {host}, by the key that you named", path.display())
}

pub(crate) fn other_key(path: &Path, host: &HostName, words: Fingerprint) -> String {
    format!("the request `{}` is by another key than that of {host}: its words are {words}", path.display())
}

pub(crate) fn show_words(host: &HostName) -> String {
    format!("./{host}.run csr   (on {host}: it shows the words of its key)")
}

pub(crate) fn give_words(path: &Path, host: &HostName) -> String {
    format!("etcdpack sign --words {host}=WORDS {}   (those that `./{host}.run csr` showed)", word(path))
}

pub(crate) fn nobody_to_ask(path: &Path, host: &HostName) -> String {
    format!(
        "nobody has said that the key of the request `{}` is that of {host}, and there is no terminal to ask on",
        path.display()
    )
}

/// The request and the words of its key, four a line.
pub(crate) fn words(path: &Path, host: &HostName, address: &UrlHost, words: Fingerprint) -> String {
    let words = words.to_string();
    let lines: Vec<String> =
        words.split('-').collect::<Vec<_>>().chunks(4).map(|four| format!("    {}\n", four.join("  "))).collect();
    format!(
        "\n{} asks for a certificate for {host} ({address}). Words of the key in it:\n\n{}\n",
        line::plain(&path.display().to_string()),
        lines.concat()
    )
}

pub(crate) fn are_they_the_words(host: &HostName) -> String {
    format!("Are they the words that `./{host}.run csr` showed on {host}?")
}

pub(crate) fn asking(error: impl fmt::Display) -> String {
    format!("asking at the terminal: {error}")
}

pub(crate) fn not_confirmed(host: &HostName) -> String {
    format!("the key of {host} was not confirmed; nothing was signed")
}

pub(crate) const NOT_A_FILE: &str = "it is not a file";
