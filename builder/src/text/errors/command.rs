//! Why a bundle is not what it should be.

use std::fmt;

use payload::say;

use crate::command::VerifyError;

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bundle { path, error } => say!(f, en = "`{}`: {error}", zh = "`{}`：{error}", path.display()),
            Self::OtherSigner { path, signer } => say!(
                f,
                en = "`{}` is signed by {signer}, not by the signer that you named",
                zh = "`{}` 的签名者是 {signer}，不是你指定的签名者",
                path.display()
            ),
        }
    }
}
