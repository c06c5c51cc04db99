//! What others have put into the directory in which root types a command: modules, configurations, programs.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use whole::{Lab, SIGNER, Site, cluster, etcdpack, plain_keys, release, run, small_cluster, small_site};

/// Leaves in the current directory whatever a Python or a supervisor may take from there, as modules, packages and
/// configurations; each module says in `/tmp/ran` that it ran.
const TRAPS: &str = "\
    for name in supervisor pkg_resources setuptools sitecustomize usercustomize os io socket encodings re getopt readline; do
        mkdir -p $name
        echo \"open('/tmp/ran', 'a').write('$name ')\" | tee $name/__init__.py >$name.py
    done
    for name in options supervisord supervisorctl; do cp supervisor.py supervisor/$name.py; done
    echo \"import sitecustomize\" >etcd.pth
    mkdir -p etc
    printf '[supervisorctl]\\nserverurl=unix:///tmp/alice.sock\\n[supervisord]\\nlogfile=/tmp/alice.log\\n' |
        tee supervisord.conf >etc/supervisord.conf";

/// Root's commands, each in a directory full of traps, with what must come of it.
fn commands_do_not_look_around(lab: &Lab, dir: &str) {
    for (line, words) in [
        ("supervisorctl status", "RUNNING"),
        ("supervisorctl pid", ""),
        ("/opt/supervisor-4.3.0/supervisorctl status", "RUNNING"),
        ("supervisorctl -c /etc/supervisord.conf status", "RUNNING"),
        ("supervisord --version", "4.3.0"),
        // An environment of root's own is neither followed nor in the way.
        ("PYTHONPATH=$PWD PYTHONSTARTUP=$PWD/os.py supervisorctl status", "RUNNING"),
        ("PYTHONHOME=$PWD PYTHONUSERBASE=$PWD HOME=$PWD supervisorctl status", "RUNNING"),
        ("etcdpack-host status", ""),
        ("etcdpack-host plan /root/n1.run", ""),
    ] {
        let said = lab.sh("n1", &format!("PATH=$PATH:/usr/local/bin:/usr/local/sbin; cd {dir} && {line}"));
        assert!(said.code == 0 && said.out.contains(words), "`{line}` in {dir}: {said:?}");
        let ran = lab.sh("n1", "cat /tmp/ran");
        assert_ne!(ran.code, 0, "`{line}` in {dir} ran {}", ran.out);
    }
    // A configuration that root names is taken, wherever it is.
    let said = lab.sh("n1", &format!("cd {dir} && /usr/local/bin/supervisorctl -c supervisord.conf status"));
    assert!(said.code != 0 && said.out.contains("/tmp/alice.sock"), "{said:?}");
}

/// One host under the carried supervisor on this kind of Python, and two who lay traps: a user, and etcd itself.
fn one(name: &str, variant: &str, address: &str) -> Lab {
    let tarball = release("3.5.1", "amd64");
    // For supervisord, etcd is not RUNNING before these seconds are over.
    let soon = "[supervisor]\nstartsecs = 2\n";
    let site = Site::new(&plain_keys(&(cluster("3.5.1", &tarball, &[("n1", address)]) + soon)));
    site.build(&tarball);
    let lab = Lab::up(name, variant, &[&format!("n1={address}")]);
    lab.put(&site.bundle("n1"), "n1");
    lab.sh("n1", "useradd alice").ok();
    lab.sh("n1", &format!("cd /tmp && setpriv --reuid alice --clear-groups sh -ec '{}'", TRAPS.replace('\'', "'\\''")))
        .ok();
    // The trial of the carried supervisor, too.
    lab.sh("n1", &format!("cd /tmp && PYTHONPATH=/tmp /root/n1.run install --yes --quiet {SIGNER} --wait 60")).ok();
    assert_ne!(lab.sh("n1", "cat /tmp/ran").code, 0, "the install ran what lies in /tmp");
    lab.until("n1", "/usr/local/bin/supervisorctl status | grep RUNNING");
    let data = "/data/etcd/etcd-server";
    lab.sh(
        "n1",
        &format!("cd {data} && setpriv --reuid etcd --clear-groups sh -ec '{}'", TRAPS.replace('\'', "'\\''")),
    )
    .ok();
    for dir in ["/tmp", data] {
        commands_do_not_look_around(&lab, dir);
    }
    lab
}

