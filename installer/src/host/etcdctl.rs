//! Asking members how they are: a knock at the peer port, and the `etcdctl` of the installed release.
#![expect(clippy::disallowed_methods, reason = "edge: knocks at the members' ports, looks at the key")]

use std::net::TcpStream;
use std::time::Duration;

use payload::etcd;
use payload::manifest::{Manifest, Member};
use payload::render;
use payload::url::Url;

use super::Exec;
use super::interrupt::Interrupt;
use crate::endpoint_status::{self, EndpointStatus};
use crate::facts::credentials::LARGEST_KEY;

/// Whether something accepts connections on the member's peer port.
pub(crate) fn is_reachable(manifest: &Manifest, member: &Member) -> bool {
    let at = manifest.peer_url(member).and_then(|url| url.socket());
    at.is_some_and(|at| TcpStream::connect_timeout(&at, Duration::from_secs(1)).is_ok())
}

/// Asks one member. `endpoint status` is used because its answer is the same from 3.1 on, while `endpoint health`
/// always exits 0 in 3.1.
pub(crate) fn status(manifest: &Manifest, member: &Member, interrupt: &Interrupt) -> Option<EndpointStatus> {
    let etcdctl = etcdctl(manifest, &manifest.client_url(member)?)?;
    let output = etcdctl.args(["endpoint", "status", "-w", "json"]).heeding(interrupt).output().ok()?;
    output.ok().then(|| endpoint_status::parse(&output.stdout))?
}

/// A linearizable read of a key that need not be there, as `endpoint health` does it. With authentication on, a
/// refusal is an answer too: it took a majority to give it.
pub(crate) fn reads_through(manifest: &Manifest, member: &Member, interrupt: &Interrupt) -> bool {
    let Some(etcdctl) = manifest.client_url(member).and_then(|url| etcdctl(manifest, &url)) else { return false };
    etcdctl
        .args(["get", "health"])
        .heeding(interrupt)
        .output()
        .is_ok_and(|output| output.ok() || endpoint_status::is_refusal(&output.stderr))
}

/// A call of the installed etcdctl, v3 API, with this host's certificate.
fn etcdctl(manifest: &Manifest, endpoint: &Url) -> Option<Exec> {
    let link = &manifest.layout.link;
    let certs = link.join("certs").ok()?;
    // The key is etcd's own file: etcdctl would read all of it, however large it has been made.
    let key = std::fs::metadata(certs.join(render::KEY).ok()?.as_path()).ok()?;
    (key.is_file() && key.len() <= LARGEST_KEY).then_some(())?;
    let mut exec = Exec::at(link.join("etcdctl").ok()?.as_str())
        .args(["--endpoints", &endpoint.to_string(), "--dial-timeout", "2s", "--command-timeout", "4s"])
        .args(["--cacert", certs.join(render::CA).ok()?.as_str()])
        .args(["--cert", certs.join(render::CERTIFICATE).ok()?.as_str()])
        .args(["--key", certs.join(render::KEY).ok()?.as_str()])
        .limit(Duration::from_secs(10));
    let version = manifest.release.version;
    if etcd::has_v2_api(version) {
        exec = exec.env("ETCDCTL_API", "3");
    }
    if manifest.arch.needs_unsupported_arch_env(version) {
        exec = exec.env("ETCD_UNSUPPORTED_ARCH", manifest.arch.etcd_name());
    }
    Some(exec)
}
