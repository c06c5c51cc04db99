//! What has systemd take snapshots by and by: a service that takes one if one is due, and a timer that starts it again and again.
//!
//! The timer counts the time that passes, and asks no clock: `etcdpack-host` decides by the clock and by what lies there whether one is
//! due, so that a clock that is set neither skips snapshots for ever nor floods the disk with them. Holds on systemd 219 as on the newest.

use crate::name::{ClusterName, MemberName};
use crate::path::AbsPath;

/// How often it is looked, in seconds, between these: a snapshot comes at most a quarter of an hour late.
const LOOKS: (u64, u64) = (60, 900);

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
    let (least, most) = LOOKS;
    format!(
        "# Made by etcdpack.\n\
         [Unit]\n\
         Description=looks whether a snapshot of etcd is due (member {member} of cluster {cluster})\n\
         \n\
         [Timer]\n\
         OnActiveSec=60s\n\
         OnUnitInactiveSec={looks}s\n\
         AccuracySec=15s\n\
         \n\
         [Install]\n\
         WantedBy=timers.target\n",
        looks = (every_seconds / 24).clamp(least, most),
    )
}
