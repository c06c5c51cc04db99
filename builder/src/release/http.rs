//! Edge: GET, with limits on everything, and nothing believed.
//!
//! Transparent decompression is neither compiled in nor asked for: what is hashed is what was published.
//! There is no switch that turns certificate checks off.
#![expect(clippy::disallowed_methods, reason = "edge: the network")]

use std::error::Error;
use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::blocking::{self, Client};
use reqwest::header;
use reqwest::{Certificate, StatusCode, Url, redirect::Policy};

use super::error::{ReleaseError, SourceError};
use super::headers::{Resume, content_range, encoded, goes_on, validator};
use super::limits::Limits;
use super::redirect;
use super::resolver::Resolver;
use crate::failure::chain;
use crate::text::release as messages;

/// An answer to a GET.
pub(super) enum Response {
    /// The file from its beginning.
    Whole(Body),
    /// The file from where we asked.
    Rest(Body),
    /// There is nothing after where we asked.
    Complete,
    /// Something that does not go on where we asked.
    Unrelated,
}

/// A body on its way.
pub(super) struct Body {
    response: blocking::Response,
    idle: Duration,
    deadline: Deadline,
    /// Bytes that this body has, where the server says so.
    pub(super) length: Option<u64>,
    /// What to send as `If-Range` later.
    pub(super) validator: Option<String>,
}

/// When a transfer has taken too long.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline {
    start: Instant,
    total: Duration,
}

impl Deadline {
    fn check(self) -> Result<(), SourceError> {
        if self.start.elapsed() > self.total { Err(SourceError::Late(self.total)) } else { Ok(()) }
    }
}

/// The client.
pub(super) struct Http {
    client: Client,
    resolver: Arc<Resolver>,
    limits: Limits,
}

impl Http {
    /// Proxies come from `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, trusted authorities from the
    /// system (`SSL_CERT_FILE` included) and from the PEM file `ca_cert`.
    pub(super) fn new(ca_cert: Option<&Path>, limits: Limits) -> Result<Self, ReleaseError> {
        // The blocking client applies its timeout to the wait for an answer and to each read after it, which
        // is what an idle limit is; the total is ours to watch.
        let resolver = Arc::new(Resolver::default());
        let mut builder = Client::builder()
            .dns_resolver(Arc::clone(&resolver))
            .user_agent(concat!("etcdpack/", env!("CARGO_PKG_VERSION")))
            .timeout(limits.idle)
            .connect_timeout(limits.connect)
            // Followed by ourselves: reqwest 0.13.5 drops a mirror's password on the way to another server, and
            // sends it again with that server's next redirect.
            .redirect(Policy::none());
        if let Some(path) = ca_cert {
            builder = builder.tls_certs_merge(certificates(path)?);
        }
        let client = builder.build().map_err(|error| ReleaseError::Client(in_one_line(&error)))?;
        Ok(Self { client, resolver, limits })
    }

    pub(super) fn limits(&self) -> Limits {
        self.limits
    }

    pub(super) fn deadline(&self) -> Deadline {
        Deadline { start: Instant::now(), total: self.limits.total }
    }

    /// Asks for the file at `url`, or for its rest.
    pub(super) fn get(&self, url: &Url, resume: Option<&Resume>, deadline: Deadline) -> Result<Response, SourceError> {
        let response = self.send(url, resume, deadline)?;
        let body = |response: blocking::Response| Body {
            length: response.content_length(),
            validator: validator(response.headers()),
            idle: self.limits.idle,
            deadline,
            response,
        };
        match (response.status(), resume) {
            (StatusCode::OK, _) => encoded(response.headers()).map_or_else(|| Ok(Response::Whole(body(response))), Err),
            (StatusCode::PARTIAL_CONTENT, Some(asked)) => {
                if let Some(failure) = encoded(response.headers()) {
                    return Err(failure);
                }
                let goes_on = goes_on(response.headers(), asked);
                Ok(if goes_on { Response::Rest(body(response)) } else { Response::Unrelated })
            }
            (StatusCode::RANGE_NOT_SATISFIABLE, Some(asked)) => {
                let complete = content_range(response.headers()) == Some((None, Some(asked.from)));
                Ok(if complete { Response::Complete } else { Response::Unrelated })
            }
            (StatusCode::PROXY_AUTHENTICATION_REQUIRED, _) => Err(SourceError::ProxyLogin),
            (status, _) => Err(SourceError::Status(status.to_string())),
        }
    }

