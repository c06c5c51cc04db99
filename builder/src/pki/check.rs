//! A pair of key and certificate as a stranger sees it: what it says, whether it chains, whether the key is its
//! key. Used on kept pairs (does it still fit?) and on new ones (is it sound?). Nothing here trusts rcgen.

use std::collections::BTreeSet;
use std::net::IpAddr;

use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use time::{Duration, OffsetDateTime};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage};
use x509_parser::certificate::X509Certificate;
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::extensions::GeneralName;
use x509_parser::parse_x509_certificate;
use x509_parser::prelude::FromDer;

use super::authority::{self, Authority};
use super::error::Day;
use super::key::{self, Kind};
use super::secret::Secret;
use super::wanted::Wanted;

/// The three files of a pair.
#[derive(Debug, Clone)]
pub(super) struct Files {
    pub(super) certificate: String,
    pub(super) key: Secret,
    pub(super) request: String,
}

/// Why a pair is not what is wanted.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Misfit {
    #[error("the {0} cannot be read")]
    Unreadable(&'static str),
    #[error("the {0} is for another key")]
    OtherKey(&'static str),
    #[error("the key is of another algorithm")]
    Algorithm,
    #[error("the subject is another")]
    Subject,
    #[error("it {0} the names or addresses {1}")]
    Names(&'static str, String),
    #[error("its usages are others")]
    Usage,
    #[error("it is signed with `{0}`")]
    Signature(String),
    #[error("it does not chain to the CA as {0}: {1}")]
    Chain(&'static str, webpki::Error),
    #[error("it ends on {}", Day(*.0))]
    Ends(OffsetDateTime),
}

/// Checks all there is to a pair; it must last for `left` from `now` on.
pub(super) fn pair(
    files: &Files,
    wanted: &Wanted,
    authority: &Authority,
    now: OffsetDateTime,
    left: Duration,
) -> Result<(), Misfit> {
    let der = certificate_der(&files.certificate)?;
    let Ok(([], certificate)) = parse_x509_certificate(&der) else {
        return Err(Misfit::Unreadable("certificate"));
    };
    key_belongs(files, &certificate)?;
    fits(&der, &certificate, wanted, authority, now, left)
}

/// The same for a certificate whose key is on its host: the request stands for the key.
pub(super) fn without_key(
    certificate: &str,
    request: &str,
    wanted: &Wanted,
    authority: &Authority,
    now: OffsetDateTime,
    left: Duration,
) -> Result<(), Misfit> {
    let der = certificate_der(certificate)?;
    let Ok(([], certificate)) = parse_x509_certificate(&der) else {
        return Err(Misfit::Unreadable("certificate"));
    };
    request_belongs(request, &certificate.public_key().subject_public_key.data)?;
    fits(&der, &certificate, wanted, authority, now, left)
}

fn fits(
    der: &CertificateDer<'_>,
    certificate: &X509Certificate<'_>,
    wanted: &Wanted,
    authority: &Authority,
    now: OffsetDateTime,
    left: Duration,
) -> Result<(), Misfit> {
    if !Kind::of(certificate.public_key()).is(wanted.algorithm) {
        return Err(Misfit::Algorithm);
    }
    says_what_is_wanted(certificate, wanted)?;
    authority::is_signature_trusted(certificate).map_err(Misfit::Signature)?;
    let end = certificate.validity().not_after.to_datetime();
    if end < now + left || end > authority.not_after {
        return Err(Misfit::Ends(end));
    }
    chains(der, wanted, authority, [now, end - Duration::HOUR])
}

fn certificate_der(text: &str) -> Result<CertificateDer<'static>, Misfit> {
    let block = pem::parse(text).ok().filter(|block| block.tag() == "CERTIFICATE");
    block.map(|block| block.into_contents().into()).ok_or(Misfit::Unreadable("certificate"))
}

fn key_belongs(files: &Files, certificate: &X509Certificate<'_>) -> Result<(), Misfit> {
    let key = key::parse(&files.key).map_err(|_| Misfit::Unreadable("key"))?;
    if certificate.public_key().subject_public_key.data != key.public_key_raw() {
        return Err(Misfit::OtherKey("certificate"));
    }
    request_belongs(&files.request, key.public_key_raw())
}

fn request_belongs(request: &str, public_key: &[u8]) -> Result<(), Misfit> {
    let block = pem::parse(request).map_err(|_| Misfit::Unreadable("request"))?;
    let Ok(([], request)) = X509CertificationRequest::from_der(block.contents()) else {
        return Err(Misfit::Unreadable("request"));
    };
    if request.certification_request_info.subject_pki.subject_public_key.data != public_key {
        return Err(Misfit::OtherKey("request"));
    }
    Ok(())
}

fn says_what_is_wanted(certificate: &X509Certificate<'_>, wanted: &Wanted) -> Result<(), Misfit> {
    let subject: Option<Vec<_>> = certificate
        .subject()
        .iter_attributes()
        .map(|one| Some((one.attr_type().to_id_string(), one.as_str().ok()?)))
        .collect();
    let asked = wanted.subject.iter().map(|one| (one.oid.to_owned(), one.value.as_str()));
    if subject != Some(asked.collect()) {
        return Err(Misfit::Subject);
    }
    let (has, wants) = (names(certificate).ok_or(Misfit::Unreadable("certificate"))?, wanted_names(wanted));
    let listed = |set: Vec<&String>| set.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match (wants.difference(&has).collect::<Vec<_>>(), has.difference(&wants).collect::<Vec<_>>()) {
        (missing, _) if !missing.is_empty() => return Err(Misfit::Names("lacks", listed(missing))),
        (_, needless) if !needless.is_empty() => {
            return Err(Misfit::Names("still has", listed(needless)));
        }
        _ => {}
    }
    let usage = certificate.key_usage().ok().flatten().is_some_and(|usage| usage.value.digital_signature());
    if usage && !certificate.is_ca() { Ok(()) } else { Err(Misfit::Usage) }
}

/// Names without regard to case, as in the DNS.
fn wanted_names(wanted: &Wanted) -> BTreeSet<String> {
    let names = wanted.names.iter().map(|name| name.to_ascii_lowercase());
    names.chain(wanted.addresses.iter().map(ToString::to_string)).collect()
}

/// The subject's alternative names; `None` where one is neither name nor address.
pub(super) fn names(certificate: &X509Certificate<'_>) -> Option<BTreeSet<String>> {
    let Some(extension) = certificate.subject_alternative_name().ok()? else {
        return Some(BTreeSet::new());
    };
    let name = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some(name.to_ascii_lowercase()),
        GeneralName::IPAddress(bytes) => address(bytes).map(|address| address.to_string()),
        _ => None,
    };
    extension.value.general_names.iter().map(name).collect()
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let v4 = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    v4.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok()
}

fn chains(
    der: &CertificateDer<'_>,
    wanted: &Wanted,
    authority: &Authority,
    times: [OffsetDateTime; 2],
) -> Result<(), Misfit> {
    let unreadable = |_| Misfit::Unreadable("certificate");
    let certificate = EndEntityCert::try_from(der).map_err(unreadable)?;
    let anchors = std::slice::from_ref(&authority.anchor);
    for time in times {
        let seconds = u64::try_from(time.unix_timestamp()).unwrap_or_default();
        let time = UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
        for (role, usage) in [("a server", KeyUsage::server_auth()), ("a client", KeyUsage::client_auth())] {
            certificate
                .verify_for_usage(ALL_VERIFICATION_ALGS, anchors, &[], time, usage, None, None)
                .map_err(|error| Misfit::Chain(role, error))?;
        }
    }
    let names = wanted.names.iter().map(|name| ServerName::try_from(name.as_str()).map_err(|_| name.clone()));
    let addresses = wanted.addresses.iter().map(|address| Ok(ServerName::IpAddress((*address).into())));
    for name in names.chain(addresses) {
        let name = name.map_err(|name| Misfit::Names("cannot hold", name))?;
        certificate
            .verify_is_valid_for_subject_name(&name)
            .map_err(|_| Misfit::Names("does not stand for", name.to_str().into_owned()))?;
    }
    Ok(())
}
