//! Service managers as sites have them, and what else would start an etcd at boot.

use whole::{Lab, SIGNER, Site, cluster, release};

/// A host with its bundle; the cluster file has `more` sections.
fn host(name: &str, variant: &str, address: &str, more: &str) -> (Lab, Site) {
    let tarball = release("3.5.1", "amd64");
    let site = Site::new(&(cluster("3.5.1", &tarball, &[("n1", address)]) + more));
    site.build(&tarball);
    let lab = Lab::up(name, variant, &[&format!("n1={address}")]);
    lab.put(&site.bundle("n1"), "n1");
    (lab, site)
}

/// The line behind the first `help: ` below a code, without its remark.
fn help(said: &str, code: &str) -> String {
    let below = said.split(&format!("[{code}]")).nth(1).unwrap_or_else(|| panic!("no {code}: {said}"));
    let line = below.lines().find_map(|line| line.strip_prefix("help: ")).expect("help");
    line.split("   (").next().unwrap_or(line).to_owned()
}

#[test]
fn a_supervisor_without_room_gets_it_by_the_line_that_is_shown_and_its_programs_stay() {
    let (lab, _) = host("troom", "supervisor", "10.86.1.11", "");
    let sh = |line: &str| lab.sh("n1", line);
    let plan = format!("/root/n1.run plan {SIGNER} --service supervisor");
    let conf = "/etc/supervisor/supervisord.conf";
    sh(&format!(
        "cp {conf} /root/good.conf; sed -i '/include/,$d' {conf}; \
         printf '[program:theirs]\\ncommand=/bin/sleep 77777\\n' >>{conf}; supervisorctl update; supervisorctl status theirs"
    ))
    .ok();
    let said = sh(&plan);
    assert_eq!(said.code, 3, "{said:?}");
    assert!(said.err.contains("has no [include]") && !said.err.contains("mv "), "{said:?}");
    // Debian's supervisord runs other programs: the carried one never takes its socket.
    let said = sh(&format!("/root/n1.run plan {SIGNER}"));
    assert!(said.code == 0 && said.err.contains("[supervisor-unfit]") && said.out.contains("systemd"), "{said:?}");
    sh(&help(&sh(&plan).err, "supervisor-unfit")).ok();
    let install = format!("/root/n1.run install --yes --quiet {SIGNER} --service supervisor --wait 60");
    sh(&install).ok();
    assert!(sh("supervisorctl status theirs").ok().contains("RUNNING"));
    // What an earlier version had not put there comes without a restart.
    let drop_in = "/etc/systemd/system/supervisor.service.d/etcd-server.conf";
    let etcd = sh("supervisorctl pid n1").ok();
    sh(&format!("rm {drop_in}")).ok();
    sh(&install).ok();
    assert_eq!(sh(&format!("supervisorctl pid n1; ls {drop_in}")).ok(), format!("{etcd}\n{drop_in}"));
    // Without the disk of the logs, at a start and at a boot, others' programs start all the same.
    let is_up = "supervisorctl status theirs | grep RUNNING && supervisorctl status n1 | grep RUNNING";
    sh("rm -rf /data/logs && systemctl restart supervisor").ok();
    lab.until("n1", is_up);
    sh("systemctl stop supervisor && rm -rf /data/logs").ok();
    lab.crash("n1");
    lab.boot("n1");
    lab.until("n1", is_up);
    assert_eq!(sh("stat -c '%a %U %G' /data/logs/etcd-server").ok(), "750 root etcd");
    sh("/usr/local/sbin/etcdpack-host status").ok();
    sh("/usr/local/sbin/etcdpack-host uninstall --purge --yes --quiet").ok();
    assert!(sh("supervisorctl status theirs").ok().contains("RUNNING"));
    sh("! test -e /etc/systemd/system/supervisor.service.d && ! systemctl cat supervisor | grep etcd").ok();
    // The last is GBK, of which the first two bytes alone would be UTF-8.
    for (change, words) in [
        ("sed -i 's/^.supervisord.$/&\\nuser=daemon/'", "has `user=daemon`"),
        ("sed -i 's/^.supervisorctl.$/[other]/'", "does not tell supervisorctl"),
        ("sed -i '1i ; \\xd7\\xa2\\xca\\xcd'", "is not UTF-8"),
    ] {
        sh(&format!("cp /root/good.conf {conf}; {change} {conf}")).ok();
        sh(&plan).refused(3, words);
    }
    sh(&format!("cp /root/good.conf {conf}")).ok();
    what_supervisord_cannot_read_is_foreseen(&lab, &install);
}

