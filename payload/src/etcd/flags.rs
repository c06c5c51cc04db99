//! The flags of etcd's server: data, one line a flag.
//!
//! Read from etcd's own source at the tag of every release from 3.1.0 to 3.7.1, where each flag is defined:
//! `etcdmain/config.go` up to 3.4, `server/etcdmain/config.go` in 3.5, that and `server/embed/config.go` from 3.6 on.
//! Only what etcd's parser accepts counts, whatever its help text says. Nothing is decided here: `lookup.rs` does that.

use super::flag::Owner::{self, Etcdpack, Refused, User};
use super::flag::{Flag, Span, flag};
use super::flag_value::FlagValue::{Duration, Integer, Megabytes, Path, Seconds, Switch, Text, Urls};
use crate::words;

const ALL: &[Span] = &[since(1, 0)];

const MEMBER: Owner = Etcdpack(words!(en = "set `member` in its `[[host]]`", zh = "在其 `[[host]]` 中设置 `member`"));
const HOSTS: Owner = Etcdpack(words!(en = "it is made of the `[[host]]` sections", zh = "它由各个 `[[host]]` 段得出"));
const TOKEN: Owner = Etcdpack(words!(en = "set `token` in `[cluster]`", zh = "在 `[cluster]` 中设置 `token`"));
const STATE: Owner = Etcdpack(words!(en = "it follows from what the bundle is made for", zh = "它取决于安装包的用途"));
const PEER_URLS: Owner = Etcdpack(words!(
    en = "set `address` in `[[host]]` and `peer-port` in `[etcd]`",
    zh = "在 `[[host]]` 中设置 `address`，在 `[etcd]` 中设置 `peer-port`"
));
const CLIENT_URLS: Owner = Etcdpack(words!(
    en = "set `address` in `[[host]]`, `client-port` in `[etcd]` and `loopback` in `[client]`",
    zh = "在 `[[host]]` 中设置 `address`，在 `[etcd]` 中设置 `client-port`，在 `[client]` 中设置 `loopback`"
));
const DATA: Owner = Etcdpack(words!(en = "set `data` in `[paths]`", zh = "在 `[paths]` 中设置 `data`"));
const WAL: Owner = Etcdpack(words!(
    en = "set `wal-dir` in `[paths]` or `[[host]]`",
    zh = "在 `[paths]` 或 `[[host]]` 中设置 `wal-dir`"
));
const LOGS: Owner = Etcdpack(words!(
    en = "the log goes through the service manager; set `logs` in `[paths]`",
    zh = "日志由服务管理器处理；在 `[paths]` 中设置 `logs`"
));
const CERTIFICATES: Owner = Etcdpack(words!(
    en = "the bundle brings CA, certificate and key; set them in `[pki]`",
    zh = "CA、证书和私钥由安装包提供；在 `[pki]` 中设置"
));
const ALWAYS: Owner =
    Etcdpack(words!(en = "clients and peers always need a certificate", zh = "客户端和其他成员始终需要证书"));

const ONE_CERTIFICATE: Owner =
    Refused(words!(en = "the bundle's certificate serves both roles", zh = "安装包中的证书兼有两种用途"));
const NO_AUTO_TLS: Owner = Refused(words!(
    en = "certificates that nobody signed protect from nobody, and the bundle brings its own",
    zh = "无人签发的证书起不到任何保护作用，安装包自带证书"
));
const NO_CRL: Owner = Refused(words!(
    en = "the bundle carries no revocation list, and without the file etcd turns every client away",
    zh = "安装包不带吊销列表，缺少该文件时 etcd 会拒绝所有客户端"
));
const NO_ROTATION: Owner = Refused(words!(
    en = "etcd rotates only a log file of its own, and here it has none",
    zh = "etcd 只轮转自己的日志文件，而这里没有"
));
const NO_PROXY: Owner =
    Refused(words!(en = "a bundle installs members, not proxies", zh = "安装包安装的是成员，不是代理"));
const NO_DISCOVERY: Owner = Refused(words!(
    en = "the cluster file names all members, and discovery needs a service beyond it",
    zh = "集群文件已列出全部成员，而 discovery 需要另外的服务"
));
const NO_FORCE: Owner = Refused(words!(en = "it drops all other members", zh = "它会丢弃其他所有成员"));
const NO_CONFIG: Owner =
    Refused(words!(en = "etcd would ignore every flag beside it", zh = "有了它，etcd 会忽略其他所有参数"));
