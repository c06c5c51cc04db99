//! Which redirects are followed. Pure.

use reqwest::Url;

/// curl and browsers stop between 10 and 50; GitHub needs one.
const MOST: usize = 10;

/// Why a redirect is not followed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(super) enum Refused {
    #[error("it redirects more than {MOST} times")]
    TooMany,
    #[error("it redirects from https to `{0}:`")]
    Downgrade(String),
    #[error("it redirects to `{0}:`")]
    Scheme(String),
}

/// Judges the step from the last of `previous` to `next`.
pub(super) fn judge(previous: &[Url], next: &Url) -> Result<(), Refused> {
    if previous.len() > MOST {
        return Err(Refused::TooMany);
    }
    match (previous.last().map(Url::scheme), next.scheme()) {
        (_, "https") | (Some("http"), "http") => Ok(()),
        (Some("https"), scheme) => Err(Refused::Downgrade(scheme.to_owned())),
        (_, scheme) => Err(Refused::Scheme(scheme.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_to_a_weaker_scheme_and_never_for_ever() {
        let url = |text: &str| Url::parse(text).unwrap();
        for (from, to, verdict) in [
            ("https://a/", "https://b/", Ok(())),
            ("http://a/", "https://b/", Ok(())),
            ("http://a/", "http://b/", Ok(())),
            ("https://a/", "http://a/", Err(Refused::Downgrade("http".to_owned()))),
            ("https://a/", "file:///etc/passwd", Err(Refused::Downgrade("file".to_owned()))),
            ("http://a/", "file:///etc/passwd", Err(Refused::Scheme("file".to_owned()))),
            ("http://a/", "ftp://a/", Err(Refused::Scheme("ftp".to_owned()))),
        ] {
            assert_eq!(judge(&[url(from)], &url(to)), verdict, "{from} {to}");
        }
        let hops = vec![url("https://a/"); MOST + 1];
        assert_eq!(judge(&hops[..MOST], &url("https://a/")), Ok(()));
        assert_eq!(judge(&hops, &url("https://a/")), Err(Refused::TooMany));
    }
}
