//! One pass over a bundle's bytes, in their order: parts are measured, compared or skipped, and none is read twice.

use std::io::Read;

use super::content::Measure;
use super::{BundleError, Content};

use BundleError::Damaged;

/// Where a pass has come to.
pub(super) struct Pass<R> {
    bytes: R,
    at: u64,
    buf: Vec<u8>,
}

impl<R: Read> Pass<R> {
    /// At the beginning of `bytes`.
    pub(super) fn new(bytes: R) -> Self {
        Self { bytes, at: 0, buf: vec![0; 256 * 1024] }
    }

    pub(super) fn skip_to(&mut self, end: u64) -> Result<(), BundleError> {
        self.run(end, |_| {})
    }

    /// What lies from here to `end`.
    pub(super) fn measure(&mut self, end: u64) -> Result<Content, BundleError> {
        let mut measure = Measure::default();
        self.run(end, |bytes| measure.update(bytes))?;
        Ok(measure.finish())
    }

    /// The next `len` bytes, few enough to be held.
    pub(super) fn bytes(&mut self, len: u64) -> Result<Vec<u8>, BundleError> {
        let mut all = Vec::new();
        self.run(self.at + len, |bytes| all.extend_from_slice(bytes))?;
        Ok(all)
    }

    /// The next bytes must be these, which were read before.
    pub(super) fn expect(&mut self, parsed: &[u8]) -> Result<(), BundleError> {
        if self.bytes(parsed.len() as u64)? == parsed { Ok(()) } else { Err(BundleError::Changed) }
    }

    /// Nothing must come any more.
    pub(super) fn ends(mut self) -> Result<(), BundleError> {
        if self.bytes.read(&mut self.buf)? == 0 { Ok(()) } else { Err(BundleError::Changed) }
    }

    fn run(&mut self, end: u64, mut see: impl FnMut(&[u8])) -> Result<(), BundleError> {
        while self.at < end {
            let want = usize::try_from(end - self.at).unwrap_or(usize::MAX).min(self.buf.len());
            let chunk = self.buf.get_mut(..want).ok_or(Damaged("an entry ends before it begins"))?;
            let n = self.bytes.read(chunk)?;
            if n == 0 {
                return Err(Damaged("it ends too early"));
            }
            see(chunk.get(..n).unwrap_or_default());
            self.at += n as u64;
        }
        Ok(())
    }
}
