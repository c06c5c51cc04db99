use payload::language::Language;

use super::calendar::{Lines, escaped};
use super::page::page;
use super::tongues::Tongues;

const BOTH: Tongues = Tongues(&[Language::English, Language::Chinese]);

#[test]
fn a_name_cannot_become_markup() {
    let hostile = "</title><script>alert(1)</script>\"'&`<b>x</b>`";
    let page = page(BOTH, hostile, &BOTH.say(|| hostile.to_owned()));
    for markup in ["<script", "<b>", "</title></title>"] {
        assert!(!page.contains(markup), "{page}");
    }
    assert_eq!(page.matches("&lt;script&gt;").count(), 2, "{page}");
    assert!(page.contains("<kbd>&lt;b&gt;x&lt;/b&gt;</kbd>"), "{page}");
}

#[test]
fn a_sentence_stands_in_each_language_once() {
    let words = || payload::say!(en = "yes", zh = "是");
    assert_eq!(BOTH.plain(words), "yes / 是");
    assert_eq!(BOTH.plain(|| "n1".to_owned()), "n1");
    assert_eq!(Tongues(&[Language::Chinese]).say(words).0, "<span lang=\"zh-CN\">是</span>");
}

#[test]
fn calendar_lines_are_folded_between_letters() {
    let mut lines = Lines(String::new());
    let text = escaped(&format!("{}; a,b\\c\nd\r", "证书".repeat(30)));
    lines.put("SUMMARY", &text);
    assert!(lines.0.split("\r\n").all(|line| line.len() <= 75), "{:?}", lines.0);
    assert_eq!(lines.0.replace("\r\n ", ""), format!("SUMMARY:{}\\; a\\,b\\\\c\\nd\r\n", "证书".repeat(30)));
}
