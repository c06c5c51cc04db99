//! The way of a snapshot's bytes to whatever takes them: as they are, or sealed for recipients.

use std::io;

use payload::digest::Hasher;
use payload::recipient::{Drawn, Recipient, Sealing};
use payload::snapshot::Whole;
use zeroize::Zeroizing;

use crate::host::random;

pub(super) enum Way {
    Plain,
    Sealed(Box<Sealed>),
}

pub(super) struct Sealed {
    sealing: Sealing,
    out: Out,
}

/// The sealed file, as far as it is written.
#[derive(Default)]
struct Out {
    sum: Hasher,
    size: u64,
    /// What is to be written next.
    next: Vec<u8>,
}

impl Way {
    /// Sealed for each of `recipients`, if there are any.
    pub(super) fn begin(recipients: &[Recipient]) -> io::Result<Self> {
        if recipients.is_empty() {
            return Ok(Self::Plain);
        }
        let (sealing, next) = Sealing::begin(recipients, drawn(recipients.len())?).map_err(io::Error::other)?;
        Ok(Self::Sealed(Box::new(Sealed { sealing, out: Out { next, ..Out::default() } })))
    }

    /// The next bytes of the snapshot.
    pub(super) fn pass(&mut self, piece: &[u8], write: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        match self {
            Self::Plain => write(piece),
            Self::Sealed(sealed) => {
                sealed.sealing.take(piece, &mut sealed.out.next).map_err(io::Error::other)?;
                sealed.out.pass_on(write)
            }
        }
    }

    /// After the last bytes of `within`, which is whole: what was written. Nobody opens the file before its end is there.
    pub(super) fn end(self, within: Whole, write: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<Whole> {
        let Self::Sealed(sealed) = self else { return Ok(within) };
        let Sealed { sealing, mut out } = *sealed;
        sealing.end(&mut out.next).map_err(io::Error::other)?;
        out.pass_on(write)?;
        Ok(Whole { size: out.size, file: out.sum.finish(), database: within.database })
    }
}

impl Out {
    fn pass_on(&mut self, write: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        self.sum.update(&self.next);
        self.size += self.next.len() as u64;
        write(&self.next)?;
        self.next.clear();
        Ok(())
    }
}

fn drawn(recipients: usize) -> io::Result<Drawn> {
    let mut drawn =
        Drawn { file_key: Zeroizing::new([0; 16]), nonce: [0; 16], shares: vec![Zeroizing::new([0; 32]); recipients] };
    random::fill(&mut *drawn.file_key)?;
    random::fill(&mut drawn.nonce)?;
    drawn.shares.iter_mut().try_for_each(|share| random::fill(&mut **share))?;
    Ok(drawn)
}
