//! Manifests of every kind that the builder writes, and what is left of them when one thing is another.

use std::fmt::Debug;
use std::slice;

use serde_json::{Value, json};

use super::{Found, Manifest, Pair, Purpose, Shared, Slot};
use crate::cluster::Carry;
use crate::digest::Digest;
use crate::entry::EntryName;
use crate::etcd::{self, Arch, EtcdVersion};
use crate::render;
use crate::signer::tests::public;
use crate::url::DnsName;

/// Whom snapshots are sealed for.
const SAFE: &str = "age1fu3pd5elr6cf5ew8x3qg0v6ugddnlchv9h3c6scyc47rcaa23eqq2f5w5u";

/// What the tests have for an entry's bytes.
pub(crate) fn bytes(part: impl Debug) -> Vec<u8> {
    format!("{part:?}").into_bytes()
}

/// The kinds of bundle.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) version: EtcdVersion,
    pub(crate) arch: Arch,
    pub(crate) manager: &'static str,
    pub(crate) carry: Carry,
    pub(crate) pair: Pair,
}

pub(crate) const PLAIN: Kind = Kind {
    version: EtcdVersion::new(3, 5, 1),
    arch: Arch::Amd64,
    manager: "systemd",
    carry: Carry::Nothing,
    pair: Pair::Plaintext,
};

/// A manifest of that kind.
pub(crate) fn manifest(kind: Kind) -> Value {
    let Kind { version, arch, manager, carry, pair } = kind;
    let shared = Slot::shared(version, arch, carry).unwrap();
    let wheels: Vec<_> =
        shared.iter().filter(|slot| matches!(slot.part, Shared::Wheel(_))).map(|slot| &slot.name).collect();
    let programs: Vec<Value> = etcd::programs(version)
        .iter()
        .map(|name| json!({"name": name, "size": 3000, "sha256": Digest::of(name.as_bytes())}))
        .collect();
    let layout = json!({
        "release-dir": format!("/opt/etcd-v{version}"), "link": "/opt/etcd", "data": "/d", "logs": "/l",
        "bin": "/usr/local/bin", "sbin": "/usr/local/sbin",
    });
    let service = json!({"manager": manager, "name": "etcd-server", "stop-seconds": 10, "wheels": wheels});
    let own = Slot::own(
        &serde_json::from_value(layout.clone()).unwrap(),
        &serde_json::from_value(service.clone()).unwrap(),
        pair,
    )
    .unwrap();
    let listed = |name: &EntryName, bytes: Vec<u8>, purpose: &Purpose| json!({"name": name, "size": bytes.len(), "sha256": Digest::of(&bytes), "purpose": purpose});
    let begin = shared.iter().map(|slot| {
        let mut entry = listed(&slot.name, bytes(slot.part), &slot.purpose);
        if let Shared::Wheel(wheel) = slot.part {
            entry["sha256"] = json!(wheel.sha256);
        }
        entry
    });
    let end = own.iter().map(|slot| listed(&slot.name, bytes(slot.part), &slot.purpose));
    let entries: Vec<Value> = begin.chain(end).collect();
    json!({
        "schema": 3, "etcdpack": "0.2.0",
        "provenance": {"cluster-id": "0".repeat(32), "serial": 1, "signer": public(1), "succession": []},
        "cluster": "c", "token": "c",
        "state": {"phase": "founding", "founders": [
            {"name": "h", "peer-url": "https://192.0.2.1:2380"}, {"name": "i", "peer-url": "https://192.0.2.2:2380"},
        ]},
        "host": "h", "member": "h", "arch": arch,
        "listen": {"peers": ["https://192.0.2.1:2380"], "clients": ["https://192.0.2.1:2379", "https://127.0.0.1:2379"]},
        "members": [
            {"name": "h", "host": "h", "address": "192.0.2.1",
             "peer-url": "https://192.0.2.1:2380", "client-url": "https://192.0.2.1:2379"},
            {"name": "i", "host": "i", "address": "192.0.2.2",
             "peer-url": "https://192.0.2.2:2380", "client-url": "https://192.0.2.2:2379"},
        ],
        "user": "etcd",
        "release": {"version": version, "entry": shared[0].name, "origin": "cluster file", "programs": programs},
        "layout": layout, "service": service, "entries": entries,
    })
}

fn parse(value: &Value) -> Result<Manifest, String> {
    Manifest::parse(&serde_json::to_vec(value).unwrap()).map_err(|error| error.to_string())
}

