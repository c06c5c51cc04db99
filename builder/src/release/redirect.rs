//! Which redirects are followed. Pure.

use reqwest::header::{self, HeaderMap};
use reqwest::{StatusCode, Url};

/// curl and browsers stop between 10 and 50; GitHub needs one.
const MOST: usize = 10;

/// Why a redirect is not followed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum RedirectError {
    TooMany,
    Downgrade(String),
    Scheme(String),
    NotAUrl,
}

impl RedirectError {
    /// How many are followed.
    pub(crate) const MOST: usize = MOST;
}

/// Where an answer from `from` sends us; `None` where it sends us nowhere. User and password in `from` stay with a
/// relative reference alone, which is to the same server.
pub(super) fn target(from: &Url, status: StatusCode, headers: &HeaderMap) -> Result<Option<Url>, RedirectError> {
    // RFC 9110, 15.4: the others in the 300s are no redirects to a file.
    let redirects = matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308);
    let Some(location) = headers.get(header::LOCATION).filter(|_| redirects) else { return Ok(None) };
    let url = location.to_str().ok().and_then(|location| from.join(location).ok());
    url.map(Some).ok_or(RedirectError::NotAUrl)
}

/// Judges the step from the last of `previous` to `next`.
pub(super) fn judge(previous: &[Url], next: &Url) -> Result<(), RedirectError> {
    if previous.len() > MOST {
        return Err(RedirectError::TooMany);
    }
    match (previous.last().map(Url::scheme), next.scheme()) {
        (_, "https") | (Some("http"), "http") => Ok(()),
        (Some("https"), scheme) => Err(RedirectError::Downgrade(scheme.to_owned())),
        (_, scheme) => Err(RedirectError::Scheme(scheme.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    #[test]
    fn credentials_stay_with_their_server() {
        let from = Url::parse("https://me:hunter2@a/x/y").unwrap();
        for (location, to) in [
            ("z", "https://me:hunter2@a/x/z"),
            ("/z", "https://me:hunter2@a/z"),
            ("https://a/z", "https://a/z"),
            ("//b/z", "https://b/z"),
            ("https://b/z", "https://b/z"),
        ] {
            let headers = HeaderMap::from_iter([(header::LOCATION, HeaderValue::from_static(location))]);
            let found = target(&from, StatusCode::FOUND, &headers).unwrap().unwrap();
            assert_eq!(found.as_str(), to, "{location}");
            assert_eq!(target(&from, StatusCode::OK, &headers), Ok(None));
        }
        assert_eq!(target(&from, StatusCode::FOUND, &HeaderMap::new()), Ok(None));
        for location in [&b"https://"[..], b"//[", b"\xff"] {
            let headers = HeaderMap::from_iter([(header::LOCATION, HeaderValue::from_bytes(location).unwrap())]);
            assert_eq!(target(&from, StatusCode::FOUND, &headers), Err(RedirectError::NotAUrl));
        }
    }

    #[test]
    fn never_to_a_weaker_scheme_and_never_for_ever() {
        let url = |text: &str| Url::parse(text).unwrap();
        for (from, to, verdict) in [
            ("https://a/", "https://b/", Ok(())),
            ("http://a/", "https://b/", Ok(())),
            ("http://a/", "http://b/", Ok(())),
            ("https://a/", "http://a/", Err(RedirectError::Downgrade("http".to_owned()))),
            ("https://a/", "file:///etc/passwd", Err(RedirectError::Downgrade("file".to_owned()))),
            ("http://a/", "file:///etc/passwd", Err(RedirectError::Scheme("file".to_owned()))),
            ("http://a/", "ftp://a/", Err(RedirectError::Scheme("ftp".to_owned()))),
        ] {
            assert_eq!(judge(&[url(from)], &url(to)), verdict, "{from} {to}");
        }
        let hops = vec![url("https://a/"); MOST + 1];
        assert_eq!(judge(&hops[..MOST], &url("https://a/")), Ok(()));
        assert_eq!(judge(&hops, &url("https://a/")), Err(RedirectError::TooMany));
    }
}
