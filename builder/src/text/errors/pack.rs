//! Why bundles could not be put together.

use std::fmt;

use payload::say;

use crate::carried::NotCarried;
use crate::pack::PackError;
use crate::sbom::{CrateListError, SbomError};

impl fmt::Display for NotCarried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Installer(arch) => say!(
                f,
                en = "this etcdpack was built without the installer for {}",
                zh = "此 etcdpack 构建时未包含用于 {} 的安装程序",
                arch.etcd_name()
            ),
            Self::Wheel(wheel) => say!(
                f,
                en = "this etcdpack was built without the wheel `{}`",
                zh = "此 etcdpack 构建时未包含 wheel `{}`",
                wheel.file
            ),
            Self::Digest(error) => fmt::Display::fmt(error, f),
        }
    }
}

impl fmt::Display for PackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotCarried(error) => fmt::Display::fmt(error, f),
            Self::NoRelease(arch) => say!(f, en = "no release for {}", zh = "没有用于 {} 的发布包", arch.etcd_name()),
            Self::Tarball { path, error } => say!(f, en = "`{}`: {error}", zh = "`{}`：{error}", path.display()),
            Self::Write { path, error } => say!(f, en = "`{}`: {error}", zh = "`{}`：{error}", path.display()),
            Self::Io { path, error } => {
                say!(f, en = "writing `{}`: {error}", zh = "写入 `{}`：{error}", path.display())
            }
            Self::Dir { dir, error } => {
                say!(f, en = "writing to `{}`: {error}", zh = "写入目录 `{}`：{error}", dir.display())
            }
            Self::Signing(error) => fmt::Display::fmt(error, f),
            Self::NoPair(host) => say!(f, en = "no certificate for `{host}`", zh = "`{host}` 没有证书"),
            Self::NotAPeer { host, name, peers, .. } => say!(
                f,
                en = "the certificate of `{host}` has the common name `{name}`, but members take only `{peers}` for a member",
                zh = "`{host}` 的证书通用名为 `{name}`，而成员只认通用名为 `{peers}` 的证书"
            ),
            Self::Path(error) => fmt::Display::fmt(error, f),
            Self::Name(error) => fmt::Display::fmt(error, f),
            Self::Manifest(error) => say!(f, en = "writing the manifest: {error}", zh = "写入清单：{error}"),
            Self::Sbom(error) => fmt::Display::fmt(error, f),
        }
    }
}

impl fmt::Display for CrateListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        say!(
            f,
            en = "line {} of the list of crates in the installer cannot be read",
            zh = "安装程序的 crate 列表第 {} 行无法读取",
            self.line()
        )
    }
}

impl fmt::Display for SbomError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Crates(error) => fmt::Display::fmt(error, f),
            Self::Json(error) => say!(f, en = "writing the list of parts: {error}", zh = "写入部件清单：{error}"),
        }
    }
}
