//! The words of findings about the machine and its system.

use payload::language::Words;
use payload::{say, words};

use crate::facts::machine::{Ceiling, OpenFiles};
use crate::finding::{FilesFor, MachineFinding};
use crate::help::Help;

pub(super) fn text(found: &MachineFinding) -> String {
    match found {
        MachineFinding::OtherArch { bundle, here, .. } => {
            say!(
                en = "the bundle is for {}, this machine is {here}",
                zh = "安装包用于 {}，本机是 {here}",
                bundle.uname()
            )
        }
        MachineFinding::OldKernel { release } => {
            say!(
                en = "the kernel is {release}; etcdpack is made for 3.10 and newer",
                zh = "内核版本为 {release}；etcdpack 要求 3.10 或更高版本"
            )
        }
        MachineFinding::NarrowNamespace => {
            say!(
                en = "this root is inside a user namespace with too few ids: it cannot use the \
                         ids of etcd's user",
                zh = "当前 root 处于 id 不足的用户命名空间中：无法使用 etcd 用户的 id"
            )
        }
        MachineFinding::NoTimeService => clock(&words!(
            en = "no program that is known to keeps this host's clock right",
            zh = "没有已知的时间服务在为本机校时"
        )),
        MachineFinding::NoTimeSource { program } => clock(&say!(
            en = "`{program}` runs, but has found no source of time",
            zh = "`{program}` 正在运行，但没有找到时间源"
        )),
        MachineFinding::FewOpenFiles { files: OpenFiles { most, by }, wanted } => {
            let what = set_by(*by);
            say!(
                en = "etcd can have {most} open files ({what}) and is meant to have {wanted}",
                zh = "etcd 最多可打开 {most} 个文件（{what}），应为 {wanted} 个"
            )
        }
        MachineFinding::TooFewOpenFiles { files: OpenFiles { most, by }, needs, .. } => {
            let what = set_by(*by);
            let who = match needs {
                FilesFor::Etcd => words!(en = "etcd", zh = "etcd"),
                FilesFor::CarriedSupervisor => words!(en = "the carried supervisord", zh = "安装包自带的 supervisord"),
            };
            say!(
                en = "nothing can have more than {most} open files here ({what}), and {who} does not start with fewer than {}",
                zh = "这里最多只能打开 {most} 个文件（{what}），而{who} 少于 {} 个就无法启动",
                needs.least()
            )
        }
        MachineFinding::NoRestorecon => {
            say!(
                en = "SELinux is enforcing and there is no `restorecon` to give etcd's files \
                         their labels",
                zh = "SELinux 处于 enforcing 模式，但没有 `restorecon` 可为 etcd 的文件设置标签"
            )
        }
        MachineFinding::NoSetpriv => {
            say!(
                en = "this host has no `setpriv`: under supervisor, a set-uid program that \
                         etcd's user starts gives it more rights",
                zh = "本机没有 `setpriv`：在 supervisor 管理下，etcd 用户可通过 set-uid 程序获得更多权限"
            )
        }
    }
}

fn set_by(ceiling: Ceiling) -> Words {
    match ceiling {
        Ceiling::Kernel => words!(en = "fs.nr_open", zh = "fs.nr_open"),
        Ceiling::Supervisord => words!(en = "this host's supervisord", zh = "本机的 supervisord"),
        Ceiling::Init => words!(en = "this container's limit", zh = "本容器的限制"),
        Ceiling::Shell => words!(en = "this shell's hard limit", zh = "当前 shell 的硬限制"),
    }
}

fn clock(what: &str) -> String {
    say!(
        en = "{what}; members whose clocks differ by 1 s or more complain",
        zh = "{what}；成员之间时间相差 1 秒以上就会报警"
    )
}

pub(super) fn help(found: &MachineFinding) -> Help {
    match found {
        MachineFinding::OtherArch { host, .. } => Help::plain(say!(
            en = "set `arch` for host `{host}` in cluster.toml and run: {}",
            zh = "在 cluster.toml 中为主机 `{host}` 设置 `arch`，然后运行：{}",
            super::BUILD
        )),
        MachineFinding::OldKernel { .. } => Help::command("uname -r"),
        MachineFinding::NarrowNamespace => Help::command("cat /proc/self/uid_map"),
        MachineFinding::NoTimeService => Help::command("systemctl status chronyd ntpd systemd-timesyncd"),
        MachineFinding::NoTimeSource { program: CHRONYD } => Help::command("chronyc sources"),
        MachineFinding::NoTimeSource { .. } => Help::command("systemctl status systemd-timesyncd"),
        // An install raises its own as far as it may: another `ulimit` in the same shell would not do more.
        MachineFinding::TooFewOpenFiles { files: OpenFiles { by: Ceiling::Shell, .. }, .. } => {
            Help::command("ulimit -H -n").remark(&words!(
                en = "shows it; in a container it is set where that is started (`--ulimit nofile=65536`), \
                         else by `root hard nofile 65536` in /etc/security/limits.conf and a new login",
                zh = "显示该限制；容器的限制在启动容器处设置（`--ulimit nofile=65536`），\
                         其他情况在 /etc/security/limits.conf 中写 `root hard nofile 65536` 并重新登录"
            ))
        }
        MachineFinding::TooFewOpenFiles { files, wanted, .. } | MachineFinding::FewOpenFiles { files, wanted } => {
            more_files(files.by, *wanted)
        }
        MachineFinding::NoRestorecon => Help::plain(words!(
            en = "install the package `policycoreutils` from the site's own media",
            zh = "从本地安装介质安装软件包 `policycoreutils`"
        )),
        MachineFinding::NoSetpriv => Help::plain(words!(
            en = "install util-linux from the site's own media; etcd takes it into use at its \
                     next restart",
            zh = "从本地安装介质安装 util-linux；etcd 下次重启时生效"
        )),
    }
}

/// By what sets how many there can be.
fn more_files(by: Ceiling, wanted: u64) -> Help {
    match by {
        Ceiling::Kernel => Help::command(format!("sysctl -w fs.nr_open={}", wanted * 16)),
        Ceiling::Supervisord => Help::command("systemctl edit UNIT").remark(&words!(
            en = "`supervisor` on Debian, else `supervisord`: LimitNOFILE=65536, from its \
                     next start on",
            zh = "在 Debian 上为 `supervisor`，否则为 `supervisord`：LimitNOFILE=65536，\
                     下次启动时生效"
        )),
        Ceiling::Init => Help::command("cat /proc/1/limits"),
        Ceiling::Shell => Help::command(format!("ulimit -n {wanted}")),
    }
}

/// As the process is called.
const CHRONYD: &str = "chronyd";
