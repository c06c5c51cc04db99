//! Every help page, as it was read and found good. A change of a page is a change of this file's neighbour, `help.txt`.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test: leaves the new pages where they can be taken from"
)]

use std::fmt::Write as _;
use std::fs;

use builder::cli::Cli;
use clap::{Command, CommandFactory as _};

/// The page of `line`, then those of the commands below.
fn pages(root: &Command, command: &Command, line: &str, text: &mut String) {
    let page = root.clone().try_get_matches_from(line.split(' ').chain(["--help"])).unwrap_err();
    write!(text, "==== {line} --help\n{page}\n").unwrap();
    for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set()) {
        pages(root, inner, &format!("{line} {}", inner.get_name()), text);
    }
}

#[test]
fn pages_are_those_that_were_read() {
    let root = Cli::command().term_width(100);
    let mut text = String::new();
    pages(&root, &root, "etcdpack", &mut text);
    if text != include_str!("help.txt") {
        let new = concat!(env!("CARGO_TARGET_TMPDIR"), "/help.txt");
        fs::write(new, &text).unwrap();
        panic!("the pages have changed; if they are good: cp {new} {}/tests/help.txt", env!("CARGO_MANIFEST_DIR"));
    }
}

#[test]
fn old_spellings_are_taken() {
    for line in [
        "etcdpack fetch prod.toml",
        "etcdpack build prod.toml -o out",
        "etcdpack pki csr prod.toml",
        "etcdpack sign --cluster prod.toml n1.csr",
        "etcdpack pki show pki --cluster prod.toml --json",
        "etcdpack pki lock pki",
        "etcdpack pki rotate-signer pki",
        "etcdpack init --cluster prod.toml",
        "etcdpack build -q -C prod.toml",
        "etcdpack pki import -C prod.toml ca.pem ca-key.pem",
    ] {
        Cli::command().try_get_matches_from(line.split(' ')).unwrap_or_else(|error| panic!("{line}: {error}"));
    }
    let two = Cli::command().try_get_matches_from("etcdpack build a.toml -C b.toml".split(' '));
    assert!(two.is_err(), "two cluster files");
}