const NO_VERSION: Owner = Refused(words!(en = "etcd would print its version and exit", zh = "etcd 会打印版本后退出"));
const NO_FSYNC: Owner = Refused(words!(en = "it loses data when a host crashes", zh = "主机崩溃时会丢失数据"));
const IDLE: Owner = Refused(words!(en = "etcd takes it and does nothing with it", zh = "etcd 接受它，但不起任何作用"));

const fn since(minor: u16, patch: u16) -> Span {
    Span::since(minor, patch)
}

const fn until(minor: u16, patch: u16, gone: u16) -> Span {
    Span::until(minor, patch, gone)
}

/// Every flag, by name. `since(4, 10)` is 3.4.10 and newer, `until(3, 23, 4)` 3.3.23 to the last before 3.4.0.
///
/// `initial-corrupt-check` was announced and never came; it stands here for the sake of its replacement.
#[rustfmt::skip] // One line a flag, or the table cannot be read.
pub(super) const FLAGS: &[Flag] = &[
    flag("advertise-client-urls", Urls, ALL, CLIENT_URLS),
    flag("auth-token", Text, &[since(2, 0)], User),
    flag("auth-token-ttl", Seconds, &[until(3, 23, 4), since(4, 10)], User),
    flag("auto-compaction-mode", Text, &[since(3, 0)], Etcdpack(words!(en = "set `auto-compaction-mode` in `[etcd]`", zh = "在 `[etcd]` 中设置 `auto-compaction-mode`"))),
    flag("auto-compaction-retention", Text, ALL, Etcdpack(words!(en = "set `auto-compaction-retention` in `[etcd]`", zh = "在 `[etcd]` 中设置 `auto-compaction-retention`"))),
    flag("auto-tls", Switch, ALL, NO_AUTO_TLS),
    flag("backend-batch-interval", Duration, &[since(4, 0)], User),
    flag("backend-batch-limit", Integer, &[since(4, 0)], User),
    flag("backend-bbolt-freelist-type", Text, &[since(5, 0)], User),
    flag("bcrypt-cost", Integer, &[since(4, 0)], User),
    flag("bootstrap-defrag-threshold-megabytes", Megabytes, &[since(6, 0)], User),
    flag("ca-file", Path, &[until(1, 0, 4)], CERTIFICATES).instead("trusted-ca-file with client-cert-auth"),
    flag("cert-file", Path, ALL, CERTIFICATES),
    flag("cipher-suites", Text, &[until(2, 22, 3), since(3, 7)], User),
    flag("client-cert-allowed-hostname", Text, &[since(4, 0)], User),
    flag("client-cert-auth", Switch, ALL, ALWAYS),
    flag("client-cert-file", Path, &[since(5, 0)], ONE_CERTIFICATE),
    flag("client-crl-file", Path, &[since(3, 0)], NO_CRL),
    flag("client-key-file", Path, &[since(5, 0)], ONE_CERTIFICATE),
    flag("cluster-active-size", Text, ALL, IDLE),
    flag("cluster-remove-delay", Text, ALL, IDLE),
    flag("cluster-sync-interval", Text, ALL, IDLE),
    flag("compact-hash-check-time", Duration, &[since(6, 0)], User),
    flag("compaction-batch-limit", Integer, &[since(6, 0)], User),
    flag("compaction-sleep-interval", Duration, &[since(6, 0)], User),
    flag("config", Text, ALL, IDLE),
    flag("config-file", Path, ALL, NO_CONFIG),
    flag("corrupt-check-time", Duration, &[since(6, 0)], User),
    flag("cors", Text, ALL, User),
    flag("data-dir", Path, ALL, DATA),
    flag("debug", Switch, &[until(1, 0, 5)], User).instead("log-level=debug"),
    flag("discovery", Text, &[until(1, 0, 7)], NO_DISCOVERY),
    flag("discovery-cacert", Path, &[since(6, 0)], NO_DISCOVERY),
    flag("discovery-cert", Path, &[since(6, 0)], NO_DISCOVERY),
    flag("discovery-dial-timeout", Duration, &[since(6, 0)], NO_DISCOVERY),
    flag("discovery-endpoints", Text, &[since(6, 0)], NO_DISCOVERY),
    flag("discovery-fallback", Text, ALL, NO_DISCOVERY),
    flag("discovery-insecure-skip-tls-verify", Switch, &[since(6, 0)], NO_DISCOVERY),
    flag("discovery-insecure-transport", Switch, &[since(6, 0)], NO_DISCOVERY),
    flag("discovery-keepalive-time", Duration, &[since(6, 0)], NO_DISCOVERY),
    flag("discovery-keepalive-timeout", Duration, &[since(6, 0)], NO_DISCOVERY),
    flag("discovery-key", Path, &[since(6, 0)], NO_DISCOVERY),
    flag("discovery-password", Text, &[since(6, 0)], NO_DISCOVERY),
    flag("discovery-proxy", Text, &[until(1, 0, 7)], NO_DISCOVERY),
    flag("discovery-request-timeout", Duration, &[since(6, 0)], NO_DISCOVERY),
    flag("discovery-srv", Text, ALL, NO_DISCOVERY),
    flag("discovery-srv-name", Text, &[since(4, 0)], NO_DISCOVERY),
    flag("discovery-token", Text, &[since(6, 0)], NO_DISCOVERY),
    flag("discovery-user", Text, &[since(6, 0)], NO_DISCOVERY),
    flag("distributed-tracing-address", Text, &[since(6, 0)], User),
    flag("distributed-tracing-instance-id", Text, &[since(6, 0)], User),
    flag("distributed-tracing-sampling-rate", Integer, &[since(6, 0)], User),
    flag("distributed-tracing-service-name", Text, &[since(6, 0)], User),
    flag("downgrade-check-time", Duration, &[since(6, 0)], User),
    flag("election-timeout", Integer, ALL, Etcdpack(words!(en = "set `election-timeout` in `[etcd]`", zh = "在 `[etcd]` 中设置 `election-timeout`"))),
    flag("enable-distributed-tracing", Switch, &[since(6, 0)], User),
    flag("enable-grpc-gateway", Switch, &[since(4, 0)], User),
    flag("enable-log-rotation", Switch, &[since(5, 0)], NO_ROTATION),
    flag("enable-pprof", Switch, ALL, User),
    flag("enable-v2", Switch, &[until(2, 0, 6)], User),
    flag("experimental-backend-bbolt-freelist-type", Text, &[until(4, 0, 5)], User),
    flag("experimental-bootstrap-defrag-threshold-megabytes", Megabytes, &[until(5, 0, 7)], User),
    flag("experimental-compact-hash-check-enabled", Switch, &[until(5, 5, 7)], User).instead("feature-gates=CompactHashCheck=true"),
    flag("experimental-compact-hash-check-time", Duration, &[until(5, 5, 7)], User),
    flag("experimental-compaction-batch-limit", Integer, &[until(4, 0, 7)], User),
    flag("experimental-compaction-sleep-interval", Duration, &[until(5, 16, 7)], User),
    flag("experimental-corrupt-check-time", Duration, &[until(3, 0, 7)], User),
    flag("experimental-distributed-tracing-address", Text, &[until(5, 0, 7)], User),
    flag("experimental-distributed-tracing-instance-id", Text, &[until(5, 0, 7)], User),
    flag("experimental-distributed-tracing-sampling-rate", Integer, &[until(5, 11, 7)], User),
    flag("experimental-distributed-tracing-service-name", Text, &[until(5, 0, 7)], User),
    flag("experimental-downgrade-check-time", Duration, &[until(5, 0, 7)], User),
    flag("experimental-enable-distributed-tracing", Switch, &[until(5, 0, 7)], User),
    flag("experimental-enable-lease-checkpoint", Switch, &[until(4, 0, 7)], User).instead("feature-gates=LeaseCheckpoint=true"),
    flag("experimental-enable-lease-checkpoint-persist", Switch, &[until(4, 20, 5), until(5, 2, 7)], User).instead("feature-gates=LeaseCheckpointPersist=true"),
    flag("experimental-enable-v2v3", Text, &[until(3, 0, 6)], User),
    flag("experimental-initial-corrupt-check", Switch, &[until(3, 0, 7)], User).instead("feature-gates=InitialCorruptCheck=true"),
    flag("experimental-memory-mlock", Switch, &[until(5, 0, 7)], User),
    flag("experimental-peer-skip-client-san-verification", Switch, &[until(2, 28, 3), until(3, 16, 7)], User),
    flag("experimental-snapshot-catchup-entries", Integer, &[until(5, 14, 7)], User),
    flag("experimental-stop-grpc-service-on-defrag", Switch, &[until(5, 14, 7)], User).instead("feature-gates=StopGRPCServiceOnDefrag=true"),
    flag("experimental-txn-mode-write-with-shared-buffer", Switch, &[until(5, 0, 7)], User).instead("feature-gates=TxnModeWriteWithSharedBuffer=true"),
    flag("experimental-warning-apply-duration", Duration, &[until(4, 16, 7)], User),
    flag("experimental-warning-unary-request-duration", Duration, &[until(6, 0, 7)], User),
    flag("experimental-watch-progress-notify-interval", Duration, &[until(4, 11, 7)], User),
    flag("feature-gates", Text, &[since(6, 0)], User),
    flag("force", Text, ALL, IDLE),
    flag("force-new-cluster", Switch, ALL, NO_FORCE),
    flag("grpc-keepalive-interval", Duration, &[since(2, 10)], User),
    flag("grpc-keepalive-min-time", Duration, &[since(2, 10)], User),
    flag("grpc-keepalive-timeout", Duration, &[since(2, 10)], User),
    flag("heartbeat-interval", Integer, ALL, Etcdpack(words!(en = "set `heartbeat-interval` in `[etcd]`", zh = "在 `[etcd]` 中设置 `heartbeat-interval`"))),
    flag("host-whitelist", Text, &[since(4, 0)], User),
    flag("initial-advertise-peer-urls", Urls, ALL, PEER_URLS),
    flag("initial-cluster", Text, ALL, HOSTS),
    flag("initial-cluster-state", Text, ALL, STATE),
    flag("initial-cluster-token", Text, ALL, TOKEN),
    flag("initial-corrupt-check", Switch, &[], User).instead("feature-gates=InitialCorruptCheck=true"),
    flag("initial-election-tick-advance", Switch, &[until(1, 14, 2), until(2, 19, 3), since(3, 4)], User),
    flag("key-file", Path, ALL, CERTIFICATES),
    flag("listen-client-http-urls", Urls, &[until(4, 25, 5), since(5, 8)], User),
    flag("listen-client-urls", Urls, ALL, CLIENT_URLS),
    flag("listen-metrics-urls", Urls, &[since(3, 0)], User),
    flag("listen-peer-urls", Urls, ALL, PEER_URLS),
    flag("log-format", Text, &[since(6, 0)], User),
    flag("log-level", Text, &[since(4, 0)], Etcdpack(words!(en = "set `log-level` in `[etcd]`", zh = "在 `[etcd]` 中设置 `log-level`"))).instead("debug"),
    flag("log-output", Text, &[until(1, 0, 5)], LOGS).instead("log-outputs"),
    flag("log-outputs", Text, &[since(4, 0)], LOGS).instead("log-output"),
    flag("log-package-levels", Text, &[until(1, 0, 5)], User).instead("log-level"),
    flag("log-rotation-config-json", Text, &[since(5, 0)], NO_ROTATION),
    flag("logger", Text, &[since(4, 0)], LOGS),
    flag("max-concurrent-streams", Integer, &[until(4, 20, 5), since(5, 5)], User),
    flag("max-learners", Integer, &[since(6, 0)], User),
    flag("max-request-bytes", Integer, &[since(2, 10)], Etcdpack(words!(en = "set `max-request-bytes` in `[etcd]`", zh = "在 `[etcd]` 中设置 `max-request-bytes`"))),
    flag("max-result-buffer", Text, ALL, IDLE),
    flag("max-retry-attempts", Text, ALL, IDLE),
    flag("max-snapshots", Integer, ALL, User),
    flag("max-txn-ops", Integer, &[since(3, 0)], User),
    flag("max-wals", Integer, ALL, User),
    flag("memory-mlock", Switch, &[since(6, 0)], User),
    flag("metrics", Text, ALL, User),
    flag("name", Text, ALL, MEMBER),
    flag("next-cluster-version-compatible", Switch, &[until(4, 31, 5)], User),
    flag("peer-auto-tls", Switch, ALL, NO_AUTO_TLS),
    flag("peer-ca-file", Path, &[until(1, 0, 4)], CERTIFICATES).instead("peer-trusted-ca-file with peer-client-cert-auth"),
    flag("peer-cert-allowed-cn", Text, &[since(3, 0)], User),
    flag("peer-cert-allowed-hostname", Text, &[since(4, 0)], User),
    flag("peer-cert-file", Path, ALL, CERTIFICATES),
    flag("peer-client-cert-auth", Switch, ALL, ALWAYS),
    flag("peer-client-cert-file", Path, &[since(5, 0)], ONE_CERTIFICATE),
    flag("peer-client-key-file", Path, &[since(5, 0)], ONE_CERTIFICATE),
    flag("peer-crl-file", Path, &[since(3, 0)], NO_CRL),
    flag("peer-election-timeout", Text, ALL, IDLE),
    flag("peer-heartbeat-interval", Text, ALL, IDLE),
    flag("peer-key-file", Path, ALL, CERTIFICATES),
    flag("peer-skip-client-san-verification", Switch, &[since(6, 0)], User),
    flag("peer-trusted-ca-file", Path, ALL, CERTIFICATES),
    flag("pre-vote", Switch, &[since(4, 0)], User),
    flag("proxy", Text, &[until(1, 0, 6)], NO_PROXY),
    flag("proxy-dial-timeout", Integer, &[until(1, 0, 6)], NO_PROXY),
    flag("proxy-failure-wait", Integer, &[until(1, 0, 6)], NO_PROXY),
    flag("proxy-read-timeout", Integer, &[until(1, 0, 6)], NO_PROXY),
    flag("proxy-refresh-interval", Integer, &[until(1, 0, 6)], NO_PROXY),
    flag("proxy-write-timeout", Integer, &[until(1, 0, 6)], NO_PROXY),
    flag("quota-backend-bytes", Integer, ALL, Etcdpack(words!(en = "set `quota-backend-bytes` in `[etcd]`", zh = "在 `[etcd]` 中设置 `quota-backend-bytes`"))),
    flag("raft-read-timeout", Duration, &[since(5, 0)], User),
    flag("raft-write-timeout", Duration, &[since(5, 0)], User),
    flag("retry-interval", Text, ALL, IDLE),
    flag("self-signed-cert-validity", Integer, &[since(5, 0)], NO_AUTO_TLS),
    flag("snapshot", Text, ALL, IDLE),
    flag("snapshot-catchup-entries", Integer, &[since(6, 0)], User),
    flag("snapshot-count", Integer, ALL, Etcdpack(words!(en = "set `snapshot-count` in `[etcd]`", zh = "在 `[etcd]` 中设置 `snapshot-count`"))),
    flag("socket-reuse-address", Switch, &[since(5, 0)], User),
    flag("socket-reuse-port", Switch, &[since(5, 0)], User),
    flag("strict-reconfig-check", Switch, ALL, User),
    flag("tls-max-version", Text, &[until(4, 25, 5), since(5, 8)], User),
    flag("tls-min-version", Text, &[until(4, 25, 5), since(5, 8)], User),
    flag("trusted-ca-file", Path, ALL, CERTIFICATES),
    flag("unsafe-no-fsync", Switch, &[since(4, 10)], NO_FSYNC),
    flag("v", Text, ALL, IDLE),
    flag("v2-deprecation", Text, &[since(5, 0)], User),
    flag("version", Switch, ALL, NO_VERSION),
    flag("vv", Text, ALL, IDLE),
    flag("wal-dir", Path, ALL, WAL),
    flag("warning-apply-duration", Duration, &[since(6, 0)], User),
    flag("warning-unary-request-duration", Duration, &[since(6, 0)], User),
    flag("watch-progress-notify-interval", Duration, &[since(6, 0)], User),
];
