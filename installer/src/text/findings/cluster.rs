//! The words of findings about the cluster, as the other members' hosts show it.

use payload::etcd::EtcdVersion;
use payload::{say, words};

use crate::although::Word;
use crate::facts::cluster::{NotAsked, Trusting, api};
use crate::finding::ClusterFinding;
use crate::finding::cluster::{Doubt, First, Here, Lines, Place, Reached, Risk, Stop, Unseen};
use crate::help::Help;
use crate::text::names;

use super::{SAME_CLUSTER, same_cluster};

pub(super) fn text(found: &ClusterFinding) -> String {
    match found {
        ClusterFinding::Uncertain { unseen, days, .. } => uncertain(unseen, *days),
        ClusterFinding::NotListed { cluster, by, url, .. } => say!(
            en = "cluster {cluster:x} runs ({by} answers), and has no member at {url}: this \
                     host would begin a second cluster beside it",
            zh = "集群 {cluster:x} 正在运行（{by} 有应答），其中没有地址为 {url} 的成员：\
                     本机若启动，将在其旁另建一个集群"
        ),
        ClusterFinding::Added { cluster, by, url, .. } => say!(
            en = "cluster {cluster:x} runs ({by} answers), and somebody added {url} to it after \
                     it was founded; this bundle founds a cluster and cannot join one",
            zh = "集群 {cluster:x} 正在运行（{by} 有应答），{url} 是集群建立之后才加入的；\
                     本安装包只能建立集群，不能加入集群"
        ),
        ClusterFinding::Rejoin { cluster, by, id, .. } => say!(
            en = "this host has no data. Cluster {cluster:x} ({by} answers) has this host in \
                     its list as member {id:x}, and counts on the data of that member: it must be \
                     removed and added again",
            zh = "本机没有数据。集群 {cluster:x}（{by} 有应答）的成员列表中，本机是成员 {id:x}，\
                     集群指望该成员的数据：必须先移除，再重新加入"
        ),
        ClusterFinding::Unreachable { what: Reached::Nobody } => {
            say!(
                en = "the cluster runs, this host has none of its data, and no other member \
                         serves clients: nobody can add this host to it now",
                zh = "集群正在运行，本机没有它的数据，也没有其他成员在为客户端提供服务：\
                         目前无法把本机加入集群"
            )
        }
        ClusterFinding::Unreachable { what: Reached::NoQuorum } => {
            say!(
                en = "the cluster has no quorum, and this host has none of its data: without a \
                         quorum nobody can add this host",
                zh = "集群达不到法定人数，本机没有它的数据：达不到法定人数，就无法把本机加入集群"
            )
        }
        ClusterFinding::OtherCluster { here: Here::Data(here), there, member, at } => {
            say!(
                en = "{member} at {at} is a member of cluster {there:x}; the data of this host \
                         are of cluster {here:x}",
                zh = "{member}（{at}）是集群 {there:x} 的成员；本机的数据属于集群 {here:x}"
            )
        }
        ClusterFinding::OtherCluster { here: Here::Founded(here), there, member, at } => {
            say!(
                en = "{member} at {at} is a member of cluster {there:x}, which runs; this \
                         bundle would found cluster {here:x}",
                zh = "{member}（{at}）是正在运行的集群 {there:x} 的成员；本安装包将建立的是集群 {here:x}"
            )
        }
        ClusterFinding::TwoClusters { one, other } => say!(
            en = "{} is a member of cluster {:x}, and {} of cluster {:x}: the bundle's members \
                     are in two clusters",
            zh = "{} 是集群 {:x} 的成员，{} 是集群 {:x} 的成员：安装包中的成员分属两个集群",
            one.0,
            one.1,
            other.0,
            other.1
        ),
        ClusterFinding::OtherList { cluster, there, bundle } => say!(
            en = "the members of cluster {cluster:x} are {}; the bundle's are {}: etcd joins \
                     only with the same list",
            zh = "集群 {cluster:x} 的成员是 {}；安装包中的是 {}：列表一致，etcd 才能加入",
            names::several(there),
            names::several(bundle)
        ),
        ClusterFinding::OldAddress { id, there, new, by, .. } => say!(
            en = "{by} knows this member ({id:x}) at {}; with this bundle it listens at {new}, \
                     where the others do not look for it",
            zh = "{by} 所知的本成员（{id:x}）地址是 {}；按本安装包，它监听 {new}，其他成员不会到那里找它",
            names::several(there)
        ),
        ClusterFinding::OtherCas { by, runs, .. } => other_cas(*by, *runs),
        ClusterFinding::OtherCa { member, at, .. } => {
            say!(
                en = "the certificate of {member} at {at} is by another CA than the bundle's: \
                         that member and this one would refuse each other",
                zh = "{member}（{at}）的证书不是由安装包中的 CA 签发的：该成员与本成员会互相拒绝"
            )
        }
        ClusterFinding::CaUnseen { member, at } => {
            say!(
                en = "this host cannot see which CA issued the certificate of {member} at {at}",
                zh = "本机看不到 {member}（{at}）的证书由哪个 CA 签发"
            )
        }
        ClusterFinding::NotAsked { members, why } => not_asked(members, why),
        ClusterFinding::QuorumAtRisk { stop, risk, .. } => at_risk(*stop, risk),
        ClusterFinding::StillMember { cluster, id, by, .. } => still_member(*cluster, *id, by.as_deref()),
    }
}

