//! A host that is only a tree of files: its site builds bundles that differ by a flag, and they are installed into it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Said, Site, run, small_cluster, small_site};

/// A tree to install into, and a site whose bundles come there.
pub struct ImageHost {
    pub site: Site,
    pub root: PathBuf,
}

impl Default for ImageHost {
    fn default() -> Self {
        Self::new()
    }
}

impl ImageHost {
    /// With nothing in it.
    pub fn new() -> Self {
        let site = small_site();
        let root = site.path("root");
        fs::create_dir(&root).expect("a directory");
        Self { site, root }
    }

    /// Builds a bundle that differs from the last by a flag, and puts it aside under this name.
    pub fn bundle(&self, name: &str, quota: u64) -> PathBuf {
        let tarball = self.site.path("release.tar.gz");
        let text = small_cluster(&tarball) + &format!("[etcd]\nquota-backend-bytes = {quota}\n");
        fs::write(self.site.path("cluster.toml"), text).expect("the cluster file");
        self.site.build(&tarball);
        let path = self.site.path(name);
        fs::rename(self.site.bundle("n1"), &path).expect("a bundle");
        path
    }

    /// The signer's, as the last build showed them.
    pub fn words(&self) -> String {
        fs::read_to_string(self.site.path("dist/signing.words")).expect("the words").trim().to_owned()
    }

    /// Runs a command of this program's on the tree.
    pub fn run(&self, program: &Path, args: &[&str]) -> Said {
        run(Command::new(program).args(args).arg("--root").arg(&self.root))
    }

    /// Installs, unasked.
    pub fn install(&self, bundle: &Path, args: &[&str]) -> Said {
        self.run(bundle, &[&["install", "--yes", "--service", "systemd"], args].concat())
    }

    /// Everything below the root, with the sums of files, as `Lab::installed` has them.
    pub fn state(&self) -> String {
        let line = "find . -printf '%y %m %U:%G %s %p %l\\n' | sort; find . -type f -exec cksum {} + | sort";
        run(Command::new("sh").args(["-c", line]).current_dir(&self.root)).ok()
    }

    /// The install is refused so, and the tree stays as it is.
    #[track_caller]
    pub fn refused(&self, bundle: &Path, args: &[&str], code: i32, words: &str) {
        let before = self.state();
        self.install(bundle, args).refused(code, words);
        assert_eq!(self.state(), before);
    }
}
