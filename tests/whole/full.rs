//! Disks that really are full: of inodes, which are not counted for an image, at every count until there are enough; and of
//! blocks, which is refused beforehand.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use whole::bundles::Bundles;
use whole::disk;
use whole::form::figures;
use whole::snapshot::Snapshot;
use whole::strace::{self, Fault};
use whole::{SIGNER, Said, run};

fn shell(dir: &Path, line: &str) -> Said {
    run(Command::new("sh").args(["-ec", line]).current_dir(dir))
}

fn install(bundles: &Bundles, root: &Path) -> Said {
    let mut command = Command::new(&bundles.first);
    run(command.args(["install", "--yes", "--quiet", SIGNER, "--root"]).arg(root))
}

/// Installs on ever larger disks, made and mounted at `mnt` by `make` for each size, until one is large enough.
fn grow(dir: &Path, what: &str, sizes: impl Iterator<Item = u32>, make: impl Fn(u32) -> String) {
    let (began, bundles, root) = (Instant::now(), Bundles::new_in(dir), dir.join("mnt"));
    shell(dir, "mkdir -p mnt").ok();
    let (mut tried, mut rolled_back) = (0, 0);
    for size in sizes {
        shell(dir, &make(size)).ok();
        let before = Snapshot::read(&root);
        let said = install(&bundles, &root);
        let wrong = Snapshot::read(&root).differences(&before);
        shell(dir, "umount mnt").ok();
        tried += 1;
        if said.code == 0 {
            figures("full", what, tried, 0, began);
            assert!(rolled_back > 3, "only {rolled_back} of {tried} disks became full on the way");
            return;
        }
        assert!(matches!(said.code, 3 | 5), "{what} {size}: {said:?}");
        assert!(said.err.contains("No space left") || said.err.contains("[no-space]"), "{what} {size}: {said:?}");
        assert_eq!(wrong, [""; 0], "{what} {size}: {said:?}");
        rolled_back += u32::from(said.code == 5);
    }
    panic!("{what}: no disk was large enough");
}

#[test]
fn a_tmpfs_without_inodes_is_left_as_it_was() {
    disk::alone("full::a_tmpfs_without_inodes_is_left_as_it_was", "torture: ", |dir| {
        grow(dir, "tmpfs-inodes", 1.., |count| format!("mount -t tmpfs -o size=600m,nr_inodes={count} none mnt"));
    });
}

#[test]
fn an_ext4_without_inodes_is_left_as_it_was() {
    disk::alone("full::an_ext4_without_inodes_is_left_as_it_was", "torture: ", |dir| {
        grow(dir, "ext4-inodes", 0.., |left| {
            format!(
                "rm -f image && truncate -s 600m image && mkfs.ext4 -q -N 96 image && mount -o loop image mnt && \
                 mkdir mnt/used && avail=$(df --output=iavail mnt | tail -1) && \
                 (cd mnt/used && seq $((avail - {left})) | xargs -r touch)"
            )
        });
    });
}

#[test]
fn a_record_that_was_cut_short_is_no_obstacle() {
    // The journal's disk ends in the middle of a record, and the roll-back that follows is killed.
    disk::alone("full::a_record_that_was_cut_short_is_no_obstacle", "torn: ", |dir| {
        let (bundles, root) = (Bundles::new_in(dir), dir.join("root"));
        let mut torn = 0;
        for pages in 1..=24 {
            // The bundle's copy finds no room there, and is in memory.
            let size = pages * 4096;
            let mount = format!("mkdir -p root/var && mount -t tmpfs -o size={size} none root/var");
            shell(dir, &mount).ok();
            let mut command = Command::new(&bundles.first);
            command.args(["install", "--yes", "--quiet", SIGNER, "--root"]).arg(&root);
            // Programs have their names by then: what is removed first is removed by the roll-back.
            let _ = strace::inject(&command, "unlinkat", 2, Fault::Kill);
            let journal = std::fs::read(root.join("var/lib/etcdpack/journal.jsonl")).unwrap_or_default();
            torn += u32::from(journal.split(|byte| *byte == b'\n').any(|line| {
                line.starts_with(b"\x18") || line.contains(&b'\x18') || (!line.is_empty() && !line.ends_with(b"}"))
            }));
            shell(dir, "mount -o remount,size=600m root/var").ok();
            install(&bundles, &root).ok();
            let mut purge = Command::new(&bundles.first);
            run(purge.args(["uninstall", "--purge", "--yes", "--quiet", "--root"]).arg(&root)).ok();
            shell(dir, "umount root/var && rm -rf root").ok();
        }
        println!("torn: {torn} of 24 journals");
        assert!(torn > 0, "no journal was cut short");
    });
}

#[test]
fn an_ext4_without_blocks_is_refused_or_left_as_it_was() {
    disk::alone("full::an_ext4_without_blocks_is_refused_or_left_as_it_was", "torture: ", |dir| {
        let bundles = Bundles::new_in(dir);
        let root = dir.join("mnt");
        shell(dir, "mkdir -p mnt && truncate -s 600m image && mkfs.ext4 -q image && mount -o loop image mnt").ok();
        for left in ["0", "1", "100"] {
            let fill = format!(
                "rm -f mnt/fill && free=$(df --output=avail -k mnt | tail -1) && \
                 fallocate -l $((free - {left} * 1024))k mnt/fill"
            );
            shell(dir, &fill).ok();
            let before = Snapshot::read(&root);
            let said = install(&bundles, &root);
            assert_eq!(Snapshot::read(&root).differences(&before), [""; 0], "{left} MiB left: {said:?}");
            said.refused(3, "[no-space]");
        }
        shell(dir, "rm mnt/fill").ok();
        install(&bundles, &root).ok();
        shell(dir, "umount mnt").ok();
    });
}
