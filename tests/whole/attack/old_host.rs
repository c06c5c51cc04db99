//! A host that version 0.1 installed: its log directory is etcd's, and an intruder may have been there since.

use whole::Lab;

use super::logs::{LOGS, attack, installed};

/// Makes an installed host what 0.1 left: the directory for logs, the startup script, the section, the receipt's form. With
/// `ctl` it is started from those.
fn age(lab: &Lab, section: &str, ctl: &str) {
    let script = "/^# setpriv/d; /^PATH=/d; /^confined=/d; /^if setpriv/d; s/ [$]confined//";
    for (file, edit) in [("/opt/etcd-v3.5.1/etcd-server-startup.sh", script), (section, "/^umask=/d")] {
        lab.guest("n1", "older.sh", &[file, edit]).ok();
    }
    let line = format!(
        "set -e; sed -i '2s/\"schema\": [0-9]*/\"schema\": 2/' /var/lib/etcdpack/receipt.json
         chown etcd:etcd {LOGS}
         {ctl} reread; {ctl} update; {ctl} restart n1"
    );
    lab.sh("n1", &line).ok();
    lab.until("n1", "/usr/local/sbin/etcdpack-host status");
    assert_eq!(lab.sh("n1", "grep -c confined /opt/etcd/etcd-server-startup.sh").out.trim(), "0");
}

/// What an intruder with etcd's rights, or on an old kernel, can leave in the directory; and what is said of it.
const PLANTED: [(&str, &str); 6] = [
    ("ln -s /etc/profile.d/zz.sh etcd.stdout.log.9", "is a link to `/etc/profile.d/zz.sh`"),
    ("mkfifo etcd.stdout.log.9", "is a named pipe"),
    ("ln /etc/hostname etcd.stdout.log.9", "is a file with 2 names"),
    ("cp -a /dev/null etcd.stdout.log.9", "is a device"),
    ("mkdir etcd.stdout.log.9", "is a directory"),
    ("ln -s /etc/profile.d/zz.sh .bashrc", "`.bashrc` is a link to"),
];

fn old_host(lab: &Lab, section: &str, ctl: &str) {
    let sh = |line: &str| lab.sh("n1", line);
    age(lab, section, ctl);
    for (plant, words) in PLANTED {
        sh(&format!("echo n1 >/etc/hostname; cd {LOGS} && {plant}")).ok();
        for command in ["plan", "install --yes"] {
            let said = sh(&format!("/root/first.run {command}"));
            assert!(said.err.contains("[unsafe-logs]") && said.err.contains(words), "{plant}: {said:?}");
            assert!(said.err.contains(&format!("help: ls -lAi {LOGS}")), "{plant}: {said:?}");
            assert_eq!(said.code, 3, "{plant}: {said:?}");
        }
        let said = sh("/root/first.run status");
        assert!(said.code == 0 && said.err.contains("[unsafe-logs]") && said.err.contains(words), "{plant}: {said:?}");
        assert!(sh("/root/first.run status --json").out.contains("\"code\": \"unsafe-logs\""), "{plant}");
        sh(&format!("rm -rf {LOGS}/etcd.stdout.log.9 {LOGS}/.bashrc")).ok();
    }

    let warning = "warning: others than root can make files in";
    let said = sh("/root/first.run plan");
    assert!(said.code == 0 && said.err.contains(warning), "{said:?}");
    assert!(said.out.contains(&format!("~ file       {section}")), "{said:?}");
    let before = lab.etcds("n1");
    let said = sh("/root/first.run install --yes");
    assert!(said.err.contains(warning) && said.err.contains("[restart-pending]"), "{said:?}");
    said.ok();
    assert_eq!(lab.etcds("n1"), before, "etcd is not restarted");
    assert_eq!(sh(&format!("stat -c '%U:%G %a' {LOGS}")).ok(), "root:etcd 750");
    let said = sh("/usr/local/sbin/etcdpack-host status");
    assert!(said.out.contains("pending: startup script, supervisor section; ./HOST.run install --restart"), "{said:?}");
    assert!(!said.err.contains("unsafe-logs"), "{said:?}");
    assert!(
        sh("/usr/local/sbin/etcdpack-host status --json")
            .out
            .contains("\"restart_pending\": [\n    \"startup-script\",\n    \"section\"")
    );
    let files = lab.installed("n1");
    let said = sh("/root/first.run install --yes");
    assert!(said.err.contains("nothing was changed") && said.err.contains("[restart-pending]"), "{said:?}");
    assert_eq!(lab.installed("n1"), files);
    assert_eq!(lab.etcds("n1"), before);

    // The site updates another program of its own: ours is not restarted for that.
    sh(&format!("{ctl} reread; {ctl} update")).ok();
    assert_eq!(lab.etcds("n1"), before);
    attack(lab);
    let said = sh("/usr/local/sbin/etcdpack-host status");
    assert!(said.out.contains("pending: supervisor section; "), "{said:?}");
    let before = lab.etcds("n1");
    sh("/root/first.run install --yes --restart --wait 60").ok();
    assert!(lab.etcds("n1").len() == 1 && lab.etcds("n1") != before);
    assert!(!sh("/usr/local/sbin/etcdpack-host status").out.contains("pending"));
    let privileges = sh("grep -E 'NoNewPrivs|Umask' /proc/$(pgrep -x etcd)/status").ok();
    assert!(privileges.contains("0077") && privileges.contains("NoNewPrivs:\t1"), "{privileges}");
    let before = lab.etcds("n1");
    let said = sh("/root/first.run install --yes --restart");
    assert!(said.err.contains("nothing was changed"), "{said:?}");
    assert_eq!(lab.etcds("n1"), before, "nothing waits for a restart");
}

#[test]
fn under_the_hosts_supervisor_it_is_mended_and_etcd_runs_on() {
    let lab = installed("told", "supervisor", "10.102.0.11");
    old_host(&lab, "/etc/supervisor/conf.d/etcd-server.conf", "supervisorctl");
}

#[test]
fn under_the_carried_supervisor_it_is_mended_and_etcd_runs_on() {
    let lab = installed("toldc", "python", "10.102.1.11");
    old_host(&lab, "/etc/supervisord.d/etcd-server.ini", "/usr/local/bin/supervisorctl -c /etc/supervisord.conf");
}
