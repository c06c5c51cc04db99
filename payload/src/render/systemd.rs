//! The systemd unit: what etcd runs with, and all that it is kept from.
//!
//! Must hold on systemd 219 (RHEL 7) as on the newest. 219 passes over a directive that it does not know, but an unknown
//! *value* may empty a list, and an empty list of what is allowed allows nothing. So lists say what is denied, system
//! calls have their own names (groups such as `@clock` came with 231), and an old word stands before the new one that
//! replaces it: `ProtectSystem=full` before `strict` (232), `ReadWriteDirectories=` beside `ReadWritePaths=` (231).

use super::{OPEN_FILES, Places};
use crate::cluster::{Cluster, Host};
use crate::path::{AbsPath, NotAPath};

/// System calls that etcd has no use for, one line of the unit each, by what they do. Those that a processor does not
/// have are passed over. The names are those of `systemd-analyze syscall-filter` of systemd 252, as far as libseccomp
/// 2.5 knows them.
const DENIED: [&str; 11] = [
    // Owners of files, and users.
    "chown chown32 fchown fchown32 fchownat lchown lchown32",
    "capset setfsuid setfsuid32 setgroups setgroups32 setresuid setresuid32 setreuid setreuid32 setuid setuid32",
    // The clock.
    "adjtimex clock_adjtime clock_adjtime64 clock_settime clock_settime64 settimeofday stime",
    // The kernel: modules, another kernel, its own names.
    "delete_module finit_module init_module kexec_file_load kexec_load reboot sethostname setdomainname",
    // Mounts and other roots.
    "chroot fsconfig fsmount fsopen fspick mount mount_setattr move_mount open_tree pivot_root umount umount2 open_by_handle_at",
    "acct fanotify_init fanotify_mark nfsservctl quotactl quotactl_fd swapoff swapon vhangup",
    // Other processes, and what the kernel measures.
    "bpf lookup_dcookie perf_event_open pidfd_getfd process_vm_readv process_vm_writev ptrace rtas s390_runtime_instr sys_debug_setcontext userfaultfd",
    // Ports and processors.
    "ioperm iopl modify_ldt pciconfig_iobase pciconfig_read pciconfig_write s390_pci_mmio_read s390_pci_mmio_write subpage_prot switch_endian vm86 vm86old",
    // Priorities, memory and limits: etcd is given those before it starts.
    "ioprio_set mbind migrate_pages move_pages nice sched_setaffinity sched_setattr sched_setparam sched_setscheduler set_mempolicy set_mempolicy_home_node setpriority setrlimit",
    // Keys in the kernel, and the way around this list.
    "add_key keyctl request_key io_uring_enter io_uring_register io_uring_setup",
    // What no program has used for decades.
    "_sysctl afs_syscall bdflush break create_module ftime get_kernel_syms getpmsg gtty idle lock mpx prof profil putpmsg query_module security sgetmask ssetmask stty sysfs tuxcall ulimit uselib ustat vserver",
];

/// What etcd is kept from, but for what depends on where things lie.
const CONFINED: &str = "\
UMask=0077
CapabilityBoundingSet=
NoNewPrivileges=yes
KeyringMode=private
LockPersonality=yes
MemoryDenyWriteExecute=yes
PrivateDevices=yes
PrivateMounts=yes
PrivateTmp=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
RemoveIPC=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallErrorNumber=EPERM
";

/// The unit of `host`'s member.
///
/// `Type=simple`: etcd reports readiness only when it sees a quorum, and the first host of three has none.
/// `Restart=on-failure`: a removed member exits 0 and must stay down; a killed one comes back.
///
/// Of what systemd offers, two things are left out on purpose: `ProcSubset=pid` hides `/proc/stat` and
/// `/proc/sys/net/core/somaxconn`, from which etcd has its start time in `/metrics` and its backlog; `PrivateUsers=`
/// fails where the kernel has no user namespaces, as RHEL 7 has it.
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
         {mounts}\
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
         OOMScoreAdjust=-900\n\
         \n\
         # What etcd is kept from. Lines that an old systemd does not know are passed over.\n\
         {CONFINED}\
         {protect_home}\
         ProtectSystem=full\n\
         ProtectSystem=strict\n\
         ReadWriteDirectories={written}\n\
         ReadWritePaths={written}\n\
         # Directories for everybody, which `strict` leaves open.\n\
         InaccessibleDirectories=-/dev/shm -/dev/mqueue\n\
         InaccessiblePaths=-/dev/shm -/dev/mqueue\n\
         ReadOnlyDirectories=-/run/lock\n\
         ReadOnlyPaths=-/run/lock\n\
         {denied}\
         \n\
         [Install]\n\
         WantedBy=multi-user.target\n",
        member = host.member,
        name = cluster.name,
        stop = cluster.etcd.stop_seconds(),
        mounts = mounts(cluster, host),
        protect_home = if homeless(cluster, host) { "ProtectHome=yes\n" } else { "" },
        written = places(cluster, host).map(|place| format!("-{place}")).collect::<Vec<_>>().join(" "),
        denied = DENIED.map(|calls| format!("SystemCallFilter=~{calls}\n")).concat(),
    ))
}

/// The directories that etcd writes to.
fn places<'a>(cluster: &'a Cluster, host: &'a Host) -> impl Iterator<Item = &'a AbsPath> {
    std::iter::once(&cluster.paths.data).chain(&host.wal)
}

/// What has the disks of data and log mounted first, where they are two: one without the other is no member.
fn mounts(cluster: &Cluster, host: &Host) -> String {
    match &host.wal {
        Some(wal) => format!("RequiresMountsFor={} {wal}\n", cluster.paths.data),
        None => String::new(),
    }
}

/// Whether nothing of ours lies where `ProtectHome=` would hide it.
fn homeless(cluster: &Cluster, host: &Host) -> bool {
    let at_home = |path: &AbsPath| ["/home", "/root"].iter().any(|home| path.as_path().starts_with(home));
    !std::iter::once(&cluster.paths.opt).chain(places(cluster, host)).any(at_home)
}
