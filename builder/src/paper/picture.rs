//! The picture of a cluster: hosts between the network of their clients and their own, three a row. Each row is a drawing of its own, so
//! that a page may end between two.

use maud::{Markup, html};
use payload::manifest::{Listen, Manifest};
use payload::url::Url;

use super::sheets::{Sheet, Sheets};
use super::tongues::Tongues;
use crate::text::paper::cluster as text;

const A_ROW: usize = 3;
/// In units of the drawing, of which a page is 720 wide.
const WIDTH: usize = 220;
const GAP: usize = 30;
const BAR: usize = 24;
const ARROW: usize = 46;
const LINE: usize = 15;
/// Letters that fit into a box, of a name and of an address.
const NAME: usize = 26;
const ADDRESS: usize = 34;

/// All hosts.
pub(super) fn picture(sheets: &Sheets, tongues: Tongues) -> Markup {
    html! { @for row in sheets.hosts.chunks(A_ROW) { (drawing(row, tongues)) } }
}

fn drawing(row: &[Sheet], tongues: Tongues) -> Markup {
    let boxes: Vec<Vec<(&str, String)>> = row.iter().map(|sheet| lines(&sheet.manifest, tongues)).collect();
    let tallest = boxes.iter().map(Vec::len).max().unwrap_or_default();
    let height = tallest * LINE + 14;
    let (top, bottom) = (BAR + ARROW, BAR + ARROW + height);
    let all = bottom + ARROW + BAR;
    let width = A_ROW * WIDTH + (A_ROW - 1) * GAP;
    html! {
        svg viewBox=(format!("-2 -2 {} {}", width + 4, all + 4)) role="img" {
            (bar(0, width, &tongues.plain(text::clients)))
            @for (n, (sheet, lines)) in row.iter().zip(&boxes).enumerate() {
                @let x = n * (WIDTH + GAP);
                @let (clients, peers) = ends(&sheet.manifest);
                (arrow(x, BAR, top, false))
                (label(x, BAR, &clients))
                rect x=(x) y=(top) width=(WIDTH) height=(height) rx="4" {}
                @for (line, (class, words)) in lines.iter().enumerate() {
                    text class=(class) x=(x + WIDTH / 2) y=(top + 18 + line * LINE) text-anchor="middle" { (words) }
                }
                (arrow(x, bottom, bottom + ARROW, true))
                (label(x, bottom, &peers))
            }
            (bar(bottom + ARROW, width, &tongues.plain(text::peers)))
        }
    }
}

/// What stands in the box of a host.
fn lines(manifest: &Manifest, tongues: Tongues) -> Vec<(&'static str, String)> {
    let mut lines: Vec<_> = cut(manifest.host.as_str(), NAME).map(|part| ("name", part)).collect();
    if manifest.host.as_str() != manifest.member.as_str() {
        lines.extend(cut(&tongues.plain(|| text::member(&manifest.member)), ADDRESS).map(|part| ("", part)));
    }
    // Behind NAT, or at some of its networks alone.
    if let Some(Listen { peers, clients, .. }) = &manifest.listen
        && manifest.listens_elsewhere()
    {
        let mut all: Vec<String> = clients.iter().chain(peers).map(bare).collect();
        all.dedup();
        for at in all {
            lines.extend(cut(&tongues.plain(|| text::listens(&at)), ADDRESS).map(|part| ("", part)));
        }
    }
    lines
}

/// Where clients and peers reach it, by address and port.
pub(super) fn ends(manifest: &Manifest) -> (String, String) {
    let me = manifest.me();
    let shown = |url: Option<Url>| url.as_ref().map(bare).unwrap_or_default();
    (shown(me.and_then(|me| manifest.client_url(me))), shown(me.and_then(|me| manifest.peer_url(me))))
}

/// Without what is in front of the address.
fn bare(url: &Url) -> String {
    let text = url.to_string();
    text.split_once("://").map_or(text.clone(), |(_, rest)| rest.to_owned())
}

fn bar(y: usize, width: usize, words: &str) -> Markup {
    html! {
        rect.bar x="0" y=(y) width=(width) height=(BAR) {}
        text x=(width / 2) y=(y + 16) text-anchor="middle" { (words) }
    }
}

/// Down at the left of a box; for those who talk both ways with two heads.
fn arrow(x: usize, from: usize, to: usize, both_ways: bool) -> Markup {
    let x = x + 16;
    let head = |y: usize, away: usize| format!("{x},{y} {},{away} {},{away}", x - 4, x + 4);
    html! {
        line x1=(x) y1=(from) x2=(x) y2=(to) {}
        polygon points=(head(to, to - 9)) {}
        @if both_ways { polygon points=(head(from, from + 9)) {} }
    }
}

fn label(x: usize, y: usize, words: &str) -> Markup {
    html! {
        @for (n, part) in cut(words, ADDRESS).enumerate() {
            text.mono x=(x + 26) y=(y + 20 + n * 13) { (part) }
        }
    }
}

/// In pieces that fit.
fn cut(text: &str, most: usize) -> impl Iterator<Item = String> {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(most).map(|part| part.iter().collect()).collect::<Vec<String>>().into_iter()
}
