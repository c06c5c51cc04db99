//! Asking members how they are, and of what cluster: a knock at the peer port, and `etcdctl`, that of the installed release or
//! the one in a bundle.
//!
//! A private key is never in an argument, in the environment or in a file with a name: the bundle's is handed over in memory, as
//! the standard input of this one program.
#![expect(clippy::disallowed_methods, reason = "edge: knocks at the members' ports, looks at the key")]

use std::fs::File;
use std::io::{self, Seek as _, Write as _};
use std::net::TcpStream;
use std::os::fd::AsRawFd as _;
use std::path::PathBuf;
use std::time::Duration;

use nix::sys::memfd::{MFdFlags, memfd_create};
use payload::bundle::Bundle;
use payload::etcd::{self, Arch, EtcdVersion};
use payload::manifest::{Manifest, Member};
use payload::render;
use payload::tarball::{self, TarballError};
use payload::url::Url;

use super::fs_error::Cause;
use super::hello::{self, Hello};
use super::interrupt::Interrupt;
use super::login::Login;
use super::own_program::Startable;
use super::{Exec, Tree, names};
use crate::endpoint_status::EndpointStatus;
use crate::facts::cluster::answers::{self, Alarm, List};
use crate::facts::credentials::LARGEST_KEY;

/// What etcd up to 3.3 begins with where it knows no user of the certificate's name (`rpctypes/error.go`).
const NO_USER: &str = "auth: user";

/// The program of a release that asks.
const ETCDCTL: &str = "etcdctl";

/// Whether something accepts connections on the member's peer port.
pub(crate) fn is_reachable(manifest: &Manifest, member: &Member) -> bool {
    let at = manifest.reach_peer(member).and_then(|url| names::socket(&url).ok());
    at.is_some_and(|at| TcpStream::connect_timeout(&at, Duration::from_secs(1)).is_ok())
}

/// Whether the member answers the hello of a peer. No more is shown by that than that its port speaks TLS: etcd's listener shakes
/// hands by itself, before there is a server behind it (`newTLSListener` of `pkg/transport`, 3.2 to 3.7).
pub(crate) fn answers_peers(manifest: &Manifest, member: &Member, interrupt: &Interrupt) -> bool {
    let at = manifest.reach_peer(member).and_then(|url| names::socket(&url).ok());
    let answer = at.and_then(|at| hello::ask(at, Duration::from_secs(1), interrupt).ok());
    answer.is_some_and(|answer| answer != Hello::Silence)
}

/// Asks one member. `endpoint status` is used because its answer is the same from 3.1 on, while `endpoint health`
/// always exits 0 in 3.1.
pub(crate) fn status(manifest: &Manifest, member: &Member, interrupt: &Interrupt) -> Option<EndpointStatus> {
    let etcdctl = Etcdctl::installed(manifest)?;
    etcdctl.status(&manifest.reach_client(member)?, Patience::Long, interrupt).0.map(EndpointStatus::from)
}

/// Likewise, as this user, where one is given: with authentication on, some versions answer nobody else. Etcdctl's complaint
/// where there is no answer.
pub(crate) fn status_for(
    manifest: &Manifest,
    member: &Member,
    login: Option<&Login>,
    interrupt: &Interrupt,
) -> Result<EndpointStatus, String> {
    let (etcdctl, url) = Etcdctl::installed(manifest).zip(manifest.reach_client(member)).ok_or_else(String::new)?;
    let call = by(login, etcdctl.call(&[&url], Patience::Long, interrupt)).map_err(|error| error.to_string())?;
    let output = call.args(["endpoint", "status", "-w", "json"]).output().map_err(|error| error.to_string())?;
    // Behind the question for a password, which etcdctl writes in front of it.
    let answer = output.stdout.find('[').and_then(|at| output.stdout.get(at..)).unwrap_or_default();
    let said = || output.complaint().to_string();
    answers::status(answer).filter(|_| output.ok()).map(EndpointStatus::from).ok_or_else(said)
}

