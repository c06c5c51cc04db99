//! Why a file operation failed.

use std::fmt;

use crate::host::fs_error::{FileOp, FsError};
use crate::host::output::{Obstruction, OutputError};

impl fmt::Display for FsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`: ", self.doing, self.path)?;
        if self.is_interrupt() { f.write_str(super::TOLD_TO_STOP) } else { fmt::Display::fmt(&self.source, f) }
    }
}

impl fmt::Display for FileOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Remove => "removing",
            Self::Write => "writing",
            Self::Read => "reading",
            Self::LookAt => "looking at",
            Self::Sync => "syncing",
            Self::Open => "opening",
            Self::Empty => "emptying",
            Self::EndProcesses => "ending the processes of",
            Self::WriteUnnamed => "writing what becomes",
            Self::Rename => "renaming",
            Self::RemoveLeftover => "removing what was left beside",
            Self::ReadAcl => "reading the ACL of",
            Self::MakeDir => "making the directory",
            Self::MakePrivateFile => "making a private file in",
            Self::LookInto => "looking into",
            Self::Lock => "locking",
            Self::List => "listing",
            Self::Link => "linking",
            Self::GoTo => "going to",
            Self::TakeLogs => "giving root the logs in",
            Self::Copy => "copying",
            Self::ChangeDir => "changing the directory",
            Self::AskFileSystem => "asking the file system of",
        })
    }
}

impl fmt::Display for OutputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoName => f.write_str("no file is called so"),
            Self::ForeignLink => {
                f.write_str("a link on the way to it belongs to another user, or stands where others can put one")
            }
            Self::NoFile(what) => {
                let what = match what {
                    Obstruction::Link => "a link",
                    Obstruction::Dir => "a directory",
                    Obstruction::Pipe => "a pipe",
                    Obstruction::Device => "a device or socket",
                };
                write!(f, "{what} of this name is there, and only a file is replaced")
            }
            Self::Io(error) => fmt::Display::fmt(error, f),
        }
    }
}
