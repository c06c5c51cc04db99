//! Why a bundle is not what it should be.

use std::fmt;

use payload::fingerprint::NotAFingerprint;

use crate::claim_source::ClaimError;
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

impl fmt::Display for ClaimError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fingerprint(error) => write!(f, "{error}"),
            Self::Neither => f.write_str(
                "write the twelve words, the SHA-256 of signing.pub, or the path of the file signing.pub; there is no file of that name",
            ),
            Self::Unreadable(path, error) => write!(f, "`{}` cannot be read: {error}", path.display()),
            Self::NotInFile(path, NotAFingerprint::Form) => {
                write!(f, "`{}` has neither a signing key (signing.pub) nor its twelve words", path.display())
            }
            Self::NotInFile(path, error) => write!(f, "`{}`: {error}", path.display()),
        }
    }
}
