//! The header: the file key once for each recipient, and its MAC.

use hmac::Mac as _;
use x25519_dalek::{PublicKey, SharedSecret, StaticSecret};
use zeroize::Zeroizing;

use super::{Identity, Recipient};
use crate::age::{self, FILE_KEY, FileKey, Key, MAC, TAG, VERSION};
use crate::{say, words};

const KIND: &str = "-> X25519 ";
const INFO: &[u8] = b"age-encryption.org/v1/X25519";
/// No header of any age that is sealed for a hundred recipients is longer.
const LONGEST: usize = 64 * 1024;
/// A body of a recipient is in lines of this length, and ends with a shorter one.
const COLUMNS: usize = 64;

/// Why a file is not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotOpened {
    #[error("{}", say!(
        en = "it is no file that was sealed for recipients: {_0}",
        zh = "它不是为接收方加密的文件：{_0}"
    ))]
    Form(&'static str),
    #[error("{}", words!(
        en = "it was sealed for others: none of its recipients belongs to this identity",
        zh = "它是为别人加密的：其中没有与这把私钥对应的接收方"
    ))]
    Recipient,
    #[error("{}", say!(
        en = "it is damaged: {_0}",
        zh = "它已损坏：{_0}"
    ))]
    Damaged(&'static str),
    #[error("{}", words!(
        en = "it is cut off, or damaged at its end",
        zh = "它被截断，或末尾已损坏"
    ))]
    End,
}

/// As it is written; `drawn` is a secret for each recipient.
pub(super) fn write(file_key: &[u8; FILE_KEY], recipients: &[(Recipient, Zeroizing<[u8; 32]>)]) -> Option<Vec<u8>> {
    let mut header = format!("{VERSION}\n");
    for (recipient, drawn) in recipients {
        let secret = StaticSecret::from(**drawn);
        let share = PublicKey::from(&secret);
        let key = wrapping_key(&secret.diffie_hellman(&recipient.public()), share.as_bytes(), recipient)?;
        let wrapped = age::encrypt(&key, &[0; 12], file_key)?;
        header = header + KIND + &age::encoded(share.as_bytes()) + "\n" + &age::encoded(&wrapped) + "\n";
    }
    header += "---";
    let mac = age::mac(file_key, header.as_bytes())?.finalize().into_bytes();
    Some((header + " " + &age::encoded(&mac) + "\n").into_bytes())
}

/// The file key that `identity` finds, and how long the header is. `None` while it has not come to its end.
pub(super) fn open(bytes: &[u8], identity: &Identity) -> Result<Option<(FileKey, usize)>, NotOpened> {
    let Some(read) = Read::of(bytes)? else {
        return if bytes.len() > LONGEST { Err(NotOpened::Form("its header does not end")) } else { Ok(None) };
    };
    let file_key = read.stanzas.iter().find_map(|stanza| stanza.open(identity)).ok_or(NotOpened::Recipient)?;
    let covered = bytes.get(..read.covered).unwrap_or_default();
    let mac = age::mac(&*file_key, covered).ok_or(NotOpened::Form("no key can be derived"))?;
    mac.verify_slice(&read.mac).map_err(|_| NotOpened::Damaged("its header is not the one that was written"))?;
    Ok(Some((file_key, read.length)))
}

/// The file key for one recipient.
struct Stanza {
    share: [u8; 32],
    wrapped: [u8; FILE_KEY + TAG],
}

impl Stanza {
    /// `None` where it is another's.
    fn open(&self, identity: &Identity) -> Option<FileKey> {
        let shared = identity.secret().diffie_hellman(&PublicKey::from(self.share));
        let key = wrapping_key(&shared, &self.share, &identity.recipient())?;
        let file_key = age::decrypt(&key, &[0; 12], &self.wrapped)?;
        Some(Zeroizing::new(file_key.as_slice().try_into().ok()?))
    }
}

/// The key that the file key is under. `None` for a share that makes the same secret with every identity.
fn wrapping_key(shared: &SharedSecret, share: &[u8; 32], recipient: &Recipient) -> Option<Key> {
    if !shared.was_contributory() {
        return None;
    }
    let salt = [&share[..], recipient.as_bytes()].concat();
    age::derived(shared.as_bytes(), Some(&salt), INFO)
}

/// A header, taken apart. Nothing of it is believed yet.
struct Read {
    /// Those of our kind.
    stanzas: Vec<Stanza>,
    mac: [u8; MAC],
    /// How much the MAC covers.
    covered: usize,
    /// With the end of its last line.
    length: usize,
}

impl Read {
    /// `None` while it has not come to its end.
    fn of(bytes: &[u8]) -> Result<Option<Self>, NotOpened> {
        let form = NotOpened::Form;
        let begun = VERSION.as_bytes().iter().zip(bytes).all(|(wanted, is)| wanted == is);
        if !begun {
            return Err(form("its first line is not that of an age v1 file"));
        }
        let mut rest = bytes;
        let Some(first) = age::line(&mut rest) else { return Ok(None) };
        if first != VERSION {
            return Err(form("its first line is not that of an age v1 file"));
        }
        let mut stanzas = Vec::new();
        loop {
            let before = bytes.len() - rest.len();
            let Some(line) = age::line(&mut rest) else { return Ok(None) };
            if let Some(mac) = line.strip_prefix("--- ") {
                let mac = age::decoded(mac).ok_or(form("its MAC is not 32 bytes"))?;
                let covered = before + "---".len();
                return Ok(Some(Self { stanzas, mac, covered, length: bytes.len() - rest.len() }));
            }
            if !line.starts_with("-> ") {
                return Err(form("its header has a line that is none"));
            }
            let Some(body) = body(&mut rest) else { return Ok(None) };
            if let Some(share) = line.strip_prefix(KIND) {
                let share = age::decoded(share).ok_or(form("a recipient's share is not 32 bytes"))?;
                let wrapped = age::decoded(&body).ok_or(form("a recipient's file key is not one of 16 bytes"))?;
                stanzas.push(Stanza { share, wrapped });
            }
        }
    }
}

/// What stands under a recipient's line, up to the line that is shorter than the others.
fn body(rest: &mut &[u8]) -> Option<String> {
    let mut body = String::new();
    loop {
        let line = age::line(rest)?;
        body.push_str(line);
        if line.len() < COLUMNS {
            return Some(body);
        }
    }
}
