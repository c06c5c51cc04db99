//! A pair of key and certificate as a stranger sees it: what it says, whether it chains, whether the key is its
//! key. Used on kept pairs (does it still fit?) and on new ones (is it sound?). Nothing here trusts rcgen.

use rustls_pki_types::{CertificateDer, ServerName, TrustAnchor, UnixTime};
use time::{Duration, OffsetDateTime};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, ExtendedKeyUsageValidator, KeyPurposeIdIter};
use x509_parser::certificate::X509Certificate;
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::prelude::FromDer;

use super::ca::{self, Authority, Issuing};
use super::chain::{self, Link};
use super::error::CaFault;
use super::key::{self, KeyAlgorithm};
use super::names::{self, names, spec_names};
use super::pair::{PairFile, PairFiles};
use super::problem::CertificateProblem;
use super::readable;
use super::spec::{CertificateSpec, LOOPBACK};
use crate::secret::Secret;

/// A pair that is what is wanted.
#[derive(Debug)]
pub(super) struct Validated {
    /// The one that signed it, and those above.
    pub(super) path: Vec<Link>,
    /// The certificate, with what a stranger needs of these.
    pub(super) certificate: String,
    /// Its public key: the same in two certificates for one key, however that is written.
    pub(super) public_key: Vec<u8>,
    pub(super) end: OffsetDateTime,
}

fn links(text: &str) -> Result<Vec<Link>, CertificateProblem> {
    chain::links(text).map_err(|_| CertificateProblem::Unreadable(PairFile::Certificate))
}

/// Checks all there is to a pair; it must last for `left` from `now` on.
pub(super) fn pair(
    files: &PairFiles,
    spec: &CertificateSpec,
    authority: &Authority,
    now: OffsetDateTime,
    left: Duration,
) -> Result<Validated, CertificateProblem> {
    let links = links(&files.certificate)?;
    let (own, above) = links.split_first().ok_or(CertificateProblem::Unreadable(PairFile::Certificate))?;
    let certificate = chain::x509(&own.der).map_err(|_| CertificateProblem::Unreadable(PairFile::Certificate))?;
    key_belongs(files, &certificate)?;
    fits(own, above, &certificate, spec, authority, (now, left))
}

/// The same for a certificate whose key is on its host: the request stands for the key.
pub(super) fn without_key(
    certificate: &str,
    request: &str,
    spec: &CertificateSpec,
    authority: &Authority,
    now: OffsetDateTime,
    left: Duration,
) -> Result<Validated, CertificateProblem> {
    let links = links(certificate)?;
    let (own, above) = links.split_first().ok_or(CertificateProblem::Unreadable(PairFile::Certificate))?;
    let certificate = chain::x509(&own.der).map_err(|_| CertificateProblem::Unreadable(PairFile::Certificate))?;
    request_belongs(request, &certificate.public_key().subject_public_key.data)?;
    fits(own, above, &certificate, spec, authority, (now, left))
}

/// A certificate without regard to who has its key. `above` came behind it.
fn fits(
    own: &Link,
    above: &[Link],
    certificate: &X509Certificate<'_>,
    spec: &CertificateSpec,
    authority: &Authority,
    (now, left): (OffsetDateTime, Duration),
) -> Result<Validated, CertificateProblem> {
    let kind = KeyAlgorithm::of(certificate.public_key());
    if !kind.is_trusted() {
        return Err(CertificateProblem::Weak(kind));
    }
    if authority.issuing() == Issuing::Here && !kind.is(spec.algorithm) {
        return Err(CertificateProblem::Algorithm);
    }
    readable::check(certificate, authority.etcd()).map_err(|why| CertificateProblem::ForEtcd(why, authority.etcd()))?;
    says_what_the_spec_says(certificate, spec, authority.issuing())?;
    ca::is_signature_trusted(certificate).map_err(CertificateProblem::Signature)?;
    let (start, end) =
        (certificate.validity().not_before.to_datetime(), certificate.validity().not_after.to_datetime());
    if now < start {
        return Err(CertificateProblem::NotYet(start));
    }
    let path = path(own, above, authority, now)?;
    let (_, ca_end) = ca::times(&path, now, authority.etcd()).map_err(CertificateProblem::Issuer)?;
    // Nothing is good for longer than its CA, and one that ends with it cannot be bettered.
    if end < (now + left).min(ca_end) {
        return Err(CertificateProblem::Ends(end));
    }
    let end = end.min(ca_end);
    // etcd ends at the first CA that it trusts, and looks no further up.
    let trusted = path.iter().position(|link| authority.trusted.contains(link));
    let looked_at = path.get(..=trusted.unwrap_or_default()).unwrap_or(&path);
    ca::is_short_enough(looked_at).map_err(CertificateProblem::Issuer)?;
    chains(own, certificate, spec, &path, [now, now.max(end - Duration::HOUR)])?;
    let public_key = certificate.public_key().subject_public_key.data.to_vec();
    let certificate = chain::with_chain(&own.der, &path);
    Ok(Validated { path, certificate, public_key, end })
}

