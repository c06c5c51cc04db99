//! `[etcd.flags]`: flags of etcd that users give.

use std::collections::BTreeMap;

use toml::Spanned;

use crate::cluster::findings::Findings;
use crate::cluster::setting::{Flags, Setting};
use crate::etcd::{self, EtcdVersion};

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
                etcd::Owner::User if !flag.value.takes(value.as_str()) => {
                    findings.fault(&span, format!("`--{}` takes {}, not `{}`", flag.name, flag.value, value.as_str()));
                }
                etcd::Owner::User => {
                    taken.insert(flag.name, (value, span));
                }
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
                let name = key.get_ref().trim_start_matches('-').escape_debug();
                findings.fault_with_help(&span, "a flag stands here without its dashes", format!("{name} = ..."));
            }
            etcd::Verdict::Unknown { suggestion } => {
                let text = format!("no etcd has a flag `--{}`", key.get_ref().escape_debug());
                match suggestion {
                    Some(word) => findings.fault_with_help(&span, text, format!("did you mean `{word}`?")),
                    None => findings.fault(&span, text),
                }
            }
        }
    }
    taken
}
