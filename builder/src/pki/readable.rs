//! Whether an etcd can read a certificate, and heeds all that is critical in it. etcd's Go is stricter than openssl in
//! some points, more lenient in others, and differs by version. Pure.

use std::net::IpAddr;

use payload::etcd::{self, EtcdVersion};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{GeneralName, NameConstraints, ParsedExtension, X509Extension};
use x509_parser::x509::X509Version;

use super::uri;

/// What in a certificate keeps an etcd from using it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// Version 1 of X.509 has no extensions: nothing says that it is a CA's.
    Version1,
    /// Marked critical, where RFC 5280 and Go want it not to be.
    Critical(String),
    /// Critical, and not known to this Go: to heed it is not possible.
    Unhandled(String),
    /// A critical name constraint on something else than names, addresses, e-mail and URIs.
    Constraint,
    /// The same extension twice.
    Twice(String),
    /// A serial number below zero.
    NegativeSerial,
    /// A name constraint that this Go cannot read, as it is written.
    OddConstraint(String),
    /// A URI that this Go cannot read.
    Uri(String),
    /// An address of another length than 4 or 16.
    Address,
    /// A text in the subject or issuer that its type of string cannot hold.
    Text(String),
}

/// The minor of Go 1 from which on each is so (`crypto/x509`; those that could not be tried are the lowest that may refuse).
const REFUSES_CRITICAL_IDS: u16 = 23;
const HEEDS_POLICIES: u16 = 24;
const REFUSES_NEGATIVE_SERIALS: u16 = 23;
const REFUSES_ODD_STRINGS: u16 = 17;
const READS_URIS: u16 = 10;

/// Of extensions that RFC 5280 wants uncritical (4.2.1.1, 4.2.1.2, 4.2.2.1), by object identifier.
const UNCRITICAL: [(&str, &str); 3] = [
    ("2.5.29.14", "subjectKeyIdentifier"),
    ("2.5.29.35", "authorityKeyIdentifier"),
    ("1.3.6.1.5.5.7.1.1", "authorityInfoAccess"),
];

/// What every Go heeds: key usage, names, basic constraints, name constraints, distribution points, policies, extended usage.
const HEEDED: [&str; 7] = ["2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.30", "2.5.29.31", "2.5.29.32", "2.5.29.37"];

/// What Go heeds since it looks at policies.
const POLICIES: [(&str, &str); 3] =
    [("2.5.29.36", "policyConstraints"), ("2.5.29.54", "inhibitAnyPolicy"), ("2.5.29.33", "policyMappings")];

/// Why the etcd of this version, as upstream makes it, cannot use `certificate`.
pub(super) fn check(certificate: &X509Certificate<'_>, version: EtcdVersion) -> Result<(), Unreadable> {
    let go = etcd::go_minor(version);
    if certificate.version() != X509Version::V3 {
        return Err(Unreadable::Version1);
    }
    if go >= REFUSES_NEGATIVE_SERIALS && certificate.raw_serial().first().is_some_and(|first| first & 0x80 != 0) {
        return Err(Unreadable::NegativeSerial);
    }
    if go >= REFUSES_ODD_STRINGS {
        for attribute in certificate.subject().iter_attributes().chain(certificate.issuer().iter_attributes()) {
            let value = attribute.attr_value();
            if value.tag() == x509_parser::asn1_rs::Tag::PrintableString && !is_printable(value.data) {
                return Err(Unreadable::Text(String::from_utf8_lossy(value.data).into_owned()));
            }
        }
    }
    let mut seen: Vec<String> = Vec::new();
    for extension in certificate.extensions() {
        let oid = extension.oid.to_id_string();
        one(extension, &oid, go)?;
        if seen.contains(&oid) {
            return Err(Unreadable::Twice(named(&oid)));
        }
        seen.push(oid);
    }
    Ok(())
}

