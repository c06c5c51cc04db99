//! A panic.

use std::fmt::Display;

use payload::say;

/// All that is said of it. What was under way stands in the journal, as after a kill.
pub(crate) fn bug(panic: impl Display) -> String {
    say!(
        en = "error: this is a bug in etcdpack: {panic}\nhelp: run the same command again, and \
                 report this line\n",
        zh = "错误：这是 etcdpack 的缺陷：{panic}\n提示：重新运行同一命令，并报告此行\n"
    )
}
