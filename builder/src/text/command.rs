//! `init`, `fetch`, `build`, `verify` and `pki`. What `build` says at its end stands in both languages, the rest in English.

use std::fmt;
use std::path::Path;

use payload::fingerprint::Fingerprint;
use payload::language::Words;
use payload::shell::word;
use payload::{say, words};

// The cluster file.

pub(crate) fn unusable(path: &Path) -> String {
    format!("`{}` cannot be used", path.display())
}

pub(crate) fn not_there(path: &Path) -> String {
    format!("`{}` is not there", path.display())
}

pub(crate) const INIT_EXAMPLE: &str = "etcdpack init --host n1=192.0.2.1 --host n2=192.0.2.2 --host n3=192.0.2.3";

pub(crate) fn reading(path: &Path, why: impl fmt::Display) -> String {
    format!("reading `{}`: {why}", path.display())
}

pub(crate) fn writing(path: &Path, why: impl fmt::Display) -> String {
    format!("writing `{}`: {why}", path.display())
}

pub(crate) fn at(path: &Path, why: impl fmt::Display) -> String {
    format!("`{}`: {why}", path.display())
}

/// Who may write a file, and in its directory.
pub(crate) fn list_both(dir: &Path, path: &Path) -> String {
    format!("ls -ld {} {}", word(dir), word(path))
}

pub(crate) const NOT_A_REGULAR_FILE: &str = "it is not a regular file";

// init

pub(crate) fn exists(path: &Path) -> String {
    format!("`{}` is there already and was not touched", path.display())
}

pub(crate) const INIT_ELSEWHERE: &str = "etcdpack init -o other.toml";
pub(crate) const INIT_AT_HOME: &str = "etcdpack init -o ~/cluster.toml";

pub(crate) fn wrote_example(path: &Path) -> String {
    let path = path.display();
    format!("wrote {path} with three example hosts: put in yours, then: etcdpack build {path}")
}

pub(crate) fn wrote(path: &Path) -> String {
    let path = path.display();
    format!("wrote {path}; next: etcdpack build {path}")
}

// build

pub(crate) fn namesake(path: &Path) -> String {
    format!(
        "`{}` has the common name of the members: whoever has its key can write as a member, until all members have \
         another `common-name`",
        path.display()
    )
}

pub(crate) fn bundle(path: &Path, bytes: u64) -> String {
    format!("  {}  {} MB", path.display(), bytes.div_ceil(1_000_000))
}

pub(crate) fn bundle_sum(sum: impl fmt::Display) -> String {
    format!("    sha256 {sum}")
}

pub(crate) fn bundles(count: usize, sums: &Path) -> String {
    let sums = sums.display();
    say!(en = "{count} bundles; their sums are in {sums}", zh = "{count} 个安装包；校验和在 {sums}")
}

pub(crate) fn signed_by(signer: Fingerprint) -> String {
    say!(en = "signed by (twelve words): {signer}", zh = "签名者（十二个单词）：{signer}")
}

pub(crate) const TELL_THE_WORDS: Words = words!(
    en = "  public: each host asks for these twelve words at its first install and compares them with the bundle's signer; send them separately from the bundles (telephone, paper)",
    zh = "  可公开：每台主机首次安装时会询问这十二个单词，并与安装包的签名者比对；请与安装包分开传递（电话、纸单）"
);

/// How one bundle is checked with stock tools, and what is next: a note each.
pub(crate) fn check_and_next(bundle: &str, next: &str) -> [String; 4] {
    [
        say!(
            en = "to check one with stock tools and a signing.pub that came another way:",
            zh = "用系统自带工具和走另一条途径带来的 signing.pub 检查一个安装包："
        ),
        format!("  tail -c 128 {bundle} | cut -d' ' -f3 | base64 -d > {bundle}.sig"),
        format!("  head -c -128 {bundle} | openssl dgst -sha256 -verify signing.pub -signature {bundle}.sig"),
        say!(
            en = "next, as root on its host: ./{bundle} {next}",
            zh = "下一步，在该主机上以 root 运行：./{bundle} {next}"
        ),
    ]
}

