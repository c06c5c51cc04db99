//! What a person meant by a line that cannot be read. Only ever adds to what the parser said; nothing is guessed silently.

use std::ops::Range;

use super::address;
use super::fault::{Fault, closest};
use super::keys::{SECTIONS, called_elsewhere, section};
use super::plain::Spot;
use crate::etcd::{self, Owner, Verdict};
use crate::{say, words};

/// Characters that editors and input methods put in the place of TOML's own, and these.
const LOOKALIKES: [(char, char); 19] = [
    ('＝', '='),
    ('，', ','),
    ('、', ','),
    ('．', '.'),
    ('。', '.'),
    ('＃', '#'),
    ('［', '['),
    ('］', ']'),
    ('【', '['),
    ('】', ']'),
    ('“', '"'),
    ('”', '"'),
    ('„', '"'),
    ('«', '"'),
    ('»', '"'),
    ('‘', '\''),
    ('’', '\''),
    ('\u{a0}', ' '),
    ('\u{3000}', ' '),
];

/// A fault of the TOML itself or of one value, with what helps. `error` is in English, by which it is known; `said` are the same words in
/// the language that is spoken, which stand where there are none of ours.
pub(super) fn of_toml(source: &str, error: &toml::de::Error, said: &str) -> Fault {
    if error.message() == "recursion limit" {
        let text = words!(en = "a key of more than 80 parts", zh = "键的层级超过 80");
        return Fault::new(text).at(source, &error.span().unwrap_or_else(|| deepest(source)));
    }
    if error.message().starts_with("cannot recurse further") {
        let text = words!(en = "lists or tables in each other, more than 80 deep", zh = "列表或表的嵌套超过 80 层");
        return Fault::new(text).at(source, &error.span().unwrap_or_default());
    }
    let in_one_line = |text: &str| text.lines().collect::<Vec<_>>().join(": ");
    fault(source, &in_one_line(error.message()), &in_one_line(said), error.span().as_ref())
}

fn fault(source: &str, message: &str, shown: &str, span: Option<&Range<usize>>) -> Fault {
    if let Some(at) = source.find('\0') {
        return Fault::new(words!(
            en = "the file has NUL bytes, as UTF-16 without its mark has",
            zh = "文件中有 NUL 字节，像是没有字节序标记的 UTF-16"
        ))
        .at(source, &(at..at))
        .help("iconv -f UTF-16LE -t UTF-8 cluster.toml > cluster-utf8.toml");
    }
    let Some(span) = span else { return Fault::new(shown) };
    let (start, line) = line_at(source, span.start);
    let spot = Spot::new(source, span, (start, line));
    let said = spot.say(message);
    let (text, help) = said.map_or_else(|| (shown.to_owned(), None), |said| (said.text, said.help));
    let plain = || Fault { help: help.clone(), ..Fault::new(text.as_str()).at(source, span) };
    if message.starts_with("unknown ") && spot.dotted().is_none() {
        return Fault { help: unknown(message, source, span).or_else(|| help.clone()), ..plain() };
    }
    // The whole file lacks it.
    if message
        .strip_prefix("missing field `")
        .is_some_and(|rest| section(rest.split('`').next().unwrap_or_default()).is_some())
    {
        return Fault { place: None, ..plain() };
    }
    if message.contains("IP address") {
        let written = source.get(span.clone()).unwrap_or_default().trim_matches(['"', '\'']);
        return Fault { help: Some(address::meant(written, message)), ..plain() };
    }
    if single_bracket(source) && (message.starts_with("invalid type: map") || message.contains("duplicate key")) {
        return plain().help(words!(
            en = "write `[[host]]`, with two brackets, before each host",
            zh = "每台主机之前写 `[[host]]`，用双层方括号"
        ));
    }
    // What is wrong with a value that was read is no matter of how it is written.
    if ["invalid type", "invalid value", "wanted ", "missing field"].iter().any(|begin| message.starts_with(begin)) {
        return plain();
    }
    if let Some((at, odd, own)) = lookalike(line) {
        let place = start + at..start + at + odd.len_utf8();
        if own == ' ' {
            let text = say!(
                en = "this blank is another character, U+{:04X}",
                zh = "这里的空格是另一个字符 U+{:04X}",
                u32::from(odd)
            );
            return Fault::new(text)
                .at(source, &place)
                .help(words!(en = "write an ordinary blank", zh = "请改用普通空格"));
        }
        let text = say!(en = "`{odd}` is not TOML's `{own}`", zh = "`{odd}` 不是 TOML 的 `{own}`");
        return Fault::new(text).at(source, &place).help(say!(en = "write `{own}`", zh = "请写 `{own}`"));
    }
    // A number that is in quotes, too, is what it was.
    if line.split_once('=').is_some_and(|(_, value)| value.trim().parse::<f64>().is_ok()) {
        return plain();
    }
    match unquoted(line) {
        Some(quoted) => plain().help(say!(en = "put the value in quotes: {quoted}", zh = "把值放进引号：{quoted}")),
        None => plain(),
    }
}

