//! The words of findings about how a member does, and what to type about each cause. Whatever is typed only looks, but for the
//! cure of a full quota, which etcd itself prescribes; it must be right on a host from which a failed install was taken back.

mod certificate;
mod resting;

use payload::etcd::{AlarmKind, EtcdVersion};
use payload::language::Words;
use payload::line::DisplayLine;
use payload::path::AbsPath;
use payload::render;
use payload::{say, words};

use crate::backup::{Against, FailedDrill};
use crate::facts::cluster::api;
use crate::facts::health::{Company, Down, Heard, Log};
use crate::facts::managers::Override;
use crate::finding::HealthFinding;
use crate::help::Help;
use crate::supervision::Off;
use crate::text::{help, names, snapshot as words};
use payload::etcd::last_words::{Cause, Known};

/// Where a host has no room for a new line of its cluster's list: how a member whose data are lost comes back.
const JOIN_ANEW: Words = words!(
    en = "on a living member; a member whose data are lost comes back as a new one: member \
             remove ID, etcdpack-host uninstall --purge here, member add; then etcdpack build \
             --same-cluster",
    zh = "在正常的成员上运行；数据丢失的成员要作为新成员重新加入：member remove ID，在本机运行 \
             etcdpack-host uninstall --purge，member add；然后 etcdpack build --same-cluster"
);

pub(super) fn text(found: &HealthFinding) -> String {
    match found {
        HealthFinding::Alarm { kind: AlarmKind::NoSpace, members, .. } => {
            say!(
                en = "alarm NOSPACE, raised by {}: the database has reached \
                         quota-backend-bytes, and the cluster refuses every write but deletes",
                zh = "NOSPACE 告警，由 {} 发出：数据库已达到 quota-backend-bytes，除删除外，\
                         集群拒绝一切写入",
                names::all(members)
            )
        }
        HealthFinding::Alarm { kind: AlarmKind::Corrupt, members, .. } => {
            say!(
                en = "alarm CORRUPT of {}: its data differ from the other members'",
                zh = "{} 的 CORRUPT 告警：其数据与其他成员不同",
                names::all(members)
            )
        }
        HealthFinding::Alarm { kind: AlarmKind::Other, members, .. } => {
            say!(
                en = "an alarm that this etcdpack does not know, raised by {}",
                zh = "本版 etcdpack 不认识的告警，由 {} 发出",
                names::all(members)
            )
        }
        HealthFinding::Down(down) if down.is_anew() => begun(down),
        HealthFinding::Down(down) if down.runs => {
            let (state, why) = (&down.state, why(down));
            say!(
                en = "etcd runs ({state}), and does not listen yet: {why}",
                zh = "etcd 正在运行（{state}），但尚未监听：{why}"
            )
        }
        HealthFinding::Down(down) if down.rest.is_by_word() => resting::rests(down),
        HealthFinding::Down(down) => {
            say!(en = "etcd does not run ({}): {}", zh = "etcd 未运行（{}）：{}", down.state, why(down))
        }
        HealthFinding::Certificate(broken) => certificate::text(broken),
        HealthFinding::Suspended { pids } => resting::suspended(pids),
        HealthFinding::Unmanaged(unmanaged) => resting::unmanaged(unmanaged),
        HealthFinding::NoQuorum { up, down, cause } => no_quorum(up, down, cause.as_ref()),
        HealthFinding::NotAtBoot { unit, off } => say!(
            en = "etcd does not start when this host boots: systemd has {unit} as {}",
            zh = "本机启动时 etcd 不会启动：systemd 中 {unit} 的状态为 {}",
            off.as_str()
        ),
        HealthFinding::SnapshotOld { dir, newest: None } => say!(
            en = "there is no good snapshot in `{dir}`, and one should have been taken long ago",
            zh = "`{dir}` 中没有完好的快照，而快照早已到期"
        ),
        HealthFinding::SnapshotOld { dir, newest: Some(newest) } => {
            say!(
                en = "the last good snapshot in `{dir}` is of {}, and the two that were due since then are missing",
                zh = "`{dir}` 中最后一个完好的快照保存于 {}，其后应有的两个都没有",
                words::time(*newest)
            )
        }
        HealthFinding::SnapshotFailed { dir, failed } => {
            say!(
                en = "the snapshot that was due in `{dir}` was not taken ({}): {}",
                zh = "`{dir}` 中到期的快照没有保存成功（{}）：{}",
                words::time(failed.when),
                DisplayLine::of(&failed.why)
            )
        }
        HealthFinding::DrillOld { newest: None } => say!(
            en = "no drill has shown yet that a snapshot can be restored, and one should have been held long ago",
            zh = "还没有任何演练证明快照可以恢复，而演练早已到期"
        ),
        HealthFinding::DrillOld { newest: Some(newest) } => say!(
            en = "the last successful drill (it showed that a snapshot can be restored) was held {}, and the two that were due since then have not succeeded",
            zh = "最后一次证明快照可以恢复的演练在 {}，其后应有的两次都没有",
            words::time(*newest)
        ),
        HealthFinding::DrillFailed(FailedDrill { when, why, against: Against::Snapshot }) => say!(
            en = "a drill did not bring back what was saved ({}): {}",
            zh = "演练没有恢复出原来的数据（{}）：{}",
            words::time(*when),
            DisplayLine::of(why)
        ),
        HealthFinding::DrillFailed(FailedDrill { when, why, against: Against::Host }) => say!(
            en = "the drill that was due could not be held ({}): {}",
            zh = "到期的演练未能进行（{}）：{}",
            words::time(*when),
            DisplayLine::of(why)
        ),
        HealthFinding::NoRead => {
            say!(
                en = "a majority is up, and a read does not come back through it: the members \
                         do not reach each other, or are too slow",
                zh = "多数派成员已启动，但读请求没有结果：成员之间不通，或者太慢"
            )
        }
    }
}

