//! Why a member is not well. Values only.

use payload::etcd::EtcdVersion;
use payload::etcd::last_words::LastWords;
use payload::path::AbsPath;

/// An etcd that its service manager should have up, and that does not listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Down {
    pub(crate) etcd: EtcdVersion,
    /// What its service manager calls its state.
    pub(crate) state: String,
    /// Whether its service manager says that it runs: then it is about to listen.
    pub(crate) runs: bool,
    pub(crate) words: LastWords,
    /// Its data directory, and where its log lies if not there.
    pub(crate) data: AbsPath,
    pub(crate) wal: Option<AbsPath>,
    pub(crate) company: Company,
    pub(crate) log: Log,
}

impl Down {
    /// Whether it has been started again since, and has not said a word about why it would end.
    pub(crate) fn is_anew(&self) -> bool {
        self.runs && self.words.is_over
    }
}

/// Whether a member has others, which have what it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Company {
    Alone,
    Others,
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
