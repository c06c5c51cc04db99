//! Where things of ours lie on a host beside what a manifest's layout says. Pure: names of paths, and nothing of what stands
//! there.

use payload::manifest::Manifest;
use payload::name::MemberName;
use payload::path::{AbsPath, NotAPath};
use payload::render;

/// Where units of ours lie.
pub(crate) const UNITS: &str = "/etc/systemd/system";

/// What is started at boot.
pub(crate) const WANTS: &str = "/etc/systemd/system/multi-user.target.wants";

/// Likewise, of timers.
pub(crate) const TIMERS: &str = "/etc/systemd/system/timers.target.wants";

/// Where the lock lies, and the sockets of most services.
pub(crate) const RUN: &str = "/run";

/// What `useradd`, `groupadd` and those that take an account away replace.
pub(crate) const ACCOUNTS: [&str; 4] = ["/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow"];

/// Where supervisors keep their own logs.
pub(crate) const SUPERVISOR_LOGS: &str = "/var/log/supervisor";

/// The carried supervisor's configuration.
pub(crate) const CARRIED_CONF: &str = "/etc/supervisord.conf";

/// The programs of the carried supervisor, in [`carried_dir`].
pub(crate) const CARRIED_PROGRAMS: [&str; 2] = ["supervisord", "supervisorctl"];

/// What packages call the unit of supervisord: Debian, and EPEL as well as the carried one.
pub(crate) const SUPERVISORD_UNITS: [&str; 2] = ["supervisor.service", "supervisord.service"];

/// What the name of a file ends with that lies beside one which an administrator has changed.
const BESIDE: &str = ".etcdpack-dist";

/// The file by which the startup script knows that etcd has had data.
pub(crate) fn has_data(manifest: &Manifest) -> Result<AbsPath, NotAPath> {
    manifest.layout.release_dir.join(render::HAS_DATA)
}

/// The file of our section for it.
pub(crate) fn carried_section(service: &MemberName) -> Result<AbsPath, NotAPath> {
    format!("/etc/supervisord.d/{service}.ini").parse()
}

/// The file of another section of ours: beside that one, and with the ending that supervisord reads there.
pub(crate) fn section_beside(section: &AbsPath, name: &str) -> Result<AbsPath, NotAPath> {
    let ending = section.name().rsplit_once('.').map_or("ini", |(_, ending)| ending);
    match section.parent() {
        Some(dir) => dir.join(&format!("{name}.{ending}")),
        None => format!("/{name}.{ending}").parse(),
    }
}

/// What we add to supervisord's `unit`.
pub(crate) fn drop_in(unit: &str, service: &MemberName) -> Result<AbsPath, NotAPath> {
    format!("{UNITS}/{unit}.d/{service}.conf").parse()
}

/// Where the carried supervisor lies, beside etcd.
pub(crate) fn carried_dir(manifest: &Manifest) -> Result<AbsPath, NotAPath> {
    let name = format!("supervisor-{}", payload::wheel::SUPERVISOR_VERSION);
    let opt = manifest.layout.link.parent();
    match opt {
        Some(opt) => opt.join(&name),
        None => format!("/{name}").parse(),
    }
}

/// Where the carried supervisor's modules are.
pub(crate) fn carried_site(dir: &AbsPath) -> Result<AbsPath, NotAPath> {
    dir.join("site")
}

/// Where a file goes whose own place is taken by a changed one. No service manager reads files of this name.
pub(crate) fn beside(path: &AbsPath) -> Result<AbsPath, NotAPath> {
    format!("{path}{BESIDE}").parse()
}

/// Whether a path is such a place.
pub(crate) fn is_beside(path: &AbsPath) -> bool {
    path.as_str().ends_with(BESIDE)
}

/// The name beside `path` that a directory has which makes way for something else, until the run is done.
pub(crate) fn aside(path: &AbsPath) -> Result<AbsPath, NotAPath> {
    let name = format!(".{}.etcdpack-gone", path.name());
    match path.parent() {
        Some(parent) => parent.join(&name),
        None => format!("/{name}").parse(),
    }
}

/// Whether a unit of this host's own lies at the path.
pub(crate) fn is_unit(path: &AbsPath) -> bool {
    path.parent().is_some_and(|dir| dir.as_str() == UNITS)
}

/// Whether what is added to such a unit lies there.
pub(crate) fn is_drop_in(path: &AbsPath) -> bool {
    path.parent().is_some_and(|dir| dir.name().ends_with(".service.d") && is_unit(&dir))
}
