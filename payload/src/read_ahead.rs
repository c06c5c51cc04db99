//! Two halves of one stream at work at once: producing bytes on one thread, using them on another.
//!
//! Inflating, hashing and writing take about as long as each other, and hosts have more than one core. Must not
//! hold more than a few chunks: memory stays the same however long the stream is.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::thread;

/// Large enough that handing one over costs little beside filling it.
const CHUNK: usize = 256 * 1024;
/// Chunks that may wait, 16 MiB: while one side waits until a program is on the disk, the other inflates the next.
const WAITING: usize = 64;

/// What a thread has produced so far, as a stream. An error of the source comes out where it happened.
pub struct Ahead {
    chunks: Receiver<io::Result<Vec<u8>>>,
    /// Chunks that have been read go back to be filled again: asking the system for memory costs more.
    spent: Sender<Vec<u8>>,
    current: io::Cursor<Vec<u8>>,
}

/// Reads `source` on a thread of its own while `consume` works; ends early when `consume` does. That there is no thread to
/// be had comes out like an error of the source.
pub fn read_ahead<T>(source: impl Read + Send, consume: impl FnOnce(Ahead) -> T) -> T {
    let (sender, chunks) = sync_channel(WAITING);
    let (spent, free) = channel::<Vec<u8>>();
    let refused = sender.clone();
    thread::scope(|scope| {
        let reading = thread::Builder::new().spawn_scoped(scope, move || {
            let mut source = source;
            loop {
                let mut chunk = free.try_recv().unwrap_or_else(|_| Vec::with_capacity(CHUNK));
                chunk.clear();
                let read = source.by_ref().take(CHUNK as u64).read_to_end(&mut chunk);
                let ended = chunk.is_empty() || read.is_err();
                // What came before an error is still good.
                let sent = if chunk.is_empty() { Ok(()) } else { sender.send(Ok(chunk)) };
                let told = read.map_or_else(|error| sender.send(Err(error)), |_| Ok(()));
                if ended || sent.is_err() || told.is_err() {
                    return;
                }
            }
        });
        if let Err(error) = reading {
            let _ = refused.send(Err(error));
        }
        drop(refused);
        consume(Ahead { chunks, spent, current: io::Cursor::default() })
    })
}

impl Read for Ahead {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            let n = self.current.read(buf)?;
            if n > 0 || buf.is_empty() {
                return Ok(n);
            }
            let Ok(chunk) = self.chunks.recv() else { return Ok(0) };
            let spent = std::mem::replace(&mut self.current, io::Cursor::new(chunk?));
            // A producer that has ended needs none.
            let _ = self.spent.send(spent.into_inner());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Some bytes, then an error.
    struct Breaks(usize);

    impl Read for Breaks {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            if self.0 == 0 {
                return Err(io::Error::other("the disk went away"));
            }
            let n = buf.len().min(self.0);
            buf[..n].fill(7);
            self.0 -= n;
            Ok(n)
        }
    }

    #[test]
    fn every_byte_arrives_in_order() {
        let bytes: Vec<u8> = (0..3_000_000_u32).map(|n| n.to_le_bytes()[usize::from(n % 7 == 0)]).collect();
        let mut out = Vec::new();
        read_ahead(bytes.as_slice(), |mut ahead| ahead.read_to_end(&mut out)).unwrap();
        assert_eq!(out, bytes);
    }

    #[test]
    fn an_error_comes_after_the_bytes_before_it() {
        let mut out = Vec::new();
        let error = read_ahead(Breaks(CHUNK + 5), |mut ahead| ahead.read_to_end(&mut out)).unwrap_err();
        assert_eq!((out.len(), error.to_string().as_str()), (CHUNK + 5, "the disk went away"));
    }

    #[test]
    fn a_consumer_that_stops_early_stops_the_producer() {
        read_ahead(io::repeat(1), |mut ahead| ahead.read_exact(&mut [0; 10])).unwrap();
    }
}
