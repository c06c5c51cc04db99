//! Why a signer is not to be trusted here.

use std::fmt;

use payload::fingerprint::NotAFingerprint;

use crate::host::claim::ClaimError;
use crate::signer::SignerError;

impl fmt::Display for SignerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Other { signer, known } => write!(
                f,
                "the bundle is signed by {signer}; this host takes bundles by {known} alone, who has not named that one successor"
            ),
            Self::Replaced { signer, known } => write!(
                f,
                "the bundle is signed by {signer}, whose place {known} has taken on this host: no word brings it back"
            ),
            Self::NotNamed { signer } => {
                write!(f, "the bundle is signed by {signer}, not by the signer that you named")
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
