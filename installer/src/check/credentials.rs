//! Findings about the bundle's certificate and its key.

use payload::manifest::Manifest;
use time::Duration;
use time::macros::format_description;

use super::{Finding, refuse, warn};
use crate::facts::credentials::CredentialError;
use crate::facts::machine::Target;
use crate::facts::{Credentials, Machine};

/// Whether they can be used on this host, now.
pub(super) fn certificate(manifest: &Manifest, credentials: &Credentials, machine: &Machine) -> Option<Finding> {
    let day = |at: time::OffsetDateTime| {
        at.format(format_description!("[year]-[month]-[day] [hour]:[minute] UTC")).unwrap_or_else(|_| at.to_string())
    };
    let rebuild = "etcdpack build";
    match credentials.validity {
        Err(ref error @ CredentialError::Awaited) => {
            let host = &manifest.host;
            let help = format!("./HOST.run csr -o {host}.csr; then, where it was built: etcdpack sign {host}.csr");
            Some(refuse("no-certificate", error.to_string(), help))
        }
        Err(ref error @ CredentialError::NotHere) => {
            let host = &manifest.host;
            Some(refuse("no-host-key", error.to_string(), format!("./HOST.run csr -o {host}.csr")))
        }
        Err(ref error) => Some(refuse("bad-certificate", error.to_string(), rebuild)),
        // An image is started at another time than it is made.
        Ok(_) if machine.target == Target::Image => None,
        Ok(validity) if machine.now < validity.from => {
            let text =
                format!("the clock says {}, before the certificate begins ({})", day(machine.now), day(validity.from));
            Some(refuse("clock-early", text, "date -u; chronyc makestep"))
        }
        Ok(validity) if machine.now > validity.until => {
            let text =
                format!("the clock says {}, after the certificate's end ({})", day(machine.now), day(validity.until));
            Some(refuse("certificate-expired", text, format!("date -u; if the clock is right: {rebuild}")))
        }
        Ok(validity) if machine.now > validity.until - Duration::days(30) => {
            let text = format!("the certificate of `{}` ends on {}", manifest.member, day(validity.until));
            Some(warn("certificate-ends-soon", text, rebuild))
        }
        Ok(_) => None,
    }
}
