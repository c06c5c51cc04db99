//! The sheet about all hosts.

use payload::etcd::EtcdVersion;
use payload::name::{ClusterName, HostName, MemberName};
use payload::say;

pub(crate) fn title(cluster: &ClusterName) -> String {
    say!(en = "Cluster {cluster}", zh = "集群 {cluster}")
}

pub(crate) fn what(version: EtcdVersion, hosts: usize) -> String {
    say!(en = "etcd {version}, hosts: {hosts}", zh = "etcd {version}，主机 {hosts} 台")
}

pub(crate) fn no_secret() -> String {
    say!(en = "Nothing secret is printed on these sheets.", zh = "本单不印任何秘密。")
}

pub(crate) fn built_by() -> String {
    say!(en = "Built by", zh = "构建人")
}

pub(crate) fn on_the() -> String {
    say!(en = "on", zh = "日期")
}

pub(crate) fn telephone() -> String {
    say!(en = "Telephone, for questions", zh = "有疑问请致电")
}

// The picture.

pub(crate) fn picture() -> String {
    say!(en = "Who talks to whom", zh = "通信关系")
}

pub(crate) fn clients() -> String {
    say!(en = "clients: programs that use etcd", zh = "客户端：使用 etcd 的程序")
}

pub(crate) fn peers() -> String {
    say!(en = "members among themselves, each with each", zh = "成员之间，两两互通")
}

pub(crate) fn about_the_picture() -> String {
    say!(
        en = "All of it is TCP with TLS, and both ends show a certificate. No host needs any other connection, and none out of this network.",
        zh = "全部为 TCP 上的 TLS，双方都出示证书。主机不需要其他任何连接，也不需要连出本网络。"
    )
}

pub(crate) fn member(member: &MemberName) -> String {
    say!(en = "member {member}", zh = "成员 {member}")
}

pub(crate) fn listens(at: &str) -> String {
    say!(en = "listens at {at}", zh = "监听 {at}")
}

// Ports.

pub(crate) fn ports() -> String {
    say!(en = "What firewalls let in", zh = "防火墙须放行")
}

pub(crate) fn port_columns() -> [String; 3] {
    [say!(en = "to", zh = "目的"), say!(en = "TCP port", zh = "TCP 端口"), say!(en = "from", zh = "来源")]
}

pub(crate) fn all_clients() -> String {
    say!(en = "all clients, and all hosts of the cluster", zh = "所有客户端，以及集群的所有主机")
}

// What travels.

pub(crate) fn travels() -> String {
    say!(en = "What travels which way", zh = "哪样东西走哪条途径")
}

pub(crate) fn stick() -> String {
    say!(en = "the stick", zh = "U 盘")
}

pub(crate) fn with_the_keys_in_the_clear() -> String {
    say!(
        en = "Private keys are in these files in the clear: guard the stick like keys, and wipe it afterwards.",
        zh = "这些文件含明文私钥：像保管私钥一样保管 U 盘，用后清空。"
    )
}

pub(crate) fn this_paper() -> String {
    say!(en = "these sheets: another person, or another bag", zh = "本单：由另一人携带，或放另一个包")
}

pub(crate) fn on_this_paper() -> String {
    say!(en = "the twelve words, the sums, the commands", zh = "十二个单词、校验和、命令")
}

pub(crate) fn envelope() -> String {
    say!(en = "a sealed envelope, never with the stick", zh = "密封信封，不与 U 盘同行")
}

pub(crate) fn the_slip() -> String {
    say!(en = "the passphrase, on the slip (the last sheet here)", zh = "口令，写在最后一张的小条上")
}

pub(crate) fn back_home() -> String {
    say!(en = "back, on the stick", zh = "随 U 盘带回")
}

pub(crate) fn requests() -> String {
    say!(
        en = "the requests `HOST.csr`; then the same way once more, with the bundles that `etcdpack sign` makes",
        zh = "证书请求 `HOST.csr`；然后带上 `etcdpack sign` 生成的安装包再走一次"
    )
}

pub(crate) fn stays() -> String {
    say!(en = "stays here, and a copy in the safe", zh = "留在原处，另存一份入保险柜")
}

// The hosts.

pub(crate) fn hosts() -> String {
    say!(en = "Hosts, in this order", zh = "主机，按此顺序")
}

pub(crate) fn host_columns() -> [String; 4] {
    [
        say!(en = "host", zh = "主机"),
        say!(en = "address", zh = "地址"),
        say!(en = "file, bytes", zh = "文件，字节数"),
        say!(en = "done, by", zh = "完成，签名"),
    ]
}

pub(crate) fn all_on() -> String {
    say!(
        en = "All hosts are switched on and reach each other before the first install.",
        zh = "第一次安装之前，所有主机都已开机并能互相连通。"
    )
}

// Certificates.

pub(crate) fn certificates() -> String {
    say!(en = "When certificates end", zh = "证书何时到期")
}

pub(crate) fn certificate_columns() -> [String; 3] {
    [say!(en = "certificate", zh = "证书"), say!(en = "ends", zh = "到期"), say!(en = "renew from", zh = "更换起始日")]
}

pub(crate) fn of_hosts(hosts: &[&HostName]) -> String {
    hosts.iter().map(|host| host.as_str()).collect::<Vec<_>>().join(", ")
}

pub(crate) fn of_the_ca() -> String {
    say!(en = "CA", zh = "CA")
}

pub(crate) fn in_the_calendar() -> String {
    say!(en = "The same in a calendar: `expiry.ics`.", zh = "日历文件：`expiry.ics`。")
}

// Stock tools.

pub(crate) fn stock_tools() -> String {
    say!(
        en = "To check a bundle with stock tools, where there is a `signing.pub` with this sum",
        zh = "用通用工具检查安装包（须有校验和如下的 `signing.pub`）"
    )
}

// The slip.

pub(crate) fn cut_here() -> String {
    say!(en = "cut here; this part travels in the envelope", zh = "沿此剪下；此部分放入信封")
}

pub(crate) fn slip(cluster: &ClusterName) -> String {
    say!(en = "Passphrase of the private keys, cluster {cluster}", zh = "集群 {cluster} 的私钥口令")
}

pub(crate) fn about_the_slip() -> String {
    say!(
        en = "To be filled in by hand, never by a printer. Typed with `-` between the words. Burn it when all hosts are done, or keep it in the safe.",
        zh = "手写，切勿打印。输入时单词之间用 `-` 连接。全部主机完成后烧毁，或存入保险柜。"
    )
}
