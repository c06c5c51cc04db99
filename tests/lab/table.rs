//! The tables of `docs/trust.md`: which paths root goes to, and how; which programs it starts, and with what.
//!
//! Read from the document itself, so that it and what is tested cannot part. A row that cannot be read fails.

use std::fs;

use crate::trace::{Named, Started, Who};
use crate::workspace;

/// How root goes to the paths of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// By its name, for nobody else can change anything on the way.
    ByName,
    /// One name at a time, each from the handle of the directory before, and through no link.
    ByHandle,
    /// As a person wrote it, once: what was opened then is all that is used.
    Once,
    /// By a name drawn by chance: made so that nothing is opened that lies there, or removed.
    New,
    /// By its name: the kernel or a program of root's answers there, and no user's file can lie there.
    Kernel,
}

/// A row of the table of paths.
#[derive(Debug)]
pub struct Row {
    patterns: Vec<String>,
    /// Whose calls it is about: `None` for everybody's.
    who: Option<Who>,
    /// The user that can change something there, besides root: as the table says.
    pub others: String,
    pub how: How,
}

/// A row of the table of programs.
#[derive(Debug)]
pub struct Program {
    patterns: Vec<String>,
    args: Vec<String>,
    /// What may stand in its environment, besides what stands in each.
    pub env: Vec<String>,
}

/// A row of the table of the builder's paths.
#[derive(Debug)]
pub struct BuilderRow {
    patterns: Vec<String>,
    /// Whether others than root and the person can change something there.
    pub is_open: bool,
}

impl BuilderRow {
    /// Whether a path fits.
    fn has(&self, path: &str) -> bool {
        self.patterns.iter().any(|pattern| matches(pattern, path))
    }
}

/// All three.
#[derive(Debug)]
pub struct Tables {
    pub paths: Vec<Row>,
    pub programs: Vec<Program>,
    builder: Vec<BuilderRow>,
}

impl Tables {
    /// Reads the document. `words` are what its words in capitals stand for on this host.
    pub fn read(words: &[(&str, &str)]) -> Self {
        let file = workspace().join("docs/trust.md");
        let text = fs::read_to_string(&file).expect("docs/trust.md");
        let expand = |pattern: &str| match words.iter().find(|(word, _)| pattern.split('/').next() == Some(word)) {
            Some((word, path)) => pattern.replacen(word, path, 1),
            None => pattern.to_owned(),
        };
        let patterns = |cell: &str| -> Vec<String> { code(cell).iter().map(|pattern| expand(pattern)).collect() };
        let paths = rows(&text, "| path | who goes there | who else can change it | how | why that is safe |")
            .map(|cells| Row {
                patterns: patterns(cells[0]),
                who: match cells[1] {
                    "etcdpack" => Some(Who::Itself),
                    "programs" => Some(Who::Child),
                    "both" => None,
                    other => panic!("`{other}` goes to {}", cells[0]),
                },
                others: cells[2].to_owned(),
                how: match cells[3] {
                    "by name" => How::ByName,
                    "by handle" => How::ByHandle,
                    "once" => How::Once,
                    "new" => How::New,
                    "kernel" => How::Kernel,
                    other => panic!("`{other}` is how {} is gone to", cells[0]),
                },
            })
            .collect();
        let programs = rows(&text, "| program | arguments | environment | what for |")
            .map(|cells| Program { patterns: patterns(cells[0]), args: code(cells[1]), env: code(cells[2]) })
            .collect();
        let builder = rows(&text, "| path | what the builder does there | who else can change it | why that is safe |")
            .map(|cells| BuilderRow {
                patterns: code(cells[0]),
                is_open: match cells[2] {
                    "nobody" => false,
                    "anybody" => true,
                    other => panic!("docs/trust.md: `{other}` can change {}: nobody or anybody", cells[0]),
                },
            })
            .collect();
        Self { paths, programs, builder }
    }

    /// The first row that a call fits.
    pub fn row(&self, named: &Named) -> Option<&Row> {
        let fits = |row: &&Row| row.who.is_none_or(|who| who == named.who);
        self.paths.iter().filter(fits).find(|row| row.patterns.iter().any(|pattern| matches(pattern, &named.path)))
    }

