//! `pki import` and `pki lock`: CAs by real cfssl and openssl, and cfssl's own JSON.

use std::fs::File;
use std::io::{Seek as _, Write as _};
use std::os::fd::AsRawFd as _;

use builder::passphrase_source::PassphraseSource;
use builder::pki::{KeyFault, KeyState, PkiError};
use time::{Duration, OffsetDateTime};

use crate::site::{Quiet, Site, two_storeys};

/// The guide's files.
const CONFIG: &str = r#"{"signing": {"default": {"expiry": "175200h"}, "profiles": {
  "server": {"expiry": "175200h", "usages": ["signing", "key encipherment", "server auth"]},
  "client": {"expiry": "175200h", "usages": ["signing", "key encipherment", "client auth"]},
  "peer": {"expiry": "87600h", "usages": ["signing", "key encipherment", "server auth", "client auth"]}}}}"#;
const PEER: &str = r#"{"CN": "k8s-etcd", "hosts": ["10.0.0.1", "10.0.0.2", "10.0.0.11", "vip.od.com", "127.0.0.1"],
  "key": {"algo": "ALGO", "size": SIZE},
  "names": [{"C": "CN", "ST": "beijing", "L": "beijing", "O": "od", "OU": "ops"}]}"#;

/// What cfssl's users have in their directory.
fn cfssl(site: &Site, algo: &str, size: &str) {
    let peer = PEER.replace("ALGO", algo).replace("SIZE", size);
    let ca = format!(
        r#"{{"CN": "OldboyEdu", "key": {{"algo": "{algo}", "size": {size}}},
            "names": [{{"C": "CN", "ST": "beijing", "L": "beijing", "O": "od", "OU": "ops"}}], "ca": {{"expiry": "175200h"}}}}"#
    );
    for (name, text) in [("ca-config.json", CONFIG), ("etcd-peer-csr.json", &peer), ("ca-csr.json", &ca)] {
        std::fs::write(site.at(name), text).unwrap();
    }
    site.sh("umask 077; cfssl gencert -initca ca-csr.json 2>/dev/null | cfssljson -bare ca");
}

#[test]
fn what_cfssl_made_is_taken_and_issues_what_cfssl_would() {
    for (algo, size, begin, algorithm) in [
        ("rsa", "2048", "-----BEGIN RSA PRIVATE KEY", "rsa-2048"),
        ("ecdsa", "384", "-----BEGIN EC PRIVATE KEY", "ecdsa-p384"),
    ] {
        let site = Site::new(2, "# what for\nalgorithm = \"ecdsa-p256\" # small");
        cfssl(&site, algo, size);
        assert!(site.read("ca-key.pem").starts_with(begin));
        site.etcdpack("pki import ca.pem ca-key.pem ca-config.json etcd-peer-csr.json ca-csr.json").ok();
        assert_eq!((site.mode("pki"), site.mode("pki/ca-key.pem"), site.mode("pki/ca.pem")), (0o700, 0o600, 0o644));
        let file = site.read("cluster.toml");
        assert!(file.contains(&format!("[pki] # keys\n# what for\nalgorithm = \"{algorithm}\" # small\n")), "{file}");
        for line in ["validity = \"87600h\"", "spare-addresses = [\"10.0.0.11\"]", "spare-names = [\"vip.od.com\"]"] {
            assert!(file.contains(line), "{line}: {file}");
        }
        let issued = site.issue().unwrap();
        assert_eq!(issued.ca_pem, site.read("ca.pem"));
        // cfssl's own, of the same files, for comparison.
        site.sh("cfssl gencert -ca=ca.pem -ca-key=ca-key.pem -config=ca-config.json -profile=peer etcd-peer-csr.json 2>/dev/null | cfssljson -bare theirs");
        let subject = |file: &str| site.sh(&format!("openssl x509 -in {file} -noout -subject -nameopt RFC2253,sname"));
        let mut theirs: Vec<String> = subject("theirs.pem").trim().split(',').map(str::to_owned).collect();
        let mut ours: Vec<String> =
            subject("pki/hosts/n1/etcd-peer.pem").trim().split(',').map(str::to_owned).collect();
        for subject in [&mut theirs, &mut ours] {
            subject[0] = subject[0].replace("subject=", "");
            subject.sort();
        }
        assert_eq!(theirs, ours);
        for purpose in ["sslserver", "sslclient"] {
            site.sh(&format!(
                "openssl verify -x509_strict -CAfile ca.pem -purpose {purpose} pki/hosts/n1/etcd-peer.pem"
            ));
        }
        for address in ["10.0.0.1", "10.0.0.11", "127.0.0.1"] {
            let said = site.sh(&format!("openssl x509 -in pki/hosts/n1/etcd-peer.pem -noout -checkip {address}"));
            assert!(said.contains("does match"), "{said}");
        }
        // The same again changes nothing; another CA is not taken over it.
        let before = site.state();
        site.etcdpack("pki import ca.pem ca-key.pem ca-config.json etcd-peer-csr.json").ok();
        assert_eq!(site.state(), before);
        // Killed between the CA's two files, it is gone on with.
        site.sh("rm pki/ca-key.pem");
        site.etcdpack("pki import ca.pem ca-key.pem").ok();
        assert_eq!(site.state(), before);
        site.sh("mkdir other; mv ca*.pem other/");
        cfssl(&site, "rsa", "2048");
        let before = site.state();
        site.etcdpack("pki import ca.pem ca-key.pem").refused(3, "`./pki/ca.pem` is there already");
        assert_eq!(site.state(), before);
    }
}

