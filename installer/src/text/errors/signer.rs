//! Why a signer is not to be trusted here.

use std::fmt;

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
