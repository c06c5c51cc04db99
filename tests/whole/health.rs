//! How an installed member does, and what `status` says of one that is not well: each time why, and what mends it.

use std::process::Command;

use whole::{Lab, SIGNER, Site, cluster, release, run, workspace};

/// One member under this host's own supervisor, with as large a quota.
fn member(name: &str, address: &str, quota: u64) -> Lab {
    member_on("supervisor", name, address, quota)
}

/// Likewise, on a host of this variant.
fn member_on(variant: &str, name: &str, address: &str, quota: u64) -> Lab {
    let tarball = release("3.5.1", "amd64");
    let file = cluster("3.5.1", &tarball, &[("solo", address)]);
    let site = Site::new(&(file + &format!("[etcd]\nquota-backend-bytes = {quota}\n")));
    site.build(&tarball);
    let lab = Lab::up(name, variant, &[&format!("solo={address}")]);
    lab.put(&site.bundle("solo"), "solo");
    lab.sh("solo", &format!("/root/solo.run install --yes --quiet {SIGNER} --wait 60")).ok();
    lab
}

/// The line behind the first `help: `, without its remark.
fn help(said: &str) -> &str {
    let line = said.lines().find_map(|line| line.strip_prefix("help: ")).expect("help");
    line.split("   (").next().unwrap_or(line)
}

#[test]
fn a_full_quota_is_named_and_the_line_that_is_shown_cures_it() {
    let lab = member("tquota", "10.82.1.11", 20_000_000);
    let sh = |line: &str| lab.sh("solo", &format!("export PATH=$PATH:/usr/local/sbin:/usr/local/bin; {line}"));
    let well = sh("etcdpack-host status").ok();
    assert!(well.contains("healthy") && !well.contains("STARTING") && well.contains("1 of 1 members serve"), "{well}");
    sh("head -c 1000000 /dev/zero | tr '\\0' a >/root/value; \
        for n in $(seq 40); do etcdctl put k </root/value >/dev/null 2>&1 || exit 0; done; exit 1")
    .ok();
    let said = sh("etcdpack-host status");
    assert_eq!(said.code, 7, "{said:?}");
    assert!(said.out.contains("not healthy: alarm"), "{said:?}");
    assert!(said.err.contains("alarm NOSPACE, raised by solo") && said.err.contains("[alarm]"), "{said:?}");
    // An install that waits for a healthy member does not take this one for it.
    let waited = sh(&format!("/root/solo.run install --yes --quiet {SIGNER} --wait 30"));
    assert_eq!(waited.code, 7, "{waited:?}");
    assert!(waited.err.contains("alarm NOSPACE, raised by solo"), "{waited:?}");
    let json = sh("etcdpack-host status --json");
    assert_eq!(json.code, 7);
    assert!(json.out.contains("\"kind\": \"NOSPACE\"") && json.out.contains("\"code\": \"alarm\""), "{json:?}");
    sh(help(&said.err)).ok();
    sh("etcdpack-host status && etcdctl put k v").ok();
}

#[test]
fn damaged_data_are_called_that() {
    let lab = member("tdamaged", "10.82.2.11", 200_000_000);
    let sh = |line: &str| lab.sh("solo", &format!("export PATH=$PATH:/usr/local/sbin:/usr/local/bin; {line}"));
    sh("supervisorctl stop solo; truncate -s 8192 /data/etcd/etcd-server/member/snap/db; supervisorctl start solo & true").ok();
    // Between two starts its supervisor says that it runs.
    let once =
        "/usr/local/sbin/etcdpack-host status >/root/said 2>&1; test $? = 7 && grep -F 'etcd does not run' /root/said";
    lab.until("solo", once);
    let said = sh("cat /root/said").ok();
    assert!(said.contains("not healthy: etcd-down"), "{said}");
    assert!(said.contains("unexpected fault address") && said.contains("data are damaged"), "{said}");
    assert!(said.contains("help: cp -a /data/etcd/etcd-server "), "{said}");
}

