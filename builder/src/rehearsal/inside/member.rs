//! One member that runs: its process, what it says, and what its own `etcdctl` hears of it.
#![expect(clippy::disallowed_methods, reason = "edge: processes in namespaces of their own")]

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use payload::name::HostName;
use payload::render::{self, PATH};

use super::super::cast::Member;
use super::root::Root;
use super::{Cannot, at, network};
use crate::text::rehearsal as text;

/// The key that is written and read. The cluster has no other, and is gone a moment later.
const KEY: &str = "etcdpack/rehearsal";
const VALUE: &str = "heard";
/// Of a log, as much as is looked at, in bytes.
const LOG: u64 = 64 * 1024;

pub(super) struct Playing {
    pub(super) host: HostName,
    child: Child,
    log: PathBuf,
    /// Calls its `etcdctl`, from where it is.
    etcdctl: Vec<String>,
}

impl Playing {
    /// Starts it, to wait for [`Self::go`].
    pub(super) fn start(member: &Member, root: &Root, at_: usize, log: PathBuf) -> Result<Self, Cannot> {
        let path = root.path.to_string_lossy().into_owned();
        let script = member.path_of(render::STARTUP).map(ToString::to_string).unwrap_or_default();
        let output = File::create_new(&log).map_err(at(&log))?;
        let errors = output.try_clone()?;
        let mut unshare = Command::new("unshare");
        unshare.args(["-n", "--", "sh", "-c", network::PRELUDE, "sh", &path, &script]);
        unshare.args(member.addresses.iter().copied().flat_map(network::words)).env_clear().env("PATH", PATH);
        let child = unshare.stdin(Stdio::piped()).stdout(output).stderr(errors).spawn();
        let child = child.map_err(|error| Cannot(text::starting("unshare", error)))?;
        network::join(at_, child.id())?;
        let etcdctl = etcdctl(member, &path, child.id());
        Ok(Self { host: member.host.clone(), child, log, etcdctl })
    }

    /// Lets etcd begin.
    pub(super) fn go(&mut self) -> Result<(), Cannot> {
        match self.child.stdin.take() {
            Some(mut stdin) => Ok(stdin.write_all(b"\n")?),
            None => Ok(()),
        }
    }

    pub(super) fn has_ended(&mut self) -> Result<bool, Cannot> {
        Ok(self.child.try_wait()?.is_some())
    }

    /// The end of what it has said.
    pub(super) fn log(&self) -> String {
        let mut end = Vec::new();
        let read = File::open(&self.log).and_then(|mut file| {
            let len = file.seek(SeekFrom::End(0))?;
            file.seek(SeekFrom::Start(len.saturating_sub(LOG)))?;
            file.take(LOG).read_to_end(&mut end)
        });
        // A log that cannot be read says as much as an empty one.
        let _ = read;
        String::from_utf8_lossy(&end).into_owned()
    }

    /// Whether a key could be written through it.
    pub(super) fn put(&self) -> Result<bool, Cannot> {
        Ok(self.ask(&["put", KEY, VALUE])?.is_some())
    }

    /// Whether that key is read through it.
    pub(super) fn gets(&self) -> Result<bool, Cannot> {
        Ok(self.ask(&["get", "--print-value-only", KEY])?.is_some_and(|said| said.trim() == VALUE))
    }

    fn ask(&self, words: &[&str]) -> Result<Option<String>, Cannot> {
        let mut command = Command::new("nsenter");
        command.args(&self.etcdctl).args(words).env_clear().env("PATH", PATH).env("ETCDCTL_API", "3");
        let said = command.stdin(Stdio::null()).output();
        let said = said.map_err(|error| Cannot(text::starting("nsenter", error)))?;
        Ok(said.status.success().then(|| String::from_utf8_lossy(&said.stdout).into_owned()))
    }
}

/// The words of `nsenter`. The host's own pair is good for a client, too.
fn etcdctl(member: &Member, root: &str, pid: u32) -> Vec<String> {
    let file = |name: &str| member.path_of(name).map(ToString::to_string).unwrap_or_default();
    vec![
        format!("--net=/proc/{pid}/ns/net"),
        "--".to_owned(),
        "chroot".to_owned(),
        root.to_owned(),
        format!("{}/etcdctl", member.layout.link),
        format!("--endpoints={}", member.client_url),
        format!("--cacert={}", file(render::CA)),
        format!("--cert={}", file(render::CERTIFICATE)),
        format!("--key={}", file(render::KEY)),
        "--dial-timeout=1s".to_owned(),
        "--command-timeout=2s".to_owned(),
    ]
}

impl Drop for Playing {
    fn drop(&mut self) {
        // All ends with this process, too; here so that nothing holds the data when they go.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_file(&self.log);
    }
}
