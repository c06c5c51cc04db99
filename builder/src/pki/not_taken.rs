//! Why a certificate that was brought in is not taken. Values alone; the sentences, and what helps, are in [`crate::text`].

use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use super::error::PkiError;
use super::problem::CertificateProblem;
use super::readable::Unreadable;
use super::spec::Holder;
use crate::text::{accept as text, pki};

/// The reason.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotTaken {
    /// Nothing in the file is a certificate that can be read.
    Unreadable,
    /// A request, which nobody has signed.
    Request,
    /// Keys, and no certificate.
    KeyAlone,
    /// A CA's, and it belongs to none that was brought.
    Ca,
    /// Its key neither waits for a certificate nor was brought with it. The names are the certificate's.
    KeyUnknown { names: Vec<String> },
    /// This one of the files is for the same key.
    KeyOfAnother(PathBuf),
    /// What hosts trust, in this file, leads to none that has signed it; and how that one is called.
    UnknownIssuer { trusted: PathBuf, issuer: String, known: IssuerKnown },
    /// Its time is over.
    Expired(OffsetDateTime, Holder),
    /// It is this one's, and not what it should be.
    Unfit { problem: CertificateProblem, holder: Holder, trusted: PathBuf },
}

/// What is known of a CA that has signed and is not trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum IssuerKnown {
    /// Its certificate is not here.
    #[default]
    No,
    /// A root, which was brought with what it has signed.
    Brought,
    /// One with another key identifier is trusted under its name.
    ByNameAlone,
    /// One is trusted that is called the same, in another encoding.
    InOtherBytes,
}

impl NotTaken {
    /// Of the file at `path`.
    pub(super) fn of(&self, path: &Path) -> PkiError {
        PkiError::NotTaken { path: path.to_owned(), why: self.to_string(), help: self.help(path) }
    }

    /// What to type about the file at `path`.
    fn help(&self, path: &Path) -> String {
        match self {
            Self::Unreadable => text::show(path),
            Self::Request => text::let_it_be_signed(path),
            Self::KeyAlone => text::bring_certificate(path),
            Self::Ca => text::put_behind(path),
            Self::KeyUnknown { .. } => text::ask_anew(path),
            Self::KeyOfAnother(other) => text::compare_keys(path, other),
            Self::UnknownIssuer { trusted, issuer, known } => match known {
                IssuerKnown::No => text::add_issuer(path, issuer),
                IssuerKnown::Brought => text::trust_another(trusted),
                IssuerKnown::ByNameAlone => text::compare_key_ids(path, trusted),
                IssuerKnown::InOtherBytes => text::compare_names(path, trusted),
            },
            Self::Expired(_, holder) => text::sign_again(&holder.request_name()),
            Self::Unfit { problem, holder, trusted } => match problem {
                CertificateProblem::NotYet(_) => pki::SHOW_CLOCK.to_owned(),
                CertificateProblem::Issuer(fault) => fault.help(trusted),
                CertificateProblem::Chain(_) => text::verify(path, trusted),
                CertificateProblem::Weak(_) => text::ask_with_key(&holder.request_name()),
                CertificateProblem::ForEtcd(Unreadable::Version1 | Unreadable::Uri(_), _)
                | CertificateProblem::LacksNames(_)
                | CertificateProblem::AddressesAsNames(_)
                | CertificateProblem::Usage(_)
                | CertificateProblem::Ca
                | CertificateProblem::Signature(_)
                | CertificateProblem::Ends(_) => text::sign_again(&holder.request_name()),
                _ => text::show(path),
            },
        }
    }
}
