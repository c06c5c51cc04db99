//! The write-ahead log on a disk of its own: through a member's life, and with either disk away, full or read-only.

use whole::ground::{self, Ground, Keeper};
use whole::{Lab, SIGNER, Said, Site, cluster};

const AT: &str = "10.128.0.11";
const DATA: &str = "/data/etcd/etcd-server";
/// The place of the log, on a disk that is mounted at `/wal`.
const LOG: &str = "/wal/etcd";
/// The host's disks are directories that are mounted: what lies on them outlasts a boot.
const DISK: &str = "mkdir -p /disk /wal && mountpoint -q /wal || mount --bind /disk /wal";

struct Host<'a> {
    lab: &'a Lab,
    ground: Ground,
}

impl Host<'_> {
    fn sh(&self, line: &str) -> Said {
        self.lab.sh("n1", line)
    }

    fn bundle(&self, command: &str) -> Said {
        self.sh(&format!("cd && ./n1.run {command} {SIGNER}"))
    }

    fn stop(&self) {
        self.sh(&self.ground.stop("n1"));
        self.lab.until("n1", "! pgrep -x etcd");
    }

    fn start(&self) {
        self.sh(&self.ground.start("n1"));
    }

    fn is_well(&self) {
        self.lab.until("n1", "etcdpack-host status");
    }

    fn ship(&self) -> String {
        self.sh("ETCDCTL_API=3 etcdctl get ship --print-value-only").ok()
    }

    /// etcd stays down, and whoever asks is told why, with what to look at first.
    #[track_caller]
    fn is_held_back(&self, away: &str, missing: &str) {
        self.lab.until("n1", "etcdpack-host status 2>&1 | tee /dev/stderr | grep -q '\\[data-gone\\]'");
        let said = self.bundle("plan");
        assert!(said.code == 3 && said.err.contains("[data-gone]"), "{said:?}");
        assert!(said.err.contains(away) && said.err.contains(&format!("findmnt -T {missing}")), "{said:?}");
        self.bundle("install --yes --although-data-gone").refused(3, "[data-gone]");
        let status = self.sh("etcdpack-host status");
        let said = format!("{}{}", status.out, status.err);
        assert!(said.contains("[data-gone]") && said.contains("the member's data or its log are not there"), "{said}");
        let purge = self.sh("etcdpack-host uninstall --purge --yes");
        assert!(purge.code == 3 && purge.err.contains("a purge removes both or none"), "{purge:?}");
        assert_eq!(self.lab.etcds("n1"), Vec::<String>::new());
    }
}

#[test]
fn a_log_on_a_disk_of_its_own_is_there_with_the_data_or_etcd_is_not_started() {
    ground::each("apart", Ground::of(Keeper::Systemd, "3.5.1"), through_a_life);
}

fn through_a_life(ground: Ground) {
    let tarball = ground.tarball();
    let text = cluster(ground.version, &tarball, &[("n1", AT)]);
    let site = Site::new(&format!("{text}wal-dir = \"{LOG}\"\n"));
    site.build(&tarball);
    let lab = ground.up("tapart", &[&format!("n1={AT}")]);
    let host = Host { lab: &lab, ground };
    lab.put(&site.bundle("n1"), "n1");
    cannot_be_written_to(&host);

    host.sh(DISK).ok();
    host.bundle("install --yes --wait 60").ok();
    host.sh("ETCDCTL_API=3 etcdctl put ship at-sea").ok();
    let made = host.sh(&format!("stat -c '%U %a' {DATA} {LOG}; ls {LOG}/wal/*.wal >/dev/null; ls {DATA}/member")).ok();
    assert_eq!(made, "etcd 700\netcd 700\nsnap");
    host.sh("etcdpack-host doctor").ok();
    host.sh("etcdpack-host snapshot -o /root/ship.db && etcdpack-host snapshot verify /root/ship.db").ok();
    let again = host.bundle("plan --json").ok();
    assert!(!again.contains("\"pending\""), "{again}");

    disks_that_are_away(&host);
    a_disk_that_is_full(&host);
    at_boot(&host);
    kept_and_purged(&host);
}