fn no_quorum(up: &[String], down: &[String], cause: Option<&Cause>) -> String {
    let all = up.len() + down.len();
    let missing = if down.is_empty() {
        String::new()
    } else {
        say!(en = "; not up: {}", zh = "；未启动：{}", names::all(down))
    };
    let alone = if is_alone(up, down) {
        words!(
            en = "; this host hears none of them: they may be off, or serve on without it where its own network is the cause",
            zh = "；本机听不到其中任何一个：它们可能已关机；若原因在本机的网络，则可能在没有本机的情况下继续服务"
        )
    } else {
        words!(en = "", zh = "")
    };
    let cause = cause.map(|cause| format!("; {}", said(cause))).unwrap_or_default();
    say!(
        en = "no leader: {} of {all} members are up, and {} must agree{missing}{alone}{cause}",
        zh = "没有 leader：{all} 个成员中有 {} 个已启动，至少需要 {} 个达成一致{missing}{alone}{cause}",
        up.len(),
        all / 2 + 1
    )
}

/// Whether this host's member is all that is seen from here: that tells as much of its network as of the others.
fn is_alone(up: &[String], down: &[String]) -> bool {
    up.len() == 1 && !down.is_empty()
}

/// One that was started a moment ago: what the start before said is not its word.
fn begun(down: &Down) -> String {
    let before = down.words.cause.as_ref().map(|cause| {
        let said = said(cause);
        say!(en = "; its start before this one ended so: {said}", zh = "；上一次启动最终因此退出：{said}")
    });
    let (state, before) = (&down.state, before.unwrap_or_default());
    say!(
        en = "etcd runs ({state}), and does not listen yet{before}",
        zh = "etcd 正在运行（{state}），但尚未监听{before}"
    )
}

/// etcd's one line, and what it means.
pub(crate) fn why(down: &Down) -> String {
    let unknown = || match down.heard {
        Heard::Something => say!(en = "its log does not say why", zh = "其日志没有说明原因"),
        Heard::Nothing => say!(
            en = "why is not known, for nothing of its log can be read here",
            zh = "原因不明，因为本机读不到它的任何日志"
        ),
    };
    down.words.cause.as_ref().map_or_else(unknown, said)
}

fn said(cause: &Cause) -> String {
    let line = DisplayLine::of(&cause.said);
    cause.known.map_or_else(|| line.to_string(), |known| say!(en = "{line}: {}", zh = "{line}：{}", meaning(known)))
}

