//! A program that others than root could have put there does nothing as root.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use whole::{SIGNER, Said, Site, run, small_site};

/// What makes a program unsafe.
type Harm = fn(&Path);

/// A copy of the bundle in a directory.
fn placed(site: &Site, dir: &str) -> PathBuf {
    let dir = site.path(dir);
    fs::create_dir_all(&dir).unwrap();
    let program = dir.join("n1.run");
    // By a process of its own: what this one writes cannot be started while another test forks.
    run(Command::new("install").args(["-m", "700"]).arg(site.bundle("n1")).arg(&program)).ok();
    program
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Lets a user write to a directory that is writable for its group, by an ACL; nobody again.
fn acl(dir: &Path, user: Option<u32>) {
    let set = "import os, struct, sys\n\
               name = 'system.posix_acl_access'\n\
               entry = lambda tag, id=0xffffffff, may=7: struct.pack('<HHI', tag, may, id)\n\
               user = [entry(2, int(uid)) for uid in sys.argv[2:]]\n\
               acl = [entry(1), *user, entry(4), entry(16), entry(32, may=5)]\n\
               if user: os.setxattr(sys.argv[1], name, struct.pack('<I', 2) + b''.join(acl))\n\
               else: os.removexattr(sys.argv[1], name)";
    let mut python = Command::new("python3");
    run(python.args(["-c", set]).arg(dir).args(user.map(|uid| uid.to_string()))).ok();
}

fn call(program: &Path, args: &[&str], root: &Path) -> Said {
    run(Command::new(program).args(args).args(["--service", "systemd", "--root"]).arg(root))
}

#[test]
fn a_program_that_others_can_change_or_replace_does_nothing_as_root() {
    let site = small_site();
    let root = site.path("root");
    fs::create_dir(&root).unwrap();
    let cases: [(&str, Harm); 9] = [
        ("file-0777", |program| mode(program, 0o777)),
        ("file-0770", |program| mode(program, 0o770)),
        ("file-of-alice", |program| chown(program, Some(1000), Some(1000)).unwrap()),
        ("directory-0777", |program| mode(program.parent().unwrap(), 0o777)),
        ("directory-sticky", |program| mode(program.parent().unwrap(), 0o1777)),
        ("directory-of-alice", |program| chown(program.parent().unwrap(), Some(1000), None).unwrap()),
        ("directory-of-a-group", |program| {
            let dir = program.parent().unwrap();
            chown(dir, None, Some(54_321)).unwrap();
            mode(dir, 0o2775);
        }),
        ("above/it/0777", |program| mode(program.ancestors().nth(2).unwrap(), 0o777)),
        ("above/of/alice", |program| chown(program.ancestors().nth(3).unwrap(), Some(1000), None).unwrap()),
    ];
    for (name, harm) in cases {
        let program = placed(&site, name);
        harm(&program);
        for args in [&["plan"][..], &["plan", "--json"], &["install", "--yes", SIGNER]] {
            let said = call(&program, args, &root);
            assert!(said.err.contains("install -d -m 700 /root/etcdpack && install -m 700 "), "{name}: {said:?}");
            said.refused(3, "[unsafe-program]");
        }
        for args in [&["csr"][..], &["uninstall", "--yes"]] {
            run(Command::new(&program).args(args).arg("--root").arg(&root)).refused(3, "[unsafe-program]");
        }
        run(Command::new(&program).arg("status")).refused(3, "[unsafe-program]");
        // These use nothing afterwards.
        run(Command::new(&program).arg("verify")).ok();
        run(&mut Command::new(&program)).ok();
        assert_eq!(fs::read_dir(&root).unwrap().count(), 0, "{name}");
        // As an argument it may lie anywhere.
        let said = run(Command::new(site.bundle("n1"))
            .arg("plan")
            .arg(&program)
            .args(["--service", "systemd", "--root"])
            .arg(&root));
        assert!(!said.err.contains("unsafe-program"), "{name}: {said:?}");
    }
}

#[test]
fn a_program_that_root_alone_can_change_goes_on_by_whatever_name() {
    let site = small_site();
    let root = site.path("root");
    fs::create_dir(&root).unwrap();
    let program = placed(&site, "safe");
    call(&program, &["plan", SIGNER], &root).ok();
    // The kernel says where a link has led.
    let links = site.path("links");
    fs::create_dir(&links).unwrap();
    symlink(&program, links.join("n1.run")).unwrap();
    mode(&links, 0o777);
    call(&links.join("n1.run"), &["plan", SIGNER], &root).ok();
    // Debian's /usr/local: of a group in which there is nobody.
    let staff = placed(&site, "staff");
    chown(staff.parent().unwrap(), None, Some(50)).unwrap();
    mode(staff.parent().unwrap(), 0o2775);
    let group = run(Command::new("getent").args(["group", "50"])).ok();
    assert!(group.ends_with(':'), "somebody is in it: {group}");
    call(&staff, &["plan", SIGNER], &root).ok();
    // The same bits, as the mask of an ACL that lets alice write.
    acl(staff.parent().unwrap(), Some(1000));
    assert_eq!(staff.parent().unwrap().metadata().unwrap().permissions().mode() & 0o7777, 0o2775);
    call(&staff, &["plan", SIGNER], &root).refused(3, "[unsafe-program]");
    acl(staff.parent().unwrap(), None);
    call(&staff, &["plan", SIGNER], &root).ok();
}

#[test]
fn who_is_not_root_is_told_so_before_anything_is_opened() {
    let site = small_site();
    let root = site.path("root");
    fs::create_dir(&root).unwrap();
    run(Command::new("install").args(["-m", "755"]).arg(site.bundle("n1")).arg(root.join("n1.run"))).ok();
    // Nobody but root can open this root directory.
    mode(&root, 0o711);
    for args in [&["plan"][..], &["install"], &["csr"], &["status"], &["uninstall"], &["uninstall", "--root", "/none"]]
    {
        let mut chroot = Command::new("chroot");
        chroot.args(["--userspec", "65534:65534"]).arg(&root).arg("/n1.run").args(args);
        run(&mut chroot).refused(3, "[not-root]");
    }
}
