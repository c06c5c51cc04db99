//! From what the rooms of `build` say to the rows of the report. Must not find anything out.

use payload::cluster::{Cluster, Host, Keys};

use super::report::{CaRow, CertificateRow, HostRow, Journey, KeyRow, ReleaseRow, State};
use crate::pki::{Fate, KeyPlace, Outlook};
use crate::release::{ReleaseOutlook, Sum, Supply};
use crate::text::check as text;

pub(super) fn release_row(ReleaseOutlook { version, arch, file, sum, supply }: ReleaseOutlook) -> ReleaseRow {
    let (sha256, origin) = match sum {
        Sum::Known(digest, origin) => (Some(digest), origin.to_string()),
        Sum::Published => (None, text::published(version)),
        Sum::FirstUse => (None, text::FIRST_USE.into()),
    };
    let (from, places) = match supply {
        Supply::Cache => ("cache", Vec::new()),
        Supply::File(path) => ("file", vec![path.display().to_string()]),
        Supply::Download(places) => ("download", places),
    };
    ReleaseRow { arch: arch.etcd_name(), file, sha256, origin, from, places }
}

pub(super) fn hosts(cluster: &Cluster, outlook: Option<&Outlook>) -> Vec<HostRow> {
    let row = |host: &Host| HostRow {
        name: host.name.to_string(),
        member: host.member.to_string(),
        address: host.address.clone(),
        arch: host.arch.etcd_name(),
        certificate: outlook.and_then(|outlook| outlook.fate(&host.name)).map(certificate),
    };
    cluster.hosts.iter().map(row).collect()
}

fn certificate(fate: &Fate) -> CertificateRow {
    let (state, until, why) = match fate {
        Fate::Kept(end) => (State::Kept, Some(*end), None),
        Fate::Made(end) => (State::Made, Some(*end), None),
        Fate::Renewed(end, why) => (State::Renewed, Some(*end), Some(why.clone())),
        Fate::Awaited(why) => (State::Awaited, None, why.clone()),
    };
    CertificateRow { state, until, why }
}

pub(super) fn ca(outlook: &Outlook) -> CaRow {
    let key = match outlook.ca.key {
        None if outlook.opens_ca_key => KeyRow::UnderPassphrase,
        None | Some(KeyPlace::Here) => KeyRow::Here,
        Some(KeyPlace::Locked) => KeyRow::UnderPassphrase,
        Some(KeyPlace::Missing) => KeyRow::Missing,
        Some(KeyPlace::Elsewhere) => KeyRow::Elsewhere,
    };
    let state = if outlook.ca.key.is_some() { State::Kept } else { State::Made };
    CaRow { state, file: outlook.ca.file.display().to_string(), until: outlook.ca.end, key }
}

/// What is carried, and by which way.
pub(super) fn travels(cluster: &Cluster, outlook: Option<&Outlook>) -> Vec<Journey> {
    let key = outlook.and_then(|outlook| outlook.ca.key);
    let awaited = outlook.is_some_and(|outlook| {
        outlook.certificates.iter().any(|certificate| matches!(certificate.fate, Fate::Awaited(_)))
    });
    let mut ways = vec![match cluster.pki.keys {
        Keys::Plaintext => (text::BUNDLES, text::LIKE_KEYS),
        Keys::Passphrase | Keys::HostKey => (text::BUNDLES, text::BY_STICK),
    }];
    ways.push((text::WORDS, text::BY_PAPER));
    if cluster.pki.keys == Keys::Passphrase {
        ways.push((text::PASSPHRASE, text::SECRETLY));
    }
    if cluster.pki.keys == Keys::HostKey && awaited {
        ways.push((text::REQUESTS_OF_HOSTS, text::BACK_HERE));
    }
    if key == Some(KeyPlace::Elsewhere) && awaited {
        ways.push((text::REQUESTS_TO_CA, text::AND_BACK));
    }
    ways.into_iter().map(|(what, way)| Journey { what: what.text(), way: way.text() }).collect()
}
