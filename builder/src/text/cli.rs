//! What stands at the end of each help page: examples and exit codes.

use std::sync::LazyLock;

use payload::etcd;

/// The exit codes that `etcdpack` ends with.
const EXIT_CODES: &str = "Exit codes:
  0  done
  1  internal error (a bug in etcdpack)
  2  the command line or the cluster file is wrong
  3  refused: something is in the way, and nothing was changed on any host
  4  verification failed: of a release, a bundle or a request";

/// What `--version` says: what it was built from, for what, and which etcds it knows, as of which day.
pub(crate) static VERSION: LazyLock<String> = LazyLock::new(|| {
    let [first, .., last] = etcd::NEWEST;
    format!(
        "{}\ncommit  {}\ntarget  {}\netcd    {}.{} to {}.{}, as known on {}; the newest: {}",
        env!("CARGO_PKG_VERSION"),
        env!("ETCDPACK_COMMIT"),
        env!("ETCDPACK_TARGET"),
        first.major(),
        first.minor(),
        last.major(),
        last.minor(),
        etcd::AS_OF,
        etcd::NEWEST.map(|version| version.to_string()).join(" "),
    )
});

/// The end of a page. Each example is a command, and what it does.
fn page(examples: &[(&str, &str)]) -> String {
    let examples: Vec<String> = examples.iter().map(|(command, does)| format!("  {command}\n      {does}\n")).collect();
    format!("Examples:\n{}\n{EXIT_CODES}", examples.concat())
}

pub(crate) fn etcdpack() -> String {
    page(&[
        ("etcdpack init --host n1=192.0.2.1 --host n2=192.0.2.2 --host n3=192.0.2.3", "write cluster.toml"),
        ("etcdpack build", "make dist/n1.run, dist/n2.run and dist/n3.run from it"),
    ])
}

pub(crate) fn init() -> String {
    page(&[
        ("etcdpack init --host n1=192.0.2.1 --host n2=192.0.2.2 --host n3=192.0.2.3", "write cluster.toml"),
        ("etcdpack init --version 3.5.24 --keys host-key -o prod/cluster.toml", "with three example hosts"),
    ])
}

pub(crate) fn fetch() -> String {
    page(&[
        ("etcdpack fetch", "download the release that cluster.toml names, or find it in the cache"),
        (
            "etcdpack fetch --mirror https://mirror.example/etcd --ca-cert proxy.pem",
            "through a proxy that intercepts TLS",
        ),
        ("etcdpack fetch --list", "which files to download elsewhere, and from where"),
        ("etcdpack fetch --into /media/stick", "check what was brought; then `etcdpack build` needs no network"),
    ])
}

pub(crate) fn check() -> String {
    page(&[
        ("etcdpack check", "say what `etcdpack build` would do with cluster.toml"),
        ("etcdpack check --json prod", "as JSON, with prod/cluster.toml"),
    ])
}

pub(crate) fn build() -> String {
    page(&[
        ("etcdpack build", "make dist/HOST.run for every host in cluster.toml"),
        ("etcdpack build -C prod/cluster.toml --release etcd-v3.6.16-linux-amd64.tar.gz", "without a network"),
    ])
}

pub(crate) fn export() -> String {
    page(&[
        ("etcdpack export /media/stick", "copy the bundles in dist/ onto a mounted stick, and read them back"),
        ("etcdpack export --from prod/dist /media/stick/etcd", "of another cluster, into a directory of the stick"),
    ])
}

pub(crate) fn sign() -> String {
    page(&[
        ("etcdpack sign n1.csr n2.csr n3.csr", "show the words of each key and ask whether they are the host's"),
        ("etcdpack sign --words n1=liar-cram-... n1.csr", "for scripts: the words are given"),
    ])
}

pub(crate) fn verify() -> String {
    page(&[
        ("etcdpack verify dist/*.run", "check every byte"),
        ("etcdpack verify --signer \"$(cat signing.words)\" n1.run", "check also who signed it"),
    ])
}

pub(crate) fn inspect() -> String {
    page(&[
        ("etcdpack inspect dist/n1.run", "show members, files and parts"),
        ("etcdpack inspect --json dist/n1.run", "print the manifest"),
    ])
}

pub(crate) fn rehearse() -> String {
    page(&[
        ("etcdpack rehearse", "run the members of dist/*.run here, for a few seconds, without a network"),
        ("etcdpack rehearse --passphrase-fd 3 /media/stick 3< passphrase", "those on a stick"),
    ])
}

pub(crate) fn paper() -> String {
    page(&[
        ("etcdpack paper", "write paper/cluster.html, paper/host-HOST.html and paper/expiry.ics about dist/*.run"),
        ("etcdpack paper --paper zh old/dist -o old/paper", "in Chinese alone, about other bundles"),
    ])
}

pub(crate) fn pki() -> String {
    page(&[
        ("etcdpack pki show", "list the certificates in pki/ and when they end"),
        ("etcdpack pki client kube-apiserver", "make pki/clients/kube-apiserver/client.pem and its key"),
    ])
}

pub(crate) fn pki_show() -> String {
    page(&[
        ("etcdpack pki show", "list the certificates in pki/"),
        ("etcdpack pki show -C prod/cluster.toml --json", "as JSON, of another cluster"),
    ])
}

pub(crate) fn pki_import() -> String {
    page(&[
        ("etcdpack pki import ca.pem ca-key.pem", "take in a CA"),
        (
            "etcdpack pki import --lock ca.pem ca-key.pem ca-config.json",
            "with its key under a passphrase, and with settings",
        ),
    ])
}

pub(crate) fn pki_lock() -> String {
    page(&[
        ("etcdpack pki lock", "ask for a passphrase and put pki/ca-key.pem under it"),
        ("etcdpack pki lock --ca-passphrase-fd 3 3<FILE", "for scripts"),
    ])
}

pub(crate) fn pki_csr() -> String {
    page(&[
        ("etcdpack pki csr", "write csr/HOST.csr for every host that needs a certificate"),
        ("etcdpack pki csr -C prod/cluster.toml -o /media/stick", "write them to a stick"),
    ])
}

pub(crate) fn pki_accept() -> String {
    page(&[
        ("etcdpack pki accept n1.pem n2.pem n3.pem", "take in what the CA signed"),
        ("etcdpack pki accept n1.pem n1-key.pem", "take in a pair that was made elsewhere"),
    ])
}

pub(crate) fn pki_client() -> String {
    page(&[
        ("etcdpack pki client kube-apiserver", "make pki/clients/kube-apiserver/client.pem and its key"),
        ("etcdpack pki client alice --validity 720h", "for 30 days"),
    ])
}

pub(crate) fn pki_server() -> String {
    page(&[
        (
            "etcdpack pki server proxy --dns etcd.example.com --address 192.0.2.10",
            "make pki/servers/proxy/server.pem and its key",
        ),
        ("etcdpack pki server proxy.example.com", "the name is the only DNS name in it"),
    ])
}

pub(crate) fn pki_backup_key() -> String {
    page(&[
        ("etcdpack pki backup-key", "print the public half, and write the secret one to backup-identity.txt"),
        ("etcdpack pki backup-key -o /media/safe/identity.txt", "write it to a stick for the safe"),
    ])
}

pub(crate) fn pki_rotate_signer() -> String {
    page(&[
        ("etcdpack pki rotate-signer", "make a new signing key in pki/, which the old one signs"),
        ("etcdpack pki rotate-signer -C prod/cluster.toml", "of another cluster"),
    ])
}
