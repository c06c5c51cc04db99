//! Reading the host once, into [`Facts`].
#![expect(clippy::disallowed_methods, reason = "edge: reads the host")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::net::{SocketAddr, TcpListener};

use nix::errno::Errno;
use nix::sys::statvfs::{FsFlags, fstatvfs};
use payload::bundle::{Bundle, BundleError};
use payload::digest::Digest;
use payload::manifest::{KeyFrom, Manifest, Purpose};
use payload::path::{AbsPath, NotAPath};
use payload::render;
use payload::sealed::Sealed;
use zeroize::Zeroizing;

use super::accounts::AccountError;
use super::write::Ids;
use super::{FsError, Seen, Tree, addresses, clock, data, exec, processes, survey, units};
use crate::change::{Before, Change};
use crate::credentials::{self, Credentials, LARGEST_KEY, Misfit, Validity};
use crate::drift;
use crate::facts::{
    BusyPort, DataDir, Facts, Found, Init, Mount, Obstacle, OwnKey, Process, Room, Running, Script, SetPriv, Target,
};
use crate::records::{Leftovers, RecordError, Records, StateDir};
use crate::restart::Instance;
use crate::supervision::Supervision;
use crate::{manager, service};

/// What etcd itself needs at once: its write-ahead log is laid out 64 MB at a time, two files ahead.
const DATA_ROOM: u64 = 256 << 20;
/// Scripts, certificates, the installer, the unzipped supervisor.
const SMALL_ROOM: u64 = 16 << 20;

/// A startup script is some kilobytes.
const MAX_SCRIPT: u64 = 1 << 20;