#[test]
fn the_carried_supervisor_takes_nothing_from_there() {
    let lab = one("acwd", "python", "10.132.0.11");
    // As installs before 0.2.0 left it: launchers that are part of the tree, and take the current directory first.
    let old = "import json, os
path = '/var/lib/etcdpack/receipt.json'
receipt = json.load(open(path))
launchers = ['/opt/supervisor-4.3.0/supervisord', '/opt/supervisor-4.3.0/supervisorctl']
is_launcher = lambda change: change.get('file', {}).get('path') in launchers
assert sum(map(is_launcher, receipt['changes'])) == 2
receipt['changes'] = [change for change in receipt['changes'] if not is_launcher(change)]
json.dump(receipt, open(path, 'w'))
for path in launchers:
    name = os.path.basename(path)
    open(path, 'w').write('#!/bin/sh\\nPYTHONPATH=/opt/supervisor-4.3.0/site PYTHONDONTWRITEBYTECODE=1 exec /usr/bin/python3 -m supervisor.%s \"$@\"\\n' % name)
";
    lab.sh("n1", &format!("cd / && python3 -I -c '{}'", old.replace('\'', "'\\''"))).ok();
    lab.sh("n1", "cd /tmp && /usr/local/bin/supervisord --version");
    lab.sh("n1", "rm /tmp/ran").ok();
    let etcd = lab.etcds("n1");
    let said = lab.sh("n1", "cd /tmp && /root/n1.run install --yes --wait 60");
    let told = format!("{}{}", said.out, said.err);
    assert!(said.code == 0 && told.contains("/opt/supervisor-4.3.0/supervisorctl"), "{said:?}");
    assert_eq!(lab.etcds("n1"), etcd, "etcd was restarted for a launcher");
    commands_do_not_look_around(&lab, "/tmp");
    // Supervisord itself starts by the new one.
    lab.crash("n1");
    lab.boot("n1");
    lab.until("n1", "/usr/local/sbin/etcdpack-host status");
    lab.sh("n1", "cd /tmp && /usr/local/sbin/etcdpack-host uninstall --purge --yes --quiet").ok();
    assert_eq!(lab.sh("n1", "ls -A /opt /usr/local/bin /usr/local/sbin | grep -v :").out.trim(), "");
    // Nor does a Python that alice can change become root's.
    lab.sh("n1", "chown alice $(readlink -f /usr/bin/python3)").ok();
    let said = lab.sh("n1", "/root/n1.run plan --service supervisor");
    let told = format!("{}{}", said.out, said.err);
    assert!(said.code == 3 && told.contains("users other than root can change `/usr/bin/python3`"), "{said:?}");
}

#[test]
fn nor_on_python_2_7() {
    one("acwd27", "python2.7", "10.132.1.11");
}

#[test]
#[ignore = "the oldest Python is tried on each push, the newest too: scripts/torture"]
fn nor_on_python_3_6() {
    one("acwd36", "python3.6", "10.132.2.11");
}

/// Programs and modules of these names, in a directory where `build` runs; each would say that it ran.
fn traps_for_the_builder(dir: &Path) {
    for name in ["python3", "python", "pip", "pip3", "openssl", "git", "sh", "cfssl", "tar", "gzip", "age"] {
        let path = dir.join(name);
        fs::write(&path, format!("#!/bin/sh\necho {name} >>{}\n", dir.join("ran").display())).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    fs::remove_file(dir.join("pip")).unwrap();
    fs::create_dir(dir.join("pip")).unwrap();
    for name in ["__init__.py", "__main__.py"] {
        fs::write(dir.join("pip").join(name), format!("open('{}', 'a')\n", dir.join("ran").display())).unwrap();
    }
}

#[test]
fn a_build_without_a_rehearsal_starts_no_program_at_all() {
    let site = small_site();
    fs::remove_dir_all(site.path("dist")).unwrap();
    let text = small_cluster(&site.path("release.tar.gz")).replace("manager = \"systemd\"", "manager = \"auto\"");
    fs::write(site.path("cluster.toml"), text).unwrap();
    traps_for_the_builder(&site.path(""));
    let log = site.path("calls");
    let mut strace = Command::new("/usr/bin/strace");
    strace.args(["-f", "-qq", "-e", "trace=execve,execveat", "-o"]).arg(&log).arg(etcdpack());
    strace
        .args(["build", "--no-rehearsal", "--release", "release.tar.gz"])
        .current_dir(site.path(""))
        .env("PATH", ".:/usr/bin:/bin");
    run(strace.env("XDG_CACHE_HOME", site.path("cache"))).ok();
    assert!(site.bundle("n1").exists());
    assert!(!site.path("ran").exists(), "{}", fs::read_to_string(site.path("ran")).unwrap());
    // The first is etcdpack itself.
    let calls = fs::read_to_string(&log).unwrap();
    assert_eq!(calls.lines().count(), 1, "{calls}");
}