#[test]
fn every_kind_that_is_built_is_taken() {
    let mut kinds = 0;
    for version in etcd::NEWEST {
        for arch in Arch::ALL.into_iter().filter(|arch| version >= arch.first_release()) {
            for manager in ["auto", "supervisor", "systemd"] {
                for carry in [Carry::Wheels, Carry::Nothing] {
                    for pair in [Pair::Plaintext, Pair::Sealed(Digest::of(b"key")), Pair::Certificate, Pair::Nothing] {
                        let parsed = parse(&manifest(Kind { version, arch, manager, carry, pair }));
                        assert!(parsed.is_ok(), "{version} {arch} {manager} {carry:?} {pair:?}: {parsed:?}");
                        kinds += 1;
                    }
                }
            }
        }
    }
    assert_eq!(kinds, 13 * 24);
}

/// What becomes of a manifest with another value at `at`, a JSON pointer.
#[track_caller]
fn with(at: &str, value: Value, words: &str) {
    let mut other = manifest(PLAIN);
    let place = other.pointer_mut(at).unwrap();
    assert_ne!(*place, value, "{at}");
    *place = value;
    let error = parse(&other).unwrap_err();
    assert!(error.contains(words) && !error.contains('\n'), "{at}: {error}");
}

#[test]
fn fields_that_no_cluster_file_gives_are_refused() {
    for (at, value, words) in [
        ("/etcdpack", json!("0.1.0\u{202e}"), "steers a terminal"),
        ("/release/origin", json!("o".repeat(201)), "1 to 200 characters"),
        ("/release/version", json!("9.9.9"), "3.1 to 3.7"),
        ("/release/version", json!("3.5.2"), "layout"),
        ("/release/programs", json!([]), "programs"),
        ("/release/programs/0/size", json!(0), "empty or larger"),
        ("/release/programs/0/size", json!(u64::MAX), "empty or larger"),
        ("/release/programs/2/name", json!("etcd"), "programs"),
        ("/release/entry", json!("README.txt"), "release"),
        ("/arch", json!("arm64"), "release"),
        ("/user", json!("root"), "root"),
        ("/members/0/client-url", json!("https://192.0.2.1:2380"), "one port"),
        ("/members/0/client-url", json!(null), "no URL"),
        ("/members/1/peer-url", json!("https://192.0.2.2"), "a URL is written like"),
        ("/listen", json!(null), "`listen` is not there"),
        ("/listen/peers/0", json!("https://192.0.2.9:2381"), "`listen.peers`"),
        ("/listen/peers/0", json!("https://127.0.0.1:2380"), "`listen.peers`"),
        ("/listen/peers/0", json!("http://192.0.2.1:2380"), "`listen.peers`"),
        ("/listen/peers", json!(["https://0.0.0.0:2380", "https://192.0.2.1:2380"]), "`listen.peers`"),
        ("/listen/peers", json!(["https://192.0.2.1:2380", "https://192.0.2.1:2380"]), "`listen.peers`"),
        ("/listen/peers", json!([]), "`listen.peers`"),
        ("/listen/peers/0", json!("https://h.example:2380"), "`listen.peers`"),
        ("/listen/clients", json!([]), "`listen.clients`"),
        ("/listen/clients/0", json!("https://0.0.0.0:2379"), "`listen.clients`"),
        ("/listen/clients", json!(["https://127.0.0.1:2379"]), "`listen.clients`"),
        ("/members/0/client-url", json!("https://192.0.2.2:2379"), "twice"),
        ("/members/0/client-url", json!("https://0.0.0.0:2379"), "no peer can reach"),
        ("/listen/clients/1", json!("http://192.0.2.1:2379"), "`listen.clients`"),
        ("/listen/clients/1", json!("https://127.0.0.1:2380"), "`listen.clients`"),
        ("/state", json!(null), "`state` is not there"),
        ("/members/1/name", json!("h"), "twice"),
        ("/members/1/host", json!("h"), "twice"),
        ("/members/0/name", json!("j"), "its own host's member"),
        ("/layout/data", json!("/etc"), "`data` cannot lie in `/etc`"),
        ("/layout/data", json!("/opt/etcd-v3.5.1"), "`data` cannot lie in"),
        ("/layout/data", json!("/opt/etcd-certs/data"), "`data` cannot lie in"),
        ("/layout/data", json!("/var/lib/etcdpack"), "`data` cannot lie in"),
        ("/layout/logs", json!("/d/logs"), "cannot share a tree"),
        ("/layout/bin", json!("/opt/etcd/certs"), "`bin` cannot lie in"),
        ("/layout/bin", json!("/bin2"), "`files/etcdctl` has another place"),
        ("/layout/link", json!("/usr/local/bin"), "other names"),
        ("/layout/release-dir", json!("/etcd-v3.5.1"), "directly below `/`"),
        ("/service/stop-seconds", json!(8), "stop-seconds"),
        ("/service/stop-seconds", json!(u32::MAX), "stop-seconds"),
        ("/service/name", json!("sshd"), "entry `files/"),
        ("/service/manager", json!("auto"), "`files/etcd-server.ini` is not there"),
        ("/service/wheels", json!(["README.txt"]), "wheels"),
    ] {
        with(at, value, words);
    }
    let mut both = manifest(Kind { manager: "auto", carry: Carry::Wheels, ..PLAIN });
    both["service"]["name"] = json!("Supervisord");
    assert!(parse(&both).unwrap_err().contains("supervisor that is carried"));
}