#[test]
fn files_that_cannot_be_taken_leave_all_as_it_is() {
    let site = Site::new(1, "");
    cfssl(&site, "ecdsa", "256");
    for (name, text) in [
        ("comma.json", "{\n  \"CN\": \"x\",\n}"),
        ("country.json", "{\"names\": [\n  {\"C\": \"China\"}]}"),
        ("long.json", "{\"signing\": {\"default\":\n {\"expiry\": \"8760000h\"}}}"),
        ("small.json", "{\"CN\": \"x\", \"key\": {\"algo\": \"rsa\", \"size\": 1024}}"),
        ("list.json", "[1]"),
        ("web.pem", "<html>"),
    ] {
        std::fs::write(site.at(name), text).unwrap();
    }
    site.sh("openssl ecparam -name prime256v1 -genkey -noout -out other-key.pem; chmod 600 other-key.pem");
    let before = site.state();
    for (files, code, words) in [
        ("comma.json", 2, "line 3 column 1"),
        ("country.json", 2, "not `China` at line 2 column 16"),
        ("long.json", 2, "not `8760000h` at line 2"),
        ("small.json", 2, "not `rsa` of 1024 at line 1"),
        ("list.json", 2, "line 1"),
        ("web.pem", 3, "holds neither a certificate nor a private key in PEM"),
        ("ca-config.json --profile none", 2, "has no profile `none`; there is `client`, `peer`, `server`"),
        ("ca.pem", 2, "came without the CA's key"),
        ("ca-key.pem", 2, "came without the CA's certificate"),
        ("ca.pem ca.pem", 2, "one CA is taken in at a time"),
        ("nowhere.pem", 2, "No such file"),
        ("ca.pem other-key.pem", 3, "is not the key of the CA"),
        ("ca.pem ca-key.pem etcd-peer-csr.json comma.json", 2, "line 3 column 1"),
    ] {
        site.etcdpack(&format!("pki import {files}")).refused(code, words);
        assert_eq!(site.state(), before, "{files}");
    }
    site.sh("chmod 644 ca-key.pem");
    site.etcdpack("pki import ca.pem ca-key.pem").refused(3, "open to other users");
    site.sh("chmod 600 ca-key.pem");
    site.cluster(1, "ca = \"ca.pem\"\nca-key = \"ca-key.pem\"");
    site.etcdpack("pki import ca.pem ca-key.pem").refused(3, "names a CA of its own");
    assert!(!site.at("pki").exists());
}

