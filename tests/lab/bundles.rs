//! Two bundles of one member with small programs, for what is tried hundreds of times.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::corpus::small_site_in;
use crate::{Site, run, workspace};

/// An install, and what replaces it.
pub struct Bundles {
    _site: Site,
    pub first: PathBuf,
    /// The same member with a new certificate and another flag.
    pub second: PathBuf,
}

impl Bundles {
    /// Builds them in a directory below `dir`. `ETCDPACK_INSTALLER` names an installer to put in front of them instead
    /// of the product's: a broken one, that a test must tell from a good one.
    pub fn new_in(dir: &Path) -> Self {
        Self::of(small_site_in(dir))
    }

    /// The same, of a member whose write-ahead log has a place of its own.
    pub fn apart_in(dir: &Path) -> Self {
        let site = small_site_in(dir);
        let cluster = fs::read_to_string(site.path("cluster.toml")).expect("the cluster file");
        let apart =
            cluster.replace("address = \"10.83.0.11\"\n", "address = \"10.83.0.11\"\nwal-dir = \"/wal/etcd\"\n");
        assert_ne!(apart, cluster);
        fs::write(site.path("cluster.toml"), apart).expect("a file");
        site.build_same_cluster(&site.path("release.tar.gz"));
        Self::of(site)
    }

    fn of(site: Site) -> Self {
        let tarball = site.path("release.tar.gz");
        let [first, second] = ["first.run", "second.run"].map(|name| site.path(name));
        take(&site, &first);
        let cluster = fs::read_to_string(site.path("cluster.toml")).expect("the cluster file");
        fs::write(site.path("cluster.toml"), cluster + "[etcd]\nquota-backend-bytes = 4294967296\n").expect("a file");
        fs::remove_dir_all(site.path("pki/hosts/n1")).expect("the host's pair");
        site.build(&tarball);
        take(&site, &second);
        Self { _site: site, first, second }
    }
}

/// Moves the bundle that was just built.
fn take(site: &Site, to: &Path) {
    fs::rename(site.bundle("n1"), to).expect("the bundle is there");
    if let Some(installer) = std::env::var_os("ETCDPACK_INSTALLER") {
        run(Command::new(workspace().join("tests/mutants/wrap")).arg(installer).arg(to)).ok();
    }
}
