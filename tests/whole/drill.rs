//! A drill shows that a snapshot comes back, beside a member that does not notice; and leaves nothing, whatever stops it.

use whole::{Lab, Said};

const HOST: &str = "/usr/local/sbin/etcdpack-host";
const ETCDCTL: &str = "ETCDCTL_API=3 /usr/local/bin/etcdctl";
const DATA: &str = "/data/etcd/etcd-server";
pub const LEFT: &str = "/data/etcd/etcd-server/.etcdpack-drill";

fn drill(lab: &Lab, words: &str) -> Said {
    lab.sh("n1", &format!("cd /backup && {HOST} drill {words}"))
}

/// Of `/backup/etcd.db`, which has so many keys, and goes so far, on the host `n1`.
pub(crate) fn beside_the_member(lab: &Lab, keys: usize, revision: &str) {
    let sh = |line: &str| lab.sh("n1", line);
    // Who is connected stays so.
    sh(&format!("{ETCDCTL} watch drilled >/root/watched 2>&1 & echo $! >/root/watcher")).ok();
    let seen =
        || (lab.etcds("n1"), sh(&format!("{ETCDCTL} get health -w json")).ok(), sh(&format!("ls -A {DATA}")).ok());
    let before = seen();
    let said = drill(lab, "etcd.db").ok();
    assert!(said.starts_with(&format!("restorable: {keys} keys, revision {revision}, in ")), "{said}");
    let said = drill(lab, "--json etcd.db").ok();
    for field in ["\"restorable\": true", &format!("\"keys\": {keys}"), &format!("\"revision\": {revision}")] {
        assert!(said.contains(field), "{said}");
    }
    assert!(drill(lab, "--lang zh etcd.db").ok().starts_with(&format!("可以恢复：{keys} 个键")));
    assert_eq!(seen(), before, "the member is as it was");
    alarmed(lab, keys);
    sealed(lab, keys);
    no_drill(lab);
    held_up(lab);
    assert_eq!(seen(), before, "the member is as it was");
    sh(&format!("{ETCDCTL} put drilled seen && kill -0 $(cat /root/watcher)")).ok();
    lab.until("n1", "grep -q seen /root/watched");
    sh("kill $(cat /root/watcher)").ok();
}

/// An alarm that stood when it was taken comes along, and etcd serves reads under it.
fn alarmed(lab: &Lab, keys: usize) {
    let sh = |line: &str| lab.sh("n1", line);
    lab.guest("n1", "alarm.sh", &["CORRUPT"]).ok();
    sh(&format!("{HOST} snapshot -o /backup/corrupt.db")).ok();
    sh(&format!("{ETCDCTL} alarm disarm")).ok();
    let said = drill(lab, "corrupt.db");
    assert!(said.err.contains("alarm CORRUPT along") && said.err.contains("[snapshot-alarmed]"), "{said:?}");
    let said = said.ok();
    assert!(said.starts_with(&format!("restorable: {keys} keys, ")) && said.contains("with alarm CORRUPT"), "{said}");
    let said = drill(lab, "--json corrupt.db").ok();
    assert!(said.contains("\"alarms\": [") && said.contains("\"CORRUPT\""), "{said}");
    sh("rm /backup/corrupt.db*").ok();
}

/// By the secret half of `/root/identity`, from a descriptor, or typed and not shown.
fn sealed(lab: &Lab, keys: usize) {
    let sh = |line: &str| lab.sh("n1", line);
    let recipient = sh("grep -o 'age1[0-9a-z]*' /root/identity").ok();
    sh(&format!("cd /backup && {HOST} snapshot --recipient {recipient} -o sealed.age")).ok();
    drill(lab, "sealed.age </dev/null").refused(4, "nothing was given that opens it");
    let said = drill(lab, "sealed.age --identity-fd 3 3</root/identity").ok();
    assert!(said.starts_with(&format!("restorable: {keys} keys, ")), "{said}");
    let identity = sh("grep ^AGE-SECRET-KEY- /root/identity").ok();
    let typed = ("Secret half that opens", identity.as_str());
    let said = lab.answered("n1", &format!("{HOST} drill /backup/sealed.age"), typed, "true");
    assert!(!said.out.contains(&identity) && said.out.contains(&format!("restorable: {keys} keys, ")), "{said:?}");
    drill(lab, "sealed.age --identity-fd 3 3</root/other").refused(4, "sealed for others");
    sh(&format!("rm /backup/sealed.age*; test ! -e {LEFT}")).ok();
}

/// What does not show that it can be restored.
fn no_drill(lab: &Lab) {
    let sh = |line: &str| lab.sh("n1", line);
    for (make, words, code, found) in [
        ("truncate -s -1 x.db", "x.db", 4, "was cut off"),
        ("truncate -s -4096 x.db", "x.db", 4, "its bytes are not those"),
        ("printf X | dd of=x.db bs=1 seek=20000 conv=notrunc status=none", "x.db", 4, "its bytes are not those"),
        ("truncate -s -32 x.db", "x.db", 4, "drill --unverified x.db"),
        ("cp /root/sevens.db x.db", "x.db", 4, "no database of etcd's"),
        (
            "dd if=/dev/zero of=x.db bs=4096 seek=60 count=60 conv=notrunc status=none; truncate -s -32 x.db",
            "--unverified x.db",
            4,
            "x.db: ",
        ),
        ("truncate -s 1T x.db", "x.db", 3, "[low-memory]"),
        ("sed -i 's/\"etcd\": \".*\"/\"etcd\": \"3.9.1\"/' x.db.json", "x.db", 3, "[snapshot-newer]"),
        ("rm x.db", "x.db", 3, "No such file"),
    ] {
        sh(&format!("cd /backup && cp etcd.db x.db && cp etcd.db.json x.db.json && {{ {make}; }}")).ok();
        let said = drill(lab, words);
        assert!(said.code == code && said.err.contains(found), "{make}: {said:?}");
        assert_eq!(sh(&format!("ls -d {LEFT}; rm -f /backup/x.db*")).out, "", "{make}");
    }
    sh(&format!("setpriv --reuid=65534 --regid=65534 --clear-groups {HOST} drill /backup/etcd.db"))
        .refused(3, "[not-root]");
}

/// Told to stop, or killed: its etcd ends with it, and what it has restored goes, at once or with the next.
fn held_up(lab: &Lab) {
    for (signal, code) in [("INT", 5), ("TERM", 5), ("HUP", 5), ("KILL", 137)] {
        let said = killed(lab, signal);
        assert_eq!(
            (said.code, said.out.as_str()),
            (code, "by etcd\n0\nnice 19\napart\nhealthy\ndrill\n"),
            "{signal}: {said:?}"
        );
        assert_eq!(lab.sh("n1", &format!("test -e {LEFT}")).code, i32::from(signal != "KILL"), "{signal}");
    }
    drill(lab, "etcd.db").ok();
    lab.sh("n1", &format!("test ! -e {LEFT}")).ok();
}

fn killed(lab: &Lab, signal: &str) -> Said {
    lab.guest("n1", "drilled.sh", &[&format!("{HOST} drill /backup/etcd.db"), signal])
}

/// What a killed one has left goes with the member.
pub(crate) fn uninstalled(lab: &Lab) {
    killed(lab, "KILL");
    let sh = |line: &str| lab.sh("n1", line);
    sh(&format!("test -e {LEFT}/member && {HOST} uninstall --yes && test ! -e {LEFT} && test -e {DATA}/member")).ok();
}
