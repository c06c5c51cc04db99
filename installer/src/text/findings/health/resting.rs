//! The words of findings about an etcd and its service manager: it leaves etcd stopped, does not have it, or etcd is paused.

use payload::{say, words};

use crate::facts::health::{Down, Rest, Unmanaged};
use crate::help::Help;
use crate::restart;
use crate::supervision::{Supervision, Supervisor};
use crate::text::pids::pids as typed;
use crate::text::supervisord;

/// One that is as its service manager was told to have it.
pub(super) fn rests(down: &Down) -> String {
    let (supervision, state) = (&down.supervision, &down.state);
    match down.rest {
        Rest::Masked => say!(
            en = "etcd is stopped, and its unit is masked: {supervision} does not start it",
            zh = "etcd 已停止，且其 unit 已被屏蔽（masked）：{supervision} 不会启动它"
        ),
        Rest::Unknown => say!(
            en = "etcd does not run: {supervision} does not know it any more",
            zh = "etcd 未运行：{supervision} 中已没有它的定义"
        ),
        Rest::NoManager => say!(
            en = "etcd does not run: supervisord, which is to keep it running, does not answer",
            zh = "etcd 未运行：负责管理它的 supervisord 没有应答"
        ),
        Rest::Silent(silent) => {
            let silent = supervisord::text(silent);
            say!(en = "etcd does not run: {silent}", zh = "etcd 未运行：{silent}")
        }
        Rest::Stopped | Rest::None | Rest::Ended => say!(
            en = "etcd is stopped: {supervision} has it as {state}, and starts it when told to or when this host boots",
            zh = "etcd 已停止：它在 {supervision} 中的状态为 {state}，手动启动或本机重启之后才会运行"
        ),
    }
}

pub(super) fn suspended(pids: &[u32]) -> String {
    say!(
        en = "etcd is suspended (process {}): it holds its ports and answers nobody",
        zh = "etcd 被挂起（进程 {}）：它占着端口，但不应答任何人",
        typed(pids)
    )
}

pub(super) fn going_on(pids: &[u32]) -> Help {
    Help::command(format!("kill -CONT {}", typed(pids)))
}

pub(super) fn unmanaged(Unmanaged { pids, supervision, state, silent }: &Unmanaged) -> String {
    if let Some(silent) = silent {
        let (pids, silent) = (typed(pids), supervisord::text(*silent));
        return say!(en = "etcd runs (process {pids}), and {silent}", zh = "etcd 正在运行（进程 {pids}），但 {silent}");
    }
    say!(
        en =
            "etcd runs (process {}), and {supervision} does not have it ({state}): nobody starts it again when it ends",
        zh = "etcd 正在运行（进程 {}），但 {supervision} 没有管理它（{state}）：它退出后不会有人重新启动它",
        typed(pids)
    )
}

/// What to type about one that does not run; `about_the_cause` where that is in its log.
pub(super) fn help(down: &Down, about_the_cause: impl FnOnce() -> Help) -> Help {
    match (down.rest, &down.supervision) {
        (Rest::None, _) => about_the_cause(),
        (Rest::Stopped, supervision) => restart::starting(supervision)
            .remark(&words!(en = "unless somebody has stopped it on purpose", zh = "除非有人有意将其停止")),
        (Rest::Masked, Supervision::Systemd { unit }) => {
            Help::command(format!("systemctl unmask {unit} && systemctl start {unit}"))
        }
        (Rest::NoManager, Supervision::Supervisor(supervisor)) => starting_supervisord(supervisor),
        (Rest::Silent(silent), Supervision::Supervisor(supervisor)) => supervisord::help(silent, supervisor),
        (Rest::Unknown, Supervision::Supervisor(supervisor)) => restart::rereading(supervisor).remark(&words!(
            en = "it reads its configuration again; where etcd's section is gone: ./HOST.run install",
            zh = "重新读取配置；若 etcd 的配置段已丢失：./HOST.run install"
        )),
        (Rest::Ended, supervision) => {
            let then = Help::plain(words!(en = "; then: ", zh = "；然后："));
            about_the_cause().and(then).and(restart::starting(supervision))
        }
        (Rest::Masked | Rest::NoManager | Rest::Silent(_) | Rest::Unknown, _) => Help::run("install"),
    }
}

/// One that runs alone cannot be taken over: it holds its ports, and its data.
pub(super) fn taken_back(Unmanaged { pids, supervision, silent, .. }: &Unmanaged) -> Help {
    // That one has it.
    if let (Some(silent), Supervision::Supervisor(supervisor)) = (silent, supervision) {
        return supervisord::help(*silent, supervisor);
    }
    let starts = match supervision {
        Supervision::Systemd { unit } | Supervision::Supervisor(Supervisor { unit: Some(unit), .. }) => {
            Help::command(format!("systemctl restart {unit}"))
        }
        Supervision::Supervisor(supervisor) => starting_supervisord(supervisor),
    };
    Help::command(format!("kill {}; ", typed(pids))).and(starts).remark(&words!(
        en = "restarts etcd: one host at a time, while the other members are up",
        zh = "会重启 etcd：每次只操作一台主机，且其他成员均正常"
    ))
}

fn starting_supervisord(Supervisor { daemon, conf, unit, .. }: &Supervisor) -> Help {
    match unit {
        Some(unit) => Help::command(format!("systemctl start {unit}; systemctl status {unit}")),
        None => Help::command(format!("{daemon} -c {conf}")),
    }
}
