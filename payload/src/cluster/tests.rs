//! Cluster files, good and bad: what is said, and where.

use std::net::IpAddr;

use super::{Cluster, Fault, KeySharing, Keys, MAX_BYTES};
use crate::language::Language;
use crate::url::{DnsName, Url};

const HOSTS: &str = "[[host]]\nname = \"n1\"\naddress = \"192.0.2.1\"\n[[host]]\nname = \"n2\"\naddress = \"192.0.2.2\"\n[[host]]\nname = \"n3\"\naddress = \"192.0.2.3\"\n";

pub(super) fn file(version: &str, rest: &str) -> String {
    format!("[cluster]\nname = \"c\"\n[release]\nversion = \"{version}\"\n{HOSTS}{rest}")
}

/// What is wrong with a bad file; in Chinese the same is said in the same places.
fn faults(text: &str) -> Vec<Fault> {
    let parse = || Cluster::parse(text.as_bytes()).map(|parsed| parsed.cluster).expect_err("this file is bad");
    let (english, chinese) = (parse(), Language::Chinese.meanwhile(parse));
    let places = |faults: &[Fault]| faults.iter().map(|fault| fault.place.clone()).collect::<Vec<_>>();
    assert_eq!(places(&english), places(&chinese), "{chinese:?}");
    let is_chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    for (english, chinese) in english.iter().zip(&chinese) {
        assert!(is_chinese(&chinese.text) && !is_chinese(&english.text), "{english:?} {chinese:?}");
        // What is typed is the same in each.
        let helps = english.help.as_ref().zip(chinese.help.as_ref());
        assert_eq!(helps.is_some(), english.help.is_some(), "{english:?} {chinese:?}");
        assert!(helps.is_none_or(|(english, chinese)| english == chinese || is_chinese(chinese)), "{chinese:?}");
    }
    english
}

/// The one fault of a bad file: its line, its text and its help.
pub(super) fn only_fault(text: &str) -> (usize, String, String) {
    let faults = faults(text);
    assert_eq!(faults.len(), 1, "{faults:?}");
    let fault = &faults[0];
    let line = fault.place.as_ref().map_or(0, |place| place.line);
    (line, fault.text.clone(), fault.help.clone().unwrap_or_default())
}

#[test]
fn defaults_are_filled_in() {
    let parsed = Cluster::parse(file("3.6.14", "").as_bytes()).unwrap();
    let cluster = parsed.cluster;
    assert_eq!(parsed.warnings.len(), 1, "{:?}", parsed.warnings);
    assert_eq!(cluster.token, None);
    assert_eq!(cluster.hosts[2].member.as_str(), "n3");
    assert_eq!((cluster.pki.sharing, cluster.pki.keys), (KeySharing::PerHost, Keys::Passphrase));
    assert_eq!(cluster.client_url(&cluster.hosts[0]).to_string(), "https://192.0.2.1:2379");
    assert_eq!(cluster.peer_url(&cluster.hosts[0]).to_string(), "https://192.0.2.1:2380");
    assert_eq!(cluster.etcd.stop_seconds(), 10);
}

#[test]
fn a_misspelt_key_is_shown_with_its_place_and_the_right_one() {
    let text = file("3.6.14", "[etcd]\nquota-backend-byte = 1\n");
    let (line, said, help) = only_fault(&text);
    assert_eq!(line, 15);
    assert!(said.contains("quota-backend-byte"), "{said}");
    assert_eq!(help, "did you mean `quota-backend-bytes`?");
    let shown = faults(&text)[0].to_string();
    assert!(shown.contains("line 15, column 1: "), "{shown}");
    assert!(shown.contains("  15 | quota-backend-byte = 1\n       | ^^^^^^^^^^^^^^^^^^"), "{shown}");
}

