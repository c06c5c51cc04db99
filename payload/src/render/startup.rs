//! `etcd-server-startup.sh`: the one place that says how etcd is called, for supervisor and systemd alike.

use std::fmt::Write as _;

use super::{CA, CERTIFICATE, HAS_DATA, KEY, MEMBER, OPEN_FILES, Places, RESTORING, WAL};
use crate::cluster::{Cluster, Host};
use crate::etcd;
use crate::founding::Phase;
use crate::name::ClusterToken;
use crate::path::{AbsPath, NotAPath};
use crate::url::Url;

/// How a member begins that has no data; one that has passes over it.
#[derive(Debug, Clone, Copy)]
pub struct Start<'a> {
    /// `--initial-cluster-token`
    pub token: &'a ClusterToken,
    /// `--initial-cluster-state`
    pub phase: Phase,
}

/// The startup script of `host`.
///
/// It differs from the guide's in how it starts etcd: `exec`, so that signals reach etcd and not a shell in
/// front of it, and an environment of our own, because from 3.4 on etcd exits when an `ETCD_*` variable and a
/// flag say the same thing. Where the host has setpriv (util-linux, busybox), etcd and whatever it may start gain no
/// rights from a set-uid program, as under `NoNewPrivileges=` of systemd; whether it does is tried, not asked.
pub fn startup(cluster: &Cluster, host: &Host, start: Start<'_>) -> Result<String, NotAPath> {
    let version = cluster.release.version;
    let Places { link, .. } = Places::of(cluster)?;
    let mut script = format!(
        "#!/bin/sh\n\
         # etcd {tag}, member {member} of cluster {cluster}. Made by etcdpack.\n\
         # exec: a stop must reach etcd itself. env -i: ETCD_* variables beside flags are fatal from 3.4 on.\n\
         # setpriv: no set-uid program gives etcd more rights than it has. Not every host has it.\n\
         PATH={PATH}\n\
         ulimit -n {OPEN_FILES} 2>/dev/null || ulimit -n \"$(ulimit -H -n)\"\n\
         confined=\n\
         {CONFINES}--no-new-privs true 2>/dev/null; then confined='setpriv --no-new-privs'; fi\n\
         {look}{CALL}",
        look = look(cluster, host)?,
        tag = version.tag(),
        member = host.member,
        cluster = cluster.name,
    );
    if host.arch.needs_unsupported_arch_env(version) {
        let _ = write!(script, " ETCD_UNSUPPORTED_ARCH={}", host.arch.etcd_name());
    }
    let _ = write!(script, "{CONFINED} {link}/etcd");
    for Flag { name, value } in flags(cluster, host, start)? {
        let _ = write!(script, " \\\n--{name}");
        if let Some(value) = value {
            let _ = write!(script, " {}", quoted(&value));
        }
    }
    script.push('\n');
    Ok(script)
}

/// Whether etcd would begin anew on ids that the others count on, for want of what is not there for the moment.
fn look(cluster: &Cluster, host: &Host) -> Result<String, NotAPath> {
    Ok(restoring(&cluster.paths.data) + &apart(cluster, host)? + &gone(cluster)?)
}

/// Whether a restore was cut off between the old data and the new: the power may go there, and the host boots before anybody runs
/// the restore again.
fn restoring(data: &AbsPath) -> String {
    format!(
        "# Between the old data and those of a snapshot there is a moment without any.\n\
         if [ -e {data}/{RESTORING} ] && ! [ -e {data}/{MEMBER} ]; then\n\
         echo \"etcdpack: a restore was cut off: etcd is not started until the same restore command has been run again\" >&2\n\
         exit 1\n\
         fi\n"
    )
}

/// Whether etcd has had data here and has none: somebody has removed them, or their disk is away.
///
/// With the addresses of a member that the others know, etcd would take its number and vote without a memory of what it
/// has promised. An install that lets it begin anew empties the file first.
fn gone(cluster: &Cluster) -> Result<String, NotAPath> {
    let data = &cluster.paths.data;
    let sign = cluster.paths.release_dir(cluster.release.version)?.join(HAS_DATA)?;
    Ok(format!(
        "# Without the data that it has had, etcd would begin anew on its old ids, and vote without a memory.\n\
         if [ -s {sign} ] && ! [ -e {data}/{MEMBER} ]; then\n\
         echo \"etcdpack: the data of this member are not in {data}: etcd is not started. Is their disk mounted? findmnt -T {data}\" >&2\n\
         exit 1\n\
         fi\n"
    ))
}

