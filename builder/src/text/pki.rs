//! The CA, the certificates and the signing key.

use std::fmt;
use std::path::Path;

use payload::language::Words;
use payload::name::HostName;
use payload::shell::word;
use payload::{say, words};
use time::OffsetDateTime;

use super::Minute;

pub(crate) fn impossible_name(name: &HostName) -> String {
    say!(
        en = "`{name}` is not a valid DNS name and is left out of the certificates",
        zh = "`{name}` 不是有效的 DNS 名称，不写入证书"
    )
}

pub(crate) fn several_are_trusted(count: usize) -> String {
    say!(
        en = "hosts will trust all {count} certificates of the CA file",
        zh = "主机将信任 CA 文件中的全部 {count} 个证书"
    )
}

pub(crate) fn replaced(holder: impl fmt::Display, problem: impl fmt::Display) -> String {
    say!(
        en = "new key and certificate for {holder}, because the kept certificate cannot be used: {problem}",
        zh = "重新生成私钥和证书（{holder}）：原有的不能再用，{problem}"
    )
}

pub(crate) fn issued(made: usize, kept: usize) -> String {
    say!(en = "certificates: {made} made, {kept} kept as they were", zh = "证书：新签发 {made} 个，沿用 {kept} 个")
}

pub(crate) fn signed(made: usize, have: usize, hosts: usize) -> String {
    say!(
        en = "certificates: {made} made, {have} of {hosts} hosts have one",
        zh = "证书：新签发 {made} 个，已有证书的主机 {have} 台，共 {hosts} 台"
    )
}

pub(crate) fn ends_soon(holder: impl fmt::Display, days: i64) -> String {
    say!(
        en = "the certificate for {holder} ends in {days} days: have another one signed soon",
        zh = "证书（{holder}）还有 {days} 天到期：请尽快重新签发"
    )
}

pub(crate) fn awaited(holder: impl fmt::Display) -> String {
    say!(en = "{holder}: none yet", zh = "{holder}：尚无")
}

pub(crate) fn unfit(holder: impl fmt::Display, problem: impl fmt::Display) -> String {
    say!(en = "{holder}: {problem}", zh = "{holder}：{problem}")
}

pub(crate) fn left_out(host: &HostName, why: &str) -> String {
    say!(en = "the certificate of `{host}` is not packed: {why}", zh = "未放入 `{host}` 的证书：{why}")
}

pub(crate) const KEY_MADE_HERE: Words =
    words!(en = "its key was made here, not on the host", zh = "其私钥是在这里生成的，不是在主机上");

pub(crate) fn still_fits(holder: impl fmt::Display) -> String {
    say!(en = "the certificate for {holder} still fits and was kept", zh = "证书（{holder}）仍然适用，予以沿用")
}

pub(crate) fn made(holder: impl fmt::Display, dir: &Path) -> String {
    say!(en = "{holder}: certificate made in `{}`", zh = "{holder}：证书已签发，位于 `{}`", dir.display())
}

pub(crate) fn taken(path: &Path, holder: impl fmt::Display, end: OffsetDateTime) -> String {
    say!(
        en = "{}: accepted for {holder}, until {}",
        zh = "{}：已接受，用于 {holder}，有效至 {}",
        path.display(),
        Minute(end)
    )
}

pub(crate) fn ca_made(path: &Path) -> String {
    say!(en = "made a CA, `{}`: keep its key safe", zh = "已新建 CA `{}`：请妥善保管其私钥", path.display())
}

pub(crate) fn ca_is_there(path: &Path) -> String {
    say!(en = "`{}` is this CA already", zh = "`{}` 已经是这个 CA", path.display())
}

pub(crate) fn ca_imported(certificate: &Path, key: &Path) -> String {
    say!(
        en = "the CA is in `{}`, its key in `{}`",
        zh = "CA 在 `{}`，其私钥在 `{}`",
        certificate.display(),
        key.display()
    )
}

pub(crate) fn encrypted_already(key: &Path) -> String {
    say!(en = "`{}` is under a passphrase already", zh = "`{}` 已有口令保护", key.display())
}

pub(crate) fn encrypted(key: &Path) -> String {
    say!(
        en = "`{}` is under the passphrase now: without it, nothing can be signed",
        zh = "`{}` 现在有口令保护：没有口令就不能签发",
        key.display()
    )
}

/// What a passphrase is asked for.
pub(crate) fn key_at(path: &Path) -> String {
    format!("`{}`", path.display())
}

