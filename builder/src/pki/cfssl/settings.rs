//! What cfssl's files say of how certificates are to be; the rest of what cfssl knows is left alone. Pure.

use std::net::IpAddr;

use payload::cluster::{Algorithm, CommonName, Country, Hours, SubjectText};
use payload::name::HostName;

use super::document::{Document, Profile, Signing};
use crate::text;

/// What the `[pki]` section gets. `None`: the files do not say.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Settings {
    pub algorithm: Option<Algorithm>,
    pub validity: Option<Hours>,
    pub ca_validity: Option<Hours>,
    pub common_name: Option<CommonName>,
    pub country: Option<Country>,
    pub state: Option<SubjectText>,
    pub locality: Option<SubjectText>,
    pub organization: Option<SubjectText>,
    pub organizational_unit: Option<SubjectText>,
    pub names: Vec<HostName>,
    pub addresses: Vec<IpAddr>,
    /// What a certificate for etcd has no room for, in words.
    pub left_out: Vec<String>,
    /// Whether a request has been read.
    requested: bool,
}

/// Why a file is of no use.
#[derive(Debug, thiserror::Error)]
pub enum CfsslError {
    /// No JSON, or not of cfssl's shape; line and column are in the text.
    Json(#[from] serde_json::Error),
    /// Neither `signing` nor a request's keys.
    Neither,
    /// Two files say how members are to be called.
    TwoRequests,
    /// The profile that was asked for, or `peer`, is not there.
    NoProfile {
        /// By name.
        asked: String,
        /// All names, fit to be shown.
        there: Vec<String>,
    },
}

impl Settings {
    /// Adds what one file says. `profile` is the one to take of a `ca-config.json`; without one, `peer`, else the only one for
    /// servers and clients, else the only one, else the default.
    pub fn read(&mut self, text: &str, profile: Option<&str>) -> Result<(), CfsslError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let document: Document = serde_json::from_str(text)?;
        match document {
            Document { signing: Some(signing), .. } => self.sign(&signing, profile),
            Document { ca: Some(ca), .. } => {
                // A CA's own request: its names are in its certificate.
                self.ca_validity = ca.expiry.map(|span| span.0).or(self.ca_validity);
                Ok(())
            }
            Document { common_name: None, hosts: None, key: None, names: None, .. } => Err(CfsslError::Neither),
            _ if self.requested => Err(CfsslError::TwoRequests),
            request => {
                self.requested = true;
                self.request(request);
                Ok(())
            }
        }
    }

    fn sign(&mut self, signing: &Signing, asked: Option<&str>) -> Result<(), CfsslError> {
        let (name, chosen) = match (asked, signing.profiles.get(asked.unwrap_or("peer")), &signing.default) {
            (_, Some(profile), _) => (asked.unwrap_or("peer"), Some(profile)),
            (Some(asked), None, _) => {
                let there = signing.profiles.keys().map(|name| name.escape_debug().to_string()).collect();
                return Err(CfsslError::NoProfile { asked: asked.to_owned(), there });
            }
            (None, None, default) => {
                // kubeasz has `kubernetes` for both uses, beside `kcfg` for clients.
                let both: Vec<_> = signing.profiles.iter().filter(|(_, profile)| lacking(profile).is_empty()).collect();
                match (&both[..], signing.profiles.iter().next(), signing.profiles.len()) {
                    (&[(name, profile)], ..) | (&[], Some((name, profile)), 1) => (name.as_str(), Some(profile)),
                    _ => ("default", default.as_ref()),
                }
            }
        };
        let Some(chosen) = chosen else { return Ok(()) };
        let by_default = signing.default.as_ref().and_then(|default| default.expiry);
        self.validity = chosen.expiry.or(by_default).map(|span| span.0);
        let lacking = lacking(chosen);
        if !lacking.is_empty() {
            self.left_out.push(text::cfssl::lacks_usages(name.escape_debug(), &lacking));
        }
        Ok(())
    }

    fn request(&mut self, request: Document) {
        let Document { common_name, hosts, key, names, .. } = request;
        self.common_name = common_name.and_then(|name| name.0);
        self.algorithm = key.map(|key| key.0);
        let mut names = names.unwrap_or_default().into_iter();
        if let Some(name) = names.next() {
            self.country = name.country.0;
            self.state = name.state.0;
            self.locality = name.locality.0;
            self.organization = name.organization.0;
            self.organizational_unit = name.organizational_unit.0;
        }
        if names.next().is_some() {
            self.left_out.push(text::cfssl::SEVERAL_NAMES.into());
        }
        for host in hosts.unwrap_or_default() {
            match (host.parse::<IpAddr>(), host.parse::<HostName>()) {
                (Ok(address), _) if address.is_loopback() => {}
                (_, Ok(name)) if name.as_str().eq_ignore_ascii_case("localhost") => {}
                (Ok(address), _) if !self.addresses.contains(&address) => self.addresses.push(address),
                (Err(_), Ok(name)) if !self.names.contains(&name) => self.names.push(name),
                (Ok(_), _) | (_, Ok(_)) => {}
                (Err(_), Err(_)) if host.is_empty() => {}
                (Err(_), Err(_)) => {
                    self.left_out.push(text::cfssl::not_a_host(host.escape_debug()));
                }
            }
        }
    }
}

