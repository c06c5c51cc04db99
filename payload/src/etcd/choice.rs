//! Flags of etcd that take one of a few words, by version. Another word stops etcd at its start, or is passed over.

use super::EtcdVersion;

/// The words that this flag takes in this version; `None`: it takes more than a few.
#[must_use]
pub fn choices(flag: &str, version: EtcdVersion) -> Option<&'static [&'static str]> {
    match flag {
        // `etcdmain/help.go`.
        "metrics" => Some(&["basic", "extensive"]),
        "backend-bbolt-freelist-type" | "experimental-backend-bbolt-freelist-type" => Some(&["array", "map"]),
        // `logutil.ConvertToZapFormat`.
        "log-format" => Some(&["json", "console"]),
        // `tlsutil.GetTLSVersion`.
        "tls-min-version" | "tls-max-version" => Some(&["TLS1.2", "TLS1.3"]),
        "v2-deprecation" => Some(v2_deprecation(version)),
        _ => None,
    }
}

/// Whether another word is passed over, and nobody sees that it is; with the other flags it stops etcd.
#[must_use]
pub fn passes_over_other_words(flag: &str) -> bool {
    flag == "metrics" || flag.ends_with("backend-bbolt-freelist-type")
}

/// `server/etcdmain/config.go` and `server/config/v2_deprecation.go`.
fn v2_deprecation(version: EtcdVersion) -> &'static [&'static str] {
    let skips = version >= EtcdVersion::new(3, 6, 13)
        || (EtcdVersion::new(3, 5, 32)..EtcdVersion::new(3, 6, 0)).contains(&version);
    match (version < EtcdVersion::new(3, 6, 0), skips) {
        (true, false) => &["not-yet", "write-only", "write-only-drop-data", "gone"],
        (true, true) => &["not-yet", "write-only", "write-only-skip-check", "write-only-drop-data", "gone"],
        (false, false) => &["write-only", "write-only-drop-data", "gone"],
        (false, true) => &["write-only", "write-only-skip-check", "write-only-drop-data", "gone"],
    }
}

/// A switch of `--feature-gates` (`server/features/etcd_features.go`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Gate {
    pub name: &'static str,
    /// What it was before it was a gate; 3.6 exits when it is given both.
    pub flag: Option<&'static str>,
    /// Another gate without which etcd exits.
    pub needs: Option<&'static str>,
    from: EtcdVersion,
}

const fn gate(name: &'static str, flag: Option<&'static str>) -> Gate {
    Gate { name, flag, needs: None, from: EtcdVersion::new(3, 6, 0) }
}

const GATES: [Gate; 9] = [
    gate("CompactHashCheck", Some("experimental-compact-hash-check-enabled")),
    Gate { from: EtcdVersion::new(3, 7, 0), ..gate("FastLeaseKeepAlive", None) },
    gate("InitialCorruptCheck", Some("experimental-initial-corrupt-check")),
    gate("LeaseCheckpoint", Some("experimental-enable-lease-checkpoint")),
    Gate {
        needs: Some("LeaseCheckpoint"),
        ..gate("LeaseCheckpointPersist", Some("experimental-enable-lease-checkpoint-persist"))
    },
    Gate { from: EtcdVersion::new(3, 7, 0), ..gate("PriorityRequest", None) },
    gate("SetMemberLocalAddr", None),
    gate("StopGRPCServiceOnDefrag", Some("experimental-stop-grpc-service-on-defrag")),
    gate("TxnModeWriteWithSharedBuffer", Some("experimental-txn-mode-write-with-shared-buffer")),
];

/// The gates of this version, and the two that stand for many.
pub fn gates(version: EtcdVersion) -> impl Iterator<Item = &'static Gate> {
    GATES.iter().filter(move |gate| version >= gate.from)
}

/// Gates that stand for all of a kind (`pkg/featuregate`).
pub const GATES_OF_A_KIND: [&str; 2] = ["AllAlpha", "AllBeta"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::etcd::{Verdict, accepts};

    #[test]
    fn what_is_named_here_is_a_flag() {
        for (flag, minor, patch) in [
            ("metrics", 1, 20),
            ("log-format", 6, 0),
            ("tls-min-version", 5, 8),
            ("backend-bbolt-freelist-type", 5, 0),
            ("experimental-backend-bbolt-freelist-type", 4, 0),
            ("v2-deprecation", 5, 0),
        ] {
            let version = EtcdVersion::new(3, minor, patch);
            assert!(
                matches!(accepts(flag, version), Verdict::Accepted(_)) && choices(flag, version).is_some(),
                "{flag}"
            );
        }
        for gate in GATES {
            let was = gate.flag.is_none_or(|flag| matches!(accepts(flag, gate.from), Verdict::Accepted(_)));
            let is = gate.needs.is_none_or(|other| GATES.iter().any(|gate| gate.name == other));
            assert!(was && is, "{}", gate.name);
        }
    }

    #[test]
    fn words_come_and_go() {
        let skips = |minor, patch| {
            choices("v2-deprecation", EtcdVersion::new(3, minor, patch)).unwrap().contains(&"write-only-skip-check")
        };
        assert!(!skips(5, 31) && skips(5, 32) && !skips(6, 12) && skips(6, 13) && skips(7, 0));
        let gate = |version| gates(version).any(|gate| gate.name == "PriorityRequest");
        assert!(!gate(EtcdVersion::new(3, 6, 14)) && gate(EtcdVersion::new(3, 7, 0)));
    }
}
