//! A line that is no line of TOML: what it is, or that the whole file is of another kind. Pure.

use super::{Said, Spot, said};
use crate::cluster::keys::is_key;
use crate::{say, words};

const INIT: &str = "etcdpack init --host n1=192.0.2.1 --host n2=192.0.2.2 --host n3=192.0.2.3";

impl Spot<'_> {
    pub(super) fn no_value(&self) -> Option<Said> {
        if let Some(said) = self.other_format() {
            return Some(said);
        }
        if ["<<<<<<<", "=======", ">>>>>>>"].iter().any(|mark| self.line.starts_with(mark)) {
            let help = say!(en = "keep one of the two sides, without the marks", zh = "保留其中一边，去掉标记");
            return said(
                say!(
                    en = "here begins or ends a side of a merge that nobody has settled",
                    zh = "这里是一次未解决的合并中某一边的开头或结尾"
                ),
                Some(help),
            );
        }
        if ["//", "/*", "--", ";"].iter().any(|mark| self.line.starts_with(mark)) {
            return said(
                say!(
                    en = "this line is neither a key nor a section: a comment begins with `#`",
                    zh = "这一行既不是键也不是段：注释以 `#` 开头"
                ),
                None,
            );
        }
        match self.line.split_once(':') {
            Some((key, value)) if !self.line.contains('=') && !value.is_empty() => {
                let value = value.trim();
                let is_value = value.starts_with(['"', '\'', '[']) || value.parse::<i64>().is_ok();
                let value = if is_value { value.to_owned() } else { format!("\"{value}\"") };
                said(
                    say!(en = "`:` stands where `=` belongs", zh = "应写 `=` 的地方写成了 `:`"),
                    Some(format!("{} = {value}", key.trim())),
                )
            }
            _ => match self.line.split_once(char::is_whitespace) {
                Some((key, value)) if is_key(key) => {
                    let text =
                        say!(en = "between `{key}` and its value stands `=`", zh = "`{key}` 与它的值之间要有 `=`");
                    let value = value.trim();
                    let quoted =
                        if value.starts_with(['"', '\'', '[']) { value.to_owned() } else { format!("\"{value}\"") };
                    said(text, Some(format!("{key} = {quoted}")))
                }
                None if is_key(self.key) => said(
                    say!(en = "`{}` has no value", zh = "`{}` 没有值", self.key),
                    Some(format!("{} = ...", self.key)),
                ),
                // A prompt, a mark of Markdown, a line of another file.
                _ => said(
                    words!(
                        en = "this line is neither a section, nor a key with its value, nor a comment",
                        zh = "这一行既不是段，也不是键和值，也不是注释"
                    )
                    .into(),
                    Some(say!(
                        en = "take this line out; a file to begin with: {INIT}",
                        zh = "删掉这一行；生成一个起始文件：{INIT}"
                    )),
                ),
            },
        }
    }

    /// What is no TOML at all: JSON, or YAML, whose lines have colons and no equals signs.
    fn other_format(&self) -> Option<Said> {
        let mut lines =
            self.source.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', '/']));
        let first = lines.next()?;
        let bare = |key: &str| key.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
        let is_yaml = first == "---"
            || first.split_once(':').is_some_and(|(key, _)| bare(key))
                && !lines.any(|line| line.contains('=') || line.starts_with('['));
        if first.starts_with('{') || first.starts_with("[{") {
            return said(
                say!(en = "this is JSON, and a cluster file is TOML", zh = "这是 JSON，而集群文件是 TOML"),
                Some(INIT.to_owned()),
            );
        }
        let text = say!(en = "this is YAML, and a cluster file is TOML", zh = "这是 YAML，而集群文件是 TOML");
        is_yaml.then(|| Said { text, help: Some(INIT.to_owned()) })
    }
}