pub(crate) const FROM_0_1: &str = "a host that etcdpack 0.1 installed: copy its bundle to a directory that root alone can write, check it \
     there with these two lines, and run ./HOST.run install; its old etcdpack-host cannot read the bundle \
     (exit 4)";

pub(crate) const KEYS_IN_THE_CLEAR: Words = words!(
    en = "the bundles hold private keys in the clear: carry them like keys, and delete the copies",
    zh = "安装包含有明文私钥：像携带私钥一样携带，并删除拷贝"
);
pub(crate) const KEYS_SEALED: Words = words!(
    en = "the private keys in them are sealed: carry the passphrase another way than the bundles",
    zh = "其中的私钥已加密：口令与安装包走不同的途径"
);
pub(crate) const KEYS_ON_HOSTS: Words =
    words!(en = "no private key is in them: each host makes its own", zh = "其中没有私钥：每台主机自行生成");
pub(crate) const KEYS_STAY_SEALED: Words = words!(
    en = "the private keys stay sealed with the passphrase of an earlier build",
    zh = "私钥仍用以前构建时的口令加密"
);

/// The files are named as hosts are told to write them.
pub(crate) fn awaited(requests: &[String]) -> String {
    format!("requests are awaited; when they are here: etcdpack sign {}", requests.join(" "))
}

pub(crate) const NOTHING_TO_SEAL: &str = "there is no key to seal: `[pki] keys` is not \"passphrase\"";

// verify

pub(crate) fn inspect(path: &Path) -> String {
    format!("etcdpack inspect {}", word(path))
}

pub(crate) const BUILD_OR_COPY_AGAIN: &str = "build it again, or copy it again: etcdpack build";

pub(crate) fn verified(
    bundle: &str,
    version: impl fmt::Display,
    host: impl fmt::Display,
    signer: Fingerprint,
    sum: impl fmt::Display,
) -> String {
    format!("{bundle}: ok, etcd {version} for {host}, signed by {signer}, sha256 {sum}")
}

// pki

pub(crate) const ALL_HAVE_CERTIFICATES: &str = "every host has a certificate that can be used; next: etcdpack build";

pub(crate) fn file(path: &Path) -> String {
    format!("  {}", path.display())
}

pub(crate) const HAVE_THEM_SIGNED: [&str; 2] = [
    "have these signed, each for server and client use and with all its names and addresses (clients: for",
    "client use; servers: for server use); next: etcdpack pki accept CERT.pem...",
];

pub(crate) fn waits(holder: impl fmt::Display) -> String {
    format!("{holder}: a request waits for its certificate: etcdpack pki accept CERT.pem")
}

pub(crate) fn changed(path: &Path, change: &str) -> String {
    format!("{}: {change}", path.display())
}

pub(crate) const THE_KEY: &str = "the CA's key";
pub(crate) const THE_CERTIFICATE: &str = "the CA's certificate";

/// Half of a CA; `lacks` is [`THE_KEY`] or [`THE_CERTIFICATE`].
pub(crate) fn half_a_ca(path: &Path, lacks: &str) -> String {
    format!("`{}` came without {lacks}", path.display())
}

pub(crate) const WHOLE_CA: &str = "etcdpack pki import ca.pem ca-key.pem; or, if the CA's key is out of reach, write `ca = \"ca.pem\"` \
     into `[pki]` and: etcdpack pki csr";

pub(crate) fn two_of_a_kind(first: &Path, second: &Path) -> String {
    format!("`{}` and `{}` are two of a kind: one CA is taken", first.display(), second.display())
}

pub(crate) const JOIN_CHAIN: &str = "cat intermediate.pem root.pem > ca.pem, where one is above the other";

pub(crate) fn read_json(path: &Path) -> String {
    format!("python3 -m json.tool {}", word(path))
}

/// The columns of `pki show`.
pub(crate) const COLUMNS: [&str; 7] = ["NAME", "KIND", "ALGORITHM", "FROM", "UNTIL", "DAYS LEFT", "NAMES"];

pub(crate) const ALL_HOSTS: &str = "all hosts";

pub(crate) fn rotated(from: Fingerprint, to: Fingerprint) -> String {
    format!("old signer: {from}\nnew signer: {to}")
}

pub(crate) const SIGNED_BY_NEW: &str =
    "bundles built from now on are signed by the new one; hosts that know the old one take them";