    /// The first row of the builder's that a path fits.
    pub fn builder_row(&self, path: &str) -> Option<&BuilderRow> {
        self.builder.iter().find(|row| row.has(path))
    }

    /// The row that has this program with these arguments.
    pub fn program(&self, started: &Started) -> Option<&Program> {
        let args = started.args.get(1..).unwrap_or_default().join(" ");
        self.programs.iter().find(|row| {
            let program = row.patterns.iter().any(|pattern| matches(pattern, &started.program));
            program && row.args.iter().any(|pattern| words_match(pattern, &args))
        })
    }
}

/// The cells of a table's rows, by its first line.
fn rows<'a>(text: &'a str, head: &str) -> impl Iterator<Item = Vec<&'a str>> {
    let at = text.find(head).unwrap_or_else(|| panic!("docs/trust.md has no table `{head}`"));
    let columns = head.matches('|').count() - 1;
    let lines: Vec<Vec<&str>> = text[at..]
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    assert!(lines.len() > 3, "the table `{head}` is empty");
    for cells in &lines {
        assert_eq!(cells.len(), columns, "{cells:?}");
    }
    lines.into_iter()
}

/// What stands between backquotes.
fn code(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).flat_map(braces).collect()
}

/// `a{b,c}d` as `abd`, `acd`.
fn braces(text: &str) -> Vec<String> {
    let Some((before, (inner, after))) =
        text.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    else {
        return vec![text.to_owned()];
    };
    inner.split(',').flat_map(|each| braces(&format!("{before}{each}{after}"))).collect()
}

/// Whether a path fits: `*` is any part of one name, `**` at the end whatever lies below, and the directory itself.
fn matches(pattern: &str, path: &str) -> bool {
    if let Some(above) = pattern.strip_suffix("/**") {
        let depth = above.matches('/').count();
        let head = path.match_indices('/').nth(depth).map_or(path, |(at, _)| &path[..at]);
        return matches(above, head);
    }
    let (mut patterns, mut names) = (pattern.split('/'), path.split('/'));
    loop {
        match (patterns.next(), names.next()) {
            (None, None) => return true,
            (Some(pattern), Some(name)) if name_matches(pattern, name) => {}
            _ => return false,
        }
    }
}

/// Whether words fit: `*` is one word, or a part of it, `...` at the end whatever follows.
fn words_match(pattern: &str, args: &str) -> bool {
    if let Some(before) = pattern.strip_suffix("...") {
        return args.starts_with(before.trim_end());
    }
    let (pattern, args): (Vec<&str>, Vec<&str>) = (pattern.split(' ').collect(), args.split(' ').collect());
    pattern.len() == args.len() && pattern.iter().zip(args).all(|(pattern, arg)| name_matches(pattern, arg))
}

fn name_matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((before, after)) => {
            let Some(rest) = name.strip_prefix(before) else { return false };
            (0..=rest.len()).filter(|at| rest.is_char_boundary(*at)).any(|at| name_matches(after, &rest[at..]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_of_names() {
        for (pattern, path, fits) in [
            ("/opt/etcd-v*", "/opt/etcd-v3.5.1", true),
            ("/opt/etcd-v*", "/opt/etcd-v3.5.1/etcd", false),
            ("/opt/etcd-v*/**", "/opt/etcd-v3.5.1/certs/ca.pem", true),
            ("/opt/etcd-v*/**", "/opt/etcd-v3.5.1", true),
            ("/opt/etcd-v*/**", "/opt/etcd", false),
            ("/proc/**", "/proc", true),
            ("/proc/**", "/process", false),
            ("/", "/", true),
            ("/", "/x", false),
            ("/*", "/var", true),
            ("/*", "/var/lib", false),
        ] {
            assert_eq!(matches(pattern, path), fits, "{pattern} {path}");
        }
        assert!(words_match("is-active --quiet *.service", "is-active --quiet a.service"));
        assert!(!words_match("is-active *", "is-active --quiet a.service"));
        assert!(words_match("--version ...", "--version"));
        assert_eq!(code("`/a/{b,c}` and `d`"), ["/a/b", "/a/c", "d"]);
    }
}
