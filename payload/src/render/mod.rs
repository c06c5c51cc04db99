//! The text files that land on a host, rendered from the cluster file: pure functions from values to strings.
//!
//! Every name and path in them comes from a grammar that needs no quoting, so no file is assembled from
//! unchecked text. Nothing here knows where a file goes or who owns it; that is the manifest's.

mod call;
mod etcdctl;
mod snapshots;
mod startup;
mod supervisor;
mod systemd;
mod textfile;

pub use call::{Call, confine_alike};
pub use etcdctl::etcdctl;
pub use snapshots::{snapshot_loop, snapshot_service, snapshot_timer};
pub use startup::{PATH, Start, relisten, startup};
pub use supervisor::{
    PYTHON_FLAGS, launcher, log_dir_drop_in, program, search_path, supervisord_conf, supervisord_unit,
};
pub use systemd::unit;
pub use textfile::{TEXTFILE_BEGIN, textfile};

use crate::cluster::Cluster;
use crate::path::{AbsPath, NotAPath};

/// Names of the certificate files, as in the guide.
pub const CA: &str = "ca.pem";
/// This host's certificate, for server, client and peer use.
pub const CERTIFICATE: &str = "etcd-peer.pem";
/// Its private key.
pub const KEY: &str = "etcd-peer-key.pem";
/// The same under a passphrase, in a bundle and in `pki/`.
pub const SEALED_KEY: &str = "etcd-peer-key.age";
/// The request it was made from.
pub const REQUEST: &str = "etcd-peer.csr";
/// The startup script, in the release's directory.
pub const STARTUP: &str = "etcd-server-startup.sh";

/// Its entry in a bundle.
#[must_use]
pub fn startup_entry() -> String {
    format!("files/{STARTUP}")
}

/// etcd's own directory for its write-ahead log, in the place for it. etcd makes it under another name and renames it
/// (`wal.Create`), which it could do neither with a mount point nor in a directory of root's.
pub const WAL: &str = "wal";

/// Where a snapshot is restored to, in the directory for data and in that for the log, until it takes its place.
pub const RESTORING: &str = ".etcdpack-restore";

/// What etcd makes in its data directory.
pub const MEMBER: &str = "member";

/// The file beside the startup script by which that knows whether etcd has had data on this host: it is empty, or not there,
/// where etcd may begin anew. Root's alone, and for etcd's user to read.
pub const HAS_DATA: &str = "has-data";

/// What stands in it where etcd has had data in `data`.
#[must_use]
pub fn has_data(data: &AbsPath) -> String {
    format!("etcd has had data in {data}: {STARTUP} does not start it without them. Made by etcdpack.\n")
}

/// The most that is read of a startup script: it has some kilobytes.
pub const MAX_STARTUP: u64 = 1 << 20;

/// Open files for etcd and for a supervisord that we bring: etcd keeps 150 and gives clients the rest.
const OPEN_FILES: u32 = 65536;

/// The directories that the rendered files speak of.
struct Places {
    link: AbsPath,
    certs: AbsPath,
    startup: AbsPath,
}

impl Places {
    fn of(cluster: &Cluster) -> Result<Self, NotAPath> {
        let link = cluster.paths.link()?;
        Ok(Self { certs: link.join("certs")?, startup: link.join(STARTUP)?, link })
    }
}

#[cfg(test)]
mod tests;
