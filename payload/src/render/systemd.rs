//! The systemd unit. Only directives that systemd 219 (RHEL 7) knows; newer ones accept them all.

use super::{OPEN_FILES, Places};
use crate::cluster::{Cluster, Host};
use crate::path::{AbsPath, NotAPath};

/// The unit of `host`'s member.
///
/// `Type=simple`: etcd reports readiness only when it sees a quorum, and the first host of three has none.
/// `Restart=on-failure`: a removed member exits 0 and must stay down; a killed one comes back.
pub fn unit(cluster: &Cluster, host: &Host) -> Result<String, NotAPath> {
    let Places { link, startup, .. } = Places::of(cluster)?;
    let user = &cluster.etcd.user;
    Ok(format!(
        "# Made by etcdpack.\n\
         [Unit]\n\
         Description=etcd member {member} of cluster {name}\n\
         Documentation=https://etcd.io/docs/\n\
         After=network-online.target local-fs.target time-sync.target\n\
         Wants=network-online.target\n\
         \n\
         [Service]\n\
         Type=simple\n\
         User={user}\n\
         Group={user}\n\
         WorkingDirectory={link}\n\
         ExecStart={startup}\n\
         Restart=on-failure\n\
         RestartSec=5s\n\
         TimeoutStopSec={stop}s\n\
         LimitNOFILE={OPEN_FILES}\n\
         UMask=0077\n\
         OOMScoreAdjust=-900\n\
         CapabilityBoundingSet=\n\
         NoNewPrivileges=yes\n\
         PrivateDevices=yes\n\
         PrivateTmp=yes\n\
         {protect_home}\
         ProtectSystem=full\n\
         RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK\n\
         SystemCallArchitectures=native\n\
         \n\
         [Install]\n\
         WantedBy=multi-user.target\n",
        member = host.member,
        name = cluster.name,
        stop = cluster.etcd.stop_seconds(),
        protect_home = if homeless(cluster) { "ProtectHome=yes\n" } else { "" },
    ))
}

/// Whether nothing of ours lies where `ProtectHome=` would hide it.
fn homeless(cluster: &Cluster) -> bool {
    let at_home = |path: &AbsPath| ["/home", "/root"].iter().any(|home| path.as_path().starts_with(home));
    ![&cluster.paths.opt, &cluster.paths.data].into_iter().any(at_home)
}