#[test]
fn a_member_without_a_majority_says_who_is_missing() {
    let tarball = release("3.5.1", "amd64");
    let hosts = [("n1", "10.82.3.11"), ("n2", "10.82.3.12"), ("n3", "10.82.3.13")];
    let site = Site::new(&cluster("3.5.1", &tarball, &hosts));
    site.build(&tarball);
    let lab = Lab::up("tmajority", "bare", &["n1=10.82.3.11"]);
    lab.put(&site.bundle("n1"), "n1");
    lab.sh("n1", &format!("/root/n1.run install --yes --quiet --first-install {SIGNER}")).ok();
    let began = std::time::Instant::now();
    let said = lab.sh("n1", "/usr/local/sbin/etcdpack-host status");
    assert_eq!(said.code, 7, "{said:?}");
    assert!(said.err.contains("1 of 3 members are up, and 2 must agree; not up: n2 and n3"), "{said:?}");
    assert!(
        began.elapsed().as_secs() < 8,
        "members that are down are asked one after the other: {:?}",
        began.elapsed()
    );
    // Who sits there is told meanwhile what is waited for, and sees none of it afterwards.
    let seen = lab.answered("n1", "/usr/local/sbin/etcdpack-host status", ("never asked", ""), "true");
    assert_eq!(seen.code, 7, "{seen:?}");
    assert!(seen.out.contains("\rlooking at this host and asking the members (0 s)\u{1b}[K"), "{seen:?}");
    let gone = seen.out.rfind("\r\u{1b}[K").expect("the row is cleared");
    assert!(seen.out[gone..].contains("not healthy"), "{seen:?}");
}

/// For each harm, what `status` says of it; the line that it shows, typed, makes the member well again.
fn is_mended_by_what_is_typed(lab: &Lab, harms: &[(&str, &str, &str)]) {
    let sh = |line: &str| lab.sh("solo", &format!("export PATH=$PATH:/usr/local/sbin:/usr/local/bin; {line}"));
    for (harm, words, typed) in harms {
        sh(harm).ok();
        for command in ["status", "doctor"] {
            let said = sh(&format!("etcdpack-host {command}"));
            assert_eq!(said.code, 7, "{harm}: {said:?}");
            assert!(said.err.contains(words) && said.err.contains(&format!("help: {typed}")), "{harm}: {said:?}");
        }
        let said = sh("etcdpack-host status");
        let line = said.err.lines().find(|line| line.starts_with(&format!("help: {typed}"))).expect("help");
        let line = line.trim_start_matches("help: ").split("   (").next().expect("a line");
        let line = line.replace("./HOST.run install", &format!("/root/solo.run install --yes --quiet {SIGNER}"));
        sh(&line).ok();
        lab.until("solo", "/usr/local/sbin/etcdpack-host status");
        let said = sh("etcdpack-host doctor");
        assert_eq!(said.code, 0, "after `{line}`: {said:?}");
    }
}

#[test]
fn a_member_that_systemd_was_told_to_stop_is_said_to_be_stopped_and_what_is_typed_starts_it() {
    let lab = member_on("bare", "tstopped", "10.82.65.11", 200_000_000);
    is_mended_by_what_is_typed(
        &lab,
        &[
            (
                "systemctl stop etcd-server",
                "etcd is stopped: systemd (etcd-server.service) has it as inactive",
                "systemctl start etcd-server.service",
            ),
            (
                "systemctl stop etcd-server; rm /etc/systemd/system/etcd-server.service; systemctl daemon-reload",
                "etcd does not run: systemd (etcd-server.service) does not know it any more",
                "./HOST.run install",
            ),
        ],
    );
}

