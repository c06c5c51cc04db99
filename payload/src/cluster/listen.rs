//! `listen` and its kin: one address, or a list of them.

use std::fmt;
use std::net::IpAddr;

use crate::words;
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

/// Addresses as a cluster file has them; at least one.
#[derive(Debug, Clone)]
pub(super) struct Addresses(Vec<IpAddr>);

impl Addresses {
    pub(super) fn as_slice(&self) -> &[IpAddr] {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Addresses {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(OneOrMany)
    }
}

struct OneOrMany;

impl<'de> Visitor<'de> for OneOrMany {
    type Value = Addresses;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&words!(en = "an IP address, or a list of them", zh = "IP 地址，或 IP 地址列表"))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Addresses, E> {
        text.parse()
            .map(|address| Addresses(vec![address]))
            .map_err(|_| E::custom(words!(en = "not an IP address", zh = "不是 IP 地址")))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Addresses, A::Error> {
        let mut addresses = Vec::new();
        while let Some(address) = list.next_element()? {
            addresses.push(address);
        }
        if addresses.is_empty() {
            return Err(A::Error::custom(words!(
                en = "an empty list: etcd listens at one IP address at least",
                zh = "列表为空：etcd 至少要监听一个 IP 地址"
            )));
        }
        Ok(Addresses(addresses))
    }
}
