//! What a CA may name: the name constraints of a path (RFC 5280, 4.2.1.10), for DNS names and addresses. Pure.

use std::net::IpAddr;

use x509_parser::extensions::{GeneralName, GeneralSubtree, NameConstraints, ParsedExtension};

use super::chain::{self, Link};

/// Those of `names` (DNS names and addresses, as text) that some CA of `path` forbids.
pub(super) fn forbidden<'a>(path: &[Link], names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    names.filter(|name| path.iter().any(|link| forbids(link, name))).collect()
}

fn forbids(link: &Link, name: &str) -> bool {
    let Ok(certificate) = chain::x509(&link.der) else { return false };
    let constraints = certificate.extensions().iter().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::NameConstraints(constraints) => Some(constraints),
        _ => None,
    });
    constraints.is_some_and(|constraints| is_outside(constraints, name))
}

fn is_outside(constraints: &NameConstraints<'_>, name: &str) -> bool {
    let ip = name.parse::<IpAddr>().ok();
    let covers = |tree: &GeneralSubtree<'_>| match (&tree.base, ip) {
        (GeneralName::DNSName(base), None) => is_below(name, base),
        (GeneralName::IPAddress(range), Some(ip)) => is_within(ip, range),
        _ => false,
    };
    // A constraint counts for names of its own kind.
    let same_kind = |tree: &&GeneralSubtree<'_>| match &tree.base {
        GeneralName::DNSName(_) => ip.is_none(),
        GeneralName::IPAddress(_) => ip.is_some(),
        _ => false,
    };
    let permitted: Vec<_> = constraints.permitted_subtrees.iter().flatten().filter(same_kind).collect();
    let excluded = constraints.excluded_subtrees.iter().flatten().any(covers);
    excluded || (!permitted.is_empty() && !permitted.into_iter().any(covers))
}

/// `n1.example` is below `example` and `.example`; without regard to case.
fn is_below(name: &str, base: &str) -> bool {
    let (name, base) = (name.to_ascii_lowercase(), base.to_ascii_lowercase());
    let parent = base.trim_start_matches('.');
    (name == parent && !base.starts_with('.')) || parent.is_empty() || name.ends_with(&format!(".{parent}"))
}

/// An address and a mask of the same length.
fn is_within(ip: IpAddr, range: &[u8]) -> bool {
    let ip = match ip {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    };
    let Some((base, mask)) = range.split_at_checked(ip.len()).filter(|(_, mask)| mask.len() == ip.len()) else {
        return false;
    };
    ip.iter().zip(base).zip(mask).all(|((byte, base), mask)| byte & mask == base & mask)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_below_a_domain_and_addresses_in_a_range() {
        for (name, base, below) in [
            ("n1.bank.example", "bank.example", true),
            ("bank.example", "bank.example", true),
            ("bank.example", ".bank.example", false),
            ("N1.Bank.example", ".bank.example", true),
            ("n1.otherbank.example", "bank.example", false),
            ("localhost", "bank.example", false),
            ("localhost", "", true),
        ] {
            assert_eq!(is_below(name, base), below, "{name} {base}");
        }
        let range = [10, 0, 0, 0, 255, 0, 0, 0];
        assert!(is_within([10, 1, 2, 3].into(), &range) && !is_within([127, 0, 0, 1].into(), &range));
        assert!(!is_within(IpAddr::from([0_u16; 8]), &range));
    }
}
