//! Why a file operation failed.

use std::fmt;

use crate::host::copy::NoPlace;
use crate::host::fs_error::{Cause, FileOp, FsError};
use crate::host::output::{Obstruction, OutputError};

impl fmt::Display for FsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`: ", self.doing, self.path)?;
        if self.is_interrupt() { f.write_str(super::TOLD_TO_STOP) } else { fmt::Display::fmt(&self.source, f) }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Locked { name } => {
                write!(f, "the kernel lets nobody remove `{name}` in it: immutable or append-only, as lsattr shows")
            }
            Self::NotAFile => f.write_str("it is not a regular file"),
            Self::OthersLock { dir } => {
                write!(f, "others than root can write to `{dir}`, and a lock of theirs would never end")
            }
            Self::NotOpen => f.write_str("it is not open"),
            Self::WriteOnly => f.write_str("it is open for writing only"),
            Self::LineTooLong { most } => write!(f, "the line is longer than {most} bytes"),
            Self::NoElfHeader => f.write_str("the running program has no ELF header"),
            Self::NoAddress => f.write_str("it has no address"),
            Self::NotAsked => f.write_str("not asked"),
            Self::NoProgram => f.write_str("the release has none"),
            Self::OtherBytes => f.write_str("its bytes are not those that were announced"),
        }
    }
}

impl fmt::Display for NoPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fs(error) => fmt::Display::fmt(error, f),
            Self::Full { dir, free, needed } => {
                write!(f, "`{dir}` has {free} MiB free, the copy needs {needed} MiB")
            }
            Self::Write { dir, error } => write!(f, "`{dir}`: {error}"),
        }
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
