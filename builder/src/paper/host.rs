//! The sheet about one host: what to type there, what must appear, and what it ends with.

use std::path::Path;

use maud::{Markup, html};
use payload::etcd;
use payload::manifest::KeyFrom;

use super::page::{self, blank, blanks, sum, tick, words};
use super::sheets::{Sheet, Sheets};
use super::tongues::Tongues;
use super::trouble::trouble;
use crate::text::paper::host as text;

/// Where the sheet says that the stick is, and where a bundle is run: root alone can write there.
const STICK: &str = "/media/usb";
const HERE: &str = "/root/etcdpack";
/// For how many seconds an install waits for a healthy member where there can be one.
const WAIT: u32 = 60;

/// One thing to do.
struct Step {
    say: Markup,
    line: String,
    /// What must appear.
    shows: Markup,
    code: u8,
}

pub(super) fn page(sheets: &Sheets, sheet: &Sheet, number: usize, tongues: Tongues) -> String {
    let manifest = &sheet.manifest;
    let title = || text::title(number, sheets.hosts.len(), &manifest.host);
    let steps = if sheet.awaits_key() { make_key(sheet, tongues) } else { install(sheets, sheet, number, tongues) };
    let body = html! {
        h1 { (tongues.say(title)) }
        p { (tongues.say(|| text::member(&manifest.member, &manifest.cluster))) }
        (table(&steps, tongues))
        section.whole { @for n in 0..4 { (blank(&tongues.nth(n, text::signature))) } }
        @if sheet.awaits_key() {
            section.whole { h2 { (tongues.say(text::words_of_the_key)) } (blanks(payload::fingerprint::WORDS)) }
        }
        (words(&sheets.signer, tongues))
        (trouble(&manifest.host, tongues))
    };
    page::page(tongues, &tongues.plain(title), &body)
}

fn table(steps: &[Step], tongues: Tongues) -> Markup {
    html! {
        table.steps {
            thead {
                tr {
                    th {}
                    @for n in 0..2 { th { (tongues.nth(n, text::step_columns)) } }
                    th.code { (tongues.nth(2, text::step_columns)) }
                }
            }
            @for (number, step) in (1..).zip(steps) {
                tr {
                    td.narrow { (tick()) " " (number) }
                    td { (step.say) code { (step.line) } }
                    td { (step.shows) }
                    td.code { (step.code) }
                }
            }
        }
    }
}

/// What both ways begin with: on the right host, with the right file.
fn arrive(sheet: &Sheet, tongues: Tongues) -> Vec<Step> {
    let file = format!("{}.run", sheet.manifest.host);
    let copied = format!("install -d -m 700 {HERE} && install -m 700 {STICK}/{file} {HERE}/ && cd {HERE}");
    // One that listens everywhere may be told others' addresses.
    let own = html! { @for address in sheet.manifest.own_addresses() { samp { (address) } } };
    vec![
        Step { say: tongues.say(text::log_in), line: "ip address".to_owned(), shows: own, code: 0 },
        Step { say: tongues.say(|| text::copy(Path::new(STICK))), line: copied, shows: html! {}, code: 0 },
        Step {
            say: tongues.say(text::compare),
            line: format!("sha256sum {file}"),
            shows: html! { samp { (sum(sheet.sum)) } },
            code: 0,
        },
    ]
}

fn install(sheets: &Sheets, sheet: &Sheet, number: usize, tongues: Tongues) -> Vec<Step> {
    let manifest = &sheet.manifest;
    let host = &manifest.host;
    let all = sheets.hosts.len();
    // A cluster that runs has its majority without this member.
    let can_be_healthy = !sheets.is_founded_now() || number * 2 > all;
    let wait = if can_be_healthy { format!(" --wait {WAIT}") } else { String::new() };
    let mut steps = arrive(sheet, tongues);
    steps.push(Step { say: tongues.say(text::plan), line: format!("./{host}.run plan"), shows: html! {}, code: 0 });
    let asks = html! {
        (tongues.say(text::install))
        ol.asks {
            li { (tongues.say(text::answer_words)) }
            li { (tongues.say(text::answer_install)) }
            @if manifest.key_from() == KeyFrom::Sealed { li { (tongues.say(text::answer_passphrase)) } }
        }
    };
    let missing = if sheets.is_founded_now() { sheets.hosts.get(number..).unwrap_or_default() } else { &[] };
    let then = html! {
        samp { "etcd " (manifest.release.version) }
        @if !missing.is_empty() {
            (tongues.say(text::then_the_others))
            @for other in missing { samp { (other.manifest.host) ".run" } }
        }
    };
    steps.push(Step { say: asks, line: format!("./{host}.run install{wait}"), shows: then, code: 0 });
    steps.push(Step {
        say: tongues.say(text::status),
        line: "etcdpack-host status".to_owned(),
        shows: if can_be_healthy { tongues.say(text::healthy) } else { tongues.say(text::waits_for_others) },
        code: if can_be_healthy { 0 } else { 7 },
    });
    if number == all {
        let api = if etcd::has_v2_api(manifest.release.version) { "ETCDCTL_API=3 " } else { "" };
        let names = html! { @for member in &sheets.members { samp { (member.name) } } };
        steps.push(Step {
            say: tongues.say(text::members),
            line: format!("{api}etcdctl member list"),
            shows: names,
            code: 0,
        });
    }
    steps.push(Step { say: tongues.say(text::tidy), line: format!("rm {host}.run"), shows: html! {}, code: 0 });
    steps
}

/// Where the host makes its key, and its certificate comes later.
fn make_key(sheet: &Sheet, tongues: Tongues) -> Vec<Step> {
    let host = &sheet.manifest.host;
    let mut steps = arrive(sheet, tongues);
    steps.push(Step {
        say: tongues.say(text::csr),
        line: format!("./{host}.run csr -o {host}.csr"),
        shows: html! { samp { "etcdpack sign " (host) ".csr" } },
        code: 0,
    });
    steps.push(Step {
        say: tongues.say(text::carry_request),
        line: format!("cp {host}.csr {STICK}/"),
        shows: html! {},
        code: 0,
    });
    steps.push(Step {
        say: tongues.say(text::tidy),
        line: format!("rm {host}.run {host}.csr"),
        shows: html! {},
        code: 0,
    });
    steps
}
