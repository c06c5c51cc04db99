//! Asks a member's peer port for its certificate, as anybody may: a hello, and no more of TLS than comes back in the clear.
#![expect(clippy::disallowed_methods, reason = "edge: speaks to another member, asks the clock")]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::credentials;
use crate::hello::{self, Heard};
use crate::surroundings::Serves;

/// How long the whole of it may take.
const PATIENCE: Duration = Duration::from_secs(1);

/// Whose certificate whoever listens at the other end of `stream` serves.
pub(super) fn serves(mut stream: TcpStream) -> Serves {
    let until = Instant::now() + PATIENCE;
    let mut answer = Vec::new();
    let mut part = [0; 4096];
    if stream.set_write_timeout(Some(PATIENCE)).is_err() || stream.write_all(&hello::client_hello()).is_err() {
        return Serves::Unseen;
    }
    loop {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() || stream.set_read_timeout(Some(left)).is_err() {
            return Serves::Unseen;
        }
        let read = stream.read(&mut part).ok().and_then(|len| part.get(..len)).filter(|read| !read.is_empty());
        let Some(read) = read else { return Serves::Unseen };
        answer.extend_from_slice(read);
        match hello::hear(&answer) {
            Heard::More => {}
            Heard::Certificate(der) => {
                return credentials::common_name_of(&der).map_or(Serves::Unseen, Serves::Name);
            }
            Heard::Nothing => return Serves::Unseen,
        }
    }
}