fn still_member(cluster: u64, id: u64, by: Option<&str>) -> String {
    let whose = match by {
        Some(by) => say!(en = "cluster {cluster:x} ({by} answers)", zh = "集群 {cluster:x}（{by} 有应答）"),
        None => {
            say!(en = "cluster {cluster:x}, where others run it,", zh = "集群 {cluster:x}（由其他主机运行）")
        }
    };
    say!(
        en = "{whose} keeps this host's member, {id:x}, in its list until somebody removes it: \
                 after the uninstall it counts as a member that is down",
        zh = "{whose} 的成员列表中仍有本机的成员 {id:x}，直到有人移除它：卸载之后，它按停机成员计算"
    )
}

fn other_cas(by: Trusting, runs: bool) -> String {
    match by {
        Trusting::KeptData => say!(
            en = "the bundle has other CAs than this member had before the uninstall that kept its data",
            zh = "安装包中的 CA 与本成员卸载（保留数据）之前使用的不同"
        ),
        Trusting::Installed if runs => say!(
            en = "the bundle has other CAs than those installed here: with them this member \
                     leaves the cluster",
            zh = "安装包中的 CA 与本机已安装的不同：换用之后，本成员将离开集群"
        ),
        Trusting::Installed => {
            say!(en = "the bundle has other CAs than those installed here", zh = "安装包中的 CA 与本机已安装的不同")
        }
    }
}

fn not_asked(members: &[String], why: &NotAsked) -> String {
    let why = match why {
        NotAsked::Sealed => say!(en = "the private key is sealed", zh = "私钥已加密"),
        NotAsked::NotYet => say!(en = "something else stands against the install", zh = "安装还有其他障碍"),
        NotAsked::Unsettled => {
            say!(en = "nobody has said yet whose bundle this is", zh = "尚未确认安装包的签名者")
        }
        NotAsked::NoPair => say!(en = "there is no certificate to ask with", zh = "没有可用于询问的证书"),
        NotAsked::NoProgram(why) => say!(en = "no etcdctl can be run: {why}", zh = "无法运行 etcdctl：{why}"),
    };
    let names = names::all(members);
    match members.len() {
        1 => say!(
            en = "{names} serves clients, and it was not asked which cluster that is: {why}",
            zh = "{names} 在为客户端提供服务，但没有询问它属于哪个集群：{why}"
        ),
        _ => say!(
            en = "{names} serve clients, and they were not asked which cluster that is: {why}",
            zh = "{names} 在为客户端提供服务，但没有询问它们属于哪个集群：{why}"
        ),
    }
}

fn at_risk(stop: Stop, risk: &Risk) -> String {
    let until = match stop {
        Stop::Restart => words!(en = "while etcd restarts here", zh = "本机 etcd 重启期间"),
        Stop::Uninstall => words!(en = "without this member", zh = "缺少本成员时"),
        Stop::Copy => words!(en = "while etcd is stopped here for the copy", zh = "本机 etcd 为复制数据而停止期间"),
    };
    match risk {
        Risk::TooFew { cluster, voters, serve, missing } => {
            let of = if serve.is_empty() { say!(en = "none", zh = "一个也没有") } else { places(serve) };
            say!(
                en = "{until}, too few of the {voters} voters of cluster {cluster:x} would \
                         serve: {of}, and a quorum is {}; not serving, as far as this host sees: \
                         {}",
                zh = "{until}，集群 {cluster:x} 的 {voters} 个投票成员中能提供服务的太少：{of}，\
                         法定人数是 {}；从本机看，未提供服务的有：{}",
                voters / 2 + 1,
                places(missing)
            )
        }
        Risk::OfTwo { cluster, other } => say!(
            en = "{until}, cluster {cluster:x} serves nobody: it has two voters and needs both; \
                     the other is {}",
            zh = "{until}，集群 {cluster:x} 将无法提供服务：它有两个投票成员，缺一不可；另一个是 {}",
            place(other)
        ),
        Risk::Only { cluster } => {
            say!(
                en = "{until}, cluster {cluster:x} serves nobody: this member is its only voter",
                zh = "{until}，集群 {cluster:x} 将无法提供服务：本成员是唯一的投票成员"
            )
        }
        Risk::Unknown => {
            say!(
                en = "this member serves clients, and does not say whether its cluster has a \
                         leader: this host cannot tell whether the cluster goes on without it",
                zh =
                    "本成员在为客户端提供服务，但没有说明集群是否有 leader：本机无法判断，缺少本成员时集群能否继续服务"
            )
        }
    }
}

