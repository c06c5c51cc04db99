//! Which directory of `pki/` is whose, and what the files in it are called. Nothing is read or written here.

use std::path::{Path, PathBuf};

use payload::name::HostName;

use super::wanted::Whose;

/// Where a pair is, comes from and goes to. Names begin with a letter or digit, so the dots are ours.
pub(super) struct Places {
    pub(super) parent: PathBuf,
    pub(super) dir: PathBuf,
    pub(super) new: PathBuf,
    pub(super) old: PathBuf,
    pub(super) files: Names,
}

/// What the three files are called.
pub(super) struct Names {
    pub(super) certificate: &'static str,
    pub(super) key: &'static str,
    pub(super) request: &'static str,
}

const PEER: Names = Names { certificate: "etcd-peer.pem", key: "etcd-peer-key.pem", request: "etcd-peer.csr" };
const CLIENT: Names = Names { certificate: "client.pem", key: "client-key.pem", request: "client.csr" };
const SERVER: Names = Names { certificate: "server.pem", key: "server-key.pem", request: "server.csr" };

/// The kinds of pairs of which there are many, and the directory of each.
pub(super) const MANY: [(&str, Maker); 3] =
    [("hosts", Whose::Host), ("clients", Whose::Client), ("servers", Whose::Server)];

pub(super) type Maker = fn(HostName) -> Whose;

pub(super) fn places(root: &Path, whose: &Whose) -> Places {
    let (parent, name, files) = match whose {
        Whose::Host(host) => (root.join("hosts"), host.as_str(), PEER),
        Whose::Everyone => (root.to_owned(), "shared", PEER),
        Whose::Client(client) => (root.join("clients"), client.as_str(), CLIENT),
        Whose::Server(server) => (root.join("servers"), server.as_str(), SERVER),
    };
    Places {
        dir: parent.join(name),
        new: parent.join(format!(".{name}.new")),
        old: parent.join(format!(".{name}.old")),
        parent,
        files,
    }
}
