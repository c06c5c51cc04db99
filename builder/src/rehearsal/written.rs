//! What the cluster file says of etcd's flags, and on which line: to be named where etcd complains of one. Pure.

use toml_edit::{Document, Item, TableLike};

/// A setting as it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Written {
    /// `[etcd.flags]` or `[etcd]`.
    pub(crate) section: &'static str,
    pub(crate) key: String,
    pub(super) value: String,
    /// From 1.
    pub(crate) line: usize,
    /// The line itself.
    pub(crate) text: String,
}

/// All of them; none in a text that cannot be read.
pub(crate) fn written(text: &str) -> Vec<Written> {
    let Ok(document) = Document::parse(text) else { return Vec::new() };
    let etcd = document.get("etcd").and_then(Item::as_table_like);
    let flags = etcd.and_then(|etcd| etcd.get("flags")).and_then(Item::as_table_like);
    let mut all = Vec::new();
    for (section, table) in [("[etcd.flags]", flags), ("[etcd]", etcd)] {
        all.extend(table.into_iter().flat_map(|table| settings(text, section, table)));
    }
    all
}

fn settings<'a>(text: &'a str, section: &'static str, table: &'a dyn TableLike) -> impl Iterator<Item = Written> + 'a {
    table.iter().filter(|(_, item)| item.is_value()).filter_map(move |(name, item)| {
        let (key, _) = table.get_key_value(name)?;
        let before = text.get(..key.span()?.start)?;
        let line = before.matches('\n').count();
        let value = item.as_str().map_or_else(|| item.to_string().trim().to_owned(), str::to_owned);
        let text = text.lines().nth(line)?.trim().to_owned();
        Some(Written { section, key: name.to_owned(), value, line: line + 1, text })
    })
}

impl Written {
    /// Whether a line of etcd's is about it: its name is in it, as a word; or an address that it gives.
    pub(super) fn is_meant_by(&self, said: &str) -> bool {
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-';
        // `user` and its like are words of any sentence.
        let is_flag = self.section == "[etcd.flags]" || self.key.contains('-');
        let is_named = said.split(|c| !is_word(c)).any(|word| word.trim_start_matches('-') == self.key);
        let mut addresses = self.value.split(',').filter_map(|url| url.split_once("://")).map(|(_, address)| address);
        is_flag && (is_named || addresses.any(|address| said.contains(address)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "[cluster]\nname = \"c\"\n# more\n[etcd]\nuser = \"etcd\"\nquota-backend-bytes = 8\n\n[etcd.flags]\n\
                        \"cipher-suites\" = \"x\"\nlisten-metrics-urls = \"http://127.0.0.1:1,http://10.0.0.1:9999\"\n";

    #[test]
    fn the_setting_that_a_line_is_about_is_found_with_its_line() {
        let all = written(FILE);
        for (said, line, text) in [
            ("conflicting value for --cipher-suites: x", 9, "\"cipher-suites\" = \"x\""),
            ("invalid value \"8\" for flag -quota-backend-bytes: y", 6, "quota-backend-bytes = 8"),
            ("listen tcp 10.0.0.1:9999: bind: cannot assign", 10, "listen-metrics-urls = "),
        ] {
            let meant = all.iter().find(|one| one.is_meant_by(said)).unwrap();
            assert_eq!(meant.line, line, "{said}");
            assert!(meant.text.starts_with(text), "{meant:?}");
        }
        for said in ["listen-metrics-urls-x", "etcdserver: user name not found"] {
            assert!(!all.iter().any(|one| one.is_meant_by(said)), "{said}");
        }
        assert!(written("[etcd").is_empty());
        assert_eq!(written("etcd.flags.a-b = \"c\"\n").len(), 1);
    }
}
