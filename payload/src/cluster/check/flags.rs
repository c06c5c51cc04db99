//! `[etcd.flags]`: flags of etcd that users give.

use std::collections::BTreeMap;

use toml::Spanned;

use crate::cluster::findings::Findings;
use crate::cluster::setting::{Flags, Setting};
use crate::etcd::{self, EtcdVersion};
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
                etcd::Owner::User if !flag.value.takes(value.as_str()) => {
                    findings.fault(
                        &span,
                        say!(
                            en = "`--{}` takes {}, not `{}`",
                            zh = "`--{}` 的取值：{}；不能是 `{}`",
                            flag.name,
                            flag.value,
                            value.as_str()
                        ),
                    );
                }
                etcd::Owner::User => {
                    taken.insert(flag.name, (value, span));
                }
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
                let name = key.get_ref().trim_start_matches('-').escape_debug();
                findings.fault_with_help(
                    &span,
                    words!(en = "a flag stands here without its dashes", zh = "这里的参数名不带前面的短横线"),
                    format!("{name} = ..."),
                );
            }
            etcd::Verdict::Unknown { suggestion } => {
                let text = say!(
                    en = "no etcd has a flag `--{}`",
                    zh = "任何版本的 etcd 都没有参数 `--{}`",
                    key.get_ref().escape_debug()
                );
                match suggestion {
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
