//! What a certificate must say, from the cluster file alone: a pure function of it, with no keys and no clock.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use payload::cluster::{Algorithm, Cluster, KeySharing, Loopback, Pki};
use payload::name::HostName;
use payload::url::DnsName;
use rcgen::string::{Ia5String, PrintableString};
use rcgen::{CertificateParams, DnType, DnValue, Error, SanType};
use rustls_pki_types::DnsName as ValidName;

use super::profile::Profile;

/// Whom a pair of key and certificate is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// One host alone.
    Host(HostName),
    /// All hosts of the cluster (`pki.mode = "shared"`).
    Everyone,
    /// Someone who dials only: kube-apiserver, a person.
    Client(HostName),
    /// Something that answers only: a proxy in front of the members.
    Server(HostName),
}

impl Holder {
    /// Whether `host` gets it.
    #[must_use]
    pub fn is(&self, host: &HostName) -> bool {
        match self {
            Self::Host(name) => name == host,
            Self::Everyone => true,
            Self::Client(_) | Self::Server(_) => false,
        }
    }

    /// What the file of its request is called, before `.csr`.
    pub(crate) fn request_name(&self) -> String {
        match self {
            Self::Host(name) => name.to_string(),
            Self::Everyone => "all-hosts".to_owned(),
            Self::Client(name) => format!("client-{name}"),
            Self::Server(name) => format!("server-{name}"),
        }
    }
}

/// One attribute of a subject.
#[derive(Debug, Clone)]
pub(super) struct Attribute {
    kind: DnType,
    /// The same as dotted digits (X.520).
    pub(super) oid: &'static str,
    pub(super) value: String,
}

/// A certificate to be had.
#[derive(Debug, Clone)]
pub(super) struct CertificateSpec {
    pub(super) holder: Holder,
    pub(super) profile: Profile,
    pub(super) algorithm: Algorithm,
    pub(super) subject: Vec<Attribute>,
    /// DNS names and addresses, none twice.
    pub(super) names: Vec<String>,
    pub(super) addresses: Vec<IpAddr>,
    /// Those of both that are asked for and may be missing, in lower case.
    pub(super) optional: Vec<String>,
}

/// What a host calls itself by.
pub(super) const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// One certificate a host, or one for all; and the names that no certificate can hold.
pub(super) fn all(cluster: &Cluster) -> (Vec<CertificateSpec>, Vec<&HostName>) {
    let spare = cluster.pki.spare_names.iter();
    let (mut valid, mut odd) = (Vec::new(), Vec::new());
    for name in cluster.hosts.iter().flat_map(|host| std::iter::once(&host.name).chain(&host.names)).chain(spare) {
        if is_dns(name) {
            valid.push(name);
        } else if !odd.contains(&name) {
            odd.push(name);
        }
    }
    let spec = match cluster.pki.sharing {
        KeySharing::PerHost => cluster
            .hosts
            .iter()
            .map(|host| {
                let names = std::iter::once(&host.name).chain(&host.names);
                one(cluster, Holder::Host(host.name.clone()), names, host.certified().into_iter())
            })
            .collect(),
        KeySharing::Shared => {
            let addresses = cluster.hosts.iter().flat_map(payload::cluster::Host::certified);
            vec![one(cluster, Holder::Everyone, valid.into_iter(), addresses)]
        }
    };
    (spec, odd)
}