    /// The answer of the last place that `url` leads to.
    fn send(&self, url: &Url, resume: Option<&Resume>, deadline: Deadline) -> Result<blocking::Response, SourceError> {
        let mut at = url.clone();
        let mut previous = Vec::new();
        loop {
            deadline.check()?;
            let mut request = self.client.get(at.clone()).header(header::ACCEPT_ENCODING, "identity");
            if let Some(Resume { from, validator }) = resume {
                request = request.header(header::RANGE, format!("bytes={from}-")).header(header::IF_RANGE, validator);
            }
            self.resolver.forget();
            let response = request.send().map_err(|error| self.failure(error))?;
            let Some(next) = redirect::target(&at, response.status(), response.headers())? else { return Ok(response) };
            previous.push(at);
            redirect::judge(&previous, &next)?;
            at = next;
        }
    }

    /// A file of at most `most` bytes.
    pub(super) fn get_small(&self, url: &Url, most: u64, deadline: Deadline) -> Result<Vec<u8>, SourceError> {
        let Response::Whole(mut body) = self.get(url, None, deadline)? else {
            return Err(SourceError::Network(messages::NOT_THE_WHOLE_FILE.into()));
        };
        let mut bytes = Vec::new();
        let mut buf = [0; 8 * 1024];
        loop {
            match body.read(&mut buf)? {
                0 => return Ok(bytes),
                n => bytes.extend_from_slice(buf.get(..n).unwrap_or_default()),
            }
            if bytes.len() as u64 > most {
                return Err(SourceError::TooLarge(most));
            }
        }
    }

    /// Waits before another attempt.
    pub(super) fn pause(pause: Duration) {
        std::thread::sleep(pause);
    }

    fn failure(&self, error: reqwest::Error) -> SourceError {
        let (late, connecting) = (error.is_timeout(), error.is_connect());
        let error = error.without_url();
        let text = in_one_line(&error);
        match () {
            // Where the limits are the same, or DNS takes all of the time, who comes first is a matter of chance.
            () if late && (connecting || self.resolver.waits_for().is_some()) => {
                SourceError::NotReached { within: self.limits.connect, dns: self.resolver.waits_for() }
            }
            () if late => SourceError::Stalled(self.limits.idle),
            // The words of hyper-util, where the proxy answers a CONNECT with 407.
            () if text.contains("proxy authorization required") => SourceError::ProxyLogin,
            // The words of rustls; its error type is not within reach behind reqwest's.
            () if text.contains("invalid peer certificate") => SourceError::Certificate(text),
            // The words of hyper-util.
            () if connecting && text.contains("dns error") => SourceError::NoAddress(last_cause(&error)),
            () if connecting => SourceError::Unreachable(last_cause(&error)),
            () => SourceError::Network(text),
        }
    }
}

impl Body {
    /// The next piece; 0 at the end.
    pub(super) fn read(&mut self, buf: &mut [u8]) -> Result<usize, SourceError> {
        self.deadline.check()?;
        self.response.read(buf).map_err(|error| {
            let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<reqwest::Error>());
            match inner {
                Some(inner) if inner.is_timeout() => SourceError::Stalled(self.idle),
                Some(inner) => SourceError::Network(in_one_line(inner)),
                None => SourceError::Network(in_one_line(&error)),
            }
        })
    }
}

fn certificates(path: &Path) -> Result<Vec<Certificate>, ReleaseError> {
    let bad = |what: String| ReleaseError::BadFile { flag: "--ca-cert", path: path.to_owned(), what };
    let pem = fs::read(path).map_err(|error| bad(error.to_string()))?;
    match Certificate::from_pem_bundle(&pem) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        Ok(_) => Err(bad(messages::NO_CERTIFICATE.into())),
        Err(error) => Err(bad(in_one_line(&error))),
    }
}

/// An encoding would have to be undone before hashing, and no release is published with one.
/// An error and its causes in one line.
fn in_one_line(error: &dyn Error) -> String {
    chain(error).join(": ")
}

/// What the causes of an error come down to.
fn last_cause(error: &dyn Error) -> String {
    chain(error).pop().unwrap_or_default()
}
