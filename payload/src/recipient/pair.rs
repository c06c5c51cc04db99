//! Who a file is sealed for, and who opens it: the two halves of a pair, in the words that `age-keygen` writes.

use std::fmt;
use std::str::FromStr;

use bech32::primitives::decode::CheckedHrpstring;
use bech32::{Bech32, Hrp};
use serde::{Deserialize, Serialize};
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

use crate::{say, words};

const RECIPIENT: Hrp = Hrp::parse_unchecked("age");
const IDENTITY: Hrp = Hrp::parse_unchecked("age-secret-key-");

/// The public half: `age1...`, 62 characters.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Recipient([u8; 32]);

/// The secret half: `AGE-SECRET-KEY-1...`. It has no `Display`, its `Debug` shows nothing of it, and it is wiped when dropped.
#[derive(Clone)]
pub struct Identity(StaticSecret);

/// Why a word is no recipient.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotARecipient {
    #[error("{}", words!(
        en = "it is a secret key: the recipient is the half that begins with age1",
        zh = "这是私钥：接收方是以 age1 开头的公钥"
    ))]
    Secret,
    /// One of a plugin, or of a later kind.
    #[error("{}", words!(
        en = "it is a recipient of another kind: only those of `age-keygen` and `etcdpack pki backup-key` can be used",
        zh = "这是另一种接收方：只能用 `age-keygen` 或 `etcdpack pki backup-key` 生成的"
    ))]
    Kind,
    #[error("{}", words!(
        en = "it is no recipient: it begins with age1, has 62 characters, and its last six are a checksum",
        zh = "这不是接收方：接收方以 age1 开头，共 62 个字符，最后六个是校验码"
    ))]
    Form,
}

/// Why a file holds no identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAnIdentity {
    #[error("{}", words!(
        en = "it holds the public half: the identity begins with AGE-SECRET-KEY-1",
        zh = "里面是公钥：私钥以 AGE-SECRET-KEY-1 开头"
    ))]
    Public,
    #[error("{}", words!(
        en = "no line in it is an identity, which begins with AGE-SECRET-KEY-1",
        zh = "里面没有私钥：应有一行以 AGE-SECRET-KEY-1 开头"
    ))]
    None,
    #[error("{}", say!(
        en = "line {_0} is no identity: its checksum is another one, or it is not whole",
        zh = "第 {_0} 行不是有效的私钥：校验码不对，或不完整"
    ))]
    Form(usize),
}

impl Recipient {
    /// The half that others compute with.
    pub(super) fn public(self) -> PublicKey {
        PublicKey::from(self.0)
    }

    pub(super) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl FromStr for Recipient {
    type Err = NotARecipient;

    fn from_str(text: &str) -> Result<Self, NotARecipient> {
        if text.get(..IDENTITY.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(IDENTITY.as_str())) {
            return Err(NotARecipient::Secret);
        }
        let Ok(word) = CheckedHrpstring::new::<Bech32>(text) else {
            let is_of_a_kind = text.starts_with("ssh-") || text.starts_with("age1") && text.len() > 62;
            return Err(if is_of_a_kind { NotARecipient::Kind } else { NotARecipient::Form });
        };
        if word.hrp() != RECIPIENT {
            return Err(NotARecipient::Kind);
        }
        let bytes: Vec<u8> = word.byte_iter().collect();
        bytes.try_into().map(Self).map_err(|_| NotARecipient::Form)
    }
}

impl TryFrom<String> for Recipient {
    type Error = NotARecipient;

    fn try_from(text: String) -> Result<Self, NotARecipient> {
        text.parse()
    }
}

impl From<Recipient> for String {
    fn from(recipient: Recipient) -> Self {
        recipient.to_string()
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        bech32::encode_lower_to_fmt::<Bech32, _>(f, RECIPIENT, &self.0).map_err(|_| fmt::Error)
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity(..)")
    }
}

impl Identity {
    /// Of 32 bytes that were drawn.
    #[must_use]
    pub fn of(drawn: &Zeroizing<[u8; 32]>) -> Self {
        Self(StaticSecret::from(**drawn))
    }

    /// The first identity in a file of `age-keygen`'s: lines, and comments that begin with `#`.
    ///
    /// # Errors
    ///
    /// Where there is none.
    pub fn in_file(text: &str) -> Result<Self, NotAnIdentity> {
        let mut lines = (1..).zip(text.lines().map(str::trim));
        let Some((number, word)) = lines.find(|(_, line)| !line.is_empty() && !line.starts_with('#')) else {
            return Err(NotAnIdentity::None);
        };
        let word = CheckedHrpstring::new::<Bech32>(word)
            .map_err(|_| if word.starts_with("age1") { NotAnIdentity::Public } else { NotAnIdentity::Form(number) })?;
        match word.hrp() {
            hrp if hrp == IDENTITY => {}
            hrp if hrp == RECIPIENT => return Err(NotAnIdentity::Public),
            _ => return Err(NotAnIdentity::None),
        }
        let bytes: Zeroizing<Vec<u8>> = Zeroizing::new(word.byte_iter().collect());
        let secret: Zeroizing<[u8; 32]> =
            Zeroizing::new(bytes.as_slice().try_into().map_err(|_| NotAnIdentity::Form(number))?);
        Ok(Self::of(&secret))
    }

    /// Who is to seal what this one opens.
    #[must_use]
    pub fn recipient(&self) -> Recipient {
        Recipient(PublicKey::from(&self.0).to_bytes())
    }

    /// The line of it in a file, without its end.
    #[must_use]
    pub fn expose(&self) -> Zeroizing<String> {
        Zeroizing::new(bech32::encode_upper::<Bech32>(IDENTITY, self.0.as_bytes()).unwrap_or_default())
    }

    pub(super) fn secret(&self) -> &StaticSecret {
        &self.0
    }
}