/// The line with the most dots: the parser does not say where a key has too many parts.
fn deepest(source: &str) -> Range<usize> {
    let (mut start, mut most, mut at) = (0, 0, 0);
    for line in source.split_inclusive('\n') {
        let dots = line.bytes().filter(|byte| *byte == b'.').count();
        if dots > most {
            (most, at) = (dots, start);
        }
        start += line.len();
    }
    at..at
}

/// The line that has this byte, and where it begins.
fn line_at(source: &str, at: usize) -> (usize, &str) {
    let at = source.floor_char_boundary(at.min(source.len()));
    // At the end of a line that lacks something, the parser is in the next.
    let at = if source.get(at..).is_some_and(|rest| rest.starts_with('\n')) { at.saturating_sub(1) } else { at };
    let at = source.floor_char_boundary(at);
    let start = source.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
    (start, source.get(start..).unwrap_or_default().lines().next().unwrap_or_default())
}

/// The first one outside of strings and comments.
fn lookalike(line: &str) -> Option<(usize, char, char)> {
    let mut quote = None;
    for (at, c) in line.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == '#' => return None,
            None => {
                if let Some((odd, own)) = LOOKALIKES.iter().find(|(odd, _)| *odd == c) {
                    return Some((at, *odd, *own));
                }
            }
        }
    }
    None
}

/// `version = 3.6.14` as it is to be written, if that is what is wrong with the line.
fn unquoted(line: &str) -> Option<String> {
    let (key, value) = line.split_once('=')?;
    let value = value.split('#').next().unwrap_or_default().trim();
    let bare = |c: char| c.is_ascii_alphanumeric() || "._-+:/ ".contains(c);
    let is_value = value == "true" || value == "false" || value.parse::<i64>().is_ok();
    (!value.is_empty() && !is_value && value.chars().all(bare)).then(|| format!("{} = \"{value}\"", key.trim()))
}

fn single_bracket(source: &str) -> bool {
    source.lines().any(|line| line.split('#').next().unwrap_or_default().trim() == "[host]")
}

/// serde words an unknown key or choice as: unknown field `x`, expected one of `a`, `b`. The first word in
/// backticks is what was written, the others are what there is.
fn unknown(message: &str, source: &str, span: &Range<usize>) -> Option<String> {
    let mut words = message.split('`').skip(1).step_by(2);
    let written = words.next()?;
    let name = etcd::of_environment(written);
    let written = name.as_deref().unwrap_or(written);
    if matches!(written, "x86_64" | "x86-64" | "x64" | "AMD64") {
        return Some(say!(en = "amd64, in etcd's words", zh = "etcd 的叫法是 amd64"));
    }
    if matches!(written, "aarch64" | "armv8" | "ARM64") {
        return Some(say!(en = "arm64, in etcd's words", zh = "etcd 的叫法是 arm64"));
    }
    let is_key = message.starts_with("unknown field");
    let elsewhere = || {
        let (section, _) = SECTIONS.iter().find(|(_, keys)| keys.split(' ').any(|key| key == written))?;
        Some(say!(en = "`{written}` belongs into the section `{section}`", zh = "`{written}` 应写在 `{section}` 段"))
    };
    // A section is not a flag, whatever it is called.
    let in_section = !source.get(..span.start).unwrap_or_default().ends_with('[');
    let flag = || Some(written.trim_start_matches('-')).filter(|_| in_section).and_then(flag);
    let header = Spot::new(source, span, line_at(source, span.start)).header();
    let alias = || {
        let key = called_elsewhere(header, written)?;
        Some(say!(en = "here it is called `{key}`", zh = "这里叫 `{key}`"))
    };
    let near = |words: &mut dyn Iterator<Item = &str>| closest(written, words).map(str::to_owned);
    let own = || alias().or_else(|| (header == "[etcd]" || name.is_some()).then(flag).flatten()).or_else(elsewhere);
    is_key
        .then(own)
        .flatten()
        .or_else(|| near(&mut words).map(|word| say!(en = "did you mean `{word}`?", zh = "是否想写 `{word}`？")))
        .or_else(|| is_key.then(flag).flatten())
}

/// Where what is called like a flag of etcd's is said, if it is one.
fn flag(name: &str) -> Option<String> {
    let flag = etcd::NEWEST.iter().rev().find_map(|version| match etcd::accepts(name, *version) {
        Verdict::Accepted(flag) => Some(flag),
        Verdict::NotInVersion { .. } | Verdict::Unknown { .. } => None,
    })?;
    Some(match flag.owner {
        Owner::User => say!(
            en = "a flag of etcd's goes into the section `[etcd.flags]`: {name} = ...",
            zh = "etcd 的启动参数写在 `[etcd.flags]` 段：{name} = ..."
        ),
        Owner::Etcdpack(instead) => {
            say!(en = "etcdpack sets `--{name}` itself: {instead}", zh = "`--{name}` 由 etcdpack 设置：{instead}")
        }
        Owner::Refused(why) => say!(en = "`--{name}` is not taken: {why}", zh = "不接受 `--{name}`：{why}"),
    })
}
