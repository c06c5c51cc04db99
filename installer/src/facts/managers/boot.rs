//! What starts when a host boots, as far as it is an etcd or a supervisord. Reads text; decides nothing.

use serde::Deserialize;

use super::conf::{self, Entry};

/// Something that starts a program at boot, or again and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Starter {
    /// An enabled unit of systemd's.
    Unit { name: String },
    /// A section of supervisor's.
    Section { file: String, program: String },
    /// A line of cron's, of a script that runs at boot, or of what a runtime of containers reads then.
    Line { file: String },
    /// A container that Docker starts again by itself.
    Container { name: String },
}

/// What takes other commands, and has no operand of its own before them.
const BARE_WRAPPERS: [&str; 5] = ["exec", "nohup", "setsid", "env", "command"];
/// What takes other commands, behind options and operands.
const WRAPPERS: [&str; 13] = [
    "sudo",
    "su",
    "runuser",
    "setpriv",
    "sh",
    "bash",
    "nice",
    "ionice",
    "chrt",
    "taskset",
    "numactl",
    "systemd-run",
    "daemon",
];

/// Whether a command line starts an etcd, itself or by a script that is called so.
pub(crate) fn starts_etcd(command: &str) -> bool {
    let is_script = |name: &str| {
        name.contains("etcd")
            && name.strip_suffix(".sh").is_some()
            && ["start", "server", "run"].iter().any(|word| name.contains(word))
    };
    programs(command).iter().any(|name| name == "etcd" || is_script(name))
}

/// Whether a service of init's is an etcd: by its name, or by what its script starts. Most say the program in a variable.
pub(crate) fn is_etcd_service(name: &str, script: &str) -> bool {
    let is_of_etcd = |name: &str| name == "etcd" || name.starts_with("etcd-server");
    let is_program = |line: &&str| {
        let value = line.split_once('=').map(|(_, value)| value.trim_matches(['"', '\'']));
        value.is_some_and(|value| value.starts_with('/') && value.ends_with("bin/etcd"))
    };
    is_of_etcd(name) || lines(script).any(|line| is_program(&line) || starts_etcd(line))
}

/// Whether a container is one of etcd: by its image, or by what runs in it.
fn is_etcd_container(image: &str, command: &str) -> bool {
    let name = image.split('@').next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
    name.split(':').next() == Some("etcd") || starts_etcd(command)
}

/// Whether a text of podman's (`NAME.container`, podman-systemd.unit(5)) makes a service of etcd that something wants at boot.
pub(crate) fn is_etcd_quadlet(text: &str) -> bool {
    let value = |key: &str| lines(text).filter_map(|line| line.split_once('=')).find(|(name, _)| name.trim() == key);
    let of = |key: &str| value(key).map(|(_, value)| value.trim()).unwrap_or_default();
    let is_wanted = value("WantedBy").is_some() || value("RequiredBy").is_some();
    is_wanted && is_etcd_container(of("Image"), of("Exec"))
}

/// Whether a manifest that kubelet reads makes a pod of etcd. YAML or JSON, of which the line with the image is enough.
pub(crate) fn is_etcd_pod(text: &str) -> bool {
    let images = lines(text).filter_map(|line| line.trim_start_matches(['-', ' ', '{', '"']).strip_prefix("image"));
    let image = |rest: &str| rest.trim_matches(['"', ':', ' ', '\'', ',']).to_owned();
    images.map(image).any(|image| is_etcd_container(&image, ""))
}

