//! What to type, or to do, about a command that failed.

use std::fmt::Display;
use std::io::{Error, ErrorKind};
use std::path::Path;

use payload::language::Words;
use payload::path::AbsPath;
use payload::shell::word;
use payload::{say, words};

use crate::help::Help;
use crate::service::ServiceError;

pub(crate) fn when_the_cause_is_gone() -> Help {
    Help::plain(words!(en = "the same command again, when the cause is gone", zh = "排除故障原因后，重新运行同一命令"))
}

/// Of etcd's own words: a user whom a certificate names needs no password.
pub(crate) fn a_user_for_the_certificate(name: impl Display) -> Help {
    Help::command(format!("etcdctl user add {name} --no-password && etcdctl user grant-role {name} root"))
        .remark(&words!(en = "as etcd's root; etcd 3.4 and later", zh = "须以 etcd 的 root 用户运行；etcd 3.4 及以上"))
}

/// Where etcd wants to know who asks.
pub(crate) fn as_a_user(name: impl Display) -> Help {
    Help::host_with("snapshot", "--user root")
        .remark(&words!(
            en = "for unattended ones, see docs/operations.md",
            zh = "无人值守的快照见 docs/operations.zh-CN.md"
        ))
        .and(Help::plain(words!(en = "; or: ", zh = "；或者：")))
        .and(a_user_for_the_certificate(name))
}

/// Of a directory that root alone should be able to change.
pub(crate) fn look_at_the_way(dir: &AbsPath) -> Help {
    Help::command(format!("namei -l {dir}"))
}

pub(crate) fn v2_keys() -> Help {
    Help::host_with("snapshot", "--with-v2").remark(&words!(
        en = "copies the data, too, with etcd stopped for that moment, while the others serve",
        zh = "同时复制数据，期间停止本机的 etcd，其他成员照常服务"
    ))
}

pub(crate) fn password_from_a_file() -> Help {
    Help::host_with("snapshot", "--user NAME --password-fd 3 3<FILE")
}

/// The file is what `etcdpack pki backup-key` or `age-keygen` wrote.
pub(crate) fn identity_from_a_file() -> Help {
    Help::host_with("snapshot", "verify --identity-fd 3 FILE 3<IDENTITY")
}

pub(crate) fn the_same_again() -> Help {
    Help::plain(words!(en = "the same command again", zh = "重新运行同一命令"))
}

/// Where the bundle's bytes are bad.
pub(crate) fn copy_again() -> Help {
    Help::plain(words!(en = "copy the bundle again, then: grep ", zh = "重新拷贝安装包，然后运行：grep "))
        .and(Help::bundle_name())
        .and(Help::command(" SHA256SUMS | sha256sum -c"))
}

/// Where this host's supervisord is not in order, by what it says itself.
pub(crate) fn past_supervisor(error: &ServiceError) -> Option<Help> {
    let look = match error {
        ServiceError::NoAnswer { unit: Some(unit), .. } => {
            Help::command(format!("systemctl start {unit}; journalctl -u {unit} -n 20 --no-pager"))
        }
        ServiceError::NoAnswer { conf, unit: None, .. } => Help::command(format!("supervisorctl -c {conf} status")),
        ServiceError::CannotReread { ctl, conf, .. } => Help::command(format!("{ctl} -c {conf} reread")),
        ServiceError::Exec(_) | ServiceError::Interrupted => return None,
    };
    Some(
        Help::plain(words!(
            en = "mend what it says, until this is quiet: ",
            zh = "按其提示修正，直到下面的命令不再报错："
        ))
        .and(look)
        .and(Help::plain(words!(en = "; then the same command again; or ", zh = "；然后重新运行同一命令；或者：")))
        .and(Help::run_with("install", "--service systemd")),
    )
}

/// Where the bundle cannot be read.
pub(crate) fn look_at_the_bundle() -> Help {
    Help::command("ls -l ").and(Help::bundle_path())
}

/// Where this program carries none.
pub(crate) fn name_a_bundle() -> Help {
    Help::command("etcdpack-host install ").and(Help::bundle_name()).and(Help::plain("; ")).and(Help::host("status"))
}

/// Where one is not good.
pub(crate) fn another_snapshot() -> Help {
    Help::plain(words!(en = "another snapshot", zh = "换一个快照"))
}

