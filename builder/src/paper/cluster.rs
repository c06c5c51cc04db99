//! The sheet about all hosts.

use maud::{Markup, html};
use payload::manifest::KeyFrom;

use super::page::{self, blank, blanks, sum, tick, words};
use super::picture::{ends, picture};
use super::sheets::{Sheet, Sheets, renewal};
use super::tongues::Tongues;
use crate::pki::Validity;
use crate::text::command::check_and_next;
use crate::text::paper::{self, cluster as text};

/// Words of a passphrase that etcdpack makes.
const PASSPHRASE_WORDS: usize = 7;

fn body(sheets: &Sheets, tongues: Tongues) -> Markup {
    html! {
        h1 { (tongues.say(|| text::title(&sheets.cluster))) }
        p {
            (tongues.say(|| text::what(sheets.release.version, sheets.hosts.len()))) " "
            (tongues.say(text::no_secret))
        }
        (blank(&tongues.say(text::built_by))) (blank(&tongues.say(text::on_the))) (blank(&tongues.say(text::telephone)))
        section.whole {
            h2 { (tongues.say(text::travels)) }
            (travels(sheets, tongues))
        }
        (words(&sheets.signer, tongues))
        h2 { (tongues.say(text::hosts)) }
        (hosts(sheets, tongues))
        h2 { (tongues.say(text::picture)) }
        (picture(sheets, tongues))
        p { (tongues.say(text::about_the_picture)) }
        h2 { (tongues.say(text::ports)) }
        (ports(sheets, tongues))
        h2 { (tongues.say(text::certificates)) }
        (certificates(sheets, tongues))
        section.whole {
            h2 { (tongues.say(text::stock_tools)) }
            p { (tongues.say(paper::sum_of_the_key)) (sum(sheets.signer.file_sum())) }
            (stock_tools(sheets))
        }
        @if sheets.any_key(KeyFrom::Sealed) { (slip(sheets, tongues)) }
    }
}

pub(super) fn page(sheets: &Sheets, tongues: Tongues) -> String {
    let title = tongues.plain(|| text::title(&sheets.cluster));
    page::page(tongues, &title, &body(sheets, tongues))
}

fn travels(sheets: &Sheets, tongues: Tongues) -> Markup {
    let row = |what: &Markup, which: &Markup| {
        html! { tr { td.narrow { (tick()) } td { (what) } td { (which) } } }
    };
    let bundles = html! {
        samp { @for sheet in &sheets.hosts { (sheet.manifest.host) ".run " } "SHA256SUMS START-HERE.txt" }
        @if sheets.any_key(KeyFrom::Bundle) { (tongues.say(text::with_the_keys_in_the_clear)) }
    };
    html! {
        table {
            (row(&tongues.say(text::stick), &bundles))
            (row(&tongues.say(text::this_paper), &tongues.say(text::on_this_paper)))
            @if sheets.any_key(KeyFrom::Sealed) { (row(&tongues.say(text::envelope), &tongues.say(text::the_slip))) }
            @if sheets.hosts.iter().any(Sheet::awaits_key) {
                (row(&tongues.say(text::back_home), &tongues.say(text::requests)))
            }
            (row(&tongues.say(text::stays), &html! { samp { "cluster.toml etcdpack.lock pki/" } }))
        }
    }
}

fn hosts(sheets: &Sheets, tongues: Tongues) -> Markup {
    html! {
        table {
            thead {
                tr {
                    th {}
                    @for n in 0..3 { th { (tongues.nth(n, text::host_columns)) } }
                    th.by { (tongues.nth(3, text::host_columns)) }
                }
            }
            @for (number, sheet) in (1..).zip(&sheets.hosts) {
                tbody.one {
                    tr {
                        td.narrow rowspan="2" { (tick()) " " (number) }
                        td { b { (sheet.manifest.host) } }
                        td.mono { @for address in sheet.manifest.advertised() { samp { (address) } } }
                        td { span.mono { (sheet.manifest.host) ".run" } ", " (sheet.bytes) }
                        td.by rowspan="2" {}
                    }
                    tr { td colspan="3" { (sum(sheet.sum)) } }
                }
            }
        }
        @if sheets.is_founded_now() { p { (tongues.say(text::all_on)) } }
    }
}

fn ports(sheets: &Sheets, tongues: Tongues) -> Markup {
    let others = |own: &str| {
        let others = sheets.members.iter().filter(|member| member.host.as_str() != own);
        others.map(|member| member.address.to_string()).collect::<Vec<_>>().join(", ")
    };
    html! {
        table {
            thead { tr { @for n in 0..3 { th { (tongues.nth(n, text::port_columns)) } } } }
            @for sheet in &sheets.hosts {
                @let (clients, peers) = ends(&sheet.manifest);
                @for (end, from) in [(clients, tongues.say(text::all_clients)), (peers, html! { (others(sheet.manifest.host.as_str())) })] {
                    @let (address, port) = end.rsplit_once(':').unwrap_or((&end, ""));
                    tr { td { (sheet.manifest.host) ", " (address) } td.mono { (port) } td { (from) } }
                }
            }
        }
    }
}

fn certificates(sheets: &Sheets, tongues: Tongues) -> Markup {
    let row = |whose: &Markup, certificate: &Validity| {
        html! { tr { td { (whose) } td { (certificate.not_after.date()) } td { (renewal(certificate)) } } }
    };
    html! {
        table {
            thead { tr { @for n in 0..3 { th { (tongues.nth(n, text::certificate_columns)) } } } }
            @for (certificate, hosts) in sheets.certificates() {
                @let names: Vec<_> = hosts.iter().map(|sheet| &sheet.manifest.host).collect();
                (row(&html! { (text::of_hosts(&names)) }, &certificate))
            }
            @for authority in sheets.authorities() { (row(&tongues.say(text::of_the_ca), &authority)) }
        }
        p { (tongues.say(text::in_the_calendar)) }
    }
}

/// The two lines that `build` shows, for the first bundle.
fn stock_tools(sheets: &Sheets) -> Markup {
    let first = sheets.hosts.first().map(|sheet| format!("{}.run", sheet.manifest.host)).unwrap_or_default();
    let [_, cut, check, _] = check_and_next(&first, "");
    html! { @for line in [cut, check] { code { (line.trim()) } } samp { "Verified OK" } }
}

fn slip(sheets: &Sheets, tongues: Tongues) -> Markup {
    html! {
        section.slip {
            p.cut { (tongues.say(text::cut_here)) }
            h2 { (tongues.say(|| text::slip(&sheets.cluster))) }
            (blanks(PASSPHRASE_WORDS))
            p { (tongues.say(text::about_the_slip)) }
        }
    }
}