/// A linearizable read of a key that need not be there, as `endpoint health` does it. With authentication on, a
/// refusal is an answer too: it took a majority to give it.
pub(crate) fn reads_through(manifest: &Manifest, member: &Member, interrupt: &Interrupt) -> bool {
    let Some((etcdctl, url)) = Etcdctl::installed(manifest).zip(manifest.reach_client(member)) else { return false };
    etcdctl
        .call(&[&url], Patience::Long, interrupt)
        .args(["get", "health"])
        .output()
        .is_ok_and(|output| output.ok() || answers::is_refusal(&output.stderr))
}

/// `snapshot save` of one member, into what it takes for the file `path`.
pub(crate) fn snapshot(
    manifest: &Manifest,
    member: &Member,
    login: Option<&Login>,
    path: &str,
    interrupt: &Interrupt,
) -> Option<Exec> {
    let (etcdctl, url) = Etcdctl::installed(manifest).zip(manifest.reach_client(member))?;
    let call = by(login, etcdctl.call(&[&url], Patience::WhileItComes, interrupt)).ok()?;
    Some(call.args(["snapshot", "save", path]))
}

/// This call, made by that user: etcdctl asks for the password, and reads a line of whatever its input is (3.1 to 3.7).
fn by(login: Option<&Login>, call: Exec) -> io::Result<Exec> {
    let Some(login) = login else { return Ok(call) };
    let line = in_memory(&[login.password(), b"\n"], MFdFlags::MFD_CLOEXEC)?;
    Ok(call.args([format!("--user={}", login.name())]).input(line))
}

/// Whether the member has keys of the v2 API, which etcd serves up to 3.3; `None` where it does not say.
pub(crate) fn has_v2_keys(manifest: &Manifest, member: &Member, interrupt: &Interrupt) -> Option<bool> {
    if !etcd::has_v2_api(manifest.release.version) {
        return Some(false);
    }
    let (etcdctl, url) = Etcdctl::installed(manifest).zip(manifest.reach_client(member))?;
    let output = etcdctl.v2_list(&url, interrupt).output().ok()?;
    output.ok().then(|| !output.stdout.trim().is_empty())
}

/// Whether the cluster wants to know whose call it was, by what etcdctl said.
pub(crate) fn wants_a_user(said: &str) -> bool {
    answers::is_refusal(said) || said.contains(NO_USER)
}

/// Whether it does not take the user, or that password, by what etcdctl said.
pub(crate) fn turns_a_user_away(said: &str) -> bool {
    wants_a_user(said) || said.contains("authentication failed") || said.contains("authentication is not enabled")
}

/// The alarms of the cluster; `None` where this host's member does not say them: without a majority it cannot.
pub(crate) fn alarms(manifest: &Manifest, interrupt: &Interrupt) -> Option<Vec<Alarm>> {
    let (etcdctl, url) = Etcdctl::installed(manifest).zip(manifest.reach_client(manifest.me()?))?;
    let asked = etcdctl.call(&[&url], Patience::Long, interrupt).args(["alarm", "list", "-w", "json"]);
    let output = asked.output().ok()?;
    output.ok().then(|| answers::alarms(&output.stdout))?
}

/// How long an answer may take.
#[derive(Debug, Clone, Copy)]
pub(super) enum Patience {
    /// Before anything is done: who has no quorum does not answer at all.
    Short,
    /// Of a member that is waited for.
    Long,
    /// For a snapshot: as long as some of it comes.
    WhileItComes,
}

/// An `etcdctl` with a member's certificate.
pub(crate) struct Etcdctl {
    program: PathBuf,
    /// The CAs, the certificate, and the file that the key is in.
    files: [String; 3],
    version: EtcdVersion,
    arch: Arch,
    /// Where it is the bundle's: what must live as long as this does.
    brought: Option<Brought>,
}

/// Files without a name.
struct Brought {
    _program: Startable,
    /// The certificate, and the key behind it.
    pair: File,
    _cas: File,
}