/// Why the host could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProbeError {
    #[error(transparent)]
    Fs(#[from] FsError),
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Bundle(#[from] BundleError),
    #[error(transparent)]
    Record(#[from] RecordError),
    #[error(transparent)]
    Path(#[from] NotAPath),
    #[error("starting a thread: {0}")]
    Thread(io::Error),
    #[error("asking the kernel: {0}")]
    Kernel(#[from] Errno),
}

/// Everything that a plan for this bundle depends on, beside what earlier runs wrote down.
pub(crate) fn facts(
    tree: &Tree,
    bundle: &mut Bundle<File>,
    records: Records,
    wanted: payload::cluster::Manager,
) -> Result<Facts, ProbeError> {
    let state = StateDir::new()?;
    let own_key = own_key(tree, bundle, &state)?;
    let credentials = credentials(bundle, own_key.as_ref())?;
    let common_name = common_name(bundle)?;
    let manifest = bundle.manifest().clone();
    let Records { receipt, kept, unfinished } = &records;
    let managers = service::detect::managers(tree, &manifest, &records.ours(), wanted)?;
    let surroundings = if tree.is_live() { Some(survey::surroundings(tree, &manifest, &managers)?) } else { None };
    let account = tree.user(&manifest.user)?;
    let uname = nix::sys::utsname::uname()?;
    let running = match receipt {
        Some(receipt) if tree.is_live() && service::is_running(&receipt.supervision, tree.interrupt()) => Running::Yes,
        _ => Running::No,
    };
    // On a host that is ours already, and in an image, whatever runs here is no obstacle.
    let fresh = tree.is_live() && receipt.is_none();
    let mut units = units::units(tree, &manifest, &managers)?;
    if fresh && unfinished.is_none() && managers.systemd == Init::Running {
        let hosts = managers.supervisor.as_ref().and_then(|supervisor| supervisor.unit.as_ref());
        for (name, unit) in units.iter_mut().filter(|(name, _)| Some(*name) != hosts) {
            unit.runs = service::is_running(&Supervision::Systemd { unit: name.clone() }, tree.interrupt());
        }
    }
    let script = script(tree, bundle, unfinished.iter().flat_map(|cut| &cut.changes))?;
    let waiting = match receipt.as_ref().and_then(|receipt| receipt.waiting.as_ref()) {
        Some(waiting) if tree.is_live() => waiting.parts_while(&instances(tree, &manifest)?),
        _ => BTreeSet::new(),
    };
    let paths = paths(tree, &manifest, managers.supervisor.as_ref().map(|found| &found.section))?;
    let data = data::dir(tree, &manifest.layout.data)?;
    let left = match kept.as_ref().and_then(Leftovers::data) {
        Some(path) if *path != manifest.layout.data => data::dir(tree, path)?,
        Some(_) => data,
        None => DataDir::Absent,
    };
    Ok(Facts {
        target: if tree.is_live() { Target::Live } else { Target::Image },
        machine: uname.machine().to_string_lossy().into_owned(),
        hostname: uname.nodename().to_string_lossy().into_owned(),
        addresses: addresses::all()?.into_iter().map(|(_, address)| address).collect(),
        now: clock::now(),
        namesakes: match &account {
            Some(account) => tree.namesakes(&manifest.user, account.uid)?,
            None => Vec::new(),
        },
        account,
        group: tree.group(&manifest.user)?,
        group_members: tree.group_members(&manifest.user)?,
        no_login: no_login(tree)?,
        can_add_users: ["useradd", "groupadd"].iter().all(|name| exec::find(name).is_some()),
        obstacles: obstacles(tree, paths.keys().chain([&state.journal]))?,
        logs: tree.logs(&manifest.layout.logs)?,
        filled: data::filled(tree, [&manifest.layout.logs, &"/var/log/supervisor".parse()?])?,
        paths,
        data,
        left,
        room: room(tree, &manifest)?,
        ports: if fresh { ports(&manifest) } else { Vec::new() },
        etcds: if fresh { etcds() } else { Vec::new() },
        credentials,
        common_name,
        own_key,
        units,
        managers,
        script,
        waiting,
        setpriv: setpriv(tree)?,
        records,
        running,
        surroundings,
    })
}

/// Checks the bundle's own certificate for this bundle's member. A sealed key is only looked at from outside.
fn credentials(bundle: &mut Bundle<File>, own_key: Option<&OwnKey>) -> Result<Result<Validity, Misfit>, BundleError> {
    let manifest = bundle.manifest();
    let (key_from, has_certificate) = (manifest.key_from(), manifest.has_certificate());
    let Some(me) = manifest.me().cloned() else { return Ok(Err(Misfit::Unreadable("manifest"))) };
    match (key_from, own_key) {
        (KeyFrom::Host, _) if !has_certificate => return Ok(Err(Misfit::Awaited)),
        (KeyFrom::Host, None) => return Ok(Err(Misfit::NotHere)),
        _ => {}
    }
    let mut read = |name: &str| bundle.read(&format!("certs/{name}"));
    let (ca, certificate) = (read(render::CA)?, read(render::CERTIFICATE)?);
    let key = match key_from {
        KeyFrom::Bundle => Some(Zeroizing::new(read(render::KEY)?)),
        KeyFrom::Host => None,
        KeyFrom::Sealed => match Sealed::parse(&read(render::SEALED_KEY)?) {
            Ok(_) => None,
            Err(error) => return Ok(Err(Misfit::Sealed(error))),
        },
    };
    let key = key.as_ref().map(|key| key.as_slice());
    Ok(Credentials { ca: &ca, certificate: &certificate, key }.check(me.address))
}

fn common_name(bundle: &mut Bundle<File>) -> Result<Option<String>, BundleError> {
    if !bundle.manifest().has_certificate() {
        return Ok(None);
    }
    Ok(credentials::common_name(&bundle.read(&format!("certs/{}", render::CERTIFICATE))?))
}

/// The key of this host's own that the certificate is for: in its place, or where it was made.
fn own_key(tree: &Tree, bundle: &mut Bundle<File>, state: &StateDir) -> Result<Option<OwnKey>, ProbeError> {
    let manifest = bundle.manifest();
    if manifest.key_from() != KeyFrom::Host || !manifest.has_certificate() {
        return Ok(None);
    }
    let places = [manifest.key_path()?, state.host_key_file()?];
    let certificate = bundle.read(&format!("certs/{}", render::CERTIFICATE))?;
    for at in places {
        let Some(key) = tree.read_if_there(&at, LARGEST_KEY)?.map(Zeroizing::new) else { continue };
        if credentials::is_key_of(&certificate, &key).is_ok() {
            return Ok(Some(OwnKey { at, sha256: Digest::of(&key) }));
        }
    }
    Ok(None)
}

/// What the startup script here starts, beside the bundle's. Where a run that was cut off has replaced it, the one before
/// counts: etcd may still run from that.
fn script<'a>(
    tree: &Tree,
    bundle: &mut Bundle<File>,
    cut: impl IntoIterator<Item = &'a Change>,
) -> Result<Script, ProbeError> {
    let path = bundle.manifest().layout.release_dir.join(render::STARTUP)?;
    let of_path = |change: &Change| match change {
        Change::File { path: of, before, .. } if *of == path => Some(before.clone()),
        _ => None,
    };
    let at = match cut.into_iter().find_map(of_path) {
        Some(Before::Ours { backup }) => backup,
        Some(Before::Nothing) => return Ok(Script::OtherCommand),
        None => path.clone(),
    };
    let Ok(Some(here)) = tree.read_if_there(&at, MAX_SCRIPT) else { return Ok(Script::OtherCommand) };
    let brings = bundle.read(&format!("files/{}", render::STARTUP))?;
    let [here, brings] = [&here, &brings].map(|text| render::command_line(&String::from_utf8_lossy(text)));
    Ok(if here.is_some() && here == brings { Script::SameCommand } else { Script::OtherCommand })
}

/// The runs of the etcd that is installed here.
pub(crate) fn instances(tree: &Tree, manifest: &Manifest) -> Result<Vec<Instance>, AccountError> {
    Ok(processes::instances(manifest.layout.release_dir.join("etcd")?.as_str(), &runners(tree, manifest)?))
}

/// Who runs the etcd that is installed here: root, or whoever has its data, also where the account has gone since, or a
/// directory service does not answer.
fn runners(tree: &Tree, manifest: &Manifest) -> Result<Vec<u32>, AccountError> {
    let service = match tree.look(&manifest.layout.data)? {
        Seen::Dir { uid, .. } => Some(uid),
        _ => tree.user(&manifest.user)?.map(|account| account.uid),
    };
    Ok(service.into_iter().chain([Ids::ROOT.uid]).collect())
}

/// Where the startup script looks for it.
pub(crate) fn setpriv(tree: &Tree) -> Result<SetPriv, ProbeError> {
    for dir in ["/usr/sbin", "/usr/bin", "/sbin", "/bin"] {
        if tree.look(&dir.parse::<AbsPath>()?.join("setpriv")?)? != Seen::Absent {
            return Ok(SetPriv::There);
        }
    }
    Ok(SetPriv::Missing)
}

/// nologin where this distribution keeps it.
fn no_login(tree: &Tree) -> Result<AbsPath, ProbeError> {
    for candidate in ["/usr/sbin/nologin", "/sbin/nologin", "/bin/false"] {
        let path = candidate.parse()?;
        if matches!(tree.look(&path)?, Seen::File { .. } | Seen::Link { .. }) {
            return Ok(path);
        }
    }
    Ok("/sbin/nologin".parse()?)
}

/// Every path that a plan may touch, with all directories above.
fn paths(tree: &Tree, manifest: &Manifest, section: Option<&AbsPath>) -> Result<BTreeMap<AbsPath, Found>, ProbeError> {
    let layout = &manifest.layout;
    let mut files: BTreeSet<AbsPath> = section.into_iter().cloned().collect();
    files.insert(manager::carried_section(&manifest.service.name)?);
    files.insert(layout.sbin.join(crate::HOST_COMMAND)?);
    for program in &manifest.release.programs {
        files.insert(layout.release_dir.join(&program.name)?);
    }
    for entry in &manifest.entries {
        if let Purpose::Place { path, .. } | Purpose::Sealed { path, .. } = &entry.purpose {
            files.insert(path.clone());
        }
    }
    if manifest.key_from() == KeyFrom::Host {
        files.insert(manifest.key_path()?);
    }
    let carried = manager::carried_dir(manifest)?;
    for program in manager::CARRIED_PROGRAMS {
        files.insert(carried.join(program)?);
    }
    for path in files.clone() {
        files.insert(drift::beside(&path)?);
    }
    let others = [layout.link.clone(), layout.data.clone(), layout.logs.clone(), carried];
    let commands = [layout.bin.join("supervisord")?, layout.bin.join("supervisorctl")?, "/var/log/supervisor".parse()?];
    let wants: AbsPath = crate::plan::WANTS.parse()?;
    let enabling = [wants.join(&format!("{}.service", manifest.service.name))?, wants.join("supervisord.service")?];
    let all = files.iter().cloned().chain(others).chain(commands).chain(enabling);
    let all: BTreeSet<AbsPath> = all.flat_map(|path| path.lineage()).collect();
    let mut found = BTreeMap::new();
    for path in all {
        let seen = tree.look(&path)?;
        let digest = match seen {
            Seen::File { .. } if files.contains(&path) => tree.measure(&path)?.map(|content| content.digest),
            _ => None,
        };
        found.insert(path, Found { seen, digest });
    }
    Ok(found)
}

/// What stands in the way to the directories of `paths`.
fn obstacles<'a>(tree: &Tree, paths: impl Iterator<Item = &'a AbsPath>) -> Result<BTreeSet<Obstacle>, FsError> {
    let dirs: BTreeSet<AbsPath> = paths.filter_map(AbsPath::parent).collect();
    let deepest = dirs.iter().filter(|dir| !dirs.iter().any(|other| other != *dir && other.is_within(dir)));
    let mut all = BTreeSet::new();
    for dir in deepest {
        all.extend(tree.obstacles(dir)?);
    }
    Ok(all)
}

fn room(tree: &Tree, manifest: &Manifest) -> Result<Vec<Room>, FsError> {
    let programs: u64 = manifest.release.programs.iter().map(|program| program.size).sum();
    let wheels: u64 = manifest.service.wheels.iter().filter_map(|name| Some(manifest.entry(name)?.size * 5)).sum();
    let opt = room_at(tree, &manifest.layout.release_dir, "etcd's programs", programs + wheels + SMALL_ROOM)?;
    let data = room_at(tree, &manifest.layout.data, "etcd's data", DATA_ROOM)?;
    let state = room_at(tree, &manifest.layout.sbin, "the installer", SMALL_ROOM)?;
    // Only programs must be executable where they lie.
    let inert = |mut room: Room| {
        room.mount = if room.mount == Mount::NoExec { Mount::Fit } else { room.mount };
        room
    };
    Ok(vec![opt, inert(data), state])
}

/// The file system that `path` is or will be on: that of the nearest directory above that is there.
fn room_at(tree: &Tree, path: &AbsPath, what: &'static str, needed: u64) -> Result<Room, FsError> {
    let asking = |errno| FsError::new("asking the file system of", path, errno);
    let (dir, handle) = tree.nearest_dir(path).map_err(asking)?;
    let stat = fstatvfs(&handle).map_err(asking)?;
    let flags = stat.flags();
    let mount = if flags.contains(FsFlags::ST_RDONLY) {
        Mount::ReadOnly
    } else if flags.contains(FsFlags::ST_NOEXEC) {
        Mount::NoExec
    } else {
        Mount::Fit
    };
    let free = stat.blocks_available() * stat.fragment_size();
    Ok(Room { path: dir, what, free, needed, mount })
}

/// Ports of ours that something has: found by trying to have them.
fn ports(manifest: &Manifest) -> Vec<BusyPort> {
    let is_taken = |at: &SocketAddr| TcpListener::bind(at).is_err_and(|error| error.kind() == io::ErrorKind::AddrInUse);
    let listens = manifest.listens().into_iter().filter_map(|url| url.socket());
    listens.filter(is_taken).map(|at| BusyPort { address: at.ip(), port: at.port() }).collect()
}

/// The processes of the etcd that is installed here, whatever name led them there, or that ran it before it was replaced.
pub(crate) fn running(tree: &Tree, manifest: &Manifest) -> Result<Vec<u32>, AccountError> {
    let (path, runners) = (manifest.layout.release_dir.join("etcd")?, runners(tree, manifest)?);
    let is_it = |process: &processes::Process| process.is_of(&runners) && process.runs(path.as_str());
    let mut pids: Vec<u32> =
        processes::all().iter().filter(|process| is_it(process)).map(|process| process.pid).collect();
    pids.sort_unstable();
    Ok(pids)
}

/// Running programs called `etcd`.
fn etcds() -> Vec<Process> {
    let etcds = processes::all().into_iter().filter(|process| process.name == "etcd");
    let mut found: Vec<Process> =
        etcds.filter_map(|process| Some(Process { pid: process.pid, exe: process.exe()? })).collect();
    found.sort_by_key(|process| process.pid);
    found
}