#[test]
fn a_member_that_supervisor_was_told_to_stop_is_said_to_be_stopped_and_what_is_typed_starts_it() {
    let lab = member("tstoppedsup", "10.82.66.11", 200_000_000);
    let ctl = "/usr/bin/supervisorctl -c /etc/supervisor/supervisord.conf";
    is_mended_by_what_is_typed(
        &lab,
        &[
            ("supervisorctl stop solo", "has it as STOPPED", &format!("{ctl} start solo")),
            (
                "supervisorctl stop solo; supervisorctl remove solo",
                "does not know it any more",
                &format!("{ctl} update"),
            ),
            (
                "systemctl stop supervisor",
                "supervisord, which is to keep it running, does not answer",
                "systemctl start supervisor",
            ),
        ],
    );
}

#[test]
fn another_user_for_its_unit_a_log_that_is_not_kept_and_a_disk_that_fills_are_named() {
    let lab = member_on("bare", "tcauses", "10.82.76.11", 200_000_000);
    let sh = |line: &str| lab.sh("solo", line);
    let (status, dir) = ("/usr/local/sbin/etcdpack-host status", "/etc/systemd/system/etcd-server.service.d");
    let restart = "systemctl daemon-reload; systemctl restart etcd-server";
    sh(&format!("mkdir {dir}; printf '[Service]\\nUser=nobody\\n' >{dir}/x.conf; {restart}; true")).ok();
    lab.until("solo", &format!("{status} 2>&1 | grep -qF '[unit-overridden]'"));
    let said = sh(status);
    assert!(said.code == 7 && said.err.contains("[unit-overridden]") && !said.err.contains("chown"), "{said:?}");
    assert_eq!(help(&said.err), "systemctl cat etcd-server.service", "{said:?}");
    sh(&format!("rm -r {dir}; {restart}")).ok();
    lab.until("solo", status);
    // Without a journal nothing tells why.
    sh("systemctl stop systemd-journald.socket systemd-journald-dev-log.socket systemd-journald; rm -rf /run/log/journal /var/log/journal; \
        systemctl stop etcd-server; chmod -x /opt/etcd-v3.5.1/etcd; systemctl start etcd-server; true")
    .ok();
    lab.until("solo", "! systemctl is-active etcd-server");
    let said = sh(status);
    assert!(said.code == 7 && said.err.contains("nothing of its log can be read here"), "{said:?}");
    sh("chmod +x /opt/etcd-v3.5.1/etcd; systemctl start systemd-journald.socket systemd-journald").ok();
    // The disk of the data becomes one with little room while etcd runs.
    sh("systemctl stop etcd-server; mv /data /aside; mkdir /data; mount -t tmpfs -o size=600m,mode=755 none /data && \
        cp -a /aside/. /data && systemctl start etcd-server")
    .ok();
    lab.until("solo", status);
    sh("mount -o remount,size=300m /data").ok();
    let (said, examined) = (sh(status), sh("/usr/local/sbin/etcdpack-host doctor"));
    for said in [said, examined] {
        assert!(said.code == 7 && said.err.contains("[no-space]") && said.err.contains("df -h /data"), "{said:?}");
    }
}

#[test]
fn a_supervisord_that_runs_and_takes_no_order_is_named_and_started_again() {
    let lab = member("tsilent", "10.82.75.11", 200_000_000);
    let sh = |line: &str| lab.sh("solo", &format!("export PATH=$PATH:/usr/local/sbin:/usr/local/bin; {line}"));
    let restart = "systemctl restart supervisor.service";
    sh("rm /var/run/supervisor.sock").ok();
    // One that was started a moment ago may be about to listen.
    lab.until("solo", "/usr/local/sbin/etcdpack-host status 2>&1 | grep -q 'does not answer at its socket'");
    let said = sh("etcdpack-host status");
    assert!(said.code == 0 && said.err.contains("[etcd-running]") && !said.err.contains("nobody starts"), "{said:?}");
    assert_eq!(help(&said.err), restart, "{said:?}");
    // Where it is to be told something, an install does not begin.
    sh("systemctl kill -s TERM --kill-who=all supervisor; true").ok();
    lab.until("solo", "! pgrep -x etcd");
    sh("systemctl start supervisor").ok();
    lab.until("solo", "/usr/local/sbin/etcdpack-host status");
    sh("pkill -STOP -x etcd; pkill -TERM supervisord").ok();
    lab.until("solo", "/usr/local/sbin/etcdpack-host status 2>&1 | grep -q 'was told to end'");
    let plan = sh(&format!("/root/solo.run plan {SIGNER}"));
    plan.refused(3, "[supervisor-silent]");
    sh(restart).ok();
    lab.until("solo", "/usr/local/sbin/etcdpack-host status");
}

