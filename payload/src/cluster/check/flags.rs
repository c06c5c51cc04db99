//! `[etcd.flags]`: flags of etcd that users give.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;

use crate::cluster::findings::Findings;
use crate::cluster::setting::{Flags, Setting};
use crate::etcd::{self, EtcdVersion, FlagValue};
use crate::{say, words};

pub(super) fn user_flags(
    findings: &mut Findings,
    flags: BTreeMap<Spanned<String>, Setting>,
    version: EtcdVersion,
) -> Flags {
    let mut taken = BTreeMap::new();
    for (key, value) in flags {
        let span = key.span();
        match etcd::accepts(key.get_ref(), version) {
            etcd::Verdict::Accepted(flag) => match flag.owner {
                etcd::Owner::User => match flag.value.read(value.as_str()) {
                    Some(read) => {
                        taken.insert(flag.name, (value.read_as(read), span));
                    }
                    None => not_taken(findings, flag, value.as_str(), &span),
                },
                etcd::Owner::Etcdpack(instead) => {
                    findings.fault_with_help(
                        &span,
                        say!(en = "etcdpack sets `--{}` itself", zh = "`--{}` 由 etcdpack 设置", flag.name),
                        instead,
                    );
                }
                etcd::Owner::Refused(why) => findings
                    .fault(&span, say!(en = "`--{}` is not taken: {why}", zh = "不接受 `--{}`：{why}", flag.name)),
            },
            etcd::Verdict::NotInVersion { flag, instead } => {
                let text = say!(
                    en = "etcd {version} has no `--{}`; these have it: {}",
                    zh = "etcd {version} 没有 `--{}`；支持的版本：{}",
                    flag.name,
                    flag.known_to()
                );
                match instead {
                    Some(instead) => findings.fault_with_help(
                        &span,
                        text,
                        say!(en = "instead: {instead}", zh = "替代写法：{instead}"),
                    ),
                    None => findings.fault(&span, text),
                }
            }
            etcd::Verdict::Unknown { .. } if key.get_ref().starts_with('-') => {
                let name = key.get_ref().trim_start_matches('-').escape_debug().to_string();
                let (name, value) = name.split_once('=').unwrap_or((&name, "..."));
                findings.fault_with_help(
                    &span,
                    words!(en = "a flag stands here without its dashes", zh = "这里的参数名不带前面的短横线"),
                    format!("{name} = {value}"),
                );
            }
            etcd::Verdict::Unknown { suggestion } => {
                let text = say!(
                    en = "no etcd has a flag `--{}`",
                    zh = "任何版本的 etcd 都没有参数 `--{}`",
                    key.get_ref().escape_debug()
                );
                match suggestion {
                    _ if let Some(name) = etcd::of_environment(key.get_ref()) => {
                        let name = name.escape_debug();
                        findings.fault_with_help(&span, text, say!(en = "as a flag: {name}", zh = "作为参数：{name}"));
                    }
                    Some(word) => findings.fault_with_help(
                        &span,
                        text,
                        say!(en = "did you mean `{word}`?", zh = "是否想写 `{word}`？"),
                    ),
                    None => findings.fault(&span, text),
                }
            }
        }
    }
    taken
}

fn not_taken(findings: &mut Findings, flag: &etcd::Flag, value: &str, span: &Range<usize>) {
    let text =
        say!(en = "`--{}` takes {}, not `{value}`", zh = "`--{}` 的取值：{}；不能是 `{value}`", flag.name, flag.value);
    let switch = match value.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    };
    if let Some(switch) = switch.filter(|_| flag.value == FlagValue::Switch) {
        findings.fault_with_help(span, text, format!("{} = {switch}", flag.name));
    } else if flag.value == FlagValue::Duration && FlagValue::Integer.takes(value) {
        findings.fault_with_help(
            span,
            text,
            say!(
                en = "with its unit: {} = \"{value}s\", or \"{value}ms\"",
                zh = "带上单位：{} = \"{value}s\"，或 \"{value}ms\"",
                flag.name
            ),
        );
    } else {
        findings.fault(span, text);
    }
}