/// What Docker has of a container in `config.v2.json`, as far as it matters here.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DockerContainer {
    #[serde(default)]
    name: String,
    #[serde(default)]
    path: String,
    state: DockerState,
    config: DockerConfig,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DockerState {
    #[serde(default)]
    running: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DockerConfig {
    #[serde(default)]
    image: String,
}

/// Likewise, in `hostconfig.json`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DockerHost {
    restart_policy: DockerPolicy,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DockerPolicy {
    #[serde(default)]
    name: String,
}

/// The name of a container of etcd that Docker starts when it starts itself. With `always` it does that also for one that
/// was stopped, with the others only for one that ran.
pub(crate) fn docker_etcd(config: &[u8], host: &[u8]) -> Option<String> {
    let config: DockerContainer = serde_json::from_slice(config).ok()?;
    let host: DockerHost = serde_json::from_slice(host).ok()?;
    let starts = match host.restart_policy.name.as_str() {
        "always" => true,
        "unless-stopped" | "on-failure" => config.state.running,
        _ => false,
    };
    let is_etcd = starts && is_etcd_container(&config.config.image, &config.path);
    is_etcd.then(|| config.name.trim_start_matches('/').to_owned())
}

/// Whether a command line starts a supervisord.
pub(crate) fn starts_supervisord(command: &str) -> bool {
    programs(command).iter().any(|name| name == "supervisord" || name == "supervisor")
}

/// The names of the programs that a line of shell or of a unit starts, without their directories.
fn programs(command: &str) -> Vec<String> {
    let parts = command.split([';', '&', '|', '\n', '`', '(', ')', '{', '}']);
    parts.filter_map(program).collect()
}

fn program(part: &str) -> Option<String> {
    let mut words = part.split_whitespace().map(|word| word.trim_matches(['"', '\'']));
    let is_beside = |word: &str| word.starts_with('-') || word.contains('=') || word.is_empty();
    let name = |word: &str| word.rsplit('/').next().unwrap_or_default().to_owned();
    // systemd's own signs stand before a program.
    let plain = |word: &str| name(word.trim_start_matches(['-', '@', ':', '+', '!']));
    let mut first = words.by_ref().find(|word| word.starts_with("-/") || !is_beside(word)).map(plain)?;
    while BARE_WRAPPERS.contains(&first.as_str()) {
        first = words.by_ref().find(|word| !is_beside(word)).map(name)?;
    }
    if WRAPPERS.contains(&first.as_str()) {
        return words.find(|word| !is_beside(word) && (word.contains('/') || *word == "etcd.sh")).map(name);
    }
    Some(first)
}

/// The commands of a unit.
pub(crate) fn of_unit(text: &str) -> Vec<String> {
    let joined = text.replace("\\\n", " ");
    let lines = joined.lines().filter_map(|line| line.trim().split_once('='));
    lines.filter(|(key, _)| key.trim() == "ExecStart").map(|(_, value)| value.trim().to_owned()).collect()
}

/// The programs of supervisor's sections that start by themselves, and their commands.
pub(crate) fn of_sections(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(&str, &str, bool)> = Vec::new();
    for Entry { section, key, value } in conf::entries(text) {
        let Some(name) = section.strip_prefix("program:").map(str::trim) else { continue };
        if found.last().is_none_or(|(last, ..)| *last != name) {
            found.push((name, "", true));
        }
        let Some((_, command, starts)) = found.last_mut() else { continue };
        match key {
            "command" => *command = value,
            "autostart" => *starts = !["false", "no", "off", "0"].contains(&value.to_ascii_lowercase().as_str()),
            _ => {}
        }
    }
    let starting = found.into_iter().filter(|(.., starts)| *starts);
    starting.map(|(name, command, _)| (name.to_owned(), command.to_owned())).collect()
}

/// Whose table of cron's it is: the system's has a user in each line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Table {
    System,
    User,
}

/// The commands of a table of cron's. One that looks each minute whether etcd runs starts it as well as one at boot.
pub(crate) fn of_cron(text: &str, table: Table) -> Vec<String> {
    let command = |line: &str| {
        let fields = if line.starts_with('@') { 1 } else { 5 } + usize::from(table == Table::System);
        let mut rest = line;
        for _ in 0..fields {
            rest = rest.split_once(char::is_whitespace)?.1.trim_start();
        }
        Some(rest.to_owned())
    };
    lines(text).filter_map(command).collect()
}

/// The commands of `/etc/inittab`, which systemd does not read.
pub(crate) fn of_inittab(text: &str) -> Vec<String> {
    let command = |line: &str| line.splitn(4, ':').nth(3).map(str::to_owned);
    lines(text).filter_map(command).collect()
}

