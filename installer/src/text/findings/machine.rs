//! The words of findings about the machine and its system.

use crate::facts::machine::{Ceiling, OpenFiles};
use crate::finding::MachineFinding;
use crate::help::Help;

pub(super) fn text(found: &MachineFinding) -> String {
    match found {
        MachineFinding::OtherArch { bundle, here, .. } => {
            format!("the bundle is for {}, this machine is {here}", bundle.uname())
        }
        MachineFinding::OldKernel { release } => {
            format!("the kernel is {release}; etcdpack is made for 3.10 and newer")
        }
        MachineFinding::NarrowNamespace => {
            "this root is inside a user namespace with too few ids: it cannot use the ids of etcd's user".to_owned()
        }
        MachineFinding::NoTimeService => clock("no program that is known to keeps this host's clock right"),
        MachineFinding::NoTimeSource { program } => clock(&format!("`{program}` runs, but has found no source of time")),
        MachineFinding::FewOpenFiles { files: OpenFiles { most, by }, wanted } => {
            let what = match by {
                Ceiling::Kernel => "fs.nr_open",
                Ceiling::Supervisord => "this host's supervisord",
                Ceiling::Init => "this container's limit",
                Ceiling::Shell => "this shell's hard limit",
            };
            format!("etcd can have {most} open files ({what}) and is meant to have {wanted}")
        }
        MachineFinding::NoRestorecon => {
            "SELinux is enforcing and there is no `restorecon` to give etcd's files their labels".to_owned()
        }
        MachineFinding::NoSetpriv => {
            "this host has no `setpriv`: under supervisor, a set-uid program that etcd's user starts gives it more rights"
                .to_owned()
        }
    }
}

fn clock(what: &str) -> String {
    format!("{what}; members whose clocks differ by 1 s or more complain")
}

pub(super) fn help(found: &MachineFinding) -> Help {
    Help::plain(match found {
        MachineFinding::OtherArch { host, .. } => {
            format!("set `arch` for host `{host}` in cluster.toml and run: {}", super::BUILD)
        }
        MachineFinding::OldKernel { .. } => "uname -r".to_owned(),
        MachineFinding::NarrowNamespace => "cat /proc/self/uid_map".to_owned(),
        MachineFinding::NoTimeService => "systemctl status chronyd ntpd systemd-timesyncd".to_owned(),
        MachineFinding::NoTimeSource { program: "chronyd" } => "chronyc sources".to_owned(),
        MachineFinding::NoTimeSource { .. } => "systemctl status systemd-timesyncd".to_owned(),
        MachineFinding::FewOpenFiles { files, wanted } => match files.by {
            Ceiling::Kernel => format!("sysctl -w fs.nr_open={}", wanted * 16),
            Ceiling::Supervisord => {
                "systemctl edit UNIT   (`supervisor` on Debian, else `supervisord`: LimitNOFILE=65536, from its next start on)"
                    .to_owned()
            }
            Ceiling::Init => "cat /proc/1/limits".to_owned(),
            Ceiling::Shell => format!("ulimit -n {wanted}"),
        },
        MachineFinding::NoRestorecon => "install the package `policycoreutils` from the site's own media".to_owned(),
        MachineFinding::NoSetpriv => {
            "install util-linux from the site's own media; etcd takes it into use at its next restart".to_owned()
        }
    })
}
