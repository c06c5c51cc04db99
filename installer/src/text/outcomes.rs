//! How a command ended: what is on the host now.

use std::fmt::Display;

use payload::etcd::EtcdVersion;
use payload::language::Words;
use payload::name::HostName;
use payload::{say, words};

use crate::change::Change;
use crate::execute::{After, Failed, NotUndone};
use crate::finding::Finding;
use crate::supervision::Supervision;
use crate::text::findings;

pub(crate) const NOTHING_CHANGED: Words = words!(en = "nothing was changed", zh = "未做任何更改");
pub(crate) const EVERYTHING_UNDONE: Words = words!(en = "everything was undone", zh = "已全部撤销");

/// Why a run failed.
pub(crate) fn failed(failed: &Failed) -> String {
    say!(en = "{}: {}", zh = "{}：{}", failed.at, failed.error)
}

/// A line for each thing that a run which failed has left.
pub(crate) fn left(after: &After) -> Vec<String> {
    match after {
        After::Untouched => Vec::new(),
        After::Undone { left } => left.iter().map(not_undone).collect(),
        After::Begun => vec![say!(
            en = "could not be undone: etcd runs, but the install is not on record",
            zh = "无法撤销：etcd 正在运行，但本次安装没有记录"
        )],
    }
}

fn not_undone(left: &NotUndone) -> String {
    match left {
        NotUndone::Change(change, error) => {
            say!(en = "could not be undone: {change}: {error}", zh = "无法撤销：{change}：{error}")
        }
        NotUndone::Step(at, error) => say!(en = "could not be undone: {at}: {error}", zh = "无法撤销：{at}：{error}"),
        NotUndone::Records(error) => say!(en = "could not be undone: {error}", zh = "无法撤销：{error}"),
    }
}

// install

pub(crate) const IN_PLACE_ALREADY: Words =
    words!(en = "everything is in place already; nothing was changed", zh = "所有内容均已就位；未做任何更改");

pub(crate) fn installed(etcd: EtcdVersion, under: Option<&Supervision>) -> String {
    let under =
        under.map(|supervision| say!(en = " under {supervision}", zh = "，由 {supervision} 管理")).unwrap_or_default();
    say!(en = "installed: etcd {etcd}{under}", zh = "已安装：etcd {etcd}{under}")
}

pub(crate) fn installed_but(error: impl Display) -> String {
    say!(en = "installed, but {error}", zh = "已安装，但 {error}")
}

pub(crate) const HEALTHY: Words = words!(en = "healthy", zh = "健康");
pub(crate) const NOT_HEALTHY_YET: Words = words!(en = "installed, but not healthy yet", zh = "已安装，但尚未健康");

// csr

pub(crate) const KEY_IS_THERE: Words =
    words!(en = "this host has its key already: the same request once more", zh = "本机已有私钥：再次给出同一证书请求");

pub(crate) fn key_not_made(error: impl Display) -> String {
    say!(en = "making the key: {error}", zh = "生成私钥：{error}")
}

pub(crate) fn request_not_written(error: impl Display) -> String {
    say!(en = "the key is there, but writing its request: {error}", zh = "私钥已生成，但写入证书请求失败：{error}")
}

/// What makes sure that the request which arrives is the one that went out.
pub(crate) fn words_of_the_key(fingerprint: impl Display) -> [String; 3] {
    [
        say!(
            en = "words of this host's key, which is in the request:",
            zh = "本机私钥对应的单词（证书请求中是同一密钥）："
        ),
        format!("  {fingerprint}"),
        say!(
            en = "  `etcdpack sign` shows words of what it is given, and asks to compare: tell \
                     these by another way than the request's",
            zh = "  `etcdpack sign` 会显示所收到的证书请求的单词，并要求核对：\
                     请经另一途径告知这些单词，不要随证书请求一起发送"
        ),
    ]
}

pub(crate) fn key_stays(host: &HostName) -> String {
    say!(
        en = "the key stays on this host; next, where the bundle was built: etcdpack sign {host}.csr",
        zh = "私钥留在本机；下一步，在构建安装包的机器上运行：etcdpack sign {host}.csr"
    )
}

// doctor

/// How many things were found.
pub(crate) fn examined(faults: usize, warnings: usize) -> String {
    if faults + warnings == 0 {
        return say!(en = "nothing found", zh = "未发现问题");
    }
    let faults = match faults {
        1 => say!(en = "1 fault", zh = "1 个错误"),
        n => say!(en = "{n} faults", zh = "{n} 个错误"),
    };
    let warnings = match warnings {
        1 => say!(en = "1 warning", zh = "1 个警告"),
        n => say!(en = "{n} warnings", zh = "{n} 个警告"),
    };
    say!(en = "{faults}, {warnings}", zh = "{faults}，{warnings}")
}

// uninstall

pub(crate) const UNINSTALLED: Words = words!(en = "uninstalled", zh = "已卸载");
pub(crate) const NOTHING_LEFT: Words = words!(en = "uninstalled; nothing is left", zh = "已卸载；没有任何遗留");
pub(crate) const SIGNER_FORGOTTEN: Words = words!(
    en = "whose bundles this host takes is forgotten, too: the next install asks for the signer's words",
    zh = "本机信任的签名者也已清除：下次安装将重新询问签名者的单词"
);
pub(crate) const HISTORY_GONE: Words =
    words!(en = "the history of what was done here has gone with it", zh = "本机的操作历史也已一并删除");
pub(crate) const STOPPED_ON_RECORD: Words =
    words!(en = "told to stop; what is left is still on record", zh = "已按要求停止；遗留内容仍有记录");

/// What a finding of before says is to be done now.
pub(crate) fn left_to_do(finding: &Finding) -> String {
    say!(
        en = "the cluster counts on this member until: {}",
        zh = "在执行以下命令之前，集群仍将本成员计算在内：{}",
        findings::help(finding)
    )
}

pub(crate) fn uninstalled_but(error: impl Display) -> String {
    say!(en = "uninstalled, but {error}", zh = "已卸载，但 {error}")
}

/// In the list of what stays.
pub(crate) fn kept(change: &Change) -> String {
    say!(en = "  kept {change}", zh = "  保留 {change}")
}

pub(crate) fn not_removed(change: &Change, error: impl Display) -> String {
    say!(en = "could not be removed: {change}: {error}", zh = "无法删除：{change}：{error}")
}

pub(crate) fn failed_on_record(failed: &Failed) -> String {
    say!(en = "{}: {}; what is left is still on record", zh = "{}：{}；遗留内容仍有记录", failed.at, failed.error)
}