/// Where the log lies apart from the data: whether both are there, or neither.
///
/// etcd takes data without a log for nothing, and founds or joins anew on the ids that the others count on. It makes the
/// database before it makes the log, so that a first start that failed leaves one without the other, too: only once it
/// is a member are there members in the database (`membership/store.go`: JSON with `peerURLs`).
fn apart(cluster: &Cluster, host: &Host) -> Result<String, NotAPath> {
    let Some(place) = &host.wal else { return Ok(String::new()) };
    let (data, log) = (&cluster.paths.data, place.join(WAL)?);
    Ok(format!(
        "# The log lies apart from the data. Where one of them is missing, etcd would begin anew on its old ids.\n\
         db={data}/member/snap/db\n\
         logged=\n\
         for file in {log}/*.wal; do if [ -e \"$file\" ]; then logged=yes; fi; done\n\
         apart() {{ echo \"etcdpack: $1 is not in $2: etcd is not started. Is its disk mounted? findmnt -T $2\" >&2; exit 1; }}\n\
         if [ \"$logged\" ] && ! [ -e $db ]; then apart \"the data of the log in {place}\" {data}; fi\n\
         if ! [ \"$logged\" ] && [ -e $db ]; then\n\
         LC_ALL=C grep -qF '\"peerURLs\"' $db\n\
         if [ $? -ne 1 ]; then apart \"the log of the data in {data}\" {place}; fi\n\
         fi\n"
    ))
}

/// The system's own directories; where the script looks for `setpriv` and etcd for what it may start.
pub const PATH: &str = "/usr/sbin:/usr/bin:/sbin:/bin";
/// What etcd's command line begins with.
pub(super) const CALL: &str = "exec /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin";
/// What the line begins with that tries whether etcd can be confined; what the script looks for comes after it.
pub(super) const CONFINES: &str = "if setpriv ";
/// Where the script says how etcd is confined.
pub(super) const CONFINED: &str = " $confined";

/// The flags that etcd reads only where it has no data yet.
pub(super) const FOUNDING: [&str; 3] = ["initial-cluster", "initial-cluster-token", "initial-cluster-state"];

/// The flags that say where etcd listens for peers, and for clients.
const LISTENING: [&str; 2] = ["listen-peer-urls", "listen-client-urls"];

/// One flag on the command line; switches have no value.
struct Flag {
    name: &'static str,
    value: Option<String>,
}

fn flags(cluster: &Cluster, host: &Host, start: Start<'_>) -> Result<Vec<Flag>, NotAPath> {
    let Places { certs, .. } = Places::of(cluster)?;
    let (ca, certificate, key) = (certs.join(CA)?, certs.join(CERTIFICATE)?, certs.join(KEY)?);
    let peer_url = cluster.peer_url(host).to_string();
    let mut flags = Vec::new();
    let mut switch = |name| flags.push(Flag { name, value: None });
    switch("client-cert-auth");
    switch("peer-client-cert-auth");
    let mut say = |name, value: String| flags.push(Flag { name, value: Some(value) });
    say("name", host.member.to_string());
    say("data-dir", cluster.paths.data.to_string());
    if let Some(wal) = &host.wal {
        say("wal-dir", wal.join(WAL)?.to_string());
    }
    let [peers, clients] = LISTENING;
    say(peers, list(&cluster.listen_peer_urls(host)));
    say(clients, list(&cluster.listen_client_urls(host)));
    say("initial-advertise-peer-urls", peer_url);
    say("advertise-client-urls", cluster.client_url(host).to_string());
    say("initial-cluster", initial_cluster(cluster));
    say("initial-cluster-token", start.token.to_string());
    say("initial-cluster-state", state(start.phase).to_owned());
    for (name, path) in [
        ("cert-file", &certificate),
        ("key-file", &key),
        ("trusted-ca-file", &ca),
        ("peer-cert-file", &certificate),
        ("peer-key-file", &key),
        ("peer-trusted-ca-file", &ca),
    ] {
        say(name, path.to_string());
    }
    if !cluster.etcd.peer_names.is_empty() {
        say("peer-cert-allowed-cn", list(&cluster.etcd.peer_names));
    }
    options(cluster, &mut say);
    logging(cluster, &mut say);
    for (name, value) in &cluster.etcd.flags {
        flags.push(own_flag(name, value.as_str()));
    }
    flags.sort_by_key(|flag| ORDER.iter().position(|name| *name == flag.name).unwrap_or(ORDER.len()));
    Ok(flags)
}

