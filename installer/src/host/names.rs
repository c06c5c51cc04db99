//! Looking up what names mean, as etcd does: the hosts file, then name servers. A resolver that does not answer is not waited for.
#![expect(clippy::disallowed_methods, reason = "edge: asks the resolver, with a limit")]

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use payload::url::{DnsName, Url, UrlHost};

use super::Tree;
use super::fs_error::Cause;
use crate::facts::network::names::{Means, in_hosts_file};

/// How long name servers may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// A larger hosts file is none that a person wrote.
const LARGEST: u64 = 1 << 20;

/// What each of these means here. All are looked up at once.
pub(super) fn means(tree: &Tree, names: &[DnsName]) -> Vec<Means> {
    if names.is_empty() {
        return Vec::new();
    }
    let file = "/etc/hosts".parse().ok().and_then(|path| tree.read_if_there(&path, LARGEST).ok().flatten());
    let file = String::from_utf8_lossy(&file.unwrap_or_default()).into_owned();
    let until = Instant::now() + PATIENCE;
    let asked: Vec<_> = names
        .iter()
        .map(|name| match in_hosts_file(&file, name) {
            found if found.is_empty() => Err(ask(name)),
            found => Ok(Means::HostsFile(found)),
        })
        .collect();
    let means = |asked: Result<Means, Receiver<_>>| {
        asked.unwrap_or_else(|asked| match answer(&asked, until) {
            Ok(addresses) => Means::Dns(addresses),
            Err(error) if error.kind() == io::ErrorKind::TimedOut => Means::Silence { seconds: PATIENCE.as_secs() },
            Err(error) => Means::Nobody(words(&error)),
        })
    };
    asked.into_iter().map(means).collect()
}

/// Where to connect to for `url`, by a look at its name if it has one.
pub(super) fn socket(url: &Url) -> io::Result<SocketAddr> {
    let address = match url.host() {
        UrlHost::Ip(address) => Some(*address),
        // That it was the name which took its time is another thing than a port that does.
        UrlHost::Name(name) => {
            answer(&ask(name), Instant::now() + PATIENCE).ok().and_then(|found| found.first().copied())
        }
    };
    address.map(|address| SocketAddr::new(address, url.port().get())).ok_or_else(|| Cause::NoAddress.into())
}

/// Asks on a thread that nobody waits for: the resolver has no limit but its own, of some ten seconds a name and more. It ends
/// with the process.
fn ask(name: &DnsName) -> Receiver<io::Result<Vec<IpAddr>>> {
    let (says, hears) = mpsc::sync_channel(1);
    let name = name.as_str().to_owned();
    let look = move || {
        let found = (name.as_str(), 0).to_socket_addrs().map(|found| found.map(|at| at.ip()).collect());
        // Who has asked may have gone on.
        let _ = says.send(found);
    };
    // Where there is no thread to be had, the channel closes, and that is an answer.
    let _ = thread::Builder::new().spawn(look);
    hears
}

fn answer(asked: &Receiver<io::Result<Vec<IpAddr>>>, until: Instant) -> io::Result<Vec<IpAddr>> {
    match asked.recv_timeout(until.saturating_duration_since(Instant::now())) {
        Ok(found) => found,
        Err(RecvTimeoutError::Timeout) => Err(io::ErrorKind::TimedOut.into()),
        Err(RecvTimeoutError::Disconnected) => Err(Cause::NotAsked.into()),
    }
}

/// The resolver's own words, without those that std puts before them.
fn words(error: &io::Error) -> String {
    let said = error.to_string();
    said.rsplit_once(": ").map_or(said.clone(), |(_, words)| words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_means_what_the_resolver_says_or_nobody() {
        assert!(socket(&"https://localhost:2380".parse().unwrap()).unwrap().ip().is_loopback());
        assert_eq!(socket(&"https://10.0.0.1:2380".parse().unwrap()).unwrap().to_string(), "10.0.0.1:2380");
        // RFC 2606: nobody ever has it.
        assert!(socket(&"https://n1.invalid:2380".parse().unwrap()).is_err());
    }
}
