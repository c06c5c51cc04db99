//! `README.txt` in every bundle: in English and in Chinese, whoever builds it.

use payload::cluster::{Cluster, Host};

/// What the bundle holds of the host's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HostKey {
    Plaintext,
    Sealed,
    /// The certificate of a key that the host has made.
    Certified,
    /// Nothing: the host has still to make its key.
    Awaited,
}

pub(crate) fn readme(cluster: &Cluster, host: &Host, keys: HostKey) -> String {
    let (key, key_zh) = match keys {
        HostKey::Plaintext => (
            "It holds this host's private key in the clear: keep it as you keep keys.",
            "本文件含有该主机的明文私钥：请像保管私钥一样保管它。",
        ),
        HostKey::Sealed => (
            "It holds this host's private key, sealed (certs/etcd-peer-key.age): `install` asks for the passphrase.",
            "本文件中的该主机私钥已加密（certs/etcd-peer-key.age）：`install` 会询问口令。",
        ),
        HostKey::Certified => (
            "It holds the certificate of the key that this host has made, and no private key.",
            "本文件含有该主机自行生成的私钥所对应的证书，不含私钥。",
        ),
        HostKey::Awaited => (
            "It holds no private key and no certificate yet: first of all, on that host, run it with `csr`.",
            "本文件尚不含私钥和证书：请先在该主机上以 `csr` 运行它。",
        ),
    };
    format!(
        "etcd {version} for host {host} ({address}), member {member} of cluster {name}. Made by etcdpack.\n\
         \n\
         To install, as root on that host:   ./{host}.run install\n\
         To see first what it would do:      ./{host}.run plan\n\
         To check this file:                 grep {host}.run SHA256SUMS | sha256sum -c\n\
         {key}\n\
         \n\
         安装（在该主机上以 root 运行）：./{host}.run install\n\
         先看它要做什么：                ./{host}.run plan\n\
         校验本文件：                    grep {host}.run SHA256SUMS | sha256sum -c\n\
         {key_zh}\n",
        version = cluster.release.version,
        host = host.name,
        address = host.address,
        member = host.member,
        name = cluster.name,
    )
}
