//! A network of its own for what one thread starts: a loopback, and nobody else on it. The kernel takes it away with the last
//! process that has it.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::thread::{self, Builder};

use nix::errno::Errno;
use nix::sched::{CloneFlags, unshare};
use nix::sys::socket::{AddressFamily, SockFlag, SockProtocol, SockType, socket};

/// Does `work` on a thread whose network is none of the host's.
pub(crate) fn from_the_network<T: Send>(work: impl FnOnce() -> T + Send) -> io::Result<T> {
    thread::scope(|scope| {
        let apart = Builder::new().spawn_scoped(scope, || {
            // Of this thread alone, and of what it starts (unshare(2)).
            unshare(CloneFlags::CLONE_NEWNET)?;
            loopback_up()?;
            Ok(work())
        })?;
        apart.join().unwrap_or_else(|_| Err(Errno::ECANCELED.into()))
    })
}

/// `ip link set lo up`, which not every host has: a request to the kernel, and its answer (rtnetlink(7)).
fn loopback_up() -> io::Result<()> {
    const NEW_LINK: u16 = 16;
    const REQUEST_AND_ANSWER: u16 = 1 | 4;
    const LENGTH: u32 = 32;
    const LOOPBACK: i32 = 1;
    const UP: u32 = 1;
    let mut request = Vec::new();
    request.extend(LENGTH.to_ne_bytes());
    request.extend([NEW_LINK, REQUEST_AND_ANSWER].map(u16::to_ne_bytes).concat());
    // A number for the request, whose it is; then no family, no kind.
    request.extend([0; 12]);
    request.extend(LOOPBACK.to_ne_bytes());
    request.extend([UP, UP].map(u32::to_ne_bytes).concat());
    let kernel = socket(AddressFamily::Netlink, SockType::Raw, SockFlag::SOCK_CLOEXEC, SockProtocol::NetlinkRoute)?;
    let mut kernel = File::from(kernel);
    kernel.write_all(&request)?;
    let mut answer = [0; 1024];
    let len = kernel.read(&mut answer)?;
    // Behind its head of 16 bytes an error, negative, or 0.
    let error = answer.get(..len).and_then(|answer| answer.get(16..)?.first_chunk().copied()).map(i32::from_ne_bytes);
    match error {
        Some(0) => Ok(()),
        Some(error) => Err(Errno::from_raw(error.saturating_neg()).into()),
        None => Err(Errno::EPROTO.into()),
    }
}
