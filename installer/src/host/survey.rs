//! Looking around on a running host: peers, disk, clock, firewall. Leaves nothing: what is written for a trial has no
//! name, and is gone with its handle.
#![expect(clippy::disallowed_methods, reason = "edge: knocks, asks the kernel, tries the disk")]

use std::fs::File;
use std::io::{self, Read};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::{OFlag, openat};
use nix::sys::resource::{Resource, getrlimit};
use nix::sys::stat::Mode as RawMode;
use nix::sys::statfs::fstatfs;
use payload::bundle::Bundle;
use payload::manifest::Manifest;
use payload::path::AbsPath;

use super::probe::ProbeError;
use super::tree::Trust;
use super::{Exec, Tree, exec};
use crate::surroundings::{Answer, Clock, Disk, Firewall, Kernel, Namespace, Peer, Selinux, Surroundings};

/// How long a peer may take to answer, and how long the disk is tried.
const KNOCK: Duration = Duration::from_secs(1);
const TRIAL: Duration = Duration::from_millis(500);
const SYNCS: u32 = 50;

/// All that can be found out without changing anything.
pub(crate) fn surroundings(tree: &Tree, bundle: &mut Bundle<File>) -> Result<Surroundings, ProbeError> {
    let manifest = bundle.manifest().clone();
    let layout = &manifest.layout;
    let mut no_exec = Vec::new();
    for dir in [&layout.release_dir, &layout.sbin] {
        no_exec.extend(cannot_exec(tree, bundle, dir)?);
    }
    // The peers may take their second while the disk is tried.
    let (peers, slowest_sync) = thread::scope(|scope| {
        let peers = scope.spawn(|| peers(&manifest));
        let slowest = slowest_sync(tree, &layout.data);
        (peers.join().unwrap_or_default(), slowest)
    });
    let unit: AbsPath = format!("/etc/systemd/system/{}.service.d", manifest.service.name).parse()?;
    let drop_ins = tree.list(&unit)?.into_iter().filter(|name| name.strip_suffix(".conf").is_some());
    let drop_ins = drop_ins.filter_map(|name| unit.join(&name).ok()).collect();
    let processes = processes();
    Ok(Surroundings {
        peers,
        slowest_sync,
        no_exec,
        data_disk: data_disk(tree, &layout.data)?,
        open_files: open_files()?,
        clock: clock(&processes),
        firewall: firewall(&processes, &manifest),
        selinux: selinux(),
        drop_ins,
        kernel: kernel()?,
        namespace: namespace(),
    })
}

fn peers(manifest: &Manifest) -> Vec<Peer> {
    let others = manifest.members.iter().filter(|member| member.name != manifest.member);
    thread::scope(|scope| {
        let knocks: Vec<_> = others
            .map(|member| {
                let at = SocketAddr::new(member.address, manifest.peer_port.get());
                (member, at, scope.spawn(move || TcpStream::connect_timeout(&at, KNOCK)))
            })
            .collect();
        let answer = |knocked: io::Result<TcpStream>| match knocked {
            Ok(_) => Answer::Listens,
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Answer::Refuses,
            Err(_) => Answer::Nothing,
        };
        let peer = |(member, at, knock): (&payload::manifest::Member, SocketAddr, thread::ScopedJoinHandle<_>)| Peer {
            name: member.name.to_string(),
            at: at.to_string(),
            answer: knock.join().map_or(Answer::Nothing, answer),
        };
        knocks.into_iter().map(peer).collect()
    })
}

/// A file without a name in the nearest directory that is there; `None` where the file system knows none such
/// (`O_TMPFILE`, Linux 3.11 and not every file system).
fn nameless(tree: &Tree, path: &AbsPath) -> Option<(AbsPath, File)> {
    let (dir, handle) = nearest(tree, path)?;
    let flags = OFlag::O_TMPFILE | OFlag::O_RDWR | OFlag::O_CLOEXEC;
    let file = openat(&handle, ".", flags, RawMode::S_IRWXU).ok()?;
    Some((dir, File::from(file)))
}

fn nearest(tree: &Tree, path: &AbsPath) -> Option<(AbsPath, std::os::fd::OwnedFd)> {
    let there = |dir: AbsPath| tree.open_dir(&dir, Trust::Anyone).ok().map(|handle| (dir, handle));
    path.lineage().into_iter().rev().find_map(there)
}

/// Really starts a program from the file system that `path` is or will be on: this one.
fn cannot_exec(
    tree: &Tree,
    bundle: &mut Bundle<File>,
    path: &AbsPath,
) -> Result<Option<(AbsPath, String)>, ProbeError> {
    let Some((dir, mut file)) = nameless(tree, path) else { return Ok(None) };
    // A full or read-only disk is another finding.
    if io::copy(&mut bundle.installer()?, &mut file).is_err() {
        return Ok(None);
    }
    let Ok(to_read) = File::open(format!("/proc/self/fd/{}", file.as_raw_fd())) else { return Ok(None) };
    // While it is open for writing, the kernel would not start it.
    drop(file);
    let program = format!("/proc/self/fd/{}", to_read.as_raw_fd());
    match Exec::at(program).args(["--version"]).limit(Duration::from_secs(10)).starts() {
        Err(error) if error.raw_os_error().is_some_and(is_forbidden) => Ok(Some((dir, error.to_string()))),
        _ => Ok(None),
    }
}

