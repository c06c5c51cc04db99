//! What a startup script of ours calls etcd with, read back from it: whether the etcd that runs is the one that it would start.
//! Pure; knows the scripts of this version and of older ones, and no others.

use super::startup::{CALL, CONFINED, CONFINES, FOUNDING};

/// The words that an etcd is called with, its program first. Its environment is not among them: with the version and the
/// architecture, which an installed member keeps, that stays the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    words: Vec<String>,
}

impl Call {
    /// That of a script of ours; `None` of any other text.
    #[must_use]
    pub fn of_script(script: &str) -> Option<Self> {
        let (_, call) = script.split_once(CALL)?;
        let call = call.replacen(CONFINED, "", 1);
        let mut lines = call.trim_end().split(" \\\n");
        let program = lines.next()?.split_whitespace().find(|word| !word.contains('='))?;
        let mut words = vec![program.to_owned()];
        for flag in lines {
            match flag.split_once(' ') {
                Some((name, value)) => words.extend([name.to_owned(), plain(value).to_owned()]),
                None => words.push(flag.to_owned()),
            }
        }
        Some(Self { words })
    }

    /// That of a process: its words.
    #[must_use]
    pub const fn of_process(words: Vec<String>) -> Self {
        Self { words }
    }

    /// Whether both start the same member, once it has data: etcd reads the flags of a founding only where it has none
    /// (`ServerConfig.Initial*` of etcd; tried from 3.1 to 3.5).
    #[must_use]
    pub fn is_same_member(&self, other: &Self) -> bool {
        self.without_founding().eq(other.without_founding())
    }

    fn without_founding(&self) -> impl Iterator<Item = &str> {
        let mut words = self.words.iter().map(String::as_str);
        std::iter::from_fn(move || {
            loop {
                let word = words.next()?;
                if !is_founding(word) {
                    return Some(word);
                }
                words.next();
            }
        })
    }
}

/// Whether two scripts keep etcd from the same things: whether they are the same but for comments, for etcd's flags and for
/// what they look for before they start it. That is looked for at the next start, which waits for nobody.
#[must_use]
pub fn confine_alike(one: &str, other: &str) -> bool {
    confinement(one).eq(confinement(other))
}

/// What comes before the flags, line by line.
fn confinement(script: &str) -> impl Iterator<Item = &str> {
    let (head, _) = script.split_once(" \\\n").unwrap_or((script, ""));
    let mut looks = false;
    head.lines().filter(move |line| {
        looks &= !line.starts_with("exec ");
        let confines = !looks && !line.starts_with('#');
        looks |= line.starts_with(CONFINES);
        confines
    })
}

fn is_founding(word: &str) -> bool {
    word.strip_prefix("--").is_some_and(|name| FOUNDING.contains(&name))
}

/// A value without the quotes that it stands in for the shell.
fn plain(value: &str) -> &str {
    value.strip_prefix('\'').and_then(|value| value.strip_suffix('\'')).unwrap_or(value)
}
