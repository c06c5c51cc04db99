//! What a person meant by a text that is no address. Pure.

use std::net::{IpAddr, SocketAddr};

use crate::say;
use crate::url::UrlHost;

/// What to write in the place of a text that is no address, and no name where one may stand.
pub(super) fn meant(written: &str, message: &str) -> String {
    if written.contains("${") || written.contains("{{") || written.starts_with('$') {
        return say!(
            en = "nothing is put in the place of a variable: write the address itself",
            zh = "变量不会被替换：请直接写地址"
        );
    }
    let written = &*in_ascii(written);
    let rest = written.split_once("://").map_or(written, |(_, rest)| rest);
    let rest = rest.split('/').next().unwrap_or_default();
    let alone = rest.split('%').next().unwrap_or_default();
    let ip = alone
        .parse::<IpAddr>()
        .ok()
        .or_else(|| rest.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
        .or_else(|| alone.trim_matches(['[', ']']).parse().ok())
        .or_else(|| without_zeros(alone));
    let lower = rest.split(':').next().unwrap_or_default().trim_end_matches('.').to_ascii_lowercase();
    let is_name = lower.parse::<UrlHost>().is_ok_and(|host| host.name().is_some());
    match ip {
        Some(ip) => say!(
            en = "the address alone, without scheme, port or prefix length: \"{ip}\"",
            zh = "只写地址，不带协议、端口和前缀长度：\"{ip}\""
        ),
        None if is_name && !message.contains("DNS name") => {
            say!(
                en = "an IP address is wanted here: a name goes into `address`, or into `names`, of its `[[host]]`",
                zh = "这里要写 IP 地址：名称请写在其 `[[host]]` 的 `address` 或 `names`"
            )
        }
        None if is_name => say!(
            en = "the name alone, in lower case and without scheme or port: \"{lower}\"",
            zh = "只写名称，小写，不带协议和端口：\"{lower}\""
        ),
        None if rest.contains(',') || is_range(rest) => say!(
            en = "one address: others go into `addresses`, and each host has a `[[host]]` of its own",
            zh = "只写一个地址：其余的写在 `addresses` 中，每台主机有各自的 `[[host]]`"
        ),
        None if rest.contains(|c: char| c.is_alphabetic() || c == '_') && !rest.contains(':') => say!(
            en = "a DNS name has parts of 1 to 63 letters, digits and hyphens, with dots between; no part begins or ends with a hyphen",
            zh = "DNS 名称由点分隔的各段组成，每段为 1 至 63 个字母、数字或连字符，首尾不能是连字符"
        ),
        None => say!(
            en = "an IPv4 address has four numbers from 0 to 255: \"192.0.2.1\"",
            zh = "IPv4 地址由四个 0 至 255 的数字组成：\"192.0.2.1\""
        ),
    }
}

/// Without blanks around it, and with ASCII in the place of what an input method has written as wide; what stands before an `@` is
/// ssh's.
fn in_ascii(written: &str) -> String {
    let narrow = |c: char| match c {
        '。' => '.',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c => c,
    };
    let written: String = written.trim().chars().map(narrow).collect();
    written.rsplit_once('@').map_or(written.clone(), |(_, host)| host.to_owned())
}

/// `192.0.2.01`, which some tools read as another base.
fn without_zeros(written: &str) -> Option<IpAddr> {
    let parts: Option<Vec<String>> =
        written.split('.').map(|part| Some(part.parse::<u8>().ok()?.to_string())).collect();
    parts.filter(|parts| parts.len() == 4)?.join(".").parse().ok()
}

/// `10.0.0.1-10.0.0.3`, `10.0.0.1-3`
fn is_range(written: &str) -> bool {
    written.split_once('-').is_some_and(|(first, _)| first.parse::<IpAddr>().is_ok())
}
