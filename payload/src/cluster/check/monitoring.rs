//! `[monitoring]`: what hosts tell whoever watches them.

use crate::backup::Backup;
use crate::cluster::file::MonitoringSection;
use crate::cluster::findings::Findings;
use crate::cluster::{Host, Paths};
use crate::path::AbsPath;
use crate::{say, words};

/// The directory of `node_exporter`'s textfile collector.
pub(super) fn textfile(
    findings: &mut Findings,
    section: Option<MonitoringSection>,
    backup: Option<&Backup>,
    (paths, hosts): (&Paths, &[Host]),
) -> Option<AbsPath> {
    let textfile = section?.textfile;
    let (at, dir) = (textfile.span(), textfile.into_inner());
    if let Some(other) = paths.bars_snapshots(&dir, hosts.iter().filter_map(|host| host.wal.as_ref())) {
        let text = say!(
            en = "no collector reads in `{dir}`: `{other}` is the system's or etcd's own",
            zh = "采集程序不会从 `{dir}` 读取：`{other}` 属于系统或 etcd 自身"
        );
        findings.fault_with_help(&at, text, EXAMPLE);
    }
    if backup.is_none() {
        let text = words!(
            en = "`textfile` tells of snapshots that hosts take by themselves, and this file has no `[backup]`",
            zh = "`textfile` 给出主机自动保存的快照的指标，而此文件没有 `[backup]`"
        );
        let help = words!(
            en = "write `[backup]` on a line of its own, and below it: every = \"6h\"",
            zh = "单独一行写 `[backup]`，下一行写 every = \"6h\""
        );
        findings.fault_with_help(&at, text, help);
    }
    Some(dir)
}

const EXAMPLE: &str = "textfile = \"/var/lib/node_exporter/textfile_collector\"";
