//! A URL as etcd takes it: scheme, host, port. Nothing is looked up here.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU16;
use std::str::FromStr;

use crate::words;
use serde::{Deserialize, Serialize};

/// `https://192.0.2.1:2380`, `https://[2001:db8::1]:2380` or `https://n1.example.com:2380`, in that one form: lower case, the
/// port written out, no path, IPv6 addresses as RFC 5952 has them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Url {
    scheme: Scheme,
    host: UrlHost,
    port: NonZeroU16,
}

/// How a listener is spoken to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Scheme {
    Http,
    Https,
}

/// What stands between scheme and port: by what a member is reached.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum UrlHost {
    Ip(IpAddr),
    Name(DnsName),
}

/// A name that hosts are looked up by, in lower case: what etcd takes for one in a URL.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DnsName(String);

/// A text that is neither.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{}", words!(en = "neither an IP address nor a DNS name in lower case", zh = "既不是 IP 地址，也不是小写的 DNS 名称"))]
pub struct NotAUrlHost;

/// A text that is no URL of that form.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{}", words!(en = "a URL is written like `https://192.0.2.1:2380`, in lower case and with nothing behind the port", zh = "URL 写作 `https://192.0.2.1:2380`，小写，端口后不带任何内容"))]
pub struct NotAUrl;

impl Url {
    /// The URL of an address, or a name, and a port.
    #[must_use]
    pub fn of(scheme: Scheme, host: impl Into<UrlHost>, port: NonZeroU16) -> Self {
        Self { scheme, host: host.into(), port }
    }

    /// Its scheme.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Its address or its name.
    #[must_use]
    pub fn host(&self) -> &UrlHost {
        &self.host
    }

    /// Its address; `None` where it has a name.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        self.host.ip()
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> NonZeroU16 {
        self.port
    }

    /// Whether what comes to `address` is heard by who listens here.
    #[must_use]
    pub fn hears(&self, address: IpAddr) -> bool {
        self.address().is_some_and(|own| own.is_unspecified() || own == address)
    }

    /// As programs on the host that listens here reach it: who listens at all addresses is found at that of loopback.
    #[must_use]
    pub fn on_the_host_itself(&self) -> Self {
        let host = match self.host {
            UrlHost::Ip(IpAddr::V4(ip)) if ip.is_unspecified() => UrlHost::Ip(Ipv4Addr::LOCALHOST.into()),
            UrlHost::Ip(IpAddr::V6(ip)) if ip.is_unspecified() => UrlHost::Ip(Ipv6Addr::LOCALHOST.into()),
            _ => self.host.clone(),
        };
        Self { host, ..self.clone() }
    }

    /// Where to connect to; `None` where its name has to be looked up.
    #[must_use]
    pub fn socket(&self) -> Option<SocketAddr> {
        self.address().map(|address| SocketAddr::new(address, self.port.get()))
    }
}

impl UrlHost {
    /// The address; `None` of a name.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        match self {
            Self::Ip(address) => Some(*address),
            Self::Name(_) => None,
        }
    }

    /// The name; `None` of an address.
    #[must_use]
    pub fn name(&self) -> Option<&DnsName> {
        match self {
            Self::Ip(_) => None,
            Self::Name(name) => Some(name),
        }
    }
}

impl DnsName {
    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it means whoever asks (RFC 6761, 6.3; the second is in the hosts files of old systems).
    #[must_use]
    pub fn is_localhost(&self) -> bool {
        self.0 == "localhost" || self.0.ends_with(".localhost") || self.0 == "localhost.localdomain"
    }
}

impl FromStr for DnsName {
    type Err = NotAUrlHost;

    fn from_str(text: &str) -> Result<Self, NotAUrlHost> {
        if is_dns_name(text) { Ok(Self(text.to_owned())) } else { Err(NotAUrlHost) }
    }
}

impl TryFrom<String> for DnsName {
    type Error = NotAUrlHost;

    fn try_from(text: String) -> Result<Self, NotAUrlHost> {
        text.parse()
    }
}

impl From<DnsName> for String {
    fn from(name: DnsName) -> Self {
        name.0
    }
}

impl From<IpAddr> for UrlHost {
    fn from(address: IpAddr) -> Self {
        Self::Ip(address)
    }
}

impl FromStr for UrlHost {
    type Err = NotAUrlHost;

    fn from_str(text: &str) -> Result<Self, NotAUrlHost> {
        match text.parse() {
            Ok(address) => Ok(Self::Ip(address)),
            Err(_) => text.parse().map(Self::Name),
        }
    }
}

