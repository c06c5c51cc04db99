//! Archives made by `tests/hostile/make`, around a small release that `etcdpack` itself has packed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::{Site, run, sha256, workspace};

/// One group of archives, by name.
pub struct Corpus {
    pub site: Site,
    dir: PathBuf,
    /// What each is called, sorted.
    pub names: Vec<String>,
}

/// A site with one host, `n1`, whose release has programs of a few kilobytes, and its bundle.
pub fn small_site() -> Site {
    small_site_in(&workspace().join("target"))
}

/// The same, in a directory below `dir`.
pub fn small_site_in(dir: &Path) -> Site {
    let site = Site::new_in(dir, "");
    let tarball = site.path("release.tar.gz");
    fs::write(&tarball, SMALL_RELEASE.get_or_init(small_release)).expect("a release");
    fs::write(site.path("cluster.toml"), small_cluster(&tarball)).expect("the cluster file");
    site.build(&tarball);
    site
}

/// Made once: making it takes longer than building a bundle of it.
static SMALL_RELEASE: OnceLock<Vec<u8>> = OnceLock::new();

fn small_release() -> Vec<u8> {
    let dir = tempfile::tempdir_in(workspace().join("target")).expect("a directory");
    let tarball = dir.path().join("release.tar.gz");
    make(&["release".as_ref(), &tarball]);
    fs::read(tarball).expect("a release")
}

/// The cluster file of that site, for another tarball.
pub fn small_cluster(tarball: &Path) -> String {
    format!(
        "[cluster]\nname = \"t\"\n[release]\nversion = \"3.5.1\"\narch = \"amd64\"\nsha256 = \"{}\"\n\
         [[host]]\nname = \"n1\"\naddress = \"10.83.0.11\"\n[pki]\nkeys = \"plaintext\"\n[service]\nmanager = \"systemd\"\n",
        sha256(tarball)
    )
}

fn make(args: &[&Path]) {
    let said = run(Command::new(workspace().join("tests/hostile/make")).args(args));
    assert_eq!(said.code, 0, "making archives: {}", said.err);
}

impl Corpus {
    /// Makes the group `container`, `front`, `tar` or `good`.
    pub fn make(group: &str) -> Self {
        let site = small_site();
        let dir = site.path(group);
        make(&[group.as_ref(), &site.bundle("n1"), &dir]);
        let files = fs::read_dir(&dir).expect("the archives");
        let names = files.filter_map(|file| Some(file.ok()?.file_name().to_str()?.strip_suffix(".tail")?.to_owned()));
        let mut names: Vec<String> = names.collect();
        names.sort();
        Self { site, dir, names }
    }

    /// The tarball of this name.
    pub fn tarball(&self, name: &str) -> PathBuf {
        self.dir.join(format!("{name}.tar.gz"))
    }

    /// Puts the bundle of this name together, executable, over the last one. By a process of its own: a file that this
    /// one had open for writing while another test forks cannot be executed.
    pub fn bundle(&self, name: &str) -> PathBuf {
        self.put_together("case.run", &[self.dir.join("installer"), self.tail(name)])
    }

    /// The installer alone, executable.
    pub fn installer(&self) -> PathBuf {
        self.put_together("installer", &[self.dir.join("installer")])
    }

    /// What is behind the installer, or in `front` all.
    pub fn tail(&self, name: &str) -> PathBuf {
        self.dir.join(format!("{name}.tail"))
    }

    fn put_together(&self, name: &str, parts: &[PathBuf]) -> PathBuf {
        let path = self.site.path(name);
        let line = "to=$1; shift; cat \"$@\" > \"$to\" && chmod 0700 \"$to\"";
        run(Command::new("sh").args(["-c", line, "sh"]).arg(&path).args(parts)).ok();
        path
    }
}
