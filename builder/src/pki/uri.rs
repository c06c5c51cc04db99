//! Whether etcd's Go reads a URI in a certificate: `net/url.Parse`, and what `crypto/x509` asks of its host. One that it does not
//! read makes the whole certificate unreadable. Pure.

/// Whether Go takes `uri`.
pub(super) fn is_read(uri: &str) -> bool {
    let (uri, fragment) = uri.split_once('#').unwrap_or((uri, ""));
    if uri.bytes().any(|byte| byte.is_ascii_control()) || !is_escaped(fragment) {
        return false;
    }
    let Some((has_scheme, rest)) = behind_scheme(uri) else { return false };
    let rest = rest.split_once('?').map_or(rest, |(path, _)| path);
    if let Some(rest) = rest.strip_prefix("//").filter(|rest| has_scheme || !rest.starts_with('/')) {
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        return is_escaped(path) && is_escaped(user) && is_user(user) && is_host(host);
    }
    if rest.starts_with('/') {
        return is_escaped(rest);
    }
    // Behind a scheme it may be anything; without one it is a path, whose first part has no colon.
    has_scheme || (!rest.split('/').next().unwrap_or_default().contains(':') && is_escaped(rest))
}

/// What stands behind the scheme, and whether there is one; none where a colon stands first.
fn behind_scheme(uri: &str) -> Option<(bool, &str)> {
    let end = uri.find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c))).unwrap_or(uri.len());
    match uri.get(end..).and_then(|rest| rest.strip_prefix(':')) {
        Some(_) if end == 0 => None,
        Some(rest) if uri.starts_with(|c: char| c.is_ascii_alphabetic()) => Some((true, rest)),
        _ => Some((false, uri)),
    }
}

/// Each `%` is followed by two hexadecimal digits.
fn is_escaped(text: &str) -> bool {
    text.split('%').skip(1).all(|part| part.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2)
}

fn is_user(user: &str) -> bool {
    user.chars().all(|c| c.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(c))
}

/// A host with a port or without.
fn is_host(host: &str) -> bool {
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => match rest.rsplit_once(']') {
            Some(parts) => parts,
            None => return false,
        },
        None => host.rfind(':').map_or((host, ""), |at| host.split_at(at)),
    };
    let is_port =
        port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.bytes().all(|b| b.is_ascii_digit()));
    let is_zone = host.starts_with('[');
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:[]<>\"".contains(c) || (is_zone && c == '%');
    is_port && name.chars().all(is_name) && (host.is_empty() || is_domain(host))
}

/// Labels with dots between, none of them empty: what Go compares names by.
pub(super) fn is_domain(name: &str) -> bool {
    name.split('.').all(|label| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_graphic()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each was tried with etcd 3.4.23, 3.6.16 and 3.7.3: with those that are not read it does not start.
    #[test]
    fn uris_are_read_as_go_reads_them() {
        for uri in [
            "spiffe://bank/ns/n 1",
            "https://n_1:2379",
            "https://[fe80::1%25eth0]/",
            "https://n1.example:2379/a?b=%zz",
            "urn:uuid:f81d4fae",
            "n1.example/a",
            "n1:2379",
            "ldap:///CN=x?y",
            "",
        ] {
            assert!(is_read(uri), "{uri}");
        }
        for uri in [
            "https://n1:abc/",
            "192.0.2.1:2379",
            "https://n1..example/",
            "https://n1.example./",
            "n1.example/%zz",
            "http://a b/",
            "://a",
            "https://[fe80::1/",
            "https://n1\n/",
        ] {
            assert!(!is_read(uri), "{uri}");
        }
    }
}
