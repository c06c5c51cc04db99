//! A site: a cluster file, its `pki/`, and openssl to judge what is in it.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::process::Command;

use builder::failure::Diagnose as _;
use builder::passphrase_source::PassphraseSource;
use builder::pki::{self, Issued, NewCa, PkiError};
use builder::report::Narrator;
use payload::cluster::Cluster;
use time::{Duration, OffsetDateTime};

/// No descriptor has this number: whoever asks for a passphrase gets an error.
pub(crate) const NO_PASSPHRASE: PassphraseSource = PassphraseSource::Descriptor(987_654);

#[derive(Default)]
pub(crate) struct Said(pub(crate) Vec<String>);

impl Narrator for Said {
    fn note(&mut self, text: &str) {
        self.0.push(text.to_owned());
    }

    fn warn(&mut self, text: &str) {
        self.0.push(format!("warning: {text}"));
    }
}

/// A directory with what one cluster file needs.
pub(crate) struct Site {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) pki: String,
    /// Addresses of the hosts `n1`, `n2` ...
    pub(crate) hosts: Vec<&'static str>,
    /// A minute ahead: what openssl makes during a test is valid from its own second on.
    pub(crate) now: OffsetDateTime,
    pub(crate) new_ca: NewCa,
    pub(crate) said: Said,
}

impl Site {
    pub(crate) fn new(pki: &str) -> Self {
        let hosts = vec!["10.0.0.1", "fd00::2"];
        let dir = tempfile::tempdir().unwrap();
        Self {
            dir,
            pki: pki.to_owned(),
            hosts,
            now: OffsetDateTime::now_utc() + Duration::MINUTE,
            new_ca: NewCa::Refused,
            said: Said::default(),
        }
    }

    pub(crate) fn try_issue(&mut self) -> Result<Issued, PkiError> {
        let mut file = format!("[cluster]\nname = \"lab\"\n[release]\nversion = \"3.5.1\"\n[pki]\n{}\n", self.pki);
        for (n, address) in (1..).zip(&self.hosts) {
            let _ = write!(file, "[[host]]\nname = \"n{n}.example\"\nmember = \"n{n}\"\naddress = \"{address}\"\n");
        }
        let cluster = Cluster::parse(file.as_bytes()).unwrap().cluster;
        self.said = Said::default();
        let site = pki::Site::new(&cluster, self.dir.path(), self.now, NO_PASSPHRASE).with_new_ca(self.new_ca);
        pki::issue_all(&site, &mut self.said)
    }

    pub(crate) fn issue(&mut self) -> Issued {
        self.try_issue().unwrap()
    }

    pub(crate) fn refusal(&mut self) -> PkiError {
        let error = self.try_issue().unwrap_err();
        assert_eq!(error.exit_status().code(), 3, "{error}");
        let text = error.to_string();
        assert!(!text.contains('\n') && !text.ends_with('.'), "{text}");
        error
    }

    /// Runs a line of shell where the cluster file would be; its output.
    pub(crate) fn sh(&self, line: &str) -> String {
        let out = Command::new("sh").args(["-ec", line]).current_dir(&self.dir).output().unwrap();
        let text = String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success(), "{line}\n{text}");
        text
    }

    /// A CA as a site has one: `own.pem` and `own-key.pem`.
    pub(crate) fn own_ca(&mut self, key: &str, subject: &str, more: &str) {
        self.sh(&format!(
            "umask 077; {key}; openssl req -x509 -new -key own-key.pem -subj '{subject}' -days 3660 {more} \
             -addext keyUsage=critical,keyCertSign,cRLSign -out own.pem"
        ));
        self.pki += "\nca = \"own.pem\"\nca-key = \"own-key.pem\"";
    }

    pub(crate) fn mode(&self, path: &str) -> u32 {
        fs::metadata(self.dir.path().join(path)).unwrap().mode() & 0o7777
    }
}

pub(crate) const EC: &str = "openssl ecparam -name prime256v1 -genkey -out own-key.pem";
pub(crate) const PKCS8: &str = "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out own-key.pem";
pub(crate) const PKCS1: &str = "openssl genrsa -traditional -out own-key.pem 2048";

/// All that openssl can say on a pair, with `ca` as the only CA.
pub(crate) fn accepted_by_openssl(site: &Site, ca: &str, pair: &str, addresses: &[&str], names: &[&str]) {
    let at = |file: &str| format!("{pair}/{file}");
    let (certificate, key, request) = (at("etcd-peer.pem"), at("etcd-peer-key.pem"), at("etcd-peer.csr"));
    let now = site.now.unix_timestamp();
    for purpose in ["sslserver", "sslclient"] {
        site.sh(&format!("openssl verify -x509_strict -attime {now} -CAfile {ca} -purpose {purpose} {certificate}"));
    }
    for address in addresses {
        let said = site.sh(&format!("openssl x509 -in {certificate} -noout -checkip {address}"));
        assert!(said.contains("does match"), "{said}");
    }
    for name in names {
        let said = site.sh(&format!("openssl x509 -in {certificate} -noout -checkhost {name}"));
        assert!(said.contains("does match"), "{said}");
    }
    let said = site.sh(&format!("openssl x509 -in {certificate} -noout -checkip 10.9.9.9"));
    assert!(said.contains("does NOT match"), "{said}");
    site.sh(&format!("openssl req -in {request} -verify -noout"));
    site.sh(&format!("openssl pkey -in {key} -check -noout"));
    let public = site.sh(&format!("openssl pkey -in {key} -pubout"));
    assert_eq!(site.sh(&format!("openssl x509 -in {certificate} -noout -pubkey")), public);
    assert_eq!(site.sh(&format!("openssl req -in {request} -noout -pubkey")), public);
    assert_eq!(site.mode(&key), 0o600);
    assert_eq!(site.mode(pair), 0o700);
}
