//! The report as lines for a person, of 80 columns where no name or path is longer. Must not decide anything.

use payload::language::{columns, padded, width};
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
            Some(words) => row(&mut lines, &text::SIGNER, words),
            None => row(&mut lines, &text::SIGNER, &text::SIGNER_MADE),
        }
    }
    match cluster.passphrase {
        Some(State::Kept) => row(&mut lines, &text::PASSPHRASE_ROW, &text::PASSPHRASE_KEPT),
        Some(_) => row(&mut lines, &text::PASSPHRASE_ROW, &text::PASSPHRASE_MADE),
        None => {}
    }
    for one in &cluster.releases {
        release(&mut lines, one);
    }
    if let Some(founding) = &cluster.founding {
        row(&mut lines, &text::CLUSTER, founding.text.as_deref().unwrap_or(text::phase(founding.phase)));
    }
    for asked in &cluster.asks {
        row(&mut lines, &text::ASKS, asked);
    }
    match &cluster.rehearsal.why {
        None => row(&mut lines, &text::REHEARSAL, &text::HELD),
        Some(why) => row(&mut lines, &text::REHEARSAL, &text::not_held(why)),
    }
    for (at, journey) in cluster.travels.iter().enumerate() {
        row(&mut lines, if at == 0 { text::TRAVELS.text() } else { "" }, &text::journey(journey.what, journey.way));
    }
    lines
}

/// A table, as wide as its names.
fn hosts(cluster: &ClusterReport) -> Vec<String> {
    let head = text::HOSTS.map(String::from);
    let rows = cluster.hosts.iter().map(|host| {
        let certificate = host.certificate.as_ref().map_or_else(String::new, certificate);
        [host.name.clone(), host.member.clone(), host.address.to_string(), host.arch.to_owned(), certificate]
    });
    let rows: Vec<[String; 5]> = std::iter::once(head).chain(rows).collect();
    let widest = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| columns(cell)).max();
    let widths = [0, 1, 2, 3].map(|column| widest(column).unwrap_or(0));
    let line = |[name, member, address, arch, certificate]: &[String; 5]| {
        let [a, b, c, d] = widths;
        let cells = [padded(name, a), padded(member, b), padded(address, c), padded(arch, d), certificate.clone()];
        cells.join("  ").trim_end().to_owned()
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
        KeyRow::UnderPassphrase => &text::KEY_LOCKED,
        KeyRow::Missing => &text::KEY_MISSING,
        KeyRow::Elsewhere => &text::KEY_ELSEWHERE,
    };
    text::authority(file, &text::until(word(*state), *until), key)
}

fn release(lines: &mut Vec<String>, ReleaseRow { file, sha256, origin, from, places, .. }: &ReleaseRow) {
    let supply = match *from {
        "cache" => text::IN_CACHE.into(),
        "file" => text::in_file(&places.join(", ")),
        _ => text::downloaded(&places.join(", ")),
    };
    row(lines, &text::RELEASE, &text::supply(file, &supply));
    if let Some(sha256) = sha256 {
        row(lines, "", &sha256.to_string());
    }
    row(lines, "", &text::sum_of(origin));
}

/// A word, and what there is to say of it.
fn row(lines: &mut Vec<String>, what: &str, said: &str) {
    let mut said = wrapped(said, INDENT).into_iter();
    let first = said.next().unwrap_or_default();
    lines.push(format!("{}{}", padded(what, INDENT), first.trim_start()).trim_end().to_owned());
    lines.extend(said);
}

/// Lines that begin after `indent` blanks, broken between words, and in Chinese between characters.
fn wrapped(said: &str, indent: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in line::plain(said).split(' ') {
        for (at, part) in parts(word).iter().enumerate() {
            let blank = if at == 0 { " " } else { "" };
            match lines.last_mut() {
                Some(line) if columns(line) + blank.len() + columns(part) <= WIDTH => {
                    line.push_str(blank);
                    line.push_str(part);
                }
                _ => lines.push(format!("{:indent$}{part}", "")),
            }
        }
    }
    lines
}

/// What of a word stays together: no line of Chinese begins with punctuation that ends something.
fn parts(word: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut before: Option<char> = None;
    for c in word.chars() {
        let is_between = before.is_some_and(|before| before != '（' && (width(before) > 1 || width(c) > 1));
        match parts.last_mut() {
            Some(part) if !is_between || "，。：；、）？！".contains(c) => part.push(c),
            _ => parts.push(c.to_string()),
        }
        before = Some(c);
    }
    parts
}

fn word(state: State) -> &'static str {
    let word = match state {
        State::Made => text::MADE,
        State::Kept => text::KEPT,
        State::Renewed => text::RENEWED,
        State::Awaited => text::AWAITED,
    };
    word.text()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_as_long_as_the_terminal_is_wide_in_each_language() {
        let english = wrapped(&"eight for ".repeat(12), 12);
        assert!(english.len() > 1 && english.iter().all(|line| columns(line) <= WIDTH), "{english:?}");
        let said = "成员（共三个）在运行，".repeat(12);
        let chinese = wrapped(&said, 12);
        assert!(chinese.len() > 1 && chinese.iter().all(|line| columns(line) <= WIDTH), "{chinese:?}");
        assert!(chinese.iter().all(|line| !line.trim_start().starts_with(['，', '）'])), "{chinese:?}");
        assert_eq!(chinese.iter().map(|line| line.trim_start()).collect::<String>(), said);
        assert_eq!(parts("a`b`"), ["a`b`"]);
    }
}