/// From the one that signed `own` up to the last that hosts trust. Where we sign, that is the CA of today, whoever else
/// is in its file.
fn path(
    own: &Link,
    brought: &[Link],
    authority: &Authority,
    now: OffsetDateTime,
) -> Result<Vec<Link>, CertificateProblem> {
    let mut path = match authority.issuing() {
        Issuing::Here if authority.path().first().is_some_and(|signer| signer.may_have_signed(own)) => {
            authority.path().to_vec()
        }
        Issuing::Here => Vec::new(),
        Issuing::Elsewhere => chain::path(own, &authority.trusted.iter().chain(brought).collect::<Vec<_>>(), now),
    };
    let is_trusted = |link: &Link| authority.trusted.contains(link);
    // What is over says nothing about those below it that hosts trust themselves.
    let valid = path.iter().take_while(|link| !link.has_ended(now)).count();
    let top = path.iter().take(valid).rposition(is_trusted).or_else(|| path.iter().rposition(is_trusted));
    path.truncate(top.map_or(0, |top| top + 1));
    if path.is_empty() { Err(CertificateProblem::UnknownIssuer) } else { Ok(path) }
}

fn key_belongs(files: &PairFiles, certificate: &X509Certificate<'_>) -> Result<(), CertificateProblem> {
    let key = key::parse(&files.key).map_err(|_| CertificateProblem::Unreadable(PairFile::Key))?;
    if certificate.public_key().subject_public_key.data != key.public_key_raw() {
        return Err(CertificateProblem::OtherKey(PairFile::Certificate));
    }
    request_belongs(&files.request, key.public_key_raw())
}

fn request_belongs(request: &str, public_key: &[u8]) -> Result<(), CertificateProblem> {
    let block = pem::parse(request).map_err(|_| CertificateProblem::Unreadable(PairFile::Request))?;
    let Ok(([], request)) = X509CertificationRequest::from_der(block.contents()) else {
        return Err(CertificateProblem::Unreadable(PairFile::Request));
    };
    if request.certification_request_info.subject_pki.subject_public_key.data != public_key {
        return Err(CertificateProblem::OtherKey(PairFile::Request));
    }
    Ok(())
}