/// `script` with other URLs to listen on; each pair is that for peers and that for clients.
#[must_use]
pub fn relisten(script: &str, old: [&[Url]; 2], new: [&[Url]; 2]) -> String {
    let flags = LISTENING.iter().zip(old.iter().zip(new));
    flags.fold(script.to_owned(), |script, (flag, (old, new))| {
        let line = |urls: &[Url]| format!("\n--{flag} {} \\\n", quoted(&list(urls)));
        script.replacen(&line(old), &line(new), 1)
    })
}

/// As etcd has it.
fn state(phase: Phase) -> &'static str {
    match phase {
        Phase::Founding => "new",
        Phase::Running => "existing",
    }
}

/// The guide's order, so that the two scripts can be laid side by side; other flags follow.
const ORDER: [&str; 22] = [
    "name",
    "data-dir",
    "wal-dir",
    "listen-peer-urls",
    "listen-client-urls",
    "quota-backend-bytes",
    "initial-advertise-peer-urls",
    "advertise-client-urls",
    "initial-cluster",
    "initial-cluster-token",
    "initial-cluster-state",
    "cert-file",
    "key-file",
    "client-cert-auth",
    "trusted-ca-file",
    "peer-cert-file",
    "peer-key-file",
    "peer-client-cert-auth",
    "peer-trusted-ca-file",
    "peer-cert-allowed-cn",
    "log-output",
    "log-outputs",
];

/// As etcd reads several values of one flag.
fn list<T: ToString>(values: &[T]) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

fn initial_cluster(cluster: &Cluster) -> String {
    let members = cluster.hosts.iter().map(|host| format!("{}={}", host.member, cluster.peer_url(host)));
    members.collect::<Vec<_>>().join(",")
}

/// The options that have a key of their own in the cluster file.
fn options(cluster: &Cluster, say: &mut impl FnMut(&'static str, String)) {
    let etcd = &cluster.etcd;
    let given = [
        ("quota-backend-bytes", etcd.quota_backend_bytes.map(|n| n.to_string())),
        ("heartbeat-interval", etcd.heartbeat_interval.map(|n| n.to_string())),
        ("election-timeout", etcd.election_timeout.map(|n| n.to_string())),
        ("snapshot-count", etcd.snapshot_count.map(|n| n.to_string())),
        ("max-request-bytes", etcd.max_request_bytes.map(|n| n.to_string())),
        ("auto-compaction-mode", etcd.auto_compaction_mode.map(|mode| mode.as_str().to_owned())),
        ("auto-compaction-retention", etcd.auto_compaction_retention.as_ref().map(|r| r.as_str().to_owned())),
        ("log-level", etcd.log_level.map(|level| level.as_str().to_owned())),
    ];
    for (name, value) in given {
        if let Some(value) = value {
            say(name, value);
        }
    }
}

/// To standard output, where both managers collect it; the flag's name changed in 3.4, and 3.4 obeys the new
/// one only with the new logger.
fn logging(cluster: &Cluster, say: &mut impl FnMut(&'static str, String)) {
    let version = cluster.release.version;
    say(etcd::log_flag(version), "stdout".to_owned());
    if etcd::logger_must_be_named(version) {
        say("logger", "zap".to_owned());
    }
}

/// Switches are written `--flag=true`: etcd takes a separate `true` for a stray argument.
fn own_flag(name: &'static str, value: &str) -> Flag {
    match (etcd::is_switch(name), value) {
        (true, "true") => Flag { name, value: None },
        _ => Flag { name, value: Some(value.to_owned()) },
    }
}

/// As it can stand in a shell script; a [`crate::cluster::Setting`] has no single quote.
fn quoted(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/:=,._+-[]@".contains(c);
    if value.chars().all(plain) { value.to_owned() } else { format!("'{value}'") }
}