#[test]
fn keys_are_sealed_unless_the_file_says_otherwise() {
    let keys = |pki: &str| Cluster::parse(file("3.6.14", &format!("[pki]\n{pki}\n")).as_bytes()).unwrap();
    assert_eq!(keys("keys = \"passphrase\"\nmode = \"shared\"\n[etcd]\npeers = \"by-name\"").warnings, []);
    assert_eq!(keys("keys = \"host-key\"\nalgorithm = \"ecdsa-p256\"").cluster.pki.keys, Keys::HostKey);
    let plain = keys("keys = \"plaintext\"");
    assert_eq!(plain.cluster.pki.keys, Keys::Plaintext);
    assert!(plain.warnings[0].to_string().contains("line 15, column 8: the bundles hold private keys in the clear"));
    for (pki, words, help) in [
        ("keys = \"host-key\"\nmode = \"shared\"", "wants one for all", "mode = \"per-host\""),
        ("keys = \"host-key\"\nalgorithm = \"rsa-2048\"", "wants others", "algorithm = \"ecdsa-p256\""),
        ("keys = \"hostkey\"", "`keys` cannot be \"hostkey\": it is \"passphrase\"", "did you mean `host-key`?"),
    ] {
        let (line, said, hint) = only_fault(&file("3.6.14", &format!("[pki]\n{pki}\n")));
        assert_eq!((line, hint.as_str()), (15, help), "{said}");
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn snapshots_are_sealed_for_whom_the_file_names_and_a_secret_is_not_shown_again() {
    let sealed = |list: &str| file("3.6.14", &format!("[backup]\nevery = \"6h\"\nrecipients = [{list}]\n"));
    let safe = "age1fu3pd5elr6cf5ew8x3qg0v6ugddnlchv9h3c6scyc47rcaa23eqq2f5w5u";
    let backup = Cluster::parse(sealed(&format!("\"{safe}\"")).as_bytes()).unwrap().cluster.backup.unwrap();
    assert_eq!(backup.recipients.iter().map(ToString::to_string).collect::<Vec<_>>(), [safe]);
    let (line, said, _) = only_fault(&sealed(&format!("\"{safe}\", \"{safe}\"")));
    assert!(line == 16 && said.contains("there twice"), "{said}");
    let fault = &faults(&sealed("\"AGE-SECRET-KEY-1QQQQ\""))[0];
    let shown = format!("{fault} {:?}", fault.help);
    assert!(shown.contains("in line 16: it is a secret key") && !shown.contains("1QQQQ"), "{shown}");
}

#[test]
fn bad_values_are_shown_where_they_stand() {
    let table = [
        ("[[host]]\nname = \"n1\"\naddress = \"192.0.2.9\"\n", 15, "the host name `n1` is used twice, first in line 6"),
        ("[[host]]\nname = \"n4\"\naddress = \"192.0.2.1\"\n", 16, "the address `192.0.2.1` is used twice"),
        ("[[host]]\nname = \"n4\"\naddress = \"0.0.0.0\"\n", 16, "means every address"),
        ("[[host]]\nname = \"n4\"\naddress = \"127.0.0.1\"\n", 16, "is the host itself"),
        ("[[host]]\nname = \"n4\"\naddress = \"192.0.2\"\n", 16, "IP address"),
        ("[[host]]\nname = \"n4\"\naddress = \"0.1.2.3\"\n", 16, "is in 0.0.0.0/8"),
        ("[[host]]\nname = \"n4\"\naddress = \"240.0.0.1\"\n", 16, "is reserved"),
        ("[[host]]\nname = \"n4\"\naddress = \"::1\"\n", 16, "is the host itself"),
        ("[[host]]\nname = \"n4\"\naddress = \"::ffff:127.0.0.1\"\n", 16, "is an IPv4 address"),
        ("[[host]]\nname = \"n4\"\naddress = \"::FFFF:192.0.2.1\"\n", 16, "is an IPv4 address"),
        ("[[host]]\nname = \"n4\"\naddress = \"::127.0.0.1\"\n", 16, "is an IPv4 address"),
        ("[pki]\nspare-addresses = [\"::ffff:224.0.0.1\"]\n", 15, "is an IPv4 address"),
        ("[[host]]\nname = \"a;reboot\"\naddress = \"192.0.2.4\"\n", 15, "character `;`"),
        ("[[host]]\nname = \"a%i\"\naddress = \"192.0.2.4\"\n", 15, "character `%`"),
        ("[[host]]\nname = \"a\\nb\"\naddress = \"192.0.2.4\"\n", 15, "character `\\n`"),
        ("[etcd]\nclient-port = 0\n", 15, "from 1 to 65535"),
        ("[etcd]\nclient-port = 65536\n", 15, "65536"),
        ("[etcd]\npeer-port = 2379\n", 15, "cannot share port"),
        ("[[host]]\nname = \"n4\"\naddress = \"192.0.2.4\"\npeer-port = 2379\n", 17, "cannot share port"),
        ("[[host]]\nname = \"n4\"\naddress = \"fe80::1\"\n", 16, "is link-local and needs a zone"),
        ("[etcd]\nelection-timeout = 100\n", 15, "5 heartbeats"),
        ("[paths]\ndata = \"data\"\n", 15, "not absolute"),
        ("[paths]\ndata = \"/data/../etc\"\n", 15, "`..`"),
        ("[paths]\ndata = \"/etc/etcd\"\n", 15, "cannot lie in `/etc`"),
        ("[paths]\nlogs = \"/data/etcd/etcd-server/log\"\n", 15, "cannot share a tree"),
        ("[paths]\ndata = \"/var/lib/etcdpack/data\"\n", 15, "cannot lie in `/var/lib/etcdpack`"),
        ("[paths]\nwal-dir = \"wal\"\n", 15, "not absolute"),
        ("[paths]\nwal-dir = \"/data/etcd/etcd-server\"\n", 15, "`wal-dir` and `data`"),
        ("[paths]\nwal-dir = \"/data/etcd\"\n", 15, "`wal-dir` and `data`"),
        ("[paths]\nwal-dir = \"/data/etcd/etcd-server/member/wal\"\n", 15, "`wal-dir` and `data`"),
        ("[paths]\nwal-dir = \"/data/logs/etcd-server\"\n", 15, "`wal-dir` and `logs`"),
        ("[paths]\nwal-dir = \"/etc/wal\"\n", 15, "`wal-dir` cannot lie in `/etc`"),
        ("[paths]\nwal-dir = \"/opt/etcd-certs\"\n", 15, "`wal-dir` cannot lie in `/opt/etcd-certs`"),
        ("[[host]]\nname = \"n4\"\naddress = \"192.0.2.4\"\nwal-dir = \"/usr/wal\"\n", 17, "cannot lie in `/usr`"),
        ("[etcd.flags]\nwal-dir = \"/w\"\n", 15, "etcdpack sets `--wal-dir` itself"),
        ("[paths]\nbin = \"/opt/etcd/bin\"\n", 15, "cannot lie in `/opt/etcd`"),
        ("[paths]\nbin = \"/opt/etcd-certs/bin\"\n", 15, "cannot lie in `/opt/etcd-certs`"),
        ("[backup]\nevery = \"9m\"\n", 15, "from ten minutes to 31 days"),
        ("[backup]\nevery = \"32d\"\n", 15, "from ten minutes to 31 days"),
        ("[backup]\nevery = \"6\"\n", 15, "in minutes, hours or days"),
        ("[backup]\nkeep = 3\n", 14, "`every` is missing"),
        ("[backup]\nevery = \"6h\"\nkeep-bytes = 0\n", 16, "no room for a snapshot"),
        ("[backup]\nevery = \"6h\"\ndir = \"/etc/etcd\"\n", 16, "`/etc` is the system's or etcd's own"),
        (
            "[backup]\nevery = \"6h\"\ndir = \"/data/etcd\"\n",
            16,
            "`/data/etcd/etcd-server` is the system's or etcd's own",
        ),
        ("[backup]\nevery = \"6h\"\ndir = \"/data/logs/etcd-server/s\"\n", 16, "`/data/logs/etcd-server` is"),
        ("[backup]\nevery = \"6h\"\ndir = \"/opt/etcd-certs\"\n", 16, "`/opt/etcd-certs` is"),
        ("[backup]\nevery = \"6h\"\ndir = \"/opt\"\n", 16, "`/opt` is"),
        ("[paths]\nwal-dir = \"/wal/etcd\"\n[backup]\nevery = \"6h\"\ndir = \"/wal\"\n", 18, "`/wal/etcd` is"),
        ("[backup]\nevery = \"6h\"\ndrill = \"yearly\"\n", 16, "`daily`, `weekly`, `monthly`, or a time"),
        ("[backup]\nevery = \"6h\"\ndrill = \"1h\"\n", 16, "not more often than `every`"),
        ("[backup]\nevery = \"6h\"\ndrill = \"367d\"\n", 16, "once a year at least"),
        ("[backup]\nevery = \"6h\"\nrecipients = []\n", 16, "seals for nobody"),
        ("[backup]\nevery = \"6h\"\nrecipients = \"age1\"\n", 16, "it is a list"),
        ("[backup]\nevery = \"6h\"\nrecipients = [\"age1qqq\"]\n", 16, "has 62 characters"),
        ("[backup]\nevery = \"6h\"\nrecipients = [\"ssh-ed25519 AAAA\"]\n", 16, "of another kind"),
        ("[monitoring]\n", 14, "`textfile` is missing"),
        ("[monitoring]\ntextfile = \"/var/lib/node\"\n", 15, "has no `[backup]`"),
        ("[backup]\nevery = \"6h\"\n[monitoring]\ntextfile = \"/etc/x\"\n", 17, "`/etc` is the system's"),
        ("[etcd]\nuser = \"root\"\n", 15, "not to run as `root`"),
        ("[pki]\nvalidity = \"10w\"\n", 15, "in hours"),
        ("[pki]\nvalidity = \"101y\"\n", 15, "to 100y"),
        ("[pki]\nvalidity = \"y\"\n", 15, "in hours"),
        ("[pki]\nvalidity = \"23h\"\n", 15, "in hours"),
        ("[pki]\nvalidity = \"+24h\"\n", 15, "in hours"),
        ("[pki]\nca-key = \"ca-key.pem\"\n", 15, "goes with `ca`"),
        ("[pki]\nalgorithm = \"rsa-1024\"\n", 15, "rsa-1024"),
        ("[etcd.flags]\nname = \"x\"\n", 15, "etcdpack sets `--name` itself"),
        ("[etcd.flags]\nenable-v2 = true\n", 15, "has no `--enable-v2`"),
        ("[etcd.flags]\nno-such-flag = true\n", 15, "no etcd has"),
        ("[etcd.flags]\nmax-txn-ops = \"many\"\n", 15, "`--max-txn-ops` takes"),
        ("[etcd.flags]\ncors = \"a'b\"\n", 15, "cannot stand in a flag"),
        ("[etcd.flags]\nlisten-metrics-urls = \"x y\"\n", 15, "takes one URL"),
        ("[etcd]\nquota-backend-bytes = 9223372036854775808\n", 15, "up to 9223372036854775807"),
        ("[etcd]\nauto-compaction-retention = \"99999999999999999999h\"\n", 15, "292 years"),
        ("[etcd]\nauto-compaction-retention = \"2562048\"\n", 15, "292 years"),
        ("[etcd]\nauto-compaction-retention = \"h\"\n", 15, "a retention is"),
    ];
    for (rest, line, said) in table {
        let (at, text, _) = only_fault(&file("3.6.14", rest));
        assert_eq!(at, line, "{rest}: {text}");
        assert!(text.contains(said), "{rest}: {text}");
    }
}

#[test]
fn no_member_has_the_name_of_what_takes_snapshots_beside_it() {
    let named = |service: &str, backup: &str| {
        let host = "[[host]]\nname = \"n4\"\naddress = \"192.0.2.4\"\nmember = \"etcd-server-snapshot\"\n";
        file("3.6.14", &format!("{host}[service]\n{service}{backup}"))
    };
    let backup = "[backup]\nevery = \"6h\"\n";
    let (_, text, help) = only_fault(&named("", backup));
    assert!(text.contains("host `n4`") && help.contains("`name` in `[service]`"), "{text}: {help}");
    for (service, backup) in [("", ""), ("name = \"etcd\"\n", backup), ("manager = \"systemd\"\n", backup)] {
        assert!(Cluster::parse(named(service, backup).as_bytes()).is_ok(), "{service}{backup}");
    }
}

#[test]
fn a_host_has_ports_of_its_own_or_those_of_the_cluster() {
    let own = "client-port = 12379\npeer-port = 12380\n[[host]]\nname = \"n4\"\naddress = \"2001:db8::4\"\n";
    let parsed = Cluster::parse(file("3.6.14", &format!("{own}[etcd]\nclient-port = 4001\n")).as_bytes()).unwrap();
    let cluster = parsed.cluster;
    let urls = |at: usize| {
        let host = &cluster.hosts[at];
        [vec![cluster.peer_url(host)], cluster.listen_client_urls(host)]
            .concat()
            .iter()
            .map(ToString::to_string)
            .collect()
    };
    let all: Vec<Vec<String>> = [1, 2, 3].into_iter().map(urls).collect();
    assert_eq!(
        all,
        [
            ["https://192.0.2.2:2380", "https://192.0.2.2:4001", "https://127.0.0.1:4001"],
            ["https://192.0.2.3:12380", "https://192.0.2.3:12379", "https://127.0.0.1:12379"],
            ["https://[2001:db8::4]:2380", "https://[2001:db8::4]:4001", "https://[::1]:4001"],
        ]
    );
    // Of whatever host a port is, flags are all hosts'.
    let flag = "[etcd.flags]\nlisten-metrics-urls = \"http://127.0.0.1:12379\"\n";
    let (_, said, help) = only_fault(&file("3.6.14", &format!("client-port = 12379\n{flag}")));
    assert!(said.contains("client listener") && help.contains("127.0.0.1:12380"), "{said}: {help}");
}

#[test]
fn a_host_listens_elsewhere_than_it_is_reached_where_the_file_says_so() {
    let parse = |rest: &str| Cluster::parse(file("3.6.14", rest).as_bytes()).unwrap().cluster;
    let text = |urls: Vec<Url>| urls.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    for (lines, peers, clients, reached, certified) in [
        // NAT.
        (
            "listen = \"10.0.0.3\"",
            "10.0.0.3:2380",
            "10.0.0.3:2379,https://127.0.0.1:2379",
            "192.0.2.3",
            "192.0.2.3,10.0.0.3",
        ),
        // A network for clients, beside that of the peers.
        (
            "client-address = \"198.51.100.3\"",
            "192.0.2.3:2380",
            "198.51.100.3:2379,https://127.0.0.1:2379",
            "198.51.100.3",
            "192.0.2.3,198.51.100.3",
        ),
        // A floating address for clients, which is not always here.
        ("listen-clients = \"0.0.0.0\"", "192.0.2.3:2380", "0.0.0.0:2379", "192.0.2.3", "192.0.2.3"),
        (
            "listen-clients = [\"192.0.2.3\", \"198.51.100.3\"]",
            "192.0.2.3:2380",
            "192.0.2.3:2379,https://198.51.100.3:2379,https://127.0.0.1:2379",
            "192.0.2.3",
            "192.0.2.3,198.51.100.3",
        ),
        ("listen = \"::\"", "[::]:2380", "[::]:2379", "192.0.2.3", "192.0.2.3"),
        (
            "listen = \"10.0.0.3\"\nlisten-peers = \"10.9.0.3\"",
            "10.9.0.3:2380",
            "10.0.0.3:2379,https://127.0.0.1:2379",
            "192.0.2.3",
            "192.0.2.3,10.0.0.3,10.9.0.3",
        ),
    ] {
        let cluster = parse(&format!("{lines}\n"));
        let host = &cluster.hosts[2];
        let (said_peers, said_clients) = (text(cluster.listen_peer_urls(host)), text(cluster.listen_client_urls(host)));
        assert_eq!((said_peers, said_clients), (format!("https://{peers}"), format!("https://{clients}")), "{lines}");
        assert_eq!(cluster.client_url(host).to_string(), format!("https://{reached}:2379"), "{lines}");
        assert_eq!(cluster.peer_url(host).to_string(), "https://192.0.2.3:2380", "{lines}");
        let names: Vec<String> = host.certified().iter().map(ToString::to_string).collect();
        assert_eq!(names.join(","), certified, "{lines}");
    }
    let local = |lines: &str| {
        let cluster = parse(lines);
        cluster.local_client_url(&cluster.hosts[2]).to_string()
    };
    assert_eq!(local(""), "https://192.0.2.3:2379");
    assert_eq!(local("listen = \"0.0.0.0\"\n"), "https://127.0.0.1:2379");
    assert_eq!(local("listen = \"::\"\n[client]\nloopback = \"off\"\n"), "https://[::1]:2379");
}

#[test]
fn a_name_is_told_to_others_and_an_address_is_listened_at() {
    let lines = "client-address = \"db.example\"\nlisten = \"fd00::3\"\n";
    let named = file("3.6.14", lines).replace("\"192.0.2.3\"", "\"n3.example\"");
    let cluster = Cluster::parse(named.as_bytes()).unwrap().cluster;
    let host = &cluster.hosts[2];
    assert_eq!(cluster.peer_url(host).to_string(), "https://n3.example:2380");
    assert_eq!(cluster.client_url(host).to_string(), "https://db.example:2379");
    assert_eq!(cluster.local_client_url(host).to_string(), "https://[fd00::3]:2379");
    assert_eq!(host.certified(), ["fd00::3".parse::<IpAddr>().unwrap()]);
    assert_eq!(host.called().map(DnsName::as_str).collect::<Vec<_>>(), ["n3.example", "db.example"]);
    assert_eq!(host.loopback().to_string(), "::1");
    // Without `listen` the host finds its address: the certificate has the name alone.
    let sought =
        Cluster::parse(file("3.6.14", "").replace("\"192.0.2.3\"", "\"n3.example\"").as_bytes()).unwrap().cluster;
    let host = &sought.hosts[2];
    let urls = |urls: Vec<Url>| urls.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    assert_eq!(urls(sought.listen_peer_urls(host)), "https://n3.example:2380");
    assert_eq!(urls(sought.listen_client_urls(host)), "https://n3.example:2379 https://127.0.0.1:2379");
    assert_eq!(sought.local_client_url(host).to_string(), "https://127.0.0.1:2379");
    assert!(host.certified().is_empty());
    let twice = named.replace("\"192.0.2.2\"", "\"n3.example\"\nlisten = \"192.0.2.2\"");
    assert!(only_fault(&twice).1.contains("`n3.example` is used twice"));
}

#[test]
fn where_etcd_cannot_listen_is_said_where_it_is_written() {
    for (lines, words, help) in [
        ("listen = \"127.0.0.1\"", "is the host itself", "`loopback` in the section `[client]`"),
        ("listen = \"fe80::3\"", "is link-local and needs a zone", ""),
        ("listen = \"224.0.0.1\"", "multicast", ""),
        ("listen = [\"0.0.0.0\", \"192.0.2.3\"]", "means every address", "\"0.0.0.0\" alone"),
        ("listen-peers = [\"10.0.0.3\", \"10.0.0.3\"]", "there twice", ""),
        ("listen = \"192.0.2.2\"", "is the address of `n2`", ""),
        ("listen = []", "an empty list", ""),
        ("listen = \"10.0.0.3:2380\"", "not an IP address", "without scheme, port or prefix length: \"10.0.0.3\""),
        ("client-address = \"192.0.2.1\"", "used twice", ""),
        ("client-address = \"localhost\"\nlisten-clients = \"192.0.2.3\"", "is the host itself", ""),
        ("listen = \"::\"\n[client]\nloopback = \"http\"", "means loopback, too", "loopback = \"https\""),
        ("listen-clients = \"0.0.0.0\"\nflags.x = 1", "`flags` is no key of", ""),
        (
            "listen-clients = \"0.0.0.0\"\n[etcd.flags]\nlisten-metrics-urls = \"http://127.0.0.1:2379\"",
            "client listener",
            "",
        ),
    ] {
        let (line, said, shown) = only_fault(&file("3.6.14", &format!("{lines}\n")));
        assert!(line >= 14 && said.contains(words) && shown.contains(help), "{lines}: line {line}: {said}: {shown}");
    }
    let all = "listen = \"10.0.0.3\"\nlisten-peers = \"10.0.0.4\"\nlisten-clients = \"10.0.0.5\"\n";
    assert_eq!(only_fault(&file("3.6.14", all)).2, "take the line `listen` out");
}

#[test]
fn a_second_member_on_a_host_is_told_why_not_whatever_its_port() {
    let second = "[[host]]\nname = \"n4\"\naddress = \"192.0.2.1\"\nclient-port = 3379\npeer-port = 3380\n";
    let (line, said, help) = only_fault(&file("3.6.14", second));
    assert_eq!((line, help.as_str()), (16, "one host has one member: two on one host fail together"), "{said}");
}

#[test]
fn an_address_in_other_clothes_is_told_what_to_wear() {
    let (_, _, help) = only_fault(&file("3.6.14", "[pki]\nspare-addresses = [\"::ffff:10.0.0.1\"]\n"));
    assert_eq!(help, "write the IPv4 address: 10.0.0.1");
}

#[test]
fn the_largest_numbers_that_etcd_reads_are_taken() {
    for rest in [
        "quota-backend-bytes = 9223372036854775807",
        "auto-compaction-retention = \"2562047h\"",
        "auto-compaction-retention = \"2562047\"",
        "auto-compaction-mode = \"revision\"\nauto-compaction-retention = \"9223372036854775807\"",
        "flags.listen-metrics-urls = \"http://127.0.0.1:2381,https://[::1]:2382\"",
    ] {
        let parsed = Cluster::parse(file("3.6.14", &format!("[etcd]\n{rest}\n")).as_bytes());
        assert!(parsed.is_ok(), "{rest}: {parsed:?}");
    }
    let old = |retention: &str| file("3.1.20", &format!("[etcd]\nauto-compaction-retention = \"{retention}\"\n"));
    assert!(Cluster::parse(old("12").as_bytes()).is_ok());
    // Go reads it as octal there.
    assert!(only_fault(&old("012")).1.contains("whole hours"));
}

#[test]
fn host_names_leave_room_for_the_files_that_are_named_after_them() {
    let with = |n: usize| file("3.6.14", &format!("[pki]\nspare-names = [\"{}\"]\n", "n".repeat(n)));
    assert!(Cluster::parse(with(240).as_bytes()).is_ok());
    let (line, text, _) = only_fault(&with(241));
    assert_eq!(line, 15);
    assert!(text.contains("1 to 240 characters"), "{text}");
}

#[test]
fn a_mirror_is_a_base() {
    for mirror in ["https://m.example/etcd?x=1", "https://m.example/#etcd", "ftp://m.example", "https://m.example/a b"]
    {
        let text = file("3.6.14", "")
            .replace("[[host]]\nname = \"n1\"", &format!("mirrors = [\"{mirror}\"]\n[[host]]\nname = \"n1\""));
        let (line, said, _) = only_fault(&text);
        assert_eq!(line, 5, "{said}");
        assert!(said.contains("without query"), "{said}");
    }
}

#[test]
fn versions_that_do_not_exist_are_refused() {
    for version in ["3.0.17", "2.3.8", "4.0.0", "3.5", "3.5.x", "latest"] {
        let (line, ..) = only_fault(&file(version, ""));
        assert_eq!(line, 4, "{version}");
    }
    let arm64 = file("3.1.20", "").replace("[[host]]\nname = \"n1\"", "[[host]]\narch = \"arm64\"\nname = \"n1\"");
    assert!(only_fault(&arm64).1.contains("3.1"));
}

#[test]
fn an_option_that_came_later_names_the_versions_that_have_it() {
    let (_, text, _) = only_fault(&file("3.1.20", "[etcd]\nauto-compaction-mode = \"periodic\"\n"));
    assert!(text.contains("etcd 3.1.20 has no `--auto-compaction-mode`; these have it: 3.3"), "{text}");
    let (_, text, _) = only_fault(&file("3.1.20", "[etcd]\nauto-compaction-retention = \"1h\"\n"));
    assert!(text.contains("whole hours"), "{text}");
}

#[test]
fn all_faults_are_said_at_once() {
    let text = file("3.6.14", "[etcd]\nclient-port = 2380\n[etcd.flags]\nname = \"x\"\nproxy = \"on\"\n");
    assert_eq!(faults(&text).len(), 3);
}

#[test]
fn doubtful_things_are_warnings() {
    let warned = |text: &str, words: &str| {
        let warnings = Cluster::parse(text.as_bytes()).unwrap().warnings;
        assert!(warnings.iter().any(|warning| warning.text.contains(words)), "{words}: {warnings:?}");
    };
    warned(&file("3.6.14", "[[host]]\nname = \"n4\"\naddress = \"192.0.2.4\"\n"), "odd number");
    warned(&file("3.5.1", ""), "lose");
    warned(&file("3.1.20", ""), "3.1");
    warned(&file("3.6.14", "[pki]\nvalidity = \"175200h\"\n"), "twenty years");
    warned(&file("3.6.14", "[pki]\nvalidity = \"876000h\"\n"), "twenty years");
    warned(&file("3.6.14", "[pki]\nca-validity = \"24h\"\n"), "end with it");
    warned(&file("3.6.14", "[etcd]\nquota-backend-bytes = 9000000000\n"), "8 GiB");
}

#[test]
fn peers_are_known_by_name_where_the_file_says_so() {
    let etcd = |version: &str, etcd: &str| Cluster::parse(file(version, &format!("[etcd]\n{etcd}\n")).as_bytes());
    let names = |version: &str, lines: &str| {
        let parsed = etcd(version, lines).unwrap();
        let said = parsed.warnings.iter().any(|warning| warning.text.contains("can write as a member"));
        (parsed.cluster.etcd.peer_names.iter().map(ToString::to_string).collect::<Vec<_>>().join("+"), said)
    };
    let on = |names: &str| (names.to_owned(), false);
    assert_eq!(names("3.6.14", "peers = \"by-name\""), on("etcd-peer"));
    assert_eq!(names("3.3.27", "peers = \"by-name\""), on("etcd-peer"));
    assert_eq!(names("3.6.14", "flags.peer-cert-allowed-cn = \"etcd-peer,a\""), on("etcd-peer+a"));
    assert_eq!(names("3.6.14", "flags.peer-cert-allowed-hostname = \"n1,n2,n3\""), on(""));
    for (version, lines) in [("3.6.14", ""), ("3.6.14", "peers = \"by-ca\""), ("3.1.20", "")] {
        assert_eq!(names(version, lines), (String::new(), true), "{version} {lines}");
    }
    let only = |version: &str, lines: &str| {
        let faults = etcd(version, lines).map(|parsed| parsed.cluster).unwrap_err();
        assert_eq!(faults.len(), 1, "{faults:?}");
        (faults[0].text.clone(), faults[0].help.clone().unwrap_or_default())
    };
    for (version, lines, words, help) in [
        ("3.2.32", "peers = \"by-name\"", "takes every certificate of the CA", "peers = \"by-ca\""),
        ("3.6.14", "flags.peer-cert-allowed-cn = \"other\"", "the common name `etcd-peer`", "by-name"),
        ("3.5.14", "flags.peer-cert-allowed-cn = \"etcd-peer,a\"", "one alone before etcd 3.5.15", ""),
        ("3.6.14", "peers = \"by-name\"\nflags.peer-cert-allowed-cn = \"etcd-peer\"", "already", "take the line"),
        (
            "3.6.14",
            "peers = \"by-name\"\nflags.peer-cert-allowed-hostname = \"n1,n2,n3\"",
            "exclude each other",
            "take the",
        ),
        ("3.6.14", "peers = \"by-nam\"", "it is \"by-name\" or \"by-ca\"", "did you mean `by-name`?"),
    ] {
        let (text, hint) = only(version, lines);
        assert!(text.contains(words) && hint.contains(help), "{lines}: {text} {hint}");
    }
    let odd = file("3.6.14", "[pki]\ncommon-name = \"节点\"\n[etcd]\npeers = \"by-name\"\n");
    assert!(only_fault(&odd).1.contains("cannot be given to etcd"));
    let outside = file("3.6.14", "[pki]\nca = \"ca.pem\"\n[etcd.flags]\npeer-cert-allowed-cn = \"n1.example.com\"\n");
    assert!(Cluster::parse(outside.as_bytes()).is_ok());
}

#[test]
fn flags_are_given_to_etcd_in_its_own_units_and_lists() {
    let lines = "[etcd.flags]\ngrpc-keepalive-interval = \"2 hours\"\nauth-token-ttl = \"5m\"\n\
                 bootstrap-defrag-threshold-megabytes = \"1GiB\"\nhost-whitelist = [\"a.example\", \"b.example\"]\n\
                 listen-metrics-urls = [\"http://127.0.0.1:2381\", \"http://[::1]:2381\"]\ncors = \"http://a, http://b\"\n\
                 feature-gates = { InitialCorruptCheck = true, StopGRPCServiceOnDefrag = true }\n";
    let parsed = Cluster::parse(file("3.6.14", lines).as_bytes()).unwrap();
    let flags: Vec<String> =
        parsed.cluster.etcd.flags.iter().map(|(name, value)| format!("{name}={}", value.as_str())).collect();
    assert_eq!(
        flags,
        [
            "auth-token-ttl=300",
            "bootstrap-defrag-threshold-megabytes=1024",
            // What etcd reads as it stands stays as it is: a running member would restart for a blank.
            "cors=http://a, http://b",
            "feature-gates=InitialCorruptCheck=true,StopGRPCServiceOnDefrag=true",
            "grpc-keepalive-interval=2h",
            "host-whitelist=a.example,b.example",
            "listen-metrics-urls=http://127.0.0.1:2381,http://[::1]:2381",
        ]
    );
}

#[test]
fn ports_that_only_root_has_are_said() {
    let warned = |port: u16| {
        let parsed = Cluster::parse(file("3.6.14", &format!("[etcd]\nclient-port = {port}\n")).as_bytes()).unwrap();
        parsed.warnings.iter().any(|warning| warning.text.contains("could not listen there"))
    };
    assert_eq!([443, 1023, 1024, 2379].map(warned), [true, true, false, false]);
}

#[test]
fn listeners_in_the_clear_are_said() {
    for (flag, url, said) in [
        ("listen-metrics-urls", "http://0.0.0.0:2381", true),
        ("listen-metrics-urls", "http://127.0.0.1:2381,http://[::]:2381", true),
        ("listen-client-http-urls", "http://192.0.2.9:2382", true),
        ("listen-metrics-urls", "https://0.0.0.0:2381", false),
        ("listen-metrics-urls", "http://127.0.0.1:2381,http://[::1]:2381,http://localhost:2382", false),
    ] {
        let parsed = Cluster::parse(file("3.6.14", &format!("[etcd.flags]\n{flag} = \"{url}\"\n")).as_bytes()).unwrap();
        let warned = parsed.warnings.iter().any(|warning| warning.text.contains("in the clear"));
        assert_eq!(warned, said, "{url}: {:?}", parsed.warnings);
    }
}

#[test]
fn files_from_windows_are_taken() {
    let text = format!("\u{feff}{}", file("3.6.14", "").replace('\n', "\r\n"));
    assert!(Cluster::parse(text.as_bytes()).is_ok());
    let bad = format!("\u{feff}{}", file("3.6.14", "[etc]\n").replace('\n', "\r\n"));
    assert_eq!(only_fault(&bad).0, 14);
    assert_eq!(only_fault(&format!("\u{feff}{text}")).0, 1);
}

#[test]
fn hostile_files_are_refused_before_they_cost_anything() {
    let huge = "#".repeat(usize::try_from(MAX_BYTES).unwrap() + 1);
    assert!(only_fault(&huge).1.contains("bytes"));
    let deep = format!("x = {}1{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(faults(&deep).len(), 1);
    assert!(only_fault("\u{0}").0 >= 1);
    for deep in [format!("a{} = 1\n", ".a".repeat(200_000)), format!("[a{}]\n", ".a".repeat(200_000))] {
        let fault = &faults(&file("3.6.14", &deep))[0];
        assert!(fault.to_string().starts_with("line 14, column 1: "), "{}", fault.text);
    }
    for long in [format!("{} = 1\n", "k".repeat(900_000)), format!("[pki]\ncommon-name = \"{}\"", "n".repeat(900_000))]
    {
        let (line, text, _) = only_fault(&file("3.6.14", &long));
        assert!(line >= 14 && text.len() < 700 && text.ends_with(" ..."), "{text}");
    }
    let steering = only_fault(&file("3.6.14", "\"\\u001b[2J\" = 1\n")).1;
    assert!(!steering.contains(char::is_control), "{steering:?}");
    assert!(Cluster::parse(b"[cluster]\nname = \"\xff\"").is_err());
}

#[test]
fn hosts_that_are_all_unusable_are_not_counted() {
    let text = format!(
        "[cluster]\nname = \"c\"\n[release]\nversion = \"3.5.1\"\n[[host]]\nname = \"{}\"\naddress = \"192.0.2.1\"\n",
        "n".repeat(100)
    );
    let faults = Cluster::parse(text.as_bytes()).unwrap_err();
    assert!(faults.iter().all(|fault| !fault.to_string().contains("tolerate")), "{faults:?}");
}

#[test]
fn the_carried_supervisor_keeps_its_name() {
    let named = |rest: &str| file("3.6.14", &format!("[service]\nname = \"supervisord\"\n{rest}"));
    let (line, said, help) = only_fault(&named(""));
    assert_eq!((line, help.as_str()), (15, "name = \"etcd-server\""));
    assert!(said.contains("carries"), "{said}");
    assert_eq!(faults(&named("").replace("supervisord", "Supervisord")).len(), 1);
    assert!(Cluster::parse(named("manager = \"systemd\"\n").as_bytes()).is_ok());
}

/// What a file with these lines in `[etcd]` is refused for, or else warned of: text and help.
fn said_of(version: &str, etcd: &str) -> Vec<(String, String)> {
    let said = |faults: Vec<Fault>| {
        faults.into_iter().map(|fault| (fault.text, fault.help.unwrap_or_default())).collect::<Vec<_>>()
    };
    match Cluster::parse(file(version, &format!("[etcd]\n{etcd}\n")).as_bytes()) {
        Ok(parsed) => {
            said(parsed.warnings).into_iter().map(|(text, help)| (format!("warning: {text}"), help)).collect()
        }
        Err(faults) => said(faults),
    }
}

#[test]
fn what_would_stop_etcd_on_every_host_is_refused() {
    let ec = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";
    let rsa = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256";
    let suites = |list: &str| format!("flags.cipher-suites = \"{list}\"");
    // Each was tried with a real etcd of that version: it exits, or serves nobody.
    for (version, lines, words, help) in [
        ("3.5.1", suites(rsa), "no suite of this list is for ECDSA keys", "cipher-suites = \"TLS_"),
        ("3.6.14", suites("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"), "HTTP/2 needs", "cipher-suites = \"TLS_"),
        ("3.6.14", suites("HIGH:!3DES"), "knows no cipher suite `HIGH:!3DES`", "cipher-suites = \"TLS_"),
        ("3.6.14", suites("ECDHE-RSA-AES128-GCM-SHA256"), "written as Go does", rsa),
        ("3.6.14", suites(&format!("{rsa}, {ec}")), "knows no cipher suite ` TLS_", ec),
        ("3.4.21", suites(&format!("{ec},TLS_AES_128_GCM_SHA256")), "knows no cipher suite `TLS_AES", "did you mean"),
        ("3.5.1", suites(&format!("TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,{ec}")), "stands before", "put it last"),
        ("3.6.14", format!("{}\nflags.tls-max-version = \"TLS1.2\"", suites(rsa)), "for ECDSA keys", "cipher-suites"),
        ("3.6.14", "flags.tls-min-version = \"1.2\"".into(), "takes `TLS1.2`, `TLS1.3`, not `1.2`", "\"TLS1.2\""),
        ("3.6.14", "flags.tls-min-version = \"TLS1.3\"\nflags.tls-max-version = \"TLS1.2\"".into(), "is above", "take"),
        ("3.6.14", "flags.listen-metrics-urls = \"http://127.0.0.1:2379\"".into(), "client listener", "127.0.0.1:2381"),
        ("3.6.14", "flags.listen-metrics-urls = \"http://0.0.0.0:2380\"".into(), "peer listener", "127.0.0.1:2381"),
        ("3.6.14", "flags.listen-client-http-urls = \"https://192.0.2.1:2379\"".into(), "client listener", ":2381"),
        ("3.6.14", "flags.listen-metrics-urls = \"https://192.0.2.2:2381\"".into(), "`n2` alone has", "127.0.0.1:2381"),
        ("3.6.14", "flags.listen-metrics-urls = \"http://n1:2381\"".into(), "an IP address or `localhost`", ""),
        (
            "3.6.14",
            "flags.listen-metrics-urls = \"http://localhost:2381,http://127.0.0.1:2381\"".into(),
            "is there twice",
            "",
        ),
        (
            "3.6.14",
            "flags.feature-gates = \"InitialCorruptChek=true\"".into(),
            "no feature gate",
            "`InitialCorruptCheck`",
        ),
        ("3.6.14", "flags.feature-gates = \"PriorityRequest=true\"".into(), "there is `CompactHashCheck`, ", ""),
        (
            "3.7.1",
            "flags.feature-gates = \"LeaseCheckpointPersist=true\"".into(),
            "needs `LeaseCheckpoint`",
            "=true,Lease",
        ),
        ("3.6.14", "flags.feature-gates = \"InitialCorruptCheck\"".into(), "`InitialCorruptCheck=true` or", ""),
        (
            "3.6.14",
            "flags.feature-gates = \"CompactHashCheck=true\"\nflags.experimental-compact-hash-check-enabled = true"
                .into(),
            "are one thing",
            "take the line `experimental-compact-hash-check-enabled` out",
        ),
        (
            "3.6.14",
            "flags.memory-mlock = true\nflags.experimental-memory-mlock = true".into(),
            "one flag by two names",
            "take this line out",
        ),
        (
            "3.5.24",
            "flags.experimental-enable-lease-checkpoint-persist = true".into(),
            "needs `experimental-",
            "= true",
        ),
        ("3.6.14", "flags.v2-deprecation = \"not-yet\"".into(), "takes `write-only`", ""),
        ("3.6.14", "flags.auth-token = \"foo\"".into(), "takes `simple`, or `jwt`", ""),
        ("3.6.14", "flags.log-format = \"text\"".into(), "takes `json`, `console`", ""),
        ("3.6.14", "flags.compact-hash-check-time = \"0s\"".into(), "is above zero", ""),
        ("3.6.14", "flags.max-concurrent-streams = 4294967296".into(), "32 bits", ""),
        ("3.6.14", "flags.peer-cert-allowed-hostname = \"other\"".into(), "no member would take `n1`", "n1,n2,n3"),
        ("3.5.14", "flags.peer-cert-allowed-hostname = \"n1,n2,n3\"".into(), "no member would take `n1`", "by-name"),
        ("3.6.14", "flags.peer-cert-allowed-hostname = \"n1,n3\"".into(), "no member would take `n2`", "n1,n2,n3"),
        (
            "3.6.14",
            "flags.client-cert-allowed-hostname = \"op\"".into(),
            "turn `n1` itself away",
            "spare-names = [\"op\"]",
        ),
        (
            "3.5.14",
            "flags.client-cert-allowed-hostname = \"n1,n2,n3\"".into(),
            "turn `n1` itself",
            "3.5.15 is the first with several",
        ),
        (
            "3.6.14",
            "flags.grpc-keepalive-interval = 5".into(),
            "takes a duration such as",
            "with its unit: grpc-keepalive-interval = \"5s\"",
        ),
        ("3.6.14", "flags.max-txn-ops = [1, 2]".into(), "takes a whole number, not `1,2`", ""),
        ("3.6.14", "quota-backend-bytes = 8".into(), "a quota of 8 bytes is full at once", "8589934592"),
        ("3.6.14", "quota-backend-bytes = \"8X\"".into(), "a size is in bytes", ""),
        ("3.6.14", "max-request-bytes = 10".into(), "requests of 10 bytes at most", "1572864"),
        ("3.6.14", "user = \"0day\"".into(), "starts with a digit", "user = \"etcd\""),
        ("3.6.14", "user = \"1000\"".into(), "starts with a digit", "user = \"etcd\""),
        ("3.6.14", "user = \"-x\"".into(), "must start with", ""),
    ] {
        let said = said_of(version, &lines);
        assert_eq!(said.len(), 1, "{version} {lines}: {said:?}");
        let (text, hint) = &said[0];
        assert!(text.contains(words) && !text.starts_with("warning"), "{version} {lines}: {text}");
        assert!(hint.contains(help) && hint.is_empty() == help.is_empty(), "{version} {lines}: {text}: {hint}");
    }
    // Both lines are shown: either can go.
    let both = said_of("3.6.14", &format!("flags.tls-min-version = \"TLS1.3\"\n{}", suites(ec)));
    assert_eq!(both.len(), 2, "{both:?}");
}

#[test]
fn what_etcd_takes_is_taken() {
    for (version, lines) in [
        ("3.6.14", "flags.tls-min-version = \"TLS1.3\""),
        ("3.2.22", "flags.cipher-suites = \"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256\""),
        (
            "3.6.14",
            "flags.cipher-suites = \"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256\"",
        ),
        ("3.6.14", "flags.feature-gates = \"InitialCorruptCheck=true, CompactHashCheck=TRUE\""),
        ("3.6.14", "flags.feature-gates = \"AllAlpha=true,LeaseCheckpointPersist=true\""),
        ("3.7.1", "flags.feature-gates = \"FastLeaseKeepAlive=false\""),
        ("3.5.24", "flags.v2-deprecation = \"not-yet\""),
        ("3.6.14", "flags.auth-token = \"jwt,pub-key=/a,priv-key=/b,sign-method=RS256\""),
        ("3.6.14", "flags.listen-metrics-urls = \"http://127.0.0.1:2380\""),
        ("3.6.14", "flags.listen-metrics-urls = \"https://0.0.0.0:2381\""),
        ("3.6.14", "flags.peer-cert-allowed-hostname = \"n1,n2,N3\""),
        ("3.6.14", "quota-backend-bytes = \"8GiB\"\nheartbeat-interval = \"100ms\"\nelection-timeout = \"1s\""),
        ("3.6.14", "flags.client-cert-allowed-hostname = \"n1,n2,n3\""),
        ("3.6.14", "flags.client-cert-allowed-hostname = \"localhost\""),
        ("3.6.14", "quota-backend-bytes = 0"),
        ("3.6.14", "user = \"_etcd\""),
    ] {
        let unguarded = |text: &str| text.contains("can write as a member") || text.contains("3.2 gets no more");
        let said = said_of(version, lines);
        let old = version == "3.2.22" || version == "3.5.24";
        assert!(old || said.iter().all(|(text, _)| unguarded(text)), "{version} {lines}: {said:?}");
        assert!(said.iter().all(|(text, _)| text.starts_with("warning: ")), "{version} {lines}: {said:?}");
    }
    for (lines, words) in [
        ("flags.cipher-suites = \"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\"", "only who speaks TLS 1.3"),
        ("flags.metrics = \"all\"", "etcd passes it over"),
        ("quota-backend-bytes = 8388608", "a quota of 8 MiB is soon full"),
    ] {
        let said = said_of("3.6.14", lines);
        assert!(
            said.iter().any(|(text, _)| text.starts_with("warning: ") && text.contains(words)),
            "{lines}: {said:?}"
        );
    }
    let rsa =
        "[pki]\nalgorithm = \"rsa-2048\"\n[etcd.flags]\ncipher-suites = \"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\"\n";
    assert!(Cluster::parse(file("3.5.1", rsa).as_bytes()).is_ok());
    let off = "[client]\nloopback = \"off\"\n[etcd.flags]\nlisten-metrics-urls = \"http://127.0.0.1:2379\"\n";
    assert!(Cluster::parse(file("3.6.14", off).as_bytes()).is_ok());
}

#[test]
fn a_validity_has_the_unit_that_people_write() {
    let hours = |validity: &str| {
        let text = file("3.6.14", &format!("[pki]\nvalidity = \"{validity}\"\n"));
        Cluster::parse(text.as_bytes()).unwrap().cluster.pki.validity.count()
    };
    assert_eq!(["10y", "3650d", "87600h"].map(hours), [87_600; 3]);
    assert_eq!(["1d", "100y"].map(hours), [24, 876_000]);
}

#[test]
fn what_a_person_meant_is_said() {
    let host = |line: &str| format!("[[host]]\nname = \"n4\"\n{line}\n");
    for (rest, words, help) in [
        ("[pki]\norganization ＝ \"x\"\n".to_owned(), "`＝` is not TOML's `=`", "write `=`"),
        ("[pki]\nspare-names = [\"a\"，\"b\"]\n".to_owned(), "`，`", "write `,`"),
        ("[pki]\norganization = “x”\n".to_owned(), "`“`", "write `\"`"),
        ("[pki]\norganization =\u{3000}\"x\"\n".to_owned(), "another character, U+3000", "write"),
        ("［pki］\norganization = \"x\"\n".to_owned(), "`［`", "write `[`"),
        ("[etcd]\nquota-backend-bytes = 8GB\n".to_owned(), "", "quota-backend-bytes = \"8GB\""),
        ("[pki]\nvalidity = 20y # long\n".to_owned(), "", "validity = \"20y\""),
        ("[etcd]\nuser = etcd\n".to_owned(), "", "user = \"etcd\""),
        (host("address = 192.0.2.4"), "", "address = \"192.0.2.4\""),
        (host("address = \"192.0.2.4:2380\""), "IP address", "without scheme, port or prefix length: \"192.0.2.4\""),
        (host("address = \"192.0.2.4/24\""), "IP address", ": \"192.0.2.4\""),
        (host("address = \"https://192.0.2.4:2380\""), "IP address", ": \"192.0.2.4\""),
        (host("address = \"https://[fd00::4]:2380/\""), "IP address", ": \"fd00::4\""),
        (host("address = \"fe80::1%eth0\""), "IP address", ": \"fe80::1\""),
        (host("address = \"https://N4.bank.example:2380/\""), "DNS name", "or port: \"n4.bank.example\""),
        (host("address = \"n4_a\""), "DNS name", "letters, digits and hyphens"),
        (host("address = \"192.0.2.4\"\naddresses = [\"n4.bank.example\"]"), "IP address", "into `names`, of its"),
        (host("address = \"192.0.2.256\""), "IP address", "four numbers"),
        (host("address = \"192.0.2.4\"\narch = \"x86_64\""), "it is \"amd64\" or \"arm64\"", "amd64"),
        (host("address = \"192.0.2.4\"\narch = \"aarch64\""), "it is \"amd64\" or \"arm64\"", "arm64"),
        ("[pki]\nquota-backend-bytes = 8\n".to_owned(), "is no key of `[", "into the section `[etcd]`"),
        ("[etcd]\nloopback = \"off\"\n".to_owned(), "is no key of `[", "into the section `[client]`"),
        (host("address = \"192.0.2.4\"\nspare-names = []"), "is no key of `[", "into the section `[pki]`"),
        ("[etcd]\nlisten-metrics-urls = \"http://127.0.0.1:2381\"\n".to_owned(), "is no key of `[", "`[etcd.flags]`"),
        ("[pki]\npki.keys = \"plaintext\"\n".to_owned(), "without its name", "keys = \"plaintext\""),
        ("[pki]\n\"pki.keys\" = \"plaintext\"\n".to_owned(), "without its name", "keys = \"plaintext\""),
        (
            "[pki]\netcd.peers = \"by-ca\"\n".to_owned(),
            "belongs into another section",
            "write `[etcd]` on a line of its own, and below it: peers = \"by-ca\"",
        ),
        ("[hosts]\n".to_owned(), "no section", "did you mean `host`?"),
        ("[etcd]\nETCD_QUOTA_BACKEND_BYTES = 8\n".to_owned(), "is no key of `[", "`quota-backend-bytes`"),
        ("[etcd.flags]\nETCD_PRE_VOTE = true\n".to_owned(), "no etcd has a flag", "as a flag: pre-vote"),
        ("[etcd]\nlog-level = \"INFO\"\n".to_owned(), "cannot be \"INFO\"", "did you mean `info`?"),
        ("[pki]\nalgorithm = \"RSA2048\"\n".to_owned(), "cannot be \"RSA2048\"", "did you mean `rsa-2048`?"),
        ("[etcd.flags]\npre-vote = \"yes\"\n".to_owned(), "takes `true` or `false`", "pre-vote = true"),
        ("[etcd.flags]\n\"--max-txn-ops=9\" = true\n".to_owned(), "without its dashes", "max-txn-ops = 9"),
    ] {
        let (line, text, hint) = only_fault(&file("3.6.14", &rest));
        assert!(line >= 14 && text.contains(words), "{rest}: {line} {text}");
        assert!(hint.contains(help), "{rest}: {text}: {hint}");
    }
    let (_, _, hint) = only_fault(&file("3.6.14", "").replace("\"3.6.14\"", "3.6.14"));
    assert!(hint.contains("version = \"3.6.14\""), "{hint}");
    for hosts in [1, 2] {
        let section = "[host]\nname = \"n1\"\naddress = \"192.0.2.1\"\n".repeat(hosts);
        let (_, text, hint) =
            only_fault(&format!("[cluster]\nname = \"c\"\n[release]\nversion = \"3.5.1\"\n{section}"));
        assert!(hint.contains("`[[host]]`, with two brackets"), "{text}: {hint}");
    }
    // In a string, and in a comment, these are what they are.
    let fine = file("3.6.14", "[pki] # “＝”\norganization = \"中国“，”\"\n");
    assert!(Cluster::parse(fine.as_bytes()).is_ok());
}

#[test]
fn every_key_is_known_by_its_section() {
    for (section, keys) in super::keys::SECTIONS {
        let text = match section {
            "[cluster]" => file("3.6.14", "").replacen("[cluster]\n", "[cluster]\nx-y-z = 1\n", 1),
            "[release]" => file("3.6.14", "").replacen("[release]\n", "[release]\nx-y-z = 1\n", 1),
            _ => file("3.6.14", &format!("{section}\nx-y-z = 1\n")),
        };
        let error = toml::from_str::<super::file::File>(&text).unwrap_err();
        let there: Vec<&str> = error.message().split('`').skip(3).step_by(2).collect();
        assert_eq!(there, keys.split(' ').collect::<Vec<_>>(), "{section}: {error}");
    }
    for (key, words) in super::keys::WORDS {
        let (section, _) =
            super::keys::SECTIONS.iter().find(|(_, keys)| keys.split(' ').any(|one| one == key)).unwrap();
        let text = match *section {
            "[release]" => file("3.6.14", "").replacen("[release]\n", &format!("[release]\n{key} = \"x\"\n"), 1),
            section => file("3.6.14", &format!("{section}\n{key} = \"x\"\n")),
        };
        let error = toml::from_str::<super::file::File>(&text).unwrap_err();
        let there: Vec<&str> = error.message().split('`').skip(3).step_by(2).collect();
        assert_eq!(there, words.split(' ').collect::<Vec<_>>(), "{key}: {error}");
    }
}

#[test]
fn utf_16_is_read() {
    let text = file("3.6.14", "[pki]\norganization = \"中国\"\n").replace('\n', "\r\n");
    for (mark, to) in [([0xff, 0xfe], u16::to_le_bytes as fn(u16) -> [u8; 2]), ([0xfe, 0xff], u16::to_be_bytes)] {
        let bytes: Vec<u8> = mark.into_iter().chain(text.encode_utf16().flat_map(to)).collect();
        let cluster = Cluster::parse(&bytes).unwrap().cluster;
        assert_eq!(cluster.pki.subject.organization.unwrap().as_str(), "中国");
        assert!(Cluster::parse(&bytes[..bytes.len() - 1]).is_err());
    }
}

/// In the parser's place, in words of the field: what is wrong, and the line that is right.
#[test]
fn no_word_of_a_library_is_left() {
    let host = |more: &str| format!("[[host]]\nname = \"n4\"\n{more}\n");
    for (rest, words, help) in [
        ("[etcd]\nclient-port = \"2379\"\n".to_owned(), "cannot be \"2379\": a port is", "client-port = 2379"),
        ("[etcd]\nclient-port = 99999\n".to_owned(), "from 1 to 65535", "client-port = 2379"),
        ("[etcd]\npeer-port = [2380]\n".to_owned(), "cannot be [2380]", "peer-port = 2380"),
        ("[etcd.client-port]\nx = 1\n".to_owned(), "is a section: it is a key with one value", ""),
        ("[etcd]\nuser = [\"a\"]\n".to_owned(), "it is one text, in quotes", ""),
        ("[etcd]\nuser =\n".to_owned(), "`user` has no value", ""),
        ("[etcd]\nuser\n".to_owned(), "`user` has no value", "user = ..."),
        ("[etcd]\nuser \"etcd\"\n".to_owned(), "between `user` and its value stands `=`", "user = \"etcd\""),
        ("[etcd]\nuser: etcd\n".to_owned(), "`:` stands where `=` belongs", "user = \"etcd\""),
        ("[etcd]\nuser = \"etcd\n".to_owned(), "is not closed", ""),
        ("[etcd]\nuser = \"etcd\";\n".to_owned(), "`;` stands behind the value", "user = \"etcd\""),
        ("[etcd]\n// x\n".to_owned(), "a comment begins with `#`", ""),
        ("[etcd]\n; x\n".to_owned(), "a comment begins with `#`", ""),
        ("[etcd]\n<<<<<<< HEAD\n".to_owned(), "a side of a merge", "without the marks"),
        ("[etcd]\nquota-backend-bytes = 8*1024*1024\n".to_owned(), "TOML does not multiply", "= \"8GiB\""),
        ("[host.n4]\naddress = \"192.0.2.4\"\n".to_owned(), "hosts are a list", "write `[[host]]` before each host"),
        ("[etcd]\nuser = \"a\"\nuser = \"b\"\n".to_owned(), "`user` is there twice: in line 15", "keep one"),
        ("[etcd]\n[etcd]\n".to_owned(), "`[etcd]` is there twice: in line 14", "keep one"),
        ("[etcd]\nflags = \"--a=b\"\n".to_owned(), "it is a section", "write `[etcd.flags]` on a line"),
        ("[etcd.flags]\n--auto-tls = true\n".to_owned(), "without its dashes", "auto-tls = ..."),
        ("[etcd]\nfoobar = 1\n".to_owned(), "`foobar` is no key of `[etcd]`", "the keys of `[etcd]`: user client-port"),
        ("[pki]\nkeys = true\n".to_owned(), "it is \"passphrase\", \"host-key\" or \"plaintext\", in quotes", ""),
        ("[pki]\nvalidity = 20\n".to_owned(), "it is one text", "validity = \"10y\""),
        (host("address = \"192.0.2.4\"\nnames = \"a\""), "it is a list, in brackets", "names = [\"a\"]"),
        (host("address = \"192.0.2.4\"\nnames = [\"a\""), "`]` is missing", ""),
        (host(""), "`address` is missing in this section", "address = \"192.0.2.1\""),
        ("[etcd]\nuser\u{a0}= \"a\"\n".to_owned(), "another character, U+00A0", "an ordinary blank"),
    ] {
        let (line, text, hint) = only_fault(&file("3.6.14", &rest));
        assert!(line >= 14 && text.contains(words), "{rest}: {line} {text}");
        assert!(if help.is_empty() { hint.is_empty() } else { hint.contains(help) }, "{rest}: {text}: {hint}");
        for leaked in ["expected", "invalid", "variant", "field", "struct", "u16", "sequence", "map"] {
            assert!(!text.contains(leaked), "{rest}: {text}");
        }
    }
    let version = file("3.6.14", "").replace("\"3.6.14\"", "3.6");
    assert_eq!(only_fault(&version).2, "version = \"3.6.14\"");
    for (whole, words) in [
        ("", "the section `[cluster]` is missing"),
        ("{\"cluster\": {}}", "this is JSON"),
        ("cluster:\n  name: c\n", "this is YAML"),
        ("c\0l\0", "UTF-16 without its mark"),
        ("[cluster]\rname = \"c\"\r", "a carriage return alone"),
        ("cluster = \"c\"\n", "it is a section"),
    ] {
        let faults = faults(whole);
        assert!(faults[0].text.contains(words) && faults[0].help.is_some(), "{whole}: {faults:?}");
    }
}