fn says_what_the_spec_says(
    certificate: &X509Certificate<'_>,
    spec: &CertificateSpec,
    issuing: Issuing,
) -> Result<(), CertificateProblem> {
    if certificate.is_ca() {
        return Err(CertificateProblem::Ca);
    }
    let subject: Option<Vec<_>> = certificate
        .subject()
        .iter_attributes()
        .map(|one| Some((one.attr_type().to_id_string(), one.as_str().ok()?)))
        .collect();
    let asked = spec.subject.iter().map(|one| (one.oid.to_owned(), one.value.as_str()));
    if issuing == Issuing::Here && subject != Some(asked.collect()) {
        return Err(CertificateProblem::Subject);
    }
    let (has, wants) =
        (names(certificate).ok_or(CertificateProblem::Unreadable(PairFile::Certificate))?, spec_names(spec));
    let listed = |set: Vec<&String>| set.into_iter().cloned().collect();
    // A kept pair with more names for the host itself than are used now still fits: nobody gets a new key for it.
    let needless = has.difference(&wants).filter(|name| !LOOPBACK.contains(&name.as_str()));
    let missing = wants.difference(&has).filter(|name| !spec.may_lack(name));
    match (missing.collect::<Vec<_>>(), needless.collect::<Vec<_>>()) {
        (missing, _) if !missing.is_empty() => {
            let odd = names::addresses_as_names(certificate);
            let (odd, missing): (Vec<_>, Vec<_>) = missing.into_iter().partition(|name| odd.contains(*name));
            return Err(if odd.is_empty() {
                CertificateProblem::LacksNames(listed(missing))
            } else {
                CertificateProblem::AddressesAsNames(listed(odd))
            });
        }
        (_, needless) if issuing == Issuing::Here && !needless.is_empty() => {
            return Err(CertificateProblem::NeedlessNames(listed(needless)));
        }
        _ => {}
    }
    let lacking = spec.profile.lacking(certificate);
    if lacking.is_empty() { Ok(()) } else { Err(CertificateProblem::Usage(lacking)) }
}

/// Whether `key` is that of the first certificate in a text.
pub(super) fn is_key_of(key: &Secret, text: &str) -> bool {
    let own = chain::links(text).ok().and_then(|links| links.into_iter().next());
    let certificate = own.as_ref().and_then(|own| chain::x509(&own.der).ok());
    certificate.is_some_and(|certificate| {
        key::parse(key).is_ok_and(|key| certificate.public_key().subject_public_key.data == key.public_key_raw())
    })
}

/// The usages have been looked at: `Profile::lacking` at the certificate's, `ca::times` at those of the CAs. webpki knows no
/// `anyExtendedKeyUsage`, which etcd takes.
struct SeenBefore;

impl ExtendedKeyUsageValidator for SeenBefore {
    fn validate(&self, _: KeyPurposeIdIter<'_, '_>) -> Result<(), webpki::Error> {
        Ok(())
    }
}

fn chains(
    own: &Link,
    read: &X509Certificate<'_>,
    spec: &CertificateSpec,
    path: &[Link],
    times: [OffsetDateTime; 2],
) -> Result<(), CertificateProblem> {
    let certificate =
        EndEntityCert::try_from(&own.der).map_err(|_| CertificateProblem::Unreadable(PairFile::Certificate))?;
    let (anchor, below) = anchor(path)?;
    for time in times {
        let seconds = u64::try_from(time.unix_timestamp()).unwrap_or_default();
        let time = UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
        let anchors = std::slice::from_ref(&anchor);
        certificate
            .verify_for_usage(ALL_VERIFICATION_ALGS, anchors, &below, time, SeenBefore, None, None)
            .map_err(CertificateProblem::Chain)?;
    }
    // One that it may lack is not looked for; where it is there, it was read.
    let has = names(read).unwrap_or_default();
    let wanted =
        spec.without(&spec.optional.iter().map(String::as_str).filter(|name| !has.contains(*name)).collect::<Vec<_>>());
    let spec = &wanted;
    let names = spec.names.iter().map(|name| ServerName::try_from(name.as_str()).map_err(|_| name.clone()));
    let addresses = spec.addresses.iter().map(|address| Ok(ServerName::IpAddress((*address).into())));
    for name in names.chain(addresses) {
        let name = name.map_err(CertificateProblem::ImpossibleName)?;
        certificate
            .verify_is_valid_for_subject_name(&name)
            .map_err(|_| CertificateProblem::UnverifiedName(name.to_str().into_owned()))?;
    }
    Ok(())
}

/// The top of a path, to be trusted, and what is below: checked link by link, as by one who has the top alone.
fn anchor(path: &[Link]) -> Result<(TrustAnchor<'_>, Vec<CertificateDer<'_>>), CertificateProblem> {
    let Some((top, below)) = path.split_last() else {
        return Err(CertificateProblem::UnknownIssuer);
    };
    let anchor =
        webpki::anchor_from_trusted_cert(&top.der).map_err(|_| CertificateProblem::Issuer(CaFault::NoCertificate))?;
    Ok((anchor, below.iter().map(|link| link.der.clone()).collect()))
}