/// The commands of a script that runs at boot.
pub(crate) fn of_script(text: &str) -> Vec<String> {
    lines(text).map(str::to_owned).collect()
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_etcd_is_known_by_the_program_that_is_started() {
        for (command, expected) in [
            ("/usr/bin/etcd --config-file /etc/etcd.yml", true),
            ("-/usr/bin/etcd", true),
            ("etcd", true),
            ("nohup etcd --name n1 >/dev/null 2>&1 &", true),
            ("pgrep etcd || /opt/etcd/etcd-server-startup.sh", true),
            ("su - etcd -s /bin/sh -c '/opt/etcd/etcd --name n1'", false),
            ("su etcd -c \"/opt/etcd/etcd --name n1\"", true),
            ("sudo -u etcd /opt/etcd/etcd", true),
            ("/bin/bash -c \"GOMAXPROCS=$(nproc) /usr/bin/etcd --name=a\"", true),
            ("ETCD_NAME=n1 /opt/etcd/etcd", true),
            ("/usr/bin/kubelet --etcd-servers=https://10.0.0.1:2379 /var/lib/etcd", false),
            ("/usr/local/bin/etcdctl snapshot save /backup/etcd", false),
            ("chown -R etcd /var/lib/etcd", false),
            ("/opt/scripts/etcd-backup.sh", false),
            ("/usr/local/sbin/etcdpack-host status", false),
        ] {
            // A login shell that is named behind `-s` hides what follows: rather nothing than something wrong.
            assert_eq!(starts_etcd(command), expected, "{command}");
        }
        assert!(starts_supervisord("/usr/local/bin/supervisord -n -c /etc/supervisord.conf"));
        assert!(starts_supervisord("/etc/init.d/supervisor start") && !starts_supervisord("supervisorctl reload"));
    }

    #[test]
    fn a_service_of_inits_is_known_by_its_name_or_its_script() {
        for (name, script, expected) in [
            ("etcd", "#!/bin/sh\n", true),
            ("etcd-server", "", true),
            ("etcd-backup", "#!/bin/sh\nexec /usr/bin/etcdctl snapshot save /x\n", false),
            ("store", "#!/bin/sh\nDAEMON=/usr/local/bin/etcd\nstart-stop-daemon --start --exec $DAEMON\n", true),
            ("store", "#!/bin/sh\ncase $1 in\nstart)\nnohup /opt/old/etcd --name n1 &\n", true),
            ("store", "#!/bin/sh\n# DAEMON=/usr/bin/etcd\nDATA=/var/lib/etcd\n", false),
        ] {
            assert_eq!(is_etcd_service(name, script), expected, "{name} {script}");
        }
        assert_eq!(of_inittab("# x\ne1:2345:respawn:/opt/old/etcd --name a:b\n"), ["/opt/old/etcd --name a:b"]);
    }

    #[test]
    fn containers_of_etcd_that_come_back_by_themselves_are_known() {
        for (text, expected) in [
            ("[Container]\nImage=quay.io/coreos/etcd:v3.5.1\n[Install]\nWantedBy=default.target\n", true),
            ("[Container]\nImage=localhost/base\nExec=/usr/local/bin/etcd --name n1\n[Install]\nWantedBy=a\n", true),
            ("[Container]\nImage=quay.io/coreos/etcd:v3.5.1\n", false),
            ("[Container]\nImage=etcd-backup\n[Install]\nWantedBy=default.target\n", false),
        ] {
            assert_eq!(is_etcd_quadlet(text), expected, "{text}");
        }
        let pod = "spec:\n  containers:\n  - command:\n    - etcd\n    image: registry.example/etcd:3.5.15-0\n";
        assert!(
            is_etcd_pod(pod) && is_etcd_pod("  - image: 'etcd'\n") && is_etcd_pod("\"image\": \"x/etcd@sha256:0\",\n")
        );
        assert!(!is_etcd_pod(
            "    image: registry.example/kube-apiserver:1\n    - --etcd-servers=https://127.0.0.1:2379\n"
        ));
        let config = |image: &str, path: &str, runs: bool| {
            format!(
                r#"{{"Name":"/old","Path":"{path}","State":{{"Running":{runs}}},"Config":{{"Image":"{image}"}},"X":1}}"#
            )
        };
        let host = |policy: &str| format!(r#"{{"RestartPolicy":{{"Name":"{policy}","MaximumRetryCount":0}}}}"#);
        for (config, policy, expected) in [
            (config("quay.io/coreos/etcd:v3.5.1", "/x", false), "always", Some("old")),
            (config("quay.io/coreos/etcd:v3.5.1", "/x", true), "unless-stopped", Some("old")),
            (config("quay.io/coreos/etcd:v3.5.1", "/x", false), "unless-stopped", None),
            (config("base", "/usr/local/bin/etcd", false), "always", Some("old")),
            (config("quay.io/coreos/etcd:v3.5.1", "/x", true), "no", None),
            (config("nginx", "/docker-entrypoint.sh", true), "always", None),
            ("{".to_owned(), "always", None),
        ] {
            assert_eq!(
                docker_etcd(config.as_bytes(), host(policy).as_bytes()).as_deref(),
                expected,
                "{config} {policy}"
            );
        }
    }

    #[test]
    fn commands_are_read_from_units_sections_tables_and_scripts() {
        let unit = "[Service]\nType=notify\nExecStartPre=/bin/mkdir -p /x\nExecStart=/usr/bin/etcd \\\n  --name n1\n";
        assert_eq!(of_unit(unit), ["/usr/bin/etcd    --name n1"]);
        let sections = "[program:a]\ncommand=/opt/etcd/etcd ; x\n[program:b]\ncommand = b\nautostart=false\n[group:c]\ncommand=c\n";
        assert_eq!(of_sections(sections), [("a".to_owned(), "/opt/etcd/etcd".to_owned())]);
        let table = "# c\n@reboot root /opt/etcd/etcd\n* * * * * root pgrep etcd || /opt/etcd/start.sh\nPATH=/bin\n";
        assert_eq!(of_cron(table, Table::System), ["/opt/etcd/etcd", "pgrep etcd || /opt/etcd/start.sh"]);
        assert_eq!(of_cron("@reboot /opt/etcd/etcd", Table::User), ["/opt/etcd/etcd"]);
        assert_eq!(of_script("#!/bin/sh\n# no\n/opt/etcd/etcd &\nexit 0\n"), ["/opt/etcd/etcd &", "exit 0"]);
    }
}