fn meaning(known: Known) -> Words {
    match known {
        Known::AddressInUse => words!(en = "another program has that port", zh = "该端口被其他程序占用"),
        Known::NoAddress => words!(en = "this host does not have that address now", zh = "本机目前没有该地址"),
        Known::AlreadyBootstrapped => words!(
            en = "the running cluster counts on data of this member that are not here",
            zh = "正在运行的集群指望本成员的数据，而本机没有这些数据"
        ),
        Known::ClusterId => words!(
            en = "this member's data are of another cluster than the others'",
            zh = "本成员的数据与其他成员不属于同一个集群"
        ),
        Known::Removed => words!(en = "this member was removed from the cluster", zh = "本成员已被移出集群"),
        Known::MemberList => words!(
            en = "the cluster's member list and this bundle's hosts differ",
            zh = "集群的成员列表与本安装包的主机不一致"
        ),
        Known::Unreachable => words!(en = "none of the other members answered", zh = "其他成员均无应答"),
        Known::Newer => {
            words!(en = "the cluster, or these data, are of a newer etcd", zh = "集群或这些数据来自更新版本的 etcd")
        }
        Known::Clock => {
            words!(en = "by this host's clock a certificate is not valid", zh = "按本机时间，某个证书不在有效期内")
        }
        Known::PeerCertificate => {
            words!(en = "one member does not accept another's certificate", zh = "一个成员不接受另一个成员的证书")
        }
        Known::Certificate => {
            words!(en = "etcd cannot use its certificate, its key or its CA", zh = "etcd 无法使用其证书、私钥或 CA")
        }
        Known::Permission => words!(en = "etcd's user may not do that", zh = "etcd 用户没有相应权限"),
        Known::Open => {
            words!(en = "the data directory is open to other users", zh = "数据目录对其他用户开放")
        }
        Known::ReadOnly => words!(en = "its file system is mounted read-only", zh = "其文件系统以只读方式挂载"),
        Known::DiskFull => words!(en = "its disk is full", zh = "其磁盘已满"),
        Known::Locked => words!(en = "another process has these data open", zh = "这些数据正被另一个进程打开"),
        Known::Flag => words!(
            en = "this version of etcd does not take that flag or value",
            zh = "此版本的 etcd 不接受该参数或该取值"
        ),
        Known::Damaged => words!(en = "this member's data are damaged", zh = "本成员的数据已损坏"),
        Known::NoProgram => words!(en = "the program itself could not be started", zh = "程序本身无法启动"),
        Known::NoUser => {
            words!(en = "etcd's user, or its group, is not on this host any more", zh = "本机上已没有 etcd 的用户或组")
        }
        Known::Killed => words!(
            en = "a person, a program or, for want of memory, the kernel killed it",
            zh = "它被人、某个程序或因内存不足被内核杀死"
        ),
        Known::DiskAway => {
            words!(en = "the member's data or its log are not there", zh = "本成员的数据或其日志不在原处")
        }
    }
}

/// Drops old revisions, and then the alarm that stands for want of room.
pub(super) fn room_in_the_quota(etcd: EtcdVersion) -> Help {
    let api = api(etcd);
    Help::command(format!(
                "{api}etcdctl compact \"$({api}etcdctl endpoint status -w json | grep -o '\"revision\":[0-9]*' | head -n 1 | cut -d: -f2)\"; \
                 {api}etcdctl defrag; {api}etcdctl alarm disarm"
            ))
            .remark(
                &words!(en = "drops old revisions of keys; etcdctl defrag on every member, one after \
                         the other, before the alarm is disarmed; where that frees too little: a \
                         larger quota-backend-bytes in cluster.toml", zh = "会丢弃各个键的旧版本；在解除告警之前，逐个成员运行 etcdctl \
                                  defrag；若释放的空间仍不够：在 cluster.toml 中调大 \
                                  quota-backend-bytes"),
            )
}

