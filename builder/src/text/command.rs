//! `init`, `fetch`, `build`, `verify` and `pki`.

use std::fmt;
use std::path::Path;

use payload::fingerprint::Fingerprint;
use payload::language::Words;
use payload::shell::word;
use payload::{say, words};

// The cluster file.

pub(crate) fn unusable(path: &Path) -> String {
    say!(en = "`{}` cannot be used", zh = "`{}` 不能使用", path.display())
}

pub(crate) fn not_there(path: &Path) -> String {
    say!(en = "`{}` is not there", zh = "没有 `{}`", path.display())
}

pub(crate) const INIT_EXAMPLE: &str = "etcdpack init --host n1=192.0.2.1 --host n2=192.0.2.2 --host n3=192.0.2.3";

pub(crate) fn reading(path: &Path, why: impl fmt::Display) -> String {
    say!(en = "reading `{}`: {why}", zh = "读取 `{}`：{why}", path.display())
}

pub(crate) fn writing(path: &Path, why: impl fmt::Display) -> String {
    say!(en = "writing `{}`: {why}", zh = "写入 `{}`：{why}", path.display())
}

pub(crate) fn at(path: &Path, why: impl fmt::Display) -> String {
    say!(en = "`{}`: {why}", zh = "`{}`：{why}", path.display())
}

/// Who may write a file, and in its directory.
pub(crate) fn list_both(dir: &Path, path: &Path) -> String {
    format!("ls -ld {} {}", word(dir), word(path))
}

pub(crate) const NOT_A_REGULAR_FILE: Words = words!(en = "it is not a regular file", zh = "它不是普通文件");

// init

pub(crate) fn exists(path: &Path) -> String {
    say!(en = "`{}` is there already and was not touched", zh = "`{}` 已存在，未动它", path.display())
}

pub(crate) const INIT_ELSEWHERE: &str = "etcdpack init -o other.toml";
pub(crate) const INIT_AT_HOME: &str = "etcdpack init -o ~/cluster.toml";

pub(crate) fn wrote_example(path: &Path) -> String {
    let path = path.display();
    say!(
        en = "wrote {path} with three example hosts: put in yours, then: etcdpack build {path}",
        zh = "已写入 {path}，其中有三台示例主机：换成你的，然后：etcdpack build {path}"
    )
}

pub(crate) fn wrote(path: &Path) -> String {
    let path = path.display();
    say!(en = "wrote {path}; next: etcdpack build {path}", zh = "已写入 {path}；下一步：etcdpack build {path}")
}

// build