#[test]
fn a_file_of_its_certificate_that_is_gone_or_another_is_named_and_put_back_without_a_restart() {
    let lab = member_on("bare", "tcertgone", "10.82.67.11", 200_000_000);
    let sh = |line: &str| lab.sh("solo", line).ok();
    let etcd = lab.etcds("solo");
    let dir = "/opt/etcd-v3.5.1/certs";
    let (missing, other) = (
        "./HOST.run install",
        format!("mv {dir}/etcd-peer-key.pem {dir}/etcd-peer-key.pem.broken && ./HOST.run install"),
    );
    for name in ["ca.pem", "etcd-peer.pem", "etcd-peer-key.pem"] {
        let words = format!("`{dir}/{name}`, is missing: etcd cannot use it");
        is_mended_by_what_is_typed(&lab, &[(&format!("rm {dir}/{name}"), &words, missing)]);
    }
    let key = format!("{dir}/etcd-peer-key.pem");
    for (harm, words) in [
        (format!("truncate -s 0 {key}"), "is empty: etcd"),
        (format!("echo none >{key}"), "is not a PEM file that can be read: etcd"),
        (
            format!("openssl ecparam -name prime256v1 -genkey -noout >{key}"),
            "does not belong to the certificate beside it",
        ),
    ] {
        sh(&format!("cp -p {key} /root/key"));
        sh(&harm);
        lab.sh("solo", &format!("/root/solo.run install --yes --quiet {SIGNER}")).refused(3, "[bad-certificate]");
        sh(&format!("cp -p /root/key {key}"));
        is_mended_by_what_is_typed(&lab, &[(&harm, words, &other)]);
        sh(&format!("rm {key}.broken"));
    }
    is_mended_by_what_is_typed(&lab, &[(&format!("chown root {key}"), "is closed to etcd's user, `etcd`", missing)]);
    assert_eq!(lab.etcds("solo"), etcd, "etcd was restarted");
}

#[test]
fn data_that_are_deleted_under_a_running_etcd_are_missed_while_it_still_serves() {
    let lab = member_on("bare", "tdeleted", "10.82.71.11", 200_000_000);
    let status = |flag: &str| lab.sh("solo", &format!("/usr/local/sbin/etcdpack-host status {flag}"));
    lab.sh("solo", "rm -r /data/etcd/etcd-server").ok();
    let said = status("");
    assert!(said.code == 7 && said.out.contains("not healthy: data-gone"), "{said:?}");
    assert!(said.err.contains("help: findmnt -T /data/etcd/etcd-server"), "{said:?}");
    let json = status("--json");
    assert!(json.code == 7 && json.out.contains("\"healthy\": false"), "{json:?}");
    // It is not started without them, and no other cause is named.
    lab.sh("solo", "systemctl --no-block restart etcd-server").ok();
    lab.until("solo", "journalctl -u etcd-server | grep -q 'the data of this member are not in'");
    let said = status("");
    assert!(said.code == 7 && said.err.contains("[data-gone]") && !said.err.contains("read-only"), "{said:?}");
    assert!(!said.err.contains("[etcd-down]"), "{said:?}");
    assert_eq!(lab.etcds("solo"), Vec::<String>::new());
}