pub(super) fn help(found: &HealthFinding) -> Help {
    match found {
        HealthFinding::Alarm { kind: AlarmKind::NoSpace, etcd, .. } => room_in_the_quota(*etcd),
        HealthFinding::Alarm { etcd, .. } => {
            Help::command(format!("{}etcdctl alarm list", api(*etcd))).remark(&words!(
                en = "leave the alarm in place; a member whose data differ is removed and joins \
                         anew: docs/checks.md, `alarm`",
                zh = "不要解除告警；数据不同的成员须移除后重新加入：docs/checks.md，`alarm`"
            ))
        }
        HealthFinding::Down(down) if down.is_anew() => Help::host("status").remark(&words!(
            en = "in some seconds: by then it listens, or has ended and says why",
            zh = "几秒之后再运行：届时它已开始监听，或已退出并说明原因"
        )),
        HealthFinding::Down(down) => resting::help(down, || what_to_do(down)),
        HealthFinding::Certificate(broken) => certificate::help(broken),
        HealthFinding::Suspended { pids } => resting::going_on(pids),
        HealthFinding::Unmanaged(unmanaged) => resting::taken_back(unmanaged),
        HealthFinding::NoQuorum {
            cause: Some(Cause { known: Some(Known::Clock | Known::PeerCertificate), .. }),
            ..
        } => Help::host("doctor").remark(&words!(
            en = "on every member: it looks at the certificate, the CA and the clock; for a \
                     host where one is wrong: etcdpack build, and carry its new file there",
            zh = "在每个成员上运行：它会检查证书、CA 和时钟；若某台主机有误：运行 etcdpack \
                     build，再把该主机的新文件带过去"
        )),
        HealthFinding::NoQuorum { cause: Some(_), .. } => Help::command("etcdctl member list").remark(&words!(
            en = "on each of the others: whether this one is among them",
            zh = "在其他成员上分别运行：看本成员是否在列表中"
        )),
        HealthFinding::NoQuorum { up, down, .. } if is_alone(up, down) => Help::host("doctor").remark(&say!(
            en = "here: the way to the others (cable, address, firewall); etcdpack-host status on {}: whether they serve, and what keeps etcd down there",
            zh = "在本机运行：检查到其他成员的通路（网线、地址、防火墙）；在 {} 上运行 etcdpack-host status：看它们是否在提供服务，以及 etcd 为何没有启动",
            names::all(down)
        )),
        HealthFinding::NoQuorum { down, .. } if !down.is_empty() => Help::host("status").remark(&say!(
            en = "on {}: what keeps etcd down there",
            zh = "在 {} 上运行：查明那里的 etcd 为何没有启动",
            names::all(down)
        )),
        HealthFinding::NotAtBoot { unit, off: Off::Disabled } => Help::command(format!("systemctl enable {unit}")),
        HealthFinding::NotAtBoot { unit, off: Off::Masked } => {
            Help::command(format!("systemctl unmask {unit} && systemctl enable {unit}"))
        }
        HealthFinding::NotAtBoot { off: Off::NotFound, .. } => Help::run("install"),
        HealthFinding::DrillFailed(FailedDrill { against: Against::Snapshot, .. }) => {
            Help::host("snapshot").and(Help::plain("; ")).and(Help::host_with("drill", "FILE")).remark(&words!(
                en = "of a new snapshot: whether that comes back; keep those that lie there",
                zh = "对新的快照：看它能否恢复；已有的快照都要保留"
            ))
        }
        HealthFinding::DrillOld { .. } | HealthFinding::DrillFailed(_) => Help::host_with("snapshot", "--timed")
            .remark(&words!(
                en = "holds one if it is due, and says why it cannot",
                zh = "到期时进行一次，不能进行时说明原因"
            )),
        HealthFinding::SnapshotOld { .. } | HealthFinding::SnapshotFailed { .. } => {
            Help::host_with("snapshot", "--timed").remark(&words!(
                en = "takes one if it is due, and says why it cannot",
                zh = "到期时保存一个，不能保存时说明原因"
            ))
        }
        HealthFinding::NoQuorum { .. } | HealthFinding::NoRead => Help::host("status").remark(&words!(
            en = "on each of the others; network between them, disks, clocks",
            zh = "在其他成员上分别运行；并检查成员之间的网络、磁盘和时钟"
        )),
    }
}

