//! Flags whose value or company stops etcd: words that it does not know, gates, and two names of one thing.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::cluster::fault::closest;
use crate::cluster::findings::Findings;
use crate::cluster::setting::Flags;
use crate::etcd::{self, EtcdVersion, GATES_OF_A_KIND};
use crate::{say, words};

const GATES: &str = "feature-gates";

pub(super) fn together(findings: &mut Findings, flags: &Flags, version: EtcdVersion) {
    for (flag, (value, span)) in flags {
        words(findings, flag, value.as_str(), span, version);
        numbers(findings, flag, value.as_str(), span);
        if let Some(newer) = flag.strip_prefix("experimental-")
            && flags.contains_key(newer)
        {
            let text = say!(
                en = "`{flag}` and `{newer}` are one flag by two names: etcd exits with both",
                zh = "`{flag}` 和 `{newer}` 是同一参数的两个名字：同时设置时 etcd 会退出"
            );
            findings.fault_with_help(span, text, words!(en = "take this line out", zh = "删掉这一行"));
        }
    }
    let persists = "experimental-enable-lease-checkpoint-persist";
    if let Some((value, span)) = flags.get(persists)
        && value.as_str() == "true"
        && flags.get("experimental-enable-lease-checkpoint").is_none_or(|(value, _)| value.as_str() != "true")
    {
        let text = say!(
            en = "`{persists}` needs `experimental-enable-lease-checkpoint`: etcd exits without",
            zh = "`{persists}` 需要 `experimental-enable-lease-checkpoint`：缺少时 etcd 会退出"
        );
        findings.fault_with_help(span, text, "experimental-enable-lease-checkpoint = true");
    }
    if let Some((value, span)) = flags.get(GATES) {
        gates(findings, flags, value.as_str(), span, version);
    }
}

fn words(findings: &mut Findings, flag: &str, value: &str, span: &Range<usize>, version: EtcdVersion) {
    if let Some(words) = etcd::choices(flag, version)
        && !words.contains(&value)
    {
        let text = say!(
            en = "`--{flag}` takes {}, not `{value}`",
            zh = "`--{flag}` 的取值：{}；不能是 `{value}`",
            listed(words.iter().copied())
        );
        if etcd::passes_over_other_words(flag) {
            findings.warn(span, say!(en = "{text}: etcd passes it over", zh = "{text}：etcd 会忽略它"));
            return;
        }
        let tail = || words.iter().copied().find(|word| word.ends_with(value));
        match closest(value, words.iter().copied()).or_else(tail) {
            Some(word) => findings.fault_with_help(span, text, format!("{flag} = \"{word}\"")),
            None => findings.fault(span, text),
        }
    }
    // `auth/store.go`: another kind stops etcd; what follows the comma, only the host can tell.
    if flag == "auth-token" && !matches!(value.split(',').next(), Some("simple" | "jwt")) {
        findings.fault(
            span,
            say!(
                en = "`--{flag}` takes `simple`, or `jwt` with its options, not `{value}`",
                zh = "`--{flag}` 的取值是 `simple`，或带选项的 `jwt`，不能是 `{value}`"
            ),
        );
    }
}

/// Numbers that etcd's parser takes and etcd does not.
fn numbers(findings: &mut Findings, flag: &str, value: &str, span: &Range<usize>) {
    let number = || value.parse::<u64>().unwrap_or_default();
    match flag {
        "compact-hash-check-time" | "experimental-compact-hash-check-time"
            if value.chars().all(|c| !c.is_ascii_digit() || c == '0') =>
        {
            findings.fault(
                span,
                say!(
                    en = "`--{flag}` is above zero: etcd exits with `{value}`",
                    zh = "`--{flag}` 必须大于零：设为 `{value}` 时 etcd 会退出"
                ),
            );
        }
        "distributed-tracing-sampling-rate" | "experimental-distributed-tracing-sampling-rate"
            if number() > 1_000_000 =>
        {
            findings.fault(
                span,
                say!(
                    en = "`--{flag}` is in a million, at most 1000000: etcd exits with `{value}`",
                    zh = "`--{flag}` 以百万分之一计，至多 1000000：设为 `{value}` 时 etcd 会退出"
                ),
            );
        }
        "max-concurrent-streams" if number() > u32::MAX.into() => {
            findings.fault(
                span,
                say!(
                    en = "`--{flag}` has 32 bits: etcd exits with `{value}`",
                    zh = "`--{flag}` 是 32 位数：设为 `{value}` 时 etcd 会退出"
                ),
            );
        }
        _ => {}
    }
}

fn gates(findings: &mut Findings, flags: &Flags, value: &str, span: &Range<usize>, version: EtcdVersion) {
    let mut open: BTreeMap<&str, bool> = BTreeMap::new();
    for pair in value.split(',') {
        let (name, switch) = pair.split_once('=').map_or((pair, ""), |(name, switch)| (name, switch));
        let (name, switch) = (name.trim(), switch.trim());
        let known = || etcd::gates(version).map(|gate| gate.name).chain(GATES_OF_A_KIND);
        if !known().any(|gate| gate == name) {
            let text = say!(
                en = "etcd {version} has no feature gate `{name}`: there is {}",
                zh = "etcd {version} 没有 feature gate `{name}`；可用的有 {}",
                listed(known())
            );
            match closest(name, known()) {
                Some(word) => findings.fault_with_help(
                    span,
                    text,
                    say!(en = "did you mean `{word}`?", zh = "是否想写 `{word}`？"),
                ),
                None => findings.fault(span, text),
            }
            return;
        }
        let Some(switch) = go_bool(switch) else {
            findings.fault(
                span,
                say!(
                    en = "a feature gate is `{name}=true` or `{name}=false`, not `{pair}`",
                    zh = "feature gate 写作 `{name}=true` 或 `{name}=false`，不能是 `{pair}`"
                ),
            );
            return;
        };
        open.insert(name, switch);
    }
    let is_open = |gate: &str| open.get(gate).or_else(|| open.get("AllAlpha")).copied().unwrap_or_default();
    for gate in etcd::gates(version) {
        if let Some(needed) = gate.needs.filter(|needed| is_open(gate.name) && !is_open(needed)) {
            let text = say!(
                en = "the feature gate `{}` needs `{needed}`: etcd exits without",
                zh = "feature gate `{}` 需要 `{needed}`：缺少时 etcd 会退出",
                gate.name
            );
            findings.fault_with_help(span, text, format!("{GATES} = \"{value},{needed}=true\""));
        }
        if let Some(flag) = gate.flag.filter(|flag| open.contains_key(gate.name) && flags.contains_key(flag)) {
            let text = say!(
                en = "`{flag}` and the feature gate `{}` are one thing: etcd exits with both",
                zh = "`{flag}` 与 feature gate `{}` 是同一项：同时设置时 etcd 会退出",
                gate.name
            );
            findings.fault_with_help(span, text, say!(en = "take the line `{flag}` out", zh = "删掉 `{flag}` 这一行"));
        }
    }
}

/// As Go's `strconv.ParseBool`.
fn go_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

fn listed<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
