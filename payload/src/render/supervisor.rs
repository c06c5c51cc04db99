//! What supervisor reads: the program section, and for the supervisor that the bundle brings its own
//! configuration, unit and launcher.

use super::startup::PATH;
use super::{OPEN_FILES, Places};
use crate::cluster::{Cluster, Host};
use crate::mode::Mode;
use crate::name::UserName;
use crate::path::{AbsPath, NotAPath};

/// The program section: the guide's keys and values, apart from those that make a stop a real one.
///
/// TERM, because etcd dumps its goroutines and exits 2 on the guide's QUIT. Exit code 0 alone is expected: a
/// member that was removed from the cluster exits so and must not be started again, while 2 is a flag error.
pub fn program(cluster: &Cluster, host: &Host) -> Result<String, NotAPath> {
    let Places { link, startup, .. } = Places::of(cluster)?;
    let service = &cluster.service;
    Ok(format!(
        "; Made by etcdpack for cluster {name}.\n\
         [program:{member}]\n\
         command={startup}\n\
         numprocs=1\n\
         directory={link}\n\
         autostart=true\n\
         autorestart=unexpected\n\
         startsecs={startsecs}\n\
         startretries={startretries}\n\
         exitcodes=0\n\
         stopsignal=TERM\n\
         stopwaitsecs={stop}\n\
         stopasgroup=true\n\
         killasgroup=true\n\
         user={user}\n\
         umask=077\n\
         redirect_stderr=true\n\
         stdout_logfile={logs}/etcd.stdout.log\n\
         stdout_logfile_maxbytes={megabytes}MB\n\
         stdout_logfile_backups={backups}\n\
         stdout_events_enabled=false\n",
        name = cluster.name,
        member = host.member,
        startsecs = service.startsecs,
        startretries = service.startretries,
        stop = cluster.etcd.stop_seconds(),
        user = cluster.etcd.user,
        logs = cluster.paths.logs,
        megabytes = service.log_megabytes,
        backups = service.log_backups,
    ))
}

/// A drop-in for the systemd unit of the supervisord that has etcd: it makes the directory of etcd's log before supervisord
/// starts, where that is missing.
///
/// supervisord refuses its whole configuration for one log whose directory is not there (`existing_dirpath` in
/// supervisor's `datatypes.py`), as after a boot without the disk: it would keep others' programs from starting. What fails
/// here is passed over, by the `-`; a `$` would be systemd's. Only what systemd 219 knows.
#[must_use]
pub fn log_dir_drop_in(logs: &AbsPath, user: &UserName) -> String {
    format!(
        "# Made by etcdpack. For one log whose directory is missing (a disk that is not mounted, say), supervisord refuses\n\
         # its whole configuration, and starts no program of anybody's. So the directory is made before.\n\
         [Service]\n\
         ExecStartPre=-/bin/sh -c 'PATH={PATH}; test -d {logs} || {{ umask 022; mkdir -p {logs} && chmod {mode} {logs} && \
         chgrp `id -g {user}` {logs}; }}'\n",
        mode = Mode::LOG_DIR,
    )
}

/// `/etc/supervisord.conf` for the carried supervisor: EPEL's layout.
///
/// `minfds` stays at its default: a supervisord that cannot have what it says refuses to start, while the unit and
/// etcd's startup script raise the limit as far as the host allows.
#[must_use]
pub fn supervisord_conf() -> &'static str {
    "; Made by etcdpack. Programs: /etc/supervisord.d/*.ini\n\
         [unix_http_server]\n\
         file=/run/supervisor.sock\n\
         chmod=0700\n\
         \n\
         [supervisord]\n\
         logfile=/var/log/supervisor/supervisord.log\n\
         logfile_maxbytes=50MB\n\
         logfile_backups=10\n\
         loglevel=info\n\
         pidfile=/run/supervisord.pid\n\
         childlogdir=/var/log/supervisor\n\
         \n\
         [rpcinterface:supervisor]\n\
         supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface\n\
         \n\
         [supervisorctl]\n\
         serverurl=unix:///run/supervisor.sock\n\
         \n\
         [include]\n\
         files = supervisord.d/*.ini\n"
}

/// `supervisord.service` for the carried supervisor. Only directives that systemd 219 knows.
#[must_use]
pub fn supervisord_unit(cluster: &Cluster, bin: &AbsPath) -> String {
    format!(
        "# Made by etcdpack.\n\
         [Unit]\n\
         Description=Process control system (carried by etcdpack)\n\
         After=network-online.target local-fs.target time-sync.target\n\
         Wants=network-online.target\n\
         \n\
         [Service]\n\
         Type=simple\n\
         ExecStart={bin}/supervisord -n -c /etc/supervisord.conf\n\
         ExecReload={bin}/supervisorctl -c /etc/supervisord.conf update\n\
         Restart=on-failure\n\
         RestartSec=5s\n\
         TimeoutStopSec={stop}s\n\
         LimitNOFILE={OPEN_FILES}\n\
         \n\
         [Install]\n\
         WantedBy=multi-user.target\n",
        stop = cluster.etcd.stop_seconds() + 15,
    )
}

/// How the host's Python is called for the carried supervisor: it writes no bytecode, and neither the environment nor a
/// user's home nor a `.pth` file adds to its search path. Each Python from 2.7 on knows these four.
pub const PYTHON_FLAGS: &str = "-BEsS";

/// The first lines of whatever runs the carried supervisor, in each Python from 2.7 on.
///
/// What Python put first on its path goes: for a script its directory, for `-c` the current one. What is left is the
/// Python's own library. Only `sys`, which is built in, is imported before.
#[must_use]
pub fn search_path(site: &AbsPath) -> String {
    format!("import sys\nsys.path[0] = \"{site}\"\n")
}

/// A script that runs one of the carried supervisor's programs with the host's own Python.
///
/// `module` is `supervisord` or `supervisorctl`. The configuration is `conf` unless a `-c` names another: supervisor
/// would search for one, beginning in the current directory.
#[must_use]
pub fn launcher(python: &AbsPath, site: &AbsPath, conf: &AbsPath, module: &str) -> String {
    format!(
        "#!{python} {PYTHON_FLAGS}\n\
         # supervisor, carried by etcdpack, on the Python that could import it. The current directory is neither on\n\
         # its path nor searched for a configuration.\n\
         {path}\
         from supervisor import options, {module}\n\
         options.Options.default_configfile = lambda self: \"{conf}\"\n\
         options.ServerOptions.default_configfile = options.Options.default_configfile\n\
         {module}.main()\n",
        path = search_path(site),
    )
}
