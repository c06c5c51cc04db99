//! DNS names and addresses, as a certificate has them and as one should. Pure.

use std::collections::BTreeSet;
use std::net::IpAddr;

use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;

use super::chain;
use super::spec::CertificateSpec;

/// Names without regard to case, as in the DNS.
pub(super) fn spec_names(spec: &CertificateSpec) -> BTreeSet<String> {
    let names = spec.names.iter().map(|name| name.to_ascii_lowercase());
    names.chain(spec.addresses.iter().map(ToString::to_string)).collect()
}

/// The subject's alternative names that etcd looks at: DNS names and addresses. What else a CA puts there, an e-mail
/// address, a URI or a user's name, neither helps nor hurts. `None` where they cannot be read.
pub(super) fn names(certificate: &X509Certificate<'_>) -> Option<BTreeSet<String>> {
    let Some(extension) = certificate.subject_alternative_name().ok()? else {
        return Some(BTreeSet::new());
    };
    Some(extension.value.general_names.iter().filter_map(name).collect())
}

/// Addresses that stand among its DNS names, where nobody looks for an address.
pub(super) fn addresses_as_names(certificate: &X509Certificate<'_>) -> BTreeSet<String> {
    let all = certificate.subject_alternative_name().ok().flatten();
    let names = all.iter().flat_map(|all| &all.value.general_names).filter_map(|name| match name {
        GeneralName::DNSName(name) => name.parse::<IpAddr>().ok(),
        _ => None,
    });
    names.map(|address| address.to_string()).collect()
}

/// One of these; `None` where it is neither name nor address.
pub(super) fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) if name.parse::<IpAddr>().is_err() => Some(name.to_ascii_lowercase()),
        GeneralName::IPAddress(bytes) => address(bytes).map(|address| address.to_string()),
        _ => None,
    }
}

/// The names in the first certificate of a text, as far as they can be read.
pub(super) fn names_in(text: &str) -> BTreeSet<String> {
    let own = chain::links(text).ok().and_then(|links| links.into_iter().next());
    own.and_then(|own| names(&chain::x509(&own.der).ok()?)).unwrap_or_default()
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let v4 = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    v4.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok()
}
