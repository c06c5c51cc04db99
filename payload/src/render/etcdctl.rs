//! The `etcdctl` wrapper: the real one, with endpoints and certificates already said.

use super::{CA, CERTIFICATE, KEY, Places};
use crate::cluster::{Cluster, Host};
use crate::etcd;
use crate::path::NotAPath;

/// A script that calls etcdctl with this cluster's endpoints and this host's certificate, for the v2 and the v3
/// API, unless the caller names others.
///
/// The endpoints are all members', this host's first: `member list` then answers while this member is down.
/// `snapshot` and `defrag` mean one member and get this host's alone. Flags are used, not `ETCDCTL_*`
/// variables. Those of the caller are his word: etcdctl reads them, and the flags that would say the same are left out. From
/// 3.4 on it exits when a flag and its variable are both there, so a variable makes way for the caller's own flag.
pub fn etcdctl(cluster: &Cluster, host: &Host) -> Result<String, NotAPath> {
    let Places { link, certs, .. } = Places::of(cluster)?;
    let version = cluster.release.version;
    let own = cluster.local_client_url(host).to_string();
    let others = cluster.hosts.iter().filter(|other| other.name != host.name);
    let others = others.map(|other| cluster.client_url(other).to_string());
    let all = std::iter::once(own.clone()).chain(others).collect::<Vec<_>>().join(",");
    let environment = if host.arch.needs_unsupported_arch_env(version) {
        format!("ETCD_UNSUPPORTED_ARCH={} ", host.arch.etcd_name())
    } else {
        String::new()
    };
    // 3.6 reads the variable no more and warns of it.
    let api = if etcd::has_v2_api(version) { "ETCDCTL_API=\"$api\" " } else { "" };
    Ok(format!(
        r#"#!/bin/sh
# etcdctl {tag} for cluster {name}, with its endpoints and certificates. Made by etcdpack.
# What you say yourself (--endpoints, --cert, ..., ETCDCTL_USER, ...) wins. The bare program: {link}/etcdctl
api=${{ETCDCTL_API:-{default_api}}}
unset ETCDCTL_API
# No proxy lies between this host and a member.
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
key={certs}/{KEY}
endpoints={all}
ca=--cacert cert=--cert keyflag=--key
if [ "$api" = 2 ]; then
	ca=--ca-file cert=--cert-file keyflag=--key-file
fi
say_endpoints=y say_certs=y
[ -z "${{ETCDCTL_ENDPOINTS-}}${{ETCDCTL_ENDPOINT-}}${{ETCDCTL_PEERS-}}${{ETCDCTL_DISCOVERY_SRV-}}" ] || say_endpoints=
[ -z "${{ETCDCTL_CACERT-}}${{ETCDCTL_CERT-}}${{ETCDCTL_KEY-}}" ] || say_certs=
[ -z "${{ETCDCTL_CA_FILE-}}${{ETCDCTL_CERT_FILE-}}${{ETCDCTL_KEY_FILE-}}" ] || say_certs=
for word in "$@"; do
	case $word in
	--) break ;;
	snapshot | defrag) endpoints={own} ;;
	--endpoints* | --endpoint | --endpoint=* | --peers* | -C) say_endpoints= ;;
	--cacert* | --cert | --cert=* | --key | --key=* | --ca-file* | --cert-file* | --key-file*) say_certs= ;;
	--insecure-transport* | --discovery-srv* | -D) say_endpoints= ;;
	esac
	# A flag and its variable together are fatal from 3.4 on: the flag is the newer word.
	name=${{word%%=*}}
	case $name in
	--*[!a-z-]*) ;;
	--[a-z]*) unset "ETCDCTL_$(printf %s "${{name#--}}" | tr a-z- A-Z_)" ;;
	esac
done
if [ -n "$say_certs" ] && [ ! -r "$key" ]; then
	echo "etcdctl: error: cannot read $key" >&2
	echo "etcdctl: help: sudo {bin}/etcdctl ..." >&2
	exit 1
fi
[ -z "$say_certs" ] || set -- "$ca" {certs}/{CA} "$cert" {certs}/{CERTIFICATE} "$keyflag" "$key" "$@"
[ -z "$say_endpoints" ] || set -- --endpoints "$endpoints" "$@"
exec env {environment}{api}{link}/etcdctl "$@"
"#,
        tag = version.tag(),
        name = cluster.name,
        bin = cluster.paths.bin,
        default_api = etcd::default_api(version),
    ))
}
