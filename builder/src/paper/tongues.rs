//! The languages of the paper, and how a sentence stands in them beside itself.

use maud::{Markup, html};
use payload::language::Language;

/// One language or several.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tongues(pub(crate) &'static [Language]);

impl Tongues {
    /// A sentence in each of them. What is in backticks is set as it is typed.
    pub(super) fn say(self, words: impl Fn() -> String) -> Markup {
        let said = self.each(words);
        html! {
            @for (language, text) in &said {
                span lang=(code(*language)) { (marked(text)) }
            }
        }
    }

    /// The same as plain text, one behind the other.
    pub(super) fn plain(self, words: impl Fn() -> String) -> String {
        self.each(words).into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(" / ")
    }

    /// The `n`th of several sentences.
    pub(super) fn nth<const N: usize>(self, n: usize, words: impl Fn() -> [String; N]) -> Markup {
        self.say(|| words().into_iter().nth(n).unwrap_or_default())
    }

    /// What the page is in.
    pub(super) fn code(self) -> &'static str {
        self.0.first().copied().map_or("en", code)
    }

    /// What is the same in two languages is said once.
    fn each(self, words: impl Fn() -> String) -> Vec<(Language, String)> {
        let mut said: Vec<(Language, String)> = Vec::new();
        for language in self.0 {
            let text = language.meanwhile(&words);
            if said.iter().all(|(_, known)| *known != text) {
                said.push((*language, text));
            }
        }
        said
    }
}

/// As HTML calls it.
fn code(language: Language) -> &'static str {
    match language {
        Language::English => "en",
        Language::Chinese => "zh-CN",
    }
}

fn marked(text: &str) -> Markup {
    html! {
        @for (n, part) in text.split('`').enumerate() {
            @if n % 2 == 0 { (part) } @else { kbd { (part) } }
        }
    }
}