/// The usages of a member that a profile does not have.
fn lacking(profile: &Profile) -> Vec<&'static str> {
    let usages = ["server auth", "client auth"].into_iter();
    usages.filter(|usage| !profile.usages.iter().any(|written| written == usage)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guides_files_are_read() {
        let mut settings = Settings::default();
        settings
            .read(
                r#"{"signing": {"default": {"expiry": "175200h"}, "profiles": {
                    "server": {"expiry": "43800h", "usages": ["signing", "key encipherment", "server auth"]},
                    "peer": {"expiry": "87600h0m0s", "usages": ["signing", "key encipherment", "server auth", "client auth"]}
                }}}"#,
                None,
            )
            .unwrap();
        settings
            .read(
                r#"{"CN": "k8s-etcd", "hosts": ["10.4.7.11", "127.0.0.1", "localhost", "etcd.od.com", "*.od.com", ""],
                    "key": {"algo": "rsa", "size": 2048},
                    "names": [{"C": "CN", "ST": "beijing", "L": "", "O": "od", "OU": "ops"}]}"#,
                None,
            )
            .unwrap();
        settings
            .read(r#"{"CN": "OldboyEdu", "key": {"algo": "rsa", "size": 2048}, "ca": {"expiry": "175200h"}}"#, None)
            .unwrap();
        assert_eq!(settings.algorithm, Some(Algorithm::Rsa2048));
        assert_eq!((settings.validity, settings.ca_validity), (Some(Hours::TEN_YEARS), Some(Hours::TWENTY_YEARS)));
        assert_eq!(settings.common_name.unwrap().as_str(), "k8s-etcd");
        assert_eq!(settings.country.unwrap().as_str(), "CN");
        assert_eq!((settings.locality, settings.organization.unwrap().as_str()), (None, "od"));
        assert_eq!(settings.names.iter().map(HostName::as_str).collect::<Vec<_>>(), ["etcd.od.com"]);
        assert_eq!(settings.addresses, ["10.4.7.11".parse::<IpAddr>().unwrap()]);
        assert_eq!(settings.left_out, ["`*.od.com` is neither a host's name nor an address"]);
    }

    #[test]
    fn a_profile_is_chosen_and_its_lacks_are_said() {
        let config = r#"{"signing": {"profiles": {"www": {"expiry": "8760h", "usages": ["signing", "server auth"]}}}}"#;
        let mut settings = Settings::default();
        settings.read(config, None).unwrap();
        assert_eq!(settings.left_out, ["the profile `www` lacks client auth: a member needs both"]);
        let kubeasz = r#"{"signing": {"default": {"expiry": "438000h"}, "profiles": {
            "kcfg": {"expiry": "8760h", "usages": ["signing", "client auth"]},
            "kubernetes": {"expiry": "87600h", "usages": ["signing", "key encipherment", "server auth", "client auth"]}}}}"#;
        let mut by_use = Settings::default();
        by_use.read(kubeasz, None).unwrap();
        assert_eq!((by_use.validity, by_use.left_out.len()), (Some(Hours::TEN_YEARS), 0));
        let error = settings.read(config, Some("peer")).unwrap_err();
        assert_eq!(error.to_string(), "line 1, column 1: has no profile `peer`; there is `www`");
    }

    #[test]
    fn one_request_is_taken() {
        let mut settings = Settings::default();
        settings.read(r#"{"CN": "k8s-etcd"}"#, None).unwrap();
        assert!(matches!(settings.read(r#"{"CN": "OldboyEdu"}"#, None), Err(CfsslError::TwoRequests)));
    }

    #[test]
    fn what_is_wrong_is_said_with_line_and_column() {
        for (text, said) in [
            ("{\n  \"CN\": \"x\",\n}", "line 3 column 1"),
            ("{\"names\": [\n{\"C\": \"China\"}]}", "two capital letters (ISO 3166), not `China` at line 2 column 14"),
            ("{\"key\": {\"algo\": \"rsa\",\n \"size\": 1024}}", "not `rsa` of 1024 at line 2"),
            (
                "{\"signing\": {\"default\": {\n\"expiry\": \"90m\"}}}",
                "whole hours, `24h` to `876000h`, not `90m` at line 2",
            ),
            ("{\"hosts\": \"x\"}", "expected a sequence at line 1 column 13"),
            ("{}", "line 1, column 1: neither"),
            ("", "line 1 column 0"),
            ("-----BEGIN", "line 1 column 2"),
        ] {
            let error = Settings::default().read(text, None).unwrap_err().to_string();
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
