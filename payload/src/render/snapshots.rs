//! What takes snapshots by and by. Under systemd: a service that takes one if one is due, and a timer that starts it again and again. Where
//! supervisor runs without systemd: a program that does both.
//!
//! Timer and program count the time that passes, and ask no clock: `etcdpack-host` decides by the clock and by what lies there whether one is
//! due, so that a clock that is set neither skips snapshots for ever nor floods the disk with them. Holds on systemd 219 as on the newest.

use super::startup::PATH;
use crate::name::{ClusterName, MemberName};
use crate::path::AbsPath;

/// How often it is looked, in seconds, between these: a snapshot comes at most a quarter of an hour late.
const LOOKS: (u64, u64) = (60, 900);

/// When it is looked first, after the start of what looks, in seconds.
const FIRST: u64 = 60;

/// The unit that takes one; `program` is our own.
#[must_use]
pub fn snapshot_service(cluster: &ClusterName, member: &MemberName, program: &AbsPath) -> String {
    format!(
        "# Made by etcdpack.\n\
         [Unit]\n\
         Description=snapshot of etcd by member {member} of cluster {cluster}, if one is due\n\
         \n\
         [Service]\n\
         Type=oneshot\n\
         ExecStart={program} snapshot --timed --quiet\n\
         UMask=0077\n\
         Nice=19\n\
         IOSchedulingClass=best-effort\n\
         IOSchedulingPriority=7\n"
    )
}

/// The unit that starts that one.
#[must_use]
pub fn snapshot_timer(cluster: &ClusterName, member: &MemberName, every_seconds: u64) -> String {
    format!(
        "# Made by etcdpack.\n\
         [Unit]\n\
         Description=looks whether a snapshot of etcd is due (member {member} of cluster {cluster})\n\
         \n\
         [Timer]\n\
         OnActiveSec={FIRST}s\n\
         OnUnitInactiveSec={looks}s\n\
         AccuracySec=15s\n\
         \n\
         [Install]\n\
         WantedBy=timers.target\n",
        looks = looks(every_seconds),
    )
}

/// How long after a look the next one is, in seconds.
fn looks(every_seconds: u64) -> u64 {
    let (least, most) = LOOKS;
    (every_seconds / 24).clamp(least, most)
}

/// The program `name` of supervisor's that looks and takes, again and again; `program` is our own.
///
/// Each look is a process of its own: of the program that is installed then, and with nothing that an earlier one has left. A loop
/// that its supervisord has left behind ends, as one does whose program is gone. supervisord takes ` ;` for a comment.
#[must_use]
pub fn snapshot_loop(
    cluster: &ClusterName,
    name: &str,
    program: &AbsPath,
    every_seconds: u64,
    logs: &AbsPath,
) -> String {
    format!(
        "; Made by etcdpack for cluster {cluster}.\n\
         [program:{name}]\n\
         command=/bin/sh -c 'PATH={PATH}; sleep {FIRST}; while kill -0 $PPID && test -x {program}; do \
         {program} snapshot --timed --quiet; sleep {looks}; done'\n\
         directory=/\n\
         autostart=true\n\
         autorestart=true\n\
         stopasgroup=true\n\
         killasgroup=true\n\
         user=root\n\
         umask=077\n\
         redirect_stderr=true\n\
         stdout_logfile={logs}/snapshot.log\n\
         stdout_logfile_maxbytes=1MB\n\
         stdout_logfile_backups=1\n",
        looks = looks(every_seconds),
    )
}