/// Likewise after an install, which is taken back or not on record.
pub(crate) fn help_after_start(down: &Down) -> Help {
    match down.words.cause {
        Some(Cause { known: Some(_), .. }) => what_to_do(down)
            .and(Help::plain(words!(en = "; then the same command again", zh = "；然后重新运行同一命令"))),
        _ => help::when_the_cause_is_gone(),
    }
}

/// What to type about the cause.
fn what_to_do(down: &Down) -> Help {
    let known = down.words.cause.as_ref().and_then(|cause| cause.known);
    if let (Some(overridden), Log::Journal { unit }) = (&down.overridden, &down.log)
        && matches!(
            known,
            Some(Known::Permission | Known::NoProgram | Known::NoUser | Known::Flag | Known::DiskAway) | None
        )
    {
        return as_installed(unit, overridden);
    }
    let Some(Cause { said, known: Some(known) }) = &down.words.cause else { return log(down) };
    let places = places(down).join(" ");
    match known {
        Known::AddressInUse => match port(said) {
            Some(port) => Help::command(format!("ss -ltnp 'sport = :{port}'"))
                .remark(&words!(en = "shows whose it is: stop that", zh = "查出占用者，并将其停止")),
            None => Help::command("ss -ltnp")
                .remark(&words!(en = "shows who listens: stop that program", zh = "查出监听者，并将其停止")),
        },
        Known::NoAddress => Help::command("ip address show"),
        Known::AlreadyBootstrapped | Known::Removed => members(down).remark(&JOIN_ANEW),
        Known::ClusterId => members(down).remark(&words!(
            en = "here and on each of the others: the ids show which is which",
            zh = "在本机和其他成员上分别运行：从 id 可看出归属"
        )),
        Known::MemberList => members(down).remark(&words!(
            en = "on a living member: the hosts of cluster.toml must be these",
            zh = "在正常的成员上运行：cluster.toml 中的主机必须与之一致"
        )),
        Known::Unreachable => Help::host("status").remark(&words!(
            en = "on the others: a majority must be up first",
            zh = "在其他成员上运行：必须先有多数派启动"
        )),
        Known::Newer => members(down).remark(&words!(
            en = "on a living member; build with the version that runs there",
            zh = "在正常的成员上运行；用那里运行的版本重新制作安装包"
        )),
        Known::Clock => Help::command("date -u").remark(&words!(
            en = "set the clock; the certificates' dates: etcdpack pki show, where they were made",
            zh = "校正时钟；证书的日期：在签发证书的机器上运行 etcdpack pki show"
        )),
        Known::PeerCertificate | Known::Certificate => Help::command("etcdpack pki show").remark(&words!(
            en = "on the connected machine; then etcdpack build, and carry the new file here",
            zh = "在联网机器上运行；然后 etcdpack build，再把新文件带到本机"
        )),
        Known::Permission => {
            let user = &down.user;
            Help::in_tree(format!("namei -l {places}; find {places} ! -user {user} -ls")).remark(&say!(
                en = "the way there, and what is not etcd's: chown -R {user}:{user} {places}",
                zh = "显示路径上的权限，以及不属于 etcd 的文件：chown -R {user}:{user} {places}"
            ))
        }
        Known::Open => Help::command(format!("chmod 0700 {places}")),
        Known::ReadOnly => {
            let remount =
                |place: &AbsPath| Help::in_tree(format!("mount -o remount,rw $(findmnt -n -o TARGET -T {place})"));
            let both =
                down.wal.iter().fold(remount(&down.data), |line, wal| line.and(Help::plain("; ")).and(remount(wal)));
            both.remark(&words!(
                en = "where that fails, or it happened by itself, the disk may be failing: dmesg | tail",
                zh = "若命令失败，或只读是自行发生的，磁盘可能出了故障：dmesg | tail"
            ))
        }
        Known::DiskFull => Help::in_tree(format!("df -h {places}; df -i {places}")),
        Known::Locked => Help::command("ps -C etcd -o pid,user,lstart,args"),
        Known::Flag => Help::command("etcdpack build").remark(&words!(
            en = "on the connected machine, once the flag is mended in cluster.toml",
            zh = "在 cluster.toml 中改正该参数之后，在联网机器上运行"
        )),
        Known::Damaged if down.company == Company::Others => members(down).remark(&JOIN_ANEW),
        Known::Damaged => {
            Help::command(each(down, |place| format!("cp -a {place} {place}.damaged"), " && ")).remark(&words!(
                en = "it is the only member: keep that copy; then, with this host's bundle and the last snapshot: \
                     ./HOST.run restore FILE",
                zh = "这是唯一的成员：保留该副本；然后使用本机的安装包和最近的快照：./HOST.run restore FILE"
            ))
        }
        Known::NoProgram => {
            let link = &down.link;
            Help::in_tree(format!("namei -l {link}/{} {link}/etcd", render::STARTUP)).remark(&words!(
                en = "directories on the way must be open to all: chmod 0755; what an install made, it makes again: \
                         ./HOST.run install",
                zh = "路径上的目录须对所有用户开放：chmod 0755；安装时生成的内容可重新生成：./HOST.run install"
            ))
        }
        Known::NoUser => Help::run("install").remark(&words!(
            en = "the bundle that is installed here: it makes the user again, and what was its own",
            zh = "使用本机已安装的那个安装包：会重新创建该用户，并恢复其文件的属主"
        )),
        Known::Killed => Help::command("dmesg -T | grep -iE 'out of memory|killed process'").remark(&words!(
            en = "shows whom the kernel killed; where it shows nothing, somebody did",
            zh = "显示被内核杀死的进程；若没有输出，则是人或程序所为"
        )),
        Known::DiskAway => Help::in_tree(each(down, |place| format!("findmnt -T {place}"), "; ")).remark(&words!(
            en = "mount what is missing, and start the service; where it is lost, this member has \
                     lost its data: docs/checks.md, `data-gone`",
            zh = "挂载缺少的磁盘，再启动服务；若磁盘已丢失，本成员的数据也就丢失了：docs/checks.md，`data-gone`"
        )),
    }
}

