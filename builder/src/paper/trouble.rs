//! What to do when it does not go as written: the same on all pages of hosts.

use maud::{Markup, html};
use payload::name::HostName;

use super::tongues::Tongues;
use crate::text::paper::trouble as text;

pub(super) fn trouble(host: &HostName, tongues: Tongues) -> Markup {
    let pick = |row: usize, cell: usize| {
        tongues
            .say(|| text::rows(host).into_iter().nth(row).and_then(|row| row.into_iter().nth(cell)).unwrap_or_default())
    };
    html! {
        h2 { (tongues.say(text::title)) }
        table.trouble {
            @for row in 0..text::rows(host).len() { tr { td { (pick(row, 0)) } td { (pick(row, 1)) } } }
        }
        section.whole {
            h2 { (tongues.say(text::codes_title)) }
            table {
                @for codes in (0..text::codes().len()).collect::<Vec<_>>().chunks(2) {
                    tr {
                        @for code in codes { td.code { (code) } td { (tongues.nth(*code, text::codes)) } }
                    }
                }
            }
        }
    }
}
