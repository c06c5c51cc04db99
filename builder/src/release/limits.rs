//! Bounds of a download. Values alone.

use std::time::Duration;

/// Bounds of a download; [`Limits::default`] suits slow lines.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Until a connection stands: DNS, TCP and TLS, and a proxy's tunnel.
    pub connect: Duration,
    /// Until the answer begins, and between two pieces of it.
    pub idle: Duration,
    /// For one file from one place, retries included. Noticed at the latest one `idle` later.
    pub total: Duration,
    /// The largest tarball. Upstream's have 10 to 30 MiB.
    pub bytes: u64,
    /// Attempts in a row without a byte of progress.
    pub attempts: u32,
    /// Pause before the second attempt; doubled before each further one.
    pub pause: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            idle: Duration::from_secs(30),
            total: Duration::from_hours(1),
            bytes: 256 * 1024 * 1024,
            attempts: 3,
            pause: Duration::from_secs(1),
        }
    }
}