fn places(down: &Down) -> Vec<&str> {
    std::iter::once(&down.data).chain(&down.wal).map(AbsPath::as_str).collect()
}

/// One command for each place.
fn each(down: &Down, command: impl Fn(&str) -> String, between: &str) -> String {
    places(down).into_iter().map(command).collect::<Vec<_>>().join(between)
}

fn members(down: &Down) -> Help {
    Help::command(format!("{}etcdctl member list", api(down.etcd)))
}

/// What files and users have to do with it is not known: it does not run as it was installed.
fn as_installed(unit: &str, Override { file, key }: &Override) -> Help {
    Help::in_tree(format!("systemctl cat {unit}")).remark(&say!(
        en = "`{file}` sets `{key}=`: take that out, then systemctl daemon-reload && systemctl restart {unit}",
        zh = "`{file}` 设置了 `{key}=`：删除该设置，然后 systemctl daemon-reload && systemctl restart {unit}"
    ))
}

/// Where all of the log is.
fn log(down: &Down) -> Help {
    match &down.log {
        Log::Journal { unit } if down.heard == Heard::Nothing => {
            Help::in_tree(format!("systemctl status --no-pager -l systemd-journald {unit}")).remark(&say!(
                en = "where no journal is kept, start it, and etcd with it: systemctl start systemd-journald && systemctl restart {unit}",
                zh = "若没有记录日志，先启动 journald，再启动 etcd：systemctl start systemd-journald && systemctl restart {unit}"
            ))
        }
        Log::File(path) if down.heard == Heard::Nothing => Help::in_tree(format!("ls -ld {path}; tail -n 200 {path}")),
        Log::Journal { unit } => Help::in_tree(format!("journalctl -u {unit} -n 200 --no-pager")),
        Log::File(path) => Help::in_tree(format!("tail -n 200 {path}")),
    }
}

/// The port in `listen tcp 10.0.0.1:2380: bind: ...`.
fn port(said: &str) -> Option<u16> {
    let (before, _) = said.split_once(": bind:")?;
    before.rsplit_once(':')?.1.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_read_from_what_the_kernel_said() {
        assert_eq!(port("listen tcp 10.0.0.1:2380: bind: address already in use"), Some(2380));
        assert_eq!(port("listen tcp [fd00::1]:2379: bind: address already in use"), Some(2379));
        assert_eq!(port("bind: address already in use"), None);
    }
}
