//! The frame of every page, and what several of them have. A page is whole in itself: no script, nothing that is fetched.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use payload::digest::Digest;
use payload::signer::SignerKey;

use super::tongues::Tongues;
use crate::text::paper as text;

const STYLE: &str = include_str!("page.css");
/// What a browser may do with it: nothing but show it.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";
/// Letters of a sum that the eye takes in at once.
const GROUP: usize = 8;

/// A page with this title.
pub(super) fn page(tongues: Tongues, title: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang=(tongues.code()) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { (body) }
        }
    };
    format!("{}\n", page.into_string())
}

/// A sum as it stands in `SHA256SUMS`; the gaps are for the eye alone.
pub(super) fn sum(sum: Digest) -> Markup {
    let text = sum.to_string();
    html! {
        span.sum {
            @for group in text.as_bytes().chunks(GROUP) { span { (String::from_utf8_lossy(group)) } }
        }
    }
}

/// The words as a numbered grid, four a row.
pub(super) fn words(signer: &SignerKey, tongues: Tongues) -> Markup {
    let words = signer.fingerprint().to_string();
    let words: Vec<(usize, &str)> = (1..).zip(words.split('-')).collect();
    html! {
        section.whole {
            h2 { (tongues.say(text::the_words)) }
            table.words {
                @for row in words.chunks(4) {
                    tr { @for (number, word) in row { td { small { (number) } b { (word) } } } }
                }
            }
            p { (tongues.say(text::about_the_words)) }
        }
    }
}

/// Numbered places for words that are written by hand.
pub(super) fn blanks(count: usize) -> Markup {
    let numbers: Vec<usize> = (1..=count).collect();
    html! {
        table.blanks {
            @for row in numbers.chunks(4) {
                tr { @for number in row { td { small { (number) } } } }
            }
        }
    }
}

/// A line to write on.
pub(super) fn blank(label: &Markup) -> Markup {
    html! { span.blank { (label) i {} } }
}

/// A box to tick.
pub(super) fn tick() -> Markup {
    html! { span.tick {} }
}
