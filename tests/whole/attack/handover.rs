//! A bundle for a newer etcdpack: its program goes on where the known signer has signed it and it was asked for, else never.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use payload::manifest::SCHEMA;
use whole::{SIGNER, Said, Site, run, small_site};

use super::{compile, remake};

/// What a newer etcdpack would be: says how it was called, and what it has.
const PROGRAM: &str = r#"
#include <stdio.h>
#include <unistd.h>
extern char **environ;
int main(int argc, char **argv) {
    char line[4096];
    ssize_t n = readlink("/proc/self/exe", line, sizeof line - 1);
    printf("exe %.*s\n", (int)(n < 0 ? 0 : n), line);
    for (int i = 0; i < argc; i++) printf("arg %s\n", argv[i]);
    for (char **e = environ; *e; e++) printf("env %s\n", *e);
    n = read(7, line, sizeof line);
    if (n > 0) printf("fd7 %.*s\n", (int)n, line);
    return 42;
}
"#;

/// Runs a command with the tree as its root: a host of its own, as far as the hand-over sees.
const LIVE: &str = r#"
exec unshare --mount --pid --fork --kill-child --mount-proc="$root/proc" sh -c '
    cd "$root" && mount --rbind /dev dev && eval "${mounts:-true}" && exec chroot . "$@"
' sh "$@"
"#;

/// A tree with a member in it, and bundles for a newer etcdpack.
struct Host {
    site: Site,
    root: PathBuf,
}

impl Host {
    fn new() -> Self {
        let site = small_site();
        let root = site.path("root");
        fs::create_dir(&root).unwrap();
        let mut install = Command::new(site.bundle("n1"));
        run(install.args(["install", "--yes", SIGNER, "--service", "systemd", "--root"]).arg(&root)).ok();
        compile(PROGRAM, &site.path("program"));
        for dir in ["proc", "dev", "run", "media"] {
            fs::create_dir_all(root.join(dir)).unwrap();
        }
        fs::write(site.path("live"), LIVE).unwrap();
        Self { site, root }
    }

    /// In the host's `/media`.
    fn newer(&self, name: &str, more: &[&str]) -> PathBuf {
        let path = self.root.join("media").join(name);
        let elf = format!("elf={}", self.site.path("program").display());
        let schema = format!("schema={}", SCHEMA + 1);
        remake(&self.site.bundle("n1"), &path, &[&[elf.as_str(), &schema], more].concat());
        path
    }

    /// A line of shell: `$live COMMAND` runs that on the host, after `$mounts` there, and `$root` is its tree.
    fn sh(&self, line: &str) -> Said {
        let line = format!("host=/usr/local/sbin/etcdpack-host; live='sh live'; {line}");
        run(Command::new("sh")
            .args(["-c", &line])
            .current_dir(self.site.path(""))
            .env("root", &self.root)
            .env("SECRET", "x")
            .env("NO_COLOR", "1"))
    }

    fn call(&self, command: &str, bundle: &Path, more: &str) -> Said {
        self.sh(&format!("$live $host {command} {} {more}", inside(bundle)))
    }
}

/// What a bundle is called on the host.
fn inside(bundle: &Path) -> String {
    format!("/media/{}", bundle.file_name().unwrap().display())
}

fn ran(said: &Said) -> bool {
    said.out.contains("arg ") || said.code == 42
}

#[test]
fn the_known_signers_newer_program_goes_on_when_that_is_asked_for() {
    let host = Host::new();
    let newer = host.newer("newer.run", &[]);
    for (command, more) in [("plan", ""), ("install", ""), ("install", "--yes"), ("plan", "--json")] {
        let said = host.call(command, &newer, more);
        assert!(!ran(&said) && said.err.contains("--hand-over"), "{said:?}");
        said.refused(3, &format!("schema {}", SCHEMA + 1));
    }
    let said = host.call("install", &newer, "--yes --hand-over --wait 3 -q --passphrase-fd 7 7</etc/hostname");
    assert_eq!(said.code, 42, "{said:?}");
    let args = format!(
        "arg {}\narg install\narg --service=auto\narg --passphrase-fd=7\narg --yes\narg --wait=3\narg --quiet\n",
        inside(&newer)
    );
    assert!(said.out.contains(&args), "{said:?}");
    let exe = said.out.lines().next().unwrap();
    assert!(exe.starts_with("exe /var/lib/etcdpack/") && exe.ends_with(" (deleted)"), "{said:?}");
    let env: Vec<&str> = said.out.lines().filter(|line| line.starts_with("env ")).collect();
    assert_eq!(env, ["env NO_COLOR=1"], "{said:?}");
    let name = fs::read_to_string("/etc/hostname").unwrap();
    assert!(said.out.contains(&format!("fd7 {}", name.trim())), "{said:?}");
    // Asked at a terminal.
    let asked = |answer: &str| {
        host.sh(&format!("echo {answer} | script -qec \"$live $host plan {}\" /dev/null", inside(&newer)))
    };
    let said = asked("y");
    assert!(said.code == 42 && said.out.contains("the signer that this host knows"), "{said:?}");
    let said = asked("n");
    assert!(said.code == 3 && said.out.contains("not confirmed"), "{said:?}");
}

