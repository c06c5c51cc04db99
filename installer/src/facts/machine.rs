//! The machine and its system: architecture, kernel, clock, limits, SELinux. Values only.

use time::OffsetDateTime;

/// What an install is made into, and what that is like. An image is not judged by the host that it is made on: what only a
/// running system can tell has its harmless value there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Machine {
    pub(crate) target: Target,
    /// As `uname -m` says it.
    pub(crate) arch: String,
    pub(crate) now: OffsetDateTime,
    pub(crate) kernel: Kernel,
    pub(crate) namespace: Namespace,
    pub(crate) clock: Clock,
    pub(crate) open_files: OpenFiles,
    pub(crate) selinux: Selinux,
    pub(crate) setpriv: SetPriv,
}

/// Whether this is the running system, or an image given by `--root`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    Live,
    Image,
}

/// Whether the host has setpriv(1), with which the startup script confines etcd.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SetPriv {
    There,
    Missing,
}

/// The most open files that etcd can have here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OpenFiles {
    pub(crate) most: u64,
    pub(crate) by: Ceiling,
}

/// What sets the most open files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ceiling {
    /// `fs.nr_open`
    Kernel,
    /// The hard limit of a systemd that may not raise it.
    Init,
    /// The hard limit of the supervisord that runs here.
    Supervisord,
    /// The hard limit of whoever starts the installer, and so the carried supervisor.
    Shell,
}

impl Default for OpenFiles {
    /// The kernel's own default.
    fn default() -> Self {
        Self { most: 1 << 20, by: Ceiling::Kernel }
    }
}

/// Whether something keeps the clock right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Clock {
    #[default]
    Kept,
    /// No such program runs.
    Alone,
    /// This one runs, but says that it has found no source of time.
    Lost(&'static str),
}

/// SELinux, and whether labels can be set right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Selinux {
    #[default]
    Off,
    On {
        enforcing: bool,
        restorecon: bool,
    },
}

/// The running kernel.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Kernel {
    #[default]
    Fit,
    /// Older than any that etcdpack is made for; its release.
    Old(String),
}

/// Whose root we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Namespace {
    #[default]
    Initial,
    /// Root of a user namespace with too few ids to give a service one of its own.
    Narrow,
}

impl Kernel {
    /// By its release, as `uname -r` says it.
    pub(crate) fn of(release: &str) -> Self {
        let mut numbers = release.split(['.', '-', '+']).map(|part| part.parse::<u32>().ok());
        match (numbers.next().flatten(), numbers.next().flatten()) {
            (Some(major), Some(minor)) if (major, minor) < (3, 10) => Self::Old(release.to_owned()),
            _ => Self::Fit,
        }
    }
}

impl Namespace {
    /// By `/proc/self/uid_map` (`user_namespaces(7)`), lines of `INSIDE OUTSIDE HOW-MANY`. A system container has its own
    /// 65536 ids or more and serves as well as a host; `unshare -r` has one.
    pub(crate) fn of(uid_map: &str) -> Self {
        let many = |line: &str| line.split_whitespace().nth(2)?.parse::<u64>().ok();
        let ids: u64 = uid_map.lines().filter_map(many).sum();
        if ids < 65_536 { Self::Narrow } else { Self::Initial }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_kernel_says_is_understood() {
        for (release, old) in [
            ("2.6.32-754.el6.x86_64", true),
            ("3.9.11", true),
            ("3.10.0-1160.el7.x86_64", false),
            ("6.1+", false),
            ("odd", false),
        ] {
            assert_eq!(Kernel::of(release) != Kernel::Fit, old, "{release}");
        }
        assert_eq!(Namespace::of("         0          0 4294967295\n"), Namespace::Initial);
        assert_eq!(Namespace::of("0 100000 65536\n"), Namespace::Initial);
        assert_eq!(Namespace::of("0 1000 1\n"), Namespace::Narrow);
    }
}