pub(crate) fn namesake(path: &Path) -> String {
    say!(
        en = "`{}` has the common name of the members: whoever has its key can write as a member, until all members have \
              another `common-name`",
        zh = "`{}` 的通用名与成员相同：在所有成员换用另一个 `common-name` 之前，持有其私钥者可以成员身份写入",
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
    en = "  public: each host asks for three of these twelve words at its first install and compares them with the bundle's signer; send them separately from the bundles (telephone, paper)",
    zh = "  可公开：每台主机首次安装时会询问其中三个单词，并与安装包的签名者比对；请与安装包分开传递（电话、纸单）"
);

/// How one bundle is checked with stock tools, and what is next: a note each.
pub(crate) fn check_and_next(bundle: &str, next: &str) -> [String; 4] {
    [
        say!(
            en = "to check one with stock tools, and a signing.pub that did not travel with it:",
            zh = "用系统自带工具检查安装包（signing.pub 须由另一条途径带来）："
        ),
        format!("  tail -c 128 {bundle} | cut -d' ' -f3 | base64 -d > {bundle}.sig"),
        format!("  head -c -128 {bundle} | openssl dgst -sha256 -verify signing.pub -signature {bundle}.sig"),
        say!(
            en = "next, as root on its host: ./{bundle} {next}",
            zh = "下一步，在该主机上以 root 运行：./{bundle} {next}"
        ),
    ]
}

pub(crate) const FROM_0_1: Words = words!(
    en = "a host that etcdpack 0.1 installed: copy its bundle to a directory that root alone can write, check it \
          there with these two lines, and run ./HOST.run install; its old etcdpack-host cannot read the bundle \
          (exit 4)",
    zh = "由 etcdpack 0.1 安装的主机：把它的安装包拷贝到只有 root 可写的目录，在那里用这两行检查，\
          然后运行 ./HOST.run install；旧的 etcdpack-host 无法读取此安装包（退出码 4）"
);

pub(crate) const KEYS_IN_THE_CLEAR: Words = words!(
    en = "the bundles hold private keys in the clear: carry them like keys, and delete the copies",
    zh = "安装包里有明文私钥：像保管私钥一样携带，用后删除拷贝"
);
pub(crate) const KEYS_SEALED: Words = words!(
    en = "the private keys in them are sealed: carry the passphrase separately from the bundles",
    zh = "其中的私钥已加密：口令必须与安装包分开传递"
);
pub(crate) const KEYS_ON_HOSTS: Words =
    words!(en = "no private key is in them: each host makes its own", zh = "其中没有私钥：每台主机自行生成");
pub(crate) const KEYS_STAY_SEALED: Words = words!(
    en = "the private keys stay sealed with the passphrase of an earlier build",
    zh = "私钥仍用以前构建时的口令加密"
);

/// The files are named as hosts are told to write them.
pub(crate) fn awaited(requests: &[String]) -> String {
    say!(
        en = "the requests of hosts are still missing; when they are here: etcdpack sign {}",
        zh = "还在等证书请求；带到这里之后运行：etcdpack sign {}",
        requests.join(" ")
    )
}

pub(crate) const NOTHING_TO_SEAL: Words = words!(
    en = "`--passphrase-fd` and `--new-passphrase` are only for sealed keys, and `[pki] keys` is not \"passphrase\"",
    zh = "`--passphrase-fd` 和 `--new-passphrase` 只用于加密的私钥，而 `[pki] keys` 不是 \"passphrase\""
);

// verify

pub(crate) fn inspect(path: &Path) -> String {
    format!("etcdpack inspect {}", word(path))
}

pub(crate) const BUILD_OR_COPY_AGAIN: Words = words!(
    en = "copy it again; if it was bad before the copy: etcdpack build",
    zh = "重新拷贝；如果拷贝之前就是坏的：etcdpack build"
);

pub(crate) fn verified(
    bundle: &str,
    version: impl fmt::Display,
    host: impl fmt::Display,
    signer: Fingerprint,
    sum: impl fmt::Display,
) -> String {
    say!(
        en = "{bundle}: ok, etcd {version} for {host}, signed by {signer}, sha256 {sum}",
        zh = "{bundle}：校验通过，etcd {version}，用于 {host}，签名者 {signer}，sha256 {sum}"
    )
}

// pki

pub(crate) const ALL_HAVE_CERTIFICATES: Words = words!(
    en = "every host has a certificate that can be used; next: etcdpack build",
    zh = "每台主机都有可用的证书；下一步：etcdpack build"
);

pub(crate) fn file(path: &Path) -> String {
    format!("  {}", path.display())
}

pub(crate) const HAVE_THEM_SIGNED: [Words; 2] = [
    words!(
        en = "have these signed, each for server and client use and with all its names and addresses (clients: for",
        zh = "请对方签发这些请求，每个都要同时用于服务端和客户端，并带上全部名称和地址（客户端的："
    ),
    words!(
        en = "client use; servers: for server use); next: etcdpack pki accept CERT.pem...",
        zh = "用于客户端；服务端的：用于服务端）；下一步：etcdpack pki accept CERT.pem..."
    ),
];

pub(crate) fn waits(holder: impl fmt::Display) -> String {
    say!(
        en = "{holder}: a request waits for its certificate: etcdpack pki accept CERT.pem",
        zh = "{holder}：证书请求在等待签发：etcdpack pki accept CERT.pem"
    )
}

pub(crate) fn changed(path: &Path, change: &str) -> String {
    say!(en = "{}: {change}", zh = "{}：{change}", path.display())
}

pub(crate) const THE_KEY: Words = words!(en = "the CA's key", zh = "CA 的私钥");
pub(crate) const THE_CERTIFICATE: Words = words!(en = "the CA's certificate", zh = "CA 的证书");

/// Half of a CA; `lacks` is [`THE_KEY`] or [`THE_CERTIFICATE`].
pub(crate) fn half_a_ca(path: &Path, lacks: &str) -> String {
    say!(en = "`{}` came without {lacks}", zh = "只有 `{}`，缺少 {lacks}", path.display())
}

pub(crate) const WHOLE_CA: Words = words!(
    en = "etcdpack pki import ca.pem ca-key.pem; or, if the CA's key is out of reach, write `ca = \"ca.pem\"` \
          into `[pki]` and: etcdpack pki csr",
    zh = "etcdpack pki import ca.pem ca-key.pem；如果拿不到 CA 的私钥，在 `[pki]` 中写入 `ca = \"ca.pem\"`，\
          然后：etcdpack pki csr"
);

pub(crate) fn two_of_a_kind(first: &Path, second: &Path) -> String {
    say!(
        en = "`{}` and `{}` both hold a certificate, or both a key: one CA is taken in at a time",
        zh = "`{}` 和 `{}` 都含证书，或都含私钥：一次只接受一个 CA",
        first.display(),
        second.display()
    )
}

pub(crate) fn join(first: &Path, second: &Path) -> String {
    let (first, second) = (word(first), word(second));
    say!(
        en = "cat {first} {second} > ca-chain.pem; etcdpack pki import ca-chain.pem KEY.pem   # where one has signed the other; KEY.pem: \
              of the one that is to sign",
        zh = "cat {first} {second} > ca-chain.pem; etcdpack pki import ca-chain.pem KEY.pem   # 其中一个由另一个签发时；KEY.pem：将要签发的那个的私钥"
    )
}

/// A certificate or key beside a CA's.
pub(crate) fn leave_out(path: &Path) -> String {
    say!(
        en = "leave {} out, which is no CA's: the CA's own certificate and key are enough",
        zh = "去掉 {}，它不属于 CA：只需 CA 自己的证书和私钥",
        word(path)
    )
}

pub(crate) fn read_json(path: &Path) -> String {
    format!("python3 -m json.tool {}", word(path))
}

/// The columns of `pki show`.
pub(crate) const COLUMNS: [Words; 7] = [
    words!(en = "NAME", zh = "名称"),
    words!(en = "KIND", zh = "类型"),
    words!(en = "ALGORITHM", zh = "算法"),
    words!(en = "FROM", zh = "生效"),
    words!(en = "UNTIL", zh = "到期"),
    words!(en = "DAYS LEFT", zh = "剩余天数"),
    words!(en = "NAMES", zh = "名称和地址"),
];

pub(crate) const ALL_HOSTS: Words = words!(en = "all hosts", zh = "所有主机");

pub(crate) fn rotated(from: Fingerprint, to: Fingerprint) -> String {
    say!(en = "old signer: {from}\nnew signer: {to}", zh = "旧签名者：{from}\n新签名者：{to}")
}

pub(crate) const SIGNED_BY_NEW: Words = words!(
    en = "bundles built from now on are signed by the new one; hosts that know the old one take them",
    zh = "此后构建的安装包由新签名者签名；信任旧签名者的主机会接受它们"
);
