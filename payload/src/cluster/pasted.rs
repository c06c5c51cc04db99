//! What people paste into a cluster file, or write from memory: each help, typed, is taken, or says where it belongs.

use super::tests::{file, only_fault};
use super::*;

fn host(lines: &str) -> String {
    file("3.6.16", &format!("[[host]]\nname = \"n4\"\n{lines}\n"))
}

#[test]
fn another_kind_of_file_is_called_what_it_is() {
    let cluster = file("3.6.16", "");
    for (text, words) in [
        ("---\nall:\n  hosts:\n    n1:\n      ip: 192.0.2.1\n".to_owned(), "this is YAML"),
        ("# etcd\nname: 'default'\ndata-dir: /var/lib/etcd\n".to_owned(), "this is YAML"),
        ("apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n".to_owned(), "this is YAML"),
        ("[{\"name\": \"n1\"}]\n".to_owned(), "this is JSON"),
        ("// c\n{\"cluster\": {}}\n".to_owned(), "this is JSON"),
        ("[etcd]\nnode1 ansible_host=192.0.2.1 ip=192.0.2.1\n".to_owned(), "neither a section, nor a key"),
        (format!("```toml\n{cluster}```\n"), "neither a section, nor a key"),
        (format!("$ cat cluster.toml\n{cluster}"), "neither a section, nor a key"),
        (format!("cat > cluster.toml <<EOF\n{cluster}EOF\n"), "neither a section, nor a key"),
        ("<?xml version=\"1.0\"?>\n".to_owned(), "neither a section, nor a key"),
        ("name,address\nn1,192.0.2.1\n".to_owned(), "neither a section, nor a key"),
    ] {
        let (_, said, help) = only_fault(&text);
        assert!(said.contains(words) && help.contains("etcdpack init --host"), "{text}: {said}: {help}");
    }
    // One line of another kind in a file of ours.
    let (_, said, help) = only_fault(&file("3.6.16", "[etcd]\nuser: etcd\n"));
    assert!(said.contains("`:` stands where `=` belongs") && help == "user = \"etcd\"", "{said}: {help}");
    let (_, _, help) = only_fault(&file("3.6.16", "[etcd]\nuser etcd\n"));
    assert_eq!(help, "user = \"etcd\"");
}

#[test]
fn a_file_in_another_encoding_is_named_by_it() {
    let said = |bytes: &[u8]| {
        let faults = Cluster::parse(bytes).map(|parsed| parsed.cluster).expect_err("no UTF-8");
        format!("{}: {}", faults[0].text, faults[0].help.as_deref().unwrap_or_default())
    };
    assert!(said(b"# \xd6\xd0\xb9\xfa\n").contains("line 1 is not UTF-8: iconv -f GB18030"));
    assert!(said(b"\n# M\xfcller\n").contains("line 2 is not UTF-8: iconv -f WINDOWS-1252"));
    assert!(said(b"\x7fELF\x02\x01\x01\x00\xff").contains("this is no text"));
    assert!(said(b"\x1f\x8b\x08\x00\x00").contains("this is no text"));
}

#[test]
fn a_number_is_not_helped_by_quotes() {
    for (line, words, right) in [
        ("quota-backend-bytes = 8e9", "a whole number", ""),
        ("quota-backend-bytes = 8589934592.0", "a whole number", ""),
        ("election-timeout = 1000.0", "a whole number", ""),
        ("client-port = 02379", "begins with 0", "client-port = 2379"),
        ("snapshot-count = 00", "begins with 0", "snapshot-count = 0"),
        ("client-port = 2379.5", "from 1 to 65535", "client-port = 2379"),
    ] {
        let (_, said, help) = only_fault(&file("3.6.16", &format!("[etcd]\n{line}\n")));
        assert!(said.contains(words) && help == right, "{line}: {said}: {help}");
    }
    let (_, said, help) = only_fault(&file("3.6.16", "[backup]\nevery = \"6h\"\nkeep = 0\n"));
    assert!(said.ends_with("it is a whole number from 1 on") && help == "keep = 28", "{said}: {help}");
}