fn one<'a>(
    cluster: &'a Cluster,
    holder: Holder,
    names: impl Iterator<Item = &'a HostName>,
    addresses: impl Iterator<Item = IpAddr>,
) -> CertificateSpec {
    let pki = &cluster.pki;
    let mut spec = CertificateSpec {
        holder,
        // Members dial each other with what they answer.
        profile: Profile::Peer,
        algorithm: pki.algorithm,
        subject: subject(pki, pki.common_name.as_str()),
        names: Vec::new(),
        addresses: Vec::new(),
        optional: Vec::new(),
    };
    let members: Vec<_> = cluster.hosts.iter().filter(|host| spec.holder.is(&host.name)).collect();
    let by_tls = cluster.loopback == Loopback::Https || members.iter().any(|host| host.listens_everywhere());
    let names = names.chain(&pki.spare_names).filter(|name| is_dns(name)).map(HostName::as_str);
    let called = members.iter().flat_map(|host| host.called()).map(DnsName::as_str);
    for name in called.chain(names).chain(by_tls.then_some("localhost")) {
        if !spec.names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            spec.names.push(name.to_owned());
        }
    }
    let loopback = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
    let loopback = loopback.into_iter().filter(|_| by_tls);
    for address in addresses.chain(pki.spare_addresses.iter().copied()).chain(loopback) {
        if !spec.addresses.contains(&address) {
            spec.addresses.push(address);
        }
    }
    // Members are called by the loopback address of one family; the others are for people's convenience.
    let is_called =
        |name: &&str| name.parse::<IpAddr>().is_ok_and(|ip| members.iter().any(|host| host.loopback() == ip));
    spec.optional = LOOPBACK.into_iter().filter(|name| !is_called(name)).map(str::to_owned).collect();
    spec
}

/// A certificate for someone who is no member. The name is the common name, which etcd takes for its user's name
/// (`client-cert-auth` with roles).
pub(super) fn client_or_server(pki: &Pki, holder: Holder, names: &[HostName], addresses: &[IpAddr]) -> CertificateSpec {
    let (profile, name) = match &holder {
        Holder::Client(name) => (Profile::Client, name.as_str().to_owned()),
        Holder::Server(name) => (Profile::Server, name.as_str().to_owned()),
        Holder::Host(_) | Holder::Everyone => (Profile::Peer, pki.common_name.as_str().to_owned()),
    };
    let mut spec = CertificateSpec {
        holder,
        profile,
        algorithm: pki.algorithm,
        subject: subject(pki, &name),
        names: Vec::new(),
        addresses: Vec::new(),
        optional: Vec::new(),
    };
    for name in names.iter().filter(|name| is_dns(name)).map(HostName::as_str) {
        if !spec.names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            spec.names.push(name.to_owned());
        }
    }
    for address in addresses {
        if !spec.addresses.contains(address) {
            spec.addresses.push(*address);
        }
    }
    spec
}

/// In the guide's order (`etcd-peer-csr.json`), the common name last as openssl and cfssl show it.
fn subject(pki: &Pki, common_name: &str) -> Vec<Attribute> {
    let given = &pki.subject;
    let text = |value: &Option<payload::cluster::SubjectText>| value.as_ref().map(|text| text.as_str().to_owned());
    [
        (DnType::CountryName, "2.5.4.6", given.country.as_ref().map(|country| country.as_str().to_owned())),
        (DnType::StateOrProvinceName, "2.5.4.8", text(&given.state)),
        (DnType::LocalityName, "2.5.4.7", text(&given.locality)),
        (DnType::OrganizationName, "2.5.4.10", text(&given.organization)),
        (DnType::OrganizationalUnitName, "2.5.4.11", text(&given.organizational_unit)),
        (DnType::CommonName, "2.5.4.3", Some(common_name.to_owned())),
    ]
    .into_iter()
    .filter_map(|(kind, oid, value)| Some(Attribute { kind, oid, value: value? }))
    .collect()
}

/// Names with a dot at the end are left out as well: a certificate's names have none (RFC 5280, 4.2.1.6).
fn is_dns(name: &HostName) -> bool {
    !name.as_str().ends_with('.') && ValidName::try_from(name.as_str()).is_ok()
}

impl CertificateSpec {
    /// Whether a certificate is good without this name or address, in lower case.
    pub(super) fn may_lack(&self, name: &str) -> bool {
        self.optional.iter().any(|optional| optional == name)
    }

    /// The same without these, in lower case.
    pub(super) fn without(&self, names: &[&str]) -> Self {
        let mut spec = self.clone();
        spec.names.retain(|name| !names.contains(&name.to_ascii_lowercase().as_str()));
        spec.addresses.retain(|address| !names.contains(&address.to_string().as_str()));
        spec
    }

