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
/// variables: from 3.4 on etcdctl exits when both say the same thing, so those of the caller are dropped.
pub fn etcdctl(cluster: &Cluster, host: &Host) -> Result<String, NotAPath> {
    let Places { link, certs, .. } = Places::of(cluster)?;
    let version = cluster.release.version;
    let own = cluster.client_url(host).to_string();
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
# What you say yourself (--endpoints, --cert, ...) wins. The bare program: {link}/etcdctl
api=${{ETCDCTL_API:-{default_api}}}
for variable in $(env | sed -n 's/^\(ETCDCTL_[A-Z0-9_]*\)=.*/\1/p'); do unset "$variable"; done
key={certs}/{KEY}
if [ ! -r "$key" ]; then
	echo "etcdctl: error: cannot read $key" >&2
	echo "etcdctl: help: sudo {bin}/etcdctl ..." >&2
	exit 1
fi
endpoints={all}
ca=--cacert cert=--cert keyflag=--key
if [ "$api" = 2 ]; then
	ca=--ca-file cert=--cert-file keyflag=--key-file
fi
say_endpoints=y say_certs=y
for word in "$@"; do
	case $word in
	--) break ;;
	snapshot | defrag) endpoints={own} ;;
	--endpoints* | --endpoint | --endpoint=* | --peers* | -C) say_endpoints= ;;
	--cacert* | --cert | --cert=* | --key | --key=* | --ca-file* | --cert-file* | --key-file*) say_certs= ;;
	--insecure-transport* | --discovery-srv* | -D) say_endpoints= ;;
	esac
done
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