fn places(places: &[Place]) -> String {
    names::all(&places.iter().map(place).collect::<Vec<_>>())
}

fn place(place: &Place) -> String {
    if place.name.is_empty() {
        place.at.clone()
    } else {
        say!(en = "{} at {}", zh = "{}（{}）", place.name, place.at)
    }
}

fn doubt(why: &Doubt) -> String {
    match why {
        Doubt::Silent(why) => why.to_string(),
        Doubt::Withheld => say!(
            en = "serves clients, and does not say of which cluster",
            zh = "在为客户端提供服务，但没有说明属于哪个集群"
        ),
    }
}

fn uncertain(unseen: &[Unseen], days: Option<i64>) -> String {
    let names: Vec<String> = unseen
        .iter()
        .map(|of| say!(en = "{} at {} ({})", zh = "{}（{}，{}）", of.member, of.at, doubt(&of.why)))
        .collect();
    let not_seen = (!names.is_empty()).then(|| say!(en = "{} cannot be seen", zh = "看不到 {}", names::all(&names)));
    let old = days.map(|days| say!(en = "its certificate is {days} days old", zh = "其证书已使用 {days} 天"));
    let why: Vec<String> = not_seen.into_iter().chain(old).collect();
    say!(
        en = "this bundle founds a cluster, and this host cannot tell whether that cluster runs \
                 already: {}. If it runs, a member that starts here without its data can make the \
                 cluster lose writes",
        zh = "本安装包用于建立集群，但本机无法判断该集群是否已在运行：{}。如果已在运行，\
                 没有数据的成员在此启动，可能使集群丢失已写入的数据",
        why.join(&words!(en = "; ", zh = "；"))
    )
}

pub(super) fn help(found: &ClusterFinding) -> Help {
    match found {
        ClusterFinding::Uncertain { said: Word::NotSaid, token, .. } => {
            let same = same_cluster(token);
            Help::plain(words!(
                en = "if none of the cluster's hosts has ever run etcd: ",
                zh = "如果本集群的主机从未运行过 etcd："
            ))
            .and(Help::run_with("install", "--first-install"))
            .and(Help::plain(say!(
                en = "; else, on the connected machine: {same}, and carry the new file here",
                zh = "；否则，在联网机器上运行：{same}，再把新文件带到本机"
            )))
        }
        ClusterFinding::NotListed { lines, by, .. } | ClusterFinding::Rejoin { lines, by, .. } => {
            member_lines(lines, by)
        }
        ClusterFinding::Unreachable { .. } => Help::run("plan").remark(&words!(
            en = "again when enough of the others for a quorum are up; if they are lost for good: restore \
                     a snapshot",
            zh = "待启动的其他成员足够达到法定人数后再运行；若它们已无法恢复：从快照恢复"
        )),
        ClusterFinding::Added { token, .. } => Help::plain(same_cluster(token)).remark(&words!(
            en = "on the connected machine; carry the new file here",
            zh = "在联网机器上运行；再把新文件带到本机"
        )),
        // The bundle's own token is not the running cluster's: the builder knows that, if it has ever been.
        ClusterFinding::OtherCluster { here: Here::Founded(_), .. } => Help::plain(SAME_CLUSTER).remark(&words!(
            en = "on the connected machine; carry the new file here",
            zh = "在联网机器上运行；再把新文件带到本机"
        )),
        ClusterFinding::OtherCluster { .. } | ClusterFinding::TwoClusters { .. } => {
            Help::command("etcdctl member list").remark(&words!(
                en = "on each of these members: they are in different clusters, and a bundle is for one",
                zh = "在这些成员上分别运行：它们分属不同集群，而一个安装包只用于一个集群"
            ))
        }
        ClusterFinding::OtherList { .. } => Help::plain(say!(
            en = "write the cluster's members as hosts into cluster.toml, then: {}",
            zh = "把集群的成员作为主机写入 cluster.toml，然后运行：{}",
            super::BUILD
        )),
        ClusterFinding::OldAddress { id, new, by, etcd, .. } => {
            Help::command(format!("{}etcdctl member update {id:x} --peer-urls={new}", api(*etcd)))
                .remark(&say!(en = "on {by}", zh = "在 {by} 上运行"))
        }
        ClusterFinding::OtherCas { said: Word::NotSaid, .. } | ClusterFinding::OtherCa { said: Word::NotSaid, .. } => {
            Help::plain(words!(
                en = "use the bundle that was built with the other members' pki/; if that pki/ \
                         is lost: docs/trust.md",
                zh = "使用由其他成员的同一 pki/ 制作的安装包；若该 pki/ 已丢失：docs/trust.md"
            ))
        }
        // A word was said for it: what came of that shows afterwards.
        ClusterFinding::Uncertain { .. } | ClusterFinding::OtherCas { .. } | ClusterFinding::OtherCa { .. } => {
            Help::host("status")
        }
        ClusterFinding::CaUnseen { at, .. } => {
            Help::command(format!("openssl s_client -connect {at} </dev/null | grep issuer"))
        }
        ClusterFinding::NotAsked { why, .. } => match why {
            NotAsked::Sealed => Help::run_with("plan", "--passphrase-fd 3 3<FILE"),
            NotAsked::Unsettled => Help::run_with("plan", "--signer WORDS"),
            NotAsked::NotYet | NotAsked::NoPair | NotAsked::NoProgram(_) => Help::run("plan"),
        },
        ClusterFinding::QuorumAtRisk { stop, risk, said } => help_at_risk(*stop, risk, *said),
        ClusterFinding::StillMember { id, by, etcd, .. } => {
            let someone = words!(en = "a member that lives", zh = "任一正常的成员");
            let at = by.as_deref().unwrap_or(&someone);
            Help::plain(removal(*etcd, *id)).remark(&say!(
                en = "on {at}; not where this one comes back with its data",
                zh = "在 {at} 上运行；如果本成员还会带着数据回来，则不要运行"
            ))
        }
    }
}