    /// All but the times, the serial number and the issuer: what a request says.
    pub(super) fn params(&self) -> Result<CertificateParams, Error> {
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        for Attribute { kind, value, .. } in &self.subject {
            let value = match kind {
                // RFC 5280, appendix A: a country is a PrintableString.
                DnType::CountryName => DnValue::PrintableString(PrintableString::try_from(value.as_str())?),
                _ => DnValue::Utf8String(value.clone()),
            };
            params.distinguished_name.push(kind.clone(), value);
        }
        for name in &self.names {
            params.subject_alt_names.push(SanType::DnsName(Ia5String::try_from(name.as_str())?));
        }
        params.subject_alt_names.extend(self.addresses.iter().copied().map(SanType::IpAddress));
        self.profile.lay_out(&mut params, self.algorithm);
        Ok(params)
    }
}

#[cfg(test)]
mod tests {
    use payload::cluster::Cluster;

    use super::*;

    fn cluster(pki: &str) -> Cluster {
        let file = format!(
            "[cluster]\nname = \"c\"\n[release]\nversion = \"3.5.1\"\n[pki]\n{pki}\nspare-addresses = [\"10.0.0.9\"]\n\
             spare-names = [\"spare\", \"N1.example\"]\n\
             [[host]]\nname = \"n1.example\"\naddress = \"10.0.0.1\"\naddresses = [\"fd00::1\"]\nnames = [\"a.b.\", \"10.2\", \"x_y\"]\n\
             [[host]]\nname = \"n2\"\naddress = \"10.0.0.2\"\n"
        );
        Cluster::parse(file.as_bytes()).unwrap().cluster
    }

    #[test]
    fn a_host_gets_its_own_names_and_the_spare_ones() {
        let cluster = cluster("country = \"CN\"\norganizational-unit = \"ops\"");
        let (spec, odd) = all(&cluster);
        assert_eq!(odd.iter().map(|name| name.as_str()).collect::<Vec<_>>(), ["a.b.", "10.2"]);
        assert_eq!(spec[0].names, ["n1.example", "x_y", "spare", "localhost"]);
        assert_eq!(
            spec[0].addresses.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["10.0.0.1", "fd00::1", "10.0.0.9", "127.0.0.1", "::1"]
        );
        assert_eq!(spec[1].names, ["n2", "spare", "N1.example", "localhost"]);
        let subject: Vec<_> = spec[0].subject.iter().map(|one| (one.oid, one.value.as_str())).collect();
        assert_eq!(subject, [("2.5.4.6", "CN"), ("2.5.4.11", "ops"), ("2.5.4.3", "etcd-peer")]);
    }

    #[test]
    fn loopback_names_are_asked_for_where_tls_listens_there() {
        let text = |loopback: &str| {
            format!(
                "[cluster]\nname = \"c\"\n[release]\nversion = \"3.5.1\"\n[client]\nloopback = \"{loopback}\"\n\
                 [[host]]\nname = \"n1\"\naddress = \"fd00::1\"\n"
            )
        };
        let of = |loopback: &str| all(&Cluster::parse(text(loopback).as_bytes()).unwrap().cluster).0.remove(0);
        let spec = of("https");
        assert_eq!((spec.names.len(), spec.addresses.len()), (2, 3));
        assert_eq!(LOOPBACK.map(|name| spec.may_lack(name)), [true, true, false]);
        for loopback in ["http", "off"] {
            let spec = of(loopback);
            assert_eq!((spec.names, spec.addresses.len()), (vec!["n1".to_owned()], 1), "{loopback}");
        }
    }

    #[test]
    fn a_shared_pair_covers_every_host() {
        let cluster = cluster("mode = \"shared\"");
        let (spec, _) = all(&cluster);
        assert_eq!(spec.len(), 1);
        assert_eq!(spec[0].holder, Holder::Everyone);
        assert_eq!(spec[0].names, ["n1.example", "x_y", "n2", "spare", "localhost"]);
        assert_eq!(spec[0].addresses.len(), 6);
    }
}