impl Etcdctl {
    /// That of what is installed, with this host's certificate.
    pub(crate) fn installed(manifest: &Manifest) -> Option<Self> {
        let link = &manifest.layout.link;
        let certs = link.join("certs").ok()?;
        // The key is etcd's own file: etcdctl would read all of it, however large it has been made.
        let key = std::fs::metadata(certs.join(render::KEY).ok()?.as_path()).ok()?;
        (key.is_file() && key.len() <= LARGEST_KEY).then_some(())?;
        let file = |name: &str| certs.join(name).ok().map(|path| path.to_string());
        Some(Self {
            program: link.join(ETCDCTL).ok()?.as_path().to_owned(),
            files: [file(render::CA)?, file(render::CERTIFICATE)?, file(render::KEY)?],
            version: manifest.release.version,
            arch: manifest.arch,
            brought: None,
        })
    }

    /// That of a bundle whose signer is settled, with its certificate and this `key`. An error says why it cannot be run here.
    pub(super) fn brought(tree: &Tree, bundle: &mut Bundle<File>, key: &[u8]) -> Result<Self, String> {
        let text = |error: &dyn std::error::Error| error.to_string();
        let manifest = bundle.manifest().clone();
        let Manifest { release, arch, layout, .. } = &manifest;
        let mut program = None;
        let wanted: Vec<_> = release.programs.iter().filter(|program| program.name == ETCDCTL).cloned().collect();
        let top = tarball::top(release.version, *arch);
        let from = bundle.entry(release.entry.as_str()).map_err(|error| text(&error))?;
        tarball::programs(from, &top, &wanted, &mut |_, from| -> Result<(), TarballError> {
            let mut place = || -> Result<File, String> {
                let mut file = tree.private_file(&layout.release_dir).map_err(|error| text(&error))?;
                io::copy(from, &mut file).map_err(|error| text(&error))?;
                Ok(file)
            };
            program = Some(place());
            Ok(())
        })
        .map_err(|error| text(&error))?;
        let program = program.ok_or_else(|| text(&Cause::NoProgram))??;
        let program = Startable::of(program).map_err(|error| text(&error))?;
        let mut read = |name: &str| bundle.read(&format!("certs/{name}")).map_err(|error| text(&error));
        let (cas, certificate) = (read(render::CA)?, read(render::CERTIFICATE)?);
        // What everybody may read is inherited by whatever is started meanwhile. The key is not.
        let cas = in_memory(&[&cas], MFdFlags::empty()).map_err(|error| text(&error))?;
        let pair = in_memory(&[&certificate, b"\n", key], MFdFlags::MFD_CLOEXEC).map_err(|error| text(&error))?;
        let input = "/proc/self/fd/0".to_owned();
        Ok(Self {
            program: program.path(),
            files: [format!("/proc/self/fd/{}", cas.as_raw_fd()), input.clone(), input],
            version: release.version,
            arch: *arch,
            brought: Some(Brought { _program: program, pair, _cas: cas }),
        })
    }

    /// What the member at `endpoint` says of the cluster; `None` where it gives no list: without a quorum there is none.
    pub(super) fn list(&self, endpoint: &Url, interrupt: &Interrupt) -> Option<List> {
        let call = self.call(&[endpoint], Patience::Short, interrupt).args(["member", "list", "-w", "json"]);
        let output = call.output().ok()?;
        output.ok().then(|| answers::list(&output.stdout))?
    }

    /// What it says of itself, and whether it would not say it to whoever has no user's name.
    pub(super) fn status(
        &self,
        endpoint: &Url,
        patience: Patience,
        interrupt: &Interrupt,
    ) -> (Option<answers::Status>, bool) {
        match self.call(&[endpoint], patience, interrupt).args(["endpoint", "status", "-w", "json"]).output() {
            Ok(output) if output.ok() => (answers::status(&output.stdout), false),
            Ok(output) => (None, answers::is_refusal(&output.stderr)),
            Err(_) => (None, false),
        }
    }

