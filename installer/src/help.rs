//! What a person is told to type, or to do, about something: a value whose parts say what each of them is, so that
//! [`crate::typed`] can put it as it is typed here. Pure, and has no words of its own.

use std::fmt;

use payload::say;

/// One line of help.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Help(Vec<Part>);

/// A part of a line. Parts follow each other without anything in between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    /// Words, and commands that are the same wherever they are typed.
    Plain(String),
    /// A command of the bundle as a program, `./HOST.run COMMAND`, with what comes behind it.
    Run { command: &'static str, more: String },
    /// A command of the program that an install leaves on the host, `etcdpack-host COMMAND`.
    Host { command: &'static str, more: String },
    /// Commands of the system about paths of the tree that is worked on: with `--root` they must not reach this host's own.
    InTree(String),
    /// The bare name of the bundle's file.
    BundleName,
    /// Its path.
    BundlePath,
}

impl Help {
    /// Commands of the system, about this host whatever tree is worked on, or of the connected machine's: the same in every language.
    pub(crate) fn command(commands: impl Into<String>) -> Self {
        Self::plain(commands)
    }

    /// Words.
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self(vec![Part::Plain(text.into())])
    }

    /// `./HOST.run COMMAND`
    pub(crate) fn run(command: &'static str) -> Self {
        Self(vec![Part::Run { command, more: String::new() }])
    }

    /// `./HOST.run COMMAND MORE`
    pub(crate) fn run_with(command: &'static str, more: impl Into<String>) -> Self {
        Self(vec![Part::Run { command, more: more.into() }])
    }

    /// `etcdpack-host COMMAND`
    pub(crate) fn host(command: &'static str) -> Self {
        Self::host_with(command, "")
    }

    /// `etcdpack-host COMMAND MORE`
    pub(crate) fn host_with(command: &'static str, more: impl Into<String>) -> Self {
        Self(vec![Part::Host { command, more: more.into() }])
    }

    /// Commands of the system about paths of the tree that is worked on.
    pub(crate) fn in_tree(commands: impl Into<String>) -> Self {
        Self(vec![Part::InTree(commands.into())])
    }

    /// The bare name of the bundle's file.
    pub(crate) fn bundle_name() -> Self {
        Self(vec![Part::BundleName])
    }

    /// The path of the bundle's file.
    pub(crate) fn bundle_path() -> Self {
        Self(vec![Part::BundlePath])
    }

    /// This one, and `more` right behind it.
    pub(crate) fn and(mut self, more: Self) -> Self {
        self.0.extend(more.0);
        self
    }

    /// This one, and a remark on it.
    pub(crate) fn remark(self, remark: &str) -> Self {
        self.and(Self::plain(say!(en = "   ({remark})", zh = "   （{remark}）")))
    }

    pub(crate) fn parts(&self) -> &[Part] {
        &self.0
    }
}

/// For logs and tests: with what stands for the bundle, which [`crate::typed`] replaces.
impl fmt::Display for Help {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.0 {
            match part {
                Part::Plain(text) | Part::InTree(text) => f.write_str(text)?,
                Part::Run { command, more } => write!(f, "./HOST.run {}", spaced(command, more))?,
                Part::Host { command, more } => write!(f, "{} {}", crate::HOST_COMMAND, spaced(command, more))?,
                Part::BundleName | Part::BundlePath => f.write_str("HOST.run")?,
            }
        }
        Ok(())
    }
}

/// A command and what comes behind it, if anything does.
pub(crate) fn spaced(command: &str, more: &str) -> String {
    if more.is_empty() { command.to_owned() } else { format!("{command} {more}") }
}
