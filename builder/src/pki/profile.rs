//! What a certificate may be used for: cfssl's profiles, which etcd's own guides are written in.

use payload::cluster::Algorithm;
use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, KeyUsagePurpose};
use serde::Serialize;
use x509_parser::certificate::X509Certificate;

/// A kind of certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// Signs the others.
    Ca,
    /// Answers: a proxy in front of etcd.
    Server,
    /// Dials: kube-apiserver, flannel, a person.
    Client,
    /// Both: a member, which dials its peers with what it answers them.
    Peer,
}

impl Profile {
    /// The extended key usages.
    pub(super) fn purposes(self) -> Vec<ExtendedKeyUsagePurpose> {
        match self {
            Self::Ca => Vec::new(),
            Self::Server => vec![ExtendedKeyUsagePurpose::ServerAuth],
            Self::Client => vec![ExtendedKeyUsagePurpose::ClientAuth],
            Self::Peer => vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth],
        }
    }

    /// Puts constraints and usages into `params`. ECDSA keys encipher nothing (RFC 8813, section 3), and a client's key
    /// signs only.
    pub(super) fn lay_out(self, params: &mut CertificateParams, algorithm: Algorithm) {
        let rsa = matches!(algorithm, Algorithm::Rsa2048 | Algorithm::Rsa3072 | Algorithm::Rsa4096);
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        match self {
            Self::Ca => {
                params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
                params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
            }
            Self::Server | Self::Peer if rsa => params.key_usages.push(KeyUsagePurpose::KeyEncipherment),
            Self::Server | Self::Client | Self::Peer => {}
        }
        params.extended_key_usages = self.purposes();
    }

    /// What `certificate` is, by what it says; `None` where it is for something else.
    pub(super) fn of(certificate: &X509Certificate<'_>) -> Option<Self> {
        if certificate.is_ca() {
            return Some(Self::Ca);
        }
        let Some(usage) = certificate.extended_key_usage().ok()? else { return Some(Self::Peer) };
        let any = usage.value.any;
        match (any || usage.value.server_auth, any || usage.value.client_auth) {
            (true, true) => Some(Self::Peer),
            (true, false) => Some(Self::Server),
            (false, true) => Some(Self::Client),
            (false, false) => None,
        }
    }

    /// The extended usages that `certificate` lacks, by the names that openssl and cfssl give them. One that names no usage at
    /// all, or any, is good for everything (RFC 5280, 4.2.1.12); the key usage of a leaf, etcd does not look at.
    pub(super) fn lacking(self, certificate: &X509Certificate<'_>) -> Vec<&'static str> {
        let mut lacking = Vec::new();
        let (server, client) = match certificate.extended_key_usage() {
            Ok(None) => (true, true),
            Ok(Some(usage)) => (usage.value.any || usage.value.server_auth, usage.value.any || usage.value.client_auth),
            Err(_) => (false, false),
        };
        if matches!(self, Self::Server | Self::Peer) && !server {
            lacking.push("server auth");
        }
        if matches!(self, Self::Client | Self::Peer) && !client {
            lacking.push("client auth");
        }
        lacking
    }
}

impl std::fmt::Display for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Ca => "ca",
            Self::Server => "server",
            Self::Client => "client",
            Self::Peer => "peer",
        })
    }
}
