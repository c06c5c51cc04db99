//! Why a stick does not have what it should.

use std::fmt;

use crate::stick::StickError;

impl fmt::Display for StickError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unusable { dir, error } => write!(f, "`{}`: {error}", dir.display()),
            Self::ReadOnly(dir) => write!(f, "`{}` is mounted read-only", dir.display()),
            Self::NoRoom { dir, free, lacks } => {
                write!(f, "`{}` has {free} bytes free, and {lacks} more are needed; nothing was written", dir.display())
            }
            Self::TooLarge(name) => write!(f, "FAT holds no file as large as `{name}`; nothing was written"),
            Self::Foreign(path) => {
                write!(f, "`{}` is there, and etcdpack did not write it; it was left alone", path.display())
            }
            Self::Changed(path) => write!(f, "`{}` was changed while it was copied", path.display()),
            Self::Read { path, error } => write!(f, "reading `{}`: {error}", path.display()),
            Self::Write { path, error } => write!(f, "writing `{}`: {error}", path.display()),
            Self::Differs { path, written, read } => {
                write!(f, "`{}` reads back as {read}, and {written} was written", path.display())
            }
        }
    }
}
