//! What members' names mean on this host, as etcd here would find out; and how a hosts file is read. Values only.

use std::net::IpAddr;

use payload::name::MemberName;
use payload::url::DnsName;

/// A name that a member is reached by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) member: MemberName,
    pub(crate) name: DnsName,
    pub(crate) means: Means,
}

/// What a look at it brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Means {
    /// By `/etc/hosts`, which is asked first.
    HostsFile(Vec<IpAddr>),
    /// By a name server alone.
    Dns(Vec<IpAddr>),
    /// Nothing, in the resolver's words.
    Nobody(String),
    /// No answer in this time.
    Silence { seconds: u64 },
}

impl Means {
    pub(crate) fn addresses(&self) -> &[IpAddr] {
        match self {
            Self::HostsFile(addresses) | Self::Dns(addresses) => addresses,
            Self::Nobody(_) | Self::Silence { .. } => &[],
        }
    }
}

/// Those of the addresses `here` that a name means, by what it means.
pub(crate) fn own(means: &[IpAddr], here: &[IpAddr]) -> Vec<IpAddr> {
    let is_own = |address: &&IpAddr| !address.is_loopback() && here.contains(address);
    means.iter().filter(is_own).copied().collect()
}

/// The addresses that a hosts file has for a name (`hosts(5)`): case does not count.
pub(crate) fn in_hosts_file(text: &str, name: &DnsName) -> Vec<IpAddr> {
    let of = |line: &str| {
        let mut words = line.split('#').next()?.split_ascii_whitespace();
        let address = words.next()?.parse().ok()?;
        words.any(|word| word.trim_end_matches('.').eq_ignore_ascii_case(name.as_str())).then_some(address)
    };
    let mut found = Vec::new();
    for address in text.lines().filter_map(of) {
        if !found.contains(&address) {
            found.push(address);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hosts_file_has_several_names_a_line_and_comments() {
        let text = "127.0.0.1 localhost\n10.0.0.1\tN1.Example. n1 # n2.example\n# 10.0.0.9 n1.example\nx n1.example\n\
                    fd00::1 n1.example\n10.0.0.1 n1.example\n127.0.1.1 n3.example n3\n";
        for (name, means) in [
            ("n1.example", &["10.0.0.1", "fd00::1"][..]),
            ("n1", &["10.0.0.1"]),
            ("n2.example", &[]),
            ("n3.example", &["127.0.1.1"]),
        ] {
            let found: Vec<_> = in_hosts_file(text, &name.parse().unwrap()).iter().map(ToString::to_string).collect();
            assert_eq!(found, means, "{name}");
        }
    }
}
