//! Why a member is not well. Values only.

use payload::etcd::EtcdVersion;
use payload::etcd::last_words::LastWords;
use payload::name::UserName;
use payload::path::AbsPath;

use crate::facts::managers::{Override, Silent};
use crate::supervision::Supervision;

/// The runs of the installed etcd.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Runs {
    pub(crate) pids: Vec<u32>,
    /// Those that do nothing until they are told to go on.
    pub(crate) suspended: Vec<u32>,
}

/// An etcd that runs, and that its service manager does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unmanaged {
    pub(crate) pids: Vec<u32>,
    pub(crate) supervision: Supervision,
    /// What it calls its state.
    pub(crate) state: String,
    /// The supervisord that has it all the same.
    pub(crate) silent: Option<Silent>,
}

/// An etcd that its service manager should have up, and that does not listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Down {
    pub(crate) etcd: EtcdVersion,
    /// What its service manager calls its state.
    pub(crate) state: String,
    /// Whether its service manager says that it runs: then it is about to listen.
    pub(crate) runs: bool,
    pub(crate) supervision: Supervision,
    pub(crate) rest: Rest,
    pub(crate) words: LastWords,
    /// The directory of its programs, by the name that its startup script has for it.
    pub(crate) link: AbsPath,
    /// The user that it runs as.
    pub(crate) user: UserName,
    /// Its data directory, and where its log lies if not there.
    pub(crate) data: AbsPath,
    pub(crate) wal: Option<AbsPath>,
    pub(crate) company: Company,
    pub(crate) log: Log,
    pub(crate) heard: Heard,
    /// A drop-in that makes another service of its unit.
    pub(crate) overridden: Option<Override>,
}

impl Down {
    /// Whether it has been started again since, and has not said a word about why it would end.
    pub(crate) fn is_anew(&self) -> bool {
        self.runs && self.words.is_over
    }
}

/// Whether its service manager starts it again by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rest {
    /// It does.
    None,
    /// Not before it is told to: it was told to stop it, or never to start it.
    Stopped,
    /// Nor can it be told to before the unit is unmasked.
    Masked,
    /// It has given up, or etcd ended and was not to be started again.
    Ended,
    /// It does not know it any more.
    Unknown,
    /// There is no supervisord that answers.
    NoManager,
    /// There is one that does not answer.
    Silent(Silent),
}

impl Rest {
    /// Whether the service manager says all that there is to say, and etcd's log nothing.
    pub(crate) fn is_by_word(self) -> bool {
        !matches!(self, Self::None | Self::Ended)
    }
}

/// Whether a member has others, which have what it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Company {
    Alone,
    Others,
}

/// Whether there was anything to be read of its log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    Something,
    /// Nothing keeps a journal, say.
    Nothing,
}

/// Where all of etcd's log is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Log {
    /// In the journal, under this unit.
    Journal {
        unit: String,
    },
    File(AbsPath),
}
