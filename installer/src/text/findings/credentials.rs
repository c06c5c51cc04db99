//! The words of findings about the bundle's certificate and its key.

use time::OffsetDateTime;
use time::macros::format_description;

use crate::facts::credentials::CredentialError;
use crate::finding::CredentialFinding;
use crate::help::Help;

pub(super) fn text(found: &CredentialFinding) -> String {
    match found {
        CredentialFinding::Awaited { .. } => CredentialError::Awaited.to_string(),
        CredentialFinding::NotHere { .. } => CredentialError::NotHere.to_string(),
        CredentialFinding::Unusable(error) => error.to_string(),
        CredentialFinding::Early { now, from } => {
            format!("the clock says {}, before the certificate begins ({})", minute(*now), minute(*from))
        }
        CredentialFinding::Expired { now, until } => {
            format!("the clock says {}, after the certificate's end ({})", minute(*now), minute(*until))
        }
        CredentialFinding::EndsSoon { member, until } => {
            format!("the certificate of `{member}` ends on {}", minute(*until))
        }
    }
}

pub(super) fn help(found: &CredentialFinding) -> Help {
    match found {
        CredentialFinding::Awaited { host } | CredentialFinding::NotHere { host } => {
            Help::run_with("csr", format!("-o {host}.csr"))
                .and(Help::plain(format!("; then, where it was built: etcdpack sign {host}.csr")))
        }
        CredentialFinding::Unusable(_) | CredentialFinding::EndsSoon { .. } => Help::plain(super::BUILD),
        CredentialFinding::Early { .. } => Help::plain("date -u; chronyc makestep"),
        CredentialFinding::Expired { .. } => Help::plain(format!("date -u; if the clock is right: {}", super::BUILD)),
    }
}

fn minute(at: OffsetDateTime) -> String {
    at.format(format_description!("[year]-[month]-[day] [hour]:[minute] UTC")).unwrap_or_else(|_| at.to_string())
}
