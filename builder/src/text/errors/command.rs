//! Why a bundle is not what it should be.

use std::fmt;

use crate::command::VerifyError;

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bundle { path, error } => write!(f, "`{}`: {error}", path.display()),
            Self::OtherSigner { path, signer } => {
                write!(f, "`{}` is signed by {signer}, not by the signer that you named", path.display())
            }
        }
    }
}
