//! The stick carries requests out, and whoever has it can put another in their place.

use std::fs;

use whole::{Said, Site, etcdpack, small_site};

const SECOND: &str = "[[host]]\nname = \"n2\"\naddress = \"10.83.0.12\"\n";

/// Two hosts that make their own keys, and their requests.
fn site() -> Site {
    let site = small_site();
    let text = fs::read_to_string(site.path("cluster.toml")).unwrap();
    fs::write(site.path("cluster.toml"), text.replace("\"plaintext\"", "\"host-key\"") + SECOND).unwrap();
    fs::remove_dir_all(site.path("pki/hosts")).unwrap();
    site.build_new_cluster(&site.path("release.tar.gz"));
    for name in ["n1", "n2"] {
        site.shell(&format!("mkdir {name}; dist/{name}.run csr -o {name}.csr --root {name}")).ok();
    }
    site
}

fn sign(site: &Site, more: &str) -> Said {
    site.shell(&format!("{} sign --no-rehearsal --release release.tar.gz {more}", etcdpack().display()))
}

/// `--words` as the host showed them.
fn shown(site: &Site, name: &str) -> String {
    let said = site.shell(&format!("dist/{name}.run csr --root {name}"));
    let words = said.err.lines().find(|line| line.trim().split('-').count() == 12).expect("twelve words");
    format!("--words {name}={}", words.trim())
}

/// A key on P-256 and a request by it, as an attacker makes them.
fn forge(site: &Site, subject: &str, file: &str) {
    let line = format!(
        "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout forged.pem -subj {subject} -out {file}"
    );
    site.shell(&line).ok();
}

fn signed(site: &Site, name: &str) -> bool {
    site.path(&format!("pki/hosts/{name}/etcd-peer.pem")).exists()
}

#[test]
fn a_request_does_not_become_another_host_s() {
    let site = site();
    let words = [shown(&site, "n1"), shown(&site, "n2")].join(" ");
    sign(&site, &format!("n1.csr n2.csr {words}")).ok();
    let before = fs::read(site.path("pki/hosts/n2/etcd-peer.pem")).unwrap();
    // What went out as n1's comes back and says n2: n2 would be a stranger's.
    forge(&site, "/CN=n2", "n1.csr");
    sign(&site, "n1.csr").refused(3, "has the name of n1, but the request in it says that it is for n2");
    sign(&site, "--host n2=n1.csr").refused(3, "n2 had another key until now");
    // Whoever names it says so, and still has the words to give.
    sign(&site, "--host n2=n1.csr --new-key n2").refused(3, "nobody has confirmed that the key");
    let said = sign(&site, &format!("--host n1=n1.csr --new-key n1 {}", shown(&site, "n1")));
    assert!(said.err.contains("says that it is for `n2`"), "{said:?}");
    said.refused(4, "is not the one of n1 whose words you gave");
    assert_eq!(fs::read(site.path("pki/hosts/n2/etcd-peer.pem")).unwrap(), before);
}

#[test]
fn a_key_that_was_swapped_on_its_way_is_not_signed() {
    let site = site();
    let words = shown(&site, "n1");
    let hex = site.shell("openssl req -in n1.csr -noout -pubkey | openssl pkey -pubin -outform DER | sha256sum").ok();
    let hex = hex.split(' ').next().unwrap().to_owned();
    fs::rename(site.path("n1.csr"), site.path("own.csr")).unwrap();
    forge(&site, "/CN=n1", "n1.csr");
    for (more, code, why) in [
        (String::new(), 3, "there is no terminal to ask on"),
        (words.clone(), 4, "is not the one of n1 whose words you gave"),
        (format!("--words n1={hex}"), 4, "is not the one of n1 whose words you gave"),
        (format!("--new-key n1 {words}"), 4, "is not the one of n1 whose words you gave"),
        ("--words n2=".to_owned() + &hex, 2, "no request of `n2` was given"),
        ("--new-key n2".to_owned(), 2, "no request of `n2` was given"),
    ] {
        sign(&site, &format!("n1.csr {more}")).refused(code, why);
        assert!(!signed(&site, "n1"), "{more}");
    }
    assert_eq!(sign(&site, "n1.csr --words n1=liar-cram").code, 2);
    assert!(!signed(&site, "n1"));
    fs::rename(site.path("own.csr"), site.path("n1.csr")).unwrap();
    sign(&site, &format!("n1.csr --words n1={hex}")).ok();
    sign(&site, &format!("n1.csr {words}")).ok();
}

#[test]
fn an_old_request_does_not_take_the_new_key_s_place() {
    let site = site();
    sign(&site, &format!("n1.csr {}", shown(&site, "n1"))).ok();
    let old = shown(&site, "n1");
    fs::rename(site.path("n1.csr"), site.path("old.csr")).unwrap();
    fs::remove_dir_all(site.path("n1")).unwrap();
    site.shell("mkdir n1; dist/n1.run csr -o n1.csr --root n1").ok();
    let new = shown(&site, "n1");
    let said = sign(&site, &format!("n1.csr {new}"));
    assert!(said.err.contains("etcdpack sign --new-key n1 n1.csr"), "{said:?}");
    said.refused(3, "n1 had another key until now");
    sign(&site, &format!("n1.csr --new-key n1 {new}")).ok();
    let certificate = fs::read(site.path("pki/hosts/n1/etcd-peer.pem")).unwrap();
    // The key of a host that was thrown away, its request kept by somebody.
    sign(&site, &format!("old.csr {old}")).refused(3, "n1 had another key until now");
    sign(&site, &format!("old.csr {new}")).refused(3, "n1 had another key until now");
    assert_eq!(fs::read(site.path("pki/hosts/n1/etcd-peer.pem")).unwrap(), certificate);
}

#[test]
fn a_request_that_is_a_pipe_is_not_waited_for() {
    let site = site();
    fs::remove_file(site.path("n1.csr")).unwrap();
    site.shell("mkfifo n1.csr").ok();
    let said = site.shell(&format!("timeout 20 {} sign --no-rehearsal n1.csr", etcdpack().display()));
    said.refused(2, "it is not a file");
}
