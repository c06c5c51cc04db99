//! Getting the release.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use payload::digest::Digest;
use payload::etcd::{Arch, EtcdVersion};
use payload::language::Words;
use payload::{say, words};
use time::Date;

pub(crate) fn other_sum_is_public(hints: &[Digest]) -> String {
    let hints = hints.iter().map(Digest::to_string).collect::<Vec<_>>().join(", ");
    say!(
        en = "a single public source lists another sum for this release: {hints}",
        zh = "有一个公开来源为此发布包列出的校验和不同：{hints}"
    )
}

pub(crate) fn trusted_on_first_use(version: EtcdVersion, arch: Arch, digest: Digest) -> String {
    say!(
        en = "no checksum is known for etcd {version} on {arch}; from now on, this one is trusted: {digest}",
        zh = "etcd {version}（{arch}）没有已知的校验和；从现在起信任这个：{digest}"
    )
}

pub(crate) fn got(version: EtcdVersion, arch: Arch, digest: Digest, origin: impl fmt::Display) -> String {
    say!(
        en = "etcd {version} for {arch}: sha256 {digest} ({origin})",
        zh = "etcd {version}（{arch}）：sha256 {digest}（{origin}）",
        arch = arch.etcd_name()
    )
}

// Who vouches for a sum.

pub(crate) const BY_CLUSTER_FILE: Words = words!(en = "cluster file", zh = "集群文件");
pub(crate) const BY_ETCDPACK: Words = words!(en = "sum compiled into etcdpack", zh = "编译进 etcdpack 的校验和");

pub(crate) fn by_lock_file(since: Date) -> String {
    say!(en = "etcdpack.lock, accepted on {since}", zh = "etcdpack.lock，于 {since} 接受")
}

pub(crate) fn by_list(place: &str) -> String {
    say!(en = "SHA256SUMS at {place}", zh = "{place} 的 SHA256SUMS")
}

pub(crate) fn by_first_use(place: &str) -> String {
    say!(en = "trust on first use, from {place}", zh = "首次使用即信任，来自 {place}")
}

/// What a place did not deliver, and why.
pub(crate) fn at(place: impl fmt::Display, why: impl fmt::Display) -> String {
    say!(en = "{place}: {why}", zh = "{place}：{why}")
}

pub(crate) fn at_file(path: &Path, why: impl fmt::Display) -> String {
    say!(en = "`{}`: {why}", zh = "`{}`：{why}", path.display())
}

/// Who is asked for which file, and how long that may take.
pub(crate) fn asks(host: &str, file: &str, connect: Duration, answer: Duration) -> String {
    say!(
        en = "asking {host} for {file}: at most {connect:?} to connect, {answer:?} for an answer",
        zh = "向 {host} 请求 {file}：连接最多 {connect:?}，等待应答最多 {answer:?}"
    )
}

pub(crate) fn getting(place: impl fmt::Display) -> String {
    say!(en = "getting {place}", zh = "下载 {place}")
}

pub(crate) fn tries_again(place: impl fmt::Display, why: impl fmt::Display, pause: Duration) -> String {
    say!(en = "{place}: {why}; trying again in {pause:?}", zh = "{place}：{why}；{pause:?} 后重试")
}

pub(crate) const STARTS_OVER: Words =
    words!(en = "the resumed download is corrupt; starting over", zh = "续传的内容已损坏；重新下载");
pub(crate) const ANOTHER_DOWNLOADS: Words = words!(
    en = "another etcdpack is downloading the same file; waiting for it",
    zh = "另一个 etcdpack 正在下载同一文件；等待它完成"
);
pub(crate) const DOES_NOT_GO_ON: Words = words!(
    en = "the server does not resume where the last download stopped",
    zh = "发来的内容与上次下载中断之处接不上"
);
pub(crate) const NOT_THE_WHOLE_FILE: Words = words!(en = "the answer is not the whole file", zh = "应答不是完整的文件");
pub(crate) const NO_CERTIFICATE: Words = words!(en = "no PEM certificate in it", zh = "其中没有 PEM 格式的证书");
pub(crate) const NOT_UTF8: Words = words!(en = "it is not UTF-8", zh = "不是 UTF-8");
pub(crate) const NOT_A_DIRECTORY: Words = words!(en = "not a directory", zh = "不是目录");
pub(crate) const NOT_A_FILE: Words = words!(en = "not a regular file", zh = "不是普通文件");

/// The first line of `etcdpack.lock`: the same whoever builds.
pub(crate) const LOCK_HEAD: &str =
    "# The etcd releases that etcdpack accepted here. Keep this file with the cluster file.";

pub(crate) const A_DAY: Words = words!(en = "a day is written as `2026-01-31`", zh = "日期写作 `2026-01-31`");

pub(crate) fn one_tarball(files: &[String]) -> String {
    say!(
        en = "the cluster has hosts of two architectures, so the file given with `--release` must be called one of {}",
        zh = "集群中有两种架构的主机，因此 `--release` 给出的文件名必须是其中之一：{}",
        files.join(", ")
    )
}
pub(crate) const ONE_TARBALL_HELP: Words = words!(
    en = "`etcdpack fetch --release FILE` once for each of them, under the name that upstream gave it",
    zh = "每种架构各运行一次 `etcdpack fetch --release FILE`，文件名用上游的原名"
);

pub(crate) const MIRROR_EXAMPLE: &str = "etcdpack fetch --mirror https://mirror.example/etcd";