/// What takes a member out of its cluster.
fn removal(etcd: EtcdVersion, id: u64) -> String {
    format!("{}etcdctl member remove {id:x}", api(etcd))
}

fn help_at_risk(stop: Stop, risk: &Risk, said: Word) -> Help {
    const WORD: &str = "--although-quorum-at-risk";
    match (stop, risk, said) {
        (Stop::Restart, Risk::TooFew { .. } | Risk::Unknown, Word::NotSaid) => Help::run("plan")
            .and(Help::plain(words!(
                en = "   (again when they are up); if it may stop serving meanwhile: ",
                zh = "   （待它们启动后再运行）；如果可以接受期间停止服务："
            )))
            .and(Help::run_with("install", WORD)),
        (Stop::Uninstall, Risk::TooFew { .. } | Risk::Unknown, Word::NotSaid) => {
            Help::host_with("uninstall", "--dry-run")
                .and(Help::plain(words!(
                    en = "   (again when they are up); if it may stop serving for good: ",
                    zh = "   （待它们启动后再运行）；如果可以接受从此停止服务："
                )))
                .and(Help::host_with("uninstall", WORD))
        }
        (Stop::Copy, Risk::TooFew { .. } | Risk::Unknown, Word::NotSaid) => Help::host("status")
            .and(Help::plain(words!(
                en = "   (until they are up); if it may stop serving meanwhile: ",
                zh = "   （直到它们启动）；如果可以接受期间停止服务："
            )))
            .and(Help::host_with("snapshot", "--with-v2 --although-quorum-at-risk")),
        (Stop::Uninstall, Risk::OfTwo { .. }, _) => Help::command("etcdctl member list").remark(&words!(
            en = "if the other is to go on alone: on it, etcdctl member remove of this one \
                     first, while both serve",
            zh = "如果要让另一个成员单独继续：趁两者都在服务，先在它上面用 etcdctl member \
                     remove 移除本成员"
        )),
        (Stop::Uninstall, Risk::Only { .. }, _) => Help::command("etcdctl snapshot save FILE")
            .remark(&words!(en = "first, if its data are of use", zh = "如果数据还有用，先运行此命令")),
        (Stop::Restart | Stop::Copy, ..) | (Stop::Uninstall, _, Word::Said) => Help::host("status"),
    }
}

/// Ready to paste on a living member. What the cluster says of itself is never put into them, but numbers.
fn member_lines(lines: &Lines, by: &str) -> Help {
    let Lines { etcd, name, url, first, founding } = lines;
    let (api, add) = (api(*etcd), format!("etcdctl member add {name} --peer-urls={url}"));
    let typed = match first {
        First::Nothing => format!("{api}{add}"),
        First::Remove(id) => format!("{api}etcdctl member remove {id:x} && {api}{add}"),
        First::Update(id) => format!("{api}etcdctl member update {id:x} --peer-urls={url}"),
    };
    let then = match founding {
        Some(token) => {
            say!(
                en = "on {by}; then, on the connected machine: {}, and carry the new file here",
                zh = "在 {by} 上运行；然后在联网机器上运行：{}，再把新文件带到本机",
                same_cluster(token)
            )
        }
        None => say!(en = "on {by}; then this install again", zh = "在 {by} 上运行；然后重新运行本安装"),
    };
    Help::plain(typed).remark(&then)
}