#[test]
fn a_way_that_etcds_user_cannot_pass_is_named_and_what_is_typed_opens_it() {
    let lab = member_on("bare", "tshut", "10.82.72.11", 200_000_000);
    let restart = "systemctl restart etcd-server";
    is_mended_by_what_is_typed(
        &lab,
        &[
            // What runs reads its certificate at each handshake, and its program at the next start.
            ("chmod 0700 /opt", "cannot pass `/opt` (mode 0700, owner 0)", "chmod a+x /opt"),
            (&format!("chmod 0700 /opt; {restart}"), "[way-closed]", "chmod a+x /opt"),
            (&format!("chmod 0700 /opt/etcd-certs/*; {restart}"), "[way-closed]", "chmod a+rx /opt/etcd-certs/"),
            (&format!("chmod 0700 /data/etcd; {restart}"), "cannot pass `/data/etcd`", "chmod a+rx /data/etcd"),
        ],
    );
    // What is not said is what the log says of it, and whoever installs is told before.
    lab.sh("solo", &format!("chmod 0700 /opt; {restart}; sleep 1")).ok();
    let said = lab.sh("solo", "/usr/local/sbin/etcdpack-host status");
    assert!(said.out.contains("not healthy: way-closed\n") && !said.err.contains("[etcd-down]"), "{said:?}");
    lab.sh("solo", "/root/solo.run plan").refused(3, "[way-closed]");
    lab.sh("solo", "chmod 0755 /opt").ok();
    // What the install has made, it opens again.
    lab.sh("solo", "chmod 0700 /data/etcd").ok();
    lab.sh("solo", &format!("/root/solo.run install --yes --quiet {SIGNER} --wait 60")).ok();
    assert_eq!(lab.sh("solo", "stat -c %a /data/etcd").ok(), "755");
}

#[test]
fn an_etcd_whose_user_has_another_number_than_its_data_is_told_whose_they_are() {
    let lab = member_on("bare", "tnumber", "10.82.74.11", 200_000_000);
    let sh = |line: &str| lab.sh("solo", line);
    sh("systemctl stop etcd-server && sed -i 's/^etcd:x:[0-9]*:/etcd:x:881:/' /etc/passwd").ok();
    let old = sh("stat -c %u /data/etcd/etcd-server").ok();
    sh("/root/solo.run plan").refused(3, "[data-owner]");
    sh(&format!("/root/solo.run install --yes --quiet {SIGNER}")).refused(3, "[data-owner]");
    let said = sh("/usr/local/sbin/etcdpack-host status");
    assert!(said.code == 7 && said.err.contains(&format!("belongs to the user with uid {old}")), "{said:?}");
    sh(help(said.err.split("[data-owner]").nth(1).unwrap())).ok();
    sh(&format!("/root/solo.run install --yes --quiet {SIGNER} --wait 60")).ok();
    sh("/usr/local/sbin/etcdpack-host status").ok();
}

#[test]
fn a_program_that_may_not_be_started_where_it_lies_and_a_user_that_is_gone_are_named() {
    let lab = member_on("bare", "tnouser", "10.82.73.11", 200_000_000);
    let restart = "systemctl restart etcd-server";
    is_mended_by_what_is_typed(
        &lab,
        &[
            (
                &format!("mount --bind /opt /opt && mount -o remount,bind,noexec /opt; {restart}"),
                "[no-exec]",
                "mount -o remount,exec $(findmnt -n -o TARGET -T /opt/etcd-v3.5.1)",
            ),
            (
                &format!("sed -i /^etcd:/d /etc/passwd; {restart}; sleep 1"),
                "is not on this host any more",
                "./HOST.run install",
            ),
        ],
    );
    // A killed one says so, as long as it has not come up again.
    lab.sh("solo", "systemctl kill -s KILL etcd-server").ok();
    lab.until("solo", "journalctl -u etcd-server | grep -q 'code=killed, status=9/KILL'");
    lab.until("solo", "/usr/local/sbin/etcdpack-host status");
}

