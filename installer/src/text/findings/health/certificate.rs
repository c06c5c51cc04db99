//! The words of the finding that etcd cannot use its certificate, and what puts it back.

use payload::manifest::KeyFrom;
use payload::{say, words};

use crate::facts::credentials::{Broken, Flaw, PemFile};
use crate::help::Help;

pub(super) fn text(Broken { file, path, flaw, .. }: &Broken) -> String {
    let how = match flaw {
        Flaw::Missing => say!(en = "is missing", zh = "缺失"),
        Flaw::Empty => say!(en = "is empty", zh = "是空文件"),
        Flaw::NoPem => say!(en = "is not a PEM file that can be read", zh = "不是可读取的 PEM 文件"),
        Flaw::Closed { user } => {
            say!(en = "is closed to etcd's user, `{user}`", zh = "etcd 的用户 `{user}` 无权读取")
        }
        Flaw::NotTheirs if *file == PemFile::Key => {
            say!(en = "does not belong to the certificate beside it", zh = "与同目录中的证书不匹配")
        }
        Flaw::NotTheirs => {
            say!(en = "was not issued by the CA beside it", zh = "不是由同目录中的 CA 签发的")
        }
    };
    say!(
        en = "the {file}, `{path}`, {how}: etcd cannot use it, now or from its next start on, nor can `etcdctl`",
        zh = "{file} `{path}` {how}：etcd 现在或下次启动后无法使用它，`etcdctl` 也一样"
    )
}

/// What puts it back. What stands there in its place is kept: an install does not replace what it has not written.
pub(super) fn help(broken: &Broken) -> Help {
    let Broken { file, path, flaw, key_from, host } = broken;
    let is_closed = matches!(flaw, Flaw::Closed { .. });
    if *file == PemFile::Key && *key_from == KeyFrom::Host && !is_closed {
        return Help::run_with("csr", format!("-o {host}.csr")).remark(&say!(
            en = "this key was on this host alone: a new one; then, where it was built: etcdpack sign --new-key {host} {host}.csr",
            zh = "该私钥只存在于本机：生成新的私钥；然后在制作安装包的机器上运行：etcdpack sign --new-key {host} {host}.csr"
        ));
    }
    let aside = if is_closed || *flaw == Flaw::Missing {
        Help::default()
    } else {
        Help::command(format!("mv {path} {path}.broken && "))
    };
    aside.and(Help::run("install")).remark(&words!(
        en = "the bundle that is installed here: it puts the file back",
        zh = "使用本机已安装的那个安装包：会把该文件补回"
    ))
}