#[test]
fn what_other_files_call_a_key_is_said_where_it_is() {
    for (text, right) in [
        (file("3.6.16", "[etcd]\ndata-dir = \"/data\"\n"), "set `data` in `[paths]`"),
        (file("3.6.16", "[etcd]\nname = \"n1\"\n"), "set `member` in its `[[host]]`"),
        (file("3.6.16", "[etcd]\ninitial-cluster-token = \"x\"\n"), "set `token` in `[cluster]`"),
        (file("3.6.16", "[etcd]\nforce-new-cluster = true\n"), "`--force-new-cluster` is not taken"),
        (file("3.6.16", "[etcd]\npre-vote = true\n"), "into the section `[etcd.flags]`: pre-vote = ..."),
        (file("3.6.16", "[etcd]\nloopback = \"off\"\n"), "into the section `[client]`"),
        ("ETCD_DATA_DIR=\"/var/lib/etcd\"\nETCD_NAME=\"n1\"\n".to_owned(), "set `data` in `[paths]`"),
        (host("ip = \"192.0.2.4\""), "here it is called `address`"),
        (host("ansible_host = \"192.0.2.4\""), "here it is called `address`"),
        (host("host = \"192.0.2.4\""), "here it is called `address`"),
        (host("advertise-client-urls = \"x\""), "set `address` in `[[host]]`, `client-port` in `[etcd]`"),
        (host("pki = \"x\""), "write `[pki]` on a line of its own"),
        (file("3.6.16", "[pki]\nca-cert = \"ca.pem\"\n"), "here it is called `ca`"),
        (file("3.6.16", "[backup]\ninterval = \"6h\"\n"), "here it is called `every`"),
    ] {
        let (_, said, help) = only_fault(&text);
        assert!(help.contains(right), "{text}: {said}: {help}");
    }
}

#[test]
fn an_address_that_is_none_is_told_why() {
    let alone = ": \"192.0.2.4\"";
    for (address, right) in [
        ("192.0.2.4 ", alone),
        ("192．0．2．4", alone),
        ("１９２.0.2.4", alone),
        ("192.0.2.04", alone),
        ("root@192.0.2.4", alone),
        ("N4.example.com.", ": \"n4.example.com\""),
        ("192.0.2.4,192.0.2.5", "one address"),
        ("192.0.2.4-192.0.2.6", "one address"),
        ("192.0.2.256", "four numbers"),
        ("10.1", "four numbers"),
        ("", "four numbers"),
        ("-n4", "no part begins or ends with a hyphen"),
        ("节点4", "letters, digits and hyphens"),
        ("${N4_IP}", "in the place of a variable"),
        ("{{ ansible_host }}", "in the place of a variable"),
    ] {
        let (line, said, help) = only_fault(&host(&format!("address = \"{address}\"")));
        assert!(line == 16 && help.contains(right), "{address}: {said}: {help}");
    }
}

#[test]
fn what_clashes_with_a_default_is_shown_where_it_is_written() {
    let (line, said, _) = only_fault(&file("3.6.16", "[paths]\ndata = \"/data\"\n"));
    assert!(line == 15 && said.contains("`logs`, which is `/data/logs/etcd-server`"), "{line}: {said}");
    let (line, said, _) = only_fault(&file("3.6.16", "[paths]\nlogs = \"/data/etcd\"\n"));
    assert!(line == 15 && said.contains("the data directory `/data/etcd/etcd-server`"), "{line}: {said}");
}

#[test]
fn two_hosts_are_two_files_on_every_stick() {
    let (line, said, _) = only_fault(&file("3.6.16", "[[host]]\nname = \"N1\"\naddress = \"192.0.2.4\"\n"));
    assert!(line == 15 && said.contains("`n1` and `N1` differ in case alone"), "{said}");
    let (_, said, _) = only_fault(&file("3.6.16", "[[host]]\nname = \"n1\"\naddress = \"192.0.2.4\"\n"));
    assert!(said.contains("used twice"), "{said}");
}

#[test]
fn times_have_the_words_of_a_person() {
    for (version, lines, read) in [
        ("3.6.16", "auto-compaction-retention = \"1d\"", "24h"),
        ("3.6.16", "auto-compaction-retention = \"1 hour\"", "1h"),
        ("3.6.16", "auto-compaction-retention = \"1h30m\"", "1h30m"),
        ("3.6.16", "auto-compaction-retention = 1", "1"),
    ] {
        let etcd = Cluster::parse(file(version, &format!("[etcd]\n{lines}\n")).as_bytes()).unwrap().cluster.etcd;
        assert_eq!(etcd.auto_compaction_retention.unwrap().as_str(), read, "{lines}");
    }
    for lines in ["\"PT1H\"", "\"5 fortnights\"", "\"1d\"\nauto-compaction-mode = \"revision\""] {
        let (_, said, _) = only_fault(&file("3.6.16", &format!("[etcd]\nauto-compaction-retention = {lines}\n")));
        assert!(said.contains("a retention is a number, or a duration"), "{lines}: {said}");
    }
    let validity = |text: &str| {
        let file = file("3.6.16", &format!("[pki]\nvalidity = \"{text}\"\n"));
        Cluster::parse(file.as_bytes()).unwrap().cluster.pki.validity.count()
    };
    assert_eq!([validity("10 years"), validity("3650 days"), validity("87600 hours")], [87_600; 3]);
}
