//! `[etcd.flags]`: flags of etcd that users give.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;

use crate::cluster::findings::Findings;
use crate::cluster::setting::{Flags, Setting};
use crate::etcd::{self, EtcdVersion, FlagValue};

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
                    findings.fault_with_help(&span, format!("etcdpack sets `--{}` itself", flag.name), instead);
                }
                etcd::Owner::Refused(why) => findings.fault(&span, format!("`--{}` is not taken: {why}", flag.name)),
            },
            etcd::Verdict::NotInVersion { flag, instead } => {
                let text = format!("etcd {version} has no `--{}`; these have it: {}", flag.name, flag.known_to());
                match instead {
                    Some(instead) => findings.fault_with_help(&span, text, format!("instead: {instead}")),
                    None => findings.fault(&span, text),
                }
            }
            etcd::Verdict::Unknown { .. } if key.get_ref().starts_with('-') => {
                let name = key.get_ref().trim_start_matches('-').escape_debug().to_string();
                let (name, value) = name.split_once('=').unwrap_or((&name, "..."));
                let help = format!("{name} = {value}");
                findings.fault_with_help(&span, "a flag stands here without its dashes", help);
            }
            etcd::Verdict::Unknown { suggestion } => {
                let text = format!("no etcd has a flag `--{}`", key.get_ref().escape_debug());
                match suggestion {
                    _ if let Some(name) = etcd::of_environment(key.get_ref()) => {
                        findings.fault_with_help(&span, text, format!("as a flag: {}", name.escape_debug()));
                    }
                    Some(word) => findings.fault_with_help(&span, text, format!("did you mean `{word}`?")),
                    None => findings.fault(&span, text),
                }
            }
        }
    }
    taken
}

fn not_taken(findings: &mut Findings, flag: &etcd::Flag, value: &str, span: &Range<usize>) {
    let text = format!("`--{}` takes {}, not `{value}`", flag.name, flag.value);
    let switch = match value.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    };
    if let Some(switch) = switch.filter(|_| flag.value == FlagValue::Switch) {
        findings.fault_with_help(span, text, format!("{} = {switch}", flag.name));
    } else if flag.value == FlagValue::Duration && FlagValue::Integer.takes(value) {
        findings.fault_with_help(span, text, format!("with its unit: {} = \"{value}s\"", flag.name));
    } else {
        findings.fault(span, text);
    }
}
