//! The house keeps its own rules: which rooms may touch the machine, where sentences stand, and that a topic has one name
//! wherever it is treated.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "reads the source, for tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every file below `dir`.
fn files(dir: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() { all.extend(files(&entry.path())) } else { all.push(entry.path()) }
    }
    all
}

/// The names of the rooms in `dir`, whether they are files or directories.
fn rooms(dir: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(source().join(dir)).unwrap().map(Result::unwrap);
    let names = entries.map(|entry| entry.file_name().into_string().unwrap().trim_end_matches(".rs").to_owned());
    names.filter(|name| name != "mod").collect()
}

#[test]
fn only_the_edge_goes_through_the_fence() {
    let (all, host) = (files(&source()), source().join("host"));
    let exempt = |path: &&PathBuf| fs::read_to_string(path).unwrap().contains("clippy::disallowed_methods");
    let outside: Vec<_> = all.iter().filter(exempt).filter(|path| !path.starts_with(&host)).collect();
    assert_eq!(outside, Vec::<&PathBuf>::new(), "clippy.toml says what these may not call");
    assert!(all.iter().filter(exempt).count() > 20, "the edge is found");
}

#[test]
fn the_edge_finds_out_and_does_not_judge() {
    for path in files(&source().join("host")) {
        let text = fs::read_to_string(&path).unwrap();
        for room in ["check", "command", "execute", "finding", "plan", "text::findings", "text::refusals"] {
            assert!(!text.contains(&format!("crate::{room}")), "{} looks up to `{room}`", path.display());
        }
    }
}

/// Literals of several words outside of the rooms for them that no person reads as a sentence.
const NO_SENTENCES: [(&str, &str); 13] = [
    // supervisorctl's words.
    ("service/program.rs", "no such process"),
    // etcdctl's words, by which its answer is known.
    ("facts/cluster/answers.rs", "user name "),
    ("facts/cluster/answers.rs", "Failed to get the status of endpoint "),
    // Of ufw's rules.
    ("facts/network/firewall.rs", "### tuple ### "),
    // A line of Python.
    ("host/probe/managers/mod.rs", "import supervisor."),
    // Of proc(5).
    ("host/probe/machine.rs", "Max open files"),
    // The two lines around a key.
    ("host_key.rs", "-----BEGIN PRIVATE KEY-----"),
    ("host_key.rs", "-----END PRIVATE KEY-----"),
    // A fuzzer's, who reads them in our own tree alone.
    ("records/unfinished.rs", "a record changes when it is written"),
    ("records/unfinished.rs", "cut at {}, it does not read"),
    ("records/unfinished.rs", "cut at {}, it has more changes"),
    // Commands, put together as they are typed.
    ("typed.rs", "{HOST_COMMAND} uninstall --root"),
    ("typed.rs", "chroot {} sh -c"),
];

#[test]
fn what_a_person_reads_stands_in_one_room() {
    let (mut unused, mut outside) = (NO_SENTENCES.to_vec(), Vec::new());
    for path in files(&source()) {
        let name = path.strip_prefix(source()).unwrap().to_str().unwrap().to_owned();
        if name.starts_with("text/") || name == "cli.rs" || name.contains("tests") {
            continue;
        }
        let text = above_tests(&fs::read_to_string(&path).unwrap());
        for literal in literals(&text).iter().filter(|literal| is_sentence(literal)) {
            let is_it = |(file, start): &(&str, &str)| name == *file && literal.starts_with(start);
            if !NO_SENTENCES.iter().any(is_it) {
                outside.push(format!("{name}: {literal:?}"));
            }
            unused.retain(|allowed| !is_it(allowed));
        }
        let squeezed: String = text.split_whitespace().collect();
        for spoken in ["note", "warn", "error", "data", "detail", "step", "ask"] {
            for words in ["\"", "&format!"] {
                assert!(
                    !squeezed.contains(&format!("report.{spoken}({words}")),
                    "{name}: says words of its own by `{spoken}`"
                );
            }
        }
        assert!(!text.contains("#[error("), "{name}: the sentence of an error outside of `text::errors`");
        // A code is no word; a line of help has its own way to be shown.
        let may = ["finding/code.rs", "help.rs"].contains(&name.as_str());
        assert!(may || !text.contains("Display for"), "{name}: words for a type outside of `text`");
    }
    assert_eq!(outside, Vec::<String>::new(), "sentences outside of `text`");
    assert_eq!(unused, [], "these are not there any more");
}

/// A file without its unit tests.
fn above_tests(text: &str) -> String {
    let is_tests = |part: &&str| part.lines().next().is_some_and(|line| line.ends_with("mod tests {"));
    text.split("#[cfg(test)]\n").take_while(|part| !is_tests(part)).collect()
}

/// At least three words, one of them more than what is filled in.
fn is_sentence(literal: &str) -> bool {
    let is_word = |word: &str| word.chars().filter(char::is_ascii_alphabetic).count() > 1 && !word.starts_with('{');
    literal.split_whitespace().count() > 2 && literal.split_whitespace().any(is_word)
}

/// The string literals of a source, but for the reasons of lints. Raw ones end at their first quote.
fn literals(source: &str) -> Vec<String> {
    let (mut found, mut rest) = (Vec::new(), source);
    while let Some(at) = rest.find(['/', '\'', '"']) {
        let (before, from) = rest.split_at(at);
        let after = &from[1..];
        if let Some(comment) = from.strip_prefix("//") {
            rest = comment.split_once('\n').map_or("", |(_, rest)| rest);
        } else if let Some(quote) = from.strip_prefix("'\"'").or_else(|| from.strip_prefix("'\\\"'")) {
            rest = quote;
        } else if from.starts_with('"') {
            let mut escaped = false;
            let end = after.find(|c| {
                let ends = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                ends
            });
            let (literal, behind) = after.split_at(end.unwrap());
            if !before.ends_with("reason = ") {
                found.push(literal.to_owned());
            }
            rest = &behind[1..];
        } else {
            rest = after;
        }
    }
    found
}

#[test]
fn a_sentence_is_found_wherever_it_stands() {
    let source = r#"
        // "In a comment it is not."
        let quote = '"'; let path = "/a/b c"; let said = "it's here, \"so\" it is"; // "nor here"
        #[expect(x, reason = "of a lint it is not")]
        let more = format!("{one} {two} {three}") + "and one \
            more";
    "#;
    let found = literals(source);
    let sentences: Vec<&String> = found.iter().filter(|literal| is_sentence(literal)).collect();
    assert_eq!((found.len(), sentences.len()), (4, 2), "{found:?}");
    assert_eq!(above_tests("a\n#[cfg(test)]\nmod x;\nb\n#[cfg(test)]\nmod tests {\nc"), "a\nmod x;\nb\n");
}

#[test]
fn a_topic_has_one_name_in_every_layer() {
    let facts = rooms("facts");
    let and = |more: &[&str]| -> BTreeSet<String> {
        facts.iter().cloned().chain(more.iter().map(|name| (*name).to_owned())).collect()
    };
    assert!(facts.contains("accounts") && facts.contains("paths"));
    // For whom facts are found out is of no topic.
    assert_eq!(rooms("host/probe"), and(&["error", "subject"]));
    // What earlier runs left is read by `records`.
    assert_eq!(rooms("check"), and(&["records"]));
    let findings = and(&["bundle", "records"]);
    assert_eq!(rooms("text/findings"), findings);
    assert_eq!(rooms("finding"), findings.into_iter().chain(["code".to_owned()]).collect());
}
