//! Who is up, in words.

use payload::manifest::Manifest;
use payload::{say, words};

use crate::facts::Cluster;
use crate::facts::cluster::answers::{List, Listed};
use crate::facts::cluster::{Other, Seen, api, strangers};
use crate::facts::data::wal::Identity;
use crate::text::names;

/// What is said of everybody in `seen`, this member among them; `own` is whose data lies here.
pub(crate) fn lines(manifest: &Manifest, seen: &Cluster, own: Option<Identity>) -> Vec<String> {
    let of_ours = |list: &&List| own.is_none_or(|own| own.cluster == list.cluster);
    match seen.lists_of_all().find(of_ours) {
        Some(list) => by_list(manifest, seen, list),
        None => without_list(manifest, seen, own),
    }
}

/// A member that runs beside another cluster than its own.
pub(crate) fn foreign(other: &Other, there: u64, own: Option<Identity>) -> String {
    let here = own
        .map(|own| say!(en = "this host's data are those of {own}; ", zh = "本机数据属于{own}；"))
        .unwrap_or_default();
    say!(
        en = "{here}{} at {} is a member of cluster {there:x}",
        zh = "{here}{}（{}）是集群 {there:x} 的成员",
        other.name,
        other.at()
    )
}

fn by_list(manifest: &Manifest, seen: &Cluster, list: &List) -> Vec<String> {
    let is_up = |other: &&Other| {
        let said = other.said().is_some_and(|said| said.cluster() == Some(list.cluster) && said.has_leader());
        said && list.at(&other.peer_url).is_some()
    };
    let up = seen.all().filter(is_up).count();
    let mut lines = vec![say!(
        en = "{up} of {} members of cluster {:x} up",
        zh = "已启动 {up} 个成员，共 {} 个（集群 {:x}）",
        list.members.len(),
        list.cluster
    )];
    let ours = || manifest.members.iter().filter_map(|member| Some((member, manifest.peer_url(member)?)));
    let waiting: Vec<String> = ours()
        .filter(|(_, url)| list.at(url).is_some_and(|listed| !listed.has_started()))
        .map(|(member, _)| format!("{}.run", member.host))
        .collect();
    if !waiting.is_empty() {
        lines.push(say!(
            en = "not started yet; run the bundles of these: {}",
            zh = "尚未启动，请运行这些安装包：{}",
            names::all(&waiting)
        ));
    }
    let started =
        seen.others.iter().filter(|other| !is_up(other) && list.at(&other.peer_url).is_some_and(Listed::has_started));
    let (down, unclear): (Vec<_>, Vec<_>) =
        started.partition(|other| matches!(other.seen, Seen::Refused | Seen::Unseen(_)));
    let names = |these: Vec<&Other>| names::all(&these.iter().map(|other| other.name.as_str()).collect::<Vec<_>>());
    if !down.is_empty() {
        lines.push(say!(en = "started once, and not up: {}", zh = "曾经启动，现在未运行：{}", names(down)));
    }
    if !unclear.is_empty() {
        lines.push(say!(
            en = "up, but not seen to serve; `etcdpack-host status` there says why: {}",
            zh = "已启动，但从本机看未提供服务；原因见该主机上的 `etcdpack-host status`：{}",
            names(unclear)
        ));
    }
    for stranger in strangers(list, manifest) {
        let (name, id, api) = (&stranger.name, stranger.id, api(manifest.release.version));
        lines.push(say!(
            en = "{name} is not in the bundle, and still a member until: {api}etcdctl member \
                     remove {id:x}",
            zh = "{name} 不在安装包中，但仍是成员，直到运行：{api}etcdctl member remove {id:x}"
        ));
    }
    lines
}

/// No quorum: not yet, or not any more.
fn without_list(manifest: &Manifest, seen: &Cluster, own: Option<Identity>) -> Vec<String> {
    let of = own.map(|own| say!(en = " of cluster {:x}", zh = "（集群 {:x}）", own.cluster)).unwrap_or_default();
    let mut lines = Vec::new();
    for other in seen.all() {
        let what = match &other.seen {
            Seen::Listens { .. } => words!(
                en = "listens for peers, serves no client: no quorum",
                zh = "在监听成员间连接，但没有为客户端提供服务：未达到法定人数"
            ),
            Seen::Serves { .. } => words!(
                en = "serves clients, and does not say who its members are: no quorum",
                zh = "在为客户端提供服务，但没有说明有哪些成员：未达到法定人数"
            ),
            Seen::Refused | Seen::Unseen(_) => continue,
        };
        lines.push(format!("{} {what}", other.name));
    }
    let is_missing = |other: &&Other| matches!(other.seen, Seen::Refused | Seen::Unseen(_));
    let bundles: Vec<String> = seen.all().filter(is_missing).map(|other| format!("{}.run", other.host)).collect();
    if !bundles.is_empty() {
        lines.push(say!(
            en = "run the bundles of the others{of}: {}",
            zh = "请运行其他成员的安装包{of}：{}",
            names::all(&bundles)
        ));
    }
    if bundles.len() * 2 >= manifest.members.len() {
        lines.push(say!(
            en = "etcd serves clients as soon as a majority is up",
            zh = "多数派启动后，etcd 就会为客户端提供服务"
        ));
    }
    lines
}