/// A manifest with more in it, where it stands, and without what it replaces.
fn and(at: &str, key: &str, value: Value) -> Result<Manifest, String> {
    let mut more = manifest(PLAIN);
    more.pointer_mut(at).unwrap()[key] = value;
    parse(&more)
}

#[test]
fn an_address_that_cannot_be_is_refused_with_its_urls() {
    for (address, words) in
        [("192.0.2.1", "twice"), ("0.0.0.0", "no peer can reach"), ("localhost", "no peer can reach")]
    {
        let mut other = manifest(PLAIN);
        other["members"][1] = json!({
            "name": "i", "host": "i", "address": address,
            "peer-url": format!("https://{address}:2380"), "client-url": format!("https://{address}:2379"),
        });
        other["state"]["founders"][1]["peer-url"] = json!(format!("https://{address}:2380"));
        let error = parse(&other).unwrap_err();
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn a_member_listens_where_its_host_is_and_says_where_it_is_reached() {
    let reached = |listen: Value| {
        let mut one = manifest(PLAIN);
        one["members"][0]["client-url"] = json!("https://198.51.100.1:2379");
        one["listen"] = listen;
        parse(&one)
    };
    for (peers, clients, own, local) in [
        (
            json!(["https://10.0.0.1:2380"]),
            json!(["https://10.0.0.1:2379", "https://127.0.0.1:2379"]),
            vec!["10.0.0.1"],
            "https://10.0.0.1:2379",
        ),
        (
            json!(["https://192.0.2.1:2380"]),
            json!(["https://0.0.0.0:2379"]),
            vec!["192.0.2.1"],
            "https://127.0.0.1:2379",
        ),
        (json!(["https://[::]:2380"]), json!(["https://[::]:2379"]), vec![], "https://[::1]:2379"),
    ] {
        let one = reached(json!({"peers": peers, "clients": clients})).unwrap();
        let me = one.me().unwrap();
        let shown: Vec<String> = one.own_addresses().iter().map(ToString::to_string).collect();
        assert_eq!(shown, own);
        assert_eq!(one.reach_client(me).unwrap().to_string(), local);
        assert_eq!(one.client_url(me).unwrap().to_string(), "https://198.51.100.1:2379", "what others are told");
        assert_eq!(one.advertised().len(), 2);
        let other = &one.members[1];
        assert_eq!(one.reach_peer(other), one.peer_url(other));
    }
}

#[test]
fn a_host_puts_its_own_address_in_the_place_of_its_name() {
    let mut named = manifest(PLAIN);
    let text = named.to_string().replace("192.0.2.1", "h.example");
    named = serde_json::from_str(&text).unwrap();
    let script = "x \\\n--listen-peer-urls https://h.example:2380 \\\n\
                  --listen-client-urls https://h.example:2379,https://127.0.0.1:2379 \\\n\
                  --advertise-client-urls https://h.example:2379\n";
    let bundle = parse(&named).unwrap();
    let name: DnsName = "h.example".parse().unwrap();
    assert_eq!(bundle.sought(), slice::from_ref(&name));
    assert_eq!(bundle.clone().settle(&[], script), None);
    let mut settled = bundle.clone();
    let found = [Found { name, address: "10.0.0.1".parse().unwrap() }];
    let said = settled.settle(&found, script).unwrap();
    assert_eq!(said, script.replacen("h.example", "10.0.0.1", 2));
    assert_eq!((settled.sought(), settled.found()), (vec![], &found[..]));
    let script = settled.entries.iter().find(|entry| entry.name.as_str() == render::startup_entry()).unwrap();
    assert_eq!((script.sha256, script.size), (Digest::of(said.as_bytes()), said.len() as u64));
    // Programs on the host are shown a certificate that has the name, and loopback.
    let me = settled.me().unwrap();
    let [peers, clients] = [settled.reach_peer(me), settled.reach_client(me)].map(|url| url.unwrap().to_string());
    assert_eq!((peers.as_str(), clients.as_str()), ("https://10.0.0.1:2380", "https://127.0.0.1:2379"));
    assert_eq!((settled.own_addresses().len(), settled.addresses()), (1, vec![]));
    let listen = settled.listen.as_mut().unwrap();
    listen.clients.pop();
    assert_eq!(settled.reach_client(settled.me().unwrap()).unwrap().to_string(), "https://h.example:2379");
    // What is found is the host's to say.
    named["listen"]["found"] = json!([{"name": "h.example", "address": "10.0.0.1"}]);
    assert!(parse(&named).unwrap_err().contains("`listen.found`"));
}

#[test]
fn founders_are_the_members_until_the_cluster_runs() {
    let one = json!({"name": "h", "peer-url": "https://192.0.2.1:2380"});
    let other = json!({"name": "i", "peer-url": "https://192.0.2.9:2380"});
    let twice = json!({"name": "h", "peer-url": "https://192.0.2.9:2380"});
    for (founders, may_found) in [(json!([]), false), (json!([one]), false), (json!([one, other]), false)] {
        let state = |phase: &str| and("", "state", json!({"phase": phase, "founders": founders}));
        assert!(state("running").is_ok(), "{founders}");
        assert_eq!(state("founding").is_ok(), may_found, "{founders}");
    }
    for phase in ["founding", "running"] {
        let error = and("", "state", json!({"phase": phase, "founders": [one, twice]})).unwrap_err();
        assert!(error.contains("a name or a URL twice"), "{error}");
    }
}

#[test]
fn what_only_a_later_version_does_is_not_passed_over() {
    let monitoring = json!({"listen": "http://127.0.0.1:2381", "textfile": "/t"});
    for (at, key, value, words) in [
        (
            "",
            "backup",
            json!({"every-seconds": 21600, "keep": 1, "dir": "/b", "drill-seconds": 3600}),
            "more often than",
        ),
        ("", "backup", json!({"every-seconds": 1, "keep": 1, "dir": "/b"}), "less than ten minutes"),
        ("", "backup", json!({"every-seconds": 600, "keep": 1, "dir": "/d/x", "recipients": []}), "etcd's own"),
        (
            "",
            "backup",
            json!({"every-seconds": 600, "keep": 1, "dir": "/b", "recipients": ["age1x"]}),
            "is no recipient",
        ),
        ("", "backup", json!({"every-seconds": 600, "keep": 1, "dir": "/b", "recipients": [SAFE, SAFE]}), "one twice"),
        ("", "monitoring", monitoring, "`monitoring` says"),
        ("", "monitoring", json!({}), "`monitoring` says"),
        ("/layout", "wal", json!("/d/wal"), "`wal-dir` and `data`, which is `/d`, cannot share a tree"),
        ("/layout", "wal", json!("w"), "is not absolute"),
        ("/members/1", "address", json!("192.0.2.3"), "`members` says"),
        ("/members/1", "client-url", json!("http://192.0.2.2:2379"), "`members` says"),
        // What has no form yet is a fault.
        ("", "backup", json!({"every": "6h"}), "unknown field"),
        ("/state", "phase", json!("restored"), "unknown variant"),
        ("", "client-port", json!(2379), "of an older form"),
    ] {
        let error = and(at, key, value).unwrap_err();
        assert!(error.contains(words), "{at} {key}: {error}");
    }
    assert!(and("/layout", "wal", json!("/w")).is_ok());
    let drilled = json!({"every-seconds": 21600, "keep": 1, "dir": "/b", "drill-seconds": 604_800});
    assert_eq!(and("", "backup", drilled).unwrap().backup.unwrap().drill_seconds.unwrap().get(), 604_800);
    assert!(and("", "monitoring", json!({"textfile": "/t"})).unwrap_err().contains("no snapshots to tell of"));
    let sealed = json!({"every-seconds": 600, "keep": 1, "dir": "/b", "recipients": [SAFE]});
    assert_eq!(and("", "backup", sealed).unwrap().backup.unwrap().recipients[0].to_string(), SAFE);
    // As builders wrote it that sealed nothing, and perhaps as later ones do.
    for plain in [
        json!({"every-seconds": 600, "keep": 1, "dir": "/b", "recipients": []}),
        json!({"every-seconds": 600, "keep": 1, "dir": "/b"}),
    ] {
        assert_eq!(and("", "backup", plain).unwrap().backup.unwrap().recipients, []);
    }
    let named = and("", "peer-names", json!(["etcd-peer", "other"])).unwrap();
    assert_eq!(named.peer_names.len(), 2);
    assert!(and("", "peer-names", json!(["a,b"])).unwrap_err().contains("printable ASCII"));
    for url in ["https://192.0.2.2:12379", "https://i.example.com:2379"] {
        assert!(and("/members/1", "client-url", json!(url)).is_ok(), "a port or a name of its own: {url}");
    }
}

#[test]
fn another_schema_is_named_before_all_else() {
    for (schema, words, newer) in
        [(0, "older", false), (1, "older", false), (2, "build it again", false), (4, "newer", true)]
    {
        let error = Manifest::parse(format!("{{\"schema\": {schema}, \"x\": 1}}").as_bytes()).unwrap_err();
        assert!(error.to_string().contains(words) && error.is_of_a_newer() == newer, "{error}");
    }
}

#[test]
fn a_wheel_with_another_digest_is_refused() {
    let kind = Kind { manager: "auto", carry: Carry::Wheels, ..PLAIN };
    let wheels =
        manifest(kind)["entries"].as_array().unwrap().iter().filter(|entry| entry["purpose"] == "wheel").count();
    assert_eq!(wheels, 2);
    for at in 1..=wheels {
        let mut other = manifest(kind);
        other["entries"][at]["sha256"] = json!("0".repeat(64));
        let error = parse(&other).unwrap_err();
        assert!(error.contains("supervisor/") && error.contains("whose digest etcdpack knows"), "{error}");
    }
}

/// What is said of the entries of a plain bundle after a change.
fn entries(change: impl FnOnce(&mut Vec<Value>)) -> Result<Manifest, String> {
    let mut other = manifest(PLAIN);
    change(other["entries"].as_array_mut().unwrap());
    parse(&other)
}

#[test]
fn every_entry_must_be_there_in_its_place_and_as_it_is() {
    let all = manifest(PLAIN)["entries"].as_array().unwrap().len();
    assert_eq!(all, 10);
    for at in 0..all {
        // Without its request, or without its certificate, a bundle has a stranger; without its key, it is of another kind.
        let gone = entries(|list| drop(list.remove(at)));
        let key = manifest(PLAIN)["entries"][at]["name"] == "certs/etcd-peer-key.pem";
        assert_eq!(gone.is_ok(), key, "{at}: {gone:?}");
        assert!(entries(|list| list.insert(at, list[at].clone())).is_err(), "{at} twice");
        assert!(entries(|list| list.swap(at, (at + 1) % all)).is_err(), "{at} elsewhere");
        assert!(entries(|list| list[at]["size"] = json!(0)).is_err(), "{at} empty");
        let large = entries(|list| list[at]["size"] = json!((1 << 20) + 1));
        assert_eq!(large.is_ok(), at == 0, "{at}: {large:?}");
        assert!(entries(|list| list[at]["name"] = json!("other")).is_err(), "{at} of another name");
        for purpose in ["release", "wheel", "reading", "program"] {
            let same = manifest(PLAIN)["entries"][at]["purpose"] == purpose;
            assert_eq!(entries(|list| list[at]["purpose"] = json!(purpose)).is_ok(), same, "{at} for {purpose}");
        }
        for (field, value) in [("path", "/etc/shadow"), ("mode", "0777"), ("owner", "service"), ("when", "carried")] {
            let Some(old) = manifest(PLAIN)["entries"][at]["purpose"]["place"].get(field).cloned() else { continue };
            let changed = entries(|list| list[at]["purpose"]["place"][field] = json!(value));
            assert_eq!(changed.is_ok(), old == value, "{at}, {field}: {changed:?}");
        }
    }
}

#[test]
fn nothing_more_may_be_there() {
    let place = json!({"place": {"path": "/etc/cron.d/x", "mode": "0644", "owner": "root", "when": "always"}});
    let sealed = json!({"sealed": {"path": "/opt/etcd-v3.5.1/certs/etcd-peer-key.pem", "owner": "service", "sha256": "0".repeat(64)}});
    for (name, purpose) in [
        ("files/x", place),
        ("etcd/b.tar.gz", json!("release")),
        ("files/b.ini", json!("program")),
        ("more.txt", json!("reading")),
        ("supervisor/x.whl", json!("wheel")),
        ("certs/etcd-peer-key.age", sealed),
    ] {
        let more = entries(|list| {
            list.push(json!({"name": name, "size": 1, "sha256": "0".repeat(64), "purpose": purpose}));
        });
        assert!(more.unwrap_err().contains("none that is built for this host"), "{name}");
    }
}