impl fmt::Display for UrlHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(address) => fmt::Display::fmt(address, f),
            Self::Name(name) => fmt::Display::fmt(name, f),
        }
    }
}

impl fmt::Display for DnsName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for UrlHost {
    type Error = NotAUrlHost;

    fn try_from(text: String) -> Result<Self, NotAUrlHost> {
        text.parse()
    }
}

impl From<UrlHost> for String {
    fn from(host: UrlHost) -> Self {
        host.to_string()
    }
}

impl FromStr for Url {
    type Err = NotAUrl;

    fn from_str(text: &str) -> Result<Self, NotAUrl> {
        let (scheme, rest) = match text.split_once("://").ok_or(NotAUrl)? {
            ("http", rest) => (Scheme::Http, rest),
            ("https", rest) => (Scheme::Https, rest),
            _ => return Err(NotAUrl),
        };
        let (host, port) = rest.rsplit_once(':').ok_or(NotAUrl)?;
        let host = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
            Some(v6) => UrlHost::Ip(IpAddr::V6(v6.parse().map_err(|_| NotAUrl)?)),
            None => match host.parse() {
                Ok(v4) => UrlHost::Ip(IpAddr::V4(v4)),
                Err(_) => UrlHost::Name(host.parse().map_err(|_| NotAUrl)?),
            },
        };
        let url = Self { scheme, host, port: port.parse().map_err(|_| NotAUrl)? };
        if url.to_string() == text { Ok(url) } else { Err(NotAUrl) }
    }
}

/// RFC 1123, 2.1, in lower case. A name whose last label is a number is what some read as an address.
fn is_dns_name(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last = text.rsplit('.').next().unwrap_or_default();
    text.len() <= 253 && text.split('.').all(label) && last.bytes().any(|b| !b.is_ascii_digit())
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
        };
        match &self.host {
            UrlHost::Ip(address) => write!(f, "{scheme}://{}", SocketAddr::new(*address, self.port.get())),
            UrlHost::Name(name) => write!(f, "{scheme}://{name}:{}", self.port),
        }
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for Url {
    type Error = NotAUrl;

    fn try_from(text: String) -> Result<Self, NotAUrl> {
        text.parse()
    }
}

impl From<Url> for String {
    fn from(url: Url) -> Self {
        url.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_way_to_write_a_url() {
        for good in [
            "https://192.0.2.1:2380",
            "http://127.0.0.1:2379",
            "https://[2001:db8::1]:2380",
            "https://n1.example.com:2380",
            "https://localhost:1",
            "https://0.0.0.0:65535",
        ] {
            assert_eq!(good.parse::<Url>().unwrap().to_string(), good);
        }
        for bad in [
            "",
            "https://",
            "192.0.2.1:2380",
            "unix://etcd:1",
            "HTTPS://192.0.2.1:2380",
            "https://192.0.2.1",
            "https://192.0.2.1:0",
            "https://192.0.2.1:65536",
            "https://192.0.2.1:02380",
            "https://192.0.2.1:+2380",
            "https://192.0.2.1:2380/",
            "https://192.0.2.1:2380?x",
            "https://a@192.0.2.1:2380",
            "https://192.0.2.01:2380",
            "https://192.0.2:2380",
            "https://1.2.3.4.5:2380",
            "https://2001:db8::1:2380",
            "https://[2001:DB8::1]:2380",
            "https://[2001:db8:0::1]:2380",
            "https://[fe80::1%1]:2380",
            "https://[192.0.2.1]:2380",
            "https://N1:2380",
            "https://n_1:2380",
            "https://-n1:2380",
            "https://n1..x:2380",
            "https://n1.:2380",
            "https://n1 :2380",
            "https://\u{202e}n1:2380",
        ] {
            assert_eq!(bad.parse::<Url>(), Err(NotAUrl), "{bad}");
        }
        let long = format!("https://{}:1", ["a"; 127].join("."));
        assert!(long.parse::<Url>().is_ok());
        assert!(format!("https://{}:1", ["a"; 128].join(".")).parse::<Url>().is_err());
    }

    #[test]
    fn an_address_can_be_connected_to_and_a_name_cannot() {
        let url: Url = "https://[2001:db8::1]:2380".parse().unwrap();
        assert_eq!(url.socket(), Some("[2001:db8::1]:2380".parse().unwrap()));
        assert_eq!("https://n1:2380".parse::<Url>().unwrap().socket(), None);
    }
}