/// Of somebody's section that supervisord cannot read, where it runs and where it does not; by the install where only
/// supervisord knows: what stands in its environment.
fn what_supervisord_cannot_read_is_foreseen(lab: &Lab, install: &str) {
    let sh = |line: &str| lab.sh("n1", line);
    let broken = "/etc/supervisor/conf.d/broken.conf";
    let plan = install.replace("install --yes --quiet", "plan").replace(" --wait 60", "");
    let by_any = plan.replace(" --service supervisor", "");
    sh("systemctl restart supervisor").ok();
    lab.until("n1", "supervisorctl pid");
    let states = ["systemctl start supervisor", "systemctl stop supervisor"];
    for (text, why) in [
        ("[program:broken]\\nautostart=true", "does not specify a command"),
        ("[program:broken]\\ncommand=/bin/true\\nuser=nobody-of-this-name", "Invalid user name"),
        ("[program:broken]\\ncommand=/bin/true\\nstdout_logfile=/nowhere/log", "does not exist"),
        ("[program:broken]\\ncommand=/bin/true\\nnonsense", "parsing errors"),
    ] {
        sh(&format!("printf '{text}\\n' >{broken}")).ok();
        for state in states {
            sh(state).ok();
            let said = sh(&plan);
            assert!(said.err.contains(why) && said.err.contains(broken), "{text}: {said:?}");
            assert!(said.code == 3 && said.err.contains("help: mend what it says"), "{text}: {said:?}");
            let said = sh(&by_any);
            assert!(said.code == 0 && said.err.contains("systemd takes its place"), "{text}: {said:?}");
            // To be started again, what is broken must not be there.
            sh(&format!("mv {broken} /root/broken && systemctl start supervisor")).ok();
            lab.until("n1", "supervisorctl pid");
            sh(&format!("mv /root/broken {broken}")).ok();
        }
    }
    sh(&format!("printf '[program:broken]\\ncommand=%%(ENV_NOTHING)s\\n' >{broken}")).ok();
    for (state, words) in states.into_iter().zip(["cannot read its configuration", "does not answer; it says: "]) {
        sh(state).ok();
        let said = sh(install);
        assert!(said.err.contains("'ENV_NOTHING'") && said.err.contains("help: mend what it says"), "{said:?}");
        said.refused(5, words);
    }
    // With a member installed: where nothing is to be done, it is nobody's business; else it is refused.
    sh(&format!("rm {broken} && {install}")).ok();
    sh(&format!("printf '[program:broken]\\n' >{broken}")).ok();
    sh(&plan).ok();
    sh("pkill -x etcd; supervisorctl stop n1").ok();
    sh(&plan).refused(3, "cannot read its configuration");
    sh(&format!("rm {broken}; {install} && /usr/local/sbin/etcdpack-host uninstall --purge --yes --quiet")).ok();
}

#[test]
fn an_old_etcd_that_would_start_at_the_next_boot_is_found_wherever_it_stands() {
    let (lab, _) = host("tatboot", "supervisor", "10.86.2.11", "");
    let sh = |line: &str| lab.sh("n1", line);
    let plan = format!("/root/n1.run plan {SIGNER}");
    sh("printf '[Service]\\nExecStart=/usr/bin/etcd --name old\\n[Install]\\nWantedBy=multi-user.target\\n' \
        >/etc/systemd/system/etcd.service && systemctl enable --quiet etcd.service")
    .ok();
    let said = sh(&plan);
    assert!(said.err.contains("the unit `etcd.service`, which is enabled, starts another etcd"), "{said:?}");
    sh(&help(&said.err, "etcd-at-boot")).ok();
    sh(&plan).ok();
    for (file, text) in [
        ("/etc/supervisor/conf.d/old.conf", "[program:old]\\ncommand=/opt/old/etcd-server-startup.sh\\n"),
        ("/etc/cron.d/old", "@reboot root /opt/old/etcd\\n"),
        ("/var/spool/cron/crontabs/root", "@reboot /opt/old/etcd\\n"),
        ("/var/spool/cron/etcd", "* * * * * pgrep etcd || /opt/old/etcd\\n"),
        ("/etc/rc.local", "#!/bin/sh\\nnohup /opt/old/etcd &\\n"),
        ("/etc/rc.d/rc.local", "/opt/old/etcd &\\n"),
        ("/etc/rc3.d/S50etcd", "#!/bin/sh\\n"),
        ("/etc/rc3.d/S50store", "#!/bin/sh\\nDAEMON=/usr/local/bin/etcd\\n"),
        (
            "/etc/containers/systemd/old.container",
            "[Container]\\nImage=x/etcd:1\\n[Install]\\nWantedBy=default.target\\n",
        ),
        ("/etc/kubernetes/manifests/etcd.yaml", "spec:\\n  containers:\\n  - image: x/etcd:3.5.15-0\\n"),
        (
            "/etc/systemd/system/multi-user.target.wants/store.service",
            "[Service]\\nExecStart=/opt/old/etcd --name old\\n",
        ),
    ] {
        sh(&format!("mkdir -p $(dirname {file}); printf '{text}' >{file}")).ok();
        let said = sh(&plan);
        let shown = file.rsplit_once("wants/").map_or(file, |(_, unit)| unit);
        assert!(said.code == 3 && said.err.contains("[etcd-at-boot]") && said.err.contains(shown), "{file}: {said:?}");
        sh(&format!("rm {file}")).ok();
    }
    // What only speaks to an etcd, or starts nothing by itself, is nobody's business.
    sh("mkdir -p /etc/cron.d; printf '0 3 * * * root /usr/local/bin/etcdctl snapshot save /backup/etcd\\n' >/etc/cron.d/backup; \
        printf '[program:old]\\ncommand=/opt/old/etcd\\nautostart=false\\n' >/etc/supervisor/conf.d/old.conf")
    .ok();
    sh(&plan).ok();
}

