//! The words of findings about the bundle's certificate and its key.

use time::OffsetDateTime;
use time::macros::format_description;

use payload::{say, words};

use crate::facts::credentials::CredentialError;
use crate::finding::CredentialFinding;
use crate::help::Help;

pub(super) fn text(found: &CredentialFinding) -> String {
    match found {
        CredentialFinding::Awaited { .. } => CredentialError::Awaited.to_string(),
        CredentialFinding::NotHere { .. } => CredentialError::NotHere.to_string(),
        CredentialFinding::Unusable(error) => error.to_string(),
        CredentialFinding::Early { now, from } => {
            say!(
                en = "the clock says {}, before the certificate begins ({})",
                zh = "本机时间为 {}，早于证书生效时间（{}）",
                minute(*now),
                minute(*from)
            )
        }
        CredentialFinding::Expired { now, until } => {
            say!(
                en = "the clock says {}, after the certificate's end ({})",
                zh = "本机时间为 {}，晚于证书到期时间（{}）",
                minute(*now),
                minute(*until)
            )
        }
        CredentialFinding::EndsSoon { member, until } => {
            say!(en = "the certificate of `{member}` ends on {}", zh = "`{member}` 的证书将于 {} 到期", minute(*until))
        }
    }
}

pub(super) fn help(found: &CredentialFinding) -> Help {
    match found {
        CredentialFinding::Awaited { host } | CredentialFinding::NotHere { host } => {
            Help::run_with("csr", format!("-o {host}.csr")).and(Help::plain(say!(
                en = "; then, where it was built: etcdpack sign {host}.csr",
                zh = "；然后在制作安装包的机器上运行：etcdpack sign {host}.csr"
            )))
        }
        CredentialFinding::Unusable(_) | CredentialFinding::EndsSoon { .. } => Help::plain(super::BUILD),
        CredentialFinding::Early { .. } => Help::command("date -u; chronyc makestep").remark(&words!(
            en = "where this clock is right, the one where the bundle was built was ahead: set that, etcdpack build there, and carry the new file here",
            zh = "若本机时钟正确，则是制作安装包的机器时钟偏快：校正它，在那里 etcdpack build，再把新文件带到本机"
        )),
        CredentialFinding::Expired { .. } => Help::plain(say!(
            en = "date -u; if the clock is right: {}",
            zh = "date -u；若时间正确，运行：{}",
            super::BUILD
        )),
    }
}

fn minute(at: OffsetDateTime) -> String {
    at.format(format_description!("[year]-[month]-[day] [hour]:[minute] UTC")).unwrap_or_else(|_| at.to_string())
}
