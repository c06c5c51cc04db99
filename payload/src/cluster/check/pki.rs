//! `[pki]`: certificates, their names and how keys travel.

use toml::Spanned;

use super::address::usable;
use crate::cluster::file::PkiSection;
use crate::cluster::findings::Findings;
use crate::cluster::pki::{Algorithm, CommonName, Hours, KeySharing, Keys, OwnCa, Pki, Subject};
use crate::{say, words};

pub(super) fn pki(findings: &mut Findings, section: PkiSection) -> Pki {
    let keys = keys(findings, &section);
    let validity = section.validity.as_ref().map_or(Hours::TEN_YEARS, |hours| *hours.get_ref());
    let ca_validity = section.ca_validity.as_ref().map_or(Hours::TWENTY_YEARS, |hours| *hours.get_ref());
    if let Some(hours) = section.validity.filter(|hours| *hours.get_ref() >= Hours::TWENTY_YEARS) {
        findings.warn(
            &hours.span(),
            words!(
                en = "certificates of twenty years and more outlive the machines and people that know of them",
                zh = "有效期二十年以上的证书，会比机器和知情的人更长久"
            ),
        );
    }
    if let Some(hours) = section.ca_validity.filter(|ca| *ca.get_ref() < validity) {
        let text = say!(
            en = "the CA ends after {}, and the certificates ({validity}) end with it",
            zh = "CA 的有效期为 {}，证书（{validity}）会随之一同到期",
            hours.get_ref()
        );
        findings.warn(&hours.span(), text);
    }
    let own_ca = match (section.ca, section.ca_key) {
        (Some(certificate), key) => {
            Some(OwnCa { certificate: certificate.into_inner(), key: key.map(Spanned::into_inner) })
        }
        (None, None) => None,
        (None, Some(lonely)) => {
            findings.fault(
                &lonely.span(),
                words!(en = "`ca-key` goes with `ca`, the certificate", zh = "`ca-key` 要与证书 `ca` 一同给出"),
            );
            None
        }
    };
    for address in &section.spare_addresses {
        usable(findings, address);
    }
    Pki {
        sharing: section.mode.unwrap_or_default(),
        keys,
        algorithm: section.algorithm.unwrap_or_default(),
        validity,
        ca_validity,
        common_name: section.common_name.unwrap_or_else(CommonName::etcd_peer),
        subject: Subject {
            country: section.country,
            state: section.state,
            locality: section.locality,
            organization: section.organization,
            organizational_unit: section.organizational_unit,
        },
        spare_addresses: section.spare_addresses.into_iter().map(Spanned::into_inner).collect(),
        spare_names: section.spare_names,
        own_ca,
    }
}

fn keys(findings: &mut Findings, section: &PkiSection) -> Keys {
    let Some(keys) = &section.keys else { return Keys::default() };
    let span = keys.span();
    match keys.get_ref() {
        Keys::Passphrase => {}
        Keys::Plaintext => findings.warn(
            &span,
            words!(
                en =
                    "the bundles hold private keys in the clear: whoever finds one has its host's place in the cluster",
                zh = "安装包中的私钥是明文：谁拿到安装包，谁就能冒充该主机加入集群"
            ),
        ),
        Keys::HostKey => {
            if section.mode == Some(KeySharing::Shared) {
                let text = words!(
                    en = "a key that a host makes is its own, and `mode = \"shared\"` wants one for all",
                    zh = "主机自行生成的私钥各不相同，而 `mode = \"shared\"` 要求所有主机共用一个"
                );
                findings.fault_with_help(&span, text, "mode = \"per-host\"");
            }
            if section.algorithm.unwrap_or_default() != Algorithm::EcdsaP256 {
                let text = words!(
                    en = "hosts make ECDSA keys on P-256, and `algorithm` wants others",
                    zh = "主机生成的是 P-256 上的 ECDSA 密钥，而 `algorithm` 要求的是别的"
                );
                findings.fault_with_help(&span, text, "algorithm = \"ecdsa-p256\"");
            }
        }
    }
    *keys.get_ref()
}