#[test]
fn a_supervisor_that_was_off_is_off_again_whatever_came_of_an_install() {
    let refused = "[etcd.flags]\nlisten-metrics-urls = \"https://10.99.9.9:9999\"\n";
    let (lab, site) = host("toff", "supervisor", "10.86.3.11", refused);
    let sh = |line: &str| lab.sh("n1", line);
    let stands = || {
        let ask = "echo $(systemctl is-enabled supervisor) $(systemctl is-active supervisor)";
        let said = sh(ask).out;
        said.lines().last().unwrap_or_default().to_owned()
    };
    let install = format!("/root/n1.run install --yes --quiet {SIGNER} --service supervisor --wait 60");
    let uninstall = "/usr/local/sbin/etcdpack-host uninstall --purge --yes --quiet";
    sh("systemctl disable --quiet --now supervisor").ok();
    assert_eq!(stands(), "disabled inactive");
    sh(&install).refused(5, "cannot assign");
    assert_eq!(stands(), "disabled inactive", "rolled back");

    let text = std::fs::read_to_string(site.path("cluster.toml")).unwrap();
    std::fs::write(site.path("cluster.toml"), text.replace(refused, "")).unwrap();
    site.build(&release("3.5.1", "amd64"));
    lab.put(&site.bundle("n1"), "n1");
    for _ in 0..2 {
        sh(&install).ok();
        // Once more: how it stood before is known from the first time.
        sh(&install).ok();
        assert_eq!(stands(), "enabled active");
        sh(uninstall).ok();
        assert_eq!(stands(), "disabled inactive", "uninstalled");
    }
    // Enabled, and stopped.
    sh("systemctl enable --quiet supervisor").ok();
    sh(&install).ok();
    sh(uninstall).ok();
    assert_eq!(stands(), "enabled inactive");
    // What a site has come to run under it since is not stopped.
    sh(&install).ok();
    sh("printf '[program:theirs]\\ncommand=/bin/sleep 77777\\n' >/etc/supervisor/conf.d/theirs.conf; supervisorctl update").ok();
    sh(uninstall).ok();
    assert_eq!(stands(), "enabled active");
    assert!(sh("supervisorctl status theirs").ok().contains("RUNNING"));
}

#[test]
fn an_own_unit_that_was_there_and_enabled_is_so_again() {
    let (lab, _) = host("townunit", "bare", "10.86.4.11", "");
    let sh = |line: &str| lab.sh("n1", line);
    let install = format!("/root/n1.run install --yes --quiet {SIGNER} --wait 60");
    let uninstall = "/usr/local/sbin/etcdpack-host uninstall --purge --yes --quiet";
    let unit = "/etc/systemd/system/etcd-server.service";
    sh(&install).ok();
    sh(&format!("cp {unit} /root/unit")).ok();
    sh(uninstall).ok();
    sh(&format!("! test -e {unit}")).ok();
    for (state, word) in [("enable", "enabled"), ("disable", "disabled")] {
        sh(&format!(
            "install -m 600 /root/unit {unit} && systemctl daemon-reload && systemctl {state} --quiet etcd-server"
        ))
        .ok();
        sh(&install).ok();
        assert_eq!(sh("systemctl is-enabled etcd-server").ok(), "enabled");
        sh(uninstall).ok();
        assert_eq!(sh("systemctl is-enabled etcd-server").out.trim(), word);
        assert_eq!(sh(&format!("stat -c '%a %U' {unit}")).ok(), "600 root");
    }
}