pub(crate) const WRONG_PASSPHRASE: Words = words!(en = "this passphrase does not open it", zh = "用此口令打不开");

pub(crate) fn signing_key_made(path: &Path) -> String {
    say!(
        en = "made a key to sign bundles with, `{}`: keep it safe",
        zh = "已生成安装包的签名密钥 `{}`：请妥善保管",
        path.display()
    )
}

pub(crate) fn another_at_work(dir: &Path) -> String {
    say!(
        en = "another etcdpack is at work in `{}`: waiting for it",
        zh = "另一个 etcdpack 正在使用 `{}`：等待它结束",
        dir.display()
    )
}

/// The first line of `serials.toml`: the same whoever builds.
pub(crate) const SERIALS_HEAD: &str = "# Who founds the cluster, and the numbers of the bundles that were built here. Keep this file with the keys: hosts \
     refuse a bundle with a lower number than they have had.";

pub(crate) const NEITHER_FILE_NOR_DIR: Words =
    words!(en = "neither a file nor a directory", zh = "既不是文件也不是目录");
pub(crate) const NOT_A_SMALL_FILE: Words = words!(en = "not a file of at most 1 MiB", zh = "不是 1 MiB 以内的普通文件");

/// What a sealed file holds when it is opened.
pub(crate) const OTHER_KEY: Words = words!(en = "it holds another key", zh = "其中是另一把私钥");

pub(crate) fn owner_of(path: &Path) -> String {
    format!("ls -ldn {}", word(path))
}

pub(crate) fn chmod(mode: u32, path: &Path) -> String {
    format!("chmod {mode:o} {}", word(path))
}

pub(crate) const MAKE_SIGNING_KEY: &str = "openssl ecparam -name prime256v1 -genkey -noout -out signing-key.pem";

pub(crate) fn restore_serials(path: &Path) -> String {
    say!(en = "put it back from a copy: {}", zh = "从备份放回：{}", word(path))
}

pub(crate) const LET_OTHERS_SIGN: Words = words!(
    en = "etcdpack pki csr   # then have the CA sign csr/*.csr, and: etcdpack pki accept CERT.pem...",
    zh = "etcdpack pki csr   # 然后请 CA 签发 csr/*.csr，再运行：etcdpack pki accept CERT.pem..."
);

pub(crate) const SIGN_OUTSIDE: Words = words!(
    en = "write `ca = \"ca.pem\"` into `[pki]`, without `ca-key`; then: etcdpack pki csr   # the token's own tools sign csr/*.csr",
    zh =
        "在 `[pki]` 中写入 `ca = \"ca.pem\"`，不写 `ca-key`；然后：etcdpack pki csr   # 用硬件自带的工具签发 csr/*.csr"
);

pub(crate) const TAKE_ANOTHER_NAME: Words = words!(
    en = "choose another name: etcd's roles are given to a user of this name, too",
    zh = "换一个名称：它也是 etcd 中被授予角色的用户名"
);

pub(crate) const LEAVE_OWN_CA_OUT: Words =
    words!(en = "take `ca` and `ca-key` out of the cluster file", zh = "从集群文件中去掉 `ca` 和 `ca-key`");

pub(crate) fn show_public_key(certificate: &Path) -> String {
    format!("openssl x509 -in {} -noout -pubkey", word(certificate))
}

/// The CA ends before `pki.validity` does.
pub(crate) fn ends_with_ca(path: &Path, end: OffsetDateTime) -> String {
    say!(
        en = "the certificates end with their CA `{}`, on {}, before `validity` is over",
        zh = "证书随其 CA `{}` 于 {} 到期，早于 `validity`",
        path.display(),
        Minute(end)
    )
}

/// A CA above the one that signs does not let it.
pub(crate) fn too_deep(path: &Path, fault: impl fmt::Display) -> String {
    say!(
        en = "a CA in `{}` {fault}: etcd takes the certificates, since hosts trust the CA below it; openssl, and clients that trust the upper CA alone, refuse them",
        zh = "`{}` 中有一个 CA {fault}：主机信任它下面的 CA，因此 etcd 接受这些证书；openssl 以及只有上级 CA 的客户端会拒绝",
        path.display()
    )
}

