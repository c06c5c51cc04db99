//! What the parser complains of, in the words of who writes a cluster file: what is wrong, and the line that is right. Pure; of a
//! complaint that is not known here, the parser's own words stand.

mod strange_line;

use std::ops::Range;

use crate::language::Words;

use super::keys::{NUMBERS, SECTIONS, WORDS, section};
use crate::{say, words};

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

    /// The same as it is written in a cluster file; empty where it is none of these.
    pub(super) fn header(&self) -> &'static str {
        let name = self.section();
        section(name).or_else(|| section(name.split('.').next()?)).map_or("", |(header, _)| header)
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
            let text = say!(
                en = "`{}` cannot be {}: it is {}",
                zh = "`{}` 不能是 {}：取值为 {}",
                self.key,
                self.repeated(),
                self.choice()?
            );
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
                    let text = say!(
                        en = "`{}` is one number: TOML does not multiply",
                        zh = "`{}` 是一个数：TOML 不做乘法",
                        self.key
                    );
                    return said(text, Some(format!("{} = \"8GiB\"", self.key)));
                }
                let text = if self.value.is_empty() {
                    say!(en = "`{}` has no value", zh = "`{}` 没有值", self.key)
                } else {
                    say!(
                        en = "the value of `{}` is a text: it stands in quotes",
                        zh = "`{}` 的值是文本：要放在引号里",
                        self.key
                    )
                };
                said(text, None)
            }
            _ if message.contains("key with no value")
                || message.contains("invalid key-value pair")
                || message.contains("unquoted keys") =>
            {
                self.no_value()
            }
            _ if message.starts_with("invalid basic string") || message.starts_with("invalid literal string") => said(
                say!(en = "the quote in the value of `{}` is not closed", zh = "`{}` 的值的引号没有闭合", self.key),
                None,
            ),
            _ if message.starts_with("unclosed array") => said(
                say!(
                    en = "the list of `{}` is not closed: `]` is missing",
                    zh = "`{}` 的列表没有闭合：缺少 `]`",
                    self.key
                ),
                None,
            ),
            _ if message.starts_with("unexpected key or value") => self.too_much(),
            _ if message.contains("leading zero") => {
                let right = self.value.trim_start_matches('0');
                let right = if right.starts_with(|c: char| c.is_ascii_digit()) { right } else { "0" };
                said(
                    say!(
                        en = "the number of `{}` begins with 0, which TOML does not take",
                        zh = "`{}` 的数字以 0 开头，TOML 不接受",
                        self.key
                    ),
                    Some(format!("{} = {right}", self.key)),
                )
            }
            "invalid IP address syntax" => said(say!(en = "not an IP address", zh = "不是 IP 地址"), None),
            // The words of two types of ours, which the parser takes as they are.
            _ if message.starts_with("a whole number, or one with its unit") => said(
                say!(
                    en = "a whole number, or one with its unit in quotes: `\"8GiB\"`, `\"500ms\"`",
                    zh = "应为整数，或带单位并放在引号里：`\"8GiB\"`、`\"500ms\"`"
                ),
                None,
            ),
            _ if message.starts_with("a flag takes a text") => said(
                say!(
                    en = "a flag takes a text, a whole number, `true`/`false`, or a list of these",
                    zh = "参数的值是文本、整数、`true`/`false`，或它们的列表"
                ),
                None,
            ),
            _ if message.starts_with("carriage return") => said(
                say!(
                    en = "the lines end in a carriage return alone, as on very old machines",
                    zh = "行尾只有回车符，像很老的机器上那样"
                ),
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
            return said(
                say!(en = "`{key}` is no section of a cluster file", zh = "集群文件没有 `{key}` 段"),
                Some(say!(en = "the sections: {all}", zh = "可用的段：{all}")),
            );
        }
        let of = self.section().split('.').next().unwrap_or_default();
        let (header, keys) = section(of)?;
        if let Some((name, rest)) = self.dotted() {
            let (key, value) = (self.key, self.value);
            return if name == of {
                said(
                    say!(
                        en = "`{key}` stands in `{header}`, whose keys are written without its name",
                        zh = "`{key}` 写在 `{header}` 段中，段内的键不再带段名"
                    ),
                    Some(format!("{rest} = {value}")),
                )
            } else {
                said(
                    say!(
                        en = "`{key}` stands in `{header}`, and belongs into another section",
                        zh = "`{key}` 写在 `{header}` 段中，它属于另一个段"
                    ),
                    Some(say!(
                        en = "write `[{name}]` on a line of its own, and below it: {rest} = {value}",
                        zh = "单独一行写 `[{name}]`，其下写：{rest} = {value}"
                    )),
                )
            };
        }
        let help = if let Some((named, _)) = section(key) {
            say!(
                en = "`{key}` is a section: write `{named}` on a line of its own, and its keys below",
                zh = "`{key}` 是一个段：请单独一行写 `{named}`，其下写它的键"
            )
        } else {
            say!(en = "the keys of `{header}`: {keys}", zh = "`{header}` 的键：{keys}")
        };
        said(say!(en = "`{key}` is no key of `{header}`", zh = "`{header}` 没有键 `{key}`"), Some(help))
    }

    /// `release.sha256 = "..."`: the section that the key begins with, and the rest of it.
    pub(super) fn dotted(&self) -> Option<(&'a str, &'a str)> {
        let (name, rest) = self.key.split_once('.')?;
        let is_one = !self.line.starts_with('[') && !self.section().is_empty();
        (is_one && section(name.trim()).is_some()).then(|| (name.trim(), rest.trim()))
    }

    /// `[host.n1]`
    fn host_by_name(&self) -> Option<Said> {
        said(
            say!(
                en = "`{}` is no section of a cluster file: hosts are a list",
                zh = "集群文件中没有 `{}` 这个段：主机是列表",
                self.line
            ),
            Some(HOSTS.into()),
        )
    }

    fn missing(&self, key: &str) -> Option<Said> {
        if let Some((section, keys)) = section(key) {
            let first = keys.split(' ').next().unwrap_or_default();
            let example = if first == "version" { EXAMPLE } else { "etcd" };
            let help = say!(
                en = "write `{section}` on a line of its own, and below it: {first} = \"{example}\"",
                zh = "单独一行写 `{section}`，其下写：{first} = \"{example}\""
            );
            return said(say!(en = "the section `{section}` is missing", zh = "缺少 `{section}` 段"), Some(help));
        }
        let example = match key {
            "address" => "192.0.2.1",
            "version" => EXAMPLE,
            "every" => "6h",
            "textfile" => "/var/lib/node_exporter/textfile_collector",
            _ => "n1",
        };
        let text =
            say!(en = "`{key}` is missing in this section, `{}`", zh = "缺少 `{key}`，所在段为 `{}`", self.section());
        said(text, Some(say!(en = "write below it: {key} = \"{example}\"", zh = "在其下写：{key} = \"{example}\"")))
    }

    fn other_type(&self, message: &str) -> Option<Said> {
        let key = self.key;
        let found = self.repeated();
        if let Some(choice) = self.choice().filter(|_| message.starts_with("wanted ")) {
            return said(
                say!(
                    en = "`{key}` cannot be {found}: it is {choice}, in quotes",
                    zh = "`{key}` 不能是 {found}：取值为 {choice}，放在引号里"
                ),
                None,
            );
        }
        if let Some((_, example, wanted)) = NUMBERS.iter().find(|(name, ..)| *name == key) {
            let unquoted = found.trim_matches(['"', '\'']);
            let right = unquoted.parse::<u16>().is_ok_and(|number| number > 0) && unquoted != found;
            let right = if right { unquoted } else { example };
            let text = if unquoted == found {
                say!(en = "`{key}` cannot be {found}: {wanted}", zh = "`{key}` 不能是 {found}：{wanted}")
            } else {
                say!(
                    en = "`{key}` cannot be {found}: {wanted}, without quotes",
                    zh = "`{key}` 不能是 {found}：{wanted}，不加引号"
                )
            };
            return said(text, Some(format!("{key} = {right}")));
        }
        if message.ends_with("expected a sequence") {
            let item = if found.starts_with('"') { found.as_str() } else { "\"...\"" };
            if self.line.starts_with("[host.") {
                return self.host_by_name();
            }
            let help = if key == "host" { HOSTS.into() } else { format!("{key} = [{item}]") };
            return said(
                say!(
                    en = "`{key}` cannot be {found}: it is a list, in brackets",
                    zh = "`{key}` 不能是 {found}：它是列表，放在方括号里"
                ),
                Some(help),
            );
        }
        if message.contains("expected struct") || message.ends_with("expected a map") {
            let help = match key {
                "host" => HOSTS.into(),
                "flags" => {
                    say!(
                        en = "write `[etcd.flags]` on a line of its own, and below it one `flag = value` a line",
                        zh = "单独一行写 `[etcd.flags]`，其下每行一个 `flag = value`"
                    )
                }
                _ => say!(
                    en = "write `[{key}]` on a line of its own, and its keys below",
                    zh = "单独一行写 `[{key}]`，其下写它的键"
                ),
            };
            return said(
                say!(en = "`{key}` cannot be {found}: it is a section", zh = "`{key}` 不能是 {found}：它是一个段"),
                Some(help),
            );
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
            let what = if self.line.starts_with('[') {
                words!(en = "a section", zh = "一个段").into()
            } else {
                found.clone()
            };
            let key = if self.line.starts_with('[') { self.section() } else { key };
            return said(
                say!(
                    en = "`{key}` cannot be {what}: it is one text, in quotes",
                    zh = "`{key}` 不能是 {what}：它是一段文本，放在引号里"
                ),
                help,
            );
        }
        if self.line.starts_with('[') {
            return said(
                say!(
                    en = "`{}` is a section: it is a key with one value",
                    zh = "`{}` 写成了段：它是只有一个值的键",
                    self.section()
                ),
                None,
            );
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
        let help = if is_section {
            words!(en = "keep one, with the keys of both", zh = "只保留一个，把两处的键合在一起")
        } else {
            words!(en = "keep one of the two", zh = "两个只保留一个")
        };
        match seen {
            0 => said(say!(en = "`{what}` is there twice", zh = "`{what}` 出现了两次"), Some(help.into())),
            line => said(
                say!(
                    en = "`{what}` is there twice: in line {line} already",
                    zh = "`{what}` 出现了两次：第 {line} 行已经有了"
                ),
                Some(help.into()),
            ),
        }
    }

    fn too_much(&self) -> Option<Said> {
        let right = self.line.trim_end_matches([';', ',']);
        let odd = self.line.get(right.len()..).unwrap_or_default();
        if odd.is_empty() {
            return said(
                say!(en = "something stands behind the value of `{}`", zh = "`{}` 的值后面还有别的内容", self.key),
                None,
            );
        }
        said(
            say!(en = "`{odd}` stands behind the value: a line ends without it", zh = "值后面有 `{odd}`：行尾不需要它"),
            Some(right.to_owned()),
        )
    }

    /// The words that the key takes.
    fn choice(&self) -> Option<String> {
        let (_, words) = WORDS.iter().find(|(key, _)| *key == self.key)?;
        let words: Vec<String> = words.split(' ').map(|word| format!("\"{word}\"")).collect();
        let (last, before) = words.split_last()?;
        Some(say!(en = "{} or {last}", zh = "{} 或 {last}", before.join(", ")))
    }
}

const HOSTS: Words = words!(
    en = "write `[[host]]` before each host, and below it `name = ...` and `address = ...`",
    zh = "每台主机之前写 `[[host]]`，其下写 `name = ...` 和 `address = ...`"
);

fn last_header(before: &str) -> &str {
    before.lines().rev().map(str::trim).find(|line| line.starts_with('[')).unwrap_or_default()
}
