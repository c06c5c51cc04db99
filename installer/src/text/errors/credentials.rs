//! Why certificates and keys cannot be used, or opened.

use std::fmt;

use crate::facts::credentials::{CredentialError, PemFile};
use crate::host::memory::TooLittle;

impl fmt::Display for CredentialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(file) => write!(f, "the {file} is not a PEM file that can be read"),
            Self::Key => f.write_str("the private key does not belong to the certificate"),
            Self::Awaited => f.write_str("the bundle has no certificate yet: it is for a host that makes its own key"),
            Self::NotHere => f.write_str("the certificate is for a key that is not on this host"),
            Self::Sealed(error) => write!(f, "the sealed private key cannot be used: {error}"),
            Self::Issuer => f.write_str("the certificate was not issued by the CA in the bundle"),
            Self::Address(address) => write!(f, "the certificate does not name the address {address}"),
            Self::Usage => f.write_str("the certificate is not for both server and client use"),
        }
    }
}

impl fmt::Display for PemFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Manifest => "manifest",
            Self::Certificate => "certificate",
            Self::Ca => "CA certificate",
            Self::Key => "private key",
        })
    }
}

impl fmt::Display for TooLittle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let needed = self.needed >> 20;
        write!(f, "opening the private key takes {needed} MiB of memory for a second, and this host has ")?;
        match self.left {
            Some(bytes) => write!(f, "{} MiB", bytes >> 20),
            None => f.write_str("less for us"),
        }
    }
}