    /// What each of these says of itself, as [`Etcdctl::status`] does, by one call: starting the program is most of what an
    /// answer costs. `None` for whoever is to be asked by itself, since the call was over before its turn came.
    pub(super) fn statuses(
        &self,
        endpoints: &[Url],
        interrupt: &Interrupt,
    ) -> Vec<Option<(Option<answers::Status>, bool)>> {
        let call = self
            .call(&endpoints.iter().collect::<Vec<_>>(), Patience::Short, interrupt)
            .args(["endpoint", "status", "-w", "json"]);
        let Ok(output) = call.output() else { return vec![None; endpoints.len()] };
        let mut found = answers::statuses(&output.stdout).unwrap_or_default();
        let mut of = |endpoint: &Url| {
            let endpoint = endpoint.to_string();
            if let Some(at) = found.iter().position(|(at, _)| *at == endpoint) {
                return Some((Some(found.swap_remove(at).1), false));
            }
            answers::no_status(&output.stderr, &endpoint).map(|why| (None, answers::is_refusal(why)))
        };
        endpoints.iter().map(&mut of).collect()
    }

    /// Whether the lists that it asks for are read by a quorum, where members do that.
    pub(super) fn lists_by_quorum(&self) -> bool {
        self.version >= answers::LINEARIZABLE_LIST
    }

    /// A call, v3 API. Several endpoints are asked one after the other.
    fn call(&self, endpoints: &[&Url], patience: Patience, interrupt: &Interrupt) -> Exec {
        let (dial, command, limit) = match patience {
            Patience::Short => ("1s", Some("2s"), Duration::from_secs(3)),
            Patience::Long => ("2s", Some("4s"), Duration::from_secs(10)),
            // Without a limit of etcdctl's own, which would be one for all of it.
            Patience::WhileItComes => ("2s", None, Duration::from_hours(24)),
        };
        let endpoints = endpoints.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        let [cas, certificate, key] = &self.files;
        let mut exec = Exec::at(&self.program)
            .args(["--endpoints", &endpoints, "--dial-timeout", dial])
            .args(command.into_iter().flat_map(|limit| ["--command-timeout", limit]))
            .args(["--cacert", cas, "--cert", certificate, "--key", key])
            .limit(limit)
            .heeding(interrupt);
        if let Some(pair) = self.brought.as_ref().and_then(|brought| brought.pair.try_clone().ok()) {
            exec = exec.input(pair);
        }
        in_its_environment(exec, self.version, self.arch)
    }

    /// What is at the top of the v2 keys. A list is read where it is asked for, and enters no log.
    fn v2_list(&self, endpoint: &Url, interrupt: &Interrupt) -> Exec {
        let [cas, certificate, key] = &self.files;
        Exec::at(&self.program)
            .args(["--endpoints", &endpoint.to_string(), "--no-sync"])
            .args(["--ca-file", cas, "--cert-file", certificate, "--key-file", key])
            .args(["ls", "/"])
            .env("ETCDCTL_API", "2")
            .limit(Duration::from_secs(10))
            .heeding(interrupt)
    }
}

/// `call`, of a program of a release's, with what that program needs to be told.
pub(super) fn in_its_environment(mut call: Exec, version: EtcdVersion, arch: Arch) -> Exec {
    if etcd::has_v2_api(version) {
        call = call.env("ETCDCTL_API", "3");
    }
    if arch.needs_unsupported_arch_env(version) {
        call = call.env("ETCD_UNSUPPORTED_ARCH", arch.etcd_name());
    }
    call
}

/// A file that lies in memory and has no name.
fn in_memory(parts: &[&[u8]], flags: MFdFlags) -> io::Result<File> {
    let mut file = File::from(memfd_create("etcdpack", flags)?);
    for part in parts {
        file.write_all(part)?;
    }
    file.rewind()?;
    Ok(file)
}