#[test]
fn the_doctor_finds_what_is_wrong_says_what_to_type_and_is_content_when_that_was_typed() {
    let lab = member("tdoctor", "10.82.4.11", 200_000_000);
    let sh = |line: &str| lab.sh("solo", &format!("export PATH=$PATH:/usr/local/sbin:/usr/local/bin; {line}"));
    let codes = |said: &str| -> Vec<String> {
        let examined: serde_json::Value = serde_json::from_str(said).expect("JSON");
        let findings = examined["findings"].as_array().expect("findings");
        findings.iter().filter_map(|found| found["code"].as_str().map(str::to_owned)).collect()
    };
    let well = sh("etcdpack-host doctor --json");
    assert_eq!(well.code, 0, "{well:?}");
    assert!(well.out.contains("\"healthy\": true") && well.out.contains("\"faults\": 0"), "{well:?}");
    has_its_form(&well.out);

    // Each of these lets etcd run on, and would be found at the next boot, or the next night.
    let dir = "$(dirname $(readlink -f /opt/etcd/etcd))";
    for (harm, code, cure) in [
        (
            "rm /usr/local/bin/etcdctl".to_owned(),
            "not-as-installed",
            format!("/root/solo.run install --yes --quiet {SIGNER}"),
        ),
        (format!("chmod 0777 {dir}"), "unsafe-directory", format!("chmod 0755 {dir}")),
        (
            "mv /data/etcd/etcd-server /data/gone".to_owned(),
            "data-gone",
            "mv /data/gone /data/etcd/etcd-server".to_owned(),
        ),
        ("supervisorctl stop solo".to_owned(), "etcd-down", "supervisorctl start solo; sleep 2".to_owned()),
    ] {
        sh(&harm).ok();
        let said = sh("etcdpack-host doctor --json");
        assert!(codes(&said.out).iter().any(|found| found == code), "{harm}: {said:?}");
        assert_eq!(said.code, 7, "{harm}: {said:?}");
        has_its_form(&said.out);
        let said = sh("etcdpack-host doctor");
        assert!(said.err.contains(&format!("[{code}]")) && said.out.contains("fault"), "{harm}: {said:?}");
        sh(&cure).ok();
        let said = sh("etcdpack-host doctor --json");
        assert!(said.code == 0 && !codes(&said.out).iter().any(|found| found == code), "{cure}: {said:?}");
    }
    // A warning, and the member is called well: until the next boot it is.
    sh("systemctl disable supervisor").ok();
    for command in ["status", "doctor"] {
        let said = sh(&format!("etcdpack-host {command}"));
        assert!(
            said.err.contains("[no-start-at-boot]") && said.err.contains("help: systemctl enable supervisor"),
            "{said:?}"
        );
        assert_eq!(said.code, 0, "{said:?}");
    }
    sh("systemctl enable supervisor").ok();
    assert!(!sh("etcdpack-host status").err.contains("[no-start-at-boot]"));
    let strict = sh("etcdpack-host doctor --json --strict");
    assert_eq!(strict.code, if codes(&strict.out).is_empty() { 0 } else { 7 }, "{strict:?}");
    let next = sh("etcdpack-host status").ok();
    assert!(next.contains("nothing until 20") || next.contains("what the warnings say"), "{next}");
}

/// What the schema in `docs/` says of the doctor's JSON, by a validator that is not ours.
fn has_its_form(said: &str) {
    let schema = workspace().join("docs/doctor.schema.json");
    let line = "import json,jsonschema,sys; jsonschema.validate(json.loads(sys.argv[2]), json.load(open(sys.argv[1])))";
    run(Command::new("python3").args(["-c", line]).arg(schema).arg(said)).ok();
}
