//! The connected machine: a directory with a cluster file, the built `etcdpack`, and a real release.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::Said;

/// The root of the checkout.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the workspace is there")
}

/// The product under test, as `scripts/build` makes it.
pub fn etcdpack() -> PathBuf {
    let path = workspace().join("target/release/etcdpack");
    assert!(path.is_file(), "{} is not there; help: scripts/build", path.display());
    path
}

/// A real etcd release in the upstream shape; made once and kept.
pub fn release(version: &str, arch: &str) -> PathBuf {
    let dir = workspace().join("target/releases");
    let repack = workspace().join("tests/releases/repack");
    let said = run(Command::new(repack).args([version, arch]).arg(&dir));
    assert_eq!(said.code, 0, "repacking etcd {version} for {arch}: {}", said.err);
    PathBuf::from(said.out.trim())
}

/// The SHA-256 of a file, by the tool that operators use.
pub fn sha256(path: &Path) -> String {
    let said = run(Command::new("sha256sum").arg(path));
    said.out.split_whitespace().next().expect("a sum").to_owned()
}

/// Runs a command to its end.
pub fn run(command: &mut Command) -> Said {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    Said {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A cluster file for etcd of this version and `hosts`, each a name and an address.
pub fn cluster(version: &str, tarball: &Path, hosts: &[(&str, &str)]) -> String {
    let hosts: Vec<String> =
        hosts.iter().map(|(name, ip)| format!("[[host]]\nname = \"{name}\"\naddress = \"{ip}\"\n")).collect();
    let sum = sha256(tarball);
    format!("[cluster]\nname = \"t\"\n[release]\nversion = \"{version}\"\nsha256 = \"{sum}\"\n{}", hosts.concat())
}

/// The guide's own cluster file, for a version that can be had here.
pub fn guide(version: &str, tarball: &Path) -> String {
    let text = fs::read_to_string(workspace().join("examples/mfyxw/cluster.toml")).expect("the example is there");
    let pinned = format!("version = \"{version}\"\nsha256 = \"{}\"", sha256(tarball));
    text.replace("version = \"3.1.20\"", &pinned)
}

/// A cluster file for tests that are not about keys: these lie in the bundles as they are, unless the file says how.
pub fn plain_keys(cluster: &str) -> String {
    const KEYS: &str = "[pki]\nkeys = \"plaintext\"\n";
    match cluster {
        _ if cluster.contains("\nkeys = ") => cluster.to_owned(),
        _ if cluster.contains("[pki]\n") => cluster.replacen("[pki]\n", KEYS, 1),
        _ => format!("{cluster}\n{KEYS}"),
    }
}

/// One connected machine's working directory.
pub struct Site {
    dir: TempDir,
}

impl Site {
    /// A directory with this cluster file in it; see [`plain_keys`].
    pub fn new(cluster: &str) -> Self {
        Self::new_in(&workspace().join("target"), cluster)
    }

    /// The same, below a directory of the caller's.
    pub fn new_in(dir: &Path, cluster: &str) -> Self {
        let dir = TempDir::new_in(dir).expect("a directory");
        fs::write(dir.path().join("cluster.toml"), plain_keys(cluster)).expect("the cluster file");
        Self { dir }
    }

    /// The key that all bundles of the tests are signed with, so that what makes hostile ones can sign them, too.
    pub fn give_signing_key(&self) {
        if self.path("pki/signing-key.pem").exists() {
            return;
        }
        fs::DirBuilder::new().mode(0o700).recursive(true).create(self.path("pki")).expect("a directory");
        let key = fs::read(workspace().join("tests/lab/signing-key.pem")).expect("the tests' key");
        let mut options = fs::OpenOptions::new();
        let file = options.write(true).create_new(true).mode(0o600).open(self.path("pki/signing-key.pem"));
        file.and_then(|mut file| file.write_all(&key)).expect("a key for this site");
    }

    /// A path in the directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Runs `etcdpack` there.
    pub fn etcdpack(&self, args: &[&str]) -> Said {
        run(&mut self.command(args))
    }

    /// `etcdpack` as it is run there. Wheels are downloaded once for all tests.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(etcdpack());
        if let ["build" | "sign", ..] = args {
            // Three seconds each: `rehearsal` has tests of its own.
            command.arg(args[0]).arg("--no-rehearsal").args(&args[1..]);
        } else {
            command.args(args);
        }
        command.current_dir(self.dir.path()).env("XDG_CACHE_HOME", workspace().join("target/test-cache"));
        command
    }

    /// Runs a shell line in the directory, without a terminal.
    pub fn shell(&self, line: &str) -> Said {
        run(Command::new("setsid").args(["--wait", "sh", "-c", line]).current_dir(self.dir.path()))
    }

    /// Builds the bundles from this tarball.
    pub fn build(&self, tarball: &Path) {
        self.give_signing_key();
        let said = self.etcdpack(&["build", "--release", &tarball.to_string_lossy()]);
        assert_eq!(said.code, 0, "{}", said.err);
    }

    /// The same where the cluster file has other hosts than before, and no host holds data.
    pub fn build_new_cluster(&self, tarball: &Path) {
        self.build_saying("--new-cluster", tarball);
    }

    /// The same where the cluster file has other hosts than before, and some host holds data.
    pub fn build_same_cluster(&self, tarball: &Path) {
        self.build_saying("--same-cluster", tarball);
    }

    fn build_saying(&self, which: &str, tarball: &Path) {
        let said = self.etcdpack(&["build", which, "--release", &tarball.to_string_lossy()]);
        assert_eq!(said.code, 0, "{}", said.err);
    }

    /// A bundle that was built.
    pub fn bundle(&self, host: &str) -> PathBuf {
        self.path(&format!("dist/{host}.run"))
    }
}
