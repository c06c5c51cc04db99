//! The lines on stderr.

use std::fmt;

use payload::language::Words;
use payload::{say, words};

/// What stands in front of a line, and [`BLANK`] behind it.
pub(crate) const ERROR: Words = words!(en = "error:", zh = "错误：");
pub(crate) const CAUSED_BY: Words = words!(en = "caused by:", zh = "原因：");
pub(crate) const HELP: Words = words!(en = "help:", zh = "提示：");
pub(crate) const WARNING: Words = words!(en = "warning:", zh = "警告：");

/// Full-width punctuation brings its own.
pub(crate) const BLANK: Words = words!(en = " ", zh = "");

/// A panic.
pub(crate) fn bug(panic: impl fmt::Display) -> String {
    say!(en = "this is a bug in etcdpack: {panic}", zh = "这是 etcdpack 的缺陷：{panic}")
}

pub(crate) fn no_standard_output(error: impl fmt::Display) -> String {
    say!(en = "writing to standard output: {error}", zh = "写入标准输出：{error}")
}

pub(crate) const STANDARD_OUTPUT: &str = "df -h; ls -l /proc/self/fd/1";

/// A transfer begins. `done` and `total` are amounts of bytes for people.
pub(crate) fn begins(what: &str, done: Option<&dyn fmt::Display>, total: Option<&dyn fmt::Display>) -> String {
    let size = total.map_or_else(String::new, |total| say!(en = " ({total})", zh = "（{total}）"));
    let already = done.map_or_else(String::new, |done| say!(en = ", going on at {done}", zh = "，从 {done} 处继续"));
    format!("{what}{size}{already}")
}

/// A transfer goes on.
pub(crate) fn so_far(what: &str, done: impl fmt::Display, total: Option<&dyn fmt::Display>) -> String {
    let of = total.map_or_else(String::new, |total| say!(en = " of {total}", zh = " / {total}"));
    say!(en = "{what}: {done}{of}", zh = "{what}：{done}{of}")
}

/// The bar's words, by indicatif's template.
pub(crate) const BAR: Words = words!(
    en = "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta} left",
    zh = "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} 剩余 {eta}"
);

/// After a question.
pub(crate) const YES_OR_NO: &str = "[y/N]";

/// What counts as a yes.
pub(crate) const YES: [&str; 3] = ["y", "Y", "yes"];

/// A help line where only notes are shown.
pub(crate) fn note_of_help(help: &str) -> String {
    format!("{HELP}{BLANK}{help}")
}