pub(crate) fn three_ways(arch: Arch, file: &str, has_list: bool) -> String {
    let list = if has_list {
        say!(
            en = ", or put upstream's `SHA256SUMS` beside it and leave that flag out",
            zh = "；或把上游的 `SHA256SUMS` 放在旁边，不加该选项"
        )
    } else {
        String::new()
    };
    say!(
        en = "write a sum that you trust into `[release]` of the cluster file: `sha256-{arch} = \"HEX\"`, or `etcdpack init --sha256 HEX`\n\
              take a tarball that you have checked yourself: `etcdpack fetch --release {file} --trust-on-first-use`{list}\n\
              accept whatever is downloaded first, and lock its sum: `etcdpack fetch --trust-on-first-use`",
        zh = "把你信任的校验和写入集群文件的 `[release]`：`sha256-{arch} = \"HEX\"`，或 `etcdpack init --sha256 HEX`\n\
              使用你自己核对过的 tarball：`etcdpack fetch --release {file} --trust-on-first-use`{list}\n\
              接受首次收到的字节并锁定：`etcdpack fetch --trust-on-first-use`"
    )
}

/// What to type where `path`, with this sum, was given, and nothing says what it should be.
pub(crate) fn vouch_for_the_file(path: &Path, sum: Digest, arch: Arch, list: Option<&str>) -> String {
    let list = list.map(|list| {
        let beside = path.with_file_name("SHA256SUMS");
        say!(
            en = "download {list} to `{}`, then the same command again\n",
            zh = "下载 {list} 到 `{}`，然后再运行同一命令\n",
            beside.display()
        )
    });
    let list = list.unwrap_or_default();
    say!(
        en = "{list}or, if you know this sum to be right, write it into `[release]` of the cluster file: `sha256-{arch} = \"{sum}\"`\n\
              or accept these bytes and lock them: `etcdpack fetch --release {} --trust-on-first-use`",
        zh = "{list}或者，确知此校验和正确时，写入集群文件的 `[release]`：`sha256-{arch} = \"{sum}\"`\n\
              或者接受这些字节并锁定：`etcdpack fetch --release {} --trust-on-first-use`",
        path.display()
    )
}

pub(crate) const WRITE_SUM: Words = words!(
    en = "write the sum into the cluster file (`sha256` in `[release]`), or use an `https:` mirror",
    zh = "把校验和写入集群文件（`[release]` 的 `sha256`），或使用 `https:` 镜像站"
);

/// What to carry here from where, with which list, and what to type then: `flag` as well.
pub(crate) fn bring_it(tarball: &str, list: Option<&str>, file: &str, flag: Option<&str>) -> String {
    let and_list = list.map(|list| say!(en = " and {list}", zh = " 和 {list}")).unwrap_or_default();
    let flag = flag.map(|flag| format!(" {flag}")).unwrap_or_default();
    say!(
        en = "on a machine with a network download {tarball}{and_list}, carry them here into one directory, then \
              `etcdpack fetch --release DIRECTORY/{file}{flag}`, and this command again\n\
              or through a proxy or from a mirror: `HTTPS_PROXY=http://PROXY:PORT etcdpack fetch`, `etcdpack fetch --mirror URL`",
        zh = "在有网络的机器上下载 {tarball}{and_list}，带到这里放进同一个目录，然后 \
              `etcdpack fetch --release DIRECTORY/{file}{flag}`，再运行本命令\n\
              或者经代理或镜像站：`HTTPS_PROXY=http://PROXY:PORT etcdpack fetch`、`etcdpack fetch --mirror URL`"
    )
}

pub(crate) const LOG_IN: Words = words!(
    en = "log in to the network, set `HTTPS_PROXY`, or `etcdpack fetch --mirror URL`",
    zh = "登录网络，设置 `HTTPS_PROXY`，或 `etcdpack fetch --mirror URL`"
);
pub(crate) const ONCE_MORE: Words = words!(
    en = "try again, or download from another place: `etcdpack fetch --mirror URL`",
    zh = "再试一次，或换一处下载：`etcdpack fetch --mirror URL`"
);
pub(crate) const TRUST_AUTHORITY: &str = "`etcdpack fetch --ca-cert FILE`";
pub(crate) const RESTORE_LOCK: Words = words!(
    en = "restore `etcdpack.lock` from your backup or version control",
    zh = "从备份或版本库恢复 `etcdpack.lock`"
);
pub(crate) const ANOTHER_CACHE: &str = "`XDG_CACHE_HOME=/a/writable/directory etcdpack fetch`";

/// Where the bytes have another sum than the lock file says.
pub(crate) const NOT_AS_LOCKED: Words = words!(
    en = "find out why the release changed; if the new one is right, write its sum into the cluster file, `sha256` in `[release]`",
    zh = "弄清发布包为何变了；如果新的正确，把它的校验和写入集群文件 `[release]` 的 `sha256`"
);

/// Than the cluster file says.
pub(crate) const NOT_AS_WRITTEN: Words = words!(
    en = "compare `release.sha256` in the cluster file with a source that you trust",
    zh = "把集群文件中的 `release.sha256` 与你信任的来源核对"
);

/// Than anybody else says.
pub(crate) const NOT_AS_PUBLISHED: Words = words!(
    en = "do not use that mirror or file; if its bytes are right, write their sum into the cluster file, `sha256` in `[release]`",
    zh = "不要用那个镜像站或文件；如果内容确实正确，把它的校验和写入集群文件 `[release]` 的 `sha256`"
);