/// Names that a CA's constraints leave out. Two ways.
pub(crate) fn other_names(names: &[String]) -> String {
    let loopback = |name: &String| name == "127.0.0.1" || name == "::1";
    if names.iter().all(loopback) {
        return say!(
            en = "write into the cluster file, section `[client]`: loopback = \"off\"",
            zh = "在集群文件的 `[client]` 中写入：loopback = \"off\""
        );
    }
    say!(
        en = "give the host a name or an address that the CA permits (`name`, `names`, `address` in `[[host]]`), or take another CA",
        zh = "给主机换一个 CA 允许的名称或地址（`[[host]]` 中的 `name`、`names`、`address`），或换一个 CA"
    )
}

/// The same key and subject in a certificate that etcd can use, for a CA that signed itself; else its own CA must.
pub(crate) fn issue_ca_again(path: &Path) -> String {
    let (path, new) = (word(path), word(&path.with_extension("new.pem")));
    let command = format!(
        "openssl x509 -in {path} -signkey ca-key.pem -clrext -days 3650 -extfile <(printf \
         'basicConstraints=critical,CA:TRUE\\nkeyUsage=critical,keyCertSign,cRLSign\\nsubjectKeyIdentifier=hash\\n') -out {new}"
    );
    say!(
        en = "{command}   # in bash, for a root: issues it again, with its key and name, and without name constraints, if it had any; an intermediate has to be issued again by the CA above it",
        zh = "{command}   # 根 CA：在 bash 中用同一私钥和名称重新签发（不含名称约束）；中间 CA：由其上级 CA 重新签发"
    )
}

pub(crate) const SHOW_CLOCK: &str = "date -u";

/// Its key stays, so that what it has signed is still its own.
pub(crate) fn made_ahead(ca: &Path) -> String {
    let ca = word(ca);
    say!(
        en = "{SHOW_CLOCK}   # where it is right, the clock was ahead when the CA was made; one that etcdpack has made: \
              mv {ca} {ca}.ahead && etcdpack build --new-ca",
        zh = "{SHOW_CLOCK}   # 若时间正确，则是生成此 CA 时的时钟偏快；若它由 etcdpack 生成：\
              mv {ca} {ca}.ahead && etcdpack build --new-ca"
    )
}

pub(crate) fn put_key_back(key: &Path) -> String {
    say!(en = "put the key back: {}", zh = "把私钥放回：{}", word(key))
}

/// Two ways.
pub(crate) fn put_ca_back(path: &Path) -> String {
    say!(
        en = "put it back from a copy: {}\netcdpack build --new-ca   # only if it is lost for good: hosts with the old CA \
              refuse members with a certificate of the new one; see docs/trust.md",
        zh = "从备份放回：{}\netcdpack build --new-ca   # 只在确已丢失时：持有旧 CA 的主机不接受新 CA 所签证书的成员；见 docs/trust.zh-CN.md",
        word(path)
    )
}

pub(crate) fn show_certificate(path: &Path) -> String {
    format!("openssl x509 -in {} -noout -text", word(path))
}

pub(crate) fn trust_the_lower_one(path: &Path) -> String {
    say!(
        en = "append the CA that signs to {}, so that hosts trust it directly; or have the upper CA issued again without `pathlen`",
        zh = "把直接签发的 CA 追加到 {}：主机便直接信任它；或重新签发上级 CA，不带 `pathlen`",
        word(path)
    )
}

pub(crate) fn another_ca(path: &Path) -> String {
    say!(
        en = "openssl x509 -in {} -noout -text   # then take another CA",
        zh = "openssl x509 -in {} -noout -text   # 然后换一个 CA",
        word(path)
    )
}

pub(crate) const OTHER_PASSPHRASE: Words = words!(
    en = "give the passphrase of the earlier build, or set a new one for all hosts: etcdpack build --new-passphrase",
    zh = "使用以前构建时的口令；或为所有主机换一个：etcdpack build --new-passphrase"
);

/// A host is to make a key of its own.
pub(crate) fn own_key(host: &HostName) -> String {
    format!("./{host}.run csr -o {host}.csr")
}

/// A bundle whose certificate other members would not take for a member's.
pub(crate) fn write_peers(names: Option<&dyn fmt::Display>) -> String {
    let by_list = names.map_or_else(String::new, |names| {
        say!(
            en = ", or all names into `[etcd.flags]`: peer-cert-allowed-cn = \"{names}\"",
            zh = "；或把所有名称写入 `[etcd.flags]`：peer-cert-allowed-cn = \"{names}\""
        )
    });
    say!(en = "write into `[etcd]`: peers = \"by-ca\"{by_list}", zh = "在 `[etcd]` 中写入：peers = \"by-ca\"{by_list}")
}
