//! What to do when it does not go as written.

use payload::name::HostName;
use payload::say;

pub(crate) fn title() -> String {
    say!(en = "When it does not go as written", zh = "与此不符时")
}

/// What is seen, and what to do.
pub(crate) fn rows(host: &HostName) -> Vec<[String; 2]> {
    vec![
        [
            say!(en = "the sum differs", zh = "校验和不同"),
            say!(
                en = "A bad copy. Copy again. If it differs again, STOP: do not run the file, telephone whoever built it.",
                zh = "拷贝损坏，重新拷贝。仍然不同：停！不要运行，致电构建人。"
            ),
        ],
        [
            say!(en = "the twelve words are not taken", zh = "主机不接受输入的单词"),
            say!(
                en = "Nothing was changed. Look at the numbers once more. If the right words are not taken, STOP: the file is somebody else's. Telephone.",
                zh = "未做任何更改。再核对一遍编号。单词确实无误而仍不接受：停！文件来自他人。致电构建人。"
            ),
        ],
        [
            say!(en = "the passphrase is not taken", zh = "主机不接受口令"),
            say!(
                en = "Nothing was changed. Look at the dashes; is it the slip of this build? Else at home: `etcdpack build --new-passphrase`, and carry new files.",
                zh = "未做任何更改。检查连字符；小条是这次构建的吗？否则回去运行 `etcdpack build --new-passphrase`，带新文件来。"
            ),
        ],
        [
            "`[wrong-host]`".to_owned(),
            say!(
                en = "This file is for another host: take the one that is named for this host. Uninstall nothing.",
                zh = "这是别的主机的文件：换成本机的那个。不要卸载任何东西。"
            ),
        ],
        [
            "`[would-bootstrap]`".to_owned(),
            say!(
                en = "Other hosts are off or out of reach: switch them on, mend the network, and the same command again. Telephone before you let it create a new cluster.",
                zh = "其他主机关机或不通：开机、修好网络，再运行同一条命令。同意建立新集群之前，先致电构建人。"
            ),
        ],
        [
            say!(en = "another code in brackets", zh = "方括号中的其他代码"),
            say!(
                en = "Do what `help:` says, then the same command again. Write the code down.",
                zh = "照 `help:`（提示）后面的去做，再运行同一条命令。把代码记下来。"
            ),
        ],
        [
            say!(en = "power cut, dropped session, Ctrl-C", zh = "断电、会话中断、Ctrl-C"),
            say!(
                en = "The same command again: it goes on. Or take all back: `./{host}.run uninstall`.",
                zh = "再运行同一条命令，它会继续。或全部撤销：`./{host}.run uninstall`。"
            ),
        ],
        [
            say!(en = "Permission denied; or nothing at all", zh = "Permission denied；或毫无输出"),
            say!(
                en = "Run from the stick, or a file that was cut off: copy it as written, and compare the sum.",
                zh = "在 U 盘上直接运行，或文件不完整：按上面拷贝并比对校验和。"
            ),
        ],
        [
            say!(en = "still 7 when all hosts are done", zh = "全部主机完成后仍为 7"),
            say!(
                en = "`etcdpack-host doctor` says what is wrong and what to type.",
                zh = "运行 `etcdpack-host doctor`，它会说哪里不对、该输入什么。"
            ),
        ],
    ]
}

pub(crate) fn codes_title() -> String {
    say!(en = "Exit codes (`echo $?`)", zh = "退出码（`echo $?`）")
}

/// What each code means that a command on a host can end with; the first is 0.
pub(crate) fn codes() -> [String; 8] {
    [
        say!(en = "done", zh = "完成"),
        say!(en = "an error in etcdpack itself: write down all that it says", zh = "etcdpack 自身的错误：记下全部输出"),
        say!(en = "typed wrong: compare with this sheet", zh = "输入有误：与本单比对"),
        say!(en = "refused; nothing was changed", zh = "被拒绝；未做任何更改"),
        say!(en = "verification failed; nothing was changed", zh = "校验失败；未做任何更改"),
        say!(en = "failed, and all was taken back: as before", zh = "失败，已全部撤销：与之前一样"),
        say!(en = "failed, and something is left, which was named: telephone", zh = "失败，有残留，已列出：致电构建人"),
        say!(en = "installed, but not healthy (yet)", zh = "已安装，但（尚）不健康"),
    ]
}