/// Before anything is installed.
fn cannot_be_written_to(host: &Host) {
    for (mount, code) in [("ro", "[read-only]"), ("size=20m", "[no-space]")] {
        host.sh(&format!("mkdir -p /wal && mount -t tmpfs -o {mount} none /wal")).ok();
        let said = host.bundle("plan");
        assert!(said.code == 3 && said.err.contains(code) && said.err.contains("etcd's write-ahead log"), "{said:?}");
        host.sh("umount /wal").ok();
    }
    // Somebody else's.
    host.sh(&format!("mkdir -p {LOG} && touch {LOG}/x")).ok();
    host.bundle("plan").refused(3, &format!("`{LOG}` is not empty"));
    host.sh("rm -r /wal").ok();
}

fn disks_that_are_away(host: &Host) {
    host.stop();
    host.sh("umount /wal").ok();
    host.start();
    host.is_held_back("write-ahead log is not in", LOG);
    // An empty disk in its place, where etcd could begin.
    host.sh(&format!("mount -t tmpfs none /wal && install -d -o etcd -g etcd -m 700 {LOG}")).ok();
    host.start();
    host.is_held_back("write-ahead log is not in", LOG);
    host.sh("umount /wal").ok();
    host.sh(DISK).ok();
    // Without its data the log alone would not do.
    host.stop();
    host.sh(&format!("mv {DATA}/member /root/")).ok();
    host.start();
    host.is_held_back("data is not in", DATA);
    host.sh(&format!("mv /root/member {DATA}/")).ok();
    host.start();
    host.is_well();
    assert_eq!(host.ship(), "at-sea");
}

/// etcd ends of it, and goes on where it was once there is room.
fn a_disk_that_is_full(host: &Host) {
    host.stop();
    let fill = format!(
        "umount /wal && mount -t tmpfs -o size=8m none /wal && cp -a --sparse=always /disk/. /wal/ && \
         dd if=/dev/zero of=/wal/fill bs=4k status=none; df /wal | grep -q 100% && chown -R etcd: {LOG}"
    );
    host.sh(&fill).ok();
    host.start();
    host.lab.until("n1", "etcdpack-host status 2>&1 | grep -q 'its disk is full'");
    host.stop();
    host.sh("umount /wal").ok();
    host.sh(DISK).ok();
    host.start();
    host.is_well();
    assert_eq!(host.ship(), "at-sea");
}

/// By fstab, and with the disk away when the host boots.
fn at_boot(host: &Host) {
    let boot = |line: &str| {
        host.sh(&format!("echo '{line}' >/etc/fstab && sync")).ok();
        host.lab.crash("n1");
        host.lab.boot("n1");
    };
    boot("none /wal no-such-file-system nofail 0 0");
    host.is_held_back("write-ahead log is not in", LOG);
    boot("/disk /wal none bind,nofail 0 0");
    host.is_well();
    assert_eq!(host.ship(), "at-sea");
}

fn kept_and_purged(host: &Host) {
    host.sh("etcdpack-host uninstall --yes").ok();
    host.sh(&format!("test -e {DATA}/member && ls {LOG}/wal/*.wal")).ok();
    // Kept without its log, it is not the member that it was.
    host.sh(&format!("mv {LOG}/wal /root/")).ok();
    host.bundle("plan").refused(3, "write-ahead log is not in");
    host.sh(&format!("mv /root/wal {LOG}/")).ok();
    host.bundle("install --yes --wait 60").ok();
    assert_eq!(host.ship(), "at-sea");
    host.sh("etcdpack-host uninstall --purge --yes").ok();
    let left = host.sh("find /data /wal -mindepth 1").out;
    assert_eq!(left, "");
}
