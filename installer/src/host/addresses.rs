//! The addresses of this host's interfaces.
#![expect(clippy::disallowed_methods, reason = "edge: asks for the addresses of interfaces")]

use std::net::IpAddr;

use nix::errno::Errno;
use nix::ifaddrs::getifaddrs;

/// Every address, each with the name of its interface.
pub(super) fn all() -> Result<Vec<(String, IpAddr)>, Errno> {
    let addresses = getifaddrs()?.filter_map(|interface| {
        let address = interface.address?;
        let v4 = address.as_sockaddr_in().map(|at| IpAddr::V4(at.ip()));
        let ip = v4.or_else(|| address.as_sockaddr_in6().map(|at| IpAddr::V6(at.ip())))?;
        Some((interface.interface_name, ip))
    });
    Ok(addresses.collect())
}
