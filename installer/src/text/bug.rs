//! What is said before there is a report: a panic, a page of help that cannot be written.

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

/// A page of help that cannot be shown.
pub(crate) fn no_page(error: impl Display) -> String {
    let help = super::help::standard_output();
    say!(
        en = "error: writing to standard output: {error}\nhelp: {help}\n",
        zh = "错误：写入标准输出：{error}\n提示：{help}\n"
    )
}
