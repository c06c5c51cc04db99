//! Why certificates and keys cannot be used, or opened.

use std::fmt;

use payload::{say, words};

use crate::facts::credentials::{CredentialError, PemFile};
use crate::host::memory::TooLittle;

impl fmt::Display for CredentialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(file) => {
                say!(f, en = "the {file} is not a PEM file that can be read", zh = "{file}不是可读取的 PEM 文件")
            }
            Self::Key => say!(f, en = "the private key does not belong to the certificate", zh = "私钥与证书不匹配"),
            Self::Awaited => say!(
                f,
                en = "the bundle has no certificate yet: it is for a host that makes its own key",
                zh = "安装包中还没有证书：它用于自行生成私钥的主机"
            ),
            Self::NotHere => {
                say!(f, en = "the certificate is for a key that is not on this host", zh = "证书对应的私钥不在本机")
            }
            Self::Sealed(error) => {
                say!(f, en = "the sealed private key cannot be used: {error}", zh = "无法使用加密的私钥：{error}")
            }
            Self::Issuer => say!(
                f,
                en = "the certificate was not issued by the CA in the bundle",
                zh = "证书不是由安装包中的 CA 签发的"
            ),
            Self::Address(address) => {
                say!(f, en = "the certificate does not name the address {address}", zh = "证书中没有地址 {address}")
            }
            Self::Usage => say!(
                f,
                en = "the certificate is not for both server and client use",
                zh = "证书不能同时用于服务端和客户端"
            ),
        }
    }
}

impl fmt::Display for PemFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Self::Manifest => words!(en = "manifest", zh = "清单"),
            Self::Certificate => words!(en = "certificate", zh = "证书"),
            Self::Ca => words!(en = "CA certificate", zh = "CA 证书"),
            Self::Key => words!(en = "private key", zh = "私钥"),
        })
    }
}

impl fmt::Display for TooLittle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let needed = self.needed >> 20;
        say!(
            f,
            en = "opening the private key takes {needed} MiB of memory for a second, and this host has ",
            zh = "解开私钥需要 {needed} MiB 内存，约一秒，而本机"
        )?;
        match self.left {
            Some(bytes) => say!(f, en = "{} MiB", zh = "可用 {} MiB", bytes >> 20),
            None => say!(f, en = "less for us", zh = "可供本程序使用的更少"),
        }
    }
}
