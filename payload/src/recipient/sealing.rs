//! Sealing what passes by.

use zeroize::Zeroizing;

use super::{Recipient, header};
use crate::age::{self, CHUNK, FileKey, Key, NONCE};
use crate::words;

/// What is random in one file; drawn anew for each, and as secret as what is sealed.
pub struct Drawn {
    pub file_key: FileKey,
    pub nonce: [u8; NONCE],
    /// One for each recipient.
    pub shares: Vec<Zeroizing<[u8; 32]>>,
}

/// A file that is being sealed.
pub struct Sealing {
    key: Key,
    /// Of the next chunk.
    number: u64,
    /// What has come, and fills no chunk that is surely not the last one.
    held: Zeroizing<Vec<u8>>,
}

/// Why nothing can be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotSealed {
    #[error("{}", words!(
        en = "there is nobody to seal it for",
        zh = "没有接收方"
    ))]
    ForNobody,
    /// A recipient whose half makes the same secret with every other: no real one.
    #[error("{}", words!(
        en = "a recipient's key is no real one",
        zh = "有一个接收方的公钥无效"
    ))]
    Recipient,
    #[error("{}", words!(
        en = "it is too long for its cipher",
        zh = "内容太长，无法加密"
    ))]
    TooLong,
}

impl Sealing {
    /// For each of `recipients`; and the beginning of the file.
    ///
    /// # Errors
    ///
    /// Without recipients, without as many shares, and for one who is no real one.
    pub fn begin(recipients: &[Recipient], drawn: Drawn) -> Result<(Self, Vec<u8>), NotSealed> {
        if recipients.is_empty() || recipients.len() != drawn.shares.len() {
            return Err(NotSealed::ForNobody);
        }
        let Drawn { file_key, nonce, shares } = drawn;
        let each: Vec<_> = recipients.iter().copied().zip(shares).collect();
        let mut begin = header::write(&file_key, &each).ok_or(NotSealed::Recipient)?;
        begin.extend_from_slice(&nonce);
        let key = age::payload_key(&*file_key, &nonce).ok_or(NotSealed::TooLong)?;
        Ok((Self { key, number: 0, held: Zeroizing::new(Vec::with_capacity(CHUNK)) }, begin))
    }

    /// What is to be written now, behind `out`.
    ///
    /// # Errors
    ///
    /// After more chunks than can be counted.
    pub fn take(&mut self, mut bytes: &[u8], out: &mut Vec<u8>) -> Result<(), NotSealed> {
        while !bytes.is_empty() {
            // The last chunk is never empty, so that a full one waits until something comes behind it.
            if self.held.len() == CHUNK {
                self.chunk(false, out)?;
            }
            let (now, later) = bytes.split_at(bytes.len().min(CHUNK - self.held.len()));
            self.held.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    /// What has come was all of it.
    ///
    /// # Errors
    ///
    /// As [`Sealing::take`].
    pub fn end(mut self, out: &mut Vec<u8>) -> Result<(), NotSealed> {
        self.chunk(true, out)
    }

    fn chunk(&mut self, is_last: bool, out: &mut Vec<u8>) -> Result<(), NotSealed> {
        let nonce = age::chunk_nonce(self.number, is_last);
        out.extend(age::encrypt(&self.key, &nonce, &self.held).ok_or(NotSealed::TooLong)?);
        self.held.clear();
        self.number = self.number.checked_add(1).ok_or(NotSealed::TooLong)?;
        Ok(())
    }
}
