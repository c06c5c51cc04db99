//! The one line of etcd's log that says why it ended, or why it waits. Pure; knows the forms of logs from 3.1 to 3.7.

use serde::Deserialize;

/// How bad a line is, by what etcd says itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Other,
    Warning,
    Error,
    /// etcd ends with it.
    Fatal,
}

/// From 3.4 on, by choice; from 3.5 on, always.
#[derive(Deserialize)]
struct Structured {
    level: String,
    #[serde(default)]
    msg: String,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    flag: Option<String>,
}

/// The worst line, and of several the last; in etcd's words, without time and place.
pub(super) fn worst(log: &str) -> Option<String> {
    let lines = log.lines().filter_map(line);
    // `max_by_key` takes the last of equals.
    lines.max_by_key(|(level, _)| *level).map(|(_, text)| text)
}

/// Whether a line is about certificates or names in them.
pub(super) fn is_of_certificates(line: &str) -> bool {
    ["x509", "tls", "certificate"].iter().any(|word| line.contains(word))
}

fn line(line: &str) -> Option<(Level, String)> {
    let line = line.trim();
    if line.is_empty() {
        return None;
    }
    if let Ok(structured) = serde_json::from_str::<Structured>(line) {
        let level = match structured.level.as_str() {
            "fatal" | "panic" | "dpanic" => Level::Fatal,
            "error" => Level::Error,
            "warn" => Level::Warning,
            _ => Level::Other,
        };
        let mut text = structured.msg;
        for more in [structured.flag, structured.error].into_iter().flatten() {
            if text.is_empty() {
                text = more;
            } else if !text.contains(&more) {
                text = format!("{text}: {more}");
            }
        }
        return Some((level, text));
    }
    // `2026-01-02 03:04:05.678901 C | etcdmain: listen tcp ...`
    if let Some((head, text)) = line.split_once(" | ")
        && let Some(level) = head.split(' ').next_back()
    {
        let level = match level {
            "C" => Level::Fatal,
            "E" => Level::Error,
            "W" => Level::Warning,
            _ => Level::Other,
        };
        return Some((level, text.to_owned()));
    }
    // What is said before there is a log: wrong flags, a panic of Go's, the shell that starts it.
    let before =
        ["error ", "panic: ", "flag provided but not defined", "conflicting ", "unrecognized ", "invalid value"];
    let level = if before.iter().any(|begin| line.starts_with(begin)) { Level::Fatal } else { Level::Other };
    Some((level, line.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_that_says_why_is_found() {
        for (log, why) in [
            ("", None),
            (
                "2026-11-27 10:00:00.1 I | etcdmain: etcd Version: 3.1.20\n2026-11-27 10:00:00.2 C | etcdmain: open /x/ca.pem: no such file or directory\n",
                Some("etcdmain: open /x/ca.pem: no such file or directory"),
            ),
            (
                r#"{"level":"info","ts":"2026","caller":"etcdmain/etcd.go:73","msg":"Running: "}
{"level":"warn","ts":"2026","msg":"rejected connection","error":"remote error: tls: bad certificate"}
{"level":"fatal","ts":"2026","caller":"etcdmain/etcd.go:204","msg":"discovery failed","error":"listen tcp 10.0.0.1:2380: bind: address already in use","stacktrace":"a\nb"}"#,
                Some("discovery failed: listen tcp 10.0.0.1:2380: bind: address already in use"),
            ),
            (
                r#"{"level":"warn","ts":"2026","msg":"rejected connection","error":"remote error: tls: bad certificate"}
{"level":"info","ts":"2026","msg":"x is starting a new election"}"#,
                Some("rejected connection: remote error: tls: bad certificate"),
            ),
            (
                "error verifying flags, unexpected end of input. See 'etcd --help'.\n",
                Some("error verifying flags, unexpected end of input. See 'etcd --help'."),
            ),
            ("exec: /opt/etcd/etcd: not found\n", Some("exec: /opt/etcd/etcd: not found")),
        ] {
            assert_eq!(worst(log).as_deref(), why, "{log}");
        }
        assert!(is_of_certificates("x509: unhandled critical extension") && !is_of_certificates("address in use"));
    }
}
