//! Supervisor's wheels from a directory or a pip that brings something else. What is taken has the one digest that is
//! compiled in, so that names, records and platforms inside a wheel are those that were looked at when it was chosen.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use payload::wheel::WHEELS;
use whole::{Said, Site, etcdpack, run, small_cluster, small_site, workspace};

/// A site whose hosts want the wheels, with a cache of its own.
struct Desk {
    site: Site,
}

impl Desk {
    fn new() -> Self {
        let site = small_site();
        fs::remove_dir_all(site.path("dist")).unwrap();
        let text = small_cluster(&site.path("release.tar.gz")).replace("manager = \"systemd\"", "manager = \"auto\"");
        fs::write(site.path("cluster.toml"), text).unwrap();
        fs::create_dir(site.path("wheels")).unwrap();
        Self { site }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(etcdpack());
        command.args(["build", "--release", "release.tar.gz"]).args(args);
        command.current_dir(self.site.path("")).env("XDG_CACHE_HOME", self.site.path("cache"));
        command
    }

    fn build(&self) -> Said {
        run(&mut self.command(&["--wheels", "wheels"]))
    }

    fn wheel(&self, n: usize) -> PathBuf {
        self.site.path("wheels").join(WHEELS[n].file)
    }

    /// Puts both wheels into the directory, as the index publishes them.
    fn fill(&self) {
        for (n, wheel) in WHEELS.iter().enumerate() {
            fs::copy(published().join(wheel.file), self.wheel(n)).unwrap();
        }
    }

    #[track_caller]
    fn refused(&self, said: Said, code: i32, words: &str) {
        said.refused(code, words);
        assert!(!self.site.path("dist").exists(), "{words}: something was packed");
        for wheel in &WHEELS {
            let kept = self.site.path("cache/etcdpack/sha256").join(wheel.sha256).join(wheel.file);
            assert!(!kept.exists() || whole::sha256(&kept) == wheel.sha256, "{words}: the cache is poisoned");
        }
        let left: Vec<_> = fs::read_dir(self.site.path("cache/etcdpack/tmp")).unwrap().collect();
        assert!(left.is_empty(), "{words}: {left:?}");
    }
}

/// Both wheels, downloaded once.
fn published() -> PathBuf {
    let dir = workspace().join("target/published-wheels");
    if WHEELS.iter().any(|wheel| !dir.join(wheel.file).is_file()) {
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "-d"]).arg(&dir);
        run(pip.args(WHEELS.iter().map(|wheel| wheel.requirement))).ok();
    }
    dir
}

/// Runs this script with the wheel at `path` as its argument.
fn change(path: &Path, script: &str) {
    run(Command::new("python3").args(["-c", script]).arg(path)).ok();
}

#[test]
fn a_wheel_that_is_another_is_refused_and_a_good_one_taken() {
    let desk = Desk::new();
    desk.refused(desk.build(), 2, "is not there");
    for (what, script) in [
        (
            "a byte",
            "import sys; f = open(sys.argv[1], 'r+b'); f.seek(1000); b = f.read(1); f.seek(1000); f.write(bytes([b[0] ^ 1]))",
        ),
        ("a byte more", "import sys; open(sys.argv[1], 'ab').write(b'x')"),
        ("its end", "import os, sys; os.truncate(sys.argv[1], 1000)"),
        (
            "a name that climbs",
            "import sys, zipfile; zipfile.ZipFile(sys.argv[1], 'a').writestr('../../etc/cron.d/x', 'x')",
        ),
        (
            "a file that RECORD does not list",
            "import sys, zipfile; zipfile.ZipFile(sys.argv[1], 'a').writestr('supervisor/x.py', 'x')",
        ),
        (
            "code for a processor",
            "import sys, zipfile; zipfile.ZipFile(sys.argv[1], 'a').writestr('supervisor/x.so', b'\\x7fELF')",
        ),
        ("nothing", "import os, sys; os.truncate(sys.argv[1], 0)"),
        ("no end", "import os, sys; os.truncate(sys.argv[1], 1 << 40)"),
    ] {
        for n in [0, 1] {
            desk.fill();
            change(&desk.wheel(n), script);
            let said = desk.build();
            assert!(said.err.contains(WHEELS[n].sha256), "{what}: {said:?}");
            desk.refused(said, 4, "has the SHA-256");
        }
        fs::remove_dir_all(desk.site.path("cache/etcdpack/sha256")).unwrap();
    }
    for script in [
        "import os, sys; os.remove(sys.argv[1]); os.mkfifo(sys.argv[1])",
        "import os, sys; os.remove(sys.argv[1]); os.mkdir(sys.argv[1])",
    ] {
        desk.fill();
        change(&desk.wheel(0), script);
        desk.refused(desk.build(), 2, "is not there");
        fs::remove_dir_all(desk.site.path("wheels")).unwrap();
        fs::create_dir(desk.site.path("wheels")).unwrap();
    }
    // What a directory has beside them is nobody's business, and a link leads to bytes like any other.
    desk.fill();
    fs::rename(desk.wheel(0), desk.site.path("elsewhere")).unwrap();
    symlink(desk.site.path("elsewhere"), desk.wheel(0)).unwrap();
    fs::write(desk.site.path("wheels/supervisor-4.3.0-py3-none-any.whl"), "x").unwrap();
    desk.build().ok();
    assert!(desk.site.bundle("n1").exists());
    // From now on they are in the cache: neither the directory, nor a pip, nor one call to the network.
    fs::remove_dir_all(desk.site.path("wheels")).unwrap();
    let (plain, log) = (desk.command(&[]), desk.site.path("calls"));
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-e", "trace=%network", "-o"]).arg(&log).arg(plain.get_program()).args(plain.get_args());
    run(strace.current_dir(desk.site.path("")).env("XDG_CACHE_HOME", desk.site.path("cache"))).ok();
    assert_eq!(fs::read_to_string(&log).unwrap(), "");
}

#[test]
fn a_pip_that_brings_something_else_is_refused() {
    let desk = Desk::new();
    let bin = desk.site.path("bin");
    fs::create_dir(&bin).unwrap();
    for (what, line, code, words) in [
        ("nothing", "exit 0", 3, "did not bring"),
        ("another name", "echo x > \"$dir/supervisor-9.9-py3-none-any.whl\"", 3, "did not bring"),
        ("other bytes", "echo x > \"$dir/supervisor-4.3.0-py2.py3-none-any.whl\"", 4, "has the SHA-256"),
        (
            "a link to a secret",
            "ln -s /etc/passwd \"$dir/supervisor-4.3.0-py2.py3-none-any.whl\"",
            4,
            "has the SHA-256",
        ),
        ("a fifo", "mkfifo \"$dir/supervisor-4.3.0-py2.py3-none-any.whl\"", 3, "did not bring"),
        ("a page", "printf '\\033[2JERROR: <html>' >&2; exit 1", 3, "pip download"),
    ] {
        // Called as `python3 -m pip download ... -d DIR`.
        let script = format!("#!/bin/sh\nfor dir; do :; done\n{line}\n");
        fs::write(bin.join("python3"), script).unwrap();
        fs::set_permissions(bin.join("python3"), fs::Permissions::from_mode(0o755)).unwrap();
        let path = format!("{}:/usr/bin:/bin", bin.display());
        let said = run(desk.command(&[]).env("PATH", path));
        assert!(!said.err.contains('\u{1b}'), "{what}: {said:?}");
        desk.refused(said, code, words);
    }
    let said = run(desk.command(&[]).env("PATH", "/nonexistent"));
    desk.refused(said, 3, "no `python3` on PATH");
}
