//! The report as lines for a person, of 80 columns where no name or path is longer. Must not decide anything.

use payload::line;

use super::report::{CaRow, CertificateRow, ClusterReport, KeyRow, ReleaseRow, Report, State};
use crate::text::check as text;

/// Where the second column begins.
const INDENT: usize = 12;
/// As much as a terminal of 80 columns shows.
const WIDTH: usize = 79;

/// The lines.
pub(super) fn of(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    let Some(cluster) = &report.cluster else { return lines };
    lines.push(line::plain(&text::heading(&report.file, &cluster.name, &cluster.etcd, cluster.hosts.len())));
    lines.push(String::new());
    lines.extend(hosts(cluster));
    lines.push(String::new());
    if let Some(ca) = &cluster.ca {
        row(&mut lines, text::CA, &authority(ca));
    }
    if let Some(key) = &cluster.signing_key {
        match &key.words {
            Some(words) => row(&mut lines, text::SIGNER, words),
            None => row(&mut lines, text::SIGNER, text::SIGNER_MADE),
        }
    }
    match cluster.passphrase {
        Some(State::Kept) => row(&mut lines, text::PASSPHRASE_ROW, text::PASSPHRASE_KEPT),
        Some(_) => row(&mut lines, text::PASSPHRASE_ROW, text::PASSPHRASE_MADE),
        None => {}
    }
    for one in &cluster.releases {
        release(&mut lines, one);
    }
    if let Some(founding) = &cluster.founding {
        row(&mut lines, text::CLUSTER, founding.text.as_deref().unwrap_or(text::phase(founding.phase)));
    }
    for asked in &cluster.asks {
        row(&mut lines, text::ASKS, asked);
    }
    match &cluster.rehearsal.why {
        None => row(&mut lines, text::REHEARSAL, text::HELD),
        Some(why) => row(&mut lines, text::REHEARSAL, &text::not_held(why)),
    }
    for (at, journey) in cluster.travels.iter().enumerate() {
        row(&mut lines, if at == 0 { text::TRAVELS } else { "" }, &text::journey(journey.what, journey.way));
    }
    lines
}

/// A table, as wide as its names.
fn hosts(cluster: &ClusterReport) -> Vec<String> {
    let head = text::HOSTS.map(str::to_owned);
    let rows = cluster.hosts.iter().map(|host| {
        let certificate = host.certificate.as_ref().map_or_else(String::new, certificate);
        [host.name.clone(), host.member.clone(), host.address.to_string(), host.arch.to_owned(), certificate]
    });
    let rows: Vec<[String; 5]> = std::iter::once(head).chain(rows).collect();
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(String::len).max().unwrap_or(0);
    let widths = [0, 1, 2, 3].map(width);
    let line = |[name, member, address, arch, certificate]: &[String; 5]| {
        let [a, b, c, d] = widths;
        format!("{name:<a$}  {member:<b$}  {address:<c$}  {arch:<d$}  {certificate}").trim_end().to_owned()
    };
    let why = cluster.hosts.iter().filter_map(|host| {
        let why = host.certificate.as_ref()?.why.as_ref()?;
        Some(text::why(&host.name, why))
    });
    rows.iter().map(line).chain(why.flat_map(|why| wrapped(&why, 2))).collect()
}

fn certificate(CertificateRow { state, until, .. }: &CertificateRow) -> String {
    match until {
        Some(until) => text::until(word(*state), *until),
        None => word(*state).to_owned(),
    }
}

fn authority(CaRow { state, file, until, key }: &CaRow) -> String {
    let key = match key {
        KeyRow::Here => "",
        KeyRow::UnderPassphrase => text::KEY_LOCKED,
        KeyRow::Missing => text::KEY_MISSING,
        KeyRow::Elsewhere => text::KEY_ELSEWHERE,
    };
    text::authority(file, &text::until(word(*state), *until), key)
}

fn release(lines: &mut Vec<String>, ReleaseRow { file, sha256, origin, from, places, .. }: &ReleaseRow) {
    let supply = match *from {
        "cache" => text::IN_CACHE.to_owned(),
        "file" => text::in_file(&places.join(", ")),
        _ => text::downloaded(&places.join(", ")),
    };
    row(lines, text::RELEASE, &text::supply(file, &supply));
    if let Some(sha256) = sha256 {
        row(lines, "", &sha256.to_string());
    }
    row(lines, "", &text::sum_of(origin));
}

/// A word, and what there is to say of it.
fn row(lines: &mut Vec<String>, what: &str, said: &str) {
    let mut said = wrapped(said, INDENT).into_iter();
    let first = said.next().unwrap_or_default();
    lines.push(format!("{what:<INDENT$}{}", first.trim_start()).trim_end().to_owned());
    lines.extend(said);
}

/// Lines that begin after `indent` blanks, broken between words.
fn wrapped(said: &str, indent: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in line::plain(said).split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(format!("{:indent$}{word}", "")),
        }
    }
    lines
}

fn word(state: State) -> &'static str {
    match state {
        State::Made => text::MADE,
        State::Kept => text::KEPT,
        State::Renewed => text::RENEWED,
        State::Awaited => text::AWAITED,
    }
}