/// For a file that is none, but lies beside one.
pub(crate) fn verify_its_snapshot(snapshot: &Path) -> Help {
    Help::run_with("snapshot", "verify ").and(Help::command(word(snapshot))).remark(&OF_A_SNAPSHOT)
}

pub(crate) const OF_A_SNAPSHOT: Words =
    words!(en = "the file belongs to that snapshot, and is read with it", zh = "该文件属于那个快照，随它一起读取");

pub(crate) fn build() -> Help {
    Help::command("etcdpack build")
}

/// Where the state directory cannot be written to.
pub(crate) fn look_at_the_state() -> Help {
    Help::in_tree("df -h /var/lib/etcdpack; ls -l /var/lib/etcdpack")
}

/// Where a record is in no form that is known here.
pub(crate) fn the_program_that_wrote_it() -> Help {
    Help::plain(words!(en = "with the program that wrote it: ", zh = "使用写入该记录的程序："))
        .and(Help::host("status"))
}

/// Where a record was spoilt.
pub(crate) fn from_a_backup() -> Help {
    Help::plain(words!(en = "restore it from a backup: ", zh = "从备份恢复："))
        .and(Help::in_tree("ls -l /var/lib/etcdpack"))
}

pub(crate) fn standard_output() -> Help {
    Help::command("df -h; ls -l /proc/self/fd/1")
}

/// Where another etcdpack is at work.
pub(crate) fn who_is_at_work() -> Help {
    Help::command("ps -C etcdpack-host,").and(Help::bundle_name())
}

pub(crate) fn limits() -> Help {
    Help::command("ulimit -a")
}

/// Where the kernel gives root no network of its own. Rules for who is not root (`kernel.unprivileged_userns_clone`) are not asked.
pub(crate) fn network_of_its_own(why: &Error) -> Help {
    match why.kind() {
        // The setting's own answer (namespaces(7)); hardening guides set it to 0.
        ErrorKind::StorageFull => {
            Help::command("sysctl user.max_net_namespaces; sysctl -w user.max_net_namespaces=1024")
        }
        ErrorKind::PermissionDenied => Help::plain(words!(
            en = "a container without CAP_SYS_ADMIN, or a seccomp filter, forbids it: hold the drill on a host that is no container",
            zh = "容器没有 CAP_SYS_ADMIN，或 seccomp 过滤器禁止：请在不是容器的主机上演练"
        )),
        _ => Help::plain(words!(
            en = "grep NET_NS /boot/config-$(uname -r)   # a kernel without it: hold the drill on another host",
            zh = "grep NET_NS /boot/config-$(uname -r)   # 内核没有该功能时，请在另一台主机上演练"
        )),
    }
}

/// Where there is no tree at `root`.
pub(crate) fn make_the_root(root: &Path) -> Help {
    Help::command(format!("mkdir -p {}", word(root)))
}

/// The words of the signer, given with the command.
pub(crate) fn name_the_signer() -> Help {
    Help::run_with("install", "--signer WORDS")
}

/// Likewise, with where they come from.
pub(crate) fn name_the_first_signer() -> Help {
    name_the_signer()
        .remark(&words!(en = "the twelve words that `etcdpack build` showed", zh = "`etcdpack build` 显示的十二个单词"))
}

/// Likewise, of a signer that is another than before.
pub(crate) fn name_the_new_signer() -> Help {
    name_the_signer().remark(&words!(
        en = "the twelve words that `etcdpack build` showed, if the key is new",
        zh = "若确实换了密钥：`etcdpack build` 显示的十二个单词"
    ))
}

pub(crate) fn read_the_words_again() -> Help {
    Help::plain(words!(
        en = "read signing.words again, where the bundle was built",
        zh = "在构建安装包的机器上，重新核对 signing.words"
    ))
}

pub(crate) fn the_hosts_own_bundle() -> Help {
    Help::plain(words!(
        en = "the newest bundle of this host; where the signing key was lost or changed: docs/trust.md",
        zh = "使用本机最新的安装包；若签名密钥遗失或已更换：docs/trust.zh-CN.md"
    ))
}

/// Where the bundle's signer was replaced before.
pub(crate) fn the_bundle_of_whom_is_kept() -> Help {
    Help::plain(words!(
        en = "a bundle by the signer that this host knows; if that one was the error: docs/trust.md",
        zh = "使用本机信任的签名者的安装包；若该签名者本身有误：docs/trust.zh-CN.md"
    ))
}