fn one(extension: &X509Extension<'_>, oid: &str, go: u16) -> Result<(), Unreadable> {
    if let ParsedExtension::SubjectAlternativeName(names) = extension.parsed_extension() {
        let odd =
            |name: &GeneralName<'_>| matches!(name, GeneralName::IPAddress(ip) if ip.len() != 4 && ip.len() != 16);
        if names.general_names.iter().any(odd) {
            return Err(Unreadable::Address);
        }
    }
    // Critical or not, it is read.
    if go >= READS_URIS {
        parsed(extension.parsed_extension())?;
    }
    if !extension.critical {
        return Ok(());
    }
    if UNCRITICAL.iter().any(|(uncritical, _)| *uncritical == oid) {
        return if go >= REFUSES_CRITICAL_IDS { Err(Unreadable::Critical(named(oid))) } else { Ok(()) };
    }
    if let ParsedExtension::NameConstraints(constraints) = extension.parsed_extension()
        && !is_heeded(constraints)
    {
        return Err(Unreadable::Constraint);
    }
    let policy = POLICIES.iter().any(|(policy, _)| *policy == oid);
    if HEEDED.contains(&oid) || (policy && go >= HEEDS_POLICIES) {
        return Ok(());
    }
    Err(Unreadable::Unhandled(named(oid)))
}

/// Whether Go reads what stands in an extension with names.
fn parsed(extension: &ParsedExtension<'_>) -> Result<(), Unreadable> {
    match extension {
        ParsedExtension::SubjectAlternativeName(names) => {
            let odd = names.general_names.iter().find_map(|name| match name {
                GeneralName::URI(uri) if !uri::is_read(uri) => Some((*uri).to_owned()),
                _ => None,
            });
            odd.map_or(Ok(()), |uri| Err(Unreadable::Uri(uri)))
        }
        ParsedExtension::NameConstraints(constraints) => {
            let trees = constraints.permitted_subtrees.iter().chain(&constraints.excluded_subtrees).flatten();
            let odd = trees.into_iter().find_map(|tree| odd_constraint(&tree.base));
            odd.map_or(Ok(()), |tree| Err(Unreadable::OddConstraint(tree)))
        }
        _ => Ok(()),
    }
}

/// A name constraint as it is written, if Go does not read it (`parseNameConstraintsExtension`): all kinds of names are domains
/// there, with a dot before them or not, a mask is ones and then zeros.
fn odd_constraint(base: &GeneralName<'_>) -> Option<String> {
    let is_domain = |name: &str| name.is_empty() || uri::is_domain(name.strip_prefix('.').unwrap_or(name));
    let (is_read, written) = match base {
        GeneralName::DNSName(name) => (is_domain(name), format!("DNS:{name}")),
        GeneralName::URI(name) => (is_domain(name) && name.parse::<IpAddr>().is_err(), format!("URI:{name}")),
        GeneralName::RFC822Name(name) => {
            let is_mailbox = |(local, domain): (&str, &str)| !local.is_empty() && uri::is_domain(domain);
            (name.rsplit_once('@').map_or_else(|| is_domain(name), is_mailbox), format!("email:{name}"))
        }
        GeneralName::IPAddress(range) => (is_network(range), format!("IP:{range:02x?}")),
        _ => return None,
    };
    (!is_read).then_some(written)
}

/// An address and a mask of the same length.
fn is_network(range: &[u8]) -> bool {
    let (_, mask) = range.split_at(range.len() / 2);
    let bits = mask.iter().fold(0_u128, |bits, byte| (bits << 8) | u128::from(*byte));
    // The zeros at its end, as ones.
    let hosts = match range.len() {
        8 => !bits & u128::from(u32::MAX),
        32 => !bits,
        _ => return false,
    };
    hosts & hosts.wrapping_add(1) == 0
}

fn is_heeded(constraints: &NameConstraints<'_>) -> bool {
    let trees = constraints.permitted_subtrees.iter().chain(&constraints.excluded_subtrees).flatten();
    trees.into_iter().all(|tree| {
        matches!(
            tree.base,
            GeneralName::DNSName(_) | GeneralName::IPAddress(_) | GeneralName::RFC822Name(_) | GeneralName::URI(_)
        )
    })
}

fn named(oid: &str) -> String {
    let known = UNCRITICAL.iter().chain(&POLICIES).find(|(known, _)| *known == oid);
    known.map_or_else(|| oid.to_owned(), |(_, name)| (*name).to_owned())
}

/// As Go has it: the set of X.680, and `*` and `&`, which are met too often.
fn is_printable(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b" '()+,-./:=?*&".contains(byte))
}
