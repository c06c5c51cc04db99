//! What the parser complains of, in the words of who writes a cluster file: what is wrong, and the line that is right. Pure; of a
//! complaint that is not known here, the parser's own words stand.

use std::ops::Range;

use super::keys::{NUMBERS, SECTIONS, WORDS, section};

/// A version as it is written.
const EXAMPLE: &str = "3.6.14";

/// As much of what was written as is repeated.
const REPEATED: usize = 60;

/// What is said in the place of the parser's words, and what is to be written.
pub(super) struct Said {
    pub(super) text: String,
    pub(super) help: Option<String>,
}

#[expect(clippy::unnecessary_wraps, reason = "whoever calls it hands it on, or has nothing to say")]
fn said(text: String, help: Option<String>) -> Option<Said> {
    Some(Said { text, help })
}

/// The line that the parser stopped at, and what stands around it.
pub(super) struct Spot<'a> {
    source: &'a str,
    /// What is meant.
    written: &'a str,
    start: usize,
    line: &'a str,
    /// Before the `=`, without quotes; all of the line where there is none.
    key: &'a str,
    /// Behind it, without a comment.
    value: &'a str,
}

impl<'a> Spot<'a> {
    /// `line` is the one with `span`, which begins at `start`.
    pub(super) fn new(source: &'a str, span: &Range<usize>, (start, line): (usize, &'a str)) -> Self {
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        let key = key.trim().trim_matches(['"', '\'']);
        let value = value.split(" #").next().unwrap_or_default().trim();
        let written = source.get(span.clone()).unwrap_or_default().lines().next().unwrap_or_default().trim();
        Self { source, written, start, line: line.trim(), key, value }
    }

    /// The name of the section that the line is in; empty above all of them.
    fn section(&self) -> &'a str {
        let before = self.source.get(..self.start).unwrap_or_default();
        let header = if self.line.starts_with('[') { self.line } else { last_header(before) };
        header.split('#').next().unwrap_or_default().trim().trim_matches(['[', ']']).trim()
    }

    fn repeated(&self) -> String {
        self.written.chars().take(REPEATED).collect()
    }

    /// The parser's words `message` in others.
    pub(super) fn say(&self, message: &str) -> Option<Said> {
        if let Some(rest) = message.strip_prefix("unknown field `") {
            return self.unknown_key(rest.split('`').next().unwrap_or_default());
        }
        if message.starts_with("unknown variant") {
            let text = format!("`{}` cannot be {}: it is {}", self.key, self.repeated(), self.choice()?);
            return said(text, None);
        }
        if let Some(rest) = message.strip_prefix("missing field `") {
            return self.missing(rest.split('`').next().unwrap_or_default());
        }
        if message.starts_with("invalid type") || message.starts_with("invalid value") || message.starts_with("wanted ")
        {
            return self.other_type(message);
        }
        match message {
            "duplicate key" => self.twice(),
            _ if message.contains("string values must be quoted") || message.starts_with("invalid float") => {
                if self.value.contains('*') && self.value.starts_with(|c: char| c.is_ascii_digit()) {
                    let text = format!("`{}` is one number: TOML does not multiply", self.key);
                    return said(text, Some(format!("{} = \"8GiB\"", self.key)));
                }
                let text = if self.value.is_empty() {
                    format!("`{}` has no value", self.key)
                } else {
                    format!("the value of `{}` is a text: it stands in quotes", self.key)
                };
                said(text, None)
            }
            _ if message.contains("key with no value") || message.contains("invalid key-value pair") => self.no_value(),
            _ if message.starts_with("invalid basic string") || message.starts_with("invalid literal string") => {
                said(format!("the quote in the value of `{}` is not closed", self.key), None)
            }
            _ if message.starts_with("unclosed array") => {
                said(format!("the list of `{}` is not closed: `]` is missing", self.key), None)
            }
            _ if message.starts_with("unexpected key or value") => self.too_much(),
            _ if message.starts_with("carriage return") => said(
                "the lines end in a carriage return alone, as on very old machines".to_owned(),
                Some("tr '\\r' '\\n' < cluster.toml > cluster-lines.toml".to_owned()),
            ),
            _ => None,
        }
    }

    fn unknown_key(&self, key: &str) -> Option<Said> {
        if self.line.starts_with("[host.") {
            return self.host_by_name();
        }
        let is_section = self.line.starts_with('[') && !self.section().contains('.') || self.section().is_empty();
        if is_section {
            let all = SECTIONS.map(|(section, _)| section).join(" ");
            return said(format!("`{key}` is no section of a cluster file"), Some(format!("the sections: {all}")));
        }
        let of = self.section().split('.').next().unwrap_or_default();
        let (header, keys) = section(of)?;
        let help = if section(key).is_some() {
            format!("`{key}` is a section: write `[{key}]` on a line of its own, and its keys below")
        } else {
            format!("the keys of `{header}`: {keys}")
        };
        said(format!("`{key}` is no key of `{header}`"), Some(help))
    }

    /// `[host.n1]`
    fn host_by_name(&self) -> Option<Said> {
        said(format!("`{}` is no section of a cluster file: hosts are a list", self.line), Some(HOSTS.to_owned()))
    }

    fn missing(&self, key: &str) -> Option<Said> {
        if let Some((section, keys)) = section(key) {
            let first = keys.split(' ').next().unwrap_or_default();
            let example = if first == "version" { EXAMPLE } else { "etcd" };
            let help = format!("write `{section}` on a line of its own, and below it: {first} = \"{example}\"");
            return said(format!("the section `{section}` is missing"), Some(help));
        }
        let example = match key {
            "address" => "192.0.2.1",
            "version" => EXAMPLE,
            "every" => "6h",
            _ => "n1",
        };
        let text = format!("`{key}` is missing in this section, `{}`", self.section());
        said(text, Some(format!("write below it: {key} = \"{example}\"")))
    }

    fn other_type(&self, message: &str) -> Option<Said> {
        let key = self.key;
        let found = self.repeated();
        if let Some(choice) = self.choice().filter(|_| message.starts_with("wanted ")) {
            return said(format!("`{key}` cannot be {found}: it is {choice}, in quotes"), None);
        }
        if let Some((_, example, wanted)) = NUMBERS.iter().find(|(name, ..)| *name == key) {
            let unquoted = found.trim_matches(['"', '\'']);
            let right = unquoted.parse::<u16>().is_ok_and(|number| number > 0) && unquoted != found;
            let right = if right { unquoted } else { example };
            return said(
                format!("`{key}` cannot be {found}: {wanted}, without quotes"),
                Some(format!("{key} = {right}")),
            );
        }
        if message.ends_with("expected a sequence") {
            let item = if found.starts_with('"') { found.as_str() } else { "\"...\"" };
            if self.line.starts_with("[host.") {
                return self.host_by_name();
            }
            let help = if key == "host" { HOSTS.to_owned() } else { format!("{key} = [{item}]") };
            return said(format!("`{key}` cannot be {found}: it is a list, in brackets"), Some(help));
        }
        if message.contains("expected struct") || message.ends_with("expected a map") {
            let help = match key {
                "host" => HOSTS.to_owned(),
                "flags" => {
                    "write `[etcd.flags]` on a line of its own, and below it one `flag = value` a line".to_owned()
                }
                _ => format!("write `[{key}]` on a line of its own, and its keys below"),
            };
            return said(format!("`{key}` cannot be {found}: it is a section"), Some(help));
        }
        if message.ends_with("expected a string") {
            let help = match key {
                "version" => Some(format!("version = \"{EXAMPLE}\"")),
                "validity" | "ca-validity" => Some(format!("{key} = \"10y\"")),
                "name" | "member" | "token" | "common-name" if self.value.parse::<u64>().is_ok() => {
                    Some(format!("{key} = \"{found}\""))
                }
                _ => None,
            };
            let what = if self.line.starts_with('[') { "a section" } else { found.as_str() };
            let key = if self.line.starts_with('[') { self.section() } else { key };
            return said(format!("`{key}` cannot be {what}: it is one text, in quotes"), help);
        }
        if self.line.starts_with('[') {
            return said(format!("`{}` is a section: it is a key with one value", self.section()), None);
        }
        None
    }

    fn twice(&self) -> Option<Said> {
        let is_section = self.line.starts_with('[');
        let mut seen = 0;
        let before = self.source.get(..self.start).unwrap_or_default();
        let mut section = "";
        for (line, number) in before.lines().zip(1..) {
            let line = line.trim();
            if line.starts_with('[') {
                section = line;
            }
            let is_first = if is_section {
                line == self.line
            } else {
                let key = line.split_once('=').map(|(key, _)| key.trim().trim_matches(['"', '\'']));
                key == Some(self.key) && section.trim_matches(['[', ']']).trim() == self.section()
            };
            if is_first {
                seen = number;
            }
        }
        let what = if is_section { self.line } else { self.key };
        let help = if is_section { "keep one, with the keys of both" } else { "keep one of the two" };
        match seen {
            0 => said(format!("`{what}` is there twice"), Some(help.to_owned())),
            line => said(format!("`{what}` is there twice: in line {line} already"), Some(help.to_owned())),
        }
    }

    fn no_value(&self) -> Option<Said> {
        if self.source.trim_start().starts_with('{') {
            return said("this is JSON, and a cluster file is TOML".to_owned(), Some(INIT.to_owned()));
        }
        if ["<<<<<<<", "=======", ">>>>>>>"].iter().any(|mark| self.line.starts_with(mark)) {
            let help = "keep one of the two sides, without the marks".to_owned();
            return said("here begins or ends a side of a merge that nobody has settled".to_owned(), Some(help));
        }
        if ["//", "/*", "--", ";"].iter().any(|mark| self.line.starts_with(mark)) {
            return said("this line is neither a key nor a section: a comment begins with `#`".to_owned(), None);
        }
        match self.line.split_once(':') {
            Some((_, "")) => said("this is YAML, and a cluster file is TOML".to_owned(), Some(INIT.to_owned())),
            Some((key, value)) if !self.line.contains('=') => {
                let value = value.trim();
                let is_value = value.starts_with(['"', '\'', '[']) || value.parse::<i64>().is_ok();
                let value = if is_value { value.to_owned() } else { format!("\"{value}\"") };
                said("`:` stands where `=` belongs".to_owned(), Some(format!("{} = {value}", key.trim())))
            }
            _ => match self.line.split_once(char::is_whitespace) {
                Some((key, value)) => {
                    let text = format!("between `{key}` and its value stands `=`");
                    said(text, Some(format!("{key} = {}", value.trim())))
                }
                None => said(format!("`{}` has no value", self.key), Some(format!("{} = ...", self.key))),
            },
        }
    }

    fn too_much(&self) -> Option<Said> {
        let right = self.line.trim_end_matches([';', ',']);
        let odd = self.line.get(right.len()..).unwrap_or_default();
        if odd.is_empty() {
            return said(format!("something stands behind the value of `{}`", self.key), None);
        }
        said(format!("`{odd}` stands behind the value: a line ends without it"), Some(right.to_owned()))
    }

    /// The words that the key takes.
    fn choice(&self) -> Option<String> {
        let (_, words) = WORDS.iter().find(|(key, _)| *key == self.key)?;
        let words: Vec<String> = words.split(' ').map(|word| format!("\"{word}\"")).collect();
        let (last, before) = words.split_last()?;
        Some(format!("{} or {last}", before.join(", ")))
    }
}

const HOSTS: &str = "write `[[host]]` before each host, and below it `name = ...` and `address = ...`";
const INIT: &str = "etcdpack init --host n1=192.0.2.1 --host n2=192.0.2.2 --host n3=192.0.2.3";

fn last_header(before: &str) -> &str {
    before.lines().rev().map(str::trim).find(|line| line.starts_with('[')).unwrap_or_default()
}
