//! The words about a supervisord that runs and takes no order, and what to type about it.

use payload::{say, words};

use crate::facts::managers::{Silence, Silent};
use crate::help::Help;
use crate::supervision::Supervisor;

pub(in crate::text) fn text(Silent { pid, why }: Silent) -> String {
    match why {
        Silence::Ends => say!(
            en = "supervisord (process {pid}) was told to end, and waits for its programs to end: it takes no order any more",
            zh = "supervisord（进程 {pid}）已被要求退出，正在等待它的程序结束：不再接受任何命令"
        ),
        Silence::Suspended => say!(
            en = "supervisord (process {pid}) is suspended: it answers nobody",
            zh = "supervisord（进程 {pid}）被挂起：不应答任何人"
        ),
        Silence::Deaf => say!(
            en = "supervisord (process {pid}) runs, and does not answer at its socket, of which the file may have been removed: \
                     it cannot be told anything",
            zh = "supervisord（进程 {pid}）正在运行，但其套接字没有应答，套接字文件可能已被删除：无法向它下达任何命令"
        ),
    }
}

/// It ends its programs before it ends, etcd too, and a new one starts them again: nothing is killed by hand.
pub(in crate::text) fn help(Silent { pid, why }: Silent, Supervisor { daemon, conf, unit, .. }: &Supervisor) -> Help {
    let restarted = match (why, unit) {
        (Silence::Suspended, _) => return Help::command(format!("kill -CONT {pid}")),
        (Silence::Ends | Silence::Deaf, Some(unit)) => Help::command(format!("systemctl restart {unit}")),
        (Silence::Ends, None) => ended(pid),
        (Silence::Deaf, None) => Help::command(format!("kill {pid}; ")).and(ended(pid)),
    };
    let begun = match unit {
        Some(_) => restarted,
        None => restarted.and(Help::command(format!("; {daemon} -c {conf}"))),
    };
    begun.remark(&words!(
        en = "it ends with all its programs, and is started again with them, etcd too: one host at a time, while the other members are up",
        zh = "它会连同其所有程序一起退出并重新启动，etcd 也不例外：每次只操作一台主机，且其他成员均正常"
    ))
}

/// Waits for that.
fn ended(pid: u32) -> Help {
    Help::command(format!("while kill -0 {pid} 2>/dev/null; do sleep 1; done"))
}
