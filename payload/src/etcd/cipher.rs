//! The cipher suites of TLS 1.2 that `--cipher-suites` takes, by version.
//!
//! Data alone: what a list must have, `cluster/check/tls.rs` decides.

use super::EtcdVersion;

/// A kind of key that a suite signs with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SuiteKey {
    Rsa,
    Ecdsa,
    /// A suite of TLS 1.3: the name is taken, and chooses nothing.
    Any,
}

/// One suite.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CipherSuite {
    /// As etcd takes it.
    pub name: &'static str,
    pub key: SuiteKey,
}

impl CipherSuite {
    /// Whether HTTP/2 has it on its black list (RFC 7540, appendix A): no forward secrecy, or no AEAD.
    #[must_use]
    pub fn is_unfit_for_http2(&self) -> bool {
        self.name.contains("_CBC_") || self.name.contains("_RC4_") || self.name.starts_with("TLS_RSA_")
    }

    /// Whether it is one of the two of which HTTP/2 needs one (`http2.ConfigureServer`, all versions of Go).
    #[must_use]
    pub fn is_needed_by_http2(&self) -> bool {
        HTTP2.contains(&self.name)
    }
}

/// One of these must be in every list: etcd does not start without.
pub const HTTP2: [&str; 2] = ["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"];

/// A list with forward secrecy and AEAD alone, good for ECDSA and RSA keys and known to every version that has the flag.
pub const STRONG: &str = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,\
                          TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";

use SuiteKey::{Any, Ecdsa, Rsa};

/// Those of the table in `pkg/tlsutil/cipher_suites.go`, which all versions with the flag know.
const ALWAYS: [CipherSuite; 22] = [
    suite("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", Ecdsa),
    suite("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", Ecdsa),
    suite("TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305", Ecdsa),
    suite("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", Rsa),
    suite("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", Rsa),
    suite("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305", Rsa),
    suite("TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", Ecdsa),
    suite("TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", Ecdsa),
    suite("TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", Ecdsa),
    suite("TLS_ECDHE_ECDSA_WITH_RC4_128_SHA", Ecdsa),
    suite("TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA", Rsa),
    suite("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", Rsa),
    suite("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", Rsa),
    suite("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", Rsa),
    suite("TLS_ECDHE_RSA_WITH_RC4_128_SHA", Rsa),
    suite("TLS_RSA_WITH_3DES_EDE_CBC_SHA", Rsa),
    suite("TLS_RSA_WITH_AES_128_CBC_SHA", Rsa),
    suite("TLS_RSA_WITH_AES_128_CBC_SHA256", Rsa),
    suite("TLS_RSA_WITH_AES_128_GCM_SHA256", Rsa),
    suite("TLS_RSA_WITH_AES_256_CBC_SHA", Rsa),
    suite("TLS_RSA_WITH_AES_256_GCM_SHA384", Rsa),
    suite("TLS_RSA_WITH_RC4_128_SHA", Rsa),
];

/// What Go's own list has besides (`crypto/tls`), which etcd asks from 3.4.22 and 3.5.0 on.
const BY_GO: [CipherSuite; 5] = [
    suite("TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", Ecdsa),
    suite("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", Rsa),
    suite("TLS_AES_128_GCM_SHA256", Any),
    suite("TLS_AES_256_GCM_SHA384", Any),
    suite("TLS_CHACHA20_POLY1305_SHA256", Any),
];

const fn suite(name: &'static str, key: SuiteKey) -> CipherSuite {
    CipherSuite { name, key }
}

/// The suites that this version knows by name.
pub fn cipher_suites(version: EtcdVersion) -> impl Iterator<Item = &'static CipherSuite> {
    let asks_go = version >= EtcdVersion::new(3, 4, 22);
    ALWAYS.iter().chain(BY_GO.iter().filter(move |_| asks_go))
}

/// Whether members of this version speak nothing newer than TLS 1.2: made with Go before 1.13 (up to 3.4.16), or told so by
/// etcd itself (3.5.0 to 3.5.7, `client/pkg/transport/listener.go`). TLS 1.3 heeds no list of suites.
#[must_use]
pub fn ends_with_tls_1_2(version: EtcdVersion) -> bool {
    version < EtcdVersion::new(3, 4, 17) || (EtcdVersion::new(3, 5, 0)..EtcdVersion::new(3, 5, 8)).contains(&version)
}

/// Whether etcd exits when a suite that HTTP/2 wants comes behind one that it does not: Go's HTTP/2 server before 1.17
/// (`http2ConfigureServer`). From 3.4.20 and 3.5.5 on etcd brings a newer one.
#[must_use]
pub fn heeds_order_of_suites(version: EtcdVersion) -> bool {
    version < EtcdVersion::new(3, 4, 20) || (EtcdVersion::new(3, 5, 0)..EtcdVersion::new(3, 5, 5)).contains(&version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strong_list_is_known_to_all_and_has_what_http2_needs() {
        let known = |name: &str| cipher_suites(EtcdVersion::new(3, 2, 22)).find(|suite| suite.name == name);
        let list: Vec<_> = STRONG.split(',').map(|name| known(name).unwrap()).collect();
        assert!(list.iter().all(|suite| !suite.is_unfit_for_http2()));
        for key in [Ecdsa, Rsa] {
            assert!(list.iter().any(|suite| suite.key == key && suite.is_needed_by_http2()), "{key:?}");
        }
        assert!(HTTP2.iter().all(|name| known(name).is_some()));
    }

    #[test]
    fn go_s_own_names_came_later() {
        let knows = |patch| cipher_suites(EtcdVersion::new(3, 4, patch)).any(|suite| suite.name == BY_GO[0].name);
        assert!(!knows(21) && knows(22));
    }
}
