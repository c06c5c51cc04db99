//! The sheet about one host.

use std::path::Path;

use payload::name::{ClusterName, HostName, MemberName};
use payload::say;

pub(crate) fn title(number: usize, of: usize, host: &HostName) -> String {
    say!(en = "{number} of {of}: host {host}", zh = "第 {number} 台，共 {of} 台：主机 {host}")
}

pub(crate) fn member(member: &MemberName, cluster: &ClusterName) -> String {
    say!(en = "Member {member} of cluster {cluster}.", zh = "集群 {cluster} 的成员 {member}。")
}

pub(crate) fn step_columns() -> [String; 3] {
    [say!(en = "do", zh = "操作"), say!(en = "must appear", zh = "应出现"), say!(en = "`echo $?`", zh = "`echo $?`")]
}

pub(crate) fn log_in() -> String {
    say!(en = "Log in to this host as root. Is it this one?", zh = "以 root 登录本主机。确认就是这一台：")
}

pub(crate) fn copy(stick: &Path) -> String {
    let stick = stick.display();
    say!(
        en = "Mount the stick at `{stick}`, and copy the file to where root alone can write.",
        zh = "将 U 盘挂载到 `{stick}`，把文件拷到只有 root 可写的目录。"
    )
}

pub(crate) fn compare() -> String {
    say!(
        en = "Is it the file that was built? Compare every group. If one differs, do not run it.",
        zh = "是构建出来的那个文件吗？逐组比对；有一组不同，就不要运行。"
    )
}

pub(crate) fn plan() -> String {
    say!(
        en = "Look first: checks and steps, nothing is changed. Warnings are fine, errors are not.",
        zh = "先看一遍：检查项与步骤，不做任何更改。可以有警告，不得有错误。"
    )
}

pub(crate) fn install() -> String {
    say!(en = "Install. It asks:", zh = "安装。它会依次询问：")
}

pub(crate) fn answer_words() -> String {
    say!(
        en = "three of the twelve words, by number: from the grid below (only if no bundle was installed here before)",
        zh = "十二个单词中的三个，按编号：见下表（仅当本机从未装过安装包）"
    )
}

pub(crate) fn answer_install() -> String {
    say!(en = "whether to install: `y`", zh = "是否安装：`y`")
}

pub(crate) fn answer_passphrase() -> String {
    say!(
        en = "the passphrase: from the slip, with `-` between the words; nothing is shown while you type",
        zh = "口令：见小条，单词之间用 `-`；输入时不回显"
    )
}

/// Where others are still to come.
pub(crate) fn then_the_others() -> String {
    say!(en = "and the files that are to be run on the other hosts:", zh = "以及其余主机上要运行的文件：")
}

pub(crate) fn status() -> String {
    say!(en = "How is the member?", zh = "成员状态如何？")
}

pub(crate) fn waits_for_others() -> String {
    say!(
        en = "not healthy yet, which is normal: too few hosts for a majority so far",
        zh = "尚未健康，属正常：装好的主机还不到多数"
    )
}

pub(crate) fn healthy() -> String {
    say!(en = "healthy, and a leader", zh = "健康，并有 leader")
}

pub(crate) fn members() -> String {
    say!(en = "Is the cluster complete? One line a member:", zh = "集群齐全吗？每个成员一行：")
}

pub(crate) fn tidy() -> String {
    say!(en = "Delete the copy, unmount the stick and take it along.", zh = "删除拷贝，卸载并带走 U 盘。")
}

// Where the host makes its key itself.

pub(crate) fn csr() -> String {
    say!(
        en = "Make this host's key, and a request for its certificate. It asks for three of the twelve words. Write down the words of the key, below.",
        zh = "生成本机私钥和证书请求。它会询问十二个单词中的三个。把显示的私钥的单词抄到下面。"
    )
}

pub(crate) fn carry_request() -> String {
    say!(
        en = "Copy the request onto the stick, and take stick and this sheet home. There: `etcdpack sign`, which prints new sheets and makes new bundles.",
        zh = "把请求拷到 U 盘，带着 U 盘和本单回去。在那里运行 `etcdpack sign`，它会生成新的纸单和安装包。"
    )
}

pub(crate) fn words_of_the_key() -> String {
    say!(en = "The twelve words of this host's own key, by hand", zh = "本机私钥的十二个单词（手写）")
}

// The end.

pub(crate) fn signature() -> [String; 4] {
    [
        say!(en = "begun", zh = "开始"),
        say!(en = "finished", zh = "结束"),
        say!(en = "code in brackets, if any", zh = "方括号中的代码（若有）"),
        say!(en = "signature", zh = "签名"),
    ]
}