#[test]
fn every_wrapping_of_a_key_is_taken() {
    let pass = "-passout pass:hush";
    for (line, fd) in [
        ("openssl genrsa -traditional -out ca-key.pem 2048".to_owned(), ""),
        ("openssl ecparam -name prime256v1 -genkey -out ca-key.pem".to_owned(), ""),
        ("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out ca-key.pem".to_owned(), ""),
        (format!("openssl genrsa -aes256 {pass} -out ca-key.pem 2048"), "3"),
        (
            format!("openssl ecparam -name secp521r1 -genkey | openssl pkcs8 -topk8 -v2 aes128 {pass} -out ca-key.pem"),
            "3",
        ),
        (
            format!(
                "openssl ecparam -name prime256v1 -genkey | openssl pkcs8 -topk8 -v2 des3 -v2prf hmacWithSHA1 {pass} -out ca-key.pem"
            ),
            "3",
        ),
        (
            format!("openssl ecparam -name prime256v1 -genkey | openssl pkcs8 -topk8 -scrypt {pass} -out ca-key.pem"),
            "3",
        ),
    ] {
        let site = Site::new(1, "");
        site.sh(&format!(
            "umask 077; echo hush > pw; {line}; openssl req -x509 -new -key ca-key.pem -passin file:pw -subj /CN=x -days 4000 \
             -addext keyUsage=critical,keyCertSign,cRLSign -out ca.pem"
        ));
        let locked = !fd.is_empty();
        if locked {
            site.etcdpack("pki import ca.pem ca-key.pem").refused(3, "no terminal to ask on");
            assert!(!site.at("pki").exists());
            site.etcdpack("pki import ca.pem ca-key.pem --ca-passphrase-fd 3 3< <(echo wrong)")
                .refused(3, "not opened by this passphrase");
            assert!(!site.at("pki").exists());
            site.etcdpack("pki import ca.pem ca-key.pem --ca-passphrase-fd 3 3< pw").ok();
            site.etcdpack("pki client c").refused(3, "no terminal to ask on");
        } else {
            site.etcdpack("pki import ca.pem ca-key.pem").ok();
        }
        assert_eq!(site.read("pki/ca-key.pem").contains("ENCRYPTED"), locked, "{line}");
        site.etcdpack("pki client c --ca-passphrase-fd 3 3< pw").ok();
        site.sh("openssl verify -x509_strict -CAfile ca.pem -purpose sslclient pki/clients/c/client.pem");
    }
}