pub(crate) fn passphrase_from_a_file() -> Help {
    Help::run_with("install", "--passphrase-fd 3 3<FILE")
}

pub(crate) fn where_the_passphrase_is() -> Help {
    Help::plain(words!(
        en = "the passphrase that `etcdpack build` showed; where it is lost: etcdpack build \
                 --new-passphrase",
        zh = "使用 `etcdpack build` 显示的口令；若已遗失：etcdpack build --new-passphrase"
    ))
}

pub(crate) fn memory() -> Help {
    Help::command("free -m; ulimit -v")
}

/// Either of the two ways out of an install that was cut off.
pub(crate) fn go_on_or_take_back() -> Help {
    Help::run("install").and(Help::plain(words!(en = ", or: ", zh = "，或者："))).and(Help::run("uninstall"))
}

/// `again`, once what is locked in `dir` is unlocked.
pub(crate) fn unlock(dir: &str, again: Help) -> Help {
    Help::in_tree(format!("lsattr -aR {dir}"))
        .and(Help::plain(words!(en = "; when it is unlocked: ", zh = "；解除锁定后：")))
        .and(again)
}

/// `again`, once these processes have ended; as they are typed.
pub(crate) fn end_processes(pids: &str, again: Help) -> Help {
    Help::command(format!("kill {pids}; ")).and(again)
}

/// For the program at `at`, which others could have written: a bundle's in its place.
pub(crate) fn replace_the_program(at: &Path) -> Help {
    let aside = word(Path::new(&format!("{}.suspect", at.display())));
    Help::plain(say!(
        en = "mv {} {aside}, then copy and check a bundle as in docs/trust.md, and run its install",
        zh = "mv {} {aside}，然后按 docs/trust.zh-CN.md 拷贝并校验安装包，再运行其 install",
        word(at)
    ))
}

/// For the directory `at`, which others can write to.
pub(crate) fn close_the_directory(at: &Path) -> Help {
    let at = word(at);
    Help::command(format!("chown root {at}; chmod go-w {at}"))
}

/// A copy in `safe` of the program at `path`, checked before it runs `command`: others could have changed what it was
/// copied from.
pub(crate) fn run_a_checked_copy(path: &Path, safe: &str, command: &str) -> Help {
    let name = path.file_name().map_or(path, Path::new);
    Help::plain(say!(
        en = "install -d -m 700 {safe} && install -m 700 {} {safe}/, then check the copy with \
                 openssl as in docs/trust.md, then: {} {command}",
        zh = "install -d -m 700 {safe} && install -m 700 {} {safe}/，然后按 docs/trust.zh-CN.md 用 \
                 openssl 校验该副本，再运行：{} {command}",
        word(path),
        word(&Path::new(safe).join(name))
    ))
}

/// Processes by their ids, with commas between.
pub(crate) fn look_at_processes(pids: &str) -> Help {
    Help::command(format!("ps -fp {pids}"))
}

pub(crate) fn restart_unit(unit: &str) -> Help {
    Help::in_tree(format!("systemctl restart {unit}"))
}

pub(crate) fn start_unit(unit: &str) -> Help {
    Help::command(format!("systemctl start {unit}"))
}

/// With this `supervisorctl` and configuration.
pub(crate) fn tell_supervisor(ctl: &AbsPath, conf: &AbsPath, words: &[&str]) -> Help {
    Help::command(format!("{ctl} -c {conf} {}", words.join(" ")))
}

/// The words after a checked copy's name, for the tree at `root`.
pub(crate) fn install_into(root: &Path) -> String {
    format!("install --root {}", word(root))
}

#[cfg(test)]
mod tests {
    use nix::errno::Errno;

    use super::*;

    #[test]
    fn a_network_that_the_kernel_does_not_give_is_mended_by_its_cause() {
        for (why, words) in [
            (Errno::ENOSPC, "sysctl -w user.max_net_namespaces="),
            (Errno::EPERM, "CAP_SYS_ADMIN"),
            (Errno::EINVAL, "grep NET_NS"),
        ] {
            let help = network_of_its_own(&why.into()).to_string();
            assert!(help.contains(words), "{why}: {help}");
        }
    }
}
