//! `expiry.ics`.

use payload::name::ClusterName;
use payload::say;

pub(crate) fn ends(whose: &str, cluster: &ClusterName, end: time::Date) -> String {
    say!(
        en = "etcd cluster {cluster}: certificate of {whose} ends on {end}",
        zh = "etcd 集群 {cluster}：{whose} 的证书于 {end} 到期"
    )
}

pub(crate) fn ca_ends(cluster: &ClusterName, end: time::Date) -> String {
    say!(en = "etcd cluster {cluster}: the CA ends on {end}", zh = "etcd 集群 {cluster}：CA 于 {end} 到期")
}

pub(crate) fn renew() -> String {
    say!(
        en =
            "Make a new one from now on, and install it host by host: etcdpack's docs/host.md, Renewing a certificate.",
        zh = "从现在起可以更换，并逐台安装：见 etcdpack 的 docs/host.zh-CN.md，更换证书一节。"
    )
}

pub(crate) fn renew_ca() -> String {
    say!(
        en = "All certificates under it end with it. Plan its replacement: etcdpack's docs/trust.md.",
        zh = "它签发的所有证书随之失效。请规划更换：见 etcdpack 的 docs/trust.zh-CN.md。"
    )
}
