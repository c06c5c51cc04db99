//! The words of findings about etcds that run here.

use std::collections::BTreeSet;

use payload::language::Words;
use payload::line::DisplayLine;
use payload::{say, words};

use crate::facts::etcd::Process;
use crate::finding::EtcdFinding;
use crate::help::Help;
use crate::restart;
use crate::text::names;
use crate::text::pids::pids as typed;

const ONE_AT_A_TIME: Words =
    words!(en = "one host at a time, while the other members are up", zh = "每次只操作一台主机，且其他成员均正常");

pub(super) fn text(found: &EtcdFinding) -> String {
    match found {
        EtcdFinding::Running { pid, exe } => {
            say!(
                en = "an etcd that etcdpack did not install runs here: process {pid} ({exe})",
                zh = "本机有一个不是由 etcdpack 安装的 etcd 在运行：进程 {pid}（{exe}）"
            )
        }
        EtcdFinding::ByHand { process } => by_hand(process),
        EtcdFinding::Unmanaged { pids } => {
            say!(
                en = "etcd still runs (process {}), and its service manager does not have it, or does not answer",
                zh = "etcd 仍在运行（进程 {}），但其服务管理器没有管理它，或没有应答",
                typed(pids)
            )
        }
        EtcdFinding::RestartPending { parts, .. } => {
            say!(
                en = "etcd was not restarted; these take effect only at its next restart: {}",
                zh = "etcd 未重启；以下内容要到下次重启才生效：{}",
                names::parts(parts)
            )
        }
        EtcdFinding::CertificateNotServed { .. } => {
            say!(
                en = "etcd's peer port still shows another certificate than the installed one: \
                         etcd takes the new one only at a restart",
                zh = "etcd 的成员间端口仍在使用旧证书，与已安装的不同：etcd 重启后才会使用新证书"
            )
        }
    }
}

fn by_hand(process: &Process) -> String {
    let Process { pid, exe, under, name, data, log, identity } = process;
    let plain = |text: &Option<String>| text.as_deref().map(|text| DisplayLine::of(text).to_string());
    let name = plain(name).map(|name| say!(en = " as `{name}`", zh = "，名称为 `{name}`")).unwrap_or_default();
    let data =
        plain(data).map(|data| say!(en = ", with its data in `{data}`", zh = "，数据在 `{data}`")).unwrap_or_default();
    let log = plain(log).map(|log| say!(en = " and its log in `{log}`", zh = "，日志在 `{log}`")).unwrap_or_default();
    let whose = identity
        .map(|identity| say!(en = ", which are those of {identity}", zh = "，数据属于{identity}"))
        .unwrap_or_default();
    say!(
        en = "an etcd that was set up by hand runs here at this bundle's places{name}: process \
                 {pid} ({exe}) under {}{data}{log}{whose}. etcdpack cannot take it over yet, and \
                 changes nothing; it may go on running, and nothing of it is to be moved or \
                 removed",
        zh = "本机有一个手工部署的 etcd，正在本安装包的位置上运行{name}：进程 {pid}（{exe}），\
                 由 {} 管理{data}{log}{whose}。etcdpack 目前还不能接管它，未做任何更改；它可以继续运行，\
                 请不要移动或删除它的任何内容",
        DisplayLine::of(under)
    )
}

pub(super) fn help(found: &EtcdFinding) -> Help {
    match found {
        EtcdFinding::ByHand { process } => Help::command(format!("systemctl status {}", process.pid)).remark(&words!(
            en = "looks only; leave it as it runs, until a version of etcdpack can take it over",
            zh = "此命令只查看；在 etcdpack 的某个版本能够接管之前，让它照常运行"
        )),
        EtcdFinding::Running { pid, .. } => Help::command(format!("systemctl status {pid}")),
        // Whoever keeps it running would only start it again, and nobody has asked whether the cluster goes on without it.
        EtcdFinding::Unmanaged { pids } => Help::command(format!("systemctl status {}", typed(pids))).remark(&words!(
            en = "looks only, and says who keeps it running: have that stop it, then uninstall",
            zh = "此命令只查看，并说明由谁保持其运行：请由它停止 etcd，然后再卸载"
        )),
        // By hand nobody else is asked whether the cluster goes on meanwhile.
        EtcdFinding::RestartPending { parts, supervision } => {
            restart::command(supervision, parts).remark(&ONE_AT_A_TIME)
        }
        EtcdFinding::CertificateNotServed { supervision } => {
            restart::command(supervision, &BTreeSet::new()).remark(&ONE_AT_A_TIME)
        }
    }
}
