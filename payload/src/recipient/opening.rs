//! Opening what passes by. What comes out of it is what was sealed, as far as it has come; whether that was all of it shows at the
//! end alone.

use zeroize::Zeroizing;

use super::header::NotOpened;
use super::{Identity, header};
use crate::age::{self, CHUNK, Key, NONCE, TAG};

const SEALED_CHUNK: usize = CHUNK + TAG;

/// A file that is being opened.
pub struct Opening {
    state: State,
    /// What has come and is not opened yet: of the header, or one chunk at most.
    held: Vec<u8>,
}

enum State {
    Header(Identity),
    /// The number of the next chunk.
    Chunks(Key, u64),
}

impl Opening {
    #[must_use]
    pub fn by(identity: Identity) -> Self {
        Self { state: State::Header(identity), held: Vec::new() }
    }

    /// What was sealed and is now known, behind `out`.
    ///
    /// # Errors
    ///
    /// For what has another form, is for others, or was altered.
    pub fn take(&mut self, mut bytes: &[u8], out: &mut Vec<u8>) -> Result<(), NotOpened> {
        if let State::Header(identity) = &self.state {
            self.held.extend_from_slice(bytes);
            let Some((file_key, length)) = header::open(&self.held, identity)? else { return Ok(()) };
            let Some((nonce, _)) = self.held.get(length..).unwrap_or_default().split_first_chunk::<NONCE>() else {
                return Ok(());
            };
            let key = age::payload_key(&*file_key, nonce).ok_or(NotOpened::Form("no key can be derived"))?;
            self.state = State::Chunks(key, 0);
            let behind = self.held.split_off(length + NONCE);
            self.held.clear();
            return self.take(&behind, out);
        }
        while !bytes.is_empty() {
            // Whether a full chunk is the last one shows when something comes behind it, or nothing.
            if self.held.len() == SEALED_CHUNK {
                let opened = self.chunk(false).ok_or(NotOpened::Damaged("its content is not what was sealed"))?;
                out.extend_from_slice(&opened);
            }
            let (now, later) = bytes.split_at(bytes.len().min(SEALED_CHUNK - self.held.len()));
            self.held.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    /// What has come was all of it.
    ///
    /// # Errors
    ///
    /// Where more was sealed, or the end is not what was sealed.
    pub fn end(mut self, out: &mut Vec<u8>) -> Result<(), NotOpened> {
        let opened = self.chunk(true).ok_or(NotOpened::End)?;
        // age writes an empty last chunk for an empty file alone.
        if opened.is_empty() && !matches!(self.state, State::Chunks(_, 1)) {
            return Err(NotOpened::End);
        }
        out.extend_from_slice(&opened);
        Ok(())
    }

    fn chunk(&mut self, is_last: bool) -> Option<Zeroizing<Vec<u8>>> {
        let State::Chunks(key, number) = &mut self.state else { return None };
        let opened = age::decrypt(key, &age::chunk_nonce(*number, is_last), &self.held)?;
        *number = number.checked_add(1)?;
        self.held.clear();
        Some(opened)
    }
}
