//! All that a rehearsal asks of a machine, done once without members: memory, a bridge, a process with a network of its own, a cable
//! to it, and a look from there. Writes nothing.
#![expect(clippy::disallowed_methods, reason = "edge: processes in namespaces of their own")]

use std::path::Path;
use std::process::{Command, Stdio};

use payload::render::PATH;

use super::super::told::Told;
use super::{Cannot, network, root};
use crate::text::rehearsal as text;

/// Holds it; `dir` is covered for it.
pub(super) fn hold(dir: &Path) -> Result<Told, Cannot> {
    root::cover(dir)?;
    network::bridge()?;
    let mut unshare = Command::new("unshare");
    unshare.args(["-n", "--", "sh", "-c", "read -r _"]).env_clear().env("PATH", PATH).stdin(Stdio::piped());
    let mut alone = unshare.spawn().map_err(|error| Cannot(text::starting("unshare", error)))?;
    network::join(0, alone.id())?;
    let mut nsenter = Command::new("nsenter");
    nsenter.arg(format!("--net=/proc/{}/ns/net", alone.id())).args(["--", "chroot", "/", "true"]);
    let looked = nsenter.env_clear().env("PATH", PATH).stdin(Stdio::null()).output();
    let looked = looked.map_err(|error| Cannot(text::starting("nsenter", error)))?;
    drop(alone.stdin.take());
    alone.wait()?;
    if looked.status.success() {
        return Ok(Told::Able);
    }
    let words = String::from_utf8_lossy(&looked.stderr);
    Err(Cannot(text::said("nsenter", words.lines().next().unwrap_or_default())))
}