fn is_forbidden(errno: i32) -> bool {
    matches!(Errno::from_raw(errno), Errno::EACCES | Errno::EPERM)
}

/// The slowest of some appended and synced kilobytes, as etcd's log writes them.
fn slowest_sync(tree: &Tree, data: &AbsPath) -> Option<Duration> {
    let (_, file) = nameless(tree, data)?;
    let (began, block) = (Instant::now(), [0x5a; 2048]);
    let mut slowest = Duration::ZERO;
    for n in 0..SYNCS {
        let one = Instant::now();
        file.write_all_at(&block, u64::from(n) * 2048).ok()?;
        file.sync_data().ok()?;
        // The first one pays for what others left to be written.
        if n > 0 {
            slowest = slowest.max(one.elapsed());
        }
        if began.elapsed() > TRIAL {
            break;
        }
    }
    Some(slowest)
}

/// Magic numbers of statfs(2).
fn data_disk(tree: &Tree, data: &AbsPath) -> Result<Disk, ProbeError> {
    let Some((_, handle)) = nearest(tree, data) else { return Ok(Disk::Local) };
    let kind = fstatfs(&handle)?.filesystem_type().0;
    Ok(match u32::try_from(kind & 0xffff_ffff).unwrap_or_default() {
        // tmpfs, ramfs
        0x0102_1994 | 0x8584_58f6 => Disk::Memory,
        // NFS, SMB, CIFS, SMB2
        0x6969 | 0x517b | 0xff53_4d42 | 0xfe53_4d42 => Disk::Network,
        _ => Disk::Local,
    })
}

fn open_files() -> Result<u64, ProbeError> {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    Ok(hard)
}

/// The names of all processes, as `comm` has them: cut after 15 letters.
fn processes() -> Vec<String> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let comm = |entry: io::Result<std::fs::DirEntry>| std::fs::read_to_string(entry.ok()?.path().join("comm")).ok();
    entries.filter_map(comm).map(|name| name.trim_end().to_owned()).collect()
}

fn clock(processes: &[String]) -> Clock {
    let keepers = ["chronyd", "ntpd", "openntpd", "systemd-timesyn", "ptp4l", "phc2sys"];
    if processes.iter().any(|name| keepers.contains(&name.as_str())) { Clock::Kept } else { Clock::Alone }
}

fn firewall(processes: &[String], manifest: &Manifest) -> Firewall {
    if !processes.iter().any(|name| name == "firewalld") || exec::find("firewall-cmd").is_none() {
        return Firewall::None;
    }
    let is_closed = |port: &u16| {
        let said =
            Exec::named("firewall-cmd").and_then(|exec| exec.args([format!("--query-port={port}/tcp")]).output());
        // An etcd service that the site has opened by name says the same.
        let service = Exec::named("firewall-cmd").and_then(|exec| {
            let name = if *port == manifest.peer_port.get() { "etcd-server" } else { "etcd-client" };
            exec.args([format!("--query-service={name}")]).output()
        });
        !said.is_ok_and(|output| output.ok()) && !service.is_ok_and(|output| output.ok())
    };
    let ports = [manifest.client_port.get(), manifest.peer_port.get()];
    let closed: Vec<u16> = ports.into_iter().filter(is_closed).collect();
    if closed.is_empty() { Firewall::Open } else { Firewall::Closed(closed) }
}

/// selinux(8): the file system is mounted where SELinux is on; `enforce` says how.
fn selinux() -> Selinux {
    match std::fs::read_to_string("/sys/fs/selinux/enforce") {
        Ok(text) => Selinux::On { enforcing: text.trim() == "1", restorecon: exec::find("restorecon").is_some() },
        Err(_) => Selinux::Off,
    }
}

fn kernel() -> Result<Kernel, ProbeError> {
    let release = nix::sys::utsname::uname()?.release().to_string_lossy().into_owned();
    let mut numbers = release.split(['.', '-']).map(|part| part.parse::<u32>().ok());
    let old = matches!((numbers.next().flatten(), numbers.next().flatten()), (Some(major), Some(minor)) if (major, minor) < (3, 10));
    Ok(if old { Kernel::Old(release) } else { Kernel::Fit })
}

/// `user_namespaces(7)`: the initial one maps every id to itself.
fn namespace() -> Namespace {
    let mut text = String::new();
    let read = File::open(Path::new("/proc/self/uid_map")).and_then(|mut file| file.read_to_string(&mut text));
    let maps: Vec<&str> = text.split_whitespace().collect();
    // A kernel without user namespaces has no such file.
    if read.is_err() || maps == ["0", "0", "4294967295"] { Namespace::Initial } else { Namespace::User }
}