#[test]
fn where_nothing_may_be_started_it_is_started_from_beside_the_program() {
    let host = Host::new();
    let newer = host.newer("newer.run", &[]);
    let said = host.sh(&format!(
        "export mounts='mount --bind var/lib var/lib && mount -o remount,bind,noexec var/lib'; \
         $live $host plan {} --hand-over",
        inside(&newer)
    ));
    assert_eq!(said.code, 42, "{said:?}");
    assert!(said.out.starts_with("exe /usr/local/sbin/"), "{said:?}");
}

#[test]
fn nobody_elses_newer_program_is_started() {
    let host = Host::new();
    let key = host.site.path("other.pem");
    run(Command::new("openssl").args(["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out"]).arg(&key)).ok();
    let other = host.newer("other.run", &[&format!("key={}", key.display())]);
    let tampered = host.newer("tampered.run", &[]);
    let mut bytes = fs::read(&tampered).unwrap();
    bytes[1000] ^= 1;
    fs::write(&tampered, &bytes).unwrap();
    for bundle in [&other, &tampered] {
        for command in ["plan", "install"] {
            for more in [
                "",
                "--hand-over",
                "--hand-over --signer 0000000000000000000000000000000000000000000000000000000000000000",
            ] {
                let said = host.call(command, bundle, more);
                assert!(!ran(&said) && said.err.contains("check the copy with openssl"), "{said:?}");
                assert!(said.err.contains("/root/etcdpack/"), "{said:?}");
                said.refused(4, "not signed by the signer that this host knows, liar-cram-grunt");
            }
        }
    }
    // Where nobody is known yet, nobody vouches.
    let newer = host.newer("newer.run", &[]);
    host.sh("$root$host uninstall --purge --yes --root $root").ok();
    run(Command::new("cp").arg(host.site.bundle("n1")).arg(host.root.join("n1.run"))).ok();
    for more in ["", "--hand-over"] {
        let said = host.sh(&format!("$live /n1.run install {} --yes {more}", inside(&newer)));
        assert!(!ran(&said), "{said:?}");
        said.refused(3, "does not know yet whose bundles it may take");
    }
}

#[test]
fn the_record_in_an_image_starts_nothing() {
    let host = Host::new();
    let newer = host.newer("newer.run", &[]);
    let path = newer.display();
    for command in ["plan", "plan --json", "plan --hand-over", "install --yes", "install --yes --hand-over"] {
        let said = host.sh(&format!("$root$host {command} {path} --root $root"));
        assert!(!ran(&said), "{said:?}");
        let way = format!("then: /root/etcdpack/newer.run install --root {}", host.root.display());
        assert!(said.err.contains(&way), "{said:?}");
        said.refused(3, "the record in an image does not decide what runs here");
    }
    // An image of another's that is prepared on a host with a member: the host's own signer does not vouch for it either.
    host.sh("mkdir $root/image && cp -a $root/var $root/image/").ok();
    let said = host.sh(&format!("$live $host plan {} --hand-over --root /image", inside(&newer)));
    assert!(!ran(&said), "{said:?}");
    said.refused(3, "the record in an image does not decide what runs here");
    // By any name the running system is itself.
    assert_eq!(host.call("plan", &newer, "--hand-over --root /media/..").code, 42);
}

#[test]
fn an_older_bundle_is_named_as_such() {
    let host = Host::new();
    let older = host.newer("older.run", &[&format!("schema={}", SCHEMA - 1)]);
    let said = host.call("install", &older, "--yes --hand-over");
    assert!(!ran(&said) && said.err.contains("help: etcdpack build"), "{said:?}");
    said.refused(4, "an older etcdpack has built it");
}