#[test]
fn the_old_wrapping_is_refused_with_the_command_that_changes_it() {
    let site = Site::new(1, "");
    site.sh("umask 077; openssl genrsa -traditional -aes128 -passout pass:hush -out ca-key.pem 2048
         openssl req -x509 -new -key ca-key.pem -passin pass:hush -subj /CN=x -days 4000 -out ca.pem");
    let said = site.etcdpack("pki import ca.pem ca-key.pem").refused(3, "old, weak way");
    let help = said.lines().find_map(|line| line.strip_prefix("help: ")).unwrap();
    let command = help.split("   # ").next().unwrap();
    site.sh(&format!("umask 077; {command} -passin pass:hush -passout pass:hush; echo hush > pw"));
    site.etcdpack("pki import ca.pem ca-key.pem.p8 --ca-passphrase-fd 3 3< pw").ok();
}

/// An open file with one line, and the way to it.
fn line(text: &str) -> (File, PassphraseSource) {
    let mut file = tempfile::tempfile().unwrap();
    writeln!(file, "{text}").unwrap();
    file.rewind().unwrap();
    let number = u32::try_from(file.as_raw_fd()).unwrap();
    (file, PassphraseSource::Descriptor(number))
}

#[test]
fn a_locked_key_is_asked_for_only_when_something_is_signed() {
    let site = Site::new(2, "");
    site.issue().unwrap();
    let plain = site.read("pki/ca-key.pem");
    site.etcdpack("pki lock --ca-passphrase-fd 3 3< <(printf '%s\\n' 'open sesame')").ok();
    assert!(!site.read("pki/ca-key.pem").contains(&plain[30..60]));
    assert_eq!(site.mode("pki/ca-key.pem"), 0o600);
    let public = |key: &str| site.sh(&format!("openssl pkey -in {key} -passin 'pass:open sesame' -pubout"));
    assert_eq!(public("pki/ca-key.pem"), site.sh("openssl x509 -in pki/ca.pem -noout -pubkey"));
    assert!(site.issue().unwrap().pairs.iter().all(|pair| pair.state == KeyState::Reused));
    site.cluster(3, "");
    let now = OffsetDateTime::now_utc();
    assert!(matches!(site.issue(), Err(PkiError::Passphrase(_))));
    let (_file, wrong) = line("open simsim");
    let refused = site.issue_with(now, wrong, &mut Quiet::default());
    assert!(matches!(refused, Err(PkiError::Key { fault: KeyFault::Passphrase, .. })));
    assert!(!site.at("pki/hosts/n3").exists());
    let (_file, right) = line("open sesame");
    let issued = site.issue_with(now, right, &mut Quiet::default()).unwrap();
    assert_eq!(issued.pairs.iter().filter(|pair| pair.state == KeyState::Made).count(), 1);
    let (_file, right) = line("open sesame");
    assert!(site.issue_with(now + Duration::days(3640), right, &mut Quiet::default()).is_ok());
    site.etcdpack("pki lock --ca-passphrase-fd 3 3< <(echo other)").ok();
    assert_eq!(public("pki/ca-key.pem"), site.sh("openssl x509 -in pki/ca.pem -noout -pubkey"));
    site.etcdpack("pki lock nowhere --ca-passphrase-fd 3 3< <(echo)").refused(3, "ca-key.pem");
}

/// Someone at a terminal, who types each line when asked for it. Shows what they saw.
const TYPIST: &str = r#"
import os, pty, sys, termios, time
program, *lines = sys.argv[1:]
pid, tty = pty.fork()
if pid == 0:
    os.execv("/bin/sh", ["sh", "-c", "exec " + program])
seen = b""
for line in lines:
    while not seen.endswith(b": "):
        seen += os.read(tty, 1)
    # The question comes first, then the echo is turned off: no person is fast enough to notice.
    for _ in range(500):
        if not termios.tcgetattr(tty)[3] & termios.ECHO: break
        time.sleep(0.01)
    os.write(tty, line.encode() + b"\n")
    seen += b"|"
try:
    while chunk := os.read(tty, 4096):
        seen += chunk
except OSError:
    pass
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"#;

#[test]
fn passphrases_are_asked_for_on_the_terminal_without_an_echo() {
    let site = Site::new(1, "");
    site.issue().unwrap();
    std::fs::write(site.at("typist.py"), TYPIST).unwrap();
    let typed = |command: &str, lines: &str| {
        site.try_sh(&format!("python3 typist.py '{} {command}' {lines}", env!("CARGO_BIN_EXE_etcdpack")))
    };
    let said = typed("pki lock", "hush husch");
    assert!(said.code == 3 && said.out.contains("the two passphrases differ"), "{said:?}");
    assert!(!site.read("pki/ca-key.pem").contains("ENCRYPTED"));
    let said = typed("pki lock", "hush hush").ok();
    assert!(said.contains("once more: ") && !said.contains("hush"), "{said}");
    let said = typed("pki client c", "wrong worse hush").ok();
    assert!(said.matches("passphrase of").count() == 3 && !said.contains("hush"), "{said}");
    let said = typed("pki client d", "wrong worse worst");
    assert!(said.code == 3 && said.out.contains("is not opened by this passphrase"), "{said:?}");
    assert!(!site.at("pki/clients/d").exists());
}

#[test]
fn a_chain_is_taken_with_its_key_locked_at_once() {
    let site = Site::new(1, "");
    two_storeys(&site, "");
    site.sh("cat root.pem int.pem > upside-down.pem");
    site.etcdpack("pki import upside-down.pem int-key.pem --lock --ca-passphrase-fd 3 3< <(echo hush)").ok();
    assert!(site.read("pki/ca-key.pem").starts_with("-----BEGIN ENCRYPTED PRIVATE KEY"));
    assert_eq!(site.read("pki/ca.pem"), site.read("chain.pem"));
    site.etcdpack("pki client c --ca-passphrase-fd 3 3< <(echo hush)").ok();
    site.sh(
        "openssl verify -x509_strict -CAfile root.pem -untrusted pki/clients/c/client.pem pki/clients/c/client.pem",
    );
}
