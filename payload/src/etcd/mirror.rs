//! Public copies of etcd's release files, by a short word. Each is a place to download from and nothing else: what a tarball must be, it
//! is never asked.

use serde::Deserialize;

/// A copy that is publicly documented, for places from which upstream's own pages are slow or out of reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KnownMirror {
    /// Huawei Cloud's open-source mirror, which many Chinese guides download etcd from. It may lag behind upstream.
    Huaweicloud,
    /// `DaoCloud`'s proxy of release files; its README has etcd for its example (repository DaoCloud/public-binary-files-mirror).
    Daocloud,
    /// The copy that kubekey takes with `KKZONE=cn` (repository kubesphere/kubekey). It has the versions that kubekey installs.
    Qingstor,
}

impl KnownMirror {
    /// All of them, in the order in which they are named.
    pub const ALL: [Self; 3] = [Self::Huaweicloud, Self::Daocloud, Self::Qingstor];

    /// The word of the cluster file.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Huaweicloud => "huaweicloud",
            Self::Daocloud => "daocloud",
            Self::Qingstor => "qingstor",
        }
    }

    /// Where releases lie as `vX.Y.Z/etcd-vX.Y.Z-linux-ARCH.tar.gz`.
    #[must_use]
    pub fn base(self) -> &'static str {
        match self {
            Self::Huaweicloud => "https://mirrors.huaweicloud.com/etcd",
            Self::Daocloud => "https://files.m.daocloud.io/github.com/etcd-io/etcd/releases/download",
            Self::Qingstor => "https://kubernetes-release.pek3b.qingstor.com/etcd/release/download",
        }
    }

    /// The one that is called so.
    #[must_use]
    pub fn called(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mirror| mirror.word() == word)
    }
}
