//! Which directory of `pki/` is whose, and what the files in it are called. Nothing is read or written here.

use std::path::{Path, PathBuf};

use payload::name::HostName;

use super::spec::Holder;

/// Where a pair is, comes from and goes to. Names begin with a letter or digit, so the dots are ours.
pub(super) struct PairPaths {
    pub(super) parent: PathBuf,
    pub(super) dir: PathBuf,
    pub(super) new: PathBuf,
    pub(super) old: PathBuf,
    pub(super) files: FileNames,
}

/// What the three files are called.
pub(super) struct FileNames {
    pub(super) certificate: &'static str,
    pub(super) key: &'static str,
    pub(super) request: &'static str,
}

const PEER: FileNames = FileNames { certificate: "etcd-peer.pem", key: "etcd-peer-key.pem", request: "etcd-peer.csr" };
const CLIENT: FileNames = FileNames { certificate: "client.pem", key: "client-key.pem", request: "client.csr" };
const SERVER: FileNames = FileNames { certificate: "server.pem", key: "server-key.pem", request: "server.csr" };

/// Where requests wait for their certificates.
pub(super) const REQUESTS: &str = "requests";

/// The kinds of pairs of which there are many, and the directory of each.
pub(super) const MANY: [(&str, Maker); 3] =
    [("hosts", Holder::Host), ("clients", Holder::Client), ("servers", Holder::Server)];

pub(super) type Maker = fn(HostName) -> Holder;

/// The paths of the pair of `holder` below `root`.
pub(super) fn paths(root: &Path, holder: &Holder) -> PairPaths {
    let (parent, name, files) = match holder {
        Holder::Host(host) => (root.join("hosts"), host.as_str(), PEER),
        Holder::Everyone => (root.to_owned(), "shared", PEER),
        Holder::Client(client) => (root.join("clients"), client.as_str(), CLIENT),
        Holder::Server(server) => (root.join("servers"), server.as_str(), SERVER),
    };
    PairPaths {
        dir: parent.join(name),
        new: parent.join(format!(".{name}.new")),
        old: parent.join(format!(".{name}.old")),
        parent,
        files,
    }
}
